#include "kmdf/device.h"

#include <algorithm>

#include "kmdf/create.h"
#include "kmdf/driver.h"
#include "kmdf/exports.h"
#include "kmdf/io_target.h"
#include "nt/irql_check.h"

namespace ksbox::kmdf {

Device::Device(Client &client, PDEVICE_OBJECT device, PDEVICE_OBJECT attached,
               PDEVICE_OBJECT physical)
    : Object(client, handle_type), device_(device), attached_(attached), physical_(physical) {
    KeInitializeSpinLock(&spin_lock_);
    ExInitializeFastMutex(&mutex_);
}

NTSTATUS Device::make_local_target(const Creation &creation) {
    if (attached_ == nullptr)
        return STATUS_SUCCESS;
    return finish_creation<IoTarget>(
        {creation.client, creation.function, creation.caller, nullptr, this}, &local_target_, *this,
        true);
}

void Device::on_cleanup() {
    ObDereferenceObject(device_);
}

void Device::acquire_lock() {
    if (level() == WdfExecutionLevelPassive) {
        require_irql(PASSIVE_LEVEL, "WdfObjectAcquireLock of a device with passive callbacks");
        KeEnterCriticalRegion();
        ExAcquireFastMutexUnsafe(&mutex_);
        return;
    }
    require_irql(DISPATCH_LEVEL, "WdfObjectAcquireLock");
    const KIRQL before = KeAcquireSpinLockRaiseToDpc(&spin_lock_);
    irql_before_ = before;
}

void Device::release_lock() {
    if (level() == WdfExecutionLevelPassive) {
        ExReleaseFastMutexUnsafe(&mutex_);
        KeLeaveCriticalRegion();
        return;
    }
    KeReleaseSpinLock(&spin_lock_, irql_before_);
}

NTSTATUS serializing_device(Object &parent, bool automatic, bool passive_callback,
                            Device *&device) {
    device = nullptr;
    if (!automatic)
        return STATUS_SUCCESS;
    Device *const owner = parent.device();
    // A queue's scope has no queues to lock here.
    if (owner->scope() == WdfSynchronizationScopeNone ||
        owner->scope() == WdfSynchronizationScopeQueue)
        return STATUS_SUCCESS;
    if (passive_callback != (owner->level() == WdfExecutionLevelPassive))
        return STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL;
    device = owner;
    return STATUS_SUCCESS;
}

namespace {

NTSTATUS NTAPI WdfDeviceMiniportCreate(Globals Globals, WDFDRIVER Driver,
                                       PWDF_OBJECT_ATTRIBUTES Attributes,
                                       PDEVICE_OBJECT DeviceObject,
                                       PDEVICE_OBJECT AttachedDeviceObject, PDEVICE_OBJECT Pdo,
                                       WDFDEVICE *Device) {
    constexpr const char *function = "WdfDeviceMiniportCreate";
    require_irql(PASSIVE_LEVEL, function);
    (void)object_of<kmdf::Driver>(Driver, function);
    Creation creation =
        begin_creation(Globals, function, __builtin_return_address(0), Attributes, Device);
    require_parameter(DeviceObject, function, "DeviceObject");
    // The driver is the parent. @doc wdf/summary-of-framework-objects
    if (const NTSTATUS status = check(
            creation, {.parent = AttributeRules::Parent::forbidden, .level = true, .scope = true});
        !NT_SUCCESS(status))
        return status;
    auto device = make<kmdf::Device>(creation, DeviceObject, AttachedDeviceObject, Pdo);
    if (const NTSTATUS status = device->make_local_target(creation); !NT_SUCCESS(status))
        return status;
    const NTSTATUS status = give_out(creation, std::move(device), Device);
    if (NT_SUCCESS(status))
        ObReferenceObject(DeviceObject); // until its cleanup
    return status;
}

WDFIOTARGET NTAPI WdfDeviceGetIoTarget(Globals, WDFDEVICE Device) {
    return object_of<kmdf::Device>(Device, "WdfDeviceGetIoTarget").local_target();
}

PDEVICE_OBJECT NTAPI WdfDeviceWdmGetDeviceObject(Globals, WDFDEVICE Device) {
    return object_of<kmdf::Device>(Device, "WdfDeviceWdmGetDeviceObject").wdm();
}

PDEVICE_OBJECT NTAPI WdfDeviceWdmGetAttachedDevice(Globals, WDFDEVICE Device) {
    return object_of<kmdf::Device>(Device, "WdfDeviceWdmGetAttachedDevice").attached();
}

PDEVICE_OBJECT NTAPI WdfDeviceWdmGetPhysicalDevice(Globals, WDFDEVICE Device) {
    return object_of<kmdf::Device>(Device, "WdfDeviceWdmGetPhysicalDevice").physical();
}

WDFDRIVER NTAPI WdfDeviceGetDriver(Globals, WDFDEVICE Device) {
    const auto &device = object_of<kmdf::Device>(Device, "WdfDeviceGetDriver");
    return device.client().globals()->Driver;
}

} // namespace

std::span<const Export> device_exports() {
    static const Export table[] = {
        WDF_EXPORT(done, wdfminiport, WdfDeviceMiniportCreate),
        WDF_EXPORT(done, wdfdevice, WdfDeviceGetIoTarget),
        WDF_EXPORT(done, wdfdevice, WdfDeviceWdmGetDeviceObject),
        WDF_EXPORT(done, wdfdevice, WdfDeviceWdmGetAttachedDevice),
        WDF_EXPORT(done, wdfdevice, WdfDeviceWdmGetPhysicalDevice),
        WDF_EXPORT(done, wdfdevice, WdfDeviceGetDriver),
    };
    return table;
}

} // namespace ksbox::kmdf
