// Ports and subdevices as adapter drivers make them.
#include "abi/guid.h"
#include "portcls/adapter.h"
#include "portcls/exports.h"
#include "portcls/port_class.h"
#include "portcls/port_object.h"
#include "portcls/ports.h"

namespace ksbox::portcls {

NTSTATUS unregister_subdevice(PDEVICE_OBJECT fdo, IUnknown *object) {
    const auto adapter = Adapter::of(fdo);
    Port *port = PortClass::current().port_of(object);
    if (!adapter || !port)
        return STATUS_INVALID_PARAMETER;
    const auto gone = adapter->unregister_subdevice(*port);
    return gone ? STATUS_SUCCESS : gone.error().value();
}

namespace {

struct PortClassId {
    const GUID &id;
    IPort *(*make)(Kernel &kernel);
};

const PortClassId port_classes[] = {
    {CLSID_PortTopology, make_topology_port}, {CLSID_PortDMus, make_dmus_port},
    {CLSID_PortMidi, make_dmus_port},         {CLSID_PortWaveCyclic, make_wave_cyclic_port},
    {CLSID_PortWavePci, make_wave_pci_port},  {CLSID_PortWaveRT, make_wave_rt_port},
};

} // namespace
} // namespace ksbox::portcls

using namespace ksbox;
using namespace ksbox::portcls;

extern "C" {

NTSTATUS NTAPI PcNewPort(PPORT *OutPort, REFCLSID ClassId) {
    if (!OutPort)
        return STATUS_INVALID_PARAMETER;
    *OutPort = nullptr;
    for (const PortClassId &one : port_classes) {
        if (!(one.id == ClassId))
            continue;
        *OutPort = one.make(current_kernel());
        return *OutPort ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_INVALID_PARAMETER; // inferred
}

NTSTATUS NTAPI PcRegisterSubdevice(PDEVICE_OBJECT DeviceObject, PWCHAR Name, PUNKNOWN Unknown) {
    const auto adapter = Adapter::of(DeviceObject);
    if (!adapter || !Name || !Unknown)
        return STATUS_INVALID_PARAMETER;
    Port *port = PortClass::current().port_of(Unknown);
    if (!port || port->adapter() != adapter.get()) {
        adapter->finding("PcRegisterSubdevice: what it is given is no port that IPort::Init has "
                         "initialized for this adapter");
        return STATUS_INVALID_PARAMETER;
    }
    const auto made = adapter->register_subdevice(Name, *port);
    return made ? STATUS_SUCCESS : made.error().value();
}

} // extern "C"

std::span<const Export> ksbox::portcls::subdevice_exports() {
    static const Export table[] = {
        PC_EXPORT(done, PcNewPort),
        PC_EXPORT(done, PcRegisterSubdevice),
    };
    return table;
}
