// Defines every GUID the Windows headers declare, so that host code may name them all.
#define INITGUID
#include "abi/guid.h"

#define KSBOX_GUID_STRUCT(text, name)                                                              \
    extern "C" constinit const GUID name = ksbox::to_windows(*ksbox::Guid::parse(text));
#define KSBOX_GUID_NAME(name)
#include "guid_list.inc"

#define KSBOX_EXTRA_GUID(name, text)                                                               \
    extern "C" constinit const GUID name = ksbox::to_windows(*ksbox::Guid::parse(text));
#include "abi/guid_supplement.inc"
