// Requests, against a device that answers them (wdf_fixture.cpp).
#include "support/wdf_case.h"

namespace {

WDFREQUEST CreateRequest(WDFIOTARGET Target) {
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, CASE_NUMBER);
    Attributes.ParentObject = Target;
    WDFREQUEST Request = nullptr;
    EXPECT_SUCCESS(WdfRequestCreate(&Attributes, Target, &Request));
    return Request;
}

NTSTATUS FormatPend(WDFIOTARGET Target, WDFREQUEST Request) {
    return WdfIoTargetFormatRequestForIoctl(Target, Request, CasePendIoctl, nullptr, nullptr,
                                            nullptr, nullptr);
}

void Reuse(WDFREQUEST Request) {
    WDF_REQUEST_REUSE_PARAMS Params;
    WDF_REQUEST_REUSE_PARAMS_INIT(&Params, WDF_REQUEST_REUSE_NO_FLAGS, STATUS_NOT_SUPPORTED);
    EXPECT_SUCCESS(WdfRequestReuse(Request, &Params));
    EXPECT_EQ(WdfRequestGetStatus(Request), STATUS_NOT_SUPPORTED);
}

// The last completion, and what the routine was told.
struct COMPLETION {
    LONG Count;
    WDFREQUEST Request;
    WDFIOTARGET Target;
    WDFCONTEXT Context;
    WDF_REQUEST_COMPLETION_PARAMS Params;
};
COMPLETION Last;
VOID NTAPI Completed(WDFREQUEST Request, WDFIOTARGET Target, PWDF_REQUEST_COMPLETION_PARAMS Params,
                     WDFCONTEXT Context) {
    Last = {Last.Count + 1, Request, Target, Context, *Params};
}

} // namespace

