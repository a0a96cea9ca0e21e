// Executing steps: by property and in Process.
#include "executor.h"

static VOID ExecuteOther(PKSPIN Pin, const DATA_STEP *Step, DATA_RESULT *Result) {
    PKSFILTER Filter = KsPinGetParentFilter(Pin);
    LARGE_INTEGER Interval;
    switch (Step->Operation) {
    case DATA_ATTEMPT:
        if (Filter->Descriptor->Dispatch != NULL && Filter->Descriptor->Dispatch->Process != NULL) {
            KsFilterAttemptProcessing(Filter, BOOLEAN(Step->Values[0]));
        } else {
            KsPinAttemptProcessing(Pin, BOOLEAN(Step->Values[0]));
        }
        break;
    case DATA_SLEEP:
        Interval.QuadPart = -LONGLONG(Step->Values[0]);
        Result->Status = KeDelayExecutionThread(KernelMode, FALSE, &Interval);
        break;
    case DATA_ACQUIRE:
        if (Step->Slot == DATA_PROCESSING_MUTEX) {
            KsPinAcquireProcessingMutex(Pin);
        } else if (Step->Slot == DATA_CONTROL_MUTEX) {
            KsPinAcquireControl(Pin);
        } else {
            KsAcquireDevice(KsGetDevice(Pin));
        }
        break;
    case DATA_RELEASE:
        if (Step->Slot == DATA_PROCESSING_MUTEX) {
            KsPinReleaseProcessingMutex(Pin);
        } else if (Step->Slot == DATA_CONTROL_MUTEX) {
            KsPinReleaseControl(Pin);
        } else {
            KsReleaseDevice(KsGetDevice(Pin));
        }
        break;
    default:
        Result->Status = STATUS_NOT_IMPLEMENTED;
    }
}

VOID ExecuteStep(PKSPIN Pin, const DATA_STEP *Step, DATA_RESULT *Result) {
    RtlZeroMemory(Result, sizeof(*Result));
    const BOOLEAN Raise = Step->Irql > KeGetCurrentIrql();
    KIRQL OldIrql = PASSIVE_LEVEL;
    if (Raise) {
        KeRaiseIrql(KIRQL(Step->Irql), &OldIrql);
    }
    if (!ExecutePointerStep(Pin, Step, Result) && !ExecuteFrameStep(Pin, Step, Result) &&
        !ExecuteGateStep(Pin, Step, Result) && !ExecuteInjectionStep(Pin, Step, Result)) {
        ExecuteOther(Pin, Step, Result);
    }
    Result->Irql = KeGetCurrentIrql();
    if (Raise) {
        KeLowerIrql(OldIrql);
    }
}

static NTSTATUS NTAPI GetExecute(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const PIO_STACK_LOCATION Location = IoGetCurrentIrpStackLocation(Irp);
    const PKSPIN Pin = KsGetPinFromIrp(Irp);
    const DATA_STEP *Steps =
        reinterpret_cast<const DATA_STEP *>(reinterpret_cast<PKSPROPERTY>(Request) + 1);
    const ULONG Count =
        (Location->Parameters.DeviceIoControl.InputBufferLength - sizeof(KSPROPERTY)) /
        sizeof(DATA_STEP);
    if (Location->Parameters.DeviceIoControl.OutputBufferLength < Count * sizeof(DATA_RESULT)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    for (ULONG Index = 0; Index < Count; Index++) {
        ExecuteStep(Pin, &Steps[Index], &static_cast<DATA_RESULT *>(Data)[Index]);
    }
    Irp->IoStatus.Information = Count * sizeof(DATA_RESULT);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI SetProgram(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    PIN_CONTEXT *Context = ContextOf(KsGetPinFromIrp(Irp));
    const ULONG Bytes =
        IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.OutputBufferLength;
    if (Bytes > sizeof(Context->Program)) {
        return STATUS_INVALID_BUFFER_SIZE;
    }
    RtlCopyMemory(Context->Program, Data, Bytes);
    Context->ProgramSteps = Bytes / sizeof(DATA_STEP);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI DataProcess(PKSPIN Pin) {
    PIN_CONTEXT *Context = ContextOf(Pin);
    Journal("process", Pin->Id, ++Context->Calls, KeQueryPriorityThread(KeGetCurrentThread()));
    for (ULONG Index = 0; Index < Context->ProgramSteps; Index++) {
        DATA_RESULT Result;
        ExecuteStep(Pin, &Context->Program[Index], &Result);
        Journal("step", Context->Program[Index].Operation, ULONG(Result.Status));
    }
    return AnswerTo("process", Context->ProgramSteps != 0 ? STATUS_SUCCESS : STATUS_PENDING);
}

static LONG PinsMade;

NTSTATUS NTAPI DataCreatePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    PIN_CONTEXT *Context = static_cast<PIN_CONTEXT *>(
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(PIN_CONTEXT), 'ataD'));
    if (Context == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Context->Number = ULONG(InterlockedIncrement(&PinsMade));
    Pin->Context = Context;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI DataClosePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    ExFreePoolWithTag(Pin->Context, 'ataD');
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI DataSetState(PKSPIN Pin, KSSTATE ToState, KSSTATE FromState) {
    UNREFERENCED_PARAMETER(FromState);
    Journal("set state", Pin->Id, ToState, ContextOf(Pin)->Number);
    return AnswerTo("set state", STATUS_SUCCESS);
}

VOID NTAPI DataReset(PKSPIN Pin) {
    Journal("reset", Pin->Id, ContextOf(Pin)->Number);
}

static const GUID DataSetId = {STATIC_KSPROPSETID_Data};

static DEFINE_KSPROPERTY_TABLE(DataItems){
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_DATA_EXECUTE, GetExecute, sizeof(KSPROPERTY),
                           sizeof(DATA_RESULT), NULL, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_DATA_PROGRAM, NULL, sizeof(KSPROPERTY), sizeof(DATA_STEP),
                           SetProgram, NULL, 0, NULL, NULL, 0)};

static DEFINE_KSPROPERTY_SET_TABLE(DataSets){
    DEFINE_KSPROPERTY_SET(&DataSetId, SIZEOF_ARRAY(DataItems), DataItems, 0, NULL)};

DEFINE_KSAUTOMATION_TABLE(DataPinAutomation){DEFINE_KSAUTOMATION_PROPERTIES(DataSets),
                                             DEFINE_KSAUTOMATION_METHODS_NULL,
                                             DEFINE_KSAUTOMATION_EVENTS_NULL};
