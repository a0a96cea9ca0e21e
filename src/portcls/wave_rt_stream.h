// A pin's stream on a WaveRT filter: the miniport's stream, and what the client has of it: the
// cyclic buffer and the registers in its address space, the events that it is notified by.
// @doc NN:portcls.IMiniportWaveRTStream, audio/kspropsetid-rtaudio
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "nt/mm/memory.h"
#include "portcls/com.h"
#include "portcls/stream.h"
#include "portcls/wave_rt_pages.h"

namespace ksbox::ks {
class Mutex;
}

namespace ksbox::portcls {

class WaveRtStream final : public Stream {
  public:
    /// Calls NewStream. The pin's control mutex held, PASSIVE.
    static Result<std::unique_ptr<Stream>> create(Kernel &kernel, PDRIVER_OBJECT driver,
                                                  IMiniportWaveRT &miniport, KSPIN &pin,
                                                  bool capture);
    /// Takes everything from the client that it still has, then lets the miniport free it. The
    /// pin's control mutex held, PASSIVE.
    ~WaveRtStream() override;

    IUnknown *unknown() override { return stream_.get(); }
    NTSTATUS set_state(KSSTATE to, KSSTATE from) override;
    NTSTATUS set_format(KSDATAFORMAT &format) override;
    bool can_lose_resources() const override;

    /// The miniport's stream, and the interfaces that it may have; null without.
    IMiniportWaveRTStream &stream() { return *stream_.get(); }
    IMiniportWaveRTStreamNotification *notification() { return notification_.get(); }
    IMiniportWaveRTInputStream *input() { return input_.get(); }
    IMiniportWaveRTOutputStream *output() { return output_.get(); }
    IMiniportStreamAudioEngineNode *audio_engine() { return audio_engine_.get(); }
    IMiniportStreamAudioEngineNode2 *audio_engine2() { return audio_engine2_.get(); }

    /// Who asks, and where in its address space it wants to have it: null for anywhere.
    struct Place {
        KPROCESSOR_MODE mode;
        PVOID address;
    };
    /// Has the miniport allocate the buffer, once in a stream's life, and maps it. `notifications`
    /// 0: a buffer without them. The miniport's status; STATUS_NOT_SUPPORTED without the interface;
    /// STATUS_UNSUCCESSFUL for a second buffer, or a place that is not free [inferred]. PASSIVE.
    Result<KSRTAUDIO_BUFFER> allocate_buffer(ULONG bytes, ULONG notifications, const Place &place);

    enum class Register : std::uint8_t { position, clock };
    /// Maps the page that the miniport's register is in, read-only, once. The miniport's status;
    /// STATUS_UNSUCCESSFUL the second time [inferred]. PASSIVE.
    Result<KSRTAUDIO_HWREGISTER> map_register(Register which, const Place &place);

    /// The client's event, from now until unregister_event() or the stream's end.
    /// STATUS_NOT_SUPPORTED without notifications, STATUS_DEVICE_NOT_READY before
    /// allocate_buffer() with some [inferred]; the miniport's status. PASSIVE.
    NTSTATUS register_event(HANDLE event, KPROCESSOR_MODE mode);
    /// STATUS_NOT_FOUND for one that is not registered [inferred].
    NTSTATUS unregister_event(HANDLE event, KPROCESSOR_MODE mode);

  private:
    WaveRtStream(Kernel &kernel, PDRIVER_OBJECT driver, KSPIN &pin);
    Result<void> new_stream(IMiniportWaveRT &miniport, KSPIN &pin, bool capture);
    NTSTATUS ask_for_buffer(ULONG bytes, ULONG notifications);
    void free_buffer();
    void drop_event(PKEVENT event);
    Result<std::byte *> map(std::span<const mm::Pfn> pages, const Place &place, bool writable);

    /// What the miniport allocated.
    struct Buffer {
        PMDL mdl = nullptr;
        ULONG bytes = 0, offset = 0, notifications = 0;
        MEMORY_CACHING_TYPE cache = MmCached;
    };

    Kernel &box_;
    const PDRIVER_OBJECT driver_;
    ks::Mutex &control_;
    struct LetGo {
        void operator()(WaveRtPages *pages) const {
            if (runs_driver_code())
                pages->Release();
        }
    };
    std::unique_ptr<WaveRtPages, LetGo> pages_; ///< one reference, until the stream has gone
    ComPtr<IMiniportWaveRTStream> stream_;
    ComPtr<IMiniportWaveRTStreamNotification> notification_;
    ComPtr<IMiniportWaveRTInputStream> input_;
    ComPtr<IMiniportWaveRTOutputStream> output_;
    ComPtr<IMiniportStreamAudioEngineNode> audio_engine_;
    ComPtr<IMiniportStreamAudioEngineNode2> audio_engine2_;

    // Guarded by the control mutex.
    std::optional<Buffer> buffer_;
    bool registers_mapped_[2] = {};
    std::vector<std::byte *> views_; ///< of the client, and of kernel-mode clients
    std::vector<PKEVENT> events_;    ///< one reference each
};

} // namespace ksbox::portcls
