// Requests that are cancelled, or run out of time, at the wrong moment.
#include "support/wdf_case.h"

namespace {

volatile LONG Ends;

VOID NTAPI CountEnd(WDFREQUEST, WDFIOTARGET, PWDF_REQUEST_COMPLETION_PARAMS, WDFCONTEXT) {
    InterlockedIncrement(&Ends);
}

// However slow the machine is, it is one of ten seconds.
bool WaitForEnds(LONG Wanted) {
    for (int i = 0; i < 1000 && Ends < Wanted; ++i)
        CaseSleep(10);
    return Ends == Wanted;
}

WDFREQUEST CreateRequest(WDFIOTARGET Target) {
    WDFREQUEST Request = nullptr;
    EXPECT_SUCCESS(WdfRequestCreate(WDF_NO_OBJECT_ATTRIBUTES, Target, &Request));
    return Request;
}

BOOLEAN Send(WDFIOTARGET Target, WDFREQUEST Request, ULONG Ioctl, WDFMEMORY Output = nullptr,
             PWDF_REQUEST_SEND_OPTIONS Options = WDF_NO_SEND_OPTIONS,
             PFN_WDF_REQUEST_COMPLETION_ROUTINE Completion = CountEnd,
             WDFCONTEXT Context = nullptr) {
    WDF_REQUEST_REUSE_PARAMS Params;
    WDF_REQUEST_REUSE_PARAMS_INIT(&Params, WDF_REQUEST_REUSE_NO_FLAGS, STATUS_SUCCESS);
    EXPECT_SUCCESS(WdfRequestReuse(Request, &Params));
    EXPECT_SUCCESS(WdfIoTargetFormatRequestForIoctl(Target, Request, Ioctl, nullptr, nullptr,
                                                    Output, nullptr));
    WdfRequestSetCompletionRoutine(Request, Completion, Context);
    return WdfRequestSend(Request, Target, Options);
}

WDF_REQUEST_SEND_OPTIONS Timeout(LONGLONG Milliseconds) {
    WDF_REQUEST_SEND_OPTIONS Options;
    WDF_REQUEST_SEND_OPTIONS_INIT(&Options, 0);
    WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&Options, WDF_REL_TIMEOUT_IN_MS(Milliseconds));
    return Options;
}

// So many that bringing them back to the driver takes a while.
constexpr size_t OutputBytes = 1 << 20;

VOID NTAPI LetGo(PKDPC, PVOID, PVOID, PVOID) {
    CaseLetGo(OutputBytes);
}

VOID NTAPI CancelOther(WDFREQUEST, WDFIOTARGET, PWDF_REQUEST_COMPLETION_PARAMS, WDFCONTEXT Other) {
    WdfRequestCancelSentRequest(static_cast<WDFREQUEST>(Other));
}

VOID NTAPI SendAgain(WDFREQUEST Request, WDFIOTARGET Target, PWDF_REQUEST_COMPLETION_PARAMS,
                     WDFCONTEXT) {
    InterlockedIncrement(&Ends);
    EXPECT_SUCCESS(WdfIoTargetStart(Target));
    EXPECT_TRUE(Send(Target, Request, CasePendIoctl));
}

VOID NTAPI PurgeTarget(WDFREQUEST, WDFIOTARGET Target, PWDF_REQUEST_COMPLETION_PARAMS, WDFCONTEXT) {
    WdfIoTargetPurge(Target, WdfIoTargetPurgeIo);
}

} // namespace

EXPORT_CASE(WdfRequestCancelSentRequest) { // again and again while it comes back: it ends once
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    const WDFIOTARGET Target = CaseOpenTarget(Framework.Device, Echo.Device);
    const WDFREQUEST Request = CreateRequest(Target);
    WDFMEMORY Output;
    REQUIRE_SUCCESS(WdfMemoryCreate(nullptr, NonPagedPoolNx, 0, OutputBytes, &Output, nullptr));
    for (int i = 0; i < 10; ++i) {
        Ends = 0;
        REQUIRE(Send(Target, Request, CaseHoldIoctl, Output));
        volatile LONG Attempts = 0;
        CaseThread Canceller([&] {
            do {
                EXPECT_FALSE(WdfRequestCancelSentRequest(Request)); // the device does not let it
                InterlockedIncrement(&Attempts);
                KeStallExecutionProcessor(1);
            } while (Ends == 0);
        });
        while (Attempts < 3)
            KeStallExecutionProcessor(1);
        CaseLetGo(OutputBytes);
        Canceller.Join();
        EXPECT_EQ(Ends, 1);
        EXPECT_SUCCESS(WdfRequestGetStatus(Request));
        EXPECT_EQ(WdfRequestGetInformation(Request), OutputBytes);
    }
}

EXPORT_CASE(WdfRequestSend, WdfIoTargetSendIoctlSynchronously) { // time is up while it comes back
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    const WDFIOTARGET Target = CaseOpenTarget(Framework.Device, Echo.Device);
    const WDFREQUEST Request = CreateRequest(Target);
    WDFMEMORY Output;
    REQUIRE_SUCCESS(WdfMemoryCreate(nullptr, NonPagedPoolNx, 0, OutputBytes, &Output, nullptr));
    WDF_REQUEST_SEND_OPTIONS Options = Timeout(1);
    // The request's timer and the one that ends its IRP expire together, on two processors.
    const KAFFINITY Before = KeSetSystemAffinityThreadEx(1);
    KTIMER Timer;
    KDPC Dpc;
    KeInitializeTimer(&Timer);
    KeInitializeDpc(&Dpc, LetGo, nullptr);
    KeSetTargetProcessorDpc(&Dpc, 1);
    for (LONG i = 0; i < 40; ++i) {
        Ends = 0;
        KeSetTimer(&Timer, CaseMilliseconds(1), &Dpc);
        if (i % 2) { // a request of the framework's own, gone with its end
            WDF_MEMORY_DESCRIPTOR Out;
            WDF_MEMORY_DESCRIPTOR_INIT_HANDLE(&Out, Output, nullptr);
            EXPECT_SUCCESS(WdfIoTargetSendIoctlSynchronously(Target, nullptr, CaseHoldIoctl,
                                                             nullptr, &Out, &Options, nullptr));
            continue;
        }
        REQUIRE(Send(Target, Request, CaseHoldIoctl, Output, &Options));
        REQUIRE(WaitForEnds(1));
        EXPECT_SUCCESS(WdfRequestGetStatus(Request));
    }
    KeFlushQueuedDpcs();
    KeRevertToUserAffinityThreadEx(Before);
}

