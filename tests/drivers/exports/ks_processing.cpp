// Processing: when a minidriver is asked to, and what holds it back: gates and mutexes.
#include "ks_fixture.h"

static LONG PinProcesses;
static NTSTATUS NTAPI CountPinProcess(PKSPIN Pin) {
    UNREFERENCED_PARAMETER(Pin);
    ++PinProcesses;
    return STATUS_PENDING;
}
static void PreparePinProcess(CASE_FILTER &Descriptor) {
    CaseInitializeFilter(Descriptor);
    Descriptor.PinDispatch[1].Process = CountPinProcess;
    Descriptor.Pins[1].Flags = KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING;
    PinProcesses = 0;
}

EXPORT_CASE(KsPinAttemptProcessing, KsPinGetAndGate) {
    CASE_FILTER Descriptor;
    PreparePinProcess(Descriptor);
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[1] != NULL);
    EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
    CaseFrame Frame(Stream.File[1], KSSTREAM_WRITE, 8);
    EXPECT_EQ(PinProcesses, 0);
    KsPinAttemptProcessing(Stream.Pin[1], FALSE);
    EXPECT_EQ(PinProcesses, 1);
    const PKSGATE Gate = KsPinGetAndGate(Stream.Pin[1]);
    REQUIRE(Gate != NULL);
    KsGateTurnInputOff(Gate);
    KsPinAttemptProcessing(Stream.Pin[1], FALSE);
    EXPECT_EQ(PinProcesses, 1);
    KsGateTurnInputOn(Gate);
    KsPinAttemptProcessing(Stream.Pin[1], TRUE);
    CaseSleep(20);
    EXPECT_EQ(PinProcesses, 2);
    const PKSSTREAM_POINTER Pointer =
        KsPinGetLeadingEdgeStreamPointer(Stream.Pin[1], KSSTREAM_POINTER_STATE_LOCKED);
    REQUIRE(Pointer != NULL);
    KsStreamPointerUnlock(Pointer, TRUE);
}

// No processing while the mutex is held; it is made up for at the release.
EXPORT_CASE(KsPinAcquireProcessingMutex, KsPinReleaseProcessingMutex) {
    CASE_FILTER Descriptor;
    PreparePinProcess(Descriptor);
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[1] != NULL);
    EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
    CaseFrame Frame(Stream.File[1], KSSTREAM_WRITE, 8);
    KsPinAcquireProcessingMutex(Stream.Pin[1]);
    KsPinAttemptProcessing(Stream.Pin[1], TRUE);
    CaseSleep(20);
    EXPECT_EQ(PinProcesses, 0);
    KsPinReleaseProcessingMutex(Stream.Pin[1]);
    CaseSleep(20);
    EXPECT_EQ(PinProcesses, 1);
    const PKSSTREAM_POINTER Pointer =
        KsPinGetLeadingEdgeStreamPointer(Stream.Pin[1], KSSTREAM_POINTER_STATE_LOCKED);
    REQUIRE(Pointer != NULL);
    KsStreamPointerUnlock(Pointer, TRUE);
}

static LONG FilterProcesses;
static BOOLEAN UpdateHeld;
static ULONG BytesSeen;
static NTSTATUS NTAPI CountFilterProcess(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index) {
    UNREFERENCED_PARAMETER(Filter);
    ++FilterProcesses;
    const PKSPROCESSPIN Pin = Index[1].Pins[0];
    BytesSeen = Pin->BytesAvailable;
    Pin->BytesUsed = Pin->BytesAvailable;
    UpdateHeld = KsProcessPinUpdate(Pin);
    return STATUS_PENDING;
}
static void PrepareFilterProcess(CASE_FILTER &Descriptor) {
    CaseInitializeFilter(Descriptor);
    Descriptor.Dispatch.Process = CountFilterProcess;
    Descriptor.PinDispatch[0].Process = NULL;
    Descriptor.PinDispatch[1].Process = NULL;
    Descriptor.Pins[0].PinDescriptor.Communication = KSPIN_COMMUNICATION_NONE;
    Descriptor.Pins[1].Flags = KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING;
    FilterProcesses = 0;
}

EXPORT_CASE(KsFilterAttemptProcessing, KsFilterGetAndGate, KsProcessPinUpdate) {
    CASE_FILTER Descriptor;
    PrepareFilterProcess(Descriptor);
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[1] != NULL);
    const PKSFILTER Filter = KsGetFilterFromFileObject(Stream.Filter.Object);
    EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
    CaseFrame First(Stream.File[1], KSSTREAM_WRITE, 8), Second(Stream.File[1], KSSTREAM_WRITE, 24);
    const PKSGATE Gate = KsFilterGetAndGate(Filter);
    REQUIRE(Gate != NULL);
    KsGateTurnInputOff(Gate);
    KsFilterAttemptProcessing(Filter, FALSE);
    EXPECT_EQ(FilterProcesses, 0);
    KsGateTurnInputOn(Gate);
    KsFilterAttemptProcessing(Filter, FALSE);
    EXPECT_EQ(FilterProcesses, 1);
    EXPECT_EQ(BytesSeen, 8u);
    // The next frame is there: the pin's conditions are met.
    EXPECT_TRUE(UpdateHeld);
    EXPECT_SUCCESS(First.Wait());
    EXPECT_TRUE(Second.Pending());
    KsFilterAttemptProcessing(Filter, FALSE);
    EXPECT_FALSE(UpdateHeld);
    EXPECT_EQ(BytesSeen, 24u);
    EXPECT_SUCCESS(Second.Wait());
}