EXPORT_CASE(WdfRequestCreate, WdfIoTargetFormatRequestForIoctl, WdfRequestSetCompletionRoutine,
            WdfRequestSend, WdfRequestGetStatus, WdfRequestGetInformation,
            WdfRequestGetCompletionParams, WdfRequestReuse, WdfRequestWdmGetIrp,
            WdfRequestAllocateTimer, WdfRequestChangeTarget, WdfRequestSetInformation) {
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    const WDFIOTARGET Target = CaseOpenTarget(Framework.Device, Echo.Device);
    const WDFREQUEST Request = CreateRequest(Target);
    EXPECT_SUCCESS(WdfRequestChangeTarget(Request, Target));
    EXPECT_SUCCESS(WdfRequestAllocateTimer(Request));
    EXPECT_TRUE(WdfRequestWdmGetIrp(Request) != nullptr);
    EXPECT_FALSE(WdfRequestSend(Request, Target, WDF_NO_SEND_OPTIONS)); // not formatted
    EXPECT_EQ(WdfRequestGetStatus(Request), STATUS_INVALID_DEVICE_REQUEST);
    WDFMEMORY In, Out;
    PVOID Buffer;
    REQUIRE_SUCCESS(WdfMemoryCreatePreallocated(nullptr, CaseText, sizeof CaseText, &In));
    REQUIRE_SUCCESS(WdfMemoryCreate(nullptr, NonPagedPoolNx, 0, 8, &Out, &Buffer));
    RtlZeroMemory(Buffer, 8);
    WDFMEMORY_OFFSET From = {2, 4}, TooMuch = {2, 7};
    EXPECT_EQ(WdfIoTargetFormatRequestForIoctl(Target, Request, CaseEchoIoctl(METHOD_BUFFERED), In,
                                               &TooMuch, Out, nullptr),
              STATUS_INVALID_DEVICE_REQUEST);
    REQUIRE_SUCCESS(WdfIoTargetFormatRequestForIoctl(
        Target, Request, CaseEchoIoctl(METHOD_BUFFERED), In, &From, Out, nullptr));
    Last = {};
    WdfRequestSetCompletionRoutine(Request, Completed, CaseText);
    EXPECT_TRUE(WdfRequestSend(Request, Target, WDF_NO_SEND_OPTIONS));
    EXPECT_EQ(Last.Count, 1);
    EXPECT_TRUE(Last.Request == Request && Last.Target == Target && Last.Context == CaseText);
    EXPECT_SUCCESS(WdfRequestGetStatus(Request));
    EXPECT_EQ(WdfRequestGetInformation(Request), 4u);
    EXPECT_TRUE(CaseIsTurnedOver(static_cast<UCHAR *>(Buffer), 4, 2));
    WDF_REQUEST_COMPLETION_PARAMS Params;
    WDF_REQUEST_COMPLETION_PARAMS_INIT(&Params);
    WdfRequestGetCompletionParams(Request, &Params);
    EXPECT_EQ(Params.Type, WdfRequestTypeDeviceControl);
    EXPECT_SUCCESS(Params.IoStatus.Status);
    EXPECT_EQ(Params.Parameters.Ioctl.IoControlCode, CaseEchoIoctl(METHOD_BUFFERED));
    EXPECT_TRUE(Params.Parameters.Ioctl.Input.Buffer == In);
    EXPECT_EQ(Params.Parameters.Ioctl.Input.Offset, 2u);
    EXPECT_TRUE(Params.Parameters.Ioctl.Output.Buffer == Out);
    EXPECT_EQ(Params.Parameters.Ioctl.Output.Length, 4u);
    EXPECT_EQ(RtlCompareMemory(&Params, &Last.Params, sizeof Params), sizeof Params);
    // The request holds its memory until it is reused.
    WdfObjectDelete(Out);
    EXPECT_TRUE(WdfMemoryGetBuffer(Out, nullptr) == Buffer);
    Reuse(Request);
    WDF_REQUEST_REUSE_PARAMS Wrong;
    WDF_REQUEST_REUSE_PARAMS_INIT(&Wrong, WDF_REQUEST_REUSE_SET_NEW_IRP, STATUS_SUCCESS);
    EXPECT_EQ(WdfRequestReuse(Request, &Wrong), STATUS_WDF_REQUEST_INVALID_STATE);
    // Synchronously, by an option: no routine is called then.
    REQUIRE_SUCCESS(WdfIoTargetFormatRequestForIoctl(Target, Request, CaseEchoIoctl(METHOD_NEITHER),
                                                     In, nullptr, In, nullptr));
    WDF_REQUEST_SEND_OPTIONS Options;
    WDF_REQUEST_SEND_OPTIONS_INIT(&Options, WDF_REQUEST_SEND_OPTION_SYNCHRONOUS);
    EXPECT_TRUE(WdfRequestSend(Request, Target, &Options));
    EXPECT_EQ(WdfRequestGetInformation(Request), 8u);
    EXPECT_EQ(CaseText[0], UCHAR(~1));
    for (UCHAR &Byte : CaseText)
        Byte = UCHAR(~Byte);
    EXPECT_EQ(Last.Count, 1);
    WdfRequestSetInformation(Request, 77);
    EXPECT_EQ(WdfRequestGetInformation(Request), 77u);
    Options.Flags = WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET; // only what was received
    EXPECT_FALSE(WdfRequestSend(Request, Target, &Options));
    EXPECT_EQ(WdfRequestGetStatus(Request), STATUS_INVALID_DEVICE_STATE);
    Options.Flags = 0x80;
    EXPECT_FALSE(WdfRequestSend(Request, Target, &Options));
    EXPECT_EQ(WdfRequestGetStatus(Request), STATUS_INVALID_PARAMETER);
    WdfObjectDelete(Request);
    WdfObjectDelete(In);
    WdfObjectDelete(Target);
}

