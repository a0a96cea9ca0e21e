// What a minidriver hears of the IRPs of its pins.
#include "ks/data_exports.h"

#include "ks/stream/pin_stream.h"

using namespace ksbox;
using namespace ksbox::ks;

extern "C" {

void NTAPI KsPinRegisterIrpCompletionCallback(PKSPIN Pin, PFNKSPINIRPCOMPLETION IrpCompletion) {
    ks::Pin &pin = ks::Pin::from(Pin);
    if (pin.transport)
        PinStream::of(pin).irp_completion = IrpCompletion;
}

} // extern "C"

std::span<const Export> ksbox::ks::pin_stream_exports() {
    static const Export table[] = {
        KS_DATA_EXPORT(done, KsPinRegisterIrpCompletionCallback),
    };
    return table;
}
