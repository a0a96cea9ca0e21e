// Frames on a running pin: stream pointers, IRPs, injected frames.
#include "ks_fixture.h"

namespace {
// Output 0 and input 1 in the run state; the case moves the pointers itself.
class Running {
  public:
    explicit Running(CASE_CONTEXT &Case, ULONG Flags = 0)
        : Descriptor_(Prepare(Flags)), Stream(Case, Descriptor_), In(Stream.Pin[1]),
          Out(Stream.Pin[0]) {
        EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
    }
    PKSSTREAM_POINTER Leading(PKSPIN Pin) {
        return KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
    }

  private:
    static CASE_FILTER &Prepare(ULONG Flags) {
        static CASE_FILTER Descriptor;
        CaseInitializeFilter(Descriptor);
        for (KSPIN_DESCRIPTOR_EX &Pin : Descriptor.Pins)
            Pin.Flags = KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING | Flags;
        return Descriptor;
    }
    CASE_FILTER &Descriptor_;

  public:
    CaseStream Stream;
    const PKSPIN In;
    const PKSPIN Out;
};
} // namespace

EXPORT_CASE(KsPinGetLeadingEdgeStreamPointer, KsStreamPointerUnlock, KsStreamPointerLock) {
    Running Own(Case);
    REQUIRE(Own.In != NULL);
    EXPECT_EQ(Own.Leading(Own.In), (PKSSTREAM_POINTER)NULL);
    CaseFrame Frame(Own.Stream.File[1], KSSTREAM_WRITE, 32);
    const PKSSTREAM_POINTER Pointer = Own.Leading(Own.In);
    REQUIRE(Pointer != NULL);
    EXPECT_EQ(Pointer->Pin, Own.In);
    EXPECT_EQ(Pointer->Offset, &Pointer->OffsetIn);
    EXPECT_EQ(Pointer->OffsetIn.Remaining, 32u);
    EXPECT_EQ(Pointer->OffsetIn.Data[31], 31);
    EXPECT_EQ(Pointer->StreamHeader->DataUsed, 32u);
    KsStreamPointerUnlock(Pointer, FALSE);
    EXPECT_TRUE(Frame.Pending());
    EXPECT_SUCCESS(KsStreamPointerLock(Pointer));
    EXPECT_EQ(Pointer->OffsetIn.Remaining, 32u);
    KsStreamPointerUnlock(Pointer, TRUE);
    EXPECT_FALSE(Frame.Pending());
    EXPECT_SUCCESS(Frame.Wait());
    EXPECT_EQ(KsStreamPointerLock(Pointer), STATUS_DEVICE_NOT_READY);
}

EXPORT_CASE(KsStreamPointerAdvanceOffsets, KsStreamPointerAdvance, KsPinGetAvailableByteCount) {
    Running Own(Case);
    REQUIRE(Own.In != NULL);
    CaseFrame First(Own.Stream.File[1], KSSTREAM_WRITE, 32),
        Second(Own.Stream.File[1], KSSTREAM_WRITE, 16);
    LONG Input = 0, Output = -1;
    EXPECT_SUCCESS(KsPinGetAvailableByteCount(Own.In, &Input, &Output));
    EXPECT_EQ(Input, 48);
    EXPECT_EQ(Output, 0);
    const PKSSTREAM_POINTER Pointer = Own.Leading(Own.In);
    REQUIRE(Pointer != NULL);
    EXPECT_SUCCESS(KsStreamPointerAdvanceOffsets(Pointer, 20, 0, FALSE));
    EXPECT_EQ(Pointer->OffsetIn.Remaining, 12u);
    EXPECT_EQ(Pointer->OffsetIn.Data[0], 20);
    EXPECT_TRUE(First.Pending());
    EXPECT_SUCCESS(KsStreamPointerAdvance(Pointer));
    EXPECT_SUCCESS(First.Wait());
    EXPECT_EQ(Pointer->OffsetIn.Remaining, 16u);
    EXPECT_SUCCESS(KsPinGetAvailableByteCount(Own.In, &Input, NULL));
    EXPECT_EQ(Input, 16);
    EXPECT_EQ(KsStreamPointerAdvance(Pointer), STATUS_DEVICE_NOT_READY);
    EXPECT_SUCCESS(Second.Wait());
}

