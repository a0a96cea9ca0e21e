// A MIDI or DirectMusic stream: the port's sequencer in front of a device that renders, its capture
// sink behind one that records. @doc audio/midi-transport
#pragma once

#include <deque>
#include <vector>

#include "ks/stream/queue.h"
#include "portcls/midi_parser.h"
#include "portcls/music_device.h"
#include "portcls/music_format.h"
#include "portcls/one_at_a_time.h"
#include "portcls/service_sink.h"
#include "portcls/stream.h"

namespace ksbox::portcls {

class MusicStream final : public Stream {
  public:
    using MakeDevice =
        std::function<Result<std::unique_ptr<MusicDevice>>(MusicDevice::Receive receive)>;
    MusicStream(KSPIN &pin, bool capture);
    ~MusicStream() override;
    /// Makes the device and joins its group and the port's. PASSIVE.
    NTSTATUS initialize(const MakeDevice &make_device, IServiceGroup *port_group);

    IUnknown *unknown() override { return device_->unknown(); }
    NTSTATUS set_state(KSSTATE to, KSSTATE from) override;
    NTSTATUS set_format(KSDATAFORMAT &format) override;
    NTSTATUS process() override;
    void reset() override;

  private:
    /// A whole message that was captured.
    struct Message {
        LONGLONG time_100ns;
        std::vector<UCHAR> bytes;
    };

    void work();
    // Rendering.
    void sequence();
    bool next_event(ks::StreamPointer &edge, LONGLONG now);
    bool send_rest();
    void wake_after(LONGLONG time_100ns);
    static void NTAPI timer_dpc(PKDPC dpc, PVOID context, PVOID, PVOID);
    // Capturing.
    void receive(std::span<const UCHAR> bytes, LONGLONG clock_100ns, bool whole);
    void keep(LONGLONG time_100ns, std::vector<UCHAR> bytes);
    bool fill_frame();

    /// Stream time: "does not advance in PAUSE and STOP, and is reset in STOP".
    LONGLONG now_100ns() const;
    /// The master clock's time at which it will be, or was, that stream time.
    LONGLONG clock_at(LONGLONG time_100ns) const { return started_ + (time_100ns - before_); }

    KSPIN &pin_;
    ks::Queue &queue_;
    const bool capture_;
    MusicFormat format_;
    std::unique_ptr<MusicDevice> device_;
    KTIMER timer_{};
    KDPC timer_dpc_{};
    OneAtATime work_;
    ServiceMembership stream_group_, port_group_;

    // Guarded by work_.
    KSSTATE state_ = KSSTATE_STOP;
    LONGLONG started_ = 0;    ///< master clock at the last RUN
    LONGLONG before_ = 0;     ///< stream time then
    LONGLONG last_time_ = 0;  ///< of the event before the leading edge
    std::vector<UCHAR> rest_; ///< of an event that the device has not taken whole
    LONGLONG rest_time_ = 0;  ///< when that is due
    ULONG rest_group_ = 1;
    MidiParser parser_;
    std::deque<Message> messages_; ///< captured; no client has got them yet
};

} // namespace ksbox::portcls
