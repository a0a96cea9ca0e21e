// Clocks and pins: the one a pin implements (KSPIN_FLAG_IMPLEMENT_CLOCK) and the master clock it is
// given. @doc stream/avstream-clocks, stream/ksproperty-stream-masterclock
#pragma once

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

class DefaultClock;
class Pin;

class PinClock {
  public:
    explicit PinClock(Pin &pin) : pin_(pin) {}
    ~PinClock();
    PinClock(const PinClock &) = delete;
    PinClock &operator=(const PinClock &) = delete;

    /// The pin's own clock, made at first use. STATUS_NOT_SUPPORTED: it implements none;
    /// STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL.
    Result<DefaultClock *> own();
    /// Follows the pin's state.
    void state_changed(KSSTATE state);

    /// References the clock's file object and learns its functions; null: none any more.
    /// STATUS_INVALID_DEVICE_STATE unless the pin is in STOP. PASSIVE_LEVEL.
    Result<void> set_master(PFILE_OBJECT file);
    /// Lets go of the master clock. Its file object may be the last that holds another pin, so no
    /// mutex may be held. PASSIVE_LEVEL.
    void release_master();
    bool has_master() const { return master_ != nullptr; }
    /// An IKsReferenceClock on the master clock, or else the pin's own; the caller's reference.
    /// STATUS_DEVICE_NOT_READY: neither is there.
    Result<PIKSREFERENCECLOCK> reference_clock();

  private:
    static LONGLONG own_time(PVOID context, PLONGLONG system_time);
    static BOOLEAN own_set_timer(PVOID context, PKTIMER timer, LARGE_INTEGER due, PKDPC dpc);
    static BOOLEAN own_cancel_timer(PVOID context, PKTIMER timer);

    Pin &pin_;
    DefaultClock *own_ = nullptr;
    PFILE_OBJECT master_ = nullptr;
    KSCLOCK_FUNCTIONTABLE functions_{};
};

} // namespace ksbox::ks
