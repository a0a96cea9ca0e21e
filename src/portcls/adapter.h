// An audio adapter: PortCls's side of a functional device object. AVStream's device below it takes
// the PnP and power IRPs; this one has the adapter driver's StartDevice, its subdevices, and what
// it registered for power. @doc NF:portcls.PcAddAdapterDevice
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ks/device.h"
#include "portcls/com.h"
#include "portcls/physical_connections.h"

namespace ksbox::ks {
class FilterFactory;
}

namespace ksbox::portcls {

class Port;

/// Bytes that PortCls has of the device extension, from its start; elements 4 to 7 of the array of
/// pointers that it makes are the adapter driver's.
inline constexpr ULONG own_extension_bytes = 64 * sizeof(ULONG_PTR);

class Adapter {
  public:
    /// Makes the FDO and attaches it. PASSIVE. STATUS_INVALID_PARAMETER for an extension that is
    /// smaller than PortCls's own, STATUS_INSUFFICIENT_RESOURCES.
    static Result<std::shared_ptr<Adapter>> create(PDRIVER_OBJECT driver, PDEVICE_OBJECT pdo,
                                                   PCPFNSTARTDEVICE start_device, ULONG max_objects,
                                                   ULONG extension_bytes);
    /// Null when the device object is no adapter's. Any IRQL up to DISPATCH_LEVEL.
    static std::shared_ptr<Adapter> of(PDEVICE_OBJECT fdo);
    ~Adapter();

    const PDEVICE_OBJECT fdo;
    const PDEVICE_OBJECT pdo;
    const PCPFNSTARTDEVICE start_device;
    const ULONG max_objects;
    /// Gone with the device; only valid while that stands.
    ks::Device &device() { return *device_; }

    /// A filter factory of that reference string for the port. PASSIVE.
    /// STATUS_OBJECT_NAME_COLLISION, STATUS_ALLOTTED_SPACE_EXCEEDED beyond max_objects,
    /// STATUS_INVALID_PARAMETER for a port that is registered already [all inferred].
    /// @doc NF:portcls.PcRegisterSubdevice
    Result<void> register_subdevice(std::u16string_view name, Port &port);
    /// STATUS_NOT_FOUND [inferred]. Filters that are open stay until they are closed.
    /// @doc NF:portcls.IUnregisterSubdevice.UnregisterSubdevice
    Result<void> unregister_subdevice(Port &port);
    /// The device is stopped or removed: StartDevice will register them again. Device mutex held.
    void unregister_all();

    PhysicalConnections connections;

    /// What PcRegisterAdapterPowerManagement was given; null until then. Power IRPs come while it
    /// is taken back: who calls it holds it. IRQL <= DISPATCH_LEVEL; the last to let go of one
    /// releases it, at PASSIVE_LEVEL.
    using PowerManagement = std::shared_ptr<const ComPtr<IAdapterPowerManagement>>;
    PowerManagement power() const;
    /// Unless there is one. PASSIVE.
    bool set_power(PowerManagement power);
    void reset_power();

    /// A sentence about what the driver does wrong, beside the status it gets.
    void finding(std::string sentence);

  private:
    Adapter(PDEVICE_OBJECT fdo, PDEVICE_OBJECT pdo, PCPFNSTARTDEVICE start_device,
            ULONG max_objects)
        : fdo(fdo), pdo(pdo), start_device(start_device), max_objects(max_objects) {}

    ks::Device *device_ = nullptr;
    std::vector<Port *> subdevices_;    ///< registered; guarded by the device mutex
    mutable KSPIN_LOCK power_lock_ = 0; ///< a leaf
    PowerManagement power_;
};

/// The callbacks of the AVStream device below every adapter (adapter_pnp.cpp).
extern const KSDEVICE_DESCRIPTOR adapter_device_descriptor;

} // namespace ksbox::portcls
