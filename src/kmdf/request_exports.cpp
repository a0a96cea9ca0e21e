// WdfRequestXxx of requests that a driver creates.
#include <fmt/format.h>

#include "kmdf/create.h"
#include "kmdf/exports.h"
#include "kmdf/io_target.h"
#include "kmdf/request.h"
#include "kmdf/send.h"
#include "nt/irql_check.h"

namespace ksbox::kmdf {
namespace {

constexpr CCHAR least_stack = 1;

NTSTATUS NTAPI WdfRequestCreate(Globals Globals, PWDF_OBJECT_ATTRIBUTES RequestAttributes,
                                WDFIOTARGET IoTarget, WDFREQUEST *Request) {
    constexpr const char *function = "WdfRequestCreate";
    require_irql(DISPATCH_LEVEL, function);
    Creation creation =
        begin_creation(Globals, function, __builtin_return_address(0), RequestAttributes, Request);
    const PDEVICE_OBJECT device =
        IoTarget ? object_of<kmdf::IoTarget>(IoTarget, function).device_object() : nullptr;
    if (const NTSTATUS status = check(creation, {}); !NT_SUCCESS(status))
        return status;
    auto request = make<kmdf::Request>(creation, creation.caller);
    if (const NTSTATUS status = request->make_room(device ? device->StackSize : least_stack);
        !NT_SUCCESS(status))
        return status;
    return give_out(creation, std::move(request), Request);
}

NTSTATUS NTAPI WdfRequestCreateFromIrp(Globals Globals, PWDF_OBJECT_ATTRIBUTES RequestAttributes,
                                       PIRP Irp, BOOLEAN RequestFreesIrp, WDFREQUEST *Request) {
    constexpr const char *function = "WdfRequestCreateFromIrp";
    require_irql(DISPATCH_LEVEL, function);
    Creation creation =
        begin_creation(Globals, function, __builtin_return_address(0), RequestAttributes, Request);
    require_parameter(Irp, function, "Irp");
    if (const NTSTATUS status = check(creation, {}); !NT_SUCCESS(status))
        return status;
    auto request = make<kmdf::Request>(creation, Irp);
    kmdf::Request *const made = request.get();
    const NTSTATUS status = give_out(creation, std::move(request), Request);
    if (NT_SUCCESS(status) && RequestFreesIrp) // else the driver has it still
        made->own_irp();
    return status;
}

NTSTATUS NTAPI WdfRequestReuse(Globals, WDFREQUEST Request, PWDF_REQUEST_REUSE_PARAMS ReuseParams) {
    constexpr const char *function = "WdfRequestReuse";
    require_irql(DISPATCH_LEVEL, function);
    auto &request = object_of<kmdf::Request>(Request, function);
    require_parameter(ReuseParams, function, "ReuseParams");
    if (ReuseParams->Size != sizeof *ReuseParams)
        return STATUS_INFO_LENGTH_MISMATCH;
    if ((ReuseParams->Flags & ~ULONG(WDF_REQUEST_REUSE_SET_NEW_IRP)) != 0)
        return STATUS_INVALID_PARAMETER;
    return request.reuse(*ReuseParams);
}

/// A request that is on its way has nothing to change: its IRP is the target's.
kmdf::Request &unsent(WDFREQUEST handle, const char *function) {
    auto &request = object_of<kmdf::Request>(handle, function);
    if (request.is_sent())
        violation(Violation::request, 3, reinterpret_cast<std::uint64_t>(handle),
                  fmt::format("{} was given a request that is on its way", function));
    return request;
}

NTSTATUS NTAPI WdfRequestChangeTarget(Globals, WDFREQUEST Request, WDFIOTARGET IoTarget) {
    constexpr const char *function = "WdfRequestChangeTarget";
    require_irql(DISPATCH_LEVEL, function);
    auto &request = unsent(Request, function);
    const PDEVICE_OBJECT device = object_of<kmdf::IoTarget>(IoTarget, function).device_object();
    return request.make_room(device ? device->StackSize : least_stack);
}

PIRP with_irp(const Request &request, const char *function) {
    if (request.irp() == nullptr)
        violation(Violation::request, 2, reinterpret_cast<std::uint64_t>(request.handle()),
                  fmt::format("{} was given a request without an IRP", function));
    return request.irp();
}

void check_next_location(const Request &request, const char *function) {
    if (with_irp(request, function)->CurrentLocation <= 1)
        violation(Violation::request, 1, reinterpret_cast<std::uint64_t>(request.irp()),
                  fmt::format("{}: the request's IRP has no stack location left", function));
}

VOID NTAPI WdfRequestFormatRequestUsingCurrentType(Globals, WDFREQUEST Request) {
    constexpr const char *function = "WdfRequestFormatRequestUsingCurrentType";
    require_irql(DISPATCH_LEVEL, function);
    auto &request = unsent(Request, function);
    check_next_location(request, function);
    // A request that the driver has made itself is nowhere yet.
    if (request.irp()->CurrentLocation > request.irp()->StackCount)
        violation(Violation::request, 1, reinterpret_cast<std::uint64_t>(request.irp()),
                  fmt::format("{} was given a request that was not received: there is no current "
                              "stack location to copy",
                              function));
    (void)request.format(WdfRequestTypeNoFormat, *IoGetCurrentIrpStackLocation(request.irp()), {});
}

VOID NTAPI WdfRequestWdmFormatUsingStackLocation(Globals, WDFREQUEST Request,
                                                 PIO_STACK_LOCATION Stack) {
    constexpr const char *function = "WdfRequestWdmFormatUsingStackLocation";
    require_irql(DISPATCH_LEVEL, function);
    auto &request = unsent(Request, function);
    require_parameter(Stack, function, "Stack");
    check_next_location(request, function);
    (void)request.format(WdfRequestTypeNoFormat, *Stack, {});
}

// Timers are part of the request here: there is nothing that could fail later.
NTSTATUS NTAPI WdfRequestAllocateTimer(Globals, WDFREQUEST Request) {
    constexpr const char *function = "WdfRequestAllocateTimer";
    require_irql(DISPATCH_LEVEL, function);
    (void)object_of<kmdf::Request>(Request, function);
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI WdfRequestSend(Globals, WDFREQUEST Request, WDFIOTARGET Target,
                             PWDF_REQUEST_SEND_OPTIONS Options) {
    constexpr const char *function = "WdfRequestSend";
    auto &request = object_of<kmdf::Request>(Request, function);
    auto &target = object_of<IoTarget>(Target, function);
    const bool waits = Options && (Options->Flags & WDF_REQUEST_SEND_OPTION_SYNCHRONOUS);
    require_irql(waits ? PASSIVE_LEVEL : DISPATCH_LEVEL, function);
    return waits ? send_and_wait(request, target, Options) : send(request, target, Options);
}

NTSTATUS NTAPI WdfRequestGetStatus(Globals, WDFREQUEST Request) {
    return object_of<kmdf::Request>(Request, "WdfRequestGetStatus").status();
}

BOOLEAN NTAPI WdfRequestCancelSentRequest(Globals, WDFREQUEST Request) {
    constexpr const char *function = "WdfRequestCancelSentRequest";
    require_irql(DISPATCH_LEVEL, function);
    return object_of<kmdf::Request>(Request, function).cancel();
}

VOID NTAPI WdfRequestGetCompletionParams(Globals, WDFREQUEST Request,
                                         PWDF_REQUEST_COMPLETION_PARAMS Params) {
    constexpr const char *function = "WdfRequestGetCompletionParams";
    const auto &request = object_of<kmdf::Request>(Request, function);
    require_parameter(Params, function, "Params");
    if (Params->Size != sizeof *Params)
        violation(Violation::verifier, Params,
                  fmt::format("{} was given parameters that WDF_REQUEST_COMPLETION_PARAMS_INIT has "
                              "not initialized",
                              function));
    *Params = request.params();
}

ULONG_PTR NTAPI WdfRequestGetInformation(Globals, WDFREQUEST Request) {
    return object_of<kmdf::Request>(Request, "WdfRequestGetInformation").information();
}

VOID NTAPI WdfRequestSetInformation(Globals, WDFREQUEST Request, ULONG_PTR Information) {
    constexpr const char *function = "WdfRequestSetInformation";
    with_irp(object_of<kmdf::Request>(Request, function), function)->IoStatus.Information =
        Information;
}

PIRP NTAPI WdfRequestWdmGetIrp(Globals, WDFREQUEST Request) {
    return object_of<kmdf::Request>(Request, "WdfRequestWdmGetIrp").irp();
}

VOID NTAPI WdfRequestSetCompletionRoutine(Globals, WDFREQUEST Request,
                                          PFN_WDF_REQUEST_COMPLETION_ROUTINE CompletionRoutine,
                                          WDFCONTEXT CompletionContext) {
    constexpr const char *function = "WdfRequestSetCompletionRoutine";
    require_irql(DISPATCH_LEVEL, function);
    object_of<kmdf::Request>(Request, function)
        .set_completion(CompletionRoutine, CompletionContext);
}

} // namespace

std::span<const Export> request_exports() {
    static const Export table[] = {
        WDF_EXPORT(done, wdfrequest, WdfRequestCreate),
        WDF_EXPORT(done, wdfrequest, WdfRequestCreateFromIrp),
        WDF_EXPORT(done, wdfrequest, WdfRequestReuse),
        WDF_EXPORT(done, wdfrequest, WdfRequestChangeTarget),
        WDF_EXPORT(done, wdfrequest, WdfRequestFormatRequestUsingCurrentType),
        WDF_EXPORT(done, wdfrequest, WdfRequestWdmFormatUsingStackLocation),
        WDF_EXPORT(done, wdfrequest, WdfRequestAllocateTimer),
        WDF_EXPORT(done, wdfrequest, WdfRequestSend),
        WDF_EXPORT(done, wdfrequest, WdfRequestGetStatus),
        WDF_EXPORT(done, wdfrequest, WdfRequestCancelSentRequest),
        WDF_EXPORT(done, wdfrequest, WdfRequestGetCompletionParams),
        WDF_EXPORT(done, wdfrequest, WdfRequestGetInformation),
        WDF_EXPORT(done, wdfrequest, WdfRequestSetInformation),
        WDF_EXPORT(done, wdfrequest, WdfRequestWdmGetIrp),
        WDF_EXPORT(done, wdfrequest, WdfRequestSetCompletionRoutine),
    };
    return table;
}

} // namespace ksbox::kmdf
