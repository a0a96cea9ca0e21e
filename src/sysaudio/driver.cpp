// DriverEntry, the device and its plug and play.
#include "sysaudio/driver.h"

#include <memory>

#include "ks/dispatch.h"
#include "sysaudio/system_audio.h"
#include "sysaudio/virtual_pin.h"

namespace ksbox::sysaudio {
namespace {

/// KS looks for its header at the start of the device extension.
struct Extension {
    KSDEVICE_HEADER header;
    PDEVICE_OBJECT next;
    SystemAudio *audio;
};

Extension &extension_of(PDEVICE_OBJECT device) {
    return *static_cast<Extension *>(device->DeviceExtension);
}

NTSTATUS NTAPI add_device(PDRIVER_OBJECT driver, PDEVICE_OBJECT physical) {
    PDEVICE_OBJECT self = nullptr;
    NTSTATUS status =
        IoCreateDevice(driver, sizeof(Extension), nullptr, FILE_DEVICE_KS, 0, FALSE, &self);
    if (!NT_SUCCESS(status))
        return status;
    Extension &extension = extension_of(self);
    status = KsAllocateDeviceHeader(&extension.header, 0, nullptr);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(self);
        return status;
    }
    extension.audio = std::make_unique<SystemAudio>(self, physical).release();
    extension.next = IoAttachDeviceToDeviceStack(self, physical);
    // KsRecalculateStackDepth: requests on pins go on to other drivers.
    KsSetDevicePnpAndBaseObject(extension.header, extension.next, self);
    self->Flags &= ~ULONG(DO_DEVICE_INITIALIZING);
    return STATUS_SUCCESS;
}

NTSTATUS start(Extension &extension, PIRP irp) {
    NTSTATUS status = ks::forward_and_wait(extension.next, irp);
    if (NT_SUCCESS(status))
        status = extension.audio->start(extension.header);
    return ks::complete(irp, status);
}

NTSTATUS NTAPI dispatch_pnp(PDEVICE_OBJECT self, PIRP irp) {
    Extension &extension = extension_of(self);
    switch (IoGetCurrentIrpStackLocation(irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return start(extension, irp);
    case IRP_MN_REMOVE_DEVICE:
        extension.audio->stop();
        delete extension.audio;
        extension.audio = nullptr;
        irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_STOP_DEVICE:
        irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    default:
        break;
    }
    // Frees the header and the device when the device is removed.
    return KsDefaultDispatchPnp(self, irp);
}

// KS hands out no cleanup: a pin's graph goes with the client's handle, whoever else still waits.
NTSTATUS NTAPI dispatch_cleanup(PDEVICE_OBJECT, PIRP irp) {
    VirtualFile *file = VirtualFile::of(irp);
    if (file && file->is_pin)
        clean_up_virtual_pin(irp);
    irp->IoStatus.Information = 0;
    return ks::complete(irp, STATUS_SUCCESS);
}

VOID NTAPI unload(PDRIVER_OBJECT) {}

} // namespace

SystemAudio &system_audio_of(PDEVICE_OBJECT device) {
    return *extension_of(device).audio;
}

NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING) {
    driver->DriverExtension->AddDevice = add_device;
    driver->DriverUnload = unload;
    driver->MajorFunction[IRP_MJ_PNP] = dispatch_pnp;
    driver->MajorFunction[IRP_MJ_POWER] = KsDefaultDispatchPower;
    driver->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = KsDefaultForwardIrp;
    driver->MajorFunction[IRP_MJ_CLEANUP] = dispatch_cleanup;
    KsSetMajorFunctionHandler(driver, IRP_MJ_CREATE);
    KsSetMajorFunctionHandler(driver, IRP_MJ_CLOSE);
    return KsSetMajorFunctionHandler(driver, IRP_MJ_DEVICE_CONTROL);
}

} // namespace ksbox::sysaudio
