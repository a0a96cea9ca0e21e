#include "rtstream/rt_stream.h"

#include <algorithm>
#include <cstring>

#include "base/cyclic_parts.h"
#include "ks/refusal.h"
#include "mixer/wave_format.h"

namespace ksbox::rtstream {
namespace {

/// The device's buffer. As much is written ahead, so that long the system may be late.
constexpr std::uint32_t buffer_ms = 40;
/// How often the device's position is looked at.
constexpr LONG period_ms = 5;

} // namespace

RtStream::RtStream(KSFILTER &filter) {
    KeInitializeTimer(&timer_);
    KeInitializeDpc(&dpc_, expired, &filter);
}

RtStream::~RtStream() {
    KeCancelTimer(&timer_);
    KeFlushQueuedDpcs();
}

RtStream &RtStream::of(PKSFILTER filter) {
    return *static_cast<RtStream *>(filter->Context);
}

void NTAPI RtStream::expired(PKDPC, PVOID filter, PVOID, PVOID) {
    KsFilterAttemptProcessing(static_cast<PKSFILTER>(filter), TRUE);
}

Result<void> RtStream::agree(const KSDATAFORMAT &format) {
    const auto *bytes = reinterpret_cast<const std::byte *>(&format);
    std::vector<std::byte> given(bytes, bytes + format.FormatSize);
    if (pins_ != 0 && given != format_bytes_)
        return ks::refuse(STATUS_NO_MATCH, "both pins of the filter have one format, and the other "
                                           "pin was created in another");
    format_ = KS_TRY(mixer::read_format(format));
    format_bytes_ = std::move(given);
    ++pins_;
    return {};
}

void RtStream::forget_pin() {
    --pins_;
}

std::size_t RtStream::bytes_in(std::uint32_t milliseconds) const {
    return std::size_t(format_->rate_hz) * milliseconds / 1'000 * format_->frame_bytes();
}

void RtStream::run(bool runs) {
    if (runs_ && !runs)
        (void)follow();
    runs_ = runs;
    travel_.pause();
    if (runs)
        KeSetTimerEx(&timer_, LARGE_INTEGER{.QuadPart = -10'000LL * period_ms}, period_ms, &dpc_);
    else
        KeCancelTimer(&timer_);
}

std::size_t RtStream::lacks_buffer_bytes() const {
    return buffer_ ? 0 : bytes_in(buffer_ms);
}

void RtStream::set_device_state(KSSTATE to, KSSTATE from) {
    if (to == KSSTATE_ACQUIRE && from == KSSTATE_STOP) {
        travel_ = CyclicTravel(std::uint64_t(format_->rate_hz) * format_->frame_bytes());
        device_bytes_ = fetched_ = 0;
        begin();
    }
    run(to == KSSTATE_RUN);
}

void RtStream::forget_device() {
    run(false);
    buffer_.reset();
}

bool RtStream::follow() {
    if (!buffer_)
        return false;
    if (!runs_)
        return true;
    const auto position = buffer_->position();
    if (!position)
        return false;
    fetched_ = (position->WriteOffset + size() - position->PlayOffset) % size();
    const std::uint64_t before = device_bytes_;
    device_bytes_ += travel_.to(offset_of(*position), size(), KeQueryInterruptTime());
    moved(before, device_bytes_);
    return true;
}

void RtStream::silence(std::uint64_t from, std::size_t bytes) {
    const std::byte zero{format_->encoding == mixer::Encoding::u8 ? std::uint8_t(0x80)
                                                                  : std::uint8_t(0)};
    each_cyclic_part(
        buffer_->bytes(), from, std::min(bytes, size()),
        [&](std::span<std::byte> part, std::size_t) { std::ranges::fill(part, zero); });
}

void RtStream::put(std::uint64_t at, std::span<const std::byte> bytes) {
    each_cyclic_part(buffer_->bytes(), at, bytes.size(),
                     [&](std::span<std::byte> part, std::size_t done) {
                         std::memcpy(part.data(), bytes.data() + done, part.size());
                     });
    buffer_->publish();
}

void RtStream::get(std::uint64_t at, std::span<std::byte> bytes) const {
    each_cyclic_part(buffer_->bytes(), at, bytes.size(),
                     [&](std::span<std::byte> part, std::size_t done) {
                         std::memcpy(bytes.data() + done, part.data(), part.size());
                     });
}

// ---- rendering

void RenderStream::begin() {
    written_ = accepted_ = 0;
    silence(0, size());
}

// What was played is not to be heard again if nothing new comes in time.
void RenderStream::moved(std::uint64_t from, std::uint64_t to) {
    silence(from, static_cast<std::size_t>(std::min<std::uint64_t>(to - from, size())));
}

void RenderStream::let_go_played() {
    while (!held_.empty() && held_.front().end <= device_bytes()) {
        KsStreamPointerDelete(held_.front().frame);
        held_.pop_front();
    }
}

NTSTATUS RenderStream::process(KSPROCESSPIN &pin) {
    if (!follow())
        return STATUS_PENDING;
    let_go_played();
    if (!pin.StreamPointer)
        return STATUS_PENDING;
    const std::size_t whole = whole_frames(pin.BytesAvailable);
    // It comes too late: the device has played silence, and a little more of it. What the device
    // has fetched already is behind its back.
    if (whole != 0 && written_ < device_bytes())
        written_ = device_bytes() + whole_frames(fetched()) + bytes_in(2 * period_ms);
    const std::size_t limit = std::min(size(), bytes_in(buffer_ms));
    const std::uint64_t end = device_bytes() + limit;
    const std::size_t bytes =
        written_ < end ? std::min(whole, whole_frames(static_cast<std::size_t>(end - written_)))
                       : 0;
    if (whole != 0 && bytes == 0)
        return STATUS_PENDING;
    put(written_, {static_cast<const std::byte *>(pin.Data), bytes});
    written_ += bytes;
    accepted_ += bytes;
    pin.BytesUsed = static_cast<ULONG>(bytes);
    // What is less than an audio frame goes with the stream's frame.
    pin.Terminate = bytes == whole;
    PKSSTREAM_POINTER clone = nullptr;
    if (pin.Terminate && NT_SUCCESS(KsStreamPointerClone(pin.StreamPointer, nullptr, 0, &clone)))
        held_.push_back({clone, written_});
    return STATUS_SUCCESS;
}

void RenderStream::reset() {
    for (const Held &held : held_)
        KsStreamPointerDelete(held.frame);
    held_.clear();
    if (!has_buffer() || written_ <= device_bytes())
        return;
    (void)follow();
    const std::uint64_t from = device_bytes();
    if (written_ > from) {
        silence(from, static_cast<std::size_t>(written_ - from));
        accepted_ -= written_ - from;
        written_ = from;
    }
}

KSAUDIO_POSITION RenderStream::position() {
    (void)follow();
    const std::uint64_t ahead = written_ > device_bytes() ? written_ - device_bytes() : 0;
    return {accepted_ - std::min(ahead, accepted_), accepted_};
}

// ---- capturing

NTSTATUS CaptureStream::process(KSPROCESSPIN &pin) {
    if (!follow() || !pin.StreamPointer)
        return STATUS_PENDING;
    if (device_bytes() - read_ > size()) { // it went round before it was read
        read_ = device_bytes() - size() / 2;
        gap_ = true;
    }
    const std::size_t room = whole_frames(pin.BytesAvailable);
    const std::size_t bytes =
        std::min(room, whole_frames(static_cast<std::size_t>(device_bytes() - read_)));
    if (room != 0 && bytes == 0)
        return STATUS_PENDING;
    if (std::exchange(gap_, false))
        pin.StreamPointer->StreamHeader->OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_DATADISCONTINUITY;
    get(read_, {static_cast<std::byte *>(pin.Data), bytes});
    read_ += bytes;
    delivered_ += bytes;
    pin.BytesUsed = static_cast<ULONG>(bytes);
    pin.Terminate = bytes == room;
    return STATUS_SUCCESS;
}

void CaptureStream::reset() {
    read_ = device_bytes();
}

KSAUDIO_POSITION CaptureStream::position() {
    (void)follow();
    return {delivered_, delivered_ + (device_bytes() - read_)};
}

} // namespace ksbox::rtstream
