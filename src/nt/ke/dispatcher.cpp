#include "nt/ke/dispatcher.h"

#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"

namespace ksbox::ke {

namespace {

bool is_satisfied(const DISPATCHER_HEADER *object, const Thread &thread) {
    if (object->Type == MutantObject) {
        auto *mutant = reinterpret_cast<const KMUTANT *>(object);
        return object->SignalState > 0 ||
               mutant->OwnerThread == reinterpret_cast<PKTHREAD>(thread.body);
    }
    return object->SignalState > 0;
}

// What a successful wait does to the object (KeWaitForSingleObject's remarks).
void satisfy(DISPATCHER_HEADER *object, Thread &thread) {
    switch (object->Type) {
    case EventSynchronizationObject:
    case TimerSynchronizationObject:
        set_signal_state(*object, 0);
        break;
    case SemaphoreObject:
        set_signal_state(*object, object->SignalState - 1);
        break;
    case MutantObject: {
        auto *mutant = reinterpret_cast<KMUTANT *>(object);
        set_signal_state(*object, object->SignalState - 1);
        if (object->SignalState == 0) {
            set_owner(*mutant, reinterpret_cast<PKTHREAD>(thread.body));
            thread.critical_region -= mutant->ApcDisable;
        }
        break;
    }
    default:
        break;
    }
}

// The status of a wait that has just been satisfied, and the satisfaction itself; nothing if the
// wait must go on.
std::optional<NTSTATUS> try_satisfy(Thread &thread, std::span<DISPATCHER_HEADER *const> objects,
                                    bool all) {
    if (!all) {
        for (std::size_t i = 0; i < objects.size(); ++i) {
            if (is_satisfied(objects[i], thread)) {
                satisfy(objects[i], thread);
                return static_cast<NTSTATUS>(STATUS_WAIT_0 + i);
            }
        }
        return std::nullopt;
    }
    for (DISPATCHER_HEADER *object : objects)
        if (!is_satisfied(object, thread))
            return std::nullopt;
    for (DISPATCHER_HEADER *object : objects)
        satisfy(object, thread);
    return STATUS_SUCCESS;
}

void link_wait(Thread &thread, std::span<DISPATCHER_HEADER *const> objects, bool all) {
    WaitState &wait = thread.wait;
    wait.count = static_cast<std::uint32_t>(objects.size());
    wait.all = all;
    for (std::uint32_t i = 0; i < wait.count; ++i) {
        KWAIT_BLOCK &block = wait.blocks[i];
        block.Thread = reinterpret_cast<PKTHREAD>(thread.body);
        block.Object = objects[i];
        block.WaitKey = static_cast<USHORT>(i);
        block.WaitType = all ? WaitAll : WaitAny;
        block.NextWaitBlock = &wait.blocks[(i + 1) % wait.count];
        InsertTailList(&objects[i]->WaitListHead, &block.WaitListEntry);
    }
    wait.active = true;
}

void finish(Scheduler &scheduler, Thread &thread, NTSTATUS status) {
    unlink_wait(thread);
    thread.wait.status = status;
    scheduler.unblock(thread);
}

// Whether a waiting thread's wait is now satisfied; `key` is the object that became signalled.
bool release_waiter(Scheduler &scheduler, Thread &thread, std::uint32_t key) {
    WaitState &wait = thread.wait;
    if (!wait.all) {
        auto *object = static_cast<DISPATCHER_HEADER *>(wait.blocks[key].Object);
        satisfy(object, thread);
        finish(scheduler, thread, static_cast<NTSTATUS>(STATUS_WAIT_0 + key));
        return true;
    }
    for (std::uint32_t i = 0; i < wait.count; ++i)
        if (!is_satisfied(static_cast<DISPATCHER_HEADER *>(wait.blocks[i].Object), thread))
            return false;
    for (std::uint32_t i = 0; i < wait.count; ++i)
        satisfy(static_cast<DISPATCHER_HEADER *>(wait.blocks[i].Object), thread);
    finish(scheduler, thread, STATUS_SUCCESS);
    return true;
}

} // namespace

void unlink_wait(Thread &thread) {
    WaitState &wait = thread.wait;
    if (!wait.active)
        return;
    for (std::uint32_t i = 0; i < wait.count; ++i)
        RemoveEntryList(&wait.blocks[i].WaitListEntry);
    wait.active = false;
}

NTSTATUS wait_for(Scheduler &scheduler, std::span<DISPATCHER_HEADER *const> objects, bool all,
                  std::optional<std::uint64_t> due_100ns, bool alertable, KPROCESSOR_MODE mode,
                  const char *reason) {
    Thread &thread = current_thread();
    if (auto status = try_satisfy(thread, objects, all))
        return *status;
    if (alertable && thread.alerted) {
        thread.alerted = false;
        return STATUS_ALERTED;
    }
    if (mode != KernelMode && thread.terminating)
        return STATUS_USER_APC;
    if (due_100ns && *due_100ns == 0)
        return STATUS_TIMEOUT;
    link_wait(thread, objects, all);
    thread.wait.alertable = alertable;
    thread.wait.mode = mode;
    return scheduler.block(due_100ns, reason) ? thread.wait.status : STATUS_TIMEOUT;
}

void signal(Scheduler &scheduler, DISPATCHER_HEADER *object) {
    LIST_ENTRY *entry = object->WaitListHead.Flink;
    while (entry != &object->WaitListHead && object->SignalState > 0) {
        auto *block = CONTAINING_RECORD(entry, KWAIT_BLOCK, WaitListEntry);
        Thread *thread = reinterpret_cast<ThreadBody *>(block->Thread)->thread;
        std::uint32_t key = block->WaitKey;
        bool released = release_waiter(scheduler, *thread, key);
        // A release takes this entry (and maybe its neighbour: one thread may wait for an object
        // twice) off the list, so begin again at the head; otherwise go on behind it.
        entry = released ? object->WaitListHead.Flink : entry->Flink;
    }
}

void interrupt_wait(Scheduler &scheduler, Thread &thread, NTSTATUS status) {
    if (thread.wait.active)
        finish(scheduler, thread, status);
}

const char *kind_of(const DISPATCHER_HEADER *object) {
    switch (object->Type) {
    case EventNotificationObject:
        return "notification event";
    case EventSynchronizationObject:
        return "synchronization event";
    case MutantObject:
        return "mutex";
    case SemaphoreObject:
        return "semaphore";
    case ThreadObject:
        return "thread";
    case ProcessObject:
        return "process";
    case TimerNotificationObject:
        return "notification timer";
    case TimerSynchronizationObject:
        return "synchronization timer";
    default:
        return "object of unknown type";
    }
}

} // namespace ksbox::ke
