// PoFx… as drivers see it.
#include <array>

#include "abi/export.h"
#include "nt/exports.h"
#include "nt/io/device_object.h"
#include "nt/io/pnp.h"
#include "nt/io/power_framework.h"
#include "nt/ke/bug_check.h"
#include "nt/unimplemented.h"

using namespace ksbox;

namespace {

io::PowerFramework &framework() {
    return current_kernel().extension<io::PowerFramework>();
}

/// The device, once the component's index is known to be one of its.
io::PowerDevice &device_with(POHANDLE handle, ULONG component) {
    auto &device = framework().device(handle);
    if (component >= device.components())
        bug_check(0xa0, 0x602, reinterpret_cast<std::uint64_t>(handle), component,
                  device.components(), "a PoFx function was given a component that does not exist");
    return device;
}

/// Of V1 and V2 alike. False: no valid description.
bool read_component(const GUID &, ULONG count, ULONG deepest,
                    const PO_FX_COMPONENT_IDLE_STATE *states, io::PowerComponent &component) {
    if (count == 0 || !states || deepest >= count)
        return false;
    component.states.assign(states, states + count);
    component.deepest_wakeable = deepest;
    // F0 takes no time to come back from.
    return states[0].TransitionLatency == 0 && states[0].ResidencyRequirement == 0;
}

bool read(const PO_FX_COMPONENT_V1 &from, ULONG, io::PowerComponent &to) {
    return read_component(from.Id, from.IdleStateCount, from.DeepestWakeableIdleState,
                          from.IdleStates, to);
}

bool read(const PO_FX_COMPONENT_V2 &from, ULONG count, io::PowerComponent &to) {
    if (!read_component(from.Id, from.IdleStateCount, from.DeepestWakeableIdleState,
                        from.IdleStates, to))
        return false;
    to.providers.assign(from.Providers, from.Providers + from.ProviderCount);
    for (ULONG provider : to.providers)
        if (provider >= count)
            return false;
    return true;
}

constexpr unsigned deepest_dependency = 4;

/// No cycle, and no chain of dependencies that is too long.
bool acyclic(const std::vector<io::PowerComponent> &all, ULONG index, unsigned depth) {
    if (depth > deepest_dependency)
        return false;
    for (ULONG provider : all[index].providers)
        if (!acyclic(all, provider, depth + 1))
            return false;
    return true;
}

template <typename Device> bool read_device(const Device &device, io::PowerRegistration &into) {
    into = {device.ComponentActiveConditionCallback,
            device.ComponentIdleConditionCallback,
            device.ComponentIdleStateCallback,
            device.DevicePowerRequiredCallback,
            device.DevicePowerNotRequiredCallback,
            device.DeviceContext,
            {}};
    if (device.ComponentCount == 0)
        return false;
    bool several = false;
    for (ULONG i = 0; i < device.ComponentCount; ++i) {
        io::PowerComponent component;
        if (!read(device.Components[i], device.ComponentCount, component))
            return false;
        several = several || component.states.size() > 1;
        into.components.push_back(std::move(component));
    }
    for (ULONG i = 0; i < device.ComponentCount; ++i)
        if (!acyclic(into.components, i, 0))
            return false;
    return !several || (into.active && into.idle && into.idle_state);
}

} // namespace

