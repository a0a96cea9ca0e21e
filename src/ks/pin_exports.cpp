// DDIs of pins' control side, and of pin requests for drivers that speak KS without AVStream.
#include <cstring>
#include <utility>

#include "ks/connect_request.h"
#include "ks/explain_intersection.h"
#include "ks/exports.h"
#include "ks/filter.h"
#include "ks/handshake.h"
#include "ks/internal_code.h"
#include "ks/intersection.h"
#include "ks/object_name.h"
#include "ks/outer_unknown.h"
#include "ks/pin.h"
#include "ks/pin_property.h"
#include "ks/refusal.h"
#include "ks/transport.h"

using namespace ksbox;
using namespace ksbox::ks;

namespace {

constexpr ULONG connect_tag = 0x6e43734b; // 'KsCn'

/// Which pins a client may ask for with and without another pin's handle.
bool communication_allows(KSPIN_COMMUNICATION communication, bool to_pin) {
    switch (communication) {
    case KSPIN_COMMUNICATION_SINK:
    case KSPIN_COMMUNICATION_BRIDGE:
        return !to_pin;
    case KSPIN_COMMUNICATION_SOURCE:
        return to_pin;
    case KSPIN_COMMUNICATION_BOTH:
        return true;
    default:
        return false;
    }
}

NTSTATUS no_such_descriptor(PIRP irp, ULONG pin_id, ULONG count) {
    return refused(irp, STATUS_INVALID_PARAMETER,
                   "pin ID " + std::to_string(pin_id) + " is out of range: the driver has " +
                       counted(count, "pin factory", "pin factories"));
}

/// The object on the far side, as KsPinGetConnected*Interface sees it.
NTSTATUS query(ks::Object *peer, PFILE_OBJECT foreign, const GUID *id, PVOID *result) {
    *result = nullptr;
    if (peer) {
        PUNKNOWN outer = outer_unknown(*peer);
        return outer ? outer->QueryInterface(*id, result) : STATUS_INSUFFICIENT_RESOURCES;
    }
    if (!foreign)
        return STATUS_UNSUCCESSFUL;
    PUNKNOWN thunk = make_control_thunk(foreign);
    if (!thunk)
        return STATUS_INSUFFICIENT_RESOURCES;
    const NTSTATUS status = thunk->QueryInterface(*id, result);
    thunk->Release();
    return status;
}

} // namespace

