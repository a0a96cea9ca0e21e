// Found before mingw-w64's ntddk.h, for the additions of wdm.h.
#ifndef KSBOX_WDK_NTDDK_H
#define KSBOX_WDK_NTDDK_H

#include <driverspecs.h>
#include <ksbox/code_placement.h>

#include_next <ntddk.h>

#include <wdm.h>

// The functions that mingw-w64 has pointers to only.
typedef __typeof__(*(PRTL_AVL_COMPARE_ROUTINE)0) RTL_AVL_COMPARE_ROUTINE;
typedef __typeof__(*(PRTL_AVL_ALLOCATE_ROUTINE)0) RTL_AVL_ALLOCATE_ROUTINE;
typedef __typeof__(*(PRTL_AVL_FREE_ROUTINE)0) RTL_AVL_FREE_ROUTINE;
typedef __typeof__(*(PRTL_GENERIC_COMPARE_ROUTINE)0) RTL_GENERIC_COMPARE_ROUTINE;
typedef __typeof__(*(PRTL_GENERIC_ALLOCATE_ROUTINE)0) RTL_GENERIC_ALLOCATE_ROUTINE;
typedef __typeof__(*(PRTL_GENERIC_FREE_ROUTINE)0) RTL_GENERIC_FREE_ROUTINE;

#ifndef STATUS_INVALID_STATE_TRANSITION
#define STATUS_INVALID_STATE_TRANSITION ((NTSTATUS)0xC000A003L)
#endif

#endif
