// Stands in for mingw-w64's _mingw.h, which refuses an ELF target: maps Microsoft's keywords and
// integer types onto clang's for LP64, and turns every Windows calling convention into ms_abi.
#ifndef _INC__MINGW_H
#define _INC__MINGW_H

#include "_mingw_mac.h"

// Windows's long has 32 bits; under LP64 that is int.
#define __LONG32 int

#undef __stdcall
#undef __cdecl
#undef __fastcall
#define __stdcall __attribute__((ms_abi))
#define __cdecl __attribute__((ms_abi))
#define __fastcall __attribute__((ms_abi))

// The runtime implements the imports, so dllimport means nothing here.
#define __declspec(specifier) KSBOX_DECLSPEC_##specifier
#define KSBOX_DECLSPEC_dllimport
#define KSBOX_DECLSPEC_dllexport
#define KSBOX_DECLSPEC_noreturn __attribute__((noreturn))
#define KSBOX_DECLSPEC_nothrow __attribute__((nothrow))
#define KSBOX_DECLSPEC_noinline __attribute__((noinline))
#define KSBOX_DECLSPEC_selectany __attribute__((weak))
#define KSBOX_DECLSPEC_novtable
#define KSBOX_DECLSPEC_deprecated
#define KSBOX_DECLSPEC_align(bytes) __attribute__((aligned(bytes)))
#define KSBOX_DECLSPEC_uuid(text)

#define _CRTIMP
#define _CRTIMP_ALTERNATIVE
#define __MINGW_IMPORT extern
#define __DECLSPEC_SUPPORTED
#define __CRTDECL __cdecl
#define __CRT_INLINE inline
#define __UNUSED_PARAM(x)
#define __MINGW_ATTRIB_NORETURN __attribute__((noreturn))
#define __MINGW_ATTRIB_DEPRECATED
#define __MINGW_ATTRIB_DEPRECATED_MSG(text)
#define __MINGW_NOTHROW __attribute__((nothrow))
#define __MINGW_INTRIN_INLINE static __inline__
#define __nothrow __MINGW_NOTHROW
#define _CONST_RETURN

#define __int8 char
#define __int16 short
#define __int32 int
#define __int64 long long
#define __ptr32
#define __ptr64
#define __unaligned
#define __w64
#define _W64
#define __forceinline inline __attribute__((always_inline))
#define _inline inline

#define USE___UUIDOF 0
#define UNALIGNED __unaligned

#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#define MINGW_HAS_SECURE_API 1

#include "_anon.h"

#endif
