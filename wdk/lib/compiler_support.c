// Symbols the compiler refers to and the WDK's libraries define.
#include <ntddk.h>

// Referenced by every object that uses floating point.
int _fltused = 0x9875;

#define FAST_FAIL_FATAL_APP_EXIT 7

// Called through the vtable slot of a pure virtual function: the object is under construction or
// already destroyed. A driver may define its own.
int __cdecl _purecall(void) {
    __fastfail(FAST_FAIL_FATAL_APP_EXIT);
}
