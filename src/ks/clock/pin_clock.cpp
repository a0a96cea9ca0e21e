// A pin's own clock and its master clock.
#include "ks/clock/pin_clock.h"

#include <utility>

#include "base/assert.h"
#include "ks/clock/clock_file.h"
#include "ks/clock/default_clock.h"
#include "ks/clock/reference_clock.h"
#include "ks/create_parameters.h"
#include "ks/data_exports.h"
#include "ks/object_name.h"
#include "ks/pin.h"
#include "ks/refusal.h"
#include "ks/stream/pin_stream.h"
#include "nt/call_driver.h"

using namespace ksbox;
using namespace ksbox::ks;

namespace ksbox::ks {

PinClock::~PinClock() {
    if (own_) {
        own_->orphan();
        own_->dereference();
    }
    KS_ASSERT(!master_);
}

void PinClock::release_master() {
    if (PFILE_OBJECT const master = std::exchange(master_, nullptr))
        ObDereferenceObject(master);
}

/// AVStream passes the minidriver its pin, not a context.
LONGLONG PinClock::own_time(PVOID context, PLONGLONG system_time) {
    Pin &pin = static_cast<PinClock *>(context)->pin_;
    return call_driver("KSCLOCK_DISPATCH.CorrelatedTime", pin.abi_address(),
                       pin.dispatch()->Clock->CorrelatedTime, &pin.abi(), system_time);
}

BOOLEAN PinClock::own_set_timer(PVOID context, PKTIMER timer, LARGE_INTEGER due, PKDPC dpc) {
    Pin &pin = static_cast<PinClock *>(context)->pin_;
    return call_driver("KSCLOCK_DISPATCH.SetTimer", pin.abi_address(),
                       pin.dispatch()->Clock->SetTimer, &pin.abi(), timer, due, dpc);
}

BOOLEAN PinClock::own_cancel_timer(PVOID context, PKTIMER timer) {
    Pin &pin = static_cast<PinClock *>(context)->pin_;
    return call_driver("KSCLOCK_DISPATCH.CancelTimer", pin.abi_address(),
                       pin.dispatch()->Clock->CancelTimer, &pin.abi(), timer);
}

Result<DefaultClock *> PinClock::own() {
    if (!pin_.has_flag(KSPIN_FLAG_IMPLEMENT_CLOCK))
        return refuse(STATUS_NOT_SUPPORTED,
                      "pin factory " + std::to_string(pin_.abi().Id) +
                          " does not have KSPIN_FLAG_IMPLEMENT_CLOCK: its pins have no clock");
    if (own_)
        return own_;
    DefaultClock::Options options{.context = this};
    const KSCLOCK_DISPATCH *const dispatch = pin_.dispatch() ? pin_.dispatch()->Clock : nullptr;
    if (dispatch && dispatch->CorrelatedTime)
        options.own_time = &own_time;
    // One is of use only with the other.
    if (dispatch && dispatch->SetTimer && dispatch->CancelTimer) {
        options.own_set_timer = &own_set_timer;
        options.own_cancel_timer = &own_cancel_timer;
    }
    if (dispatch && dispatch->Resolution)
        call_driver("KSCLOCK_DISPATCH.Resolution", pin_.abi_address(), dispatch->Resolution,
                    &pin_.abi(), &options.resolution);
    own_ = DefaultClock::create(options);
    if (!own_)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    own_->set_state(pin_.abi().ClientState);
    return own_;
}

void PinClock::state_changed(KSSTATE state) {
    if (own_)
        own_->set_state(state);
}

Result<void> PinClock::set_master(PFILE_OBJECT file) {
    if (const KSSTATE state = pin_.abi().DeviceState; state != KSSTATE_STOP)
        return refuse(STATUS_INVALID_DEVICE_STATE, std::string("the pin is in ") +
                                                       state_name(state) +
                                                       ", and takes a master clock in STOP");
    if (file) {
        functions_ = KS_TRY(clock_functions(file));
        ObReferenceObject(file);
    }
    if (PFILE_OBJECT const old = std::exchange(master_, file))
        ObDereferenceObject(old);
    return {};
}

Result<PIKSREFERENCECLOCK> PinClock::reference_clock() {
    if (master_)
        return reference_clock_on(master_, functions_);
    const auto clock = own();
    if (!clock)
        return fail(STATUS_DEVICE_NOT_READY);
    return reference_clock_on(**clock);
}

NTSTATUS NTAPI pin_clock_create(PDEVICE_OBJECT, PIRP irp) {
    PKSCLOCK_CREATE create;
    NTSTATUS status = KsValidateClockCreateRequest(irp, &create);
    Pin *const pin = Pin::of(IoGetCurrentIrpStackLocation(irp)->FileObject->RelatedFileObject);
    if (NT_SUCCESS(status)) {
        if (!pin || !pin->transport) {
            status = refused(irp, STATUS_NOT_SUPPORTED,
                             "the pin is not of the standard transport: KS makes no clock of it");
        } else {
            const auto clock = PinStream::of(*pin).clock().own();
            status = clock ? create_clock_file(irp, **clock) : clock.error().value();
        }
    }
    irp->IoStatus.Status = status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

} // namespace ksbox::ks

extern "C" {

NTSTATUS NTAPI KsPinGetReferenceClockInterface(PKSPIN Pin, PIKSREFERENCECLOCK *Interface) {
    *Interface = nullptr;
    ks::Pin &pin = ks::Pin::from(Pin);
    if (!pin.transport)
        return STATUS_DEVICE_NOT_READY;
    const auto clock = PinStream::of(pin).clock().reference_clock();
    if (!clock)
        return clock.error().value();
    *Interface = *clock;
    return STATUS_SUCCESS;
}

void NTAPI KsPinSetPinClockTime(PKSPIN Pin, LONGLONG Time) {
    ks::Pin &pin = ks::Pin::from(Pin);
    if (!pin.transport)
        return;
    if (const auto clock = PinStream::of(pin).clock().own())
        (*clock)->set_time(Time);
}

NTSTATUS NTAPI KsValidateClockCreateRequest(PIRP Irp, PKSCLOCK_CREATE *ClockCreate) {
    const auto found = create_parameters(Irp, sizeof(KSCLOCK_CREATE));
    if (!found)
        return found.error().value();
    *ClockCreate = static_cast<PKSCLOCK_CREATE>(*found);
    // No flag is defined (behaviour I5).
    const ULONG flags = copy_parameters<KSCLOCK_CREATE>(*found).CreateFlags;
    return flags == 0 ? STATUS_SUCCESS
                      : refused(Irp, STATUS_INVALID_PARAMETER,
                                "KSCLOCK_CREATE.CreateFlags is " + std::to_string(flags) +
                                    ", it must be 0");
}

} // extern "C"

std::span<const Export> ksbox::ks::clock_exports() {
    static const Export table[] = {
        KS_DATA_EXPORT(done, KsPinGetReferenceClockInterface),
        KS_DATA_EXPORT(done, KsPinSetPinClockTime),
        KS_DATA_EXPORT(done, KsValidateClockCreateRequest),
    };
    return table;
}
