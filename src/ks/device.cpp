// A KSDEVICE: made in AddDevice, gone with IRP_MN_REMOVE_DEVICE.
#include "ks/device.h"

#include <algorithm>

#include "abi/export.h"
#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/headers.h"
#include "ks/ks_class.h"
#include "ks/lint.h"
#include "ks/object_bag.h"
#include "ks/pin.h"
#include "ks/table_check.h"
#include "ks/transport.h"
#include "nt/call_driver.h"
#include "nt/trace.h"

namespace ksbox::ks {

KS_ASSERT_MS_ABI(PFNKSDEVICECREATE);

Device::Device(Kernel &kernel, DeviceHeader &header)
    : ObjectWith(kernel, KsObjectTypeDevice, nullptr), mutex(MutexRank::device, abi_address()),
      header_(&header) {
    // Creates wait for PostStart only while one is on its way.
    KeInitializeEvent(&post_start_done, NotificationEvent, TRUE);
}

Device::~Device() {
    factories.clear();
    empty_bag();
    if (client_unknown)
        client_unknown->Release();
}

Device &Device::from(PKSDEVICE device) {
    return static_cast<Device &>(Object::from(device));
}

Device *Device::of(PDEVICE_OBJECT fdo) {
    return KsClass::current().device_of(fdo);
}

Result<Device *> Device::create(PDEVICE_OBJECT fdo, PDEVICE_OBJECT pdo, PDEVICE_OBJECT next,
                                const KSDEVICE_DESCRIPTOR *descriptor) {
    KsClass &ks = KsClass::current();
    std::unique_ptr<Device> owner(new Device(ks.kernel, DeviceHeader::of(fdo)));
    if (!owner->allocated())
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    Device &device = *owner;
    KSDEVICE &abi = device.abi();
    abi.Descriptor = descriptor;
    abi.Bag = &device.bag();
    abi.FunctionalDeviceObject = fdo;
    abi.PhysicalDeviceObject = pdo;
    abi.NextDeviceObject = next;
    abi.Started = FALSE;
    abi.SystemPowerState = PowerSystemWorking;
    abi.DevicePowerState = PowerDeviceD0;
    ks.add(std::move(owner));

    NTSTATUS status = STATUS_SUCCESS;
    if (device.dispatch() && device.dispatch()->Add)
        status = call_driver("KSDEVICE_DISPATCH.Add", &abi, device.dispatch()->Add, &abi);
    // Add after the object stands and before anything can be opened; the factories' Context is
    // the device's by then.
    if (NT_SUCCESS(status)) {
        MutexGuard guard(device.mutex);
        status = device.create_factories();
    }
    if (!NT_SUCCESS(status)) {
        device.destroy();
        return fail(status);
    }
    return &device;
}

NTSTATUS Device::create_factories() {
    const KSDEVICE_DESCRIPTOR *descriptor = abi().Descriptor;
    if (!descriptor)
        return STATUS_SUCCESS;
    NTSTATUS status = STATUS_SUCCESS;
    TableMistakes mistakes;
    TableCheck check(mistakes);
    const bool all =
        check.each("KSDEVICE_DESCRIPTOR: filters", descriptor->FilterDescriptors,
                   descriptor->FilterDescriptorsCount, sizeof(PVOID),
                   [&](ULONG, const KSFILTER_DESCRIPTOR *one) {
                       if (auto factory = FilterFactory::create(*this, one, {}); !factory)
                           status = factory.error().value();
                       return NT_SUCCESS(status);
                   });
    if (all || !NT_SUCCESS(status))
        return status;
    kernel.extension<Findings>().add(fdo()->DriverObject, mistakes.refusal);
    return STATUS_INVALID_PARAMETER;
}

void Device::destroy() {
    // Create items name the factories: they go first.
    header_->items.clear();
    (void)KsClass::current().take(*this); // destroyed at the end of the statement
}

void Device::set_interfaces_enabled(bool enabled) {
    for (const auto &factory : factories)
        if (auto result = factory->set_interfaces_enabled(enabled); !result)
            kernel.trace().event("ks.interfaces",
                                 {{"device", TracedAddress{fdo()}},
                                  {"status", std::int64_t(result.error().value())}});
}

} // namespace ksbox::ks
