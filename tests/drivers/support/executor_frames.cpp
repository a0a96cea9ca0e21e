// Steps that look at what a stream pointer points to, and change it.
#include "executor.h"

static VOID Look(PKSSTREAM_POINTER Pointer, DATA_RESULT *Result) {
    const PKSSTREAM_POINTER_OFFSET Offset = Pointer->Offset;
    Result->Values[0] = Pointer->StreamHeader != NULL;
    Result->Values[1] = Offset == &Pointer->OffsetIn ? 1 : Offset == &Pointer->OffsetOut ? 2 : 0;
    Result->Values[2] = Offset->Count;
    Result->Values[3] = Offset->Remaining;
    if (Offset->Data != NULL && Offset->Remaining >= sizeof(ULONG)) {
        ULONG First;
        RtlCopyMemory(&First, Offset->Data, sizeof(First)); // of any alignment
        Result->Values[4] = First;
    }
    Result->Values[5] = Pointer->Context == Pointer + 1;
}

static VOID LookAtHeader(const KSSTREAM_HEADER *Header, DATA_RESULT *Result) {
    Result->Values[0] = Header->Size;
    Result->Values[1] = Header->DataUsed;
    Result->Values[2] = Header->FrameExtent;
    Result->Values[3] = Header->OptionsFlags;
    Result->Values[4] = Header->PresentationTime.Time;
    Result->Values[5] = Header->Duration;
}

static VOID LookAtIrp(PKSSTREAM_POINTER Pointer, DATA_RESULT *Result) {
    BOOLEAN First = FALSE, Last = FALSE;
    const PIRP Irp = KsStreamPointerGetIrp(Pointer, &First, &Last);
    Result->Values[0] = Irp != NULL;
    Result->Values[1] = First;
    Result->Values[2] = Last;
    if (Irp != NULL) {
        Result->Values[3] =
            IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode;
    }
}

static VOID LookAtMdl(PKSSTREAM_POINTER Pointer, DATA_RESULT *Result) {
    const PMDL Mdl = KsStreamPointerGetMdl(Pointer);
    if (Mdl == NULL) {
        return;
    }
    Result->Values[0] = 1;
    Result->Values[1] = MmGetMdlByteCount(Mdl);
    Result->Values[2] =
        MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority) == Pointer->StreamHeader->Data;
    Result->Values[3] = (ULONGLONG(*MmGetMdlPfnArray(Mdl)) << PAGE_SHIFT) + Mdl->ByteOffset;
}

static VOID LookAtMappings(PKSSTREAM_POINTER Pointer, DATA_RESULT *Result) {
    const PKSSTREAM_POINTER_OFFSET Offset = Pointer->Offset;
    Result->Values[0] = Offset->Count;
    Result->Values[1] = Offset->Remaining;
    for (ULONG Index = 0; Index < Offset->Remaining; Index++) {
        const KSMAPPING &Mapping = Offset->Mappings[Index];
        Result->Values[2] += Mapping.PhysicalAddress.QuadPart != 0 ? Mapping.ByteCount : 0;
        Result->Values[3] = max(Result->Values[3], Mapping.ByteCount);
    }
    if (Offset->Remaining != 0) {
        Result->Values[4] = Offset->Mappings[0].ByteCount;
    }
}

static VOID Stamp(PKSSTREAM_HEADER Header, const DATA_STEP *Step) {
    Header->PresentationTime.Time = LONGLONG(Step->Values[0]);
    Header->PresentationTime.Numerator = 1;
    Header->PresentationTime.Denominator = 1;
    Header->Duration = LONGLONG(Step->Values[1]);
    Header->OptionsFlags = ULONG(Step->Values[2]);
}

BOOLEAN ExecuteFrameStep(PKSPIN Pin, const DATA_STEP *Step, DATA_RESULT *Result) {
    if (Step->Operation == DATA_AVAILABLE) {
        LONG In = -1, Out = -1;
        Result->Status = KsPinGetAvailableByteCount(Pin, &In, &Out);
        Result->Values[0] = ULONG(In);
        Result->Values[1] = ULONG(Out);
        return TRUE;
    }
    if (Step->Slot >= DATA_SLOTS) {
        return FALSE;
    }
    const PKSSTREAM_POINTER Pointer = ContextOf(Pin)->Pointers[Step->Slot];
    switch (Step->Operation) {
    case DATA_LOOK:
        Look(Pointer, Result);
        return TRUE;
    case DATA_HEADER:
        LookAtHeader(Pointer->StreamHeader, Result);
        return TRUE;
    case DATA_IRP:
        LookAtIrp(Pointer, Result);
        return TRUE;
    case DATA_MDL:
        LookAtMdl(Pointer, Result);
        return TRUE;
    case DATA_MAPPINGS:
        LookAtMappings(Pointer, Result);
        return TRUE;
    case DATA_FILL:
        RtlFillMemory(Pointer->Offset->Data, SIZE_T(Step->Values[1]), int(Step->Values[0]));
        return TRUE;
    case DATA_STAMP:
        Stamp(Pointer->StreamHeader, Step);
        return TRUE;
    case DATA_USE:
        Pointer->StreamHeader->DataUsed = ULONG(Step->Values[0]);
        return TRUE;
    case DATA_READ_CONTEXT:
        Result->Values[0] = *static_cast<unsigned long long *>(Pointer->Context);
        return TRUE;
    case DATA_WRITE_CONTEXT:
        *static_cast<unsigned long long *>(Pointer->Context) = Step->Values[0];
        return TRUE;
    default:
        return FALSE;
    }
}