extern "C" {

NTSTATUS NTAPI KsValidateConnectRequest(PIRP Irp, ULONG DescriptorsCount,
                                        const KSPIN_DESCRIPTOR *Descriptor,
                                        PKSPIN_CONNECT *Connect) {
    auto request = ConnectRequest::capture(Irp);
    if (!request)
        return request.error().value();
    const KSPIN_CONNECT &connect = request->connect();
    if (connect.PinId >= DescriptorsCount) {
        return no_such_descriptor(Irp, connect.PinId, DescriptorsCount);
    }
    const KSPIN_DESCRIPTOR &descriptor = Descriptor[connect.PinId];
    if (!communication_allows(descriptor.Communication, connect.PinToHandle != nullptr)) {
        return refused(Irp, STATUS_INVALID_PARAMETER,
                       "pin factory " + std::to_string(connect.PinId) + " has the communication " +
                           communication_name(descriptor.Communication) + ", and PinToHandle is " +
                           (connect.PinToHandle ? "given" : "null"));
    }
    if (auto ranges = match_connection(descriptor, connect, request->format()); !ranges)
        return ranges.error().value();
    const auto storage = std::as_bytes(request->storage());
    void *copy = ExAllocatePoolWithTag(PagedPool, storage.size(), connect_tag);
    if (!copy)
        return STATUS_INSUFFICIENT_RESOURCES;
    std::memcpy(copy, storage.data(), storage.size());
    // Freed with the IRP.
    Irp->AssociatedIrp.SystemBuffer = copy;
    Irp->Flags |= IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER;
    *Connect = static_cast<PKSPIN_CONNECT>(copy);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI KsPinPropertyHandler(PIRP Irp, PKSPROPERTY Property, PVOID Data,
                                    ULONG DescriptorsCount, const KSPIN_DESCRIPTOR *Descriptor) {
    Irp->IoStatus.Information = 0;
    if (Property->Id == KSPROPERTY_PIN_CTYPES) {
        if (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.OutputBufferLength <
            sizeof(ULONG))
            return STATUS_BUFFER_TOO_SMALL;
        *static_cast<ULONG *>(Data) = DescriptorsCount;
        Irp->IoStatus.Information = sizeof(ULONG);
        return STATUS_SUCCESS;
    }
    const ULONG id = reinterpret_cast<PKSP_PIN>(Property)->PinId;
    if (id >= DescriptorsCount)
        return no_such_descriptor(Irp, id, DescriptorsCount);
    return pin_property(Irp, Property->Id, Data, Descriptor[id]);
}

NTSTATUS NTAPI KsPinDataIntersection(PIRP Irp, PKSP_PIN Pin, PVOID Data, ULONG DescriptorsCount,
                                     const KSPIN_DESCRIPTOR *Descriptor,
                                     PFNKSINTERSECTHANDLER IntersectHandler) {
    if (Pin->PinId >= DescriptorsCount)
        return no_such_descriptor(Irp, Pin->PinId, DescriptorsCount);
    const auto callers = caller_ranges(Irp, Pin);
    if (!callers)
        return callers.error().value();
    // The handler learns of the caller's range only: once is enough for each that matches.
    const KSDATARANGE *asked = nullptr;
    const auto ranges = pin_ranges(Descriptor[Pin->PinId]);
    const NTSTATUS status =
        intersect(*callers, ranges, [&](const ClientFormat &caller, const PinRange &) -> NTSTATUS {
            if (std::exchange(asked, caller.format) == caller.format)
                return STATUS_NO_MATCH;
            return call_code("KStrIntersectHandler", Irp, IntersectHandler, Irp, Pin,
                             const_cast<PKSDATARANGE>(caller.format), Data);
        });
    if (status != STATUS_NO_MATCH)
        return status;
    Reason why = explain_no_intersection(Pin->PinId, *callers, ranges, true);
    return refused(Irp, status, std::move(why.sentence), std::move(why.details));
}

NTSTATUS NTAPI KsPinDataIntersectionEx(PIRP Irp, PKSP_PIN Pin, PVOID Data, ULONG DescriptorsCount,
                                       const KSPIN_DESCRIPTOR *Descriptor, ULONG DescriptorSize,
                                       PFNKSINTERSECTHANDLEREX IntersectHandler,
                                       PVOID HandlerContext) {
    if (Pin->PinId >= DescriptorsCount)
        return no_such_descriptor(Irp, Pin->PinId, DescriptorsCount);
    const auto &descriptor = *reinterpret_cast<const KSPIN_DESCRIPTOR *>(
        reinterpret_cast<const char *>(Descriptor) + std::size_t(Pin->PinId) * DescriptorSize);
    return pin_data_intersection(Irp, Pin, Data, descriptor, IntersectHandler, HandlerContext);
}

PFILE_OBJECT NTAPI KsPinGetConnectedPinFileObject(PKSPIN Pin) {
    return ks::Pin::from(Pin).connected_file;
}

PDEVICE_OBJECT NTAPI KsPinGetConnectedPinDeviceObject(PKSPIN Pin) {
    const PFILE_OBJECT file = ks::Pin::from(Pin).connected_file;
    return file ? IoGetRelatedDeviceObject(file) : nullptr;
}

NTSTATUS NTAPI KsPinGetConnectedPinInterface(PKSPIN Pin, const GUID *InterfaceId,
                                             PVOID *Interface) {
    auto &pin = ks::Pin::from(Pin);
    return query(pin.peer, pin.connected_file, InterfaceId, Interface);
}

NTSTATUS NTAPI KsPinGetConnectedFilterInterface(PKSPIN Pin, const GUID *InterfaceId,
                                                PVOID *Interface) {
    auto &pin = ks::Pin::from(Pin);
    ks::Object *filter = pin.peer ? &pin.peer->filter() : nullptr;
    return query(filter, pin.connected_file ? pin.connected_file->RelatedFileObject : nullptr,
                 InterfaceId, Interface);
}

NTSTATUS NTAPI KsPinHandshake(PKSPIN Pin, PKSHANDSHAKE In, PKSHANDSHAKE Out) {
    return handshake_with_peer(ks::Pin::from(Pin), In, Out);
}

void NTAPI KsPinRegisterHandshakeCallback(PKSPIN Pin, PFNKSPINHANDSHAKE Handshake) {
    ks::Pin::from(Pin).handshake = Handshake;
}

void NTAPI KsPinRegisterPowerCallbacks(PKSPIN Pin, PFNKSPINPOWER Sleep, PFNKSPINPOWER Wake) {
    auto &pin = ks::Pin::from(Pin);
    pin.sleep = Sleep;
    pin.wake = Wake;
}

} // extern "C"

std::span<const Export> ksbox::ks::pin_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsValidateConnectRequest),
        KS_EXPORT(done, KsPinPropertyHandler),
        KS_EXPORT(done, KsPinDataIntersection),
        KS_EXPORT(done, KsPinDataIntersectionEx),
        KS_EXPORT(done, KsPinGetConnectedPinFileObject),
        KS_EXPORT(done, KsPinGetConnectedPinDeviceObject),
        KS_EXPORT(done, KsPinGetConnectedPinInterface),
        KS_EXPORT(done, KsPinGetConnectedFilterInterface),
        KS_EXPORT(done, KsPinHandshake),
        KS_EXPORT(done, KsPinRegisterHandshakeCallback),
        KS_EXPORT(done, KsPinRegisterPowerCallbacks),
    };
    return table;
}
