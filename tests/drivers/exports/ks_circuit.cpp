// Two pins that are connected: steps that one of them refuses, its allocator, and the frames as
// the pins see them.
#include "ks_fixture.h"

// The steps that the pins were told, and one that is refused.
struct CIRCUIT_STEP {
    ULONG PinId;
    KSSTATE To;
    KSSTATE From;
};
static CIRCUIT_STEP Steps[16];
static ULONG StepCount;
static CIRCUIT_STEP Refused;
static NTSTATUS NTAPI OnSetState(PKSPIN Pin, KSSTATE To, KSSTATE From) {
    if (StepCount < SIZEOF_ARRAY(Steps))
        Steps[StepCount++] = {Pin->Id, To, From};
    return Pin->Id == Refused.PinId && To == Refused.To && From == Refused.From ? STATUS_DEVICE_BUSY
                                                                                : STATUS_SUCCESS;
}

static bool TookSteps(const CIRCUIT_STEP *Expected, ULONG Count) {
    bool Same = EXPECT_EQ(StepCount, Count);
    for (ULONG Index = 0; Same && Index < Count; ++Index) {
        Same = EXPECT_EQ(Steps[Index].PinId, Expected[Index].PinId) && Same;
        Same = EXPECT_EQ(Steps[Index].To, Expected[Index].To) && Same;
        Same = EXPECT_EQ(Steps[Index].From, Expected[Index].From) && Same;
    }
    StepCount = 0;
    return Same;
}

namespace {
// Output 0 of one filter, the source, feeds input 1 of another; reversed, the input is the source.
class Circuit {
  public:
    Circuit(CASE_CONTEXT &Case, CASE_FILTER &Descriptor, bool Reversed = false)
        : Factory_(Case, Prepare(Descriptor, Reversed)) {
        EXPECT_SUCCESS(Factory_.Open(Filter_));
        EXPECT_SUCCESS(Factory_.Open(Other_));
        EXPECT_SUCCESS(CaseConnect(Other_, Reversed ? 0 : 1, NULL, Sink));
        EXPECT_SUCCESS(CaseConnect(Filter_, Reversed ? 1 : 0, Sink.Handle, Source));
        From = KsGetPinFromFileObject(Source.Object);
        To = KsGetPinFromFileObject(Sink.Object);
        StepCount = 0;
        Refused = {99, KSSTATE_STOP, KSSTATE_STOP};
    }
    ~Circuit() {
        Refused = {99, KSSTATE_STOP, KSSTATE_STOP};
        Source.Close();
        Sink.Close();
    }
    // The connection's answer; the sink's wish comes first.
    NTSTATUS Set(KSSTATE State) {
        EXPECT_SUCCESS(CaseSetState(Sink, State));
        return CaseSetState(Source, State);
    }
    void Run() {
        const KSSTATE Up[] = {KSSTATE_ACQUIRE, KSSTATE_PAUSE, KSSTATE_RUN};
        for (const KSSTATE State : Up)
            EXPECT_SUCCESS(Set(State));
    }
    // One frame from one end to the other.
    bool Pass() {
        const PKSPIN Pins[] = {From, To};
        for (const PKSPIN Pin : Pins) {
            const PKSSTREAM_POINTER Pointer =
                KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
            if (Pointer == NULL)
                return false;
            KsStreamPointerUnlock(Pointer, TRUE);
        }
        return true;
    }

  private:
    static const KSFILTER_DESCRIPTOR &Prepare(CASE_FILTER &Descriptor, bool Reversed) {
        KSPIN_COMMUNICATION Ends[] = {KSPIN_COMMUNICATION_SOURCE, KSPIN_COMMUNICATION_SINK};
        for (ULONG Index = 0; Index < 2; ++Index) {
            Descriptor.Pins[Index].Flags |= KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING;
            Descriptor.PinDispatch[Index].SetDeviceState = OnSetState;
            Descriptor.Pins[Index].PinDescriptor.Communication = Ends[Reversed ? 1 - Index : Index];
        }
        return Descriptor.Descriptor;
    }
    CaseFactory Factory_;
    CaseFile Filter_, Other_;

  public:
    CaseFile Sink, Source;
    PKSPIN From = NULL, To = NULL;
};
} // namespace

