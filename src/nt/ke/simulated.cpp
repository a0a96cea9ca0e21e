// The simulated executor: every box thread is a fiber on one host thread, the clock is virtual and
// jumps to the next timer when nothing can run, and a seed picks who moves next.
#include <algorithm>
#include <pthread.h>

#include <fmt/format.h>

#include "base/assert.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/executor.h"
#include "nt/ke/fiber.h"
#include "nt/ke/gs_base.h"
#include "nt/ke/host_thread.h"
#include "nt/ke/instant.h"
#include "nt/ke/random.h"
#include "nt/kernel.h"

namespace ksbox::ke {

namespace {

// What a read of any clock costs: polling loops end, in a bounded number of turns.
constexpr std::uint64_t clock_read_cost_100ns = 10;
// Boot happened a minute ago, at a clock tick, so that no driver meets time zero.
constexpr std::uint64_t boot_time_100ns = 600'000'000;
// On average one scheduling point in this many changes the running thread.
constexpr std::uint32_t mean_points_between_switches = 16;

struct SimulatedContext final : HostContext {
    Fiber fiber;
    bool ready = false;    ///< in ready_
    bool suspended = true; ///< waits for resume()
};

SimulatedContext &context_of(Thread &thread) {
    return static_cast<SimulatedContext &>(*thread.host);
}

class Simulated final : public Executor {
  public:
    explicit Simulated(Scheduler &scheduler)
        : scheduler_(scheduler), turn_(scheduler.turn()),
          random_(scheduler.kernel().options().seed), host_(pthread_self()) {
        turn_.needs_lock = false;
        turn_.now_100ns = boot_time_100ns;
        draw_points();
    }

    void shut_down() override { frozen_ = true; }
    CallOutcome call(const std::function<void()> &work) override;
    void start(Thread &thread) override;
    void suspend() override;
    void resume(Thread &thread) override;
    void point(Point kind) override;
    void yield() override;
    void lock() override {}
    void unlock() override {}
    std::uint64_t now(bool charge) override;
    std::uint64_t charge_clock_read() override {
        turn_.timer_due = true; // perhaps: the next point looks
        return turn_.now_100ns += Instant::covers_a_read() ? 0 : clock_read_cost_100ns;
    }
    void stall(std::uint64_t duration_100ns) override;
    void timers_changed() override { look_at_timers(); }
    void spin(KSPIN_LOCK *lock) override;
    void spin_released(KSPIN_LOCK *lock) override;
    [[noreturn]] void exit() override;
    void bury(Thread &) override {} // nobody else ran until it had left
    [[noreturn]] void freeze() override;
    [[noreturn]] void leave() override { freeze(); }

  private:
    [[noreturn]] void run_adopted();
    void prepare(Thread &thread, void (*entry)(void *), void *argument);
    void push_ready(Thread &thread);
    Thread *pick();
    Thread &next_to_run();
    void switch_to(Thread &thread, bool forever = false);
    void check_stop_request();
    void report_deadlock(std::string_view what);
    void check_spin_cycle(const Thread &thread, KSPIN_LOCK *lock);
    void draw_points() {
        turn_.points_left = 1 + random_.below(2 * mean_points_between_switches - 1);
    }
    void look_at_timers() {
        const TimerHeap &timers = scheduler_.timers();
        turn_.timer_due = !timers.empty() && timers.top().expiry_100ns <= turn_.now_100ns;
    }

