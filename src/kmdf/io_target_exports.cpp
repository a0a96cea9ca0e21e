// WdfIoTargetXxx: creating, opening and steering targets, and what they stand for.
#include <cstddef>

#include <fmt/format.h>

#include "kmdf/create.h"
#include "kmdf/device.h"
#include "kmdf/exports.h"
#include "kmdf/io_target.h"
#include "nt/irql_check.h"

namespace ksbox::kmdf {
namespace {

NTSTATUS NTAPI WdfIoTargetCreate(Globals Globals, WDFDEVICE Device,
                                 PWDF_OBJECT_ATTRIBUTES IoTargetAttributes, WDFIOTARGET *IoTarget) {
    constexpr const char *function = "WdfIoTargetCreate";
    require_irql(PASSIVE_LEVEL, function);
    auto &device = object_of<kmdf::Device>(Device, function);
    Creation creation = begin_creation(Globals, function, __builtin_return_address(0),
                                       IoTargetAttributes, IoTarget);
    creation.parent = &device;
    if (const NTSTATUS status = check(creation, {}); !NT_SUCCESS(status))
        return status;
    if (creation.parent->device() != &device)
        return STATUS_INVALID_DEVICE_REQUEST;
    return finish_creation<kmdf::IoTarget>(creation, IoTarget, device, false);
}

/// Those of a target that the driver opens and closes.
IoTarget &remote(WDFIOTARGET handle, const char *function) {
    auto &target = object_of<IoTarget>(handle, function);
    if (target.is_local())
        violation(
            Violation::invalid_handle, handle,
            fmt::format("{} was given the device's local target, which is always open", function));
    return target;
}

NTSTATUS NTAPI WdfIoTargetOpen(Globals, WDFIOTARGET IoTarget,
                               PWDF_IO_TARGET_OPEN_PARAMS OpenParams) {
    constexpr const char *function = "WdfIoTargetOpen";
    require_irql(PASSIVE_LEVEL, function);
    auto &target = remote(IoTarget, function);
    require_parameter(OpenParams, function, "OpenParams");
    if (OpenParams->Size != sizeof *OpenParams &&
        OpenParams->Size != offsetof(WDF_IO_TARGET_OPEN_PARAMS, FileName))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (OpenParams->Type == WdfIoTargetOpenByName &&
        (OpenParams->TargetDeviceName.Buffer == nullptr ||
         OpenParams->TargetDeviceName.Length == 0))
        return STATUS_INVALID_PARAMETER;
    WDF_IO_TARGET_OPEN_PARAMS params{};
    std::memcpy(&params, OpenParams, OpenParams->Size);
    const NTSTATUS status = target.open(params);
    OpenParams->FileInformation = params.FileInformation;
    return status;
}

VOID NTAPI WdfIoTargetClose(Globals, WDFIOTARGET IoTarget) {
    constexpr const char *function = "WdfIoTargetClose";
    require_irql(PASSIVE_LEVEL, function);
    remote(IoTarget, function).close(WdfIoTargetClosed);
}

VOID NTAPI WdfIoTargetCloseForQueryRemove(Globals, WDFIOTARGET IoTarget) {
    constexpr const char *function = "WdfIoTargetCloseForQueryRemove";
    require_irql(PASSIVE_LEVEL, function);
    remote(IoTarget, function).close(WdfIoTargetClosedForQueryRemove);
}

NTSTATUS NTAPI WdfIoTargetStart(Globals, WDFIOTARGET IoTarget) {
    constexpr const char *function = "WdfIoTargetStart";
    require_irql(DISPATCH_LEVEL, function);
    return object_of<kmdf::IoTarget>(IoTarget, function).start();
}

VOID NTAPI WdfIoTargetStop(Globals, WDFIOTARGET IoTarget, WDF_IO_TARGET_SENT_IO_ACTION Action) {
    constexpr const char *function = "WdfIoTargetStop";
    require_irql(Action == WdfIoTargetLeaveSentIoPending ? DISPATCH_LEVEL : PASSIVE_LEVEL,
                 function);
    auto &target = object_of<kmdf::IoTarget>(IoTarget, function);
    if (Action <= WdfIoTargetSentIoUndefined || Action > WdfIoTargetLeaveSentIoPending)
        violation(Violation::verifier, IoTarget,
                  fmt::format("{} was called with the unknown action {}", function, int(Action)));
    target.stop(Action);
}

VOID NTAPI WdfIoTargetPurge(Globals, WDFIOTARGET IoTarget, WDF_IO_TARGET_PURGE_IO_ACTION Action) {
    constexpr const char *function = "WdfIoTargetPurge";
    require_irql(Action == WdfIoTargetPurgeIo ? DISPATCH_LEVEL : PASSIVE_LEVEL, function);
    auto &target = object_of<kmdf::IoTarget>(IoTarget, function);
    if (Action != WdfIoTargetPurgeIo && Action != WdfIoTargetPurgeIoAndWait)
        violation(Violation::verifier, IoTarget,
                  fmt::format("{} was called with the unknown action {}", function, int(Action)));
    target.purge(Action == WdfIoTargetPurgeIoAndWait);
}

WDF_IO_TARGET_STATE NTAPI WdfIoTargetGetState(Globals, WDFIOTARGET IoTarget) {
    return object_of<kmdf::IoTarget>(IoTarget, "WdfIoTargetGetState").state();
}

WDFDEVICE NTAPI WdfIoTargetGetDevice(Globals, WDFIOTARGET IoTarget) {
    return static_cast<WDFDEVICE>(
        object_of<kmdf::IoTarget>(IoTarget, "WdfIoTargetGetDevice").owner().handle());
}

PDEVICE_OBJECT NTAPI WdfIoTargetWdmGetTargetDeviceObject(Globals, WDFIOTARGET IoTarget) {
    return object_of<kmdf::IoTarget>(IoTarget, "WdfIoTargetWdmGetTargetDeviceObject")
        .device_object();
}

PDEVICE_OBJECT NTAPI WdfIoTargetWdmGetTargetPhysicalDevice(Globals, WDFIOTARGET IoTarget) {
    return object_of<kmdf::IoTarget>(IoTarget, "WdfIoTargetWdmGetTargetPhysicalDevice")
        .physical_device();
}

PFILE_OBJECT NTAPI WdfIoTargetWdmGetTargetFileObject(Globals, WDFIOTARGET IoTarget) {
    return object_of<kmdf::IoTarget>(IoTarget, "WdfIoTargetWdmGetTargetFileObject").file();
}

HANDLE NTAPI WdfIoTargetWdmGetTargetFileHandle(Globals, WDFIOTARGET IoTarget) {
    return object_of<kmdf::IoTarget>(IoTarget, "WdfIoTargetWdmGetTargetFileHandle").file_handle();
}

} // namespace

std::span<const Export> io_target_exports() {
    static const Export table[] = {
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetCreate),
        WDF_EXPORT(partial, wdfiotarget, WdfIoTargetOpen), // not the local target by a file
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetClose),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetCloseForQueryRemove),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetStart),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetStop),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetPurge),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetGetState),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetGetDevice),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetWdmGetTargetDeviceObject),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetWdmGetTargetPhysicalDevice),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetWdmGetTargetFileObject),
        WDF_EXPORT(done, wdfiotarget, WdfIoTargetWdmGetTargetFileHandle),
    };
    return table;
}

} // namespace ksbox::kmdf