// Whoever has gone before the one that refuses goes back.
EXPORT_CASE(KsPinGetLeadingEdgeStreamPointer) {
    static CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Circuit Own(Case, Descriptor);
    REQUIRE(Own.From != NULL && Own.To != NULL);
    Refused = {0, KSSTATE_ACQUIRE, KSSTATE_STOP};
    EXPECT_EQ(Own.Set(KSSTATE_ACQUIRE), STATUS_DEVICE_BUSY);
    const CIRCUIT_STEP NotAcquired[] = {{1, KSSTATE_ACQUIRE, KSSTATE_STOP},
                                        {0, KSSTATE_ACQUIRE, KSSTATE_STOP},
                                        {1, KSSTATE_STOP, KSSTATE_ACQUIRE}};
    TookSteps(NotAcquired, 3);
    EXPECT_EQ(Own.To->ClientState, KSSTATE_STOP);
    EXPECT_EQ(Own.From->ClientState, KSSTATE_STOP);
    EXPECT_FALSE(Own.Pass());
    Refused = {0, KSSTATE_PAUSE, KSSTATE_ACQUIRE};
    EXPECT_SUCCESS(CaseSetState(Own.Source, KSSTATE_ACQUIRE));
    StepCount = 0;
    EXPECT_EQ(Own.Set(KSSTATE_PAUSE), STATUS_DEVICE_BUSY);
    const CIRCUIT_STEP NotPaused[] = {{1, KSSTATE_PAUSE, KSSTATE_ACQUIRE},
                                      {0, KSSTATE_PAUSE, KSSTATE_ACQUIRE},
                                      {1, KSSTATE_ACQUIRE, KSSTATE_PAUSE}};
    TookSteps(NotPaused, 3);
    EXPECT_EQ(Own.To->ClientState, KSSTATE_ACQUIRE);
    EXPECT_FALSE(Own.Pass());
    Refused.PinId = 99;
    EXPECT_SUCCESS(CaseSetState(Own.Source, KSSTATE_PAUSE));
    EXPECT_SUCCESS(Own.Set(KSSTATE_RUN));
    StepCount = 0;
    // The producer is told first on the way down.
    Refused = {1, KSSTATE_PAUSE, KSSTATE_RUN};
    EXPECT_EQ(CaseSetState(Own.Source, KSSTATE_PAUSE), STATUS_DEVICE_BUSY);
    const CIRCUIT_STEP StillRuns[] = {{0, KSSTATE_PAUSE, KSSTATE_RUN},
                                      {1, KSSTATE_PAUSE, KSSTATE_RUN},
                                      {0, KSSTATE_RUN, KSSTATE_PAUSE}};
    TookSteps(StillRuns, 3);
    EXPECT_EQ(Own.From->ClientState, KSSTATE_RUN);
    EXPECT_EQ(Own.To->ClientState, KSSTATE_RUN);
    Refused = {1, KSSTATE_ACQUIRE, KSSTATE_PAUSE};
    EXPECT_SUCCESS(CaseSetState(Own.Source, KSSTATE_PAUSE));
    EXPECT_EQ(CaseSetState(Own.Source, KSSTATE_ACQUIRE), STATUS_DEVICE_BUSY);
    EXPECT_EQ(Own.From->ClientState, KSSTATE_PAUSE);
    // Frames go round as before.
    for (int Round = 0; Round < 5; ++Round)
        EXPECT_TRUE(Own.Pass());
    Refused.PinId = 99;
    EXPECT_SUCCESS(CaseSetState(Own.Source, KSSTATE_ACQUIRE));
}

static LONG AllocatorsMade, AllocatorsDeleted, FramesMade, FramesFreed, FramesAtMost;
static ULONG FramesWanted, BytesWanted;
static KSALLOCATOR_FRAMING FramingSeen;
static NTSTATUS AllocatorAnswer;
static PVOID ContextSeen;
static NTSTATUS NTAPI MakeAllocator(PKSPIN Pin, PKSALLOCATOR_FRAMING Framing, PVOID *Context) {
    EXPECT_EQ(Pin->Id, 1u);
    FramingSeen = *Framing;
    if (FramesWanted != ~0u)
        Framing->Frames = FramesWanted;
    if (BytesWanted)
        Framing->FrameSize = BytesWanted;
    *Context = &AllocatorsMade;
    if (NT_SUCCESS(AllocatorAnswer))
        ++AllocatorsMade;
    return AllocatorAnswer;
}
static VOID NTAPI DeleteAllocator(PVOID Context) {
    EXPECT_EQ(Context, (PVOID)&AllocatorsMade);
    ++AllocatorsDeleted;
}
static PVOID NTAPI MakeFrame(PVOID Context) {
    ContextSeen = Context;
    if (FramesMade == FramesAtMost)
        return NULL;
    ++FramesMade;
    return ExAllocatePoolWithTag(NonPagedPool, 0x2000, 'esaC');
}
static VOID NTAPI FreeFrame(PVOID Context, PVOID Buffer) {
    EXPECT_EQ(Context, ContextSeen);
    ++FramesFreed;
    ExFreePool(Buffer);
}

