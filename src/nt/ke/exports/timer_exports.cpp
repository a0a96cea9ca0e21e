// Timers and DPCs, as drivers call them.
#include "abi/windows.h"

#include "abi/export.h"
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

// KDPC.Type: 0x13 for ordinary, 0x1A for threaded DPCs.
constexpr UCHAR dpc_object = 0x13;
constexpr UCHAR threaded_dpc_object = 0x1A;
// KDPC.Number holds 0 for "the current processor", else a processor's number plus this.
constexpr USHORT target_processor_base = 0x20;

void initialize_dpc(PRKDPC dpc, PKDEFERRED_ROUTINE routine, PVOID context, UCHAR type) {
    dpc->Type = type;
    dpc->Importance = MediumImportance;
    dpc->Number = 0;
    dpc->DeferredRoutine = routine;
    dpc->DeferredContext = context;
    dpc->DpcData = nullptr;
}

unsigned processor_of(const KDPC *dpc) {
    if (dpc->Number >= target_processor_base)
        return dpc->Number - target_processor_base;
    return current_thread().control_region->number;
}

} // namespace

extern "C" {

void NTAPI KeInitializeTimer(PKTIMER Timer) {
    KeInitializeTimerEx(Timer, NotificationTimer);
}

void NTAPI KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type) {
    Timer->Header.Lock = 0;
    Timer->Header.Type =
        Type == NotificationTimer ? TimerNotificationObject : TimerSynchronizationObject;
    Timer->Header.Size = sizeof(KTIMER) / sizeof(ULONG);
    Timer->Header.SignalState = 0;
    InitializeListHead(&Timer->Header.WaitListHead);
    Timer->DueTime.QuadPart = 0;
    Timer->TimerListEntry = {};
    Timer->Dpc = nullptr;
    Timer->Period = 0;
    Timer->Processor = 0;
}

BOOLEAN NTAPI KeSetCoalescableTimer(PKTIMER Timer, LARGE_INTEGER DueTime, ULONG Period, ULONG,
                                    PKDPC Dpc) {
    return KeSetTimerEx(Timer, DueTime, static_cast<LONG>(Period), Dpc);
}

BOOLEAN NTAPI KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc) {
    std::uint64_t due = 0;
    if (DueTime.QuadPart < 0) {
        due = scheduler().interrupt_time_precise() + static_cast<std::uint64_t>(-DueTime.QuadPart);
    } else {
        auto absolute = static_cast<std::uint64_t>(DueTime.QuadPart);
        std::uint64_t base = scheduler().system_time_base();
        due = absolute > base ? absolute - base : 0;
    }
    bool was_set = false;
    {
        DispatcherLock guard(scheduler());
        was_set = scheduler().remove_timer(Timer);
        set_signal_state(Timer->Header, 0);
        Timer->DueTime.QuadPart = due;
        Timer->Period = static_cast<ULONG>(Period);
        Timer->Dpc = Dpc;
        Timer->Processor = Dpc != nullptr ? processor_of(Dpc) : 0;
        scheduler().insert_timer(Timer, due);
    }
    scheduler().point(Point::signal);
    return was_set;
}

BOOLEAN NTAPI KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc) {
    return KeSetTimerEx(Timer, DueTime, 0, Dpc);
}

BOOLEAN NTAPI KeCancelTimer(PKTIMER Timer) {
    bool was_set = false;
    {
        DispatcherLock guard(scheduler());
        was_set = scheduler().remove_timer(Timer);
    }
    scheduler().point(Point::signal);
    return was_set;
}

BOOLEAN NTAPI KeReadStateTimer(PKTIMER Timer) {
    return __atomic_load_n(&Timer->Header.SignalState, __ATOMIC_ACQUIRE) != 0;
}

void NTAPI KeInitializeDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE Routine, PVOID Context) {
    initialize_dpc(Dpc, Routine, Context, dpc_object);
}

