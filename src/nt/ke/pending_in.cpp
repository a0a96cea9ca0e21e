#include "nt/ke/pending_in.h"

#include "nt/ke/scheduler.h"
#include "nt/ke/thread.h"

namespace ksbox::ke {

bool has_pending_in(Scheduler &scheduler, std::span<const std::byte> range) {
    const auto inside = [&](const void *object) {
        const auto offset = reinterpret_cast<std::uintptr_t>(object) -
                            reinterpret_cast<std::uintptr_t>(range.data());
        return offset < range.size();
    };
    DispatcherLock guard(scheduler);
    for (const TimerEntry &entry : scheduler.timers().entries())
        if (inside(entry.timer))
            return true;
    for (Processor &processor : scheduler.processors()) {
        if (inside(processor.running_dpc))
            return true;
        for (LIST_ENTRY *at = processor.dpcs.Flink; at != &processor.dpcs; at = at->Flink)
            if (inside(at))
                return true;
    }
    for (const auto &thread : scheduler.threads())
        for (std::uint32_t i = 0; thread->wait.active && i < thread->wait.count; ++i)
            if (inside(thread->wait.blocks[i].Object))
                return true;
    return false;
}

} // namespace ksbox::ke
