// Capturing through a cyclic buffer: what the device has recorded goes into the client's frames,
// which end when they are full.
#include "portcls/wave_cyclic_transfer.h"

namespace ksbox::portcls {
namespace {

class CyclicCapture final : public WaveCyclicStream {
  public:
    CyclicCapture(KSPIN &pin, Parts parts) : WaveCyclicStream(pin, std::move(parts)) {}

  private:
    void transfer() override;
    KSAUDIO_POSITION current_position() override;
    void move_to(ULONGLONG offset) override { loop_offset_ = offset; }
    void rewind() override;

    void skip_lost();
    bool fill_frame(ULONG recorded);
    bool fill_loop(ULONG recorded);

    // Positions in the buffer since STOP.
    ULONGLONG read_ = 0; ///< up to where it has gone to the client
    ULONGLONG lost_ = 0; ///< bytes below read_ that no client has got
    bool discontinuity_ = false;
    // Looped streams: where in the client's buffer read_ goes to.
    ULONGLONG loop_offset_ = 0;
    ULONG loop_bytes_ = 0;
};

void CyclicCapture::transfer() {
    skip_lost();
    for (;;) {
        const ULONGLONG recorded = rounded_down(device_bytes() - read_);
        if (!recorded || !(looped() ? fill_loop(static_cast<ULONG>(recorded))
                                    : fill_frame(static_cast<ULONG>(recorded))))
            return;
    }
}

/// What the device has recorded over is lost [inferred: the newest buffer but one interval, which
/// the device may be recording over, is kept].
void CyclicCapture::skip_lost() {
    const ULONG size = buffer().bytes();
    if (device_bytes() - read_ <= size)
        return;
    const ULONG kept = interval_bytes() < size ? size - interval_bytes() : size / 2;
    const ULONGLONG to = rounded_up(device_bytes() - kept);
    lost_ += to - read_;
    read_ = to;
    discontinuity_ = true;
}

/// False: there is no frame.
bool CyclicCapture::fill_frame(ULONG recorded) {
    ks::StreamPointer &edge = queue().leading_edge();
    if (!NT_SUCCESS(queue().lock(edge)))
        return false;
    const ULONG left = edge.offset().Remaining;
    const ULONG count = std::min(left, recorded);
    if (count) {
        buffer().read(read_, edge.offset().Data, count);
        if (std::exchange(discontinuity_, false))
            edge.abi.StreamHeader->OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_DATADISCONTINUITY;
    }
    read_ += count;
    queue().advance_offsets_and_unlock(edge, 0, count, count == left);
    return true;
}

bool CyclicCapture::fill_loop(ULONG recorded) {
    ks::StreamPointer &edge = queue().leading_edge();
    if (!NT_SUCCESS(queue().lock(edge)))
        return false;
    loop_bytes_ = edge.offset().Count;
    if (loop_bytes_) {
        loop_offset_ %= loop_bytes_;
        const auto count =
            static_cast<ULONG>(std::min<ULONGLONG>(loop_bytes_ - loop_offset_, recorded));
        buffer().read(read_, edge.offset().Data + loop_offset_, count);
        read_ += count;
        loop_offset_ += count;
        // The client's buffer ends in STOP, with all of it that has been written to.
        ULONG &used = edge.abi.StreamHeader->DataUsed;
        used = std::max(used, static_cast<ULONG>(loop_offset_));
    }
    queue().unlock(edge);
    return loop_bytes_ != 0;
}

KSAUDIO_POSITION CyclicCapture::current_position() {
    const ULONGLONG recorded = device_bytes();
    if (!looped())
        return {recorded - std::min(lost_, recorded), read_ - lost_};
    if (!loop_bytes_)
        return {0, 0};
    return {(loop_offset_ + recorded - read_) % loop_bytes_, loop_offset_ % loop_bytes_};
}

void CyclicCapture::rewind() {
    read_ = lost_ = loop_offset_ = 0;
    loop_bytes_ = 0;
    discontinuity_ = false;
}

} // namespace

std::unique_ptr<WaveCyclicStream> make_cyclic_capture(KSPIN &pin, WaveCyclicStream::Parts parts) {
    return std::make_unique<CyclicCapture>(pin, std::move(parts));
}

} // namespace ksbox::portcls
