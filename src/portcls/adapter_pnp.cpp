// An adapter's PnP and power callbacks: what AVStream asks of a minidriver, turned into what
// PortCls asks of an adapter driver. @doc audio/startup-sequence,
// NN:portcls.IAdapterPowerManagement
#include "abi/export.h"
#include "ks/dispatch.h"
#include "portcls/adapter.h"
#include "portcls/io_timeouts.h"
#include "portcls/port_class.h"
#include "portcls/power_notify.h"
#include "portcls/wmi_provider.h"

namespace ksbox::portcls {
namespace {

KS_ASSERT_MS_ABI(PCPFNSTARTDEVICE);

std::shared_ptr<Adapter> adapter_of(PKSDEVICE device) {
    return Adapter::of(device->FunctionalDeviceObject);
}

/// What StartDevice has registered it registers again with the next start. What AddDevice has
/// stays.
void expire_registrations(Adapter &adapter) {
    adapter.unregister_all();
    adapter.power.expire();
    adapter.pnp.expire();
}

NTSTATUS NTAPI start(PKSDEVICE device, PIRP irp, PCM_RESOURCE_LIST translated,
                     PCM_RESOURCE_LIST untranslated) {
    const auto adapter = adapter_of(device);
    ComPtr<IResourceList> resources;
    NTSTATUS status =
        PcNewResourceList(resources.receive(), nullptr, PagedPool, translated, untranslated);
    if (!NT_SUCCESS(status))
        return status;
    status = call_driver("StartDevice", adapter->fdo, adapter->start_device, adapter->fdo, irp,
                         resources.get());
    if (NT_SUCCESS(status))
        status = adapter->fx.start();
    if (!NT_SUCCESS(status)) {
        ks::MutexGuard guard(adapter->device().mutex);
        expire_registrations(*adapter);
        return status;
    }
    adapter->idle.start();
    return status;
}

void NTAPI stop(PKSDEVICE device, PIRP) {
    const auto adapter = adapter_of(device);
    IoTimeouts::current().forget(adapter->fdo);
    adapter->idle.stop();
    adapter->fx.stop();
    expire_registrations(*adapter);
}

void NTAPI remove(PKSDEVICE device, PIRP) {
    const auto adapter = adapter_of(device);
    IoTimeouts::current().forget(adapter->fdo);
    adapter->idle.stop();
    adapter->fx.stop();
    adapter->unregister_all();
    adapter->power.reset();
    adapter->pnp.reset();
    WmiProviders::current().remove(adapter->fdo);
    KeSetEvent(&adapter->takes_creates, IO_NO_INCREMENT, FALSE);
    PortClass::current().release_miniports(*adapter);
    PortClass::current().remove(*adapter);
}

NTSTATUS NTAPI query_capabilities(PKSDEVICE device, PIRP, PDEVICE_CAPABILITIES capabilities) {
    const auto power = adapter_of(device)->power.get();
    if (!power)
        return STATUS_SUCCESS;
    return power->query_capabilities(*capabilities);
}

NTSTATUS NTAPI query_power(PKSDEVICE device, PIRP, DEVICE_POWER_STATE to, DEVICE_POWER_STATE,
                           SYSTEM_POWER_STATE system, SYSTEM_POWER_STATE, POWER_ACTION) {
    const auto power = adapter_of(device)->power.get();
    if (!power)
        return STATUS_SUCCESS;
    // The system asks whether it may sleep; an adapter is asked for the device state of that.
    const DEVICE_POWER_STATE asked = system > PowerSystemWorking ? PowerDeviceD3 : to;
    return power->query_change(asked);
}

/// Streams are paused on the way down already, and still on the way up. Miniports and streams save
/// their context while the device has power, and restore it when it has power again.
void NTAPI set_power(PKSDEVICE device, PIRP, DEVICE_POWER_STATE to, DEVICE_POWER_STATE from) {
    const auto adapter = adapter_of(device);
    if (to == from)
        return; // as it is: of a device that sleeps already, or is awake
    if (to > from)
        notify_of_power(*adapter, to);
    if (const auto power = adapter->power.get())
        power->change(to, from, device->SystemPowerState);
    if (to < from)
        notify_of_power(*adapter, to);
}

const KSDEVICE_DISPATCH dispatch = {
    nullptr, // Add
    start,
    nullptr, // PostStart
    query_stop,  cancel_stop,        stop,
    nullptr, // QueryRemove
    nullptr, // CancelRemove
    remove,      query_capabilities,
    nullptr, // SurpriseRemoval: the interfaces are switched off already
    query_power, set_power,
    nullptr, // QueryInterface
};

} // namespace

const KSDEVICE_DESCRIPTOR adapter_device_descriptor = {&dispatch, 0, nullptr,
                                                       KSDEVICE_DESCRIPTOR_VERSION, 0};

NTSTATUS dispatch_power(PDEVICE_OBJECT fdo, PIRP irp) {
    const auto *stack = IoGetCurrentIrpStackLocation(irp);
    const auto &parameters = stack->Parameters.Power;
    const auto adapter = Adapter::of(fdo);
    // A device that is in D3 already gets no power IRP of its own when the system falls asleep.
    if (adapter && stack->MinorFunction == IRP_MN_SET_POWER &&
        parameters.Type == SystemPowerState) {
        ks::MutexGuard guard(adapter->device().mutex);
        const KSDEVICE &device = adapter->device().abi();
        const auto power = adapter->power.get();
        if (power && device.DevicePowerState == PowerDeviceD3)
            power->system_changes(parameters.State.SystemState, device.SystemPowerState);
    }
    const bool changes =
        adapter && stack->MinorFunction == IRP_MN_SET_POWER && parameters.Type == DevicePowerState;
    const DEVICE_POWER_STATE to = parameters.State.DeviceState; // the IRP may be gone afterwards
    const NTSTATUS status = ks::KsDevicePower(fdo, irp);
    if (changes && NT_SUCCESS(status)) {
        adapter->idle.device_is_in(to);
        if (to == PowerDeviceD0)
            adapter->fx.powered_on();
    }
    return status;
}

} // namespace ksbox::portcls
