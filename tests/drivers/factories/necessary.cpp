// A filter that processes only with enough instances of its pins.
#include "parts.h"

static NTSTATUS NTAPI Process(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index) {
    UNREFERENCED_PARAMETER(Filter);
    ULONG Count = 0;
    for (ULONG Id = 0; Id < NECESSARY_COUNT; Id++) {
        Count += Index[Id].Count;
    }
    Journal(FACTORIES_PROCESS, 0, Count);
    return STATUS_PENDING;
}

static NTSTATUS NTAPI CloseFilter(PKSFILTER Filter, PIRP Irp) {
    UNREFERENCED_PARAMETER(Filter);
    UNREFERENCED_PARAMETER(Irp);
    FinishProbes();
    return STATUS_SUCCESS;
}

const KSFILTER_DISPATCH NecessaryDispatch = {NULL, CloseFilter, Process, NULL};

// A change of state is enough to be processed.
#define NECESSARY(Necessary)                                                                       \
    PIN(&JournalingDispatch, NULL, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, PcmRanges, NULL,   \
        NULL, KSPIN_FLAG_FRAMES_NOT_REQUIRED_FOR_PROCESSING, ANY, Necessary)

const KSPIN_DESCRIPTOR_EX NecessaryPins[NECESSARY_COUNT] = {NECESSARY(0), NECESSARY(1),
                                                            NECESSARY(2)};