// Threaded DPCs may run at DISPATCH_LEVEL as well: it is a system's choice, and always ours.
void NTAPI KeInitializeThreadedDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE Routine, PVOID Context) {
    initialize_dpc(Dpc, Routine, Context, threaded_dpc_object);
}

BOOLEAN NTAPI KeInsertQueueDpc(PRKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2) {
    bool queued = false;
    {
        DispatcherLock guard(scheduler());
        queued = scheduler().queue_dpc(Dpc, SystemArgument1, SystemArgument2, processor_of(Dpc));
    }
    scheduler().point(Point::signal);
    return queued;
}

BOOLEAN NTAPI KeRemoveQueueDpc(PRKDPC Dpc) {
    DispatcherLock guard(scheduler());
    return scheduler().remove_dpc(Dpc);
}

void NTAPI KeFlushQueuedDpcs(void) {
    if (current_thread().irql != PASSIVE_LEVEL)
        bug_check(0xA /* IRQL_NOT_LESS_OR_EQUAL */, 0, current_thread().irql, 0, 0,
                  "KeFlushQueuedDpcs above PASSIVE_LEVEL");
    scheduler().point(Point::signal);
    scheduler().flush_dpcs();
}

void NTAPI KeSetImportanceDpc(PRKDPC Dpc, KDPC_IMPORTANCE Importance) {
    Dpc->Importance = static_cast<UCHAR>(Importance);
}

void NTAPI KeSetTargetProcessorDpc(PRKDPC Dpc, CCHAR Number) {
    Dpc->Number = static_cast<USHORT>(target_processor_base + Number);
}

NTSTATUS NTAPI KeSetTargetProcessorDpcEx(PKDPC Dpc, PPROCESSOR_NUMBER Number) {
    if (Number->Group != 0 || Number->Number >= scheduler().processors().size() ||
        Number->Reserved != 0)
        return STATUS_INVALID_PARAMETER;
    KeSetTargetProcessorDpc(Dpc, static_cast<CCHAR>(Number->Number));
    return STATUS_SUCCESS;
}

} // extern "C"

std::span<const Export> ksbox::ke::timer_exports() {
    static const Export exports[] = {
        done<&KeInitializeTimer>("KeInitializeTimer", "NF:wdm.KeInitializeTimer"),
        done<&KeInitializeTimerEx>("KeInitializeTimerEx", "NF:wdm.KeInitializeTimerEx"),
        done<&KeSetTimer>("KeSetTimer", "NF:wdm.KeSetTimer"),
        done<&KeSetTimerEx>("KeSetTimerEx", "NF:wdm.KeSetTimerEx"),
        done<&KeSetCoalescableTimer>("KeSetCoalescableTimer", "NF:wdm.KeSetCoalescableTimer"),
        done<&KeCancelTimer>("KeCancelTimer", "NF:wdm.KeCancelTimer"),
        done<&KeReadStateTimer>("KeReadStateTimer", "NF:wdm.KeReadStateTimer"),
        done<&KeInitializeDpc>("KeInitializeDpc", "NF:wdm.KeInitializeDpc"),
        done<&KeInitializeThreadedDpc>("KeInitializeThreadedDpc", "NF:wdm.KeInitializeThreadedDpc"),
        done<&KeInsertQueueDpc>("KeInsertQueueDpc", "NF:wdm.KeInsertQueueDpc"),
        done<&KeRemoveQueueDpc>("KeRemoveQueueDpc", "NF:wdm.KeRemoveQueueDpc"),
        done<&KeFlushQueuedDpcs>("KeFlushQueuedDpcs", "NF:wdm.KeFlushQueuedDpcs"),
        done<&KeSetImportanceDpc>("KeSetImportanceDpc", "NF:wdm.KeSetImportanceDpc"),
        done<&KeSetTargetProcessorDpc>("KeSetTargetProcessorDpc",
                                       "NF:ntddk.KeSetTargetProcessorDpc"),
        done<&KeSetTargetProcessorDpcEx>("KeSetTargetProcessorDpcEx",
                                         "NF:wdm.KeSetTargetProcessorDpcEx"),
    };
    return exports;
}
