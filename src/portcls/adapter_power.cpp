#include "portcls/adapter_power.h"

#include "abi/guid.h"
#include "portcls/interface_ids.h"

namespace ksbox::portcls {
namespace {

POWER_STATE device_state(DEVICE_POWER_STATE state) {
    POWER_STATE power{};
    power.DeviceState = state;
    return power;
}

/// How long the device may take to come back from D3. The pages name the values and not their
/// occasions; inferred: a client may come at any moment while the system works, and waits for all
/// of the system when that sleeps.
PC_EXIT_LATENCY latency_in(SYSTEM_POWER_STATE system) {
    return system > PowerSystemWorking ? PcExitLatencyResponsive : PcExitLatencyFast;
}

} // namespace

std::shared_ptr<const AdapterPower> AdapterPower::query(IUnknown *object) {
    struct {
        const GUID &id;
        Version version;
    } const known[] = {{IID_IAdapterPowerManagement3, Version::third},
                       {IID_IAdapterPowerManagement2, Version::second},
                       {IID_IAdapterPowerManagement, Version::first}};
    for (const auto &[id, version] : known)
        if (auto found = ComPtr<IAdapterPowerManagement>::query(object, id))
            return std::shared_ptr<const AdapterPower>(new AdapterPower(std::move(found), version));
    return nullptr;
}

NTSTATUS AdapterPower::query_capabilities(DEVICE_CAPABILITIES &capabilities) const {
    return call_method("IAdapterPowerManagement.QueryDeviceCapabilities", object_.get(),
                       &IAdapterPowerManagement::QueryDeviceCapabilities, &capabilities);
}

NTSTATUS AdapterPower::query_change(DEVICE_POWER_STATE to) const {
    return call_method("IAdapterPowerManagement.QueryPowerChangeState", object_.get(),
                       &IAdapterPowerManagement::QueryPowerChangeState, device_state(to));
}

void AdapterPower::change(DEVICE_POWER_STATE to, DEVICE_POWER_STATE from,
                          SYSTEM_POWER_STATE system) const {
    switch (version_) {
    case Version::first:
        call_method("IAdapterPowerManagement.PowerChangeState", object_.get(),
                    &IAdapterPowerManagement::PowerChangeState, device_state(to));
        return;
    case Version::second:
        call_method("IAdapterPowerManagement2.PowerChangeState2",
                    static_cast<IAdapterPowerManagement2 *>(object_.get()),
                    &IAdapterPowerManagement2::PowerChangeState2, to, system);
        return;
    case Version::third:
        // "not going into its new state from PowerDeviceD3": PcExitLatencyInstant.
        call_method("IAdapterPowerManagement3.PowerChangeState3",
                    static_cast<IAdapterPowerManagement3 *>(object_.get()),
                    &IAdapterPowerManagement3::PowerChangeState3, to, system,
                    from == PowerDeviceD3 ? latency_in(system) : PcExitLatencyInstant);
        // That one counts in D0 alone (NE:portcls._PC_EXIT_LATENCY): the sleeping device hears of
        // its own (inferred).
        if (to == PowerDeviceD3 && from != PowerDeviceD3)
            tell_latency(latency_in(system));
        return;
    }
}

void AdapterPower::system_changes(SYSTEM_POWER_STATE to, SYSTEM_POWER_STATE from) const {
    if (version_ == Version::third && latency_in(to) != latency_in(from))
        tell_latency(latency_in(to));
}

void AdapterPower::tell_latency(PC_EXIT_LATENCY latency) const {
    (void)call_method("IAdapterPowerManagement3.D3ExitLatencyChanged",
                      static_cast<IAdapterPowerManagement3 *>(object_.get()),
                      &IAdapterPowerManagement3::D3ExitLatencyChanged, latency);
}

} // namespace ksbox::portcls