EXPORT_CASE(WdfIoTargetFormatRequestForInternalIoctl,
            WdfIoTargetFormatRequestForInternalIoctlOthers, WdfIoTargetFormatRequestForRead,
            WdfIoTargetFormatRequestForWrite) {
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, DO_DIRECT_IO);
    const WDFIOTARGET Target = CaseOpenTarget(Framework.Device, Echo.Device);
    const WDFREQUEST Request = CreateRequest(Target);
    WDFMEMORY In, Out;
    PVOID Buffer;
    REQUIRE_SUCCESS(WdfMemoryCreatePreallocated(nullptr, CaseText, sizeof CaseText, &In));
    REQUIRE_SUCCESS(WdfMemoryCreate(nullptr, NonPagedPoolNx, 0, 16, &Out, &Buffer));
    RtlZeroMemory(Buffer, 16);
    LONGLONG Offset = 8;
    REQUIRE_SUCCESS(WdfIoTargetFormatRequestForWrite(Target, Request, In, nullptr, &Offset));
    EXPECT_TRUE(WdfRequestSend(Request, Target, WDF_NO_SEND_OPTIONS));
    WDF_REQUEST_COMPLETION_PARAMS Params;
    WDF_REQUEST_COMPLETION_PARAMS_INIT(&Params);
    WdfRequestGetCompletionParams(Request, &Params);
    EXPECT_EQ(Params.Type, WdfRequestTypeWrite);
    EXPECT_EQ(Params.Parameters.Write.Length, 8u);
    Reuse(Request);
    WDFMEMORY_OFFSET Part = {4, 8};
    REQUIRE_SUCCESS(WdfIoTargetFormatRequestForRead(Target, Request, Out, &Part, &Offset));
    EXPECT_TRUE(WdfRequestSend(Request, Target, WDF_NO_SEND_OPTIONS));
    EXPECT_EQ(RtlCompareMemory(static_cast<UCHAR *>(Buffer) + 4, CaseText, 8), 8u);
    WDF_REQUEST_COMPLETION_PARAMS_INIT(&Params);
    WdfRequestGetCompletionParams(Request, &Params);
    EXPECT_EQ(Params.Type, WdfRequestTypeRead);
    EXPECT_TRUE(Params.Parameters.Read.Buffer == Out);
    EXPECT_EQ(Params.Parameters.Read.Offset, 4u);
    Reuse(Request);
    REQUIRE_SUCCESS(WdfIoTargetFormatRequestForInternalIoctl(
        Target, Request, CaseEchoIoctl(METHOD_OUT_DIRECT), In, nullptr, Out, nullptr));
    EXPECT_TRUE(WdfRequestSend(Request, Target, WDF_NO_SEND_OPTIONS));
    EXPECT_TRUE(CaseIsTurnedOver(static_cast<UCHAR *>(Buffer), 8));
    Reuse(Request);
    REQUIRE_SUCCESS(WdfIoTargetFormatRequestForInternalIoctlOthers(
        Target, Request, CaseOthersIoctl, In, nullptr, In, nullptr, In, nullptr));
    EXPECT_TRUE(WdfRequestSend(Request, Target, WDF_NO_SEND_OPTIONS));
    EXPECT_EQ(WdfRequestGetInformation(Request),
              3 * ULONG_PTR(*reinterpret_cast<ULONG *>(CaseText)));
    WdfObjectDelete(Target); // and the request
    WdfObjectDelete(In);
    WdfObjectDelete(Out);
}

