// The COM face of a port: IPortXxx and the interfaces that every port has.
#pragma once

#include "portcls/physical_connections.h"
#include "portcls/port.h"
#include "portcls/port_services.h"

namespace ksbox::portcls {

// What any port does for its adapter (subdevice_exports.cpp, connection_exports.cpp).
NTSTATUS unregister_subdevice(PDEVICE_OBJECT fdo, IUnknown *port);
Result<PhysicalPin> physical_pin(IUnknown *port, ULONG pin_id);
Result<PhysicalPin> physical_pin(PUNICODE_STRING link, ULONG pin_id);
NTSTATUS unregister_connection(PDEVICE_OBJECT fdo, const Result<PhysicalPin> &from,
                               const Result<PhysicalPin> &to);

template <typename I>
class PortObject : public ComObject<I, IPortEvents, IPortClsVersion, IUnregisterSubdevice,
                                    IUnregisterPhysicalConnection>,
                   public Port {
  public:
    PortObject(Kernel &kernel, PortKind kind) : Base(kernel), Port(kernel, std::move(kind)) {}

    STDMETHODIMP_(NTSTATUS)
    Init(PDEVICE_OBJECT fdo, PIRP, PUNKNOWN miniport, PUNKNOWN adapter,
         PRESOURCELIST resources) noexcept override {
        return init(fdo, miniport, adapter, resources);
    }
    STDMETHODIMP_(NTSTATUS)
    GetDeviceProperty(DEVICE_REGISTRY_PROPERTY property, ULONG bytes, PVOID buffer,
                      PULONG result_bytes) noexcept override {
        return get_device_property(property, bytes, buffer, result_bytes);
    }
    STDMETHODIMP_(NTSTATUS)
    NewRegistryKey(PREGISTRYKEY *key, PUNKNOWN outer, ULONG type, ACCESS_MASK access,
                   POBJECT_ATTRIBUTES attributes, ULONG options,
                   PULONG disposition) noexcept override {
        return new_registry_key(key, outer, type, access, attributes, options, disposition);
    }

    STDMETHODIMP_(void) AddEventToEventList(PKSEVENT_ENTRY entry) noexcept override {
        add_event(*entry);
    }
    STDMETHODIMP_(void)
    GenerateEventList(GUID *set, ULONG event_id, BOOL pin_event, ULONG pin_id, BOOL node_event,
                      ULONG node_id) noexcept override {
        generate_events({set, event_id, pin_event ? std::optional(pin_id) : std::nullopt,
                         node_event ? std::optional(node_id) : std::nullopt});
    }
    STDMETHODIMP_(DWORD) GetVersion() noexcept override {
        return kVersionWinServer2003_UAAQFE; // the last that has a name
    }
    STDMETHODIMP_(NTSTATUS)
    UnregisterSubdevice(PDEVICE_OBJECT fdo, PUNKNOWN port) noexcept override {
        return unregister_subdevice(fdo, port);
    }
    STDMETHODIMP_(NTSTATUS)
    UnregisterPhysicalConnection(PDEVICE_OBJECT fdo, PUNKNOWN from, ULONG from_pin, PUNKNOWN to,
                                 ULONG to_pin) noexcept override {
        return unregister_connection(fdo, physical_pin(from, from_pin), physical_pin(to, to_pin));
    }
    STDMETHODIMP_(NTSTATUS)
    UnregisterPhysicalConnectionToExternal(PDEVICE_OBJECT fdo, PUNKNOWN from, ULONG from_pin,
                                           PUNICODE_STRING to, ULONG to_pin) noexcept override {
        return unregister_connection(fdo, physical_pin(from, from_pin), physical_pin(to, to_pin));
    }
    STDMETHODIMP_(NTSTATUS)
    UnregisterPhysicalConnectionFromExternal(PDEVICE_OBJECT fdo, PUNICODE_STRING from,
                                             ULONG from_pin, PUNKNOWN to,
                                             ULONG to_pin) noexcept override {
        return unregister_connection(fdo, physical_pin(from, from_pin), physical_pin(to, to_pin));
    }

    IUnknown *identity() override { return static_cast<I *>(this); }

  protected:
    using Base = ComObject<I, IPortEvents, IPortClsVersion, IUnregisterSubdevice,
                           IUnregisterPhysicalConnection>;
    /// `own`: the identifier of I. Derived classes add theirs and end here.
    IUnknown *common_interface(const GUID &id, const GUID &own) {
        if (id == own || id == IID_IPort)
            return static_cast<I *>(this);
        if (id == IID_IPortEvents)
            return static_cast<IPortEvents *>(this);
        if (id == IID_IPortClsVersion)
            return static_cast<IPortClsVersion *>(this);
        if (id == IID_IUnregisterSubdevice)
            return static_cast<IUnregisterSubdevice *>(this);
        if (id == IID_IUnregisterPhysicalConnection)
            return static_cast<IUnregisterPhysicalConnection *>(this);
        return services_.interface_of(id);
    }

  private:
    PortServices services_{*static_cast<I *>(this), *this};
};

} // namespace ksbox::portcls
