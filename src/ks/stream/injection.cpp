// Frame injection (stream/frame-injection): known, and not there yet.
#include "ks/data_exports.h"

std::span<const ksbox::Export> ksbox::ks::injection_exports() {
    static const Export table[] = {
        stub("KsPinRegisterFrameReturnCallback", "NF:ks.KsPinRegisterFrameReturnCallback"),
        stub("KsPinSubmitFrame", "NF:ks.KsPinSubmitFrame"),
        stub("KsPinSubmitFrameMdl", "NF:ks.KsPinSubmitFrameMdl"),
    };
    return table;
}
