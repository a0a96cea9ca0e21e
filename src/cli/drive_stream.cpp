#include "cli/drive_stream.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/failures.h"
#include "cli/pins.h"

namespace ksbox::cli {

namespace {

constexpr std::uint64_t slice_100ns = 100'000; // box time between two looks at whether to end
constexpr std::uint64_t stall_limit_100ns = 100'000'000;
constexpr std::size_t frames_in_flight = 16;
constexpr unsigned period_ms = 10;

} // namespace

std::unique_ptr<DriveStream> DriveStream::play(Session &session, Pin &pin,
                                               const AudioFormat &format,
                                               std::vector<std::byte> data) {
    std::unique_ptr<DriveStream> stream(new DriveStream(session, pin, format, true));
    stream->data_ = std::move(data);
    stream->start();
    return stream;
}

std::unique_ptr<DriveStream> DriveStream::record(Session &session, Pin &pin,
                                                 const AudioFormat &format, std::size_t bytes) {
    std::unique_ptr<DriveStream> stream(new DriveStream(session, pin, format, false));
    stream->wanted_ = bytes;
    stream->start();
    return stream;
}

void DriveStream::start() {
    const std::size_t rate = format_.rate_hz * format_.frame_bytes();
    const std::size_t period =
        std::max(1u, format_.rate_hz * period_ms / 1000) * format_.frame_bytes();
    cyclic_ = CyclicStream::open(
        pin_, plays_ ? CyclicStream::Direction::render : CyclicStream::Direction::capture,
        frames_in_flight * period, rate);
    if (!cyclic_)
        ring_.emplace(pin_, plays_ ? FrameRing::Direction::write : FrameRing::Direction::read,
                      frames_in_flight, period);
    left_stop_ = pin_.state() != PinState::stop;
    moved_at_ = session_.box().now_100ns();
    thread_ = session_.client().spawn(plays_ ? "play" : "record", [this] { run(); });
}

void DriveStream::run() {
    if (cyclic_) {
        plays_ ? play_cyclic() : record_cyclic();
        return;
    }
    const Handle never = session_.client().create_event(true); // to let time pass by
    while (!give_up() && !left_stop_) {
        progress(false);
        (void)session_.client().wait(never, slice_100ns / 10);
    }
    session_.client().close(never);
    plays_ ? play_frames() : record_frames();
}

void DriveStream::progress(bool moved) {
    const std::uint64_t now = session_.box().now_100ns();
    if (moved || !awaited_)
        moved_at_ = now;
    else if (now - moved_at_ >= stall_limit_100ns)
        throw Finding(fmt::format("the pin {} nothing for {} s{}", plays_ ? "took" : "gave",
                                  stall_limit_100ns / 10'000'000,
                                  pin_.state() == PinState::run
                                      ? waiting_text(pin_)
                                      : std::string("; it is not in RUN")));
}

void DriveStream::play_frames() {
    std::size_t given = 0;
    while (!give_up()) {
        while (Frame *frame = given < data_.size() ? ring_->free_frame() : nullptr) {
            const std::size_t part = std::min(frame->buffer.size(), data_.size() - given);
            std::copy_n(data_.begin() + std::ptrdiff_t(given), part, frame->buffer.data());
            given += part;
            frame->used = static_cast<std::uint32_t>(part);
            frame->options = given == data_.size() ? frame_option::end_of_stream : 0;
            ring_->submit();
        }
        if (ring_->in_flight() == 0)
            return;
        progress(ring_->finish_oldest(slice_100ns) != nullptr);
    }
}

void DriveStream::record_frames() {
    while (!give_up() && data_.size() < wanted_) {
        ring_->submit_all();
        Frame *frame = ring_->finish_oldest(slice_100ns);
        progress(frame != nullptr);
        if (frame == nullptr)
            continue;
        const auto bytes =
            frame->buffer.bytes().first(std::min<std::size_t>(frame->used, wanted_ - data_.size()));
        data_.insert(data_.end(), bytes.begin(), bytes.end());
        if ((frame->options & frame_option::end_of_stream) != 0)
            return;
    }
}

// Silence behind the end, since the device goes round and round.
void DriveStream::play_cyclic() {
    std::size_t given = 0, played = 0;
    const auto fill = [&](std::size_t bytes) {
        std::vector<std::byte> piece(bytes);
        const std::size_t part = std::min(bytes, data_.size() - given);
        std::copy_n(data_.begin() + std::ptrdiff_t(given), part, piece.begin());
        given += part;
        cyclic_->write(piece);
    };
    fill(cyclic_->size());
    while (!give_up() && played < data_.size()) {
        const std::size_t moved = cyclic_->wait(slice_100ns);
        progress(moved != 0);
        played += moved;
        fill(moved);
    }
}

void DriveStream::record_cyclic() {
    std::vector<std::byte> piece;
    while (!give_up() && data_.size() < wanted_) {
        piece.resize(cyclic_->wait(slice_100ns));
        progress(!piece.empty());
        cyclic_->read(piece);
        const std::size_t part = std::min(piece.size(), wanted_ - data_.size());
        data_.insert(data_.end(), piece.begin(), piece.begin() + std::ptrdiff_t(part));
    }
}

void DriveStream::finish() {
    awaited_ = true;
    if (thread_)
        thread_->join();
}

void DriveStream::cancel() {
    stop_ = true;
    try {
        if (thread_)
            thread_->join();
    } catch (const BoxStopped &) {
        // Whoever waits for the box learns of it.
    } catch (const std::exception &) {
        // Nobody asked how it ended.
    }
    thread_.reset();
    ring_.reset();
    cyclic_.reset();
}

DriveStream::~DriveStream() {
    cancel();
}

} // namespace ksbox::cli
