// Found before mingw-w64's ntstrsafe.h: adds the functions on UNICODE_STRING that it lacks.
#ifndef KSBOX_WDK_NTSTRSAFE_H
#define KSBOX_WDK_NTSTRSAFE_H

// The functions are inline here without optimisation too: no library has them.
#pragma push_macro("__CRT__NO_INLINE")
#undef __CRT__NO_INLINE
#pragma push_macro("__STRSAFE__NO_INLINE")
#undef __STRSAFE__NO_INLINE
#include_next <ntstrsafe.h>
#pragma pop_macro("__STRSAFE__NO_INLINE")
#pragma pop_macro("__CRT__NO_INLINE")

#include <ksbox/unicode_strings.h>

#endif
