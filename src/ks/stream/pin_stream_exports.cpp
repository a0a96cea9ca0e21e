// A pin's connection as its minidriver sees it.
#include "ks/data_exports.h"

#include "ks/filter.h"
#include "ks/stream/pin_stream.h"

using namespace ksbox;
using namespace ksbox::ks;

namespace {

/// The file object of the connected filter or pin, for KsPinGetConnected*Interface.
NTSTATUS query_peer(PUNKNOWN unknown, const GUID *interface_id, PVOID *result) {
    if (!unknown)
        return STATUS_NOINTERFACE;
    return unknown->QueryInterface(*interface_id, result);
}

} // namespace

extern "C" {

PFILE_OBJECT NTAPI KsPinGetConnectedPinFileObject(PKSPIN Pin) {
    const ks::Pin &pin = ks::Pin::from(Pin);
    return pin.irp_source() ? pin.connected_file : nullptr;
}

PDEVICE_OBJECT NTAPI KsPinGetConnectedPinDeviceObject(PKSPIN Pin) {
    PFILE_OBJECT const file = KsPinGetConnectedPinFileObject(Pin);
    return file ? IoGetRelatedDeviceObject(file) : nullptr;
}

NTSTATUS NTAPI KsPinGetConnectedPinInterface(PKSPIN Pin, const GUID *InterfaceId,
                                             PVOID *Interface) {
    *Interface = nullptr;
    ks::Pin *const peer = ks::Pin::from(Pin).peer;
    // A peer that is not AVStream's would need a thunk of IKsControl over IoCallDriver.
    if (!peer)
        return STATUS_UNSUCCESSFUL;
    return query_peer(KsGetOuterUnknown(&peer->abi()), InterfaceId, Interface);
}

NTSTATUS NTAPI KsPinGetConnectedFilterInterface(PKSPIN Pin, const GUID *InterfaceId,
                                                PVOID *Interface) {
    *Interface = nullptr;
    ks::Pin *const peer = ks::Pin::from(Pin).peer;
    if (!peer)
        return STATUS_UNSUCCESSFUL;
    return query_peer(KsGetOuterUnknown(&peer->filter().abi()), InterfaceId, Interface);
}

void NTAPI KsPinRegisterIrpCompletionCallback(PKSPIN Pin, PFNKSPINIRPCOMPLETION IrpCompletion) {
    ks::Pin &pin = ks::Pin::from(Pin);
    if (pin.transport)
        PinStream::of(pin).irp_completion = IrpCompletion;
}

} // extern "C"

std::span<const Export> ksbox::ks::pin_stream_exports() {
    static const Export table[] = {
        KS_DATA_EXPORT(done, KsPinGetConnectedPinFileObject),
        KS_DATA_EXPORT(done, KsPinGetConnectedPinDeviceObject),
        KS_DATA_EXPORT(partial, KsPinGetConnectedPinInterface),
        KS_DATA_EXPORT(partial, KsPinGetConnectedFilterInterface),
        KS_DATA_EXPORT(done, KsPinRegisterIrpCompletionCallback),
    };
    return table;
}
