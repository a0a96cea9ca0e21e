// When Process is called, and when it is called again.
#include "ks/processing/processor.h"

#include "ks/misuse.h"
#include "ks/processing/gate_input.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/spin_guard.h"

namespace ksbox::ks {

namespace {

constexpr ULONG pool_tag = 'tGsK';
/// Passes that return STATUS_SUCCESS without having touched anything, before it is called a loop.
constexpr unsigned idle_pass_limit = 20'000;

bool at_passive() {
    return KeGetCurrentIrql() < DISPATCH_LEVEL;
}

} // namespace

Processor::Processor(const Options &options) : options_(options) {
    gate_ = static_cast<KSGATE *>(ExAllocatePoolWithTag(NonPagedPool, sizeof(KSGATE), pool_tag));
    if (gate_)
        KsGateInitializeAnd(gate_, nullptr);
    KeInitializeEvent(&idle_, NotificationEvent, TRUE);
    KeInitializeEvent(&still_, NotificationEvent, TRUE);
    ExInitializeWorkItem(&item_, &Processor::work, this);
}

Processor::~Processor() {
    if (gate_)
        ExFreePoolWithTag(gate_, pool_tag);
}

Processor::Options Processor::options_of(ULONG flags, bool asynchronous, const void *object) {
    static_assert(KSPIN_FLAG_CRITICAL_PROCESSING == KSFILTER_FLAG_CRITICAL_PROCESSING);
    WORK_QUEUE_TYPE queue = DelayedWorkQueue;
    if (flags & KSPIN_FLAG_CRITICAL_PROCESSING)
        queue = CriticalWorkQueue;
    if (flags & KSPIN_FLAG_HYPERCRITICAL_PROCESSING)
        queue = HyperCriticalWorkQueue;
    return {(flags & KSPIN_FLAG_DISPATCH_LEVEL_PROCESSING) != 0, asynchronous, queue, object};
}

void Processor::attempt(bool asynchronous, Reason reason) {
    if (!asynchronous && !options_.asynchronous && (at_passive() || options_.dispatch_level)) {
        if (enter(reason))
            run();
        return;
    }
    {
        SpinGuard guard(lock_);
        if (queued_ || (!running_ && !blockers_ && !gate_is_open(gate_)))
            return;
        queued_ = true;
        update_idle();
    }
    queue_work();
}

void Processor::queue_work() {
    ExQueueWorkItem(&item_, options_.work_queue);
}

void NTAPI Processor::work(PVOID context) {
    auto &self = *static_cast<Processor *>(context);
    const bool entered = self.enter(Reason::trigger);
    {
        SpinGuard guard(self.lock_);
        self.queued_ = false;
        self.update_idle();
    }
    if (entered)
        self.run();
}

/// True: this thread alone processes now, with the gate's threshold captured.
bool Processor::enter(Reason reason) {
    SpinGuard guard(lock_);
    if (blockers_) {
        missed_ = true;
        return false;
    }
    if (running_) {
        if (reason == Reason::trigger || runner_ != &ke::current_thread())
            again_ = true;
        return false;
    }
    if (!KsGateCaptureThreshold(gate_))
        return false;
    running_ = true;
    again_ = false;
    runner_ = &ke::current_thread();
    update_idle();
    return true;
}

/// True: something came meanwhile and this thread goes on.
bool Processor::leave() {
    SpinGuard guard(lock_);
    KsGateTurnInputOn(gate_);
    const bool again = again_ && !blockers_ && KsGateCaptureThreshold(gate_);
    missed_ = missed_ || (again_ && blockers_);
    again_ = false;
    if (again)
        return true;
    running_ = false;
    runner_ = nullptr;
    update_idle();
    return false;
}

/// Lock held.
void Processor::update_idle() {
    if (running_)
        KeClearEvent(&still_);
    else
        KeSetEvent(&still_, IO_NO_INCREMENT, FALSE);
    if (running_ || queued_)
        KeClearEvent(&idle_);
    else
        KeSetEvent(&idle_, IO_NO_INCREMENT, FALSE);
}

void Processor::run() {
    do {
        passes();
    } while (leave());
}

void Processor::passes() {
    unsigned idle_passes = 0;
    for (;;) {
        const std::uint64_t before = progress();
        const NTSTATUS status = process();
        // Errors stop processing as STATUS_PENDING does (NC:ks.PFNKSFILTERPROCESS). The captured
        // threshold counts as one off input: without others the count is 0.
        if (status == STATUS_PENDING || !NT_SUCCESS(status) || gate_count(gate_) < 0)
            return;
        {
            SpinGuard guard(lock_);
            if (blockers_) {
                missed_ = true;
                return;
            }
        }
        idle_passes = progress() == before ? idle_passes + 1 : 0;
        if (idle_passes == idle_pass_limit)
            bug_check(ke::bug_check_timeout, reinterpret_cast<std::uint64_t>(options_.object),
                      idle_passes, 0, 0,
                      "Process returned STATUS_SUCCESS again and again without processing anything "
                      "(it must return STATUS_PENDING)");
        // A driver that polls for something another thread does must not starve that thread.
        if (idle_passes && at_passive())
            ke::current_thread().kernel.scheduler().yield();
    }
}

void Processor::block() {
    {
        SpinGuard guard(lock_);
        if (runner_ == &ke::current_thread())
            misuse(Rule::processing_mutex, options_.object,
                   "the processing mutex was acquired from within Process");
        ++blockers_;
    }
    KeWaitForSingleObject(&still_, Executive, KernelMode, FALSE, nullptr);
}

void Processor::unblock() {
    bool missed;
    {
        SpinGuard guard(lock_);
        missed = --blockers_ == 0 && missed_;
        if (missed)
            missed_ = false;
    }
    if (missed)
        attempt(false, Reason::trigger);
}

void Processor::drain() {
    KeWaitForSingleObject(&idle_, Executive, KernelMode, FALSE, nullptr);
    SpinGuard fence(lock_); // whoever signalled did so inside the lock; this may be destroyed now
}

} // namespace ksbox::ks
