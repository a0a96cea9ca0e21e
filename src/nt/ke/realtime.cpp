// The realtime executor: every box thread is a host thread, the clock is the monotonic one, and
// one mutex per box guards the dispatcher. Box code still runs on the box's stacks: a stopped
// box's thread leaves its driver frames behind by switching back to its native stack.
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <ctime>
#include <map>
#include <mutex>
#include <pthread.h>
#include <sched.h>
#include <thread>

#include "base/assert.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/executor.h"
#include "nt/ke/fiber.h"
#include "nt/ke/gs_base.h"
#include "nt/ke/host_sharing.h"
#include "nt/ke/host_thread.h"
#include "nt/ke/trap.h"
#include "nt/kernel.h"

namespace ksbox::ke {

namespace {

constexpr std::uint64_t boot_time_100ns = 600'000'000;
constexpr int spins_before_yield = 200;
constexpr std::chrono::milliseconds straggler_period(5);
constexpr std::chrono::milliseconds stop_request_period(100);

struct RealtimeContext final : HostContext {
    ~RealtimeContext() override {
        if (thread.joinable())
            thread.join();
    }
    Fiber fiber;
    Fiber native;
    std::condition_variable wake;
    bool resumed = false;
    bool gone = false; ///< has left the box for ever
    std::atomic<bool> has_host = false;
    pthread_t host{};
    std::thread thread; ///< joinable for threads of the box's own
};

RealtimeContext &context_of(Thread &thread) {
    return static_cast<RealtimeContext &>(*thread.host);
}

std::uint64_t monotonic_100ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::uint64_t(now.tv_sec) * 10'000'000 + std::uint64_t(now.tv_nsec) / 100;
}

void announce_host_threads() {
    __atomic_store_n(&host_threads_meet_, true, __ATOMIC_SEQ_CST);
}

class Realtime final : public Executor {
  public:
    explicit Realtime(Scheduler &scheduler)
        : scheduler_(scheduler), origin_(monotonic_100ns() - boot_time_100ns),
          clock_((announce_host_threads(), [this] { run_clock(); })) {}
    ~Realtime() override { shut_down(); }
    void shut_down() override;

    CallOutcome call(const std::function<void()> &work) override;
    void start(Thread &thread) override;
    void suspend() override;
    void resume(Thread &thread) override;
    void point(Point kind) override;
    void yield() override;
    void lock() override;
    void unlock() override;
    std::uint64_t now(bool) override { return monotonic_100ns() - origin_; }
    std::uint64_t charge_clock_read() override { return now(true); }
    void stall(std::uint64_t duration_100ns) override;
    void timers_changed() override { clock_wake_.notify_one(); }
    void spin(KSPIN_LOCK *lock) override;
    void spin_released(KSPIN_LOCK *) override {}
    [[noreturn]] void exit() override;
    void bury(Thread &thread) override {
        if (context_of(thread).thread.joinable())
            context_of(thread).thread.join();
    }
    [[noreturn]] void freeze() override;
    [[noreturn]] void leave() override;

  private:
    struct Adopted {
        Thread *thread = nullptr;
        HostThread host_thread;
        const std::function<void()> *work = nullptr;
        bool finished = false;
    };

    void run_clock();
    bool signal_stragglers();
    void run_host(Thread &thread);
    [[noreturn]] static void leave_from(RealtimeContext &context);
    Adopted &adopted_of_this_host_thread();
    bool stopped() const { return stopping_.load(std::memory_order_acquire); }

