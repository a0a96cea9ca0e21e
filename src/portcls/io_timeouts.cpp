// I/O timer routines of adapter drivers.
#include "portcls/io_timeouts.h"

#include <algorithm>

#include "nt/call_driver.h"

namespace ksbox::portcls {
namespace {
constexpr LONG period_ms = 1000;
}

IoTimeouts::IoTimeouts(Kernel &) {
    KeInitializeDpc(&dpc_, tick, this);
    KeInitializeTimerEx(&timer_, NotificationTimer);
}

void NTAPI IoTimeouts::tick(PKDPC, PVOID timeouts, PVOID, PVOID) {
    auto &self = *static_cast<IoTimeouts *>(timeouts);
    const CallLock::Calling calling(self.lock_);
    const std::size_t count = self.list_.size(); // one that is added meanwhile waits its second
    for (std::size_t i = 0; i < count; ++i) {
        const Entry entry = self.list_[i];
        if (!entry.removed)
            call_driver("PIO_TIMER_ROUTINE", entry.routine.device, entry.routine.function,
                        entry.routine.device, entry.routine.context);
    }
    self.sweep();
}

void IoTimeouts::sweep() {
    std::erase_if(list_, &Entry::removed);
    if (list_.empty())
        KeCancelTimer(&timer_);
}

NTSTATUS IoTimeouts::add(const Routine &routine) {
    const CallLock::Guard guard(lock_);
    for (const Entry &entry : list_)
        if (!entry.removed && entry.routine == routine)
            return STATUS_UNSUCCESSFUL;
    const bool first = list_.empty();
    list_.push_back({routine});
    if (first) {
        LARGE_INTEGER due;
        due.QuadPart = -10'000LL * period_ms;
        KeSetTimerEx(&timer_, due, period_ms, &dpc_);
    }
    return STATUS_SUCCESS;
}

NTSTATUS IoTimeouts::remove(const Routine &routine) {
    const CallLock::Guard guard(lock_);
    for (Entry &entry : list_) {
        if (entry.removed || !(entry.routine == routine))
            continue;
        entry.removed = true;
        if (!guard.within_call())
            sweep();
        return STATUS_SUCCESS;
    }
    return STATUS_NOT_FOUND;
}

void IoTimeouts::forget(PDEVICE_OBJECT device) {
    const CallLock::Guard guard(lock_);
    for (Entry &entry : list_)
        entry.removed = entry.removed || entry.routine.device == device;
    if (!guard.within_call())
        sweep();
}

} // namespace ksbox::portcls
