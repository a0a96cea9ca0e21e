// Default clocks for drivers that manage their own file objects.
#include "ks/data_exports.h"

#include "ks/clock/clock_file.h"
#include "ks/clock/default_clock.h"

using namespace ksbox;
using namespace ksbox::ks;

extern "C" {

NTSTATUS NTAPI KsAllocateDefaultClockEx(PKSDEFAULTCLOCK *DefaultClock, PVOID Context,
                                        PFNKSSETTIMER SetTimer, PFNKSCANCELTIMER CancelTimer,
                                        PFNKSCORRELATEDTIME CorrelatedTime,
                                        const KSRESOLUTION *Resolution, ULONG Flags) {
    *DefaultClock = nullptr;
    // A timer function is of use only with its counterpart, and both only with a context.
    const bool own_timer = SetTimer || CancelTimer;
    if (Flags || (!SetTimer != !CancelTimer) || ((own_timer || CorrelatedTime) && !Context))
        return STATUS_INVALID_PARAMETER;
    const KSRESOLUTION resolution = Resolution ? *Resolution : KSRESOLUTION{};
    if ((resolution.Granularity && !CorrelatedTime) || (resolution.Error && !own_timer))
        return STATUS_INVALID_PARAMETER;
    *DefaultClock = ks::DefaultClock::create({.context = Context,
                                              .set_timer = SetTimer,
                                              .cancel_timer = CancelTimer,
                                              .correlated_time = CorrelatedTime,
                                              .resolution = resolution});
    return *DefaultClock ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS NTAPI KsAllocateDefaultClock(PKSDEFAULTCLOCK *DefaultClock) {
    return KsAllocateDefaultClockEx(DefaultClock, nullptr, nullptr, nullptr, nullptr, nullptr, 0);
}

void NTAPI KsFreeDefaultClock(PKSDEFAULTCLOCK DefaultClock) {
    ks::DefaultClock &clock = ks::DefaultClock::from(DefaultClock);
    clock.orphan();
    clock.dereference();
}

NTSTATUS NTAPI KsCreateDefaultClock(PIRP Irp, PKSDEFAULTCLOCK DefaultClock) {
    PKSCLOCK_CREATE create;
    if (const NTSTATUS status = KsValidateClockCreateRequest(Irp, &create); !NT_SUCCESS(status))
        return status;
    return create_clock_file(Irp, ks::DefaultClock::from(DefaultClock));
}

KSSTATE NTAPI KsGetDefaultClockState(PKSDEFAULTCLOCK DefaultClock) {
    return ks::DefaultClock::from(DefaultClock).state();
}

void NTAPI KsSetDefaultClockState(PKSDEFAULTCLOCK DefaultClock, KSSTATE State) {
    ks::DefaultClock::from(DefaultClock).set_state(State);
}

LONGLONG NTAPI KsGetDefaultClockTime(PKSDEFAULTCLOCK DefaultClock) {
    return ks::DefaultClock::from(DefaultClock).time();
}

void NTAPI KsSetDefaultClockTime(PKSDEFAULTCLOCK DefaultClock, LONGLONG Time) {
    ks::DefaultClock::from(DefaultClock).set_time(Time);
}

} // extern "C"

std::span<const Export> ksbox::ks::default_clock_exports() {
    static const Export table[] = {
        KS_DATA_EXPORT(done, KsAllocateDefaultClock),
        KS_DATA_EXPORT(done, KsAllocateDefaultClockEx),
        KS_DATA_EXPORT(done, KsFreeDefaultClock),
        KS_DATA_EXPORT(done, KsCreateDefaultClock),
        KS_DATA_EXPORT(done, KsGetDefaultClockState),
        KS_DATA_EXPORT(done, KsSetDefaultClockState),
        KS_DATA_EXPORT(done, KsGetDefaultClockTime),
        KS_DATA_EXPORT(done, KsSetDefaultClockTime),
    };
    return table;
}
