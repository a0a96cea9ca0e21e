#include "nt/ke/host_thread.h"

#include <csignal>
#include <ctime>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/assert.h"
#include "nt/ke/trap.h"
#include "nt/kernel.h"

namespace ksbox::ke {

namespace {
constexpr std::size_t signal_stack_bytes = 128 * 1024;
}

void HostThread::prepare(Kernel &kernel) {
    if (prepared_)
        return;
    prepared_ = true;
    install_trap_handlers();

    stack_t present{};
    sigaltstack(nullptr, &present);
    if ((present.ss_flags & SS_DISABLE) != 0 || present.ss_size < 32 * 1024) {
        signal_stack_ = std::make_unique<std::byte[]>(signal_stack_bytes);
        stack_t stack{};
        stack.ss_sp = signal_stack_.get();
        stack.ss_size = signal_stack_bytes;
        KS_ASSERT(sigaltstack(&stack, nullptr) == 0);
        owns_signal_stack_ = true;
    }

    if (kernel.options().watchdog_ms == 0)
        return;
    // A thread's own CPU time drives its watchdog: waiting, however long, never looks like a loop.
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = watchdog_signal();
    event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
    timer_t timer{};
    if (timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer) != 0)
        return;
    watchdog_timer_ = timer;
    itimerspec slice{};
    slice.it_interval.tv_nsec = watchdog_slice_ms * 1'000'000L;
    slice.it_value = slice.it_interval;
    timer_settime(timer, 0, &slice, nullptr);
    has_watchdog_ = true;
}

HostThread::~HostThread() {
    if (has_watchdog_)
        timer_delete(watchdog_timer_);
    if (owns_signal_stack_) {
        stack_t none{};
        none.ss_flags = SS_DISABLE;
        sigaltstack(&none, nullptr);
    }
}

} // namespace ksbox::ke
