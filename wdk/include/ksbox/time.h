// Precise clocks, and what x64 does about floating-point state: nothing, since Windows saves the
// SSE registers of kernel code itself. mingw-w64's wdm.h lacks both on x64.
#ifndef KSBOX_WDK_TIME_H
#define KSBOX_WDK_TIME_H

#ifdef __cplusplus
extern "C" {
#endif

// @doc NF:wdm.KeQuerySystemTimePrecise: 100 ns since 1601, finer than the clock tick. Any IRQL.
NTKERNELAPI VOID NTAPI KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime);

// @doc NF:wdm.KeQueryInterruptTimePrecise: 100 ns since start; QpcTimeStamp receives the
// performance counter read with it.
NTKERNELAPI ULONG64 NTAPI KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp);

// @doc NF:wdm.KeSaveFloatingPointState
#define KeSaveFloatingPointState(FloatSave) (UNREFERENCED_PARAMETER(FloatSave), STATUS_SUCCESS)
#define KeRestoreFloatingPointState(FloatSave) (UNREFERENCED_PARAMETER(FloatSave), STATUS_SUCCESS)

#ifdef __cplusplus
}
#endif

#endif
