// What every port offers its adapter and its miniport besides events and its subdevice: power and
// PnP management of the adapter, its WMI provider, and notifications to clients of audio modules.
// That every kind of port has them is inferred.
// @doc NN:portcls.IPortClsPower, NN:portcls.IPortClsPnp, NN:portcls.IPortClsNotifications,
// NN:portcls.IPortWMIRegistration
#pragma once

#include "abi/guid.h"
#include "portcls/part_of.h"

namespace ksbox::portcls {

class Port;

class PortPower final : public PartOf<IPortClsPower> {
  public:
    using PartOf::PartOf;
    // PASSIVE. STATUS_INVALID_PARAMETER for a device that is no adapter's; what the functions of
    // the same names answer.
    STDMETHODIMP_(NTSTATUS)
    RegisterAdapterPowerManagement(PUNKNOWN object, PDEVICE_OBJECT fdo) noexcept override;
    STDMETHODIMP_(NTSTATUS) UnregisterAdapterPowerManagement(PDEVICE_OBJECT fdo) noexcept override;
    STDMETHODIMP_(NTSTATUS)
    SetIdlePowerManagement(PDEVICE_OBJECT fdo, BOOLEAN enabled) noexcept override;
};

class PortPnp final : public PartOf<IPortClsPnp> {
  public:
    using PartOf::PartOf;
    // As PortPower's.
    STDMETHODIMP_(NTSTATUS)
    RegisterAdapterPnpManagement(PUNKNOWN object, PDEVICE_OBJECT fdo) noexcept override;
    STDMETHODIMP_(NTSTATUS) UnregisterAdapterPnpManagement(PDEVICE_OBJECT fdo) noexcept override;
};

class PortWmi final : public PartOf<IPortWMIRegistration> {
  public:
    using PartOf::PartOf;
    // PASSIVE. STATUS_INVALID_PARAMETER for a device that is no adapter's.
    /// A WMILIB_CONTEXT that stays until it is unregistered. STATUS_INVALID_PARAMETER for one
    /// without QueryWmiRegInfo or blocks, and when there is one already [inferred].
    STDMETHODIMP_(NTSTATUS)
    RegisterWMIProvider(PDEVICE_OBJECT fdo, PVOID context) noexcept override;
    /// STATUS_NOT_FOUND [inferred].
    STDMETHODIMP_(NTSTATUS) UnregisterWMIProvider(PDEVICE_OBJECT fdo) noexcept override;
};

class PortNotifications final : public PartOf<IPortClsNotifications> {
  public:
    PortNotifications(IUnknown &whole, Port &port) : PartOf(whole), port_(port) {}
    /// At least one byte, aligned for any structure. IRQL <= DISPATCH_LEVEL.
    /// STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES.
    STDMETHODIMP_(NTSTATUS)
    AllocNotificationBuffer(POOL_TYPE pool, USHORT bytes,
                            PPCNOTIFICATION_BUFFER *buffer) noexcept override;
    STDMETHODIMP_(void) FreeNotificationBuffer(PPCNOTIFICATION_BUFFER buffer) noexcept override;
    /// To who watches the adapter's PDO, as a custom event; the buffer stays the caller's. PASSIVE.
    /// @doc audio/implementing-audio-module-communication
    STDMETHODIMP_(void)
    SendNotification(const GUID *id, PPCNOTIFICATION_BUFFER buffer) noexcept override;

  private:
    Port &port_;
};

/// A member of the port object.
class PortServices {
  public:
    PortServices(IUnknown &whole, Port &port)
        : power_(whole), pnp_(whole), wmi_(whole), notifications_(whole, port) {}
    /// Not referenced; null for any other interface.
    IUnknown *interface_of(const GUID &id);

  private:
    PortPower power_;
    PortPnp pnp_;
    PortWmi wmi_;
    PortNotifications notifications_;
};

} // namespace ksbox::portcls
