// Device objects: made, counted, attached to each other, deleted when nothing holds them.
#include "nt/io/device_object.h"

#include <cstring>

#include "abi/export.h"
#include "nt/exports.h"
#include "nt/io/driver_object.h"
#include "nt/io/pnp.h"
#include "nt/io/state.h"
#include "nt/ob/object_manager.h"

namespace ksbox::io {

namespace {

ke::HostLock &database_lock(Kernel &kernel) {
    return kernel.io().state().database_lock;
}

/// Takes the device out of its driver's list. Under the database lock.
void unlink(PDEVICE_OBJECT device) {
    for (auto **link = &device->DriverObject->DeviceObject; *link; link = &(*link)->NextDevice)
        if (*link == device) {
            *link = device->NextDevice;
            break;
        }
    device->NextDevice = nullptr;
}

/// Whether a deleted device can go now. Under the database lock.
bool can_go(PDEVICE_OBJECT device) {
    return record_of(device).delete_pending && device->ReferenceCount == 0 &&
           !device->AttachedDevice && device->DriverObject;
}

/// Ends a device that can_go(), after the lock was left.
void end_device(Kernel &kernel, PDEVICE_OBJECT device) {
    auto *driver = device->DriverObject;
    {
        ke::HostLockGuard guard(database_lock(kernel));
        unlink(device);
    }
    kernel.objects().dereference(driver);
    kernel.objects().dereference(device);
}

} // namespace

void define_device_type(Kernel &kernel) {
    ob::TypeOperations operations;
    operations.mapping = *IoGetFileObjectGenericMapping();
    kernel.objects().define_type(ob::ObjectType::device, operations);
}

PDEVICE_OBJECT top_of_stack(Kernel &kernel, PDEVICE_OBJECT device) {
    ke::HostLockGuard guard(database_lock(kernel));
    while (device->AttachedDevice)
        device = device->AttachedDevice;
    kernel.objects().reference(device);
    return device;
}

PDEVICE_OBJECT bottom_of_stack(Kernel &kernel, PDEVICE_OBJECT device) {
    ke::HostLockGuard guard(database_lock(kernel));
    while (record_of(device).attached_to)
        device = record_of(device).attached_to;
    kernel.objects().reference(device);
    return device;
}

Result<void> count_open(Kernel &kernel, PDEVICE_OBJECT device, bool attach_only) {
    ke::HostLockGuard guard(database_lock(kernel));
    if (record_of(device).delete_pending || device->Flags & DO_DEVICE_INITIALIZING)
        return fail(STATUS_NO_SUCH_DEVICE);
    if (const auto *node = record_of(device).node;
        node && node->state != DeviceState::started && node->state != DeviceState::stopped)
        return fail(STATUS_NO_SUCH_DEVICE); // "fails create requests until START completes"
    if (device->Flags & DO_EXCLUSIVE && device->ReferenceCount > 0 && !attach_only)
        return fail(STATUS_ACCESS_DENIED);
    ++device->ReferenceCount;
    return {};
}

void count_close(Kernel &kernel, PDEVICE_OBJECT device) {
    bool go;
    LONG left;
    {
        ke::HostLockGuard guard(database_lock(kernel));
        left = --device->ReferenceCount;
        go = can_go(device);
    }
    if (left == 0 && record_of(device).node)
        kernel.io().pnp().last_file_closed(device);
    if (go)
        end_device(kernel, device);
}

} // namespace ksbox::io

using namespace ksbox;

namespace {

std::u16string_view text_of(const UNICODE_STRING &string) {
    return {reinterpret_cast<const char16_t *>(string.Buffer), string.Length / 2u};
}

constexpr std::size_t align16(std::size_t bytes) {
    return (bytes + 15) & ~std::size_t(15);
}

/// The sector size that Windows gives to device types with one.
USHORT sector_bytes(DEVICE_TYPE type) {
    switch (type) {
    case FILE_DEVICE_CD_ROM:
        return 2048;
    case FILE_DEVICE_DISK:
    case FILE_DEVICE_VIRTUAL_DISK:
    case FILE_DEVICE_TAPE:
        return 512;
    default:
        return 0;
    }
}

/// Puts `source` on top of `target`'s stack; null when that stack is going or not ready.
PDEVICE_OBJECT attach(PDEVICE_OBJECT source, PDEVICE_OBJECT target, PDEVICE_OBJECT *below) {
    ke::HostLockGuard guard(current_kernel().io().state().database_lock);
    auto *top = target;
    while (top->AttachedDevice)
        top = top->AttachedDevice;
    if (io::record_of(top).delete_pending || top->Flags & DO_DEVICE_INITIALIZING)
        return nullptr;
    source->StackSize = static_cast<CCHAR>(top->StackSize + 1);
    source->AlignmentRequirement = top->AlignmentRequirement;
    source->SectorSize = top->SectorSize;
    if (below)
        *below = top;
    io::record_of(source).attached_to = top;
    top->AttachedDevice = source;
    return top;
}

} // namespace

