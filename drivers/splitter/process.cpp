// The transform, which is none: what comes in goes out. Only the first instance of the source pin
// is filled here; the others are AVStream's.
#include "splitter.h"

// The instance that is no copy of another.
static PKSPROCESSPIN FindOriginal(const KSPROCESSPIN_INDEXENTRY *Entry) {
    for (ULONG Index = 0; Index < Entry->Count; Index++) {
        PKSPROCESSPIN Pin = Entry->Pins[Index];
        if (Pin->CopySource == NULL && Pin->DelegateBranch == NULL) {
            return Pin;
        }
    }
    return NULL;
}

// The first bytes of an input frame give the output frame its time stamp.
static VOID CopyTime(PKSPROCESSPIN In, PKSPROCESSPIN Out) {
    const KSSTREAM_HEADER *From = In->StreamPointer->StreamHeader;
    PKSSTREAM_HEADER To = Out->StreamPointer->StreamHeader;
    To->PresentationTime = From->PresentationTime;
    To->Duration = From->Duration;
    To->OptionsFlags |= From->OptionsFlags & (KSSTREAM_HEADER_OPTIONSF_TIMEVALID |
                                              KSSTREAM_HEADER_OPTIONSF_DURATIONVALID |
                                              KSSTREAM_HEADER_OPTIONSF_DATADISCONTINUITY);
}

NTSTATUS NTAPI ProcessSplitter(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index) {
    UNREFERENCED_PARAMETER(Filter);
    // One instance of each is necessary (InstancesNecessary), so both exist.
    PKSPROCESSPIN In = Index[SPLITTER_SINK_PIN].Pins[0];
    PKSPROCESSPIN Out = FindOriginal(&Index[SPLITTER_SOURCE_PIN]);
    if (In->StreamPointer == NULL || Out == NULL || Out->StreamPointer == NULL) {
        return STATUS_PENDING; // the first instance is stopped, or its frame was cancelled
    }
    const KSSTREAM_POINTER_OFFSET &InOffset = In->StreamPointer->OffsetIn;
    if (InOffset.Remaining == InOffset.Count) {
        CopyTime(In, Out);
    }
    const ULONG Bytes = min(In->BytesAvailable, Out->BytesAvailable);
    RtlCopyMemory(Out->Data, In->Data, Bytes);
    In->BytesUsed = Bytes;
    Out->BytesUsed = Bytes;
    Out->Terminate = Bytes == In->BytesAvailable; // one frame out for each frame in
    return STATUS_SUCCESS;
}
