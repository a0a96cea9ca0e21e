// WDM declarations that mingw-w64 has as inline functions, macros or not at all, and that the
// runtime implements as exports. What drivers need too stands in wdk/include/ksbox.
#pragma once

#include "wdk/include/ksbox/pool.h"

#include "wdk/include/ksbox/io.h"
#include "wdk/include/ksbox/locks.h"
#include "wdk/include/ksbox/memory.h"
#include "wdk/include/ksbox/power.h"

extern "C" {

// Inline on x64 (cr8 and gs); host code must not touch either.
KIRQL NTAPI KeGetCurrentIrql(void);
KIRQL NTAPI KfRaiseIrql(KIRQL NewIrql);
void NTAPI KeLowerIrql(KIRQL NewIrql);
KIRQL NTAPI KeRaiseIrqlToDpcLevel(void);
KIRQL NTAPI KeRaiseIrqlToSynchLevel(void);
PKTHREAD NTAPI KeGetCurrentThread(void);
PETHREAD NTAPI PsGetCurrentThread(void);
PEPROCESS NTAPI PsGetCurrentProcess(void);
ULONG NTAPI KeGetCurrentProcessorNumber(void);

// Macros that read the shared page; exports all the same.
ULONGLONG NTAPI KeQueryInterruptTime(void);
void NTAPI KeQuerySystemTime(PLARGE_INTEGER CurrentTime);
void NTAPI KeQueryTickCount(PLARGE_INTEGER CurrentCount);

/// @doc NF:wdm.KeQuerySystemTimePrecise
void NTAPI KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime);
/// @doc NF:wdm.KeQueryInterruptTimePrecise
ULONG64 NTAPI KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp);
/// @doc NF:wdm.KeSaveFloatingPointState
NTSTATUS NTAPI KeSaveFloatingPointState(PKFLOATING_SAVE FloatSave);
/// @doc NF:wdm.KeRestoreFloatingPointState
NTSTATUS NTAPI KeRestoreFloatingPointState(PKFLOATING_SAVE FloatSave);

// A macro for WdmlibRtlIsNtDdiVersionAvailable in the headers; ntoskrnl exports both.
BOOLEAN NTAPI RtlIsNtDdiVersionAvailable(ULONG Version);
}
