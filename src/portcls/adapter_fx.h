// An adapter's component in the power management framework: in use while clients are, in the Fx
// states of its driver's settings otherwise. The function has no page; what it does with the
// settings is inferred from Microsoft's sample and from WDF_POWER_FRAMEWORK_SETTINGS.
// @doc NS:wdfdevice._WDF_POWER_FRAMEWORK_SETTINGS, NF:wdm.PoFxRegisterDevice
#pragma once

#include <optional>
#include <vector>

#include "abi/windows.h"

namespace ksbox::portcls {

class Adapter;

class AdapterFx {
  public:
    explicit AdapterFx(Adapter &adapter);
    AdapterFx(const AdapterFx &) = delete;
    AdapterFx &operator=(const AdapterFx &) = delete;

    /// Keeps a copy. STATUS_INVALID_PARAMETER for a structure of another size or without a
    /// component, STATUS_INVALID_DEVICE_STATE once they are in use. PASSIVE.
    NTSTATUS assign(const PC_POWER_FRAMEWORK_SETTINGS *settings);

    /// The device has started: registers the component, if there are settings. What
    /// PoFxRegisterDevice or the driver's EvtPcPostPoFxRegisterDevice answers. PASSIVE.
    NTSTATUS start();
    /// It stops or goes. PASSIVE.
    void stop();

    /// Somebody uses the device, until end() of what this returns. Waits at PASSIVE_LEVEL until the
    /// component is active; IRQL <= DISPATCH_LEVEL.
    ULONG begin(bool waits);
    void end(ULONG use);

    /// The device is in D0 (again).
    void powered_on();

  private:
    struct Settings {
        PC_POWER_FRAMEWORK_SETTINGS of_driver;
        PO_FX_COMPONENT_V1 component;
        std::vector<PO_FX_COMPONENT_IDLE_STATE> states;
    };
    POHANDLE enter(ULONG &use);
    void leave();
    static void NTAPI active(PVOID context, ULONG component);
    static void NTAPI idle(PVOID context, ULONG component);
    static void NTAPI idle_state(PVOID context, ULONG component, ULONG state);
    static void NTAPI required(PVOID context);
    static void NTAPI not_required(PVOID context);

    Adapter &adapter_;
    std::optional<Settings> settings_; ///< set before start(), and constant after it
    KEVENT nobody_inside_;
    mutable KSPIN_LOCK lock_ = 0; ///< guards what follows; a leaf
    POHANDLE handle_ = nullptr;
    bool takes_uses_ = false;
    ULONG registration_ = 0; ///< the how-manieth: uses of an earlier one do not end in this
    ULONG inside_ = 0;       ///< threads that use the handle
    bool required_ = false;  ///< the framework waits for D0
};

} // namespace ksbox::portcls
