// A miniport's MIDI stream, whichever of the two interfaces it has.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "base/result.h"
#include "portcls/com.h"

namespace ksbox::portcls {

class MusicDevice {
  public:
    virtual ~MusicDevice() = default;
    virtual IUnknown *unknown() = 0;
    // PASSIVE.
    virtual NTSTATUS set_state(KSSTATE state) = 0;
    virtual NTSTATUS set_format(KSDATAFORMAT &format) = 0;
    // DISPATCH_LEVEL, one at a time.
    /// Plays the bytes now, or at that time of the master clock; the result is how many it has
    /// taken. An error: none, and the rest is lost.
    virtual Result<ULONG> send(std::span<const UCHAR> bytes, LONGLONG clock_100ns,
                               ULONG channel_group) = 0;
    /// Has the device hand over what it has captured.
    virtual void poll() = 0;

    IServiceGroup *group() const { return group_.get(); }
    /// How long before its time an event is to be sent.
    LONGLONG prefetch_100ns() const { return prefetch_; }

    /// What poll() hands over: bytes of one event, at a time of the master clock (0: now), and
    /// whether they are a whole message.
    using Receive =
        std::function<void(std::span<const UCHAR> bytes, LONGLONG clock_100ns, bool whole)>;

  protected:
    ComPtr<IServiceGroup> group_;
    LONGLONG prefetch_ = 0;
};

/// What NewStream answers; STATUS_UNSUCCESSFUL when it puts out no stream. PASSIVE.
Result<std::unique_ptr<MusicDevice>> new_midi_device(IMiniportMidi &miniport, KSPIN &pin,
                                                     bool capture, MusicDevice::Receive receive);
Result<std::unique_ptr<MusicDevice>> new_dmus_device(Kernel &kernel, IMiniportDMus &miniport,
                                                     KSPIN &pin, bool capture,
                                                     MusicDevice::Receive receive);

} // namespace ksbox::portcls
