// Found before mingw-w64's ntdef.h: the same, with the WDK's definitions of a few macros.
#ifndef KSBOX_WDK_NTDEF_H
#define KSBOX_WDK_NTDEF_H

#include <sal.h>

#include_next <ntdef.h>

// mingw-w64's assigns the parameter to itself, which const and reference parameters refuse.
#undef UNREFERENCED_PARAMETER
#define UNREFERENCED_PARAMETER(P) ((void)(P))
#undef UNREFERENCED_LOCAL_VARIABLE
#define UNREFERENCED_LOCAL_VARIABLE(L) ((void)(L))
#undef DBG_UNREFERENCED_PARAMETER
#define DBG_UNREFERENCED_PARAMETER(P) ((void)(P))
#undef DBG_UNREFERENCED_LOCAL_VARIABLE
#define DBG_UNREFERENCED_LOCAL_VARIABLE(L) ((void)(L))

#ifndef _TCHAR_DEFINED
#define _TCHAR_DEFINED
#ifdef UNICODE
typedef WCHAR TCHAR, *PTCHAR;
typedef WCHAR TBYTE, *PTBYTE;
typedef LPWSTR PTSTR, LPTSTR;
typedef LPCWSTR PCTSTR, LPCTSTR;
#else
typedef char TCHAR, *PTCHAR;
typedef unsigned char TBYTE, *PTBYTE;
typedef LPSTR PTSTR, LPTSTR;
typedef LPCSTR PCTSTR, LPCTSTR;
#endif
#endif

#ifndef RTL_NUMBER_OF
#define RTL_NUMBER_OF(A) (sizeof(A) / sizeof((A)[0]))
#endif
#ifndef ARRAYSIZE
#define ARRAYSIZE(A) RTL_NUMBER_OF(A)
#endif
#ifndef STATIC_ASSERT
#ifdef __cplusplus
#define STATIC_ASSERT(expression) static_assert(expression, #expression)
#else
#define STATIC_ASSERT(expression) _Static_assert(expression, #expression)
#endif
#endif

#endif
