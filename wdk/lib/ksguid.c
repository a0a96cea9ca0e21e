// Every GUID that ks.h, ksmedia.h and wdmguid.h name, defined (the WDK's ksguid.lib). The headers
// declare each through DEFINE_GUIDEX after its STATIC_ value: here that macro defines.
#include <initguid.h>
#include <ntddk.h>
#include <windef.h>

// mmreg.h repeats a few of ksmedia.h's: declared only.
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP

#undef DEFINE_GUIDEX
#define DEFINE_GUIDEX(name) __declspec(selectany) const GUID name = {STATIC_##name}
#include <ks.h>
#include <ksmedia.h>
#include <wdmguid.h>