EXPORT_CASE(WdfRequestCancelSentRequest, WdfIoTargetStop, WdfIoTargetStart, WdfIoTargetPurge) {
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    const WDFIOTARGET Target = CaseOpenTarget(Framework.Device, Echo.Device);
    const WDFREQUEST Request = CreateRequest(Target);
    const auto Send = [&](ULONG Flags) {
        Last = {};
        Reuse(Request);
        EXPECT_SUCCESS(FormatPend(Target, Request));
        WdfRequestSetCompletionRoutine(Request, Completed, nullptr);
        WDF_REQUEST_SEND_OPTIONS Options;
        WDF_REQUEST_SEND_OPTIONS_INIT(&Options, Flags);
        return WdfRequestSend(Request, Target, &Options);
    };
    EXPECT_FALSE(WdfRequestCancelSentRequest(Request)); // it is nowhere
    EXPECT_TRUE(Send(0));
    EXPECT_EQ(WdfRequestGetStatus(Request), STATUS_PENDING);
    EXPECT_EQ(FormatPend(Target, Request), STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_TRUE(WdfRequestCancelSentRequest(Request));
    EXPECT_EQ(Last.Count, 1);
    EXPECT_EQ(WdfRequestGetStatus(Request), STATUS_CANCELLED);
    EXPECT_FALSE(WdfRequestCancelSentRequest(Request));
    // A stopped target keeps requests, or lets pass what does not mind.
    WdfIoTargetStop(Target, WdfIoTargetLeaveSentIoPending);
    EXPECT_EQ(WdfIoTargetGetState(Target), WdfIoTargetStopped);
    EXPECT_TRUE(Send(0));
    EXPECT_TRUE(WdfRequestCancelSentRequest(Request));
    EXPECT_EQ(Last.Params.IoStatus.Status, STATUS_CANCELLED);
    EXPECT_TRUE(Send(0));
    EXPECT_SUCCESS(WdfIoTargetStart(Target));
    EXPECT_EQ(Last.Count, 0);
    WdfIoTargetStop(Target, WdfIoTargetCancelSentIo);
    EXPECT_EQ(Last.Count, 1);
    EXPECT_TRUE(Send(WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE));
    WdfIoTargetStop(Target, WdfIoTargetCancelSentIo); // not what ignores the state
    WdfIoTargetPurge(Target, WdfIoTargetPurgeIoAndWait);
    EXPECT_EQ(Last.Count, 0);
    EXPECT_TRUE(WdfRequestCancelSentRequest(Request));
    // A purged one refuses them.
    EXPECT_SUCCESS(WdfIoTargetStart(Target));
    EXPECT_TRUE(Send(0));
    WdfIoTargetPurge(Target, WdfIoTargetPurgeIoAndWait);
    EXPECT_EQ(Last.Count, 1);
    EXPECT_EQ(WdfIoTargetGetState(Target), WdfIoTargetPurged);
    EXPECT_FALSE(Send(0));
    EXPECT_EQ(WdfRequestGetStatus(Request), STATUS_INVALID_DEVICE_STATE);
    EXPECT_SUCCESS(WdfIoTargetStart(Target));
    // Closing cancels what is on its way.
    EXPECT_TRUE(Send(0));
    WdfIoTargetClose(Target);
    EXPECT_EQ(Last.Params.IoStatus.Status, STATUS_CANCELLED);
    EXPECT_EQ(WdfIoTargetStart(Target), STATUS_INVALID_DEVICE_STATE);
}

EXPORT_CASE(WdfIoTargetClose, WdfObjectDelete) { // while requests that ignore the state are sent
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    WDFREQUEST Request;
    REQUIRE_SUCCESS(WdfRequestCreate(WDF_NO_OBJECT_ATTRIBUTES, nullptr, &Request));
    WDF_REQUEST_SEND_OPTIONS Options;
    WDF_REQUEST_SEND_OPTIONS_INIT(&Options, WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE);
    const auto Send = [&](WDFIOTARGET Target) {
        Last = {};
        Reuse(Request);
        EXPECT_SUCCESS(FormatPend(Target, Request));
        WdfRequestSetCompletionRoutine(Request, Completed, nullptr);
        EXPECT_TRUE(WdfRequestSend(Request, Target, &Options));
        EXPECT_EQ(Last.Count, 0);
    };
    const WDFIOTARGET Target = CaseOpenTarget(Framework.Device, Echo.Device);
    Send(Target);
    WdfIoTargetClose(Target);
    EXPECT_EQ(Last.Count, 1);
    EXPECT_EQ(Last.Params.IoStatus.Status, STATUS_CANCELLED);
    EXPECT_FALSE(WdfRequestSend(Request, Target, &Options)); // there is no state to ignore
    EXPECT_EQ(WdfRequestGetStatus(Request), STATUS_INVALID_DEVICE_STATE);
    WDF_IO_TARGET_OPEN_PARAMS Open;
    WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(&Open, Echo.Device);
    REQUIRE_SUCCESS(WdfIoTargetOpen(Target, &Open));
    Send(Target);
    WdfObjectDelete(Target);
    EXPECT_EQ(Last.Count, 1);
    EXPECT_TRUE(Last.Target == Target); // it was there until then
    // The local target goes with its device.
    WDFDEVICE Lone;
    REQUIRE_SUCCESS(WdfDeviceMiniportCreate(Framework.Driver, WDF_NO_OBJECT_ATTRIBUTES, Case.Device,
                                            Echo.Device, nullptr, &Lone));
    Send(WdfDeviceGetIoTarget(Lone));
    WdfObjectDelete(Lone);
    EXPECT_EQ(Last.Count, 1);
    EXPECT_EQ(Last.Params.IoStatus.Status, STATUS_CANCELLED);
    WdfObjectDelete(Request);
}

EXPORT_CASE(WdfRequestCreateFromIrp, WdfRequestWdmFormatUsingStackLocation) {
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    const WDFIOTARGET Target = CaseOpenTarget(Framework.Device, Echo.Device);
    const PIRP Irp = IoAllocateIrp(Echo.Device->StackSize, FALSE);
    REQUIRE(Irp != nullptr);
    WDFREQUEST Request;
    REQUIRE_SUCCESS(WdfRequestCreateFromIrp(nullptr, Irp, TRUE, &Request));
    EXPECT_TRUE(WdfRequestWdmGetIrp(Request) == Irp);
    IO_STACK_LOCATION Stack = {};
    Stack.MajorFunction = IRP_MJ_WRITE;
    Stack.Parameters.Write.Length = sizeof CaseText;
    Irp->UserBuffer = CaseText;
    WdfRequestWdmFormatUsingStackLocation(Request, &Stack);
    EXPECT_TRUE(WdfRequestSend(Request, Target, WDF_NO_SEND_OPTIONS));
    EXPECT_SUCCESS(WdfRequestGetStatus(Request));
    EXPECT_EQ(WdfRequestGetInformation(Request), sizeof CaseText);
    // Another IRP in the same request, which the driver frees itself.
    WDF_REQUEST_REUSE_PARAMS Params;
    WDF_REQUEST_REUSE_PARAMS_INIT(&Params, WDF_REQUEST_REUSE_SET_NEW_IRP, STATUS_SUCCESS);
    Params.NewIrp = IoAllocateIrp(Echo.Device->StackSize, FALSE);
    EXPECT_SUCCESS(WdfRequestReuse(Request, &Params));
    EXPECT_TRUE(WdfRequestWdmGetIrp(Request) == Params.NewIrp);
    WdfObjectDelete(Request);
    WdfObjectDelete(Target);
}

// A request that this driver has received goes on to a target with its own parameters.
static WDFIOTARGET ForwardTarget;
static NTSTATUS Forward(PDEVICE_OBJECT, PIRP Irp) {
    WDFREQUEST Request;
    EXPECT_SUCCESS(WdfRequestCreateFromIrp(nullptr, Irp, FALSE, &Request));
    WdfRequestFormatRequestUsingCurrentType(Request);
    WDF_REQUEST_SEND_OPTIONS Options;
    WDF_REQUEST_SEND_OPTIONS_INIT(&Options, WDF_REQUEST_SEND_OPTION_SYNCHRONOUS);
    EXPECT_TRUE(WdfRequestSend(Request, ForwardTarget, &Options));
    const NTSTATUS Status = WdfRequestGetStatus(Request);
    const ULONG_PTR Bytes = WdfRequestGetInformation(Request);
    WdfObjectDelete(Request);
    return CaseComplete(Irp, Status, Bytes);
}

EXPORT_CASE(WdfRequestFormatRequestUsingCurrentType) {
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    ForwardTarget = CaseOpenTarget(Framework.Device, Echo.Device);
    CaseHook[IRP_MJ_INTERNAL_DEVICE_CONTROL] = Forward;
    UCHAR Output[8] = {};
    KEVENT Done;
    IO_STATUS_BLOCK Block;
    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    const PIRP Irp = IoBuildDeviceIoControlRequest(CaseEchoIoctl(METHOD_NEITHER), Case.Device,
                                                   CaseText, 8, Output, 8, TRUE, &Done, &Block);
    EXPECT_SUCCESS(IoCallDriver(Case.Device, Irp));
    CaseHook[IRP_MJ_INTERNAL_DEVICE_CONTROL] = nullptr;
    EXPECT_EQ(Block.Information, 8u);
    EXPECT_TRUE(CaseIsTurnedOver(Output, 8));
    WdfObjectDelete(ForwardTarget);
}