EXPORT_CASE(KsStreamPointerAdvanceOffsetsAndUnlock, KsStreamPointerSetStatusCode) {
    Running Own(Case);
    REQUIRE(Own.In != NULL && Own.Out != NULL);
    CaseFrame Read(Own.Stream.File[0], KSSTREAM_READ, 64);
    PKSSTREAM_POINTER Pointer = Own.Leading(Own.Out);
    REQUIRE(Pointer != NULL);
    EXPECT_EQ(Pointer->Offset, &Pointer->OffsetOut);
    EXPECT_EQ(Pointer->OffsetOut.Remaining, 64u);
    RtlFillMemory(Pointer->OffsetOut.Data, 10, 0x77);
    KsStreamPointerAdvanceOffsetsAndUnlock(Pointer, 0, 10, TRUE);
    EXPECT_SUCCESS(Read.Wait());
    EXPECT_EQ(Read.Memory->Header.DataUsed, 10u);
    EXPECT_EQ(Read.Memory->Data[9], 0x77);
    EXPECT_EQ(Read.Memory->Data[10], 10);
    CaseFrame Failed(Own.Stream.File[1], KSSTREAM_WRITE, 8);
    Pointer = Own.Leading(Own.In);
    REQUIRE(Pointer != NULL);
    EXPECT_SUCCESS(KsStreamPointerSetStatusCode(Pointer, STATUS_DATA_ERROR));
    KsStreamPointerUnlock(Pointer, TRUE);
    EXPECT_EQ(Failed.Wait(), STATUS_DATA_ERROR);
}

EXPORT_CASE(KsStreamPointerGetMdl, KsStreamPointerGetIrp) {
    Running Own(Case);
    REQUIRE(Own.In != NULL);
    CaseFrame Frame(Own.Stream.File[1], KSSTREAM_WRITE, 32);
    const PKSSTREAM_POINTER Pointer = Own.Leading(Own.In);
    REQUIRE(Pointer != NULL);
    BOOLEAN IsFirst = FALSE, IsLast = FALSE;
    const PIRP Irp = KsStreamPointerGetIrp(Pointer, &IsFirst, &IsLast);
    REQUIRE(Irp != NULL);
    EXPECT_EQ(CaseStack(Irp)->FileObject, Own.Stream.File[1].Object);
    EXPECT_TRUE(IsFirst && IsLast);
    const PMDL Mdl = KsStreamPointerGetMdl(Pointer);
    REQUIRE(Mdl != NULL);
    EXPECT_EQ(MmGetMdlByteCount(Mdl), 32u);
    EXPECT_EQ(Mdl, Irp->MdlAddress);
    KsStreamPointerUnlock(Pointer, TRUE);
    EXPECT_EQ(KsStreamPointerGetIrp(Pointer, NULL, NULL), (PIRP)NULL);
    EXPECT_SUCCESS(Frame.Wait());
}

EXPORT_CASE(KsStreamPointerClone, KsStreamPointerDelete, KsPinGetFirstCloneStreamPointer,
            KsStreamPointerGetNextClone) {
    Running Own(Case);
    REQUIRE(Own.In != NULL);
    EXPECT_EQ(KsPinGetFirstCloneStreamPointer(Own.In), (PKSSTREAM_POINTER)NULL);
    CaseFrame First(Own.Stream.File[1], KSSTREAM_WRITE, 32),
        Second(Own.Stream.File[1], KSSTREAM_WRITE, 32);
    PKSSTREAM_POINTER Clones[2] = {};
    for (PKSSTREAM_POINTER &Clone : Clones) {
        const PKSSTREAM_POINTER Pointer = Own.Leading(Own.In);
        REQUIRE(Pointer != NULL);
        REQUIRE_SUCCESS(KsStreamPointerClone(Pointer, NULL, sizeof(ULONGLONG), &Clone));
        EXPECT_EQ(Clone->StreamHeader, Pointer->StreamHeader);
        *static_cast<ULONGLONG *>(Clone->Context) = 1;
        KsStreamPointerUnlock(Pointer, TRUE);
    }
    EXPECT_EQ(KsPinGetFirstCloneStreamPointer(Own.In), Clones[0]);
    EXPECT_EQ(KsStreamPointerGetNextClone(Clones[0]), Clones[1]);
    EXPECT_EQ(KsStreamPointerGetNextClone(Clones[1]), (PKSSTREAM_POINTER)NULL);
    EXPECT_TRUE(First.Pending() && Second.Pending());
    KsStreamPointerDelete(Clones[1]);
    EXPECT_SUCCESS(Second.Wait());
    EXPECT_TRUE(First.Pending());
    KsStreamPointerDelete(Clones[0]);
    EXPECT_SUCCESS(First.Wait());
}