namespace {
// The sink's own allocator, which must be used.
struct ALLOCATING {
    CASE_FILTER Filter;
    KSALLOCATOR_DISPATCH Dispatch;
    KSALLOCATOR_FRAMING_EX Framing;
    void Prepare() {
        CaseInitializeFilter(Filter);
        RtlZeroMemory(&Framing, sizeof Framing);
        Dispatch = {MakeAllocator, DeleteAllocator, MakeFrame, FreeFrame};
        Framing.CountItems = 1;
        KS_FRAMING_ITEM &Item = Framing.FramingItem[0];
        Item.MemoryFlags = KSALLOCATOR_REQUIREMENTF_MUST_ALLOCATE;
        Item.Frames = 3;
        Item.PhysicalRange.MaxFrameSize = ~0u;
        Item.FramingRange.Range.MinFrameSize = 200;
        Item.FramingRange.Range.MaxFrameSize = 400;
        Filter.PinDispatch[1].Allocator = &Dispatch;
        Filter.Pins[1].AllocatorFraming = &Framing;
        AllocatorsMade = AllocatorsDeleted = FramesMade = FramesFreed = 0;
        FramesAtMost = 100;
        FramesWanted = ~0u;
        BytesWanted = 0;
        AllocatorAnswer = STATUS_SUCCESS;
        ContextSeen = NULL;
    }
};
} // namespace

