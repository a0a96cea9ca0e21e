// Time as PortCls measures it.
#include "portcls/part_exports.h"

#include "abi/windows.h"

using namespace ksbox;
using namespace ksbox::portcls;

extern "C" {

ULONGLONG NTAPI PcGetTimeInterval(ULONGLONG Since) {
    LARGE_INTEGER now;
    KeQuerySystemTimePrecise(&now);
    return static_cast<ULONGLONG>(now.QuadPart) - Since;
}

} // extern "C"

std::span<const Export> ksbox::portcls::time_exports() {
    static const Export table[] = {
        PC_EXPORT(done, PcGetTimeInterval),
    };
    return table;
}
