// Pins outside the standard transport, and pins whose frames are mapped for DMA.
#include "ks_fixture.h"

static void NTAPI NeverCalled(PKSSTREAM_POINTER Pointer) {
    UNREFERENCED_PARAMETER(Pointer);
    EXPECT_TRUE(FALSE);
}
static void NTAPI NoFrameReturns(PKSPIN Pin, PVOID Data, ULONG Size, PMDL Mdl, PVOID Context,
                                 NTSTATUS Status) {
    UNREFERENCED_PARAMETER(Pin);
    UNREFERENCED_PARAMETER(Data);
    UNREFERENCED_PARAMETER(Size);
    UNREFERENCED_PARAMETER(Mdl);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Status);
    NeverCalled(NULL);
}
static void NTAPI NoIrpCompletes(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Pin);
    UNREFERENCED_PARAMETER(Irp);
    NeverCalled(NULL);
}

// There is no queue, no gate, no clock: whoever asks for them learns it.
EXPORT_CASE(KsPinGetLeadingEdgeStreamPointer, KsPinGetTrailingEdgeStreamPointer,
            KsPinGetFirstCloneStreamPointer, KsPinGetAvailableByteCount, KsPinGetAndGate,
            KsPinAttemptProcessing, KsPinAttachAndGate, KsPinAttachOrGate, KsPinSubmitFrame,
            KsPinSubmitFrameMdl, KsPinRegisterFrameReturnCallback,
            KsPinRegisterIrpCompletionCallback, KsPinGetCopyRelationships,
            KsPinGetReferenceClockInterface, KsPinSetPinClockTime, KsPinAcquireProcessingMutex,
            KsPinReleaseProcessingMutex) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Pins[0].PinDescriptor.Communication = KSPIN_COMMUNICATION_NONE;
    Descriptor.Pins[1].Flags =
        KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT | KSPIN_FLAG_IMPLEMENT_CLOCK;
    CaseStream Stream(Case, Descriptor);
    const PKSPIN Pin = Stream.Pin[1];
    REQUIRE(Pin != NULL);
    for (int Round = 0; Round < 2; ++Round) {
        EXPECT_EQ(KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_UNLOCKED),
                  (PKSSTREAM_POINTER)NULL);
        EXPECT_EQ(KsPinGetTrailingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_UNLOCKED),
                  (PKSSTREAM_POINTER)NULL);
        EXPECT_EQ(KsPinGetFirstCloneStreamPointer(Pin), (PKSSTREAM_POINTER)NULL);
        LONG Input = 7, Output = 8;
        EXPECT_EQ(KsPinGetAvailableByteCount(Pin, &Input, &Output), STATUS_UNSUCCESSFUL);
        EXPECT_EQ(Input, 7);
        EXPECT_EQ(Output, 8);
        EXPECT_EQ(KsPinGetAndGate(Pin), (PKSGATE)NULL);
        KsPinAttemptProcessing(Pin, FALSE);
        KSGATE Gate;
        KsGateInitializeAnd(&Gate, NULL);
        KsPinAttachAndGate(Pin, &Gate);
        KsPinAttachOrGate(Pin, &Gate);
        EXPECT_EQ(Gate.NextGate, (PKSGATE)NULL);
        KsPinRegisterFrameReturnCallback(Pin, NoFrameReturns);
        KsPinRegisterIrpCompletionCallback(Pin, NoIrpCompletes);
        EXPECT_EQ(KsPinSubmitFrame(Pin, &Gate, sizeof Gate, NULL, NULL),
                  STATUS_INVALID_DEVICE_REQUEST);
        EXPECT_EQ(KsPinSubmitFrameMdl(Pin, NULL, NULL, NULL), STATUS_INVALID_DEVICE_REQUEST);
        PKSPIN Source = Pin, Branch = Pin;
        KsPinGetCopyRelationships(Pin, &Source, &Branch);
        EXPECT_EQ(Source, (PKSPIN)NULL);
        EXPECT_EQ(Branch, (PKSPIN)NULL);
        PIKSREFERENCECLOCK Clock = reinterpret_cast<PIKSREFERENCECLOCK>(&Gate);
        EXPECT_EQ(KsPinGetReferenceClockInterface(Pin, &Clock), STATUS_DEVICE_NOT_READY);
        EXPECT_EQ(Clock, (PIKSREFERENCECLOCK)NULL);
        KsPinSetPinClockTime(Pin, 5);
        KSCLOCK_CREATE Create = {0};
        HANDLE Handle = NULL;
        EXPECT_EQ(KsCreateClock(Stream.File[1].Handle, &Create, &Handle), STATUS_NOT_SUPPORTED);
        KsPinAcquireProcessingMutex(Pin);
        KsPinReleaseProcessingMutex(Pin);
        EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
    }
}

static void PrepareMapped(CASE_FILTER &Descriptor) {
    CaseInitializeFilter(Descriptor);
    Descriptor.Pins[0].PinDescriptor.Communication = KSPIN_COMMUNICATION_NONE;
    Descriptor.Pins[1].Flags = KSPIN_FLAG_GENERATE_MAPPINGS | KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING;
}

