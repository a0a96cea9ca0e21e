// I/O timer routines, as drivers register them.
#include "portcls/io_timeouts.h"
#include "portcls/part_exports.h"

#include "nt/irql_check.h"

using namespace ksbox;
using namespace ksbox::portcls;

extern "C" {

NTSTATUS NTAPI PcRegisterIoTimeout(PDEVICE_OBJECT pDeviceObject, PIO_TIMER_ROUTINE pTimerRoutine,
                                   PVOID pContext) {
    require_irql(DISPATCH_LEVEL, "PcRegisterIoTimeout");
    if (!pDeviceObject || !pTimerRoutine)
        return STATUS_INVALID_PARAMETER;
    return IoTimeouts::current().add({pDeviceObject, pTimerRoutine, pContext});
}

NTSTATUS NTAPI PcUnregisterIoTimeout(PDEVICE_OBJECT pDeviceObject, PIO_TIMER_ROUTINE pTimerRoutine,
                                     PVOID pContext) {
    require_irql(DISPATCH_LEVEL, "PcUnregisterIoTimeout");
    return IoTimeouts::current().remove({pDeviceObject, pTimerRoutine, pContext});
}

} // extern "C"

std::span<const Export> ksbox::portcls::io_timeout_exports() {
    static const Export table[] = {
        PC_EXPORT(done, PcRegisterIoTimeout),
        PC_EXPORT(done, PcUnregisterIoTimeout),
    };
    return table;
}
