// Events, mutexes and semaphores, as drivers call them.
#include "abi/windows.h"

#include "abi/export.h"
#include "nt/ex/raising.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/dispatcher.h"
#include "nt/ke/exports/exports.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"

using namespace ksbox;
using namespace ksbox::ke;

namespace {

Scheduler &scheduler() {
    return current_kernel().scheduler();
}

void initialize_header(DISPATCHER_HEADER &header, UCHAR type, std::size_t bytes, LONG state) {
    header.Lock = 0;
    header.Type = type;
    header.Size = static_cast<UCHAR>(bytes / sizeof(ULONG));
    header.SignalState = state;
    InitializeListHead(&header.WaitListHead);
}

// The state before, as every function here returns it. Wait = TRUE asks to keep the dispatcher
// locked for a following wait; the wait then follows at once all the same.
template <typename Change> LONG change_state(DISPATCHER_HEADER &header, Change change) {
    LONG before = 0;
    {
        DispatcherLock guard(scheduler());
        before = header.SignalState;
        change();
        if (header.SignalState > 0)
            signal(scheduler(), &header);
    }
    scheduler().point(Point::signal);
    return before;
}

} // namespace

extern "C" {

void NTAPI KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State) {
    initialize_header(Event->Header,
                      Type == NotificationEvent ? EventNotificationObject
                                                : EventSynchronizationObject,
                      sizeof(KEVENT), State);
}

LONG NTAPI KeSetEvent(PRKEVENT Event, KPRIORITY, BOOLEAN) {
    return change_state(Event->Header, [&] { set_signal_state(Event->Header, 1); });
}

LONG NTAPI KeResetEvent(PRKEVENT Event) {
    return change_state(Event->Header, [&] { set_signal_state(Event->Header, 0); });
}

void NTAPI KeClearEvent(PRKEVENT Event) {
    DispatcherLock guard(scheduler());
    set_signal_state(Event->Header, 0);
}

LONG NTAPI KePulseEvent(PRKEVENT Event, KPRIORITY, BOOLEAN) {
    LONG before = 0;
    {
        DispatcherLock guard(scheduler());
        before = Event->Header.SignalState;
        set_signal_state(Event->Header, 1);
        signal(scheduler(), &Event->Header);
        set_signal_state(Event->Header, 0);
    }
    scheduler().point(Point::signal);
    return before;
}

LONG NTAPI KeReadStateEvent(PRKEVENT Event) {
    return __atomic_load_n(&Event->Header.SignalState, __ATOMIC_ACQUIRE);
}

void NTAPI KeInitializeMutex(PRKMUTEX Mutex, ULONG) {
    initialize_header(Mutex->Header, MutantObject, sizeof(KMUTANT), 1);
    Mutex->OwnerThread = nullptr;
    Mutex->Abandoned = FALSE;
    Mutex->ApcDisable = 1;
    InitializeListHead(&Mutex->MutantListEntry);
}

void NTAPI KeInitializeMutant(PRKMUTANT Mutant, BOOLEAN InitialOwner) {
    KeInitializeMutex(Mutant, 0);
    Mutant->ApcDisable = 0;
    if (InitialOwner) {
        Mutant->Header.SignalState = 0;
        Mutant->OwnerThread = reinterpret_cast<PKTHREAD>(current_thread().body);
    }
}

// The exports that raise are thunks of ex/raising_thunk.S around these.
LONG NTAPI ksbox_body_KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN, ULONG64, ULONG64, ULONG64, ULONG64,
                                     ex::RaiseSlot *slot) noexcept {
    Thread &thread = current_thread();
    // Only this thread makes itself the owner, or no longer.
    if (__atomic_load_n(&Mutex->OwnerThread, __ATOMIC_RELAXED) !=
        reinterpret_cast<PKTHREAD>(thread.body)) {
        slot->status = STATUS_MUTANT_NOT_OWNED;
        return 0;
    }
    return change_state(Mutex->Header, [&] {
        set_signal_state(Mutex->Header, Mutex->Header.SignalState + 1);
        if (Mutex->Header.SignalState == 1) {
            set_owner(*Mutex, nullptr);
            thread.critical_region += Mutex->ApcDisable;
        }
    });
}

LONG NTAPI ksbox_body_KeReleaseMutant(PRKMUTANT Mutant, KPRIORITY, BOOLEAN, BOOLEAN Wait, ULONG64,
                                      ULONG64, ex::RaiseSlot *slot) noexcept {
    return ksbox_body_KeReleaseMutex(Mutant, Wait, 0, 0, 0, 0, slot);
}

LONG NTAPI KeReadStateMutex(PRKMUTEX Mutex) {
    return __atomic_load_n(&Mutex->Header.SignalState, __ATOMIC_ACQUIRE);
}

void NTAPI KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit) {
    initialize_header(Semaphore->Header, SemaphoreObject, sizeof(KSEMAPHORE), Count);
    Semaphore->Limit = Limit;
}

LONG NTAPI ksbox_body_KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY, LONG Adjustment,
                                         BOOLEAN, ULONG64, ULONG64, ex::RaiseSlot *slot) noexcept {
    bool exceeded = false;
    const LONG before = change_state(Semaphore->Header, [&] {
        const LONG count = Semaphore->Header.SignalState;
        exceeded = Adjustment < 0 || Adjustment > Semaphore->Limit - count;
        if (!exceeded)
            set_signal_state(Semaphore->Header, count + Adjustment);
    });
    if (!exceeded)
        return before;
    slot->status = STATUS_SEMAPHORE_LIMIT_EXCEEDED;
    return 0;
}

LONG NTAPI KeReadStateSemaphore(PRKSEMAPHORE Semaphore) {
    return __atomic_load_n(&Semaphore->Header.SignalState, __ATOMIC_ACQUIRE);
}

} // extern "C"

std::span<const Export> ksbox::ke::event_exports() {
    static const Export exports[] = {
        done<&KeInitializeEvent>("KeInitializeEvent", "NF:wdm.KeInitializeEvent"),
        done<&KeSetEvent>("KeSetEvent", "NF:wdm.KeSetEvent"),
        done<&KeResetEvent>("KeResetEvent", "NF:wdm.KeResetEvent"),
        done<&KeClearEvent>("KeClearEvent", "NF:wdm.KeClearEvent"),
        done<&KePulseEvent>("KePulseEvent", "NF:ntddk.KePulseEvent"),
        done<&KeReadStateEvent>("KeReadStateEvent", "NF:wdm.KeReadStateEvent"),
        done<&KeInitializeMutex>("KeInitializeMutex", "NF:wdm.KeInitializeMutex"),
        done<&KeInitializeMutant>("KeInitializeMutant", "NF:ntifs.KeInitializeMutant"),
        done<&KeReleaseMutex>("KeReleaseMutex", "NF:wdm.KeReleaseMutex"),
        done<&KeReleaseMutant>("KeReleaseMutant", "NF:ntifs.KeReleaseMutant"),
        done<&KeReadStateMutex>("KeReadStateMutex", "NF:wdm.KeReadStateMutex"),
        done<&KeInitializeSemaphore>("KeInitializeSemaphore", "NF:wdm.KeInitializeSemaphore"),
        done<&KeReleaseSemaphore>("KeReleaseSemaphore", "NF:wdm.KeReleaseSemaphore"),
        done<&KeReadStateSemaphore>("KeReadStateSemaphore", "NF:wdm.KeReadStateSemaphore"),
    };
    return exports;
}
