// The miniports that the system brings.
#include "abi/guid.h"
#include "portcls/part_exports.h"
#include "portcls/simulated_uart.h"

using namespace ksbox;
using namespace ksbox::portcls;

/// FM synthesizers are of the 32-bit systems only: STATUS_INVALID_PARAMETER as for what nobody
/// knows [inferred]. The obsolete UART is the DMusUART, "a superset of its functionality".
extern "C" NTSTATUS NTAPI PcNewMiniport(PMINIPORT *OutMiniport, REFCLSID ClassId) {
    if (!OutMiniport)
        return STATUS_INVALID_PARAMETER;
    *OutMiniport = nullptr;
    const bool capture = ClassId == CLSID_MiniportDriverDMusUARTCapture;
    if (!capture && !(ClassId == CLSID_MiniportDriverDMusUART) &&
        !(ClassId == CLSID_MiniportDriverUart))
        return STATUS_INVALID_PARAMETER;
    *OutMiniport = make_uart_miniport(current_kernel(), capture);
    return *OutMiniport ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

std::span<const Export> ksbox::portcls::miniport_exports() {
    static const Export table[] = {PC_EXPORT(done, PcNewMiniport)};
    return table;
}
