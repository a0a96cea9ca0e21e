// Kernel drivers have no setjmp; only the buffer's type is wanted, by the compiler's intrin.h.
// mingw-w64's version declares _setjmp with a type that contradicts the compiler's.
#ifndef KSBOX_WDK_SETJMP_H
#define KSBOX_WDK_SETJMP_H

#include <_mingw.h>

typedef struct __declspec(align(16)) _SETJMP_FLOAT128 {
    unsigned long long Part[2];
} SETJMP_FLOAT128;

typedef SETJMP_FLOAT128 jmp_buf[16];

#endif
