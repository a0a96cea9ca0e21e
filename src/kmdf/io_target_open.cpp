// Opening and closing remote I/O targets, and what happens when their device goes.
// @doc NF:wdfiotarget.WdfIoTargetOpen, wdf/initializing-a-general-i-o-target
#include "abi/guid.h"
#include "kmdf/io_target.h"

#include "kmdf/client.h"
#include "nt/call_driver.h"
#include "nt/io/io_manager.h"
#include "nt/io/pnp.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"
#include "nt/spin_guard.h"
#include "nt/unimplemented.h"

namespace ksbox::kmdf {

NTSTATUS IoTarget::open(WDF_IO_TARGET_OPEN_PARAMS &params) {
    const WDF_IO_TARGET_STATE before = state();
    if (before != WdfIoTargetClosed && before != WdfIoTargetClosedForQueryRemove)
        return STATUS_INVALID_DEVICE_STATE;
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    switch (params.Type) {
    case WdfIoTargetOpenByName:
        remember(params);
        status = open_by_name(opened_);
        params.FileInformation = opened_.FileInformation;
        break;
    case WdfIoTargetOpenReopen:
        if (before != WdfIoTargetClosedForQueryRemove || name_.empty())
            return STATUS_INVALID_DEVICE_STATE;
        status = open_by_name(opened_);
        break;
    case WdfIoTargetOpenUseExistingDevice:
        if (params.TargetDeviceObject == nullptr)
            break;
        name_.clear();
        ObReferenceObject(params.TargetDeviceObject);
        file_ = params.TargetFileObject;
        take_device(params.TargetDeviceObject);
        status = STATUS_SUCCESS;
        break;
    case WdfIoTargetOpenLocalTargetByFile:
        unimplemented("WdfIoTargetOpen of the local target by a file, which is for UMDF drivers,");
    default:
        break;
    }
    if (!NT_SUCCESS(status))
        return status;
    const SpinGuard guard(lock_);
    state_ = WdfIoTargetStarted;
    return STATUS_SUCCESS;
}

// For opening it again, when what the driver points to now may be gone.
void IoTarget::remember(const WDF_IO_TARGET_OPEN_PARAMS &params) {
    opened_ = params;
    name_.assign(params.TargetDeviceName.Buffer, params.TargetDeviceName.Length / sizeof(WCHAR));
    opened_.TargetDeviceName = {};
    if (params.AllocationSize) {
        allocation_ = *params.AllocationSize;
        opened_.AllocationSize = &allocation_;
    }
    const auto *const attributes = static_cast<const std::byte *>(params.EaBuffer);
    attributes_.assign(attributes, attributes + (attributes ? params.EaBufferLength : 0));
    opened_.EaBuffer = attributes ? attributes_.data() : nullptr;
}

NTSTATUS IoTarget::open_by_name(WDF_IO_TARGET_OPEN_PARAMS &params) {
    UNICODE_STRING name{USHORT(name_.size() * sizeof(WCHAR)), USHORT(name_.size() * sizeof(WCHAR)),
                        name_.data()};
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE,
                               nullptr, nullptr);
    IO_STATUS_BLOCK block{};
    LARGE_INTEGER allocation;
    allocation.QuadPart = params.AllocationSize ? *params.AllocationSize : 0;
    HANDLE handle = nullptr;
    NTSTATUS status = ZwCreateFile(
        &handle, params.DesiredAccess, &attributes, &block,
        params.AllocationSize ? &allocation : nullptr, params.FileAttributes, params.ShareAccess,
        params.CreateDisposition, params.CreateOptions, params.EaBuffer, params.EaBufferLength);
    params.FileInformation = ULONG(block.Information);
    if (!NT_SUCCESS(status))
        return status;
    void *file = nullptr;
    status = ObReferenceObjectByHandle(handle, params.DesiredAccess,
                                       ob::object_type_pointer(ob::ObjectType::file), KernelMode,
                                       &file, nullptr);
    if (!NT_SUCCESS(status)) {
        ZwClose(handle);
        return status;
    }
    file_handle_ = handle;
    file_ = static_cast<PFILE_OBJECT>(file);
    file_referenced_ = true;
    const PDEVICE_OBJECT device = IoGetRelatedDeviceObject(file_);
    ObReferenceObject(device);
    take_device(device);
    watch();
    return STATUS_SUCCESS;
}

