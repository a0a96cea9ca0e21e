// Steps that inject frames, and those that ask about splitters.
#include "executor.h"

static VOID NTAPI Returned(PKSPIN Pin, PVOID Data, ULONG Size, PMDL Mdl, PVOID Context,
                           NTSTATUS Status) {
    UNREFERENCED_PARAMETER(Pin);
    Journal(Mdl != NULL ? "returned mdl" : "returned", ULONGLONG(Context), Size, ULONG(Status));
    if (Mdl != NULL) {
        IoFreeMdl(Mdl);
    }
    if (Data != NULL) {
        ExFreePoolWithTag(Data, 'jnID');
    }
}

static NTSTATUS SubmitMdl(PKSPIN Pin, PVOID Data, ULONG Size, PKSSTREAM_HEADER Header,
                          PVOID Context) {
    const PMDL Mdl = IoAllocateMdl(Data, Size, FALSE, FALSE, NULL);
    if (Mdl == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    MmBuildMdlForNonPagedPool(Mdl);
    const NTSTATUS Status = KsPinSubmitFrameMdl(Pin, Mdl, Header, Context);
    if (!NT_SUCCESS(Status)) {
        IoFreeMdl(Mdl);
    }
    return Status;
}

static NTSTATUS Submit(PKSPIN Pin, const DATA_STEP *Step) {
    const ULONG Size = ULONG(Step->Values[0]);
    const ULONG Flags = ULONG(Step->Values[2]);
    const PVOID Context = reinterpret_cast<PVOID>(Step->Values[1]);
    KSSTREAM_HEADER Header = {};
    Header.Size = sizeof(Header);
    Header.DataUsed = Size;
    Header.PresentationTime.Time = 1234;
    Header.PresentationTime.Numerator = Header.PresentationTime.Denominator = 1;
    Header.OptionsFlags = KSSTREAM_HEADER_OPTIONSF_TIMEVALID;
    const PKSSTREAM_HEADER Given = Flags & DATA_SUBMIT_HEADER ? &Header : NULL;
    PUCHAR Data = NULL;
    if (Size != 0) {
        Data = static_cast<PUCHAR>(ExAllocatePool2(POOL_FLAG_NON_PAGED, Size, 'jnID'));
        if (Data == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        for (ULONG Index = 0; Index < Size; Index++) {
            Data[Index] = UCHAR(Step->Values[1] + Index);
        }
    }
    const NTSTATUS Status = Flags & DATA_SUBMIT_MDL
                                ? SubmitMdl(Pin, Data, Size, Given, Context)
                                : KsPinSubmitFrame(Pin, Data, Size, Given, Context);
    if (!NT_SUCCESS(Status) && Data != NULL) {
        ExFreePoolWithTag(Data, 'jnID');
    }
    return Status;
}

static ULONG NumberOf(PKSPIN Pin) {
    return Pin != NULL ? ContextOf(Pin)->Number : 0;
}

BOOLEAN ExecuteInjectionStep(PKSPIN Pin, const DATA_STEP *Step, DATA_RESULT *Result) {
    PKSPIN CopySource = Pin, DelegateBranch = Pin;
    switch (Step->Operation) {
    case DATA_REGISTER_RETURN:
        KsPinRegisterFrameReturnCallback(Pin, Step->Values[0] ? Returned : NULL);
        return TRUE;
    case DATA_SUBMIT:
        Result->Status = Submit(Pin, Step);
        return TRUE;
    case DATA_NUMBER:
        Result->Values[0] = NumberOf(Pin);
        return TRUE;
    case DATA_RELATIONS:
        KsPinGetCopyRelationships(Pin, &CopySource, &DelegateBranch);
        Result->Values[0] = NumberOf(CopySource);
        Result->Values[1] = NumberOf(DelegateBranch);
        return TRUE;
    default:
        return FALSE;
    }
}
