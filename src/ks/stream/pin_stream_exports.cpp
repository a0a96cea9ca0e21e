// A pin's connection as its minidriver sees it.
#include "ks/data_exports.h"

#include "ks/stream/pin_stream.h"

using namespace ksbox;
using namespace ksbox::ks;

extern "C" {

PFILE_OBJECT NTAPI KsPinGetConnectedPinFileObject(PKSPIN Pin) {
    const ks::Pin &pin = ks::Pin::from(Pin);
    return pin.irp_source() ? pin.connected_file : nullptr;
}

PDEVICE_OBJECT NTAPI KsPinGetConnectedPinDeviceObject(PKSPIN Pin) {
    PFILE_OBJECT const file = KsPinGetConnectedPinFileObject(Pin);
    return file ? IoGetRelatedDeviceObject(file) : nullptr;
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
        KS_DATA_EXPORT(done, KsPinRegisterIrpCompletionCallback),
    };
    return table;
}