    Scheduler &scheduler_;
    Turn &turn_;
    Random random_;
    pthread_t host_;
    Fiber native_;
    HostThread host_thread_;
    Thread *running_ = nullptr;
    Thread *adopted_ = nullptr;
    const std::function<void()> *work_ = nullptr;
    std::vector<Thread *> ready_;
    std::vector<Thread *> spinning_;
    bool frozen_ = false;
};

CallOutcome Simulated::call(const std::function<void()> &work) {
    if (!pthread_equal(host_, pthread_self())) {
        std::fputs("ksbox: a box in simulated time was called from another host thread than the "
                   "one that made it; use Client::spawn, or realtime\n",
                   stderr);
        KS_ASSERT(pthread_equal(host_, pthread_self()));
    }
    if (frozen_)
        return CallOutcome::stopped;
    host_thread_.prepare(scheduler_.kernel());
    if (adopted_ == nullptr) {
        auto adopted = scheduler_.adopt("main");
        KS_ASSERT(adopted.has_value());
        adopted_ = *adopted;
        prepare(*adopted_, [](void *self) { static_cast<Simulated *>(self)->run_adopted(); }, this);
    }
    work_ = &work;
    running_ = adopted_;
    context_of(*adopted_).suspended = false;
    set_gs_base(reinterpret_cast<std::uint64_t>(adopted_->control_region));
    context_of(*adopted_).fiber.switch_from(native_);
    set_gs_base(0);
    running_ = nullptr;
    return frozen_ ? CallOutcome::stopped : CallOutcome::done;
}

void Simulated::run_adopted() {
    for (;;) {
        (*work_)();
        native_.switch_from(context_of(*adopted_).fiber);
    }
}

void Simulated::prepare(Thread &thread, void (*entry)(void *), void *argument) {
    thread.host = std::make_unique<SimulatedContext>();
    context_of(thread).fiber.prepare(
        thread.stack_base, static_cast<std::size_t>(thread.stack_limit - thread.stack_base), entry,
        argument);
}

void Simulated::start(Thread &thread) {
    prepare(
        thread,
        [](void *argument) {
            auto &started = *static_cast<Thread *>(argument);
            started.kernel.scheduler().run_thread(started);
        },
        &thread);
    resume(thread);
}

void Simulated::push_ready(Thread &thread) {
    SimulatedContext &context = context_of(thread);
    context.suspended = false;
    context.ready = true;
    ready_.push_back(&thread);
}

void Simulated::resume(Thread &thread) {
    if (context_of(thread).suspended)
        push_ready(thread);
}

// A ready thread of the seed's choice. While every processor is held, only their holders can move.
Thread *Simulated::pick() {
    if (ready_.empty())
        return nullptr;
    std::size_t index = 0;
    if (scheduler_.free_processors() > 0) {
        if (ready_.size() > 1)
            index = random_.below(static_cast<std::uint32_t>(ready_.size()));
    } else {
        auto holds = [](const Thread *thread) { return thread->processor != nullptr; };
        auto candidates = static_cast<std::uint32_t>(std::ranges::count_if(ready_, holds));
        if (candidates == 0)
            return nullptr;
        std::uint32_t nth = candidates > 1 ? random_.below(candidates) : 0;
        for (;; ++index)
            if (holds(ready_[index]) && nth-- == 0)
                break;
    }
    Thread *thread = ready_[index];
    ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(index));
    context_of(*thread).ready = false;
    return thread;
}

// When nothing is ready the clock jumps to the next timer, which may make something ready.
Thread &Simulated::next_to_run() {
    for (;;) {
        if (Thread *next = pick())
            return *next;
        check_stop_request();
        if (scheduler_.free_processors() == 0)
            report_deadlock("every processor is held by a thread that waits for a spin lock");
        if (scheduler_.timers().empty())
            report_deadlock("every thread waits and no timer is set");
        turn_.now_100ns = std::max(turn_.now_100ns, scheduler_.timers().top().expiry_100ns);
        scheduler_.expire_timers(turn_.now_100ns);
        look_at_timers();
    }
}

void Simulated::switch_to(Thread &thread, bool forever) {
    Thread *from = running_;
    if (&thread == from)
        return;
    running_ = &thread;
    set_gs_base(reinterpret_cast<std::uint64_t>(thread.control_region));
    context_of(thread).fiber.switch_from(context_of(*from).fiber, forever);
}

void Simulated::suspend() {
    running_->progress = running_->progress + 1;
    context_of(*running_).suspended = true;
    switch_to(next_to_run());
}

void Simulated::exit() {
    context_of(*running_).suspended = false;
    switch_to(next_to_run(), true);
    __builtin_unreachable();
}

void Simulated::point(Point) {
    running_->progress = running_->progress + 1;
    if (turn_.timer_due) {
        scheduler_.expire_timers(turn_.now_100ns);
        look_at_timers();
    }
    if (--turn_.points_left == 0) {
        draw_points();
        yield();
    }
}

void Simulated::yield() {
    check_stop_request();
    if (Thread *next = pick()) {
        push_ready(*running_);
        switch_to(*next);
    }
}

std::uint64_t Simulated::now(bool charge) {
    if (charge) {
        if (!Instant::covers_a_read())
            turn_.now_100ns += clock_read_cost_100ns;
        look_at_timers();
        if (running_ != nullptr)
            scheduler_.point(Point::clock);
    }
    return turn_.now_100ns;
}

void Simulated::stall(std::uint64_t duration_100ns) {
    turn_.now_100ns += duration_100ns;
    look_at_timers();
    scheduler_.point(Point::clock);
}

void Simulated::spin(KSPIN_LOCK *lock) {
    running_->spinning_on = lock;
    check_spin_cycle(*running_, lock);
    spinning_.push_back(running_);
    turn_.spinning = static_cast<std::uint32_t>(spinning_.size());
    suspend();
}

void Simulated::spin_released(KSPIN_LOCK *lock) {
    std::erase_if(spinning_, [&](Thread *thread) {
        if (thread->spinning_on != lock)
            return false;
        thread->spinning_on = nullptr;
        push_ready(*thread);
        return true;
    });
    turn_.spinning = static_cast<std::uint32_t>(spinning_.size());
}

// Two processors that hold what the other one spins on will never go on: say so at once.
void Simulated::check_spin_cycle(const Thread &thread, KSPIN_LOCK *lock) {
    const Thread *owner = nullptr;
    for (std::size_t steps = 0; lock != nullptr && steps <= scheduler_.threads().size(); ++steps) {
        auto body = reinterpret_cast<const ThreadBody *>(*lock & ~KSPIN_LOCK(1));
        auto found = std::ranges::find_if(
            scheduler_.threads(), [&](const auto &candidate) { return candidate->body == body; });
        if (found == scheduler_.threads().end())
            return;
        owner = found->get();
        if (owner == &thread)
            report_deadlock("processors wait for each other's spin locks");
        lock = owner->spinning_on;
    }
}

void Simulated::check_stop_request() {
    BugCheck &bug_check = scheduler_.kernel().bug_check();
    if (bug_check.stop_requested())
        bug_check.honour_stop_request();
}

void Simulated::report_deadlock(std::string_view what) {
    bug_check(bug_check_deadlock, 0, 0, 0, 0,
              fmt::format("deadlock: {}\n{}", what, scheduler_.describe_waits()));
}

void Simulated::freeze() {
    frozen_ = true;
    native_.switch_from(context_of(*running_).fiber, true);
    __builtin_unreachable();
}

} // namespace

std::unique_ptr<Executor> make_simulated(Scheduler &scheduler) {
    return std::make_unique<Simulated>(scheduler);
}

} // namespace ksbox::ke
