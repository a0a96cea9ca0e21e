// IRP_MJ_POWER of AVStream devices: QueryPower, SetPower and the sleep and wake notifications of
// factories, filters and pins (stream/power-and-state-changes-in-avstream).
#include <functional>
#include <vector>

#include "abi/export.h"
#include "ks/device.h"
#include "ks/dispatch.h"
#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/pin.h"
#include "ks/transport.h"
#include "nt/call_driver.h"
#include "nt/ke/instant.h"

namespace ksbox::ks {
namespace {

KS_ASSERT_MS_ABI(PFNKSDEVICEQUERYPOWER);
KS_ASSERT_MS_ABI(PFNKSDEVICESETPOWER);
KS_ASSERT_MS_ABI(PFNKSPINPOWER);

void notify_pin(Pin &pin, bool asleep, DEVICE_POWER_STATE state) {
    if (pin.transport)
        pin.transport->set_asleep(asleep);
    // "the pin must actually process (be pin-centric)" (NF:ks.KsPinRegisterPowerCallbacks)
    if (!pin.pin_centric())
        return;
    if (asleep && pin.sleep)
        call_driver("KsPinRegisterPowerCallbacks.Sleep", &pin.abi(), pin.sleep, &pin.abi(), state);
    if (!asleep && pin.wake)
        call_driver("KsPinRegisterPowerCallbacks.Wake", &pin.abi(), pin.wake, &pin.abi(), state);
}

void notify_filter(Filter &filter, bool asleep, DEVICE_POWER_STATE state) {
    if (filter.processing)
        filter.processing->set_asleep(asleep);
    // Only filter-centric filters are told (NF:ks.KsFilterRegisterPowerCallbacks).
    if (asleep && filter.sleep && filter.filter_centric())
        call_driver("KsFilterRegisterPowerCallbacks.Sleep", &filter.abi(), filter.sleep,
                    &filter.abi(), state);
    if (!asleep && filter.wake && filter.filter_centric())
        call_driver("KsFilterRegisterPowerCallbacks.Wake", &filter.abi(), filter.wake,
                    &filter.abi(), state);
    MutexGuard guard(filter.control);
    filter.pins().for_each([&](Pin &pin) { notify_pin(pin, asleep, state); });
}

/// Device mutex held; filters' control mutexes are taken one by one ("AVStream often obtains filter
/// control mutexes while the device mutex is already held").
void notify_all(Device &device, bool asleep, DEVICE_POWER_STATE state) {
    for (const auto &factory : device.factories) {
        if (asleep && factory->sleep)
            call_driver("KsCreateFilterFactory.SleepCallback", &factory->abi(), factory->sleep,
                        &factory->abi(), state);
        if (!asleep && factory->wake)
            call_driver("KsCreateFilterFactory.WakeCallback", &factory->abi(), factory->wake,
                        &factory->abi(), state);
        for (const auto &filter : factory->filters)
            notify_filter(*filter, asleep, state);
    }
}

/// Running pins go to PAUSE before the device leaves D0 and to RUN after it is back (F12), in one
/// instant of simulated time. Device mutex held; each filter's pins are asked without its control
/// mutex, which the pipes take.
void pause_pins(Device &device, bool asleep) {
    const ke::Instant instant;
    device.asleep = asleep;
    for (const auto &factory : device.factories)
        for (const auto &filter : factory->filters)
            for (bool again = true; again;) {
                std::vector<std::function<bool(bool)>> sleepers;
                {
                    MutexGuard guard(filter->control);
                    filter->pins().for_each([&](Pin &pin) {
                        if (pin.transport)
                            sleepers.push_back(pin.transport->sleeper());
                        else
                            pin.pause_raw(asleep);
                    });
                }
                again = false;
                for (const auto &sleeper : sleepers)
                    again |= !sleeper(asleep);
            }
}

NTSTATUS pass_down(Device &device, PIRP irp) {
    IoSkipCurrentIrpStackLocation(irp);
    return PoCallDriver(device.abi().NextDeviceObject, irp);
}

NTSTATUS query_power(Device &device, PIRP irp) {
    const auto &power = IoGetCurrentIrpStackLocation(irp)->Parameters.Power;
    KSDEVICE &abi = device.abi();
    const auto *table = device.dispatch();
    if (table && table->QueryPower) {
        const bool system = power.Type == SystemPowerState;
        MutexGuard guard(device.mutex);
        const NTSTATUS status = call_driver(
            "KSDEVICE_DISPATCH.QueryPower", &abi, table->QueryPower, &abi, irp,
            system ? abi.DevicePowerState : power.State.DeviceState, abi.DevicePowerState,
            system ? power.State.SystemState : abi.SystemPowerState, abi.SystemPowerState,
            power.ShutdownType);
        if (!NT_SUCCESS(status))
            return complete(irp, status);
    }
    irp->IoStatus.Status = STATUS_SUCCESS;
    return pass_down(device, irp);
}

void set_power(Device &device, PIRP irp, DEVICE_POWER_STATE to) {
    KSDEVICE &abi = device.abi();
    const DEVICE_POWER_STATE from = abi.DevicePowerState;
    const auto *table = device.dispatch();
    MutexGuard guard(device.mutex);
    if (to > PowerDeviceD0 && from == PowerDeviceD0) {
        pause_pins(device, true);
        notify_all(device, true, to);
    }
    if (table && table->SetPower)
        call_driver("KSDEVICE_DISPATCH.SetPower", &abi, table->SetPower, &abi, irp, to, from);
    abi.DevicePowerState = to;
    if (to == PowerDeviceD0 && from > PowerDeviceD0) {
        notify_all(device, false, to);
        pause_pins(device, false);
    }
}

NTSTATUS set_device_power(Device &device, PIRP irp, DEVICE_POWER_STATE to) {
    POWER_STATE state{};
    state.DeviceState = to;
    if (to > device.abi().DevicePowerState) {
        set_power(device, irp, to);
        PoSetPowerState(device.fdo(), DevicePowerState, state);
        irp->IoStatus.Status = STATUS_SUCCESS;
        return pass_down(device, irp);
    }
    // Powering up: the bus first.
    const NTSTATUS status = forward_and_wait(device.abi().NextDeviceObject, irp);
    if (NT_SUCCESS(status)) {
        set_power(device, irp, to);
        PoSetPowerState(device.fdo(), DevicePowerState, state);
    }
    return complete(irp, status);
}

/// The device IRP that a system IRP asked for is done: the system IRP goes on.
void NTAPI asleep(PDEVICE_OBJECT, UCHAR, POWER_STATE, PVOID context, PIO_STATUS_BLOCK) {
    auto *irp = static_cast<PIRP>(context);
    Device *device = Device::of(IoGetCurrentIrpStackLocation(irp)->DeviceObject);
    irp->IoStatus.Status = STATUS_SUCCESS;
    pass_down(*device, irp);
}

/// AVStream owns its devices' power policy: S0 is D0, every other system state D3. Falling asleep,
/// the device goes first; waking, the system does.
NTSTATUS set_system_power(Device &device, PIRP irp, SYSTEM_POWER_STATE to) {
    KSDEVICE &abi = device.abi();
    abi.SystemPowerState = to;
    POWER_STATE wanted{};
    wanted.DeviceState = to == PowerSystemWorking ? PowerDeviceD0 : PowerDeviceD3;
    if (wanted.DeviceState > abi.DevicePowerState) {
        IoMarkIrpPending(irp);
        const NTSTATUS status = PoRequestPowerIrp(abi.PhysicalDeviceObject, IRP_MN_SET_POWER,
                                                  wanted, asleep, irp, nullptr);
        if (status != STATUS_PENDING)
            complete(irp, status);
        return STATUS_PENDING;
    }
    const NTSTATUS status = forward_and_wait(abi.NextDeviceObject, irp);
    if (NT_SUCCESS(status) && wanted.DeviceState < abi.DevicePowerState)
        (void)PoRequestPowerIrp(abi.PhysicalDeviceObject, IRP_MN_SET_POWER, wanted, nullptr,
                                nullptr, nullptr);
    return complete(irp, status);
}

} // namespace

NTSTATUS NTAPI KsDevicePower(PDEVICE_OBJECT device_object, PIRP irp) {
    Device *device = Device::of(device_object);
    if (!device)
        return KsDefaultDispatchPower(device_object, irp);
    const auto *stack = IoGetCurrentIrpStackLocation(irp);
    const auto &power = stack->Parameters.Power;
    switch (stack->MinorFunction) {
    case IRP_MN_QUERY_POWER:
        return query_power(*device, irp);
    case IRP_MN_SET_POWER:
        if (power.Type == DevicePowerState)
            return set_device_power(*device, irp, power.State.DeviceState);
        return set_system_power(*device, irp, power.State.SystemState);
    default:
        return pass_down(*device, irp);
    }
}

} // namespace ksbox::ks