static LONG TimeoutCalls;
static void NTAPI OnTimeout(PKSSTREAM_POINTER Pointer) {
    ++TimeoutCalls;
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    KsStreamPointerDelete(Pointer);
}

EXPORT_CASE(KsStreamPointerScheduleTimeout, KsStreamPointerCancelTimeout) {
    Running Own(Case);
    REQUIRE(Own.In != NULL);
    CaseFrame Frame(Own.Stream.File[1], KSSTREAM_WRITE, 32);
    PKSSTREAM_POINTER Clone = NULL;
    const PKSSTREAM_POINTER Pointer = Own.Leading(Own.In);
    REQUIRE(Pointer != NULL);
    REQUIRE_SUCCESS(KsStreamPointerClone(Pointer, NULL, 0, &Clone));
    KsStreamPointerUnlock(Pointer, TRUE);
    TimeoutCalls = 0;
    KsStreamPointerScheduleTimeout(Clone, OnTimeout, 50 * 10000);
    KsStreamPointerCancelTimeout(Clone);
    CaseSleep(150);
    EXPECT_EQ(TimeoutCalls, 0);
    KsStreamPointerScheduleTimeout(Clone, OnTimeout, 50 * 10000);
    EXPECT_SUCCESS(Frame.Wait());
    EXPECT_EQ(TimeoutCalls, 1);
}

EXPORT_CASE(KsPinGetTrailingEdgeStreamPointer) {
    Running Own(Case, KSPIN_FLAG_DISTINCT_TRAILING_EDGE);
    REQUIRE(Own.In != NULL);
    CaseFrame Frame(Own.Stream.File[1], KSSTREAM_WRITE, 32);
    const PKSSTREAM_POINTER Front = Own.Leading(Own.In);
    REQUIRE(Front != NULL);
    KsStreamPointerUnlock(Front, TRUE);
    // Held by the trailing edge.
    EXPECT_TRUE(Frame.Pending());
    const PKSSTREAM_POINTER Back =
        KsPinGetTrailingEdgeStreamPointer(Own.In, KSSTREAM_POINTER_STATE_LOCKED);
    REQUIRE(Back != NULL);
    EXPECT_EQ(Back->OffsetIn.Count, 32u);
    KsStreamPointerUnlock(Back, TRUE);
    EXPECT_SUCCESS(Frame.Wait());
}

// Both ends of a connection, one step at a time.
static NTSTATUS CaseSetStates(const CaseFile &First, const CaseFile &Second, KSSTATE To) {
    const KSSTATE Up[] = {KSSTATE_ACQUIRE, KSSTATE_PAUSE, KSSTATE_RUN};
    const KSSTATE Down[] = {KSSTATE_PAUSE, KSSTATE_ACQUIRE, KSSTATE_STOP};
    for (const KSSTATE State : To == KSSTATE_RUN ? Up : Down) {
        NTSTATUS Status = CaseSetState(First, State);
        if (NT_SUCCESS(Status))
            Status = CaseSetState(Second, State);
        if (!NT_SUCCESS(Status))
            return Status;
    }
    return STATUS_SUCCESS;
}

static LONG IrpsCompleted;
static void NTAPI OnIrpCompletion(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Pin);
    if (EXPECT_TRUE(Irp != NULL))
        ++IrpsCompleted;
}

// An output that feeds an input: the IRPs are the output's, and come back to it.
EXPORT_CASE(KsPinRegisterIrpCompletionCallback) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    for (KSPIN_DESCRIPTOR_EX &Pin : Descriptor.Pins)
        Pin.Flags = KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING;
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile Filter, Other, Sink, Source;
    REQUIRE_SUCCESS(Own.Open(Filter));
    REQUIRE_SUCCESS(Own.Open(Other));
    REQUIRE_SUCCESS(CaseConnect(Other, 1, NULL, Sink));
    REQUIRE_SUCCESS(CaseConnect(Filter, 0, Sink.Handle, Source));
    IrpsCompleted = 0;
    KsPinRegisterIrpCompletionCallback(KsGetPinFromFileObject(Source.Object), OnIrpCompletion);
    EXPECT_SUCCESS(CaseSetStates(Sink, Source, KSSTATE_RUN));
    const PKSPIN Pins[] = {KsGetPinFromFileObject(Source.Object),
                           KsGetPinFromFileObject(Sink.Object)};
    for (const PKSPIN Pin : Pins) {
        EXPECT_EQ(IrpsCompleted, 0);
        const PKSSTREAM_POINTER Pointer =
            KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
        if (EXPECT_TRUE(Pointer != NULL))
            KsStreamPointerUnlock(Pointer, TRUE);
    }
    EXPECT_EQ(IrpsCompleted, 1);
    EXPECT_SUCCESS(CaseSetStates(Source, Sink, KSSTATE_STOP));
}