// A minidriver has its context for a pin from Create to Close: Process sees it no sooner and no
// longer [inferred].
static ULONG PinsSeen, PinsInCreate, PinsInClose;
static NTSTATUS NTAPI CountPins(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index) {
    UNREFERENCED_PARAMETER(Filter);
    PinsSeen = Index[1].Count;
    return STATUS_PENDING;
}
static ULONG ProcessNow(PKSPIN Pin) {
    PinsSeen = 0;
    KsFilterAttemptProcessing(KsPinGetParentFilter(Pin), FALSE);
    return PinsSeen;
}
EXPORT_CASE(KsFilterAttemptProcessing, KsCreatePin) {
    CASE_FILTER Descriptor;
    PrepareFilterProcess(Descriptor);
    Descriptor.Dispatch.Process = CountPins;
    Descriptor.Pins[1].Flags =
        KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING | KSPIN_FLAG_FRAMES_NOT_REQUIRED_FOR_PROCESSING;
    Descriptor.PinDispatch[1].Create = [](PKSPIN Pin, PIRP) -> NTSTATUS {
        PinsInCreate = ProcessNow(Pin);
        return STATUS_SUCCESS;
    };
    Descriptor.PinDispatch[1].Close = [](PKSPIN Pin, PIRP) -> NTSTATUS {
        PinsInClose = ProcessNow(Pin);
        return STATUS_SUCCESS;
    };
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[1] != NULL);
    EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
    CaseFile Second;
    REQUIRE_SUCCESS(CaseConnect(Stream.Filter, 1, NULL, Second));
    EXPECT_EQ(PinsInCreate, 1u);
    EXPECT_EQ(ProcessNow(Stream.Pin[1]), 2u);
    Second.Close();
    EXPECT_EQ(PinsInClose, 1u);
}

EXPORT_CASE(KsFilterAcquireProcessingMutex, KsFilterReleaseProcessingMutex) {
    CASE_FILTER Descriptor;
    PrepareFilterProcess(Descriptor);
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[1] != NULL);
    const PKSFILTER Filter = KsGetFilterFromFileObject(Stream.Filter.Object);
    EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
    CaseFrame Frame(Stream.File[1], KSSTREAM_WRITE, 8);
    KsFilterAcquireProcessingMutex(Filter);
    KsFilterAttemptProcessing(Filter, TRUE);
    CaseSleep(20);
    EXPECT_EQ(FilterProcesses, 0);
    KsFilterReleaseProcessingMutex(Filter);
    CaseSleep(20);
    EXPECT_EQ(FilterProcesses, 1);
    EXPECT_SUCCESS(Frame.Wait());
}

// A pin's frames as an input of a gate before its filter's: on while there are any.
EXPORT_CASE(KsPinAttachAndGate, KsPinAttachOrGate) {
    KSGATE And, Or;
    CASE_FILTER Descriptor;
    PrepareFilterProcess(Descriptor);
    Descriptor.Pins[0].PinDescriptor.Communication = KSPIN_COMMUNICATION_BOTH;
    Descriptor.Pins[0].Flags = KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING;
    CaseStream Stream(Case, Descriptor);
    const PKSPIN Out = Stream.Pin[0], In = Stream.Pin[1];
    REQUIRE(In != NULL && Out != NULL);
    KsGateInitializeAnd(&And, NULL);
    KsGateInitializeOr(&Or, NULL);
    EXPECT_TRUE(KsGateGetStateUnsafe(&And));
    EXPECT_FALSE(KsGateGetStateUnsafe(&Or));
    KsPinAttachAndGate(In, &And);
    KsPinAttachOrGate(Out, &Or);
    EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
    EXPECT_FALSE(KsGateGetStateUnsafe(&And));
    EXPECT_FALSE(KsGateGetStateUnsafe(&Or));
    {
        CaseFrame Write(Stream.File[1], KSSTREAM_WRITE, 8), Read(Stream.File[0], KSSTREAM_READ, 8);
        EXPECT_TRUE(KsGateGetStateUnsafe(&And));
        EXPECT_TRUE(KsGateGetStateUnsafe(&Or));
        const PKSPIN Pins[] = {In, Out};
        for (const PKSPIN Pin : Pins) {
            const PKSSTREAM_POINTER Pointer =
                KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
            if (EXPECT_TRUE(Pointer != NULL))
                KsStreamPointerUnlock(Pointer, TRUE);
        }
    }
    EXPECT_FALSE(KsGateGetStateUnsafe(&And));
    EXPECT_FALSE(KsGateGetStateUnsafe(&Or));
    EXPECT_SUCCESS(Stream.Set(KSSTATE_STOP));
    KsPinAttachAndGate(In, NULL);
    KsPinAttachOrGate(Out, NULL);
}
