// What keeps Process waiting, and what makes it run again: mutexes against passes that are on
// their way, attempts from within, gates that are attached and taken away.
#include "ks_fixture.h"

static LONG Passes;
static KEVENT Entered;
static NTSTATUS PassAnswer;
static BOOLEAN AttemptsItself;
static NTSTATUS NTAPI SlowProcess(PKSPIN Pin) {
    if (++Passes == 1) {
        KeSetEvent(&Entered, IO_NO_INCREMENT, FALSE);
        if (AttemptsItself)
            KsPinAttemptProcessing(Pin, FALSE);
        CaseSleep(50);
    }
    const PKSSTREAM_POINTER Pointer =
        KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
    if (Pointer == NULL)
        return STATUS_PENDING;
    KsStreamPointerUnlock(Pointer, TRUE);
    return PassAnswer;
}
static void PrepareSlow(CASE_FILTER &Descriptor, NTSTATUS Answer) {
    CaseInitializeFilter(Descriptor);
    Descriptor.PinDispatch[1].Process = SlowProcess;
    Descriptor.Pins[1].Flags = KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING;
    KeInitializeEvent(&Entered, NotificationEvent, FALSE);
    Passes = 0;
    PassAnswer = Answer;
    AttemptsItself = FALSE;
}
static void WaitForProcess() {
    KeWaitForSingleObject(&Entered, Executive, KernelMode, FALSE, NULL);
}

// Whoever waits for the mutex comes between two passes.
EXPORT_CASE(KsPinAcquireProcessingMutex, KsPinReleaseProcessingMutex, KsPinAttemptProcessing) {
    CASE_FILTER Descriptor;
    PrepareSlow(Descriptor, STATUS_SUCCESS);
    CaseStream Stream(Case, Descriptor);
    const PKSPIN In = Stream.Pin[1];
    REQUIRE(In != NULL);
    EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
    CaseFrame First(Stream.File[1], KSSTREAM_WRITE, 8), Second(Stream.File[1], KSSTREAM_WRITE, 8);
    CaseThread Helper([&] {
        WaitForProcess();
        KsPinAcquireProcessingMutex(In);
        EXPECT_EQ(Passes, 1);
        CaseSleep(50);
        EXPECT_EQ(Passes, 1);
        KsPinReleaseProcessingMutex(In);
    });
    KsPinAttemptProcessing(In, FALSE);
    Helper.Join();
    CaseSleep(20);
    EXPECT_EQ(Passes, 2);
    EXPECT_FALSE(First.Pending() || Second.Pending());
}

// An attempt that comes during Process, and before somebody who waits for the mutex.
EXPORT_CASE(KsPinAttemptProcessing, KsPinAcquireProcessingMutex, KsPinReleaseProcessingMutex) {
    for (ULONG Holds = 0; Holds < 2; ++Holds) {
        CASE_FILTER Descriptor;
        PrepareSlow(Descriptor, STATUS_PENDING);
        CaseStream Stream(Case, Descriptor);
        const PKSPIN In = Stream.Pin[1];
        REQUIRE(In != NULL);
        EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
        CaseFrame First(Stream.File[1], KSSTREAM_WRITE, 8),
            Second(Stream.File[1], KSSTREAM_WRITE, 8);
        CaseThread Helper([&] {
            WaitForProcess();
            KsPinAttemptProcessing(In, FALSE);
            EXPECT_EQ(Passes, 1);
            if (!Holds)
                return;
            KsPinAcquireProcessingMutex(In);
            EXPECT_EQ(Passes, 1);
            CaseSleep(50);
            EXPECT_EQ(Passes, 1);
            KsPinReleaseProcessingMutex(In);
        });
        KsPinAttemptProcessing(In, FALSE);
        Helper.Join();
        CaseSleep(100);
        EXPECT_EQ(Passes, 2);
        EXPECT_FALSE(First.Pending() || Second.Pending());
    }
}

// One from within Process is what Process answers with STATUS_SUCCESS: it does nothing.
EXPORT_CASE(KsPinAttemptProcessing) {
    CASE_FILTER Descriptor;
    PrepareSlow(Descriptor, STATUS_PENDING);
    AttemptsItself = TRUE;
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[1] != NULL);
    EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
    CaseFrame First(Stream.File[1], KSSTREAM_WRITE, 8), Second(Stream.File[1], KSSTREAM_WRITE, 8);
    KsPinAttemptProcessing(Stream.Pin[1], FALSE);
    CaseSleep(20);
    EXPECT_EQ(Passes, 1);
    EXPECT_FALSE(First.Pending());
    EXPECT_TRUE(Second.Pending());
    KsPinAttemptProcessing(Stream.Pin[1], FALSE);
    EXPECT_EQ(Passes, 2);
}

static LONG FilterPasses, FilterResets, PinResets;
static ULONG PinsSeen;
static BOOLEAN StoppedIsMet;
static NTSTATUS NTAPI FilterProcess(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index) {
    UNREFERENCED_PARAMETER(Filter);
    ++FilterPasses;
    PinsSeen = Index[1].Count;
    EXPECT_EQ(Index[0].Count, 0u);
    Index[1].Pins[0]->BytesUsed = Index[1].Pins[0]->BytesAvailable;
    if (Index[1].Count > 1)
        StoppedIsMet = KsProcessPinUpdate(Index[1].Pins[1]);
    return STATUS_PENDING;
}
static void PrepareFilter(CASE_FILTER &Descriptor) {
    CaseInitializeFilter(Descriptor);
    Descriptor.Dispatch.Process = FilterProcess;
    Descriptor.Dispatch.Reset = [](PKSFILTER) -> NTSTATUS {
        ++FilterResets;
        return STATUS_SUCCESS;
    };
    for (ULONG Index = 0; Index < 2; ++Index) {
        Descriptor.PinDispatch[Index].Process = NULL;
        Descriptor.PinDispatch[Index].Reset = [](PKSPIN) { ++PinResets; };
    }
    Descriptor.Pins[0].PinDescriptor.Communication = KSPIN_COMMUNICATION_NONE;
    Descriptor.Pins[1].Flags = KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING;
    FilterPasses = FilterResets = PinResets = 0;
}