extern "C" {

/// @doc NF:wdm.IoCreateDevice
NTSTATUS NTAPI IoCreateDevice(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize,
                              PUNICODE_STRING DeviceName, DEVICE_TYPE DeviceType,
                              ULONG DeviceCharacteristics, BOOLEAN Exclusive,
                              PDEVICE_OBJECT *DeviceObject) {
    auto &kernel = current_kernel();
    auto &objects = kernel.objects();
    *DeviceObject = nullptr;
    // The extension follows the device object, 16-byte aligned; the record comes after it.
    const auto extension = align16(DeviceExtensionSize);
    auto body = objects.allocate(ob::ObjectType::device,
                                 sizeof(DEVICE_OBJECT) + extension + sizeof(io::DeviceRecord));
    if (!body)
        return body.error().value();
    auto *device = static_cast<PDEVICE_OBJECT>(*body);
    device->Type = IO_TYPE_DEVICE;
    device->Size = static_cast<USHORT>(sizeof(DEVICE_OBJECT) + DeviceExtensionSize);
    device->DriverObject = DriverObject;
    device->Flags = DO_DEVICE_INITIALIZING | (Exclusive ? DO_EXCLUSIVE : 0u);
    device->Characteristics = DeviceCharacteristics;
    device->DeviceType = DeviceType;
    device->StackSize = 1;
    device->SectorSize = sector_bytes(DeviceType);
    auto *tail = reinterpret_cast<std::byte *>(device + 1);
    device->DeviceExtension = DeviceExtensionSize ? tail : nullptr;
    auto *record = reinterpret_cast<io::DeviceRecord *>(tail + extension);
    device->DeviceObjectExtension = &record->common;
    record->common.Type = IO_TYPE_DEVICE_OBJECT_EXTENSION;
    record->common.DeviceObject = device;
    record->power_state.DeviceState = PowerDeviceUnspecified;
    KeInitializeDeviceQueue(&device->DeviceQueue);
    KeInitializeEvent(&device->DeviceLock, SynchronizationEvent, TRUE);

    std::u16string name;
    if (DeviceCharacteristics & FILE_AUTOGENERATED_DEVICE_NAME)
        name = kernel.io().next_device_name();
    else if (DeviceName && DeviceName->Length)
        name = text_of(*DeviceName);
    if (!name.empty()) {
        if (auto named = objects.insert_name(name, device, true); !named) {
            objects.dereference(device);
            return named.error().value();
        }
        device->Flags |= DO_DEVICE_HAS_NAME;
        record->has_name = true;
    }
    objects.reference(DriverObject);
    {
        ke::HostLockGuard guard(kernel.io().state().database_lock);
        device->NextDevice = DriverObject->DeviceObject;
        DriverObject->DeviceObject = device;
    }
    *DeviceObject = device;
    return STATUS_SUCCESS;
}

/// The security descriptor restricts user mode's access on Windows; a box's clients hold every
/// right, so only its presence is checked. @doc NF:wdmsec.WdmlibIoCreateDeviceSecure
NTSTATUS NTAPI WdmlibIoCreateDeviceSecure(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize,
                                          PUNICODE_STRING DeviceName, DEVICE_TYPE DeviceType,
                                          ULONG DeviceCharacteristics, BOOLEAN Exclusive,
                                          PCUNICODE_STRING DefaultSDDLString, LPCGUID,
                                          PDEVICE_OBJECT *DeviceObject) {
    if (!DefaultSDDLString || !DefaultSDDLString->Length)
        return STATUS_INVALID_PARAMETER;
    return IoCreateDevice(DriverObject, DeviceExtensionSize, DeviceName, DeviceType,
                          DeviceCharacteristics, Exclusive, DeviceObject);
}

/// @doc NF:wdm.IoDeleteDevice
VOID NTAPI IoDeleteDevice(PDEVICE_OBJECT DeviceObject) {
    auto &kernel = current_kernel();
    if (DeviceObject->Flags & DO_SHUTDOWN_REGISTERED)
        IoUnregisterShutdownNotification(DeviceObject);
    io::free_device_timer(DeviceObject);
    if (io::record_of(DeviceObject).has_name)
        kernel.objects().make_temporary(DeviceObject);
    bool go;
    {
        ke::HostLockGuard guard(kernel.io().state().database_lock);
        io::record_of(DeviceObject).delete_pending = true;
        go = io::can_go(DeviceObject);
    }
    if (go)
        io::end_device(kernel, DeviceObject);
}

/// @doc NF:wdm.IoAttachDeviceToDeviceStack
PDEVICE_OBJECT NTAPI IoAttachDeviceToDeviceStack(PDEVICE_OBJECT SourceDevice,
                                                 PDEVICE_OBJECT TargetDevice) {
    return attach(SourceDevice, TargetDevice, nullptr);
}

/// @doc NF:ntddk.IoAttachDeviceToDeviceStackSafe
NTSTATUS NTAPI IoAttachDeviceToDeviceStackSafe(PDEVICE_OBJECT SourceDevice,
                                               PDEVICE_OBJECT TargetDevice,
                                               PDEVICE_OBJECT *AttachedToDeviceObject) {
    return attach(SourceDevice, TargetDevice, AttachedToDeviceObject) ? STATUS_SUCCESS
                                                                      : STATUS_NO_SUCH_DEVICE;
}

/// @doc NF:wdm.IoAttachDevice
NTSTATUS NTAPI IoAttachDevice(PDEVICE_OBJECT SourceDevice, PUNICODE_STRING TargetDevice,
                              PDEVICE_OBJECT *AttachedDevice) {
    PFILE_OBJECT file;
    PDEVICE_OBJECT target;
    const auto status =
        IoGetDeviceObjectPointer(TargetDevice, FILE_READ_ATTRIBUTES, &file, &target);
    if (!NT_SUCCESS(status))
        return status;
    const auto attached = IoAttachDeviceToDeviceStackSafe(SourceDevice, target, AttachedDevice);
    ObfDereferenceObject(file);
    return attached;
}

/// @doc NF:wdm.IoDetachDevice
VOID NTAPI IoDetachDevice(PDEVICE_OBJECT TargetDevice) {
    auto &kernel = current_kernel();
    bool go;
    {
        ke::HostLockGuard guard(kernel.io().state().database_lock);
        if (auto *above = TargetDevice->AttachedDevice)
            io::record_of(above).attached_to = nullptr;
        TargetDevice->AttachedDevice = nullptr;
        go = io::can_go(TargetDevice);
    }
    if (go)
        io::end_device(kernel, TargetDevice);
}

/// @doc NF:wdm.IoGetAttachedDeviceReference
PDEVICE_OBJECT NTAPI IoGetAttachedDeviceReference(PDEVICE_OBJECT DeviceObject) {
    return io::top_of_stack(current_kernel(), DeviceObject);
}

/// @doc NF:wdm.IoGetAttachedDevice
PDEVICE_OBJECT NTAPI IoGetAttachedDevice(PDEVICE_OBJECT DeviceObject) {
    auto *top = io::top_of_stack(current_kernel(), DeviceObject);
    ObfDereferenceObject(top);
    return top;
}

/// @doc NF:ntifs.IoGetLowerDeviceObject
PDEVICE_OBJECT NTAPI IoGetLowerDeviceObject(PDEVICE_OBJECT DeviceObject) {
    auto &kernel = current_kernel();
    ke::HostLockGuard guard(kernel.io().state().database_lock);
    auto *below = io::record_of(DeviceObject).attached_to;
    if (below)
        kernel.objects().reference(below);
    return below;
}

/// @doc NF:ntifs.IoGetDeviceAttachmentBaseRef
PDEVICE_OBJECT NTAPI IoGetDeviceAttachmentBaseRef(PDEVICE_OBJECT DeviceObject) {
    return io::bottom_of_stack(current_kernel(), DeviceObject);
}

/// @doc NF:wdm.IoGetRelatedDeviceObject
PDEVICE_OBJECT NTAPI IoGetRelatedDeviceObject(PFILE_OBJECT FileObject) {
    // Direct opens of a device below a file system bypass what is attached; a box has no volumes.
    return IoGetAttachedDevice(FileObject->DeviceObject);
}

} // extern "C"

