// WdfIoTargetFormatRequestForXxx.
#include "kmdf/create.h"
#include "kmdf/exports.h"
#include "kmdf/format.h"
#include "nt/irql_check.h"

namespace ksbox::kmdf {
namespace {

NTSTATUS format_control(WDFIOTARGET target, WDFREQUEST request, UCHAR major, ULONG code,
                        WDFMEMORY input, PWDFMEMORY_OFFSET input_offset, WDFMEMORY output,
                        PWDFMEMORY_OFFSET output_offset, const char *function) {
    require_irql(DISPATCH_LEVEL, function);
    auto &io_target = object_of<IoTarget>(target, function);
    auto &formatted = object_of<Request>(request, function);
    Part first, second;
    if (const NTSTATUS status = Part::of(input, input_offset, function, first); !NT_SUCCESS(status))
        return status;
    if (const NTSTATUS status = Part::of(output, output_offset, function, second);
        !NT_SUCCESS(status))
        return status;
    return kmdf::format_control(formatted, io_target, major, code, first, second);
}

NTSTATUS format_data(WDFIOTARGET target, WDFREQUEST request, bool read, WDFMEMORY buffer,
                     PWDFMEMORY_OFFSET offset, PLONGLONG device_offset, const char *function) {
    require_irql(DISPATCH_LEVEL, function);
    auto &io_target = object_of<IoTarget>(target, function);
    auto &formatted = object_of<Request>(request, function);
    Part part;
    if (const NTSTATUS status = Part::of(buffer, offset, function, part); !NT_SUCCESS(status))
        return status;
    return kmdf::format_data(formatted, io_target, read, part, device_offset);
}

NTSTATUS NTAPI WdfIoTargetFormatRequestForIoctl(Globals, WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                ULONG IoctlCode, WDFMEMORY InputBuffer,
                                                PWDFMEMORY_OFFSET InputBufferOffset,
                                                WDFMEMORY OutputBuffer,
                                                PWDFMEMORY_OFFSET OutputBufferOffset) {
    return format_control(IoTarget, Request, IRP_MJ_DEVICE_CONTROL, IoctlCode, InputBuffer,
                          InputBufferOffset, OutputBuffer, OutputBufferOffset,
                          "WdfIoTargetFormatRequestForIoctl");
}

NTSTATUS NTAPI WdfIoTargetFormatRequestForInternalIoctl(Globals, WDFIOTARGET IoTarget,
                                                        WDFREQUEST Request, ULONG IoctlCode,
                                                        WDFMEMORY InputBuffer,
                                                        PWDFMEMORY_OFFSET InputBufferOffset,
                                                        WDFMEMORY OutputBuffer,
                                                        PWDFMEMORY_OFFSET OutputBufferOffset) {
    return format_control(IoTarget, Request, IRP_MJ_INTERNAL_DEVICE_CONTROL, IoctlCode, InputBuffer,
                          InputBufferOffset, OutputBuffer, OutputBufferOffset,
                          "WdfIoTargetFormatRequestForInternalIoctl");
}

NTSTATUS NTAPI WdfIoTargetFormatRequestForInternalIoctlOthers(
    Globals, WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode, WDFMEMORY OtherArg1,
    PWDFMEMORY_OFFSET OtherArg1Offset, WDFMEMORY OtherArg2, PWDFMEMORY_OFFSET OtherArg2Offset,
    WDFMEMORY OtherArg4, PWDFMEMORY_OFFSET OtherArg4Offset) {
    constexpr const char *function = "WdfIoTargetFormatRequestForInternalIoctlOthers";
    require_irql(DISPATCH_LEVEL, function);
    auto &target = object_of<kmdf::IoTarget>(IoTarget, function);
    auto &request = object_of<kmdf::Request>(Request, function);
    const struct {
        WDFMEMORY memory;
        PWDFMEMORY_OFFSET offset;
    } given[] = {
        {OtherArg1, OtherArg1Offset}, {OtherArg2, OtherArg2Offset}, {OtherArg4, OtherArg4Offset}};
    Part parts[3];
    for (std::size_t i = 0; i < 3; ++i)
        if (const NTSTATUS status = Part::of(given[i].memory, given[i].offset, function, parts[i]);
            !NT_SUCCESS(status))
            return status;
    return format_others(request, target, IoctlCode, parts[0], parts[1], parts[2]);
}

NTSTATUS NTAPI WdfIoTargetFormatRequestForRead(Globals, WDFIOTARGET IoTarget, WDFREQUEST Request,
                                               WDFMEMORY OutputBuffer,
                                               PWDFMEMORY_OFFSET OutputBufferOffset,
                                               PLONGLONG DeviceOffset) {
    return format_data(IoTarget, Request, true, OutputBuffer, OutputBufferOffset, DeviceOffset,
                       "WdfIoTargetFormatRequestForRead");
}

NTSTATUS NTAPI WdfIoTargetFormatRequestForWrite(Globals, WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                WDFMEMORY InputBuffer,
                                                PWDFMEMORY_OFFSET InputBufferOffset,
                                                PLONGLONG DeviceOffset) {
    return format_data(IoTarget, Request, false, InputBuffer, InputBufferOffset, DeviceOffset,
                       "WdfIoTargetFormatRequestForWrite");
}

} // namespace

std::span<const Export> io_target_format_exports() {
    static const Export table[] = {
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetFormatRequestForIoctl),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetFormatRequestForInternalIoctl),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetFormatRequestForInternalIoctlOthers),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetFormatRequestForRead),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetFormatRequestForWrite),
    };
    return table;
}

} // namespace ksbox::kmdf
