// IRQL, virtual processors and DPCs: code at DISPATCH_LEVEL or above holds a processor; raising
// takes one, lowering drains its DPCs and gives it back.
#include <algorithm>

#include "base/assert.h"
#include "nt/call_driver.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/dispatcher.h"
#include "nt/ke/executor.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"

namespace ksbox::ke {

void Scheduler::set_processor_number(Thread &thread, unsigned number) {
    thread.control_region->number = number;
    thread.control_region->legacy_number = static_cast<std::uint8_t>(number);
}

void Scheduler::claim_processor(Thread &thread, Processor &processor) {
    processor.owner = &thread;
    thread.processor = &processor;
    set_processor_number(thread, processor.number);
}

void Scheduler::release_processor(Thread &thread) {
    Processor &processor = *thread.processor;
    thread.processor = nullptr;
    processor.owner = nullptr;
    if (!processor_waiters_.empty()) {
        Thread *next = processor_waiters_.front();
        processor_waiters_.erase(processor_waiters_.begin());
        claim_processor(*next, processor);
        executor_->resume(*next);
    }
}

void Scheduler::raise_irql(KIRQL irql) {
    Thread &thread = current_thread();
    if (irql < thread.irql)
        bug_check(0x9 /* IRQL_NOT_GREATER_OR_EQUAL */, irql, thread.irql, 0, 0,
                  "KeRaiseIrql to an IRQL below the current one");
    if (irql >= DISPATCH_LEVEL && thread.processor == nullptr) {
        DispatcherLock guard(*this);
        Processor *free = &processors_[thread.control_region->number];
        if (free->owner != nullptr) {
            auto found =
                std::ranges::find(processors_, static_cast<Thread *>(nullptr), &Processor::owner);
            free = found == processors_.end() ? nullptr : &*found;
        }
        if (free != nullptr) {
            claim_processor(thread, *free);
        } else {
            processor_waiters_.push_back(&thread);
            while (thread.processor == nullptr)
                executor_->suspend();
        }
    }
    thread.irql = irql;
    point(Point::irql);
}

void Scheduler::lower_irql(KIRQL irql) {
    Thread &thread = current_thread();
    if (irql > thread.irql)
        bug_check(0xA /* IRQL_NOT_LESS_OR_EQUAL */, irql, thread.irql, 0, 0,
                  "KeLowerIrql to an IRQL above the current one");
    if (irql < DISPATCH_LEVEL && thread.processor != nullptr) {
        if (thread.kind == ThreadKind::dpc)
            bug_check(0xC8 /* IRQL_UNEXPECTED_VALUE */, irql, DISPATCH_LEVEL, 0, 0,
                      "a DPC lowered the IRQL below DISPATCH_LEVEL");
        DispatcherLock guard(*this);
        Processor &processor = *thread.processor;
        while (!IsListEmpty(&processor.dpcs)) {
            processor.draining_for = &thread;
            thread.processor = nullptr;
            claim_processor(*processor.dpc_thread, processor);
            executor_->resume(*processor.dpc_thread);
            while (thread.processor == nullptr)
                executor_->suspend();
        }
        release_processor(thread);
    }
    thread.irql = irql;
    point(Point::irql);
}

bool Scheduler::queue_dpc(KDPC *dpc, void *argument1, void *argument2, unsigned number) {
    if (dpc->DpcData != nullptr)
        return false;
    Processor &processor = processors_[number];
    dpc->SystemArgument1 = argument1;
    dpc->SystemArgument2 = argument2;
    dpc->DpcData = &processor;
    if (dpc->Importance == HighImportance)
        InsertHeadList(&processor.dpcs, &dpc->DpcListEntry);
    else
        InsertTailList(&processor.dpcs, &dpc->DpcListEntry);
    // A processor that nobody holds is interrupted at once; otherwise whoever holds it drains.
    if (processor.owner == nullptr) {
        claim_processor(*processor.dpc_thread, processor);
        executor_->resume(*processor.dpc_thread);
    }
    return true;
}

bool Scheduler::remove_dpc(KDPC *dpc) {
    if (dpc->DpcData == nullptr)
        return false;
    RemoveEntryList(&dpc->DpcListEntry);
    dpc->DpcData = nullptr;
    return true;
}

// The DPC thread of a processor: whoever queues a DPC to a free processor, or lowers the IRQL with
// DPCs queued, hands the processor over and resumes it.
void Scheduler::run_dpcs(Processor &processor) {
    Thread &self = current_thread();
    lock();
    for (;;) {
        while (self.processor == nullptr) {
            self.wait.idle = true;
            executor_->suspend();
        }
        self.wait.idle = false;
        self.irql = DISPATCH_LEVEL;
        while (!IsListEmpty(&processor.dpcs)) {
            KDPC *dpc = CONTAINING_RECORD(RemoveHeadList(&processor.dpcs), KDPC, DpcListEntry);
            auto *routine = dpc->DeferredRoutine;
            void *context = dpc->DeferredContext;
            void *argument1 = dpc->SystemArgument1;
            void *argument2 = dpc->SystemArgument2;
            dpc->DpcData = nullptr;
            processor.running_dpc = dpc;
            unlock();
            call_driver("KDEFERRED_ROUTINE", dpc, routine, dpc, context, argument1, argument2);
            lock();
            processor.running_dpc = nullptr;
        }
        self.irql = PASSIVE_LEVEL;
        std::vector<Thread *> flushed;
        flushed.swap(flush_waiters_);
        for (Thread *waiter : flushed)
            unblock(*waiter);
        if (Thread *lowering = processor.draining_for) {
            processor.draining_for = nullptr;
            self.processor = nullptr;
            claim_processor(*lowering, processor);
            executor_->resume(*lowering);
        } else {
            release_processor(self);
        }
    }
}

void Scheduler::flush_dpcs() {
    auto busy = [](const Processor &processor) {
        return !IsListEmpty(&processor.dpcs) || processor.running_dpc != nullptr;
    };
    DispatcherLock guard(*this);
    while (std::ranges::any_of(processors_, busy)) {
        flush_waiters_.push_back(&current_thread());
        block(std::nullopt, "KeFlushQueuedDpcs");
    }
}

namespace {
KSPIN_LOCK mark_of(const Thread &thread) {
    return reinterpret_cast<KSPIN_LOCK>(thread.body) | 1;
}
} // namespace

bool Scheduler::try_acquire_spin_lock(KSPIN_LOCK *lock) {
    KSPIN_LOCK expected = 0;
    if (!turn_.needs_lock) {
        // One host thread: nobody comes between the look and the store.
        if (*lock != 0)
            return false;
        *lock = mark_of(current_thread());
        return true;
    }
    return __atomic_compare_exchange_n(lock, &expected, mark_of(current_thread()), false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

void Scheduler::acquire_spin_lock(KSPIN_LOCK *lock) {
    point(Point::spin_lock);
    Thread &thread = current_thread();
    while (!try_acquire_spin_lock(lock)) {
        if (__atomic_load_n(lock, __ATOMIC_RELAXED) == mark_of(thread))
            bug_check(0xF /* SPIN_LOCK_ALREADY_OWNED */, reinterpret_cast<std::uint64_t>(lock), 0,
                      0, 0, "a spin lock was acquired by its owner");
        executor_->spin(lock);
    }
}

void Scheduler::release_spin_lock(KSPIN_LOCK *lock) {
    if (__atomic_load_n(lock, __ATOMIC_RELAXED) == 0)
        bug_check(0x10 /* SPIN_LOCK_NOT_OWNED */, reinterpret_cast<std::uint64_t>(lock), 0, 0, 0,
                  "a spin lock was released that nobody holds");
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
    if (turn_.spinning != 0)
        executor_->spin_released(lock);
    point(Point::spin_lock);
}

} // namespace ksbox::ke
