// Registering physical connections.
#include "ks/filter_factory.h"
#include "portcls/adapter.h"
#include "portcls/exports.h"
#include "portcls/port_class.h"
#include "portcls/port_object.h"

namespace ksbox::portcls {

Result<PhysicalPin> physical_pin(IUnknown *object, ULONG pin_id) {
    Port *port = PortClass::current().port_of(object);
    if (!port || !port->adapter() || pin_id >= port->description().pin_count())
        return fail(STATUS_INVALID_PARAMETER);
    return PhysicalPin{port, pin_id};
}

Result<PhysicalPin> physical_pin(PUNICODE_STRING link, ULONG pin_id) {
    if (!link || !link->Length)
        return fail(STATUS_INVALID_PARAMETER);
    return PhysicalPin{std::u16string(link->Buffer, link->Length / sizeof(WCHAR)), pin_id};
}

namespace {

NTSTATUS register_connection(PDEVICE_OBJECT fdo, const Result<PhysicalPin> &from,
                             const Result<PhysicalPin> &to) {
    const auto adapter = Adapter::of(fdo);
    if (!adapter || !from || !to) {
        if (adapter)
            adapter->finding("PcRegisterPhysicalConnection: no port that has been initialized, or "
                             "a pin ID beyond its pins");
        return STATUS_INVALID_PARAMETER;
    }
    const auto added = adapter->connections.add(*from, *to);
    return added ? STATUS_SUCCESS : added.error().value();
}

} // namespace

NTSTATUS unregister_connection(PDEVICE_OBJECT fdo, const Result<PhysicalPin> &from,
                               const Result<PhysicalPin> &to) {
    const auto adapter = Adapter::of(fdo);
    if (!adapter || !from || !to)
        return STATUS_INVALID_PARAMETER;
    const auto removed = adapter->connections.remove(*from, *to);
    return removed ? STATUS_SUCCESS : removed.error().value();
}

} // namespace ksbox::portcls

using namespace ksbox;
using namespace ksbox::portcls;

extern "C" {

NTSTATUS NTAPI PcRegisterPhysicalConnection(PDEVICE_OBJECT DeviceObject, PUNKNOWN FromUnknown,
                                            ULONG FromPin, PUNKNOWN ToUnknown, ULONG ToPin) {
    return register_connection(DeviceObject, physical_pin(FromUnknown, FromPin),
                               physical_pin(ToUnknown, ToPin));
}

NTSTATUS NTAPI PcRegisterPhysicalConnectionFromExternal(PDEVICE_OBJECT DeviceObject,
                                                        PUNICODE_STRING FromString, ULONG FromPin,
                                                        PUNKNOWN ToUnknown, ULONG ToPin) {
    return register_connection(DeviceObject, physical_pin(FromString, FromPin),
                               physical_pin(ToUnknown, ToPin));
}

NTSTATUS NTAPI PcRegisterPhysicalConnectionToExternal(PDEVICE_OBJECT DeviceObject,
                                                      PUNKNOWN FromUnknown, ULONG FromPin,
                                                      PUNICODE_STRING ToString, ULONG ToPin) {
    return register_connection(DeviceObject, physical_pin(FromUnknown, FromPin),
                               physical_pin(ToString, ToPin));
}

} // extern "C"

std::span<const Export> ksbox::portcls::connection_exports() {
    static const Export table[] = {
        PC_EXPORT(done, PcRegisterPhysicalConnection),
        PC_EXPORT(done, PcRegisterPhysicalConnectionFromExternal),
        PC_EXPORT(done, PcRegisterPhysicalConnectionToExternal),
    };
    return table;
}
