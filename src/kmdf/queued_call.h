// A callback that runs on a system worker: one place in the queue, any number of runs at once, and
// somebody who waits until none is left. IRQL <= DISPATCH_LEVEL unless said otherwise.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "kmdf/pending.h"

namespace ksbox::kmdf {

class QueuedCall {
  public:
    explicit QueuedCall(std::function<void()> call) : call_(std::move(call)) {
        ExInitializeWorkItem(&item_, &QueuedCall::run, this);
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
            pending_.add();
        }
        ExQueueWorkItem(&item_, DelayedWorkQueue);
    }
    /// PASSIVE_LEVEL, not from within the call.
    void wait() { pending_.wait(); }
    /// It is not queued any more, and does not run when this returns. As wait().
    void close() {
        {
            const SpinGuard guard(lock_);
            closed_ = true;
        }
        wait();
    }
    bool runs_here() const {
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
        {
            const SpinGuard guard(self.lock_);
            self.running_.erase(std::ranges::find(self.running_, thread));
        }
        self.pending_.remove();
    }

    std::function<void()> call_;
    WORK_QUEUE_ITEM item_{};
    Pending pending_;             ///< runs, and the place in the queue
    mutable KSPIN_LOCK lock_ = 0; ///< of what follows
    bool queued_ = false;
    bool closed_ = false;
    std::vector<PKTHREAD> running_;
};

} // namespace ksbox::kmdf
