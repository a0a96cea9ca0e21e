// A box thread waits for the host. The clock thread of a box that stops signals every thread that
// is still inside, which ends the wait.
#include "nt/ke/host_wait.h"

#include <poll.h>

#include "base/assert.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"

namespace ksbox::ke {

void wait_for_host(int descriptor) {
    Thread &self = current_thread();
    KS_ASSERT(self.kernel.options().time == TimeMode::realtime && self.irql == PASSIVE_LEVEL);
    self.kernel.scheduler().point(Point::call);
    // Not for ever: a stop that came between the point and the wait has sent its signal, but the
    // next one comes only milliseconds later.
    constexpr int longest_ms = 1000;
    pollfd one{descriptor, POLLIN, 0};
    (void)poll(&one, 1, longest_ms);
    self.kernel.scheduler().point(Point::call);
}

} // namespace ksbox::ke