extern "C" {

/// Directed power transitions (version 3) are never asked for: a box stays in S0 until it is told
/// otherwise. @doc NF:wdm.PoFxRegisterDevice
NTSTATUS NTAPI PoFxRegisterDevice(PDEVICE_OBJECT Pdo, PPO_FX_DEVICE Device, POHANDLE *Handle) {
    *Handle = nullptr;
    if (!Pdo)
        return STATUS_INVALID_PARAMETER;
    const auto *node = io::record_of(Pdo).node;
    if (!node)
        return STATUS_DEVICE_NOT_READY;
    io::PowerRegistration registration{};
    bool valid = false;
    switch (Device->Version) {
    case PO_FX_VERSION_V1:
        valid = read_device(*reinterpret_cast<PO_FX_DEVICE_V1 *>(Device), registration);
        break;
    case PO_FX_VERSION_V2:
        valid = read_device(*reinterpret_cast<PO_FX_DEVICE_V2 *>(Device), registration);
        break;
    case PO_FX_VERSION_V3:
        valid = read_device(*reinterpret_cast<PO_FX_DEVICE_V3 *>(Device), registration);
        break;
    default:
        break;
    }
    if (!valid)
        return STATUS_INVALID_PARAMETER;
    *Handle = reinterpret_cast<POHANDLE>(&framework().add(Pdo, std::move(registration)));
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.PoFxStartDevicePowerManagement
VOID NTAPI PoFxStartDevicePowerManagement(POHANDLE Handle) {
    framework().device(Handle).start();
}

/// @doc NF:wdm.PoFxUnregisterDevice
VOID NTAPI PoFxUnregisterDevice(POHANDLE Handle) {
    framework().remove(Handle);
}

/// @doc NF:wdm.PoFxActivateComponent
VOID NTAPI PoFxActivateComponent(POHANDLE Handle, ULONG Component, ULONG Flags) {
    device_with(Handle, Component).activate(Component, Flags);
}

/// @doc NF:wdm.PoFxIdleComponent
VOID NTAPI PoFxIdleComponent(POHANDLE Handle, ULONG Component, ULONG Flags) {
    device_with(Handle, Component).idle(Component, Flags);
}

/// @doc NF:wdm.PoFxCompleteIdleCondition
VOID NTAPI PoFxCompleteIdleCondition(POHANDLE Handle, ULONG Component) {
    device_with(Handle, Component).idle_condition_done(Component);
}

/// @doc NF:wdm.PoFxCompleteIdleState
VOID NTAPI PoFxCompleteIdleState(POHANDLE Handle, ULONG Component) {
    device_with(Handle, Component).idle_state_done(Component);
}

/// @doc NF:wdm.PoFxCompleteDevicePowerNotRequired
VOID NTAPI PoFxCompleteDevicePowerNotRequired(POHANDLE Handle) {
    framework().device(Handle).not_required_done();
}

/// @doc NF:wdm.PoFxReportDevicePoweredOn
VOID NTAPI PoFxReportDevicePoweredOn(POHANDLE Handle) {
    framework().device(Handle).powered_on();
}

/// @doc NF:wdm.PoFxSetComponentLatency
VOID NTAPI PoFxSetComponentLatency(POHANDLE Handle, ULONG Component, ULONGLONG Latency) {
    device_with(Handle, Component).hint(Component, &Latency, nullptr, nullptr);
}

/// @doc NF:wdm.PoFxSetComponentResidency
VOID NTAPI PoFxSetComponentResidency(POHANDLE Handle, ULONG Component, ULONGLONG Residency) {
    device_with(Handle, Component).hint(Component, nullptr, &Residency, nullptr);
}

/// @doc NF:wdm.PoFxSetComponentWake
VOID NTAPI PoFxSetComponentWake(POHANDLE Handle, ULONG Component, BOOLEAN WakeHint) {
    const bool wake = WakeHint != FALSE;
    device_with(Handle, Component).hint(Component, nullptr, nullptr, &wake);
}

/// @doc NF:wdm.PoFxSetDeviceIdleTimeout
VOID NTAPI PoFxSetDeviceIdleTimeout(POHANDLE Handle, ULONGLONG IdleTimeout) {
    framework().device(Handle).set_idle_timeout(IdleTimeout);
}

/// The platform's deepest idle state, which this is a hint for, is none that a box enters.
/// @doc NF:wdm.PoFxSetTargetDripsDevicePowerState
VOID NTAPI PoFxSetTargetDripsDevicePowerState(POHANDLE Handle, DEVICE_POWER_STATE) {
    (void)framework().device(Handle);
}

/// A box has no power engine plug-in, which is who would answer. @doc NF:wdm.PoFxPowerControl
NTSTATUS NTAPI PoFxPowerControl(POHANDLE Handle, LPCGUID, PVOID, SIZE_T, PVOID, SIZE_T,
                                PSIZE_T BytesReturned) {
    (void)framework().device(Handle);
    if (BytesReturned)
        *BytesReturned = 0;
    return STATUS_NOT_IMPLEMENTED;
}

/// For bus drivers, of whose children a box knows nothing: a device that is not registered, which
/// the page allows. @doc NF:wdm.PoFxNotifySurprisePowerOn
VOID NTAPI PoFxNotifySurprisePowerOn(PDEVICE_OBJECT Pdo) {
    if (io::record_of(Pdo).node)
        unimplemented("PoFxNotifySurprisePowerOn for a device of the root bus");
}

} // extern "C"

namespace ksbox {

std::span<const Export> power_framework_exports() {
    static const std::array table{
        done<PoFxRegisterDevice>("PoFxRegisterDevice", "NF:wdm.PoFxRegisterDevice"),
        done<PoFxStartDevicePowerManagement>("PoFxStartDevicePowerManagement",
                                             "NF:wdm.PoFxStartDevicePowerManagement"),
        done<PoFxUnregisterDevice>("PoFxUnregisterDevice", "NF:wdm.PoFxUnregisterDevice"),
        done<PoFxActivateComponent>("PoFxActivateComponent", "NF:wdm.PoFxActivateComponent"),
        done<PoFxIdleComponent>("PoFxIdleComponent", "NF:wdm.PoFxIdleComponent"),
        done<PoFxCompleteIdleCondition>("PoFxCompleteIdleCondition",
                                        "NF:wdm.PoFxCompleteIdleCondition"),
        done<PoFxCompleteIdleState>("PoFxCompleteIdleState", "NF:wdm.PoFxCompleteIdleState"),
        done<PoFxCompleteDevicePowerNotRequired>("PoFxCompleteDevicePowerNotRequired",
                                                 "NF:wdm.PoFxCompleteDevicePowerNotRequired"),
        done<PoFxReportDevicePoweredOn>("PoFxReportDevicePoweredOn",
                                        "NF:wdm.PoFxReportDevicePoweredOn"),
        done<PoFxSetComponentLatency>("PoFxSetComponentLatency", "NF:wdm.PoFxSetComponentLatency"),
        done<PoFxSetComponentResidency>("PoFxSetComponentResidency",
                                        "NF:wdm.PoFxSetComponentResidency"),
        done<PoFxSetComponentWake>("PoFxSetComponentWake", "NF:wdm.PoFxSetComponentWake"),
        done<PoFxSetDeviceIdleTimeout>("PoFxSetDeviceIdleTimeout",
                                       "NF:wdm.PoFxSetDeviceIdleTimeout"),
        done<PoFxSetTargetDripsDevicePowerState>("PoFxSetTargetDripsDevicePowerState",
                                                 "NF:wdm.PoFxSetTargetDripsDevicePowerState"),
        done<PoFxPowerControl>("PoFxPowerControl", "NF:wdm.PoFxPowerControl"),
        partial<PoFxNotifySurprisePowerOn>("PoFxNotifySurprisePowerOn",
                                           "NF:wdm.PoFxNotifySurprisePowerOn"),
    };
    return table;
}

} // namespace ksbox
