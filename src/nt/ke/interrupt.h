// Interrupt objects: what PKINTERRUPT points at. Devices of a box are simulated, so an interrupt
// comes from code (Scheduler's DPC-like path), not from hardware; the lock and the IRQL are real.
#pragma once

#include "abi/windows.h"

namespace ksbox::ke {

struct Interrupt {
    PKSERVICE_ROUTINE routine;
    void *context;
    ULONG vector;
    KIRQL irql;             ///< of the service routine
    KIRQL synchronize_irql; ///< of KeSynchronizeExecution; at least `irql`
    KSPIN_LOCK own_lock;
    KSPIN_LOCK *lock; ///< the driver's, when several interrupts share one
};

} // namespace ksbox::ke
