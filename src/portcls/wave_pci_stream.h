// A WavePci stream: hands the client's buffers to the miniport as mappings, and takes them back.
// @doc NN:portcls.IMiniportWavePciStream, NN:portcls.IPortWavePciStream
#pragma once

#include <atomic>
#include <deque>

#include "ks/stream/queue.h"
#include "portcls/service_sink.h"
#include "portcls/wave_stream.h"

namespace ksbox::portcls {

class PciPortStream;

class WavePciStream final : public WaveStream {
  public:
    WavePciStream(KSPIN &pin, bool capture);
    ~WavePciStream() override;
    /// Calls NewStream. What it answers; STATUS_INSUFFICIENT_RESOURCES; STATUS_UNSUCCESSFUL when it
    /// puts out no stream. PASSIVE.
    NTSTATUS initialize(IMiniportWavePci &miniport);

    IUnknown *unknown() override { return stream_.get(); }
    NTSTATUS set_state(KSSTATE to, KSSTATE from) override;
    NTSTATUS set_format(KSDATAFORMAT &format) override;
    NTSTATUS process() override;
    NTSTATUS position(KSAUDIO_POSITION &position) override;
    NTSTATUS set_position(const KSAUDIO_POSITION &position) override;
    NTSTATUS framing(KSALLOCATOR_FRAMING &framing) override;

    // IPortWavePciStream. IRQL <= DISPATCH_LEVEL.
    NTSTATUS get_mapping(void *tag, PHYSICAL_ADDRESS &physical, void *&address, ULONG &bytes,
                         ULONG &flags);
    NTSTATUS release_mapping(void *tag);
    NTSTATUS terminate_packet();
    void set_prefetch_offset(ULONG bytes) { prefetch_offset_ = bytes; }

  private:
    /// One that the miniport has. Its clone keeps the frame in the queue.
    struct Mapping {
        void *tag;
        ks::StreamPointer *clone;
        ULONG bytes;
    };
    /// Behind each clone.
    struct Kept {
        WavePciStream *stream;
    };
    enum class Taken : std::uint8_t { mapping, nothing, empty_frame };

    Taken take(Mapping &mapping, void *&address, ULONG &flags, ks::StreamPointer *&empty);
    NTSTATUS keep(ks::StreamPointer &edge, Mapping &mapping);
    static void NTAPI frame_cancelled(PKSSTREAM_POINTER clone);
    void revoke(const ks::StreamIrp &irp);
    void serve();

    KSPIN &pin_;
    ks::Queue &queue_;
    const bool capture_;
    const bool looped_;
    PciPortStream *port_stream_ = nullptr; ///< referenced
    ComPtr<IMiniportWavePciStream> stream_;
    ServiceMembership membership_;

    std::atomic<KSSTATE> state_ = KSSTATE_STOP;
    std::atomic<bool> refused_ = false; ///< a GetMapping has found nothing: MappingAvailable is due
    std::atomic<ULONG> prefetch_offset_ = ULONG(-1); ///< IPreFetchOffset; -1: not set

    KSPIN_LOCK edge_lock_ = 0;     ///< serializes take(); before the queue's
    KSPIN_LOCK lock_ = 0;          ///< guards what follows; a leaf
    std::deque<Mapping> mappings_; ///< in the order of GetMapping
    ULONGLONG mapped_bytes_ = 0;
    ULONGLONG released_bytes_ = 0;
    ULONG loop_bytes_ = 0; ///< of a looped stream's buffer, once known
};

} // namespace ksbox::portcls
