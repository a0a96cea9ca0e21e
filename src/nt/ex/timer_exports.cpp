// EX_TIMER: a KTIMER that drivers can wait on, with a routine called by DPC, periods in 100 ns
// units, and expiry between clock ticks when it is a high-resolution one.
#include <array>
#include <utility>

#include "abi/windows.h"

#include "nt/call_driver.h"
#include "nt/ex/executive.h"
#include "nt/ex/timer_resolution.h"
#include "nt/ex/work_queue.h"
#include "nt/exports.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/dispatcher.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"
#include "nt/mm/pool.h"

struct _EX_TIMER {
    KTIMER timer; ///< first: drivers wait on the address
    KDPC dpc;
    PEXT_CALLBACK callback;
    void *context;
    bool high_resolution;
    std::uint64_t period_100ns;
    std::uint64_t due_100ns; ///< of the expiry that is set
    bool deleting;           ///< no more periods; if nothing is set, gone after the DPC
    bool delete_at_expiry;
    PEXT_DELETE_CALLBACK delete_callback;
    void *delete_context;
    WORK_QUEUE_ITEM deletion;
};

namespace ksbox::ex {
namespace {

constexpr ULONG timer_tag = 0x6d54'7845; // 'ExTm'
constexpr std::uint32_t timer_or_dpc_invalid = 0xc7;

ke::Scheduler &scheduler() {
    return current_kernel().scheduler();
}

[[noreturn]] void misuse(const void *timer, std::string_view reason) {
    bug_check(timer_or_dpc_invalid, 0, reinterpret_cast<std::uint64_t>(timer), 0, 0, reason);
}

void finish_deletion(_EX_TIMER *timer) {
    KeFlushQueuedDpcs();
    const PEXT_DELETE_CALLBACK callback = timer->delete_callback;
    void *context = timer->delete_context;
    current_kernel().pool().free(timer, timer_tag, nullptr);
    if (callback != nullptr)
        call_driver("EXT_DELETE_CALLBACK", timer, callback, context);
}

void NTAPI delete_later(void *timer) {
    finish_deletion(static_cast<_EX_TIMER *>(timer));
}

void queue_deletion(_EX_TIMER *timer) {
    ExInitializeWorkItem(&timer->deletion, delete_later, timer);
    current_kernel().executive().work_queues().of(DelayedWorkQueue)->queue(&timer->deletion);
}

/// The KTIMER's DPC: the next period is set before the driver's routine runs, which may cancel it.
void NTAPI expired(PKDPC, PVOID context, PVOID, PVOID) {
    auto *timer = static_cast<_EX_TIMER *>(context);
    bool delete_now = false;
    {
        ke::DispatcherLock guard(scheduler());
        if (timer->period_100ns != 0 && !timer->deleting) {
            // Unless it was set anew since it expired.
            if (!scheduler().remove_timer(&timer->timer))
                timer->due_100ns += timer->period_100ns;
            timer->timer.DueTime.QuadPart = timer->due_100ns;
            scheduler().insert_timer(&timer->timer, timer->due_100ns, timer->high_resolution);
        }
        delete_now = timer->delete_at_expiry;
    }
    if (timer->callback != nullptr)
        call_driver("EXT_CALLBACK", timer, timer->callback, timer, timer->context);
    if (delete_now)
        queue_deletion(timer);
}

/// True: it was set. A periodic timer still is between its expiry and the DPC that sets the next
/// period. Dispatcher locked.
bool unset(_EX_TIMER *timer) {
    const bool periodic = std::exchange(timer->period_100ns, 0) != 0;
    return scheduler().remove_timer(&timer->timer) || periodic;
}

} // namespace

extern "C" {

/// IRQL <= DISPATCH_LEVEL. @doc NF:wdm.ExAllocateTimer
PEX_TIMER NTAPI ExAllocateTimer(PEXT_CALLBACK Callback, PVOID CallbackContext, ULONG Attributes) {
    constexpr ULONG both = EX_TIMER_HIGH_RESOLUTION | EX_TIMER_NO_WAKE;
    if ((Attributes & both) == both)
        misuse(nullptr, "ExAllocateTimer was asked for a high-resolution no-wake timer");
    auto *timer = static_cast<_EX_TIMER *>(current_kernel().pool().allocate(
        mm::PoolKind::nonpaged, sizeof(_EX_TIMER), timer_tag, __builtin_return_address(0), true));
    if (timer == nullptr)
        return nullptr;
    KeInitializeTimerEx(&timer->timer, Attributes & EX_TIMER_NOTIFICATION ? NotificationTimer
                                                                          : SynchronizationTimer);
    KeInitializeDpc(&timer->dpc, expired, timer);
    timer->callback = Callback;
    timer->context = CallbackContext;
    timer->high_resolution = (Attributes & EX_TIMER_HIGH_RESOLUTION) != 0;
    return timer;
}

/// IRQL <= DISPATCH_LEVEL. @doc NF:wdm.ExSetTimer
BOOLEAN NTAPI ExSetTimer(PEX_TIMER Timer, LONGLONG DueTime, LONGLONG Period, PEXT_SET_PARAMETERS) {
    if (Timer->high_resolution && DueTime >= 0)
        misuse(Timer, "a high-resolution timer was set to an absolute time");
    if (Period < 0 || Period > MAXLONG)
        misuse(Timer, "a timer's period is out of range");
    std::uint64_t due;
    if (DueTime < 0) {
        due = scheduler().interrupt_time_precise() + static_cast<std::uint64_t>(-DueTime);
    } else {
        const auto absolute = static_cast<std::uint64_t>(DueTime);
        const std::uint64_t base = scheduler().system_time_base();
        due = absolute > base ? absolute - base : 0;
    }
    bool was_set = false;
    {
        ke::DispatcherLock guard(scheduler());
        was_set = unset(Timer);
        ke::set_signal_state(Timer->timer.Header, 0);
        Timer->timer.DueTime.QuadPart = due;
        Timer->timer.Period = 0; // the DPC sets each period anew, in finer units
        Timer->timer.Dpc = &Timer->dpc;
        Timer->period_100ns = static_cast<std::uint64_t>(Period);
        Timer->due_100ns = due;
        scheduler().insert_timer(&Timer->timer, due, Timer->high_resolution);
    }
    scheduler().point(ke::Point::signal);
    return was_set;
}

/// IRQL <= DISPATCH_LEVEL. @doc NF:wdm.ExCancelTimer
BOOLEAN NTAPI ExCancelTimer(PEX_TIMER Timer, PEXT_CANCEL_PARAMETERS) {
    bool was_set = false;
    {
        ke::DispatcherLock guard(scheduler());
        was_set = unset(Timer);
    }
    scheduler().point(ke::Point::signal);
    return was_set;
}

/// IRQL <= APC_LEVEL if Wait, else <= DISPATCH_LEVEL. @doc NF:wdm.ExDeleteTimer
BOOLEAN NTAPI ExDeleteTimer(PEX_TIMER Timer, BOOLEAN Cancel, BOOLEAN Wait,
                            PEXT_DELETE_PARAMETERS Parameters) {
    if (Wait && !Cancel)
        misuse(Timer, "ExDeleteTimer was asked to wait for a timer that it does not cancel");
    if (Parameters != nullptr) {
        Timer->delete_callback = Parameters->DeleteCallback;
        Timer->delete_context = Parameters->DeleteContext;
    }
    bool cancelled = false;
    {
        ke::DispatcherLock guard(scheduler());
        Timer->deleting = true;
        if (Cancel) {
            cancelled = unset(Timer);
        } else if (scheduler().remove_timer(&Timer->timer)) {
            // It expires once more, and goes then.
            Timer->delete_at_expiry = true;
            scheduler().insert_timer(&Timer->timer, Timer->due_100ns, Timer->high_resolution);
            return FALSE;
        }
    }
    if (Wait)
        finish_deletion(Timer);
    else
        queue_deletion(Timer);
    return cancelled;
}

/// @doc NF:wdm.ExSetTimerResolution
ULONG NTAPI ExSetTimerResolution(ULONG DesiredTime, BOOLEAN SetResolution) {
    TimerResolution &resolution = current_kernel().executive().timer_resolution();
    return SetResolution ? resolution.request(DesiredTime) : resolution.restore();
}

/// @doc NF:wdm.ExQueryTimerResolution
VOID NTAPI ExQueryTimerResolution(PULONG MaximumTime, PULONG MinimumTime, PULONG CurrentTime) {
    TimerResolution &resolution = current_kernel().executive().timer_resolution();
    *MaximumTime = resolution.coarsest();
    *MinimumTime = resolution.finest();
    *CurrentTime = scheduler().clock_period();
}

} // extern "C"

TimerResolution::TimerResolution(Kernel &kernel)
    : kernel_(kernel), coarsest_(kernel.options().clock_period_100ns) {}

std::uint32_t TimerResolution::request(std::uint32_t period_100ns) {
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    ++requests_;
    if (period_100ns < finest())
        period_100ns = finest();
    if (period_100ns < kernel_.scheduler().clock_period())
        kernel_.scheduler().set_clock_period(period_100ns);
    KeReleaseSpinLock(&lock_, irql);
    return kernel_.scheduler().clock_period();
}

std::uint32_t TimerResolution::restore() {
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    if (requests_ != 0 && --requests_ == 0)
        kernel_.scheduler().set_clock_period(coarsest_);
    KeReleaseSpinLock(&lock_, irql);
    return kernel_.scheduler().clock_period();
}

} // namespace ksbox::ex

namespace ksbox {

std::span<const Export> ex_timer_exports() {
    static const std::array table{
        done<&ExAllocateTimer>("ExAllocateTimer", "NF:wdm.ExAllocateTimer"),
        done<&ExSetTimer>("ExSetTimer", "NF:wdm.ExSetTimer"),
        done<&ExCancelTimer>("ExCancelTimer", "NF:wdm.ExCancelTimer"),
        done<&ExDeleteTimer>("ExDeleteTimer", "NF:wdm.ExDeleteTimer"),
        done<&ExSetTimerResolution>("ExSetTimerResolution", "NF:wdm.ExSetTimerResolution"),
        done<&ExQueryTimerResolution>("ExQueryTimerResolution", "NF:wdm.ExQueryTimerResolution"),
    };
    return table;
}

} // namespace ksbox
