#include "portcls/adapter_fx.h"

#include "nt/call_driver.h"
#include "nt/spin_guard.h"
#include "portcls/adapter.h"

namespace ksbox::portcls {

AdapterFx::AdapterFx(Adapter &adapter) : adapter_(adapter) {
    KeInitializeEvent(&nobody_inside_, NotificationEvent, TRUE);
}

NTSTATUS AdapterFx::assign(const PC_POWER_FRAMEWORK_SETTINGS *settings) {
    if (!settings || settings->Size != sizeof *settings || !settings->Component ||
        !settings->Component->IdleStates || settings->Component->IdleStateCount == 0)
        return STATUS_INVALID_PARAMETER;
    {
        SpinGuard guard(lock_);
        if (handle_)
            return STATUS_INVALID_DEVICE_STATE;
    }
    const PO_FX_COMPONENT_V1 &component = *settings->Component;
    settings_.emplace(
        Settings{*settings,
                 component,
                 {component.IdleStates, component.IdleStates + component.IdleStateCount}});
    return STATUS_SUCCESS;
}

NTSTATUS AdapterFx::start() {
    if (!settings_)
        return STATUS_SUCCESS;
    const PC_POWER_FRAMEWORK_SETTINGS &given = settings_->of_driver;
    PO_FX_DEVICE_V1 device{};
    device.Version = PO_FX_VERSION_V1;
    device.ComponentCount = 1;
    device.ComponentActiveConditionCallback = active;
    // Where the driver has none, there is nothing to wait for.
    device.ComponentIdleConditionCallback = given.ComponentIdleConditionCallback ? idle : nullptr;
    device.ComponentIdleStateCallback = given.ComponentIdleStateCallback ? idle_state : nullptr;
    device.DevicePowerRequiredCallback = required;
    device.DevicePowerNotRequiredCallback = not_required;
    device.DeviceContext = this;
    device.Components[0] = settings_->component;
    device.Components[0].IdleStates = settings_->states.data();
    POHANDLE handle = nullptr;
    NTSTATUS status = PoFxRegisterDevice(
        adapter_.pdo, reinterpret_cast<PPO_FX_DEVICE>(static_cast<void *>(&device)), &handle);
    if (!NT_SUCCESS(status))
        return status;
    {
        SpinGuard guard(lock_);
        handle_ = handle;
    }
    if (given.EvtPcPostPoFxRegisterDevice)
        status = call_driver("EvtPcPostPoFxRegisterDevice", adapter_.fdo,
                             given.EvtPcPostPoFxRegisterDevice, given.PoFxDeviceContext, handle);
    if (!NT_SUCCESS(status)) {
        {
            SpinGuard guard(lock_);
            handle_ = nullptr;
        }
        PoFxUnregisterDevice(handle);
        return status;
    }
    {
        SpinGuard guard(lock_);
        takes_uses_ = true;
        ++registration_;
    }
    PoFxStartDevicePowerManagement(handle);
    return STATUS_SUCCESS;
}

void AdapterFx::stop() {
    POHANDLE handle;
    {
        SpinGuard guard(lock_);
        handle = handle_;
        takes_uses_ = required_ = false;
    }
    if (!handle)
        return;
    KeWaitForSingleObject(&nobody_inside_, Executive, KernelMode, FALSE, nullptr);
    const PC_POWER_FRAMEWORK_SETTINGS &given = settings_->of_driver;
    if (given.EvtPcPrePoFxUnregisterDevice)
        call_driver("EvtPcPrePoFxUnregisterDevice", adapter_.fdo,
                    given.EvtPcPrePoFxUnregisterDevice, given.PoFxDeviceContext, handle);
    PoFxUnregisterDevice(handle);
    SpinGuard guard(lock_);
    handle_ = nullptr;
}

/// The handle for a call of the framework's, until leave(). `use`: 0 for a new one, else one that
/// must be of this registration. Null: there is none.
POHANDLE AdapterFx::enter(ULONG &use) {
    SpinGuard guard(lock_);
    if (!takes_uses_ || (use != 0 && use != registration_))
        return nullptr;
    use = registration_;
    if (inside_++ == 0)
        KeClearEvent(&nobody_inside_);
    return handle_;
}

void AdapterFx::leave() {
    SpinGuard guard(lock_);
    if (--inside_ == 0)
        KeSetEvent(&nobody_inside_, IO_NO_INCREMENT, FALSE);
}

ULONG AdapterFx::begin(bool waits) {
    ULONG use = 0;
    if (POHANDLE handle = enter(use)) {
        PoFxActivateComponent(handle, 0, waits ? PO_FX_FLAG_BLOCKING : PO_FX_FLAG_ASYNC_ONLY);
        leave();
    }
    return use;
}

void AdapterFx::end(ULONG use) {
    if (use == 0)
        return;
    if (POHANDLE handle = enter(use)) {
        PoFxIdleComponent(handle, 0, PO_FX_FLAG_ASYNC_ONLY);
        leave();
    }
}

void AdapterFx::powered_on() {
    {
        SpinGuard guard(lock_);
        if (!std::exchange(required_, false))
            return;
    }
    ULONG use = 0;
    if (POHANDLE handle = enter(use)) {
        PoFxReportDevicePoweredOn(handle);
        leave();
    }
}

void NTAPI AdapterFx::active(PVOID context, ULONG component) {
    auto &self = *static_cast<AdapterFx *>(context);
    const PC_POWER_FRAMEWORK_SETTINGS &given = self.settings_->of_driver;
    if (given.ComponentActiveConditionCallback)
        call_driver("ComponentActiveConditionCallback", self.adapter_.fdo,
                    given.ComponentActiveConditionCallback, given.PoFxDeviceContext, component);
}

void NTAPI AdapterFx::idle(PVOID context, ULONG component) {
    auto &self = *static_cast<AdapterFx *>(context);
    const PC_POWER_FRAMEWORK_SETTINGS &given = self.settings_->of_driver;
    call_driver("ComponentIdleConditionCallback", self.adapter_.fdo,
                given.ComponentIdleConditionCallback, given.PoFxDeviceContext, component);
}

void NTAPI AdapterFx::idle_state(PVOID context, ULONG component, ULONG state) {
    auto &self = *static_cast<AdapterFx *>(context);
    const PC_POWER_FRAMEWORK_SETTINGS &given = self.settings_->of_driver;
    call_driver("ComponentIdleStateCallback", self.adapter_.fdo, given.ComponentIdleStateCallback,
                given.PoFxDeviceContext, component, state);
}

/// The device is in D0, or idle detection has had it leave that, and brings it back.
void NTAPI AdapterFx::required(PVOID context) {
    auto &self = *static_cast<AdapterFx *>(context);
    {
        SpinGuard guard(self.lock_);
        self.required_ = true;
    }
    if (self.adapter_.idle.bring_up())
        self.powered_on();
}

/// Whether the device leaves D0, and when, is idle detection's to say.
void NTAPI AdapterFx::not_required(PVOID context) {
    auto &self = *static_cast<AdapterFx *>(context);
    ULONG use = 0;
    if (POHANDLE handle = self.enter(use)) {
        PoFxCompleteDevicePowerNotRequired(handle);
        self.leave();
    }
}

} // namespace ksbox::portcls
