#include "kmdf/timer.h"

#include <cstddef>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "kmdf/create.h"
#include "kmdf/device.h"
#include "kmdf/exports.h"
#include "nt/call_driver.h"
#include "nt/irql_check.h"
#include "nt/ke/thread.h"

namespace ksbox::kmdf {

namespace {
constexpr ULONG unlimited = ULONG(-1); // TolerableDelayUnlimited
constexpr LONGLONG per_ms = 10'000;
} // namespace

Timer::Timer(Client &client, const WDF_TIMER_CONFIG &config, bool passive, Device *serializing)
    : Object(client, handle_type), function_(config.EvtTimerFunc), period_ms_(config.Period),
      tolerance_ms_(config.TolerableDelay == unlimited ? 0 : config.TolerableDelay),
      passive_(passive), exact_(config.UseHighResolutionTimer == WdfTrue),
      serializing_(serializing), passive_call_([this] { call(); }) {
    KeInitializeTimerEx(&timer_, NotificationTimer);
    KeInitializeDpc(&dpc_, &Timer::expire, this);
}

Timer::~Timer() {
    if (exact_timer_ && ke::current_thread_or_null()) // it was not given out
        ExDeleteTimer(exact_timer_, TRUE, FALSE, nullptr);
}

NTSTATUS Timer::prepare() {
    if (!exact_)
        return STATUS_SUCCESS;
    exact_timer_ = ExAllocateTimer(&Timer::expire_exact, this, EX_TIMER_HIGH_RESOLUTION);
    return exact_timer_ ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

void Timer::expire(PKDPC, PVOID timer, PVOID, PVOID) {
    static_cast<Timer *>(timer)->tick();
}

void Timer::expire_exact(PEX_TIMER, PVOID timer) {
    static_cast<Timer *>(timer)->tick();
}

void Timer::tick() {
    if (passive_)
        passive_call_.queue();
    else
        call();
}

void Timer::call() {
    const Serialized serialized(serializing_);
    call_driver("EvtTimerFunc", handle(), function_, static_cast<WDFTIMER>(handle()));
}

bool Timer::start(LONGLONG due_time) {
    if (closing_)
        return false;
    if (exact_)
        return ExSetTimer(exact_timer_, due_time, LONGLONG(period_ms_) * per_ms, nullptr);
    LARGE_INTEGER due;
    due.QuadPart = due_time;
    return KeSetCoalescableTimer(&timer_, due, period_ms_, tolerance_ms_, &dpc_);
}

bool Timer::stop(bool wait) {
    if (closing_)
        return false; // it is stopped, or about to be
    const bool was_running = cancel();
    if (wait)
        settle();
    return was_running;
}

bool Timer::cancel() {
    return exact_ ? ExCancelTimer(exact_timer_, nullptr) : KeCancelTimer(&timer_);
}

void Timer::settle() {
    KeFlushQueuedDpcs();
    passive_call_.wait();
}

// A callback that runs meanwhile may be about to start the timer again: what it started is stopped
// when it has returned.
void Timer::on_cleanup() {
    closing_ = true;
    cancel();
    settle();
    if (exact_) {
        ExDeleteTimer(std::exchange(exact_timer_, nullptr), TRUE, TRUE, nullptr);
    } else {
        cancel();
        settle();
    }
    passive_call_.close();
}

namespace {

constexpr ULONG config_without_resolution = offsetof(WDF_TIMER_CONFIG, UseHighResolutionTimer);
constexpr ULONG config_without_tolerance = offsetof(WDF_TIMER_CONFIG, TolerableDelay);

/// The configuration as of this version, from that of an older one.
NTSTATUS read_config(const WDF_TIMER_CONFIG &given, WDF_TIMER_CONFIG &config) {
    if (given.Size != sizeof given && given.Size != config_without_resolution &&
        given.Size != config_without_tolerance)
        return STATUS_INFO_LENGTH_MISMATCH;
    config = {};
    std::memcpy(&config, &given, given.Size);
    const bool exact = config.UseHighResolutionTimer == WdfTrue;
    if (config.EvtTimerFunc == nullptr || LONG(config.Period) < 0 ||
        (LONG(config.TolerableDelay) < 0 && config.TolerableDelay != unlimited) ||
        (exact && config.TolerableDelay != 0))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI WdfTimerCreate(Globals Globals, PWDF_TIMER_CONFIG Config,
                              PWDF_OBJECT_ATTRIBUTES Attributes, WDFTIMER *Timer) {
    constexpr const char *function = "WdfTimerCreate";
    require_irql(DISPATCH_LEVEL, function);
    Creation creation =
        begin_creation(Globals, function, __builtin_return_address(0), Attributes, Timer);
    require_parameter(Config, function, "Config");
    WDF_TIMER_CONFIG config;
    if (const NTSTATUS status = read_config(*Config, config); !NT_SUCCESS(status))
        return status;
    if (const NTSTATUS status =
            check(creation, {.parent = AttributeRules::Parent::required, .level = true});
        !NT_SUCCESS(status))
        return status;
    if (creation.parent->device() == nullptr)
        return STATUS_INVALID_DEVICE_REQUEST;
    // Only a timer that asks for it is passive: its parent's level does not make it so.
    const bool passive = Attributes->ExecutionLevel == WdfExecutionLevelPassive;
    if (passive && config.Period != 0)
        return STATUS_NOT_SUPPORTED;
    Device *serializing = nullptr;
    if (const NTSTATUS status = serializing_device(*creation.parent, config.AutomaticSerialization,
                                                   passive, serializing);
        !NT_SUCCESS(status))
        return status;
    auto timer = make<kmdf::Timer>(creation, config, passive, serializing);
    if (const NTSTATUS status = timer->prepare(); !NT_SUCCESS(status))
        return status;
    return give_out(creation, std::move(timer), Timer);
}

BOOLEAN NTAPI WdfTimerStart(Globals, WDFTIMER Timer, LONGLONG DueTime) {
    constexpr const char *function = "WdfTimerStart";
    require_irql(DISPATCH_LEVEL, function);
    return object_of<kmdf::Timer>(Timer, function).start(DueTime);
}

BOOLEAN NTAPI WdfTimerStop(Globals, WDFTIMER Timer, BOOLEAN Wait) {
    constexpr const char *function = "WdfTimerStop";
    require_irql(Wait ? PASSIVE_LEVEL : DISPATCH_LEVEL, function);
    auto &timer = object_of<kmdf::Timer>(Timer, function);
    if (Wait && timer.runs_here())
        violation(
            Violation::verifier, Timer,
            "WdfTimerStop was called with Wait within the timer's own callback: it would wait "
            "for itself");
    return timer.stop(Wait);
}

WDFOBJECT NTAPI WdfTimerGetParentObject(Globals, WDFTIMER Timer) {
    return object_of<kmdf::Timer>(Timer, "WdfTimerGetParentObject").parent()->handle();
}

} // namespace

std::span<const Export> timer_exports() {
    static const Export table[] = {
        WDF_EXPORT(done, wdftimer, WdfTimerCreate),
        WDF_EXPORT(done, wdftimer, WdfTimerStart),
        WDF_EXPORT(done, wdftimer, WdfTimerStop),
        WDF_EXPORT(done, wdftimer, WdfTimerGetParentObject),
    };
    return table;
}

} // namespace ksbox::kmdf
