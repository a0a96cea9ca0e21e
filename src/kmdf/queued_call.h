// A callback that runs on a system worker: one place in the queue, any number of runs at once, and
// somebody who waits until none is left. IRQL <= DISPATCH_LEVEL unless said otherwise.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "abi/windows.h"
#include "nt/spin_guard.h"

namespace ksbox::kmdf {

class QueuedCall {
  public:
    explicit QueuedCall(std::function<void()> call) : call_(std::move(call)) {
        ExInitializeWorkItem(&item_, &QueuedCall::run, this);
        KeInitializeEvent(&idle_, NotificationEvent, TRUE);
    }
    QueuedCall(const QueuedCall &) = delete;
    QueuedCall &operator=(const QueuedCall &) = delete;

    /// No effect while it waits in the queue, or behind close().
    void queue() {
        {
            const SpinGuard guard(lock_);
            if (queued_ || closed_)
                return;
            queued_ = true;
            KeClearEvent(&idle_);
        }
        ExQueueWorkItem(&item_, DelayedWorkQueue);
    }
    /// PASSIVE_LEVEL, not from within the call.
    void wait() {
        KeWaitForSingleObject(&idle_, Executive, KernelMode, FALSE, nullptr);
        const SpinGuard guard(lock_); // the last run signals inside the lock
    }
    /// It is not queued any more, and does not run when this returns. As wait().
    void close() {
        {
            const SpinGuard guard(lock_);
            closed_ = true;
        }
        wait();
    }
    bool runs_here() {
        const SpinGuard guard(lock_);
        return std::ranges::find(running_, KeGetCurrentThread()) != running_.end();
    }

  private:
    static void NTAPI run(PVOID context) {
        auto &self = *static_cast<QueuedCall *>(context);
        const PKTHREAD thread = KeGetCurrentThread();
        {
            const SpinGuard guard(self.lock_);
            self.queued_ = false; // from here on it may be queued again
            self.running_.push_back(thread);
        }
        self.call_();
        const SpinGuard guard(self.lock_);
        self.running_.erase(std::ranges::find(self.running_, thread));
        if (self.running_.empty() && !self.queued_)
            KeSetEvent(&self.idle_, IO_NO_INCREMENT, FALSE);
    }

    std::function<void()> call_;
    WORK_QUEUE_ITEM item_{};
    KEVENT idle_{};
    KSPIN_LOCK lock_ = 0; ///< of what follows
    bool queued_ = false;
    bool closed_ = false;
    std::vector<PKTHREAD> running_;
};

} // namespace ksbox::kmdf