EXPORT_CASE(KsPinGetLeadingEdgeStreamPointer) {
    {
        static ALLOCATING Own;
        Own.Prepare();
        Circuit Pins(Case, Own.Filter);
        EXPECT_SUCCESS(Pins.Set(KSSTATE_ACQUIRE));
        EXPECT_EQ(FramingSeen.OptionsFlags, (ULONG)KSALLOCATOR_OPTIONF_SYSTEM_MEMORY);
        EXPECT_EQ(FramingSeen.PoolType, NonPagedPool);
        EXPECT_EQ(FramingSeen.Frames, 3u);
        EXPECT_EQ(FramingSeen.FrameSize, 400u);
        EXPECT_EQ(FramingSeen.FileAlignment, 15u);
        EXPECT_EQ(FramesMade, 3);
        EXPECT_EQ(ContextSeen, (PVOID)&AllocatorsMade);
        EXPECT_SUCCESS(Pins.Set(KSSTATE_STOP));
        EXPECT_EQ(FramesFreed, 3);
        EXPECT_EQ(AllocatorsDeleted, 1);
        // At least one frame; its size is the allocator's.
        FramesWanted = 0;
        BytesWanted = 100;
        EXPECT_SUCCESS(Pins.Set(KSSTATE_ACQUIRE));
        EXPECT_EQ(FramesMade, 4);
        EXPECT_SUCCESS(Pins.Set(KSSTATE_PAUSE));
        const PKSSTREAM_POINTER Pointer =
            KsPinGetLeadingEdgeStreamPointer(Pins.From, KSSTREAM_POINTER_STATE_LOCKED);
        REQUIRE(Pointer != NULL);
        EXPECT_EQ(Pointer->StreamHeader->FrameExtent, 100u);
        KsStreamPointerUnlock(Pointer, FALSE);
        // A want of frames fails the step, and nothing of it is left.
        EXPECT_SUCCESS(Pins.Set(KSSTATE_ACQUIRE));
        EXPECT_SUCCESS(Pins.Set(KSSTATE_STOP));
        FramesWanted = 3;
        FramesAtMost = FramesMade + 2;
        EXPECT_EQ(Pins.Set(KSSTATE_ACQUIRE), STATUS_INSUFFICIENT_RESOURCES);
        EXPECT_EQ(FramesFreed, FramesMade);
        EXPECT_EQ(AllocatorsDeleted, 3);
        // So does what it answers itself.
        AllocatorAnswer = STATUS_DEVICE_BUSY;
        EXPECT_EQ(CaseSetState(Pins.Source, KSSTATE_ACQUIRE), STATUS_DEVICE_BUSY);
        EXPECT_EQ(AllocatorsDeleted, 3);
        EXPECT_EQ(FramesFreed, FramesMade);
        // And a pin that refuses: no circuit is left.
        AllocatorAnswer = STATUS_SUCCESS;
        FramesAtMost = 100;
        Refused = {0, KSSTATE_ACQUIRE, KSSTATE_STOP};
        EXPECT_EQ(CaseSetState(Pins.Source, KSSTATE_ACQUIRE), STATUS_DEVICE_BUSY);
        EXPECT_EQ(AllocatorsDeleted, 4);
        EXPECT_EQ(FramesFreed, FramesMade);
    }
    // What an allocator does not need to have, and what it needs.
    for (ULONG Lacking = 0; Lacking < 3; ++Lacking) {
        static ALLOCATING Own;
        Own.Prepare();
        if (Lacking == 0) {
            Own.Dispatch.InitializeAllocator = NULL;
            Own.Dispatch.DeleteAllocator = NULL;
        } else if (Lacking == 1) {
            Own.Dispatch.Allocate = NULL;
        } else {
            Own.Dispatch.Free = NULL;
        }
        Circuit Pins(Case, Own.Filter);
        EXPECT_EQ(Pins.Set(KSSTATE_ACQUIRE),
                  Lacking == 0 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER);
        EXPECT_EQ(FramesMade, Lacking == 0 ? 3 : 0);
        EXPECT_EQ(AllocatorsMade, 0);
        EXPECT_EQ(ContextSeen, (PVOID)NULL);
    }
    // Nobody has to allocate: the pool aligns to a page, and no more.
    for (ULONG Pages = 1; Pages <= 2; ++Pages) {
        static ALLOCATING Own;
        Own.Prepare();
        Own.Framing.FramingItem[0].MemoryFlags = 0;
        Own.Framing.FramingItem[0].FileAlignment = Pages * PAGE_SIZE - 1;
        Circuit Pins(Case, Own.Filter);
        EXPECT_EQ(Pins.Set(KSSTATE_ACQUIRE),
                  Pages == 1 ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES);
        EXPECT_EQ(AllocatorsMade, 0);
    }
}

// Each frame comes round empty, in an IRP that says where it belongs.
EXPORT_CASE(KsPinGetLeadingEdgeStreamPointer, KsStreamPointerGetIrp) {
    for (ULONG Reversed = 0; Reversed < 2; ++Reversed) {
        static ALLOCATING Own;
        Own.Prepare();
        Own.Framing.FramingItem[0].MemoryFlags = 0;
        Circuit Pins(Case, Own.Filter, Reversed != 0);
        REQUIRE(Pins.From != NULL && Pins.To != NULL);
        Pins.To->StreamHeaderSize = 113;
        Pins.From->StreamHeaderSize = 60;
        Pins.Run();
        const PKSPIN Producer = Reversed ? Pins.To : Pins.From;
        const PKSPIN Consumer = Reversed ? Pins.From : Pins.To;
        for (int Round = 0; Round < 4; ++Round) {
            PKSSTREAM_POINTER Pointer =
                KsPinGetLeadingEdgeStreamPointer(Producer, KSSTREAM_POINTER_STATE_LOCKED);
            REQUIRE(Pointer != NULL);
            const PKSSTREAM_HEADER Header = Pointer->StreamHeader;
            EXPECT_EQ(Header->Size, 120u);
            EXPECT_EQ(Header->DataUsed, 0u);
            EXPECT_EQ(Header->FrameExtent, 400u);
            EXPECT_EQ(Header->OptionsFlags, 0u);
            EXPECT_EQ(Header->Duration, 0);
            EXPECT_EQ(Header->PresentationTime.Time, 0);
            EXPECT_EQ(Header->PresentationTime.Numerator, 1u);
            EXPECT_EQ(Header->PresentationTime.Denominator, 1u);
            EXPECT_EQ(reinterpret_cast<PUCHAR>(Header)[119], 0);
            const PIRP Irp = KsStreamPointerGetIrp(Pointer, NULL, NULL);
            REQUIRE(Irp != NULL);
            EXPECT_EQ(CaseStack(Irp)->MajorFunction, IRP_MJ_DEVICE_CONTROL);
            EXPECT_EQ(CaseStack(Irp)->FileObject, Pins.Source.Object);
            EXPECT_EQ(CaseStack(Irp)->Parameters.DeviceIoControl.IoControlCode,
                      (ULONG)(Reversed ? IOCTL_KS_READ_STREAM : IOCTL_KS_WRITE_STREAM));
            EXPECT_EQ(CaseStack(Irp)->Parameters.DeviceIoControl.OutputBufferLength, 120u);
            EXPECT_EQ(Irp->RequestorMode, KernelMode);
            EXPECT_EQ(Irp->UserBuffer, (PVOID)Header);
            EXPECT_EQ(Irp->AssociatedIrp.SystemBuffer, (PVOID)Header);
            EXPECT_SUCCESS(Irp->IoStatus.Status);
            EXPECT_EQ(MmGetMdlByteCount(Irp->MdlAddress), 400u);
            Header->OptionsFlags = KSSTREAM_HEADER_OPTIONSF_SPLICEPOINT;
            Header->Duration = Header->PresentationTime.Time = 77;
            reinterpret_cast<PUCHAR>(Header)[119] = 1;
            KsStreamPointerAdvanceOffsetsAndUnlock(Pointer, 0, 50, TRUE);
            Pointer = KsPinGetLeadingEdgeStreamPointer(Consumer, KSSTREAM_POINTER_STATE_LOCKED);
            REQUIRE(Pointer != NULL);
            EXPECT_EQ(Pointer->OffsetIn.Count, 50u);
            EXPECT_EQ(Pointer->StreamHeader->Duration, 77);
            EXPECT_SUCCESS(KsStreamPointerSetStatusCode(Pointer, STATUS_DATA_ERROR));
            KsStreamPointerUnlock(Pointer, TRUE);
        }
    }
}