// The reference on the device becomes the target's.
void IoTarget::take_device(PDEVICE_OBJECT device) {
    device_ = device;
    const PDEVICE_OBJECT lowest = IoGetDeviceAttachmentBaseRef(device);
    physical_ = client().kernel().io().pnp().node_of(lowest) ? lowest : nullptr;
    ObDereferenceObject(lowest);
}

void IoTarget::close(WDF_IO_TARGET_STATE state) {
    {
        const SpinGuard guard(lock_);
        const bool open = state_ == WdfIoTargetStarted || state_ == WdfIoTargetStopped ||
                          state_ == WdfIoTargetPurged;
        state_ = state;
        if (!open && watch_ == nullptr)
            return;
    }
    end_waiting();
    cancel(sent_);
    cancel(ignored_);
    const PDEVICE_OBJECT device = wait_for_all();
    // A device that may come back is watched on. Within the notification itself there is no waiting
    // for its end.
    if (state != WdfIoTargetClosedForQueryRemove && watch_)
        IoUnregisterPlugPlayNotification(std::exchange(watch_, nullptr));
    if (PFILE_OBJECT file = std::exchange(file_, nullptr); file && file_referenced_)
        ObDereferenceObject(file);
    file_referenced_ = false;
    if (HANDLE handle = std::exchange(file_handle_, nullptr))
        ZwClose(handle);
    if (device && !local_)
        ObDereferenceObject(device);
    physical_ = nullptr;
}

// Meanwhile requests that ignore the state may still be sent.
PDEVICE_OBJECT IoTarget::wait_for_all() {
    while (true) {
        sent_.pending.wait();
        ignored_.pending.wait();
        const SpinGuard guard(lock_);
        if (sent_.requests.empty() && ignored_.requests.empty())
            return std::exchange(device_, nullptr);
    }
}

// Devices that are none of Plug and Play's have nothing to tell.
void IoTarget::watch() {
    if (watch_ == nullptr && physical_)
        (void)IoRegisterPlugPlayNotification(EventCategoryTargetDeviceChange, 0, file_,
                                             client().driver_object(), &IoTarget::notified, this,
                                             &watch_);
}

NTSTATUS IoTarget::notified(PVOID notification, PVOID target) {
    return static_cast<IoTarget *>(target)->target_changed(
        *static_cast<const TARGET_DEVICE_REMOVAL_NOTIFICATION *>(notification));
}

// @doc NC:wdfiotarget.EVT_WDF_IO_TARGET_QUERY_REMOVE and its neighbours: without a callback the
// framework does what the callback would have to.
NTSTATUS IoTarget::target_changed(const TARGET_DEVICE_REMOVAL_NOTIFICATION &notification) {
    const auto self = static_cast<WDFIOTARGET>(handle());
    if (IsEqualGUID(notification.Event, GUID_TARGET_DEVICE_QUERY_REMOVE)) {
        if (const auto callback = opened_.EvtIoTargetQueryRemove)
            return call_driver("EvtIoTargetQueryRemove", self, callback, self);
        close(WdfIoTargetClosedForQueryRemove);
    } else if (IsEqualGUID(notification.Event, GUID_TARGET_DEVICE_REMOVE_CANCELLED)) {
        if (const auto callback = opened_.EvtIoTargetRemoveCanceled) {
            call_driver("EvtIoTargetRemoveCanceled", self, callback, self);
        } else {
            WDF_IO_TARGET_OPEN_PARAMS params;
            WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(&params);
            (void)open(params);
        }
    } else if (IsEqualGUID(notification.Event, GUID_TARGET_DEVICE_REMOVE_COMPLETE)) {
        if (const auto callback = opened_.EvtIoTargetRemoveComplete)
            call_driver("EvtIoTargetRemoveComplete", self, callback, self);
        else
            close(WdfIoTargetClosed);
    }
    return STATUS_SUCCESS;
}

} // namespace ksbox::kmdf
