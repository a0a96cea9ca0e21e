// What Process does. See filtering.h.
#include "process.h"

static FILTERING_ACTION Actions[FILTERING_PINS];

static ULONG NumberOf(PKSPROCESSPIN ProcessPin) {
    return ProcessPin != NULL ? ContextOf(ProcessPin->Pin)->Number : 0;
}

static VOID Tell(PKSPROCESSPIN ProcessPin, ULONG Number, ULONG Count) {
    Journal("pin", FILTERING_PACK(ProcessPin->Pin->Id, Number, Count),
            FILTERING_PACK(ProcessPin->BytesAvailable, ProcessPin->StreamPointer != NULL,
                           ProcessPin->Data != NULL),
            FILTERING_PACK(ProcessPin->Flags, NumberOf(ProcessPin->CopySource),
                           NumberOf(ProcessPin->DelegateBranch)));
}

static PKSPROCESSPIN FirstInput(PKSPROCESSPIN_INDEXENTRY Index, ULONG Types) {
    for (ULONG Id = 0; Id < Types; Id++) {
        for (ULONG Number = 0; Number < Index[Id].Count; Number++) {
            const PKSPROCESSPIN Pin = Index[Id].Pins[Number];
            if (Pin->Pin->DataFlow == KSPIN_DATAFLOW_IN && Pin->Data != NULL) {
                return Pin;
            }
        }
    }
    return NULL;
}

// AVStream fills these itself.
static BOOLEAN IsSplit(PKSPROCESSPIN Pin) {
    return Pin->CopySource != NULL || Pin->DelegateBranch != NULL;
}

// Whether there was anything to do with the pin's frame.
static BOOLEAN Use(PKSPROCESSPIN Pin, PKSPROCESSPIN Input, const FILTERING_ACTION *Action) {
    if (Pin->Data == NULL || IsSplit(Pin)) {
        return FALSE;
    }
    ULONG Bytes = min(Action->Bytes, Pin->BytesAvailable);
    if (Pin->Pin->DataFlow == KSPIN_DATAFLOW_OUT && Input != NULL) {
        Bytes = min(Bytes, Input->BytesAvailable);
        RtlCopyMemory(Pin->Data, Input->Data, Bytes);
    } else if (Pin->Pin->DataFlow == KSPIN_DATAFLOW_OUT) {
        RtlFillMemory(Pin->Data, Bytes, 0x77);
    }
    Pin->BytesUsed = Bytes;
    Pin->Terminate = BOOLEAN(Action->Terminate);
    return Bytes != 0 || Pin->Terminate;
}

static BOOLEAN UsePins(PKSPROCESSPIN_INDEXENTRY Entry, PKSPROCESSPIN Input,
                       const FILTERING_ACTION *Action) {
    BOOLEAN Used = FALSE;
    for (ULONG Number = 0; Number < Entry->Count; Number++) {
        const PKSPROCESSPIN Pin = Entry->Pins[Number];
        Used |= Use(Pin, Input, Action);
        for (ULONG Update = 0; Update < Action->Updates; Update++) {
            const BOOLEAN Met = KsProcessPinUpdate(Pin);
            Journal("update", Pin->Pin->Id, Met, Pin->BytesAvailable);
            Used |= Use(Pin, Input, Action);
        }
    }
    return Used;
}

NTSTATUS NTAPI ProcessFilter(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index) {
    const ULONG Types = Filter->Descriptor->PinDescriptorsCount;
    Journal("process", Types, KeQueryPriorityThread(KeGetCurrentThread()));
    for (ULONG Id = 0; Id < Types; Id++) {
        for (ULONG Number = 0; Number < Index[Id].Count; Number++) {
            Tell(Index[Id].Pins[Number], Number, Index[Id].Count);
        }
    }
    const PKSPROCESSPIN Input = FirstInput(Index, Types);
    BOOLEAN Used = FALSE;
    for (ULONG Id = Types; Id-- > 0;) { // outputs before the input whose data they get
        Used |= UsePins(&Index[Id], Input, &Actions[Id]);
    }
    // Without an answer it keeps the rule: STATUS_SUCCESS asks for more of the same.
    return AnswerTo("process", Used ? STATUS_SUCCESS : STATUS_PENDING);
}

static NTSTATUS NTAPI SetActions(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    const ULONG Bytes =
        IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.OutputBufferLength;
    if (Bytes > sizeof(Actions)) {
        return STATUS_INVALID_BUFFER_SIZE;
    }
    RtlZeroMemory(Actions, sizeof(Actions));
    RtlCopyMemory(Actions, Data, Bytes);
    return STATUS_SUCCESS;
}

static const GUID FilteringSetId = {STATIC_KSPROPSETID_Filtering};

static DEFINE_KSPROPERTY_TABLE(FilteringItems){
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_FILTERING_ACTIONS, NULL, sizeof(KSPROPERTY),
                           sizeof(FILTERING_ACTION), SetActions, NULL, 0, NULL, NULL, 0)};

static DEFINE_KSPROPERTY_SET_TABLE(FilteringSets){
    DEFINE_KSPROPERTY_SET(&FilteringSetId, SIZEOF_ARRAY(FilteringItems), FilteringItems, 0, NULL),
    JOURNAL_PROPERTY_SET};

DEFINE_KSAUTOMATION_TABLE(FilteringAutomation){DEFINE_KSAUTOMATION_PROPERTIES(FilteringSets),
                                               DEFINE_KSAUTOMATION_METHODS_NULL,
                                               DEFINE_KSAUTOMATION_EVENTS_NULL};