    Scheduler &scheduler_;
    std::mutex mutex_;
    std::atomic<Thread *> lock_holder_ = nullptr;
    std::map<std::thread::id, std::unique_ptr<Adopted>> adopted_;
    std::uint64_t origin_;
    std::atomic<bool> stopping_ = false;
    std::condition_variable clock_wake_;
    std::thread clock_; // last: it uses everything above
};

void Realtime::shut_down() {
    if (!clock_.joinable())
        return;
    {
        std::lock_guard guard(mutex_);
        stopping_ = true;
        clock_wake_.notify_all();
    }
    clock_.join();
    for (const auto &thread : scheduler_.threads())
        if (thread->host && context_of(*thread).thread.joinable())
            context_of(*thread).thread.join();
}

void Realtime::lock() {
    mutex_.lock();
    lock_holder_.store(current_thread_or_null(), std::memory_order_relaxed);
}

void Realtime::unlock() {
    lock_holder_.store(nullptr, std::memory_order_relaxed);
    mutex_.unlock();
}

Realtime::Adopted &Realtime::adopted_of_this_host_thread() {
    auto &slot = adopted_[std::this_thread::get_id()];
    if (!slot) {
        slot = std::make_unique<Adopted>();
        auto thread = scheduler_.adopt(
            adopted_.size() == 1 ? "main" : "main" + std::to_string(adopted_.size()));
        KS_ASSERT(thread.has_value());
        slot->thread = *thread;
        slot->thread->host = std::make_unique<RealtimeContext>();
        RealtimeContext &context = context_of(*slot->thread);
        context.host = pthread_self();
        context.fiber.prepare(
            slot->thread->stack_base,
            static_cast<std::size_t>(slot->thread->stack_limit - slot->thread->stack_base),
            [](void *argument) {
                auto &adopted = *static_cast<Adopted *>(argument);
                RealtimeContext &context = context_of(*adopted.thread);
                for (;;) {
                    (*adopted.work)();
                    adopted.finished = true;
                    context.native.switch_from(context.fiber);
                }
            },
            slot.get());
    }
    return *slot;
}

CallOutcome Realtime::call(const std::function<void()> &work) {
    if (stopped())
        return CallOutcome::stopped;
    Adopted *adopted = nullptr;
    {
        std::lock_guard guard(mutex_);
        adopted = &adopted_of_this_host_thread();
    }
    adopted->host_thread.prepare(scheduler_.kernel());
    RealtimeContext &context = context_of(*adopted->thread);
    adopted->work = &work;
    adopted->finished = false;
    context.has_host = true;
    set_gs_base(reinterpret_cast<std::uint64_t>(adopted->thread->control_region));
    context.fiber.switch_from(context.native);
    set_gs_base(0);
    std::lock_guard guard(mutex_);
    context.has_host = false;
    return adopted->finished ? CallOutcome::done : CallOutcome::stopped;
}

void Realtime::start(Thread &thread) {
    thread.host = std::make_unique<RealtimeContext>();
    RealtimeContext &context = context_of(thread);
    context.fiber.prepare(
        thread.stack_base, static_cast<std::size_t>(thread.stack_limit - thread.stack_base),
        [](void *argument) {
            auto &started = *static_cast<Thread *>(argument);
            started.kernel.scheduler().run_thread(started);
        },
        &thread);
    context.thread = std::thread([this, &thread] { run_host(thread); });
}

void Realtime::run_host(Thread &thread) {
    HostThread host_thread;
    host_thread.prepare(scheduler_.kernel());
    RealtimeContext &context = context_of(thread);
    context.host = pthread_self();
    context.has_host = true;
    set_gs_base(reinterpret_cast<std::uint64_t>(thread.control_region));
    context.fiber.switch_from(context.native);
    set_gs_base(0);
    std::lock_guard guard(mutex_);
    context.has_host = false;
}

void Realtime::leave() {
    leave_from(context_of(current_thread()));
}

void Realtime::leave_from(RealtimeContext &context) {
    context.gone = true;
    context.native.switch_from(context.fiber, true);
    __builtin_unreachable();
}

void Realtime::exit() {
    // Looked up before the lock goes: whoever buries this thread then takes its context away from
    // it, and only afterwards waits until it has left.
    RealtimeContext &context = context_of(current_thread());
    unlock();
    leave_from(context);
}

void Realtime::suspend() {
    Thread &thread = current_thread();
    RealtimeContext &context = context_of(thread);
    thread.progress = thread.progress + 1;
    Thread *self = lock_holder_.exchange(nullptr, std::memory_order_relaxed);
    {
        std::unique_lock guard(mutex_, std::adopt_lock);
        auto woken = [&] { return context.resumed || stopped(); };
        BugCheck &bug_check = scheduler_.kernel().bug_check();
        // When all wait, nobody comes to a scheduling point: clients look for a request to stop.
        while (thread.kind == ThreadKind::client &&
               !context.wake.wait_for(guard, stop_request_period, woken))
            if (bug_check.stop_requested()) {
                guard.unlock();
                bug_check.honour_stop_request();
            }
        context.wake.wait(guard, woken);
        guard.release();
    }
    if (stopped() && !context.resumed) {
        mutex_.unlock();
        leave();
    }
    lock_holder_.store(self, std::memory_order_relaxed);
    context.resumed = false;
}

void Realtime::resume(Thread &thread) {
    RealtimeContext &context = context_of(thread);
    context.resumed = true;
    context.wake.notify_one();
}

void Realtime::point(Point) {
    Thread &thread = current_thread();
    thread.progress = thread.progress + 1;
    BugCheck &bug_check = scheduler_.kernel().bug_check();
    if (bug_check.stop_requested() && !bug_check.stopped())
        bug_check.honour_stop_request();
    if (stopped())
        leave();
}

void Realtime::yield() {
    point(Point::call);
    sched_yield();
}

void Realtime::stall(std::uint64_t duration_100ns) {
    std::uint64_t until = now(false) + duration_100ns;
    while (now(false) < until)
        point(Point::clock);
}

void Realtime::spin(KSPIN_LOCK *lock) {
    for (int i = 0; i < spins_before_yield; ++i) {
        if (__atomic_load_n(lock, __ATOMIC_RELAXED) == 0)
            return;
        __builtin_ia32_pause();
    }
    yield();
}

// The clock interrupt: expires timers on ticks.
void Realtime::run_clock() {
    pthread_setname_np(pthread_self(), "ksbox-clock");
    std::unique_lock guard(mutex_);
    while (!stopping_) {
        std::uint64_t now_100ns = now(false);
        if (!scheduler_.timers().empty() && scheduler_.timers().top().expiry_100ns <= now_100ns) {
            scheduler_.expire_timers(now_100ns);
            continue;
        }
        if (scheduler_.timers().empty()) {
            clock_wake_.wait(guard);
            continue;
        }
        std::uint64_t wait_100ns = scheduler_.timers().top().expiry_100ns - now_100ns;
        clock_wake_.wait_for(guard, std::chrono::nanoseconds(wait_100ns * 100));
    }
    // The box has stopped: fetch whoever is still inside driver code, until nobody is.
    while (signal_stragglers())
        clock_wake_.wait_for(guard, straggler_period);
}

bool Realtime::signal_stragglers() {
    bool any = false;
    for (const auto &thread : scheduler_.threads()) {
        if (!thread->host)
            continue;
        RealtimeContext &context = context_of(*thread);
        if (!context.has_host)
            continue;
        any = true;
        context.wake.notify_all();
        pthread_kill(context.host, freeze_signal());
    }
    return any;
}

void Realtime::freeze() {
    Thread &self = current_thread();
    // A fault inside the runtime may have come while this thread held the lock.
    if (lock_holder_.load(std::memory_order_relaxed) == &self)
        unlock();
    {
        std::lock_guard guard(mutex_);
        stopping_ = true;
        clock_wake_.notify_all();
    }
    leave();
}

} // namespace

std::unique_ptr<Executor> make_realtime(Scheduler &scheduler) {
    return std::make_unique<Realtime>(scheduler);
}

} // namespace ksbox::ke