// A clone that a minidriver keeps is taken from it on the way to STOP.
EXPORT_CASE(KsStreamPointerClone, KsPinGetFirstCloneStreamPointer) {
    static CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Circuit Own(Case, Descriptor);
    REQUIRE(Own.From != NULL && Own.To != NULL);
    for (int Round = 0; Round < 2; ++Round) {
        Own.Run();
        PKSSTREAM_POINTER Pointer =
            KsPinGetLeadingEdgeStreamPointer(Own.From, KSSTREAM_POINTER_STATE_LOCKED);
        REQUIRE(Pointer != NULL);
        KsStreamPointerUnlock(Pointer, TRUE);
        Pointer = KsPinGetLeadingEdgeStreamPointer(Own.To, KSSTREAM_POINTER_STATE_LOCKED);
        REQUIRE(Pointer != NULL);
        PKSSTREAM_POINTER Clone = NULL;
        EXPECT_SUCCESS(KsStreamPointerClone(Pointer, NULL, 0, &Clone));
        KsStreamPointerUnlock(Pointer, TRUE);
        EXPECT_EQ(KsPinGetFirstCloneStreamPointer(Own.To), Clone);
        EXPECT_SUCCESS(Own.Set(KSSTATE_PAUSE));
        EXPECT_SUCCESS(Own.Set(KSSTATE_ACQUIRE));
        EXPECT_EQ(KsPinGetFirstCloneStreamPointer(Own.To), Clone);
        EXPECT_SUCCESS(Own.Set(KSSTATE_STOP));
        EXPECT_EQ(KsPinGetFirstCloneStreamPointer(Own.To), (PKSSTREAM_POINTER)NULL);
    }
}

static LONG FramesBack;
static ULONG SizeBack;
static NTSTATUS StatusBack;
static void NTAPI OnFrameBack(PKSPIN Pin, PVOID Data, ULONG Size, PMDL Mdl, PVOID Context,
                              NTSTATUS Status) {
    UNREFERENCED_PARAMETER(Pin);
    UNREFERENCED_PARAMETER(Data);
    EXPECT_EQ(Mdl, (PMDL)NULL);
    EXPECT_EQ(Context, (PVOID)&FramesBack);
    ++FramesBack;
    SizeBack = Size;
    StatusBack = Status;
}

