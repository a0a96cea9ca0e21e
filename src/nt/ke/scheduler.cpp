#include "nt/ke/scheduler.h"
#include "nt/io/io_manager.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "base/assert.h"
#include "nt/call_driver.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/dispatcher.h"
#include "nt/ke/executor.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"

namespace ksbox::ke {

namespace {
// 2026-01-01T00:00:00Z in 100 ns since 1601: what the simulated wall clock shows at boot.
constexpr std::uint64_t simulated_epoch_100ns = 134'116'992'000'000'000;
constexpr std::uint64_t unix_epoch_100ns = 116'444'736'000'000'000;
} // namespace

Scheduler::Scheduler(Kernel &kernel)
    : kernel_(kernel), clock_period_100ns_(kernel.options().clock_period_100ns) {
    processors_.resize(kernel.options().processors);
    for (unsigned i = 0; i < processors_.size(); ++i) {
        processors_[i].number = i;
        InitializeListHead(&processors_[i].dpcs);
    }
    bool simulated = kernel.options().time == TimeMode::simulated;
    executor_ = simulated ? make_simulated(*this) : make_realtime(*this);
    if (simulated) {
        system_time_base_ = simulated_epoch_100ns;
    } else {
        timespec now{};
        clock_gettime(CLOCK_REALTIME, &now);
        system_time_base_ = unix_epoch_100ns + std::uint64_t(now.tv_sec) * 10'000'000 +
                            std::uint64_t(now.tv_nsec) / 100 - executor_->now(false);
    }
}

Scheduler::~Scheduler() = default;

void Scheduler::shut_down() {
    executor_->shut_down();
    ended_.clear();
    threads_.clear();
}

Result<void> Scheduler::start() {
    for (Processor &processor : processors_) {
        processor.dpc_thread =
            KS_TRY(create_thread({.name = fmt::format("dpc{}", processor.number),
                                  .kind = ThreadKind::dpc,
                                  .entry = [this, &processor] { run_dpcs(processor); }}));
    }
    return {};
}

CallOutcome Scheduler::call(const std::function<void()> &work) {
    if (Thread *current = current_thread_or_null()) {
        KS_ASSERT(&current->kernel == &kernel_);
        work();
        return CallOutcome::done;
    }
    return executor_->call(work);
}

Result<Thread *> Scheduler::adopt(std::string name) {
    auto thread = KS_TRY(
        Thread::create(kernel_, {.name = std::move(name), .kind = ThreadKind::client, .entry = {}},
                       next_thread_id_));
    next_thread_id_ += 4;
    threads_.push_back(std::move(thread));
    return threads_.back().get();
}

Result<Thread *> Scheduler::create_thread(ThreadOptions options) {
    reap();
    std::uint64_t id = 0;
    {
        DispatcherLock guard(*this);
        id = next_thread_id_;
        next_thread_id_ += 4;
    }
    auto thread = KS_TRY(Thread::create(kernel_, std::move(options), id));
    kernel_.objects().reference(thread->body);
    Thread *started = thread.get();
    DispatcherLock guard(*this);
    threads_.push_back(std::move(thread));
    executor_->start(*started);
    return started;
}

void Scheduler::run_thread(Thread &thread) {
    thread.entry();
    thread.entry = nullptr;
    exit_thread(STATUS_SUCCESS);
}

void Scheduler::exit_thread(NTSTATUS status) {
    Thread &thread = current_thread();
    if (!IsListEmpty(&thread.irps))
        kernel_.io().run_down_thread_io(thread);
    lock();
    thread.body->exit_status = status;
    set_signal_state(thread.body->Header, 1);
    signal(*this, &thread.body->Header);
    thread.body->thread = nullptr;
    auto place = std::ranges::find(threads_, &thread, &std::unique_ptr<Thread>::get);
    ended_.push_back(std::move(*place));
    threads_.erase(place);
    executor_->exit();
}

// Threads that have ended are buried by another one: their stack was in use until they left it.
void Scheduler::reap() {
    std::vector<std::unique_ptr<Thread>> ended;
    {
        DispatcherLock guard(*this);
        ended.swap(ended_);
    }
    for (auto &thread : ended) {
        executor_->bury(*thread);
        kernel_.objects().dereference(thread->body);
    }
}

void Scheduler::reach_point(Point kind) {
    executor_->point(kind);
}
void Scheduler::yield() {
    executor_->yield();
}
void Scheduler::take_lock() {
    executor_->lock();
}
void Scheduler::drop_lock() {
    executor_->unlock();
}
void Scheduler::freeze() {
    executor_->freeze();
}
void Scheduler::leave() {
    executor_->leave();
}

std::uint64_t Scheduler::tick_of(std::uint64_t time_100ns) const {
    return time_100ns - time_100ns % clock_period_100ns_;
}
std::uint64_t Scheduler::interrupt_time() {
    return tick_of(executor_->now(true));
}
std::uint64_t Scheduler::interrupt_time_precise() {
    return executor_->now(true);
}
std::uint64_t Scheduler::system_time() {
    return system_time_base_ + interrupt_time();
}
std::uint64_t Scheduler::system_time_precise() {
    return system_time_base_ + executor_->now(true);
}
std::uint64_t Scheduler::host_time() const {
    return executor_->now(false);
}
std::uint64_t Scheduler::charge_clock_read() {
    return executor_->charge_clock_read();
}
void Scheduler::stall(std::uint64_t duration_100ns) {
    executor_->stall(duration_100ns);
}

bool Scheduler::block(std::optional<std::uint64_t> due_100ns, const char *reason) {
    Thread &thread = current_thread();
    KS_ASSERT(thread.irql < DISPATCH_LEVEL);
    if (due_100ns) {
        std::uint64_t expiry = *due_100ns + clock_period_100ns_ - 1;
        timers_.insert(tick_of(expiry), thread);
        executor_->timers_changed();
    }
    thread.wait.reason = reason;
    thread.timed_out = false;
    thread.blocked = true;
    while (thread.blocked)
        executor_->suspend();
    return !thread.timed_out;
}

void Scheduler::unblock(Thread &thread) {
    if (!thread.blocked)
        return;
    thread.blocked = false;
    timers_.remove(thread);
    executor_->resume(thread);
}

void Scheduler::insert_timer(KTIMER *timer, std::uint64_t due_100ns, bool high_resolution) {
    bool overdue = due_100ns <= peek_time();
    std::uint64_t expiry =
        high_resolution || overdue ? due_100ns : tick_of(due_100ns + clock_period_100ns_ - 1);
    timers_.insert(expiry, timer);
    executor_->timers_changed();
}

bool Scheduler::remove_timer(KTIMER *timer) {
    return timers_.remove(timer);
}

void Scheduler::expire_timers(std::uint64_t now_100ns) {
    while (!timers_.empty() && timers_.top().expiry_100ns <= now_100ns) {
        TimerEntry entry = timers_.pop();
        if (entry.thread != nullptr) {
            unlink_wait(*entry.thread);
            entry.thread->timed_out = true;
            entry.thread->blocked = false;
            executor_->resume(*entry.thread);
            continue;
        }
        KTIMER *timer = entry.timer;
        KDPC *dpc = timer->Dpc;
        unsigned processor = timer->Processor % static_cast<unsigned>(processors_.size());
        if (timer->Period != 0) {
            // The next due time counts from this one, so that a late tick does not shift a series.
            std::uint64_t period = std::uint64_t(timer->Period) * 10'000;
            timer->DueTime.QuadPart += period;
            if (timer->DueTime.QuadPart <= now_100ns)
                timer->DueTime.QuadPart += (now_100ns - timer->DueTime.QuadPart) / period * period;
            timers_.insert(tick_of(timer->DueTime.QuadPart + clock_period_100ns_ - 1), timer);
        }
        set_signal_state(timer->Header, 1);
        signal(*this, &timer->Header);
        if (dpc != nullptr) {
            auto low = static_cast<std::uintptr_t>(std::uint32_t(now_100ns));
            auto high = static_cast<std::uintptr_t>(now_100ns >> 32);
            queue_dpc(dpc, reinterpret_cast<void *>(low), reinterpret_cast<void *>(high),
                      processor);
        }
    }
}

unsigned Scheduler::free_processors() const {
    return static_cast<unsigned>(
        std::ranges::count(processors_, static_cast<Thread *>(nullptr), &Processor::owner));
}

std::string Scheduler::describe_waits() const {
    std::string text;
    for (const auto &thread : threads_) {
        if (thread->wait.idle || (!thread->blocked && thread->spinning_on == nullptr))
            continue;
        if (thread->spinning_on != nullptr) {
            text += fmt::format("  {}: spins on a lock\n", thread->name);
            continue;
        }
        text += fmt::format("  {}: {}", thread->name, thread->wait.reason);
        for (std::uint32_t i = 0; thread->wait.active && i < thread->wait.count; ++i) {
            auto *object = static_cast<DISPATCHER_HEADER *>(thread->wait.blocks[i].Object);
            text += fmt::format("{} {}", i == 0 ? " on" : ",", kind_of(object));
            if (object->Type == MutantObject) {
                auto *owner = reinterpret_cast<ThreadBody *>(
                    reinterpret_cast<KMUTANT *>(object)->OwnerThread);
                if (owner != nullptr && owner->thread != nullptr)
                    text += fmt::format(" owned by {}", owner->thread->name);
            }
        }
        text += '\n';
    }
    return text;
}

} // namespace ksbox::ke
