// WdfIoTargetSendXxxSynchronously: with a request of the driver's, or one for this call only.
#include <optional>

#include "kmdf/create.h"
#include "kmdf/exports.h"
#include "kmdf/format.h"
#include "kmdf/send.h"
#include "nt/irql_check.h"

namespace ksbox::kmdf {
namespace {

struct Call {
    const char *function;
    const void *caller; ///< in the driver
    WDFIOTARGET target;
    WDFREQUEST request; ///< null: one for this call
    PWDF_REQUEST_SEND_OPTIONS options;
    PULONG_PTR information; ///< may be null
};

/// Formats the request by `format`, sends it, and waits.
template <typename Format> NTSTATUS send_synchronously(const Call &call, Format &&format) {
    require_irql(PASSIVE_LEVEL, call.function);
    auto &target = object_of<IoTarget>(call.target, call.function);
    if (call.information)
        *call.information = 0;
    std::optional<Request> own;
    Request &request = call.request ? object_of<Request>(call.request, call.function)
                                    : own.emplace(target.client(), call.caller);
    if (const NTSTATUS status = check_options(call.options); !NT_SUCCESS(status))
        return status;
    if (const NTSTATUS status = format(request, target); !NT_SUCCESS(status))
        return status;
    if (send_and_wait(request, target, call.options) && call.information)
        *call.information = request.information();
    return request.status();
}

NTSTATUS send_control(const Call &call, UCHAR major, ULONG code, PWDF_MEMORY_DESCRIPTOR input,
                      PWDF_MEMORY_DESCRIPTOR output) {
    Part first, second;
    if (const NTSTATUS status = Part::of(input, call.function, first); !NT_SUCCESS(status))
        return status;
    if (const NTSTATUS status = Part::of(output, call.function, second); !NT_SUCCESS(status))
        return status;
    return send_synchronously(call, [&](Request &request, IoTarget &target) {
        return format_control(request, target, major, code, first, second);
    });
}

NTSTATUS send_data(const Call &call, bool read, PWDF_MEMORY_DESCRIPTOR buffer, PLONGLONG offset) {
    Part part;
    if (const NTSTATUS status = Part::of(buffer, call.function, part); !NT_SUCCESS(status))
        return status;
    return send_synchronously(call, [&](Request &request, IoTarget &target) {
        return format_data(request, target, read, part, offset);
    });
}

NTSTATUS NTAPI WdfIoTargetSendIoctlSynchronously(Globals, WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                 ULONG IoctlCode,
                                                 PWDF_MEMORY_DESCRIPTOR InputBuffer,
                                                 PWDF_MEMORY_DESCRIPTOR OutputBuffer,
                                                 PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                 PULONG_PTR BytesReturned) {
    return send_control({"WdfIoTargetSendIoctlSynchronously", __builtin_return_address(0), IoTarget,
                         Request, RequestOptions, BytesReturned},
                        IRP_MJ_DEVICE_CONTROL, IoctlCode, InputBuffer, OutputBuffer);
}

NTSTATUS NTAPI WdfIoTargetSendInternalIoctlSynchronously(Globals, WDFIOTARGET IoTarget,
                                                         WDFREQUEST Request, ULONG IoctlCode,
                                                         PWDF_MEMORY_DESCRIPTOR InputBuffer,
                                                         PWDF_MEMORY_DESCRIPTOR OutputBuffer,
                                                         PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                         PULONG_PTR BytesReturned) {
    return send_control({"WdfIoTargetSendInternalIoctlSynchronously", __builtin_return_address(0),
                         IoTarget, Request, RequestOptions, BytesReturned},
                        IRP_MJ_INTERNAL_DEVICE_CONTROL, IoctlCode, InputBuffer, OutputBuffer);
}

NTSTATUS NTAPI WdfIoTargetSendInternalIoctlOthersSynchronously(
    Globals, WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode,
    PWDF_MEMORY_DESCRIPTOR OtherArg1, PWDF_MEMORY_DESCRIPTOR OtherArg2,
    PWDF_MEMORY_DESCRIPTOR OtherArg4, PWDF_REQUEST_SEND_OPTIONS RequestOptions,
    PULONG_PTR BytesReturned) {
    const Call call{"WdfIoTargetSendInternalIoctlOthersSynchronously",
                    __builtin_return_address(0),
                    IoTarget,
                    Request,
                    RequestOptions,
                    BytesReturned};
    Part parts[3];
    const PWDF_MEMORY_DESCRIPTOR given[] = {OtherArg1, OtherArg2, OtherArg4};
    for (std::size_t i = 0; i < 3; ++i)
        if (const NTSTATUS status = Part::of(given[i], call.function, parts[i]);
            !NT_SUCCESS(status))
            return status;
    return send_synchronously(call, [&](kmdf::Request &request, kmdf::IoTarget &target) {
        return format_others(request, target, IoctlCode, parts[0], parts[1], parts[2]);
    });
}

NTSTATUS NTAPI WdfIoTargetSendReadSynchronously(Globals, WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                PWDF_MEMORY_DESCRIPTOR OutputBuffer,
                                                PLONGLONG DeviceOffset,
                                                PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                PULONG_PTR BytesRead) {
    return send_data({"WdfIoTargetSendReadSynchronously", __builtin_return_address(0), IoTarget,
                      Request, RequestOptions, BytesRead},
                     true, OutputBuffer, DeviceOffset);
}

NTSTATUS NTAPI WdfIoTargetSendWriteSynchronously(Globals, WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                 PWDF_MEMORY_DESCRIPTOR InputBuffer,
                                                 PLONGLONG DeviceOffset,
                                                 PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                 PULONG_PTR BytesWritten) {
    return send_data({"WdfIoTargetSendWriteSynchronously", __builtin_return_address(0), IoTarget,
                      Request, RequestOptions, BytesWritten},
                     false, InputBuffer, DeviceOffset);
}

} // namespace

std::span<const Export> io_target_send_exports() {
    static const Export table[] = {
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetSendIoctlSynchronously),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetSendInternalIoctlSynchronously),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetSendInternalIoctlOthersSynchronously),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetSendReadSynchronously),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetSendWriteSynchronously),
    };
    return table;
}

} // namespace ksbox::kmdf
