// What an adapter driver has registered for power: the newest of three interfaces that it has, and
// how PortCls talks to it. @doc NN:portcls.IAdapterPowerManagement3
#pragma once

#include <memory>

#include "portcls/com.h"

namespace ksbox::portcls {

class AdapterPower {
  public:
    /// Null when the object has none of the interfaces. PASSIVE.
    static std::shared_ptr<const AdapterPower> query(IUnknown *object);

    // PASSIVE_LEVEL; the driver's answer.
    NTSTATUS query_capabilities(DEVICE_CAPABILITIES &capabilities) const;
    NTSTATUS query_change(DEVICE_POWER_STATE to) const;

    /// PowerChangeState, 2 or 3. PASSIVE_LEVEL.
    void change(DEVICE_POWER_STATE to, DEVICE_POWER_STATE from, SYSTEM_POWER_STATE system) const;
    /// The system falls asleep or wakes while the device is in D3, and stays there. PASSIVE_LEVEL.
    void system_changes(SYSTEM_POWER_STATE to, SYSTEM_POWER_STATE from) const;

  private:
    enum class Version { first, second, third };
    AdapterPower(ComPtr<IAdapterPowerManagement> object, Version version)
        : object_(std::move(object)), version_(version) {}

    void tell_latency(PC_EXIT_LATENCY latency) const;

    const ComPtr<IAdapterPowerManagement> object_; ///< of the version's type
    const Version version_;
};

} // namespace ksbox::portcls
