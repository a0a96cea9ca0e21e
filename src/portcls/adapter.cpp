// Adapters and their subdevices.
#include "portcls/adapter.h"

#include <algorithm>

#include "base/unicode.h"
#include "ks/filter_factory.h"
#include "ks/headers.h"
#include "ks/lint.h"
#include "ks/object_bag.h"
#include "portcls/interface_ids.h"
#include "portcls/port.h"
#include "portcls/port_class.h"

namespace ksbox::portcls {

Result<std::shared_ptr<Adapter>> Adapter::create(PDRIVER_OBJECT driver, PDEVICE_OBJECT pdo,
                                                 PCPFNSTARTDEVICE start_device, ULONG max_objects,
                                                 ULONG extension_bytes) {
    if (extension_bytes && extension_bytes < own_extension_bytes) {
        current_kernel().extension<ks::Findings>().add(
            driver, "PcAddAdapterDevice: a device extension of " + std::to_string(extension_bytes) +
                        " bytes; it is 0, or at least PORT_CLASS_DEVICE_EXTENSION_SIZE (" +
                        std::to_string(own_extension_bytes) + ")");
        return fail(STATUS_INVALID_PARAMETER);
    }
    if (!start_device || !pdo)
        return fail(STATUS_INVALID_PARAMETER);
    PDEVICE_OBJECT fdo = nullptr;
    NTSTATUS status =
        IoCreateDevice(driver, extension_bytes ? extension_bytes : own_extension_bytes, nullptr,
                       FILE_DEVICE_KS, FILE_DEVICE_SECURE_OPEN, FALSE, &fdo);
    if (!NT_SUCCESS(status))
        return fail(status);
    const PDEVICE_OBJECT next = IoAttachDeviceToDeviceStack(fdo, pdo);
    if (!next) {
        IoDeleteDevice(fdo);
        return fail(STATUS_DEVICE_REMOVED);
    }
    // AVStream's Start looks the adapter up.
    std::shared_ptr<Adapter> adapter(new Adapter(fdo, pdo, start_device, max_objects));
    PortClass::current().add(adapter);
    status = KsInitializeDevice(fdo, pdo, next, &adapter_device_descriptor);
    if (!NT_SUCCESS(status)) {
        PortClass::current().remove(*adapter);
        IoDetachDevice(next);
        IoDeleteDevice(fdo);
        return fail(status);
    }
    adapter->device_ = ks::Device::of(fdo);
    fdo->Flags |= DO_DIRECT_IO | DO_POWER_PAGABLE;
    fdo->Flags &= ~ULONG(DO_DEVICE_INITIALIZING);
    return adapter;
}

std::shared_ptr<Adapter> Adapter::of(PDEVICE_OBJECT fdo) {
    return PortClass::current().adapter_of(fdo);
}

Adapter::Adapter(PDEVICE_OBJECT fdo, PDEVICE_OBJECT pdo, PCPFNSTARTDEVICE start_device,
                 ULONG max_objects)
    : fdo(fdo), pdo(pdo), start_device(start_device), max_objects(max_objects) {
    KeInitializeEvent(&takes_creates, NotificationEvent, TRUE);
}

Adapter::~Adapter() = default;

NTSTATUS Adapter::register_power(IUnknown *object) {
    auto made = AdapterPower::query(object);
    if (!made)
        return STATUS_INVALID_PARAMETER;
    if (power.set(std::move(made)))
        return STATUS_SUCCESS;
    finding("PcRegisterAdapterPowerManagement: called twice for an adapter");
    return STATUS_INVALID_PARAMETER;
}

NTSTATUS Adapter::register_pnp(IUnknown *object) {
    auto found = ComPtr<IAdapterPnpManagement>::query(object, IID_IAdapterPnpManagement);
    if (!found)
        return STATUS_INVALID_PARAMETER;
    if (pnp.set(std::make_shared<const ComPtr<IAdapterPnpManagement>>(std::move(found))))
        return STATUS_SUCCESS;
    finding("PcRegisterAdapterPnpManagement: called twice for an adapter");
    return STATUS_INVALID_PARAMETER;
}

void Adapter::finding(std::string sentence) {
    current_kernel().extension<ks::Findings>().add(fdo->DriverObject, std::move(sentence));
}

Result<void> Adapter::register_subdevice(std::u16string_view name, Port &port) {
    ks::MutexGuardUnlessHeld guard(device().mutex);
    if (port.factory) {
        finding("PcRegisterSubdevice: the port of \"" + to_utf8(name) +
                "\" is registered already, as \"" +
                to_utf8(port.factory->reference_strings.front()) + "\"");
        return fail(STATUS_INVALID_PARAMETER);
    }
    if (subdevices_.size() >= max_objects) {
        finding("PcRegisterSubdevice: \"" + to_utf8(name) + "\" is one more than the " +
                std::to_string(max_objects) + " objects that PcAddAdapterDevice was told of");
        return fail(STATUS_ALLOTTED_SPACE_EXCEEDED);
    }
    const std::u16string reference(name);
    auto made = ks::FilterFactory::create(device(), &port.filter_descriptor(),
                                          {.reference_string = reference.c_str(), .checked = true});
    if (!made) {
        if (made.error().value() == STATUS_OBJECT_NAME_COLLISION)
            finding("PcRegisterSubdevice: there is a subdevice \"" + to_utf8(name) + "\" already");
        return std::unexpected(made.error());
    }
    ks::FilterFactory &factory = **made;
    factory.shared_events = port.events;
    port.attach(factory);
    subdevices_.push_back(&port);
    if (device().abi().Started)
        return factory.set_interfaces_enabled(true);
    return {}; // with the device's others, when it has started
}

Result<void> Adapter::unregister_subdevice(Port &port) {
    ks::MutexGuardUnlessHeld guard(device().mutex);
    if (std::erase(subdevices_, &port) == 0)
        return fail(STATUS_NOT_FOUND);
    // The last create item takes the factory along, or its last filter does.
    return device().header().items.free_by_context(&port.factory->abi());
}

void Adapter::unregister_all() {
    while (!subdevices_.empty()) // each call takes one off, whatever comes of it
        (void)unregister_subdevice(*subdevices_.back());
    connections.clear();
}

} // namespace ksbox::portcls