EXPORT_CASE(KsPinGetCopyRelationships) {
    Running Own(Case);
    REQUIRE(Own.In != NULL);
    PKSPIN Source = Own.In, Branch = Own.In;
    KsPinGetCopyRelationships(Own.Out, &Source, &Branch);
    EXPECT_EQ(Source, (PKSPIN)NULL);
    EXPECT_EQ(Branch, (PKSPIN)NULL);
}

// Frames of the minidriver's own, sent to the pin at the other end.
static PVOID ReturnedData;
static PMDL ReturnedMdl;
static PVOID ReturnedContext;
static NTSTATUS ReturnedStatus;
static KEVENT Returned;
static void NTAPI OnFrameReturn(PKSPIN Pin, PVOID Data, ULONG Size, PMDL Mdl, PVOID Context,
                                NTSTATUS Status) {
    UNREFERENCED_PARAMETER(Pin);
    EXPECT_EQ(Size, 16u);
    ReturnedData = Data;
    ReturnedMdl = Mdl;
    ReturnedContext = Context;
    ReturnedStatus = Status;
    KeSetEvent(&Returned, IO_NO_INCREMENT, FALSE);
}

EXPORT_CASE(KsPinSubmitFrame, KsPinSubmitFrameMdl, KsPinRegisterFrameReturnCallback) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    for (KSPIN_DESCRIPTOR_EX &Pin : Descriptor.Pins)
        Pin.Flags = KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING;
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile Filter, Other, Sink, Source;
    REQUIRE_SUCCESS(Own.Open(Filter));
    REQUIRE_SUCCESS(Own.Open(Other));
    REQUIRE_SUCCESS(CaseConnect(Other, 1, NULL, Sink));
    REQUIRE_SUCCESS(CaseConnect(Filter, 0, Sink.Handle, Source));
    const PKSPIN From = KsGetPinFromFileObject(Source.Object);
    const PKSPIN To = KsGetPinFromFileObject(Sink.Object);
    KeInitializeEvent(&Returned, SynchronizationEvent, FALSE);
    KsPinRegisterFrameReturnCallback(From, OnFrameReturn);
    UCHAR *const Data = static_cast<UCHAR *>(ExAllocatePoolWithTag(NonPagedPool, 16, 'esaC'));
    REQUIRE(Data != NULL);
    RtlFillMemory(Data, 16, 0x33);
    EXPECT_FALSE(NT_SUCCESS(KsPinSubmitFrame(From, Data, 16, NULL, NULL)));
    EXPECT_SUCCESS(CaseSetStates(Sink, Source, KSSTATE_RUN));
    const PMDL Mdl = IoAllocateMdl(Data, 16, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(Mdl);
    for (int Round = 0; Round < 2; ++Round) {
        EXPECT_SUCCESS(Round == 0 ? KsPinSubmitFrame(From, Data, 16, NULL, &Returned)
                                  : KsPinSubmitFrameMdl(From, Mdl, NULL, &Returned));
        bool Found = false;
        for (int Frame = 0; Frame < 16 && !Found; ++Frame) {
            const PKSSTREAM_POINTER Pointer =
                KsPinGetLeadingEdgeStreamPointer(To, KSSTREAM_POINTER_STATE_LOCKED);
            if (Pointer == NULL)
                break;
            Found = Pointer->OffsetIn.Count == 16 && Pointer->OffsetIn.Data[0] == 0x33;
            KsStreamPointerUnlock(Pointer, TRUE);
        }
        EXPECT_TRUE(Found);
        LARGE_INTEGER Soon = CaseMilliseconds(1000);
        EXPECT_SUCCESS(KeWaitForSingleObject(&Returned, Executive, KernelMode, FALSE, &Soon));
        EXPECT_EQ(ReturnedData, (PVOID)Data);
        EXPECT_EQ(ReturnedContext, (PVOID)&Returned);
        EXPECT_SUCCESS(ReturnedStatus);
        if (Round == 1)
            EXPECT_EQ(ReturnedMdl, Mdl);
    }
    EXPECT_SUCCESS(CaseSetStates(Source, Sink, KSSTATE_STOP));
    IoFreeMdl(Mdl);
    ExFreePool(Data);
}