EXPORT_CASE(WdfRequestCancelSentRequest, WdfIoTargetStart) { // before the device has it
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    const WDFIOTARGET Target = CaseOpenTarget(Framework.Device, Echo.Device);
    const WDFREQUEST First = CreateRequest(Target), Second = CreateRequest(Target);
    Ends = 0;
    WdfIoTargetStop(Target, WdfIoTargetLeaveSentIoPending);
    REQUIRE(Send(Target, First, CaseEchoIoctl(METHOD_BUFFERED), nullptr, WDF_NO_SEND_OPTIONS,
                 CancelOther, Second));
    REQUIRE(Send(Target, Second, CasePendIoctl));
    EXPECT_SUCCESS(WdfIoTargetStart(Target)); // sends the first one, whose end cancels the second
    EXPECT_EQ(Ends, 1);
    EXPECT_EQ(WdfRequestGetStatus(Second), STATUS_CANCELLED);
    WdfIoTargetStop(Target, WdfIoTargetLeaveSentIoPending);
    REQUIRE(Send(Target, First, CaseEchoIoctl(METHOD_BUFFERED), nullptr, WDF_NO_SEND_OPTIONS,
                 PurgeTarget));
    REQUIRE(Send(Target, Second, CasePendIoctl));
    EXPECT_SUCCESS(WdfIoTargetStart(Target));
    EXPECT_EQ(Ends, 2);
    EXPECT_EQ(WdfRequestGetStatus(Second), STATUS_CANCELLED);
    WdfIoTargetPurge(Target, WdfIoTargetPurgeIoAndWait);
    // Nobody knows when: somebody sends what somebody else purges.
    for (LONG i = 0; i < 50; ++i) {
        Ends = 0;
        EXPECT_SUCCESS(WdfIoTargetStart(Target));
        CaseThread Other([&] { WdfIoTargetPurge(Target, WdfIoTargetPurgeIoAndWait); });
        KeStallExecutionProcessor(ULONG(i % 10));
        const bool Sent = Send(Target, Second, CasePendIoctl);
        Other.Join();
        EXPECT_EQ(Ends, Sent ? 1 : 0);
    }
}

EXPORT_CASE(WdfRequestSend, WdfIoTargetStop) { // time is up while the target is stopped
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    const WDFIOTARGET Target = CaseOpenTarget(Framework.Device, Echo.Device);
    const WDFREQUEST Request = CreateRequest(Target);
    Ends = 0;
    WdfIoTargetStop(Target, WdfIoTargetLeaveSentIoPending);
    WDF_REQUEST_SEND_OPTIONS Options = Timeout(50);
    REQUIRE(Send(Target, Request, CasePendIoctl, nullptr, &Options));
    REQUIRE(WaitForEnds(1));
    EXPECT_EQ(WdfRequestGetStatus(Request), STATUS_IO_TIMEOUT);
    EXPECT_SUCCESS(WdfIoTargetStart(Target));
    EXPECT_EQ(Ends, 1);
    // Its time goes on when it is sent, and does not begin anew.
    WdfIoTargetStop(Target, WdfIoTargetLeaveSentIoPending);
    Options = Timeout(1000);
    const ULONGLONG Begin = KeQueryInterruptTime();
    REQUIRE(Send(Target, Request, CasePendIoctl, nullptr, &Options));
    CaseSleep(900);
    EXPECT_SUCCESS(WdfIoTargetStart(Target));
    REQUIRE(WaitForEnds(2));
    EXPECT_EQ(WdfRequestGetStatus(Request), STATUS_IO_TIMEOUT);
    EXPECT_TRUE(KeQueryInterruptTime() - Begin < 1800 * 10000);
}

EXPORT_CASE(WdfRequestSend, WdfIoTargetPurge) { // again, by the request's own completion routine
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    const WDFIOTARGET Target = CaseOpenTarget(Framework.Device, Echo.Device);
    const WDFREQUEST Request = CreateRequest(Target);
    for (int Stopped = 0; Stopped < 2; ++Stopped) { // from the target's queue, too
        Ends = 0;
        if (Stopped)
            WdfIoTargetStop(Target, WdfIoTargetLeaveSentIoPending);
        REQUIRE(Send(Target, Request, CasePendIoctl, nullptr, WDF_NO_SEND_OPTIONS, SendAgain));
        EXPECT_TRUE(WdfRequestCancelSentRequest(Request));
        EXPECT_EQ(Ends, 1);
        EXPECT_EQ(WdfRequestGetStatus(Request), STATUS_PENDING);
        WdfIoTargetPurge(Target, WdfIoTargetPurgeIoAndWait); // the target knows of it
        EXPECT_EQ(Ends, 2);
        EXPECT_EQ(WdfRequestGetStatus(Request), STATUS_CANCELLED);
        EXPECT_SUCCESS(WdfIoTargetStart(Target));
    }
}