EXPORT_CASE(KsPinSubmitFrame, KsPinSubmitFrameMdl, KsPinRegisterFrameReturnCallback) {
    static CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    {
        Circuit Own(Case, Descriptor);
        REQUIRE(Own.From != NULL && Own.To != NULL);
        UCHAR *const Data = static_cast<UCHAR *>(ExAllocatePoolWithTag(NonPagedPool, 16, 'esaC'));
        REQUIRE(Data != NULL);
        FramesBack = 0;
        KsPinRegisterFrameReturnCallback(Own.From, OnFrameBack);
        Own.From->StreamHeaderSize = sizeof(KSSTREAM_HEADER) + 16;
        Own.Run();
        EXPECT_EQ(KsPinSubmitFrame(Own.From, Data, 0, NULL, &FramesBack), STATUS_INVALID_PARAMETER);
        EXPECT_EQ(KsPinSubmitFrame(Own.From, NULL, 16, NULL, &FramesBack),
                  STATUS_INVALID_PARAMETER);
        struct {
            KSSTREAM_HEADER Header;
            UCHAR More[16];
        } Given = {};
        RtlFillMemory(Given.More, sizeof Given.More, 0x44);
        const auto Look = [&](ULONG Round, ULONG Extent, ULONG Used, UCHAR More) {
            const PKSSTREAM_POINTER Pointer =
                KsPinGetLeadingEdgeStreamPointer(Own.To, KSSTREAM_POINTER_STATE_LOCKED);
            if (!EXPECT_TRUE(Pointer != NULL))
                return;
            const KSSTREAM_HEADER *Header = Pointer->StreamHeader;
            EXPECT_EQ(Header->Size, sizeof Given);
            EXPECT_EQ(Header->FrameExtent, Extent);
            EXPECT_EQ(Header->DataUsed, Used);
            EXPECT_EQ(Header->Data, (PVOID)(Extent ? Data : NULL));
            EXPECT_EQ(reinterpret_cast<const UCHAR *>(Header + 1)[15], More);
            const PIRP Irp = KsStreamPointerGetIrp(Pointer, NULL, NULL);
            EXPECT_EQ(Irp->RequestorMode, KernelMode);
            EXPECT_EQ(CaseStack(Irp)->MajorFunction, IRP_MJ_DEVICE_CONTROL);
            EXPECT_EQ(CaseStack(Irp)->FileObject, Own.Source.Object);
            EXPECT_EQ(CaseStack(Irp)->Parameters.DeviceIoControl.IoControlCode,
                      (ULONG)IOCTL_KS_WRITE_STREAM);
            EXPECT_EQ(CaseStack(Irp)->Parameters.DeviceIoControl.OutputBufferLength, sizeof Given);
            EXPECT_SUCCESS(KsStreamPointerSetStatusCode(Pointer, STATUS_DATA_ERROR));
            KsStreamPointerUnlock(Pointer, TRUE);
            EXPECT_EQ(FramesBack, Round);
            EXPECT_EQ(SizeBack, Extent);
            EXPECT_EQ(StatusBack, STATUS_DATA_ERROR);
        };
        EXPECT_SUCCESS(KsPinSubmitFrame(Own.From, Data, 16, NULL, &FramesBack));
        Look(1, 16, 16, 0);
        Given.Header.Size = sizeof Given;
        Given.Header.DataUsed = 5;
        EXPECT_SUCCESS(KsPinSubmitFrame(Own.From, Data, 16, &Given.Header, &FramesBack));
        Look(2, 16, 5, 0x44);
        Given.Header.Size = sizeof Given.Header;
        EXPECT_SUCCESS(KsPinSubmitFrame(Own.From, Data, 16, &Given.Header, &FramesBack));
        Look(3, 16, 5, 0);
        Given.Header.DataUsed = 0;
        EXPECT_SUCCESS(KsPinSubmitFrameMdl(Own.From, NULL, &Given.Header, &FramesBack));
        Look(4, 0, 0, 0);
        Own.Source.Close();
        ExFreePool(Data);
    }
    // Data flow into an input: it has none to inject.
    Circuit Own(Case, Descriptor, true);
    REQUIRE(Own.From != NULL);
    KsPinRegisterFrameReturnCallback(Own.From, OnFrameBack);
    EXPECT_EQ(Own.Set(KSSTATE_ACQUIRE), STATUS_INVALID_DEVICE_STATE);
    KsPinRegisterFrameReturnCallback(Own.From, NULL);
    EXPECT_SUCCESS(CaseSetState(Own.Source, KSSTATE_ACQUIRE));
}