// Without an adapter object no frame can be locked; it can go as before.
EXPORT_CASE(KsStreamPointerLock, KsPinGetLeadingEdgeStreamPointer) {
    CASE_FILTER Descriptor;
    PrepareMapped(Descriptor);
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[1] != NULL);
    EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
    CaseFrame Frame(Stream.File[1], KSSTREAM_WRITE, 64);
    const PKSSTREAM_POINTER Pointer =
        KsPinGetLeadingEdgeStreamPointer(Stream.Pin[1], KSSTREAM_POINTER_STATE_UNLOCKED);
    REQUIRE(Pointer != NULL);
    EXPECT_EQ(KsStreamPointerLock(Pointer), STATUS_DEVICE_NOT_READY);
    EXPECT_EQ(KsStreamPointerGetIrp(Pointer, NULL, NULL), (PIRP)NULL);
    EXPECT_EQ(KsPinGetLeadingEdgeStreamPointer(Stream.Pin[1], KSSTREAM_POINTER_STATE_LOCKED),
              (PKSSTREAM_POINTER)NULL);
    LONG Input = 0;
    EXPECT_SUCCESS(KsPinGetAvailableByteCount(Stream.Pin[1], &Input, NULL));
    EXPECT_EQ(Input, 64);
    EXPECT_SUCCESS(Stream.Set(KSSTATE_STOP));
    EXPECT_EQ(Frame.Wait(), STATUS_CANCELLED);
}

// Mappings of the largest size and what remains, each in an entry of the driver's size.
EXPORT_CASE(KsDeviceRegisterAdapterObject, KsStreamPointerAdvanceOffsets) {
    constexpr ULONG Largest = 64, Stride = sizeof(KSMAPPING) + 16;
    DEVICE_DESCRIPTION Description = {};
    ULONG Registers = 0;
    Description.Version = DEVICE_DESCRIPTION_VERSION;
    Description.Master = TRUE;
    Description.ScatterGather = TRUE;
    Description.Dma32BitAddresses = TRUE;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = 0x10000;
    const PDMA_ADAPTER Adapter = IoGetDmaAdapter(Case.PhysicalDevice, &Description, &Registers);
    REQUIRE(Adapter != NULL);
    const PKSDEVICE Device = KsGetDeviceForDeviceObject(Case.Device);
    KsDeviceRegisterAdapterObject(Device, reinterpret_cast<PADAPTER_OBJECT>(Adapter), Largest,
                                  Stride);
    const ULONG Sizes[] = {Largest, Largest + 1, 3 * Largest - 1};
    for (const ULONG Size : Sizes) {
        CASE_FILTER Descriptor;
        PrepareMapped(Descriptor);
        CaseStream Stream(Case, Descriptor);
        REQUIRE(Stream.Pin[1] != NULL);
        EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
        CaseFrame Frame(Stream.File[1], KSSTREAM_WRITE, Size);
        const PKSSTREAM_POINTER Pointer =
            KsPinGetLeadingEdgeStreamPointer(Stream.Pin[1], KSSTREAM_POINTER_STATE_LOCKED);
        REQUIRE(Pointer != NULL);
        const PHYSICAL_ADDRESS Start = MmGetPhysicalAddress(Frame.Memory->Data);
        const ULONG Count = (Size + Largest - 1) / Largest;
        // A frame may cross a page, which makes one more of it.
        const bool Crosses = BYTE_OFFSET(Frame.Memory->Data) + Size > PAGE_SIZE;
        if (!Crosses)
            EXPECT_EQ(Pointer->OffsetIn.Count, Count);
        EXPECT_EQ(Pointer->OffsetIn.Remaining, Pointer->OffsetIn.Count);
        const PKSMAPPING First = Pointer->OffsetIn.Mappings;
        ULONG Bytes = 0;
        for (ULONG Index = 0; Index < Pointer->OffsetIn.Count; ++Index) {
            const KSMAPPING *Mapping = reinterpret_cast<const KSMAPPING *>(
                reinterpret_cast<const UCHAR *>(First) + Index * Stride);
            if (!Crosses) {
                EXPECT_EQ(Mapping->PhysicalAddress.QuadPart, Start.QuadPart + Bytes);
                EXPECT_EQ(Mapping->ByteCount, Index + 1 < Count ? Largest : Size - Bytes);
            }
            EXPECT_EQ(Mapping->Alignment, 0u);
            Bytes += Mapping->ByteCount;
        }
        EXPECT_EQ(Bytes, Size);
        if (Pointer->OffsetIn.Count > 1) {
            EXPECT_SUCCESS(KsStreamPointerAdvanceOffsets(Pointer, 1, 0, FALSE));
            EXPECT_EQ(Pointer->OffsetIn.Mappings,
                      (PVOID)(reinterpret_cast<UCHAR *>(First) + Stride));
            EXPECT_EQ(Pointer->OffsetIn.Remaining, Pointer->OffsetIn.Count - 1);
        }
        KsStreamPointerUnlock(Pointer, TRUE);
        EXPECT_SUCCESS(Frame.Wait());
    }
    KsDeviceRegisterAdapterObject(Device, NULL, 0, 0);
    Adapter->DmaOperations->PutDmaAdapter(Adapter);
}
