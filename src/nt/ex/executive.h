// What the executive's support routines keep per box: worker threads, push lock waiters and the
// clock resolutions asked for.
#pragma once

#include <cstdint>
#include <memory>

#include "abi/windows.h"

namespace ksbox {
class Kernel;
}

namespace ksbox::ex {

class WorkQueues;
class PushLocks;
class TimerResolution;

class Executive {
  public:
    explicit Executive(Kernel &kernel);
    ~Executive();

    WorkQueues &work_queues() { return *work_queues_; }
    PushLocks &push_locks() { return *push_locks_; }
    TimerResolution &timer_resolution() { return *timer_resolution_; }

  private:
    std::unique_ptr<WorkQueues> work_queues_;
    std::unique_ptr<PushLocks> push_locks_;
    std::unique_ptr<TimerResolution> timer_resolution_;
};

} // namespace ksbox::ex
