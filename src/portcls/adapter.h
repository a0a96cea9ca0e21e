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
#include "portcls/adapter_fx.h"
#include "portcls/adapter_idle.h"
#include "portcls/adapter_power.h"
#include "portcls/physical_connections.h"
#include "portcls/registered.h"

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

    /// What PcRegisterAdapterPowerManagement was given.
    Registered<AdapterPower> power;
    /// STATUS_INVALID_PARAMETER when there is one, or the object has no such interface [inferred].
    /// PASSIVE. @doc NF:portcls.PcRegisterAdapterPowerManagement
    NTSTATUS register_power(IUnknown *object);

    /// What PcRegisterAdapterPnpManagement was given.
    Registered<ComPtr<IAdapterPnpManagement>> pnp;
    /// As register_power(). @doc NF:portcls.PcRegisterAdapterPnpManagement
    NTSTATUS register_pnp(IUnknown *object);

    AdapterIdle idle{*this};
    AdapterFx fx{*this};

    /// Not signalled between a query-stop that succeeded and its end: "Portcls will block (hold)
    /// any new create requests".
    KEVENT takes_creates;

    /// A sentence about what the driver does wrong, beside the status it gets.
    void finding(std::string sentence);

  private:
    Adapter(PDEVICE_OBJECT fdo, PDEVICE_OBJECT pdo, PCPFNSTARTDEVICE start_device,
            ULONG max_objects);

    ks::Device *device_ = nullptr;
    std::vector<Port *> subdevices_; ///< registered; guarded by the device mutex
};

/// The callbacks of the AVStream device below every adapter (adapter_pnp.cpp).
extern const KSDEVICE_DESCRIPTOR adapter_device_descriptor;

/// IRP_MJ_POWER of an adapter. PASSIVE_LEVEL.
NTSTATUS dispatch_power(PDEVICE_OBJECT fdo, PIRP irp);

// A device that stops to be given other resources (rebalance.cpp).
// @doc audio/implement-pnp-rebalance-for-portcls-audio-drivers

/// KSDEVICE_DISPATCH.QueryStop and CancelStop. STATUS_UNSUCCESSFUL when the adapter does not let
/// itself be rebalanced [inferred].
NTSTATUS NTAPI query_stop(PKSDEVICE device, PIRP irp);
void NTAPI cancel_stop(PKSDEVICE device, PIRP irp);
/// IRP_MJ_PNP and IRP_MJ_CREATE of an adapter. PASSIVE_LEVEL.
NTSTATUS dispatch_pnp(PDEVICE_OBJECT fdo, PIRP irp);
NTSTATUS dispatch_create(PDEVICE_OBJECT fdo, PIRP irp);

} // namespace ksbox::portcls
