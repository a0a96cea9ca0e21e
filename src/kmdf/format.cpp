#include "kmdf/format.h"

#include <utility>

namespace ksbox::kmdf {

namespace {

/// Room on the IRP, for a request that is nowhere.
NTSTATUS prepare(Request &request, const IoTarget &target) {
    if (request.is_sent())
        return STATUS_INVALID_DEVICE_REQUEST;
    if (target.device_object() == nullptr)
        return STATUS_INVALID_DEVICE_STATE;
    return request.make_room(target.device_object()->StackSize);
}

Access access_of(PDEVICE_OBJECT device) {
    if (device->Flags & DO_BUFFERED_IO)
        return Access::buffered;
    return device->Flags & DO_DIRECT_IO ? Access::direct : Access::neither;
}

} // namespace

NTSTATUS format_control(Request &request, IoTarget &target, UCHAR major, ULONG code,
                        const Part &input, const Part &output) {
    if (const NTSTATUS status = prepare(request, target); !NT_SUCCESS(status))
        return status;
    Transfer transfer;
    if (const NTSTATUS status = transfer.prepare_control(request.client(), code, input, output);
        !NT_SUCCESS(status))
        return status;
    IO_STACK_LOCATION stack{};
    stack.MajorFunction = major;
    auto &parameters = stack.Parameters.DeviceIoControl;
    parameters.IoControlCode = code;
    parameters.InputBufferLength = ULONG(input.bytes);
    parameters.OutputBufferLength = ULONG(output.bytes);
    return request.format(major == IRP_MJ_DEVICE_CONTROL ? WdfRequestTypeDeviceControl
                                                         : WdfRequestTypeDeviceControlInternal,
                          stack, std::move(transfer));
}

NTSTATUS format_data(Request &request, IoTarget &target, bool read, const Part &part,
                     const LONGLONG *offset) {
    if (const NTSTATUS status = prepare(request, target); !NT_SUCCESS(status))
        return status;
    Transfer transfer;
    if (const NTSTATUS status =
            transfer.prepare_data(request.client(), access_of(target.device_object()), read, part);
        !NT_SUCCESS(status))
        return status;
    IO_STACK_LOCATION stack{};
    stack.MajorFunction = read ? IRP_MJ_READ : IRP_MJ_WRITE;
    stack.Parameters.Read.Length = ULONG(part.bytes);
    stack.Parameters.Read.ByteOffset.QuadPart = offset ? *offset : 0;
    return request.format(read ? WdfRequestTypeRead : WdfRequestTypeWrite, stack,
                          std::move(transfer));
}

NTSTATUS format_others(Request &request, IoTarget &target, ULONG code, const Part &first,
                       const Part &second, const Part &fourth) {
    if (const NTSTATUS status = prepare(request, target); !NT_SUCCESS(status))
        return status;
    Transfer transfer;
    transfer.keep(first, second, fourth);
    IO_STACK_LOCATION stack{};
    stack.MajorFunction = IRP_MJ_INTERNAL_DEVICE_CONTROL;
    stack.Parameters.Others.Argument1 = first.data;
    stack.Parameters.Others.Argument2 = second.data;
    stack.Parameters.Others.Argument4 = fourth.data;
    stack.Parameters.DeviceIoControl.IoControlCode = code; // where the third argument lies
    return request.format(WdfRequestTypeOther, stack, std::move(transfer));
}

} // namespace ksbox::kmdf
