#include "kmdf/send.h"

#include "kmdf/io_target.h"
#include "kmdf/request.h"
#include "kmdf/violation.h"

namespace ksbox::kmdf {

namespace {

constexpr ULONG known_flags =
    WDF_REQUEST_SEND_OPTION_TIMEOUT | WDF_REQUEST_SEND_OPTION_SYNCHRONOUS |
    WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE | WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET;

NTSTATUS check_send(const Request &request, const WDF_REQUEST_SEND_OPTIONS *options) {
    if (request.is_sent())
        violation(Violation::request, 3, reinterpret_cast<std::uint64_t>(request.handle()),
                  "WdfRequestSend was given a request that is on its way already");
    if (const NTSTATUS status = check_options(options); !NT_SUCCESS(status))
        return status;
    // Only what a driver has received can be forgotten: its maker waits for the rest.
    if (options && (options->Flags & WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET))
        return STATUS_INVALID_DEVICE_STATE;
    return request.is_formatted() ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

bool try_send(Request &request, IoTarget &target, const WDF_REQUEST_SEND_OPTIONS *options,
              PKEVENT done) {
    NTSTATUS status = check_send(request, options);
    if (NT_SUCCESS(status) && target.device_object())
        status = request.make_room(target.device_object()->StackSize);
    if (NT_SUCCESS(status))
        return target.send(request, options, done);
    request.set_status(status);
    return false;
}

} // namespace

NTSTATUS check_options(const WDF_REQUEST_SEND_OPTIONS *options) {
    if (options == nullptr)
        return STATUS_SUCCESS;
    if (options->Size != sizeof *options)
        return STATUS_INFO_LENGTH_MISMATCH;
    const bool forgets = (options->Flags & WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET) != 0;
    if ((options->Flags & ~known_flags) != 0 ||
        (forgets && (options->Flags & ~(WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET |
                                        WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE)) != 0))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

bool send(Request &request, IoTarget &target, const WDF_REQUEST_SEND_OPTIONS *options) {
    return try_send(request, target, options, nullptr);
}

bool send_and_wait(Request &request, IoTarget &target, const WDF_REQUEST_SEND_OPTIONS *options) {
    KEVENT done;
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    if (!try_send(request, target, options, &done))
        return false;
    KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, nullptr);
    return true;
}

} // namespace ksbox::kmdf