namespace ksbox {

std::span<const Export> device_exports() {
    static const Export table[] = {
        done<IoCreateDevice>("IoCreateDevice", "NF:wdm.IoCreateDevice"),
        done<WdmlibIoCreateDeviceSecure>("WdmlibIoCreateDeviceSecure",
                                         "NF:wdmsec.WdmlibIoCreateDeviceSecure"),
        done<WdmlibIoCreateDeviceSecure>("IoCreateDeviceSecure",
                                         "NF:wdmsec.WdmlibIoCreateDeviceSecure"),
        done<IoDeleteDevice>("IoDeleteDevice", "NF:wdm.IoDeleteDevice"),
        done<IoAttachDevice>("IoAttachDevice", "NF:wdm.IoAttachDevice"),
        done<IoAttachDeviceToDeviceStack>("IoAttachDeviceToDeviceStack",
                                          "NF:wdm.IoAttachDeviceToDeviceStack"),
        done<IoAttachDeviceToDeviceStackSafe>("IoAttachDeviceToDeviceStackSafe",
                                              "NF:ntddk.IoAttachDeviceToDeviceStackSafe"),
        done<IoDetachDevice>("IoDetachDevice", "NF:wdm.IoDetachDevice"),
        done<IoGetAttachedDevice>("IoGetAttachedDevice", "NF:wdm.IoGetAttachedDevice"),
        done<IoGetAttachedDeviceReference>("IoGetAttachedDeviceReference",
                                           "NF:wdm.IoGetAttachedDeviceReference"),
        done<IoGetLowerDeviceObject>("IoGetLowerDeviceObject", "NF:ntifs.IoGetLowerDeviceObject"),
        done<IoGetDeviceAttachmentBaseRef>("IoGetDeviceAttachmentBaseRef",
                                           "NF:ntifs.IoGetDeviceAttachmentBaseRef"),
        done<IoGetRelatedDeviceObject>("IoGetRelatedDeviceObject",
                                       "NF:wdm.IoGetRelatedDeviceObject"),
    };
    return table;
}

} // namespace ksbox
