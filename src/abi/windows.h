// The one way host code sees Windows's headers: WDK kernel headers, KS, the multimedia formats and
// the few user-mode names clients need, with ms_abi callbacks, WCHAR = char16_t, and none of the
// macros that would break standard C++. See shadow/ for the layer beneath, and
// cmake/WindowsHeaders.cmake for the fix-ups made at configure time.
//
// An export is defined as the header declares it: extern "C", NTAPI, without noexcept (the
// declarations have none, and C++ wants both alike).
#pragma once

// Everything from the host's own libraries that the Windows headers reach comes first, with the
// host's wchar_t.
#include <atomic>
#include <cctype>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <cwchar>

// The order below is the headers' own.
// clang-format off
#include "abi/windows_prologue.h"

#include <ntifs.h>

typedef WCHAR TCHAR; // as in a build with UNICODE
#include <windef.h>
#include <basetyps.h>
#include <winerror.h>

#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <punknown.h> // before ks.h, for IKsControl
#include <ks.h>
#include <ksmedia.h>
#include "abi/ks_supplement.h"
#include <wdmguid.h>
#include <portcls.h>
#include <dmusicks.h>
#include "abi/portcls_supplement.h"

#include "abi/windows_epilogue.h"

#include "abi/wdm_supplement.h"
// clang-format on
