// WDM declarations that mingw-w64 lacks, has in an old shape, or has as inline functions that the
// runtime replaces by exports.
#pragma once

extern "C" {

/// The IRQL of the calling virtual processor. @doc NF:wdm.KeGetCurrentIrql
KIRQL NTAPI KeGetCurrentIrql(void);
/// @doc NF:wdm.KfRaiseIrql
KIRQL NTAPI KfRaiseIrql(KIRQL NewIrql);
/// @doc NF:wdm.KeLowerIrql
void NTAPI KeLowerIrql(KIRQL NewIrql);
/// @doc NF:wdm.KeRaiseIrqlToDpcLevel
KIRQL NTAPI KeRaiseIrqlToDpcLevel(void);
KIRQL NTAPI KeRaiseIrqlToSynchLevel(void);
PKTHREAD NTAPI KeGetCurrentThread(void);
PETHREAD NTAPI PsGetCurrentThread(void);
ULONG NTAPI KeGetCurrentProcessorNumber(void);
ULONGLONG NTAPI KeQueryInterruptTime(void);
void NTAPI KeQuerySystemTime(PLARGE_INTEGER CurrentTime);
void NTAPI KeQueryTickCount(PLARGE_INTEGER CurrentCount);
}
