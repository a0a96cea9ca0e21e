// A WaveCyclic stream: moves data between a pin's queue and the miniport's cyclic DMA buffer each
// time the device notifies, and tells positions. @doc NN:portcls.IMiniportWaveCyclicStream
#pragma once

#include "ks/stream/queue.h"
#include "portcls/cyclic_buffer.h"
#include "portcls/one_at_a_time.h"
#include "portcls/service_sink.h"
#include "portcls/wave_stream.h"

namespace ksbox::portcls {

class WaveCyclicStream : public WaveStream {
  public:
    /// What IMiniportWaveCyclic.NewStream has put out.
    struct Parts {
        ComPtr<IMiniportWaveCyclicStream> stream;
        ComPtr<IDmaChannel> channel;
        ComPtr<IServiceGroup> group;
    };
    /// STATUS_INSUFFICIENT_RESOURCES; STATUS_UNSUCCESSFUL for a channel without a buffer; what
    /// IServiceGroup.AddMember answers. PASSIVE.
    static Result<std::unique_ptr<WaveCyclicStream>> create(KSPIN &pin, bool capture, Parts parts);

    IUnknown *unknown() override { return stream_.get(); }
    NTSTATUS set_state(KSSTATE to, KSSTATE from) override;
    NTSTATUS set_format(KSDATAFORMAT &format) override;
    NTSTATUS process() override;
    void reset() override;
    NTSTATUS position(KSAUDIO_POSITION &position) override;
    NTSTATUS set_position(const KSAUDIO_POSITION &position) override;
    NTSTATUS framing(KSALLOCATOR_FRAMING &framing) override;

  protected:
    WaveCyclicStream(KSPIN &pin, Parts parts);
    ks::Queue &queue() { return queue_; }
    CyclicBuffer &buffer() { return buffer_; }
    IMiniportWaveCyclicStream *miniport() { return stream_.get(); }
    /// Bytes that the device has played or recorded since STOP, as it told last.
    ULONGLONG device_bytes() const { return device_bytes_; }
    /// Most bytes in one notification interval.
    ULONG interval_bytes() const { return interval_bytes_; }
    /// Whole samples of all channels.
    ULONGLONG rounded_down(ULONGLONG bytes) const { return bytes / block_bytes_ * block_bytes_; }
    ULONGLONG rounded_up(ULONGLONG bytes) const { return rounded_down(bytes + block_bytes_ - 1); }
    bool looped() const { return looped_; }

    // One at a time, DISPATCH_LEVEL; device_bytes() is up to date.
    virtual void transfer() = 0;
    virtual KSAUDIO_POSITION current_position() = 0;
    // Transfers stand still. PASSIVE.
    /// A looped stream goes on at that offset of the client's buffer.
    virtual void move_to(ULONGLONG offset) = 0;
    /// STOP is left: what the buffer holds is old.
    virtual void prepare() {}
    /// Positions are 0 from now on.
    virtual void rewind() = 0;
    /// The client's frames go, and those that the stream keeps with them.
    virtual void forget_frames() {}

  private:
    NTSTATUS initialize();
    NTSTATUS size_buffer(const KSDATAFORMAT &format);
    void update_position();
    /// update_position() and transfer(), in `work_`.
    void service();

    KSPIN &pin_;
    ks::Queue &queue_;
    const bool looped_;
    ComPtr<IMiniportWaveCyclicStream> stream_;
    CyclicBuffer buffer_;
    ComPtr<IServiceGroup> group_;
    OneAtATime work_;
    ServiceMembership membership_;

    // Guarded by work_.
    KSSTATE state_ = KSSTATE_STOP;
    ULONG interval_bytes_ = 0;
    ULONG block_bytes_ = 1;
    ULONG last_offset_ = 0; ///< what GetPosition said last
    ULONGLONG device_bytes_ = 0;
};

} // namespace ksbox::portcls
