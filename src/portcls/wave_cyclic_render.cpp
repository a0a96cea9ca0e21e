// Rendering through a cyclic buffer: client data ahead of the play position, silence behind them.
// Frames end when they have been played [inferred: a client that stops after its last frame has
// heard it]. @doc audio/wavecyclic-latency
#include "portcls/wave_cyclic_transfer.h"

namespace ksbox::portcls {
namespace {

/// Intervals that the port keeps in the buffer, "about 40 milliseconds", and how few of them make
/// it write silence behind.
constexpr ULONG intervals_ahead = 4;
constexpr ULONG intervals_of_need = 3;

class CyclicRender final : public WaveCyclicStream {
  public:
    CyclicRender(KSPIN &pin, Parts parts) : WaveCyclicStream(pin, std::move(parts)) {}

  private:
    /// Behind the clone that keeps a frame until it has been played.
    struct Kept {
        ULONGLONG end; ///< position of the byte after its last
    };

    void transfer() override;
    KSAUDIO_POSITION current_position() override;
    void move_to(ULONGLONG offset) override;
    void prepare() override;
    void rewind() override;
    void forget_frames() override;

    void release_played();
    void skip_gap();
    bool copy_frame(ULONGLONG limit);
    bool copy_loop(ULONGLONG limit);
    void silence(ULONGLONG from, ULONGLONG to);
    ULONG bytes_ahead() {
        const ULONG size = buffer().bytes();
        if (interval_bytes() >= size)
            return size / 2;
        return std::min(intervals_ahead * interval_bytes(), size - interval_bytes());
    }

    // Positions in the buffer since STOP.
    ULONGLONG written_ = 0; ///< end of the client's data; device_bytes() or more after skip_gap()
    ULONGLONG silent_ = 0;  ///< silence follows up to here, if it is beyond written_
    ULONGLONG gaps_ = 0;    ///< bytes below written_ that were no client's
    // Looped streams: where in the client's buffer written_ is.
    ULONGLONG loop_offset_ = 0;
    ULONG loop_bytes_ = 0;
};

void CyclicRender::transfer() {
    release_played();
    skip_gap();
    const ULONGLONG limit = rounded_up(device_bytes() + bytes_ahead());
    while (written_ < limit && (looped() ? copy_loop(limit) : copy_frame(limit))) {
    }
    const ULONGLONG need = device_bytes() + bytes_ahead() * intervals_of_need / intervals_ahead;
    if (written_ < need)
        silence(std::max(written_, silent_), limit);
}

/// Clones are in the order of their frames. Those of frames that were cancelled go when the data
/// that they had put into the buffer have been played.
void CyclicRender::release_played() {
    while (ks::StreamPointer *clone = queue().first_clone()) {
        if (static_cast<const Kept *>(clone->abi.Context)->end > device_bytes())
            break;
        queue().remove(*clone);
    }
}

/// The device has gone beyond what there was: the next data follow where it is.
void CyclicRender::skip_gap() {
    const ULONGLONG at = rounded_up(device_bytes());
    if (device_bytes() <= written_)
        return;
    gaps_ += at - written_;
    written_ = at;
}

/// As much of the oldest frame as fits below `limit`. False: there is no frame.
bool CyclicRender::copy_frame(ULONGLONG limit) {
    ks::StreamPointer &edge = queue().leading_edge();
    if (!NT_SUCCESS(queue().lock(edge)))
        return false;
    const ULONG left = edge.offset().Remaining;
    const auto count = static_cast<ULONG>(std::min<ULONGLONG>(left, limit - written_));
    if (count)
        buffer().write(written_, edge.offset().Data, count);
    written_ += count;
    ks::StreamPointer *kept = nullptr;
    if (count == left && NT_SUCCESS(queue().clone(edge, nullptr, sizeof(Kept), &kept))) {
        // Without memory for it the frame just ends early.
        static_cast<Kept *>(kept->abi.Context)->end = written_;
        queue().unlock(*kept);
    }
    queue().advance_offsets_and_unlock(edge, count, 0, count == left);
    return true;
}

bool CyclicRender::copy_loop(ULONGLONG limit) {
    ks::StreamPointer &edge = queue().leading_edge();
    if (!NT_SUCCESS(queue().lock(edge)))
        return false;
    loop_bytes_ = edge.offset().Count;
    if (loop_bytes_) {
        loop_offset_ %= loop_bytes_;
        const auto count =
            static_cast<ULONG>(std::min<ULONGLONG>(loop_bytes_ - loop_offset_, limit - written_));
        buffer().write(written_, edge.offset().Data + loop_offset_, count);
        written_ += count;
        loop_offset_ = (loop_offset_ + count) % loop_bytes_;
    }
    queue().unlock(edge);
    return loop_bytes_ != 0;
}

void CyclicRender::silence(ULONGLONG from, ULONGLONG to) {
    if (from >= to)
        return;
    buffer().pieces(from, static_cast<ULONG>(to - from), [this](char *at, ULONG count) {
        call_method("IMiniportWaveCyclicStream.Silence", miniport(),
                    &IMiniportWaveCyclicStream::Silence, static_cast<void *>(at), count);
    });
    silent_ = to;
}

KSAUDIO_POSITION CyclicRender::current_position() {
    const ULONGLONG played = std::min(device_bytes(), written_);
    if (!looped())
        // Gaps lie below written_, and what is ahead of the device has none.
        return {played - std::min(gaps_, played), written_ - gaps_};
    if (!loop_bytes_)
        return {0, 0};
    const ULONGLONG ahead = (written_ - played) % loop_bytes_;
    return {(loop_offset_ + loop_bytes_ - ahead) % loop_bytes_, loop_offset_};
}

void CyclicRender::move_to(ULONGLONG offset) {
    loop_offset_ = offset;
    if (loop_bytes_)
        loop_offset_ %= loop_bytes_;
    // What was ahead is not heard any more.
    written_ = std::min(written_, rounded_up(device_bytes()));
    silent_ = written_;
}

void CyclicRender::prepare() {
    silence(0, buffer().bytes());
    silent_ = 0;
}

void CyclicRender::rewind() {
    written_ = silent_ = gaps_ = loop_offset_ = 0;
    loop_bytes_ = 0;
}

void CyclicRender::forget_frames() {
    queue().flush(false);
    while (ks::StreamPointer *clone = queue().first_clone())
        queue().remove(*clone);
    move_to(0);
    loop_bytes_ = 0;
    if (device_bytes()) // else nothing is heard before the next data or service
        silence(written_, rounded_up(device_bytes() + bytes_ahead()));
}

} // namespace

std::unique_ptr<WaveCyclicStream> make_cyclic_render(KSPIN &pin, WaveCyclicStream::Parts parts) {
    return std::make_unique<CyclicRender>(pin, std::move(parts));
}

} // namespace ksbox::portcls