// A pin's processing mutex is its filter's, where the filter processes.
EXPORT_CASE(KsPinAcquireProcessingMutex, KsPinReleaseProcessingMutex, KsFilterAttemptProcessing,
            KsPinGetAndGate, KsFilterGetAndGate, KsProcessPinUpdate) {
    CASE_FILTER Descriptor;
    PrepareFilter(Descriptor);
    CaseStream Stream(Case, Descriptor);
    CaseFile Stopped;
    REQUIRE(Stream.Pin[1] != NULL);
    REQUIRE_SUCCESS(CaseConnect(Stream.Filter, 1, NULL, Stopped));
    const PKSFILTER Filter = KsGetFilterFromFileObject(Stream.Filter.Object);
    EXPECT_EQ(KsPinGetAndGate(Stream.Pin[1]), KsFilterGetAndGate(Filter));
    EXPECT_SUCCESS(CaseSetState(Stream.File[1], KSSTATE_ACQUIRE));
    EXPECT_SUCCESS(CaseSetState(Stream.File[1], KSSTATE_PAUSE));
    CaseFrame Frame(Stream.File[1], KSSTREAM_WRITE, 8);
    KsPinAcquireProcessingMutex(Stream.Pin[1]);
    KsFilterAttemptProcessing(Filter, TRUE);
    CaseSleep(20);
    EXPECT_EQ(FilterPasses, 0);
    KsPinReleaseProcessingMutex(Stream.Pin[1]);
    CaseSleep(20);
    EXPECT_EQ(FilterPasses, 1);
    EXPECT_EQ(PinsSeen, 2u);
    StoppedIsMet = TRUE;
    CaseFrame Next(Stream.File[1], KSSTREAM_WRITE, 8);
    KsPinAttemptProcessing(Stream.Pin[1], FALSE);
    EXPECT_EQ(FilterPasses, 2);
    EXPECT_FALSE(StoppedIsMet);
    EXPECT_SUCCESS(Next.Wait());
}

// Both are told of a flush: once at the beginning of a reset, once on the way to STOP.
EXPORT_CASE(KsFilterAttemptProcessing) {
    CASE_FILTER Descriptor;
    PrepareFilter(Descriptor);
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[1] != NULL);
    EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
    FilterResets = PinResets = 0;
    CaseFrame Frame(Stream.File[1], KSSTREAM_WRITE, 8);
    const auto Reset = [&](KSRESET To) {
        return CaseControl(Stream.File[1], IOCTL_KS_RESET_STATE, &To, sizeof To, NULL, 0);
    };
    EXPECT_SUCCESS(Reset(KSRESET_BEGIN));
    EXPECT_EQ(Frame.Wait(), STATUS_CANCELLED);
    EXPECT_SUCCESS(Reset(KSRESET_BEGIN));
    EXPECT_EQ(FilterResets, 1);
    EXPECT_EQ(PinResets, 1);
    EXPECT_SUCCESS(Reset(KSRESET_END));
    CaseFrame Next(Stream.File[1], KSSTREAM_WRITE, 8);
    KsFilterAttemptProcessing(KsGetFilterFromFileObject(Stream.Filter.Object), FALSE);
    EXPECT_EQ(FilterPasses, 1);
    EXPECT_EQ(FilterResets, 1);
    EXPECT_SUCCESS(Stream.Set(KSSTATE_STOP));
    EXPECT_EQ(FilterResets, 2);
    EXPECT_EQ(PinResets, 2);
}

// A gate that pins are attached to is one input of the filter's gate until the last of them goes.
EXPORT_CASE(KsPinAttachAndGate, KsPinAttachOrGate, KsFilterGetAndGate) {
    KSGATE And, Or;
    CASE_FILTER Descriptor;
    PrepareFilter(Descriptor);
    Descriptor.Pins[0].PinDescriptor.Communication = KSPIN_COMMUNICATION_BOTH;
    CaseStream Stream(Case, Descriptor);
    const PKSPIN Out = Stream.Pin[0], In = Stream.Pin[1];
    REQUIRE(In != NULL && Out != NULL);
    const PKSGATE Gate = KsFilterGetAndGate(KsGetFilterFromFileObject(Stream.Filter.Object));
    REQUIRE(Gate != NULL);
    const LONG Before = Gate->Count;
    KsGateInitializeAnd(&And, NULL);
    KsGateInitializeOr(&Or, NULL);
    KsPinAttachAndGate(In, &And); // it is on
    EXPECT_EQ(And.NextGate, Gate);
    EXPECT_EQ(Gate->Count, Before);
    KsPinAttachOrGate(Out, &Or); // it is off
    EXPECT_EQ(Or.NextGate, Gate);
    EXPECT_EQ(Gate->Count, Before - 1);
    KsPinAttachOrGate(In, &Or); // another gate in place of the first
    EXPECT_EQ(And.NextGate, (PKSGATE)NULL);
    EXPECT_EQ(Gate->Count, Before - 1);
    KsPinAttachOrGate(Out, NULL);
    EXPECT_EQ(Or.NextGate, Gate);
    EXPECT_EQ(Gate->Count, Before - 1);
    KsPinAttachOrGate(In, NULL);
    EXPECT_EQ(Or.NextGate, (PKSGATE)NULL);
    EXPECT_EQ(Gate->Count, Before);
}
