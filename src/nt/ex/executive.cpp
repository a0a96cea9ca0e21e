// What the executive's support routines keep per box.
#include "nt/ex/executive.h"

#include "nt/ex/push_lock.h"
#include "nt/ex/timer_resolution.h"
#include "nt/ex/work_queue.h"

namespace ksbox::ex {

Executive::Executive(Kernel &kernel)
    : work_queues_(std::make_unique<WorkQueues>(kernel)),
      push_locks_(std::make_unique<PushLocks>()),
      timer_resolution_(std::make_unique<TimerResolution>(kernel)) {}

Executive::~Executive() = default;

} // namespace ksbox::ex
