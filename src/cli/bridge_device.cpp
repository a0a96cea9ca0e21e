#include "cli/bridge_device.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <optional>
#include <vector>

#include "base/cyclic_parts.h"
#include "base/cyclic_travel.h"
#include "cli/failures.h"
#include "cli/frame_ring.h"
#include "cli/pins.h"
#include "ksbox/cyclic_buffer.h"
#include "pipewire/wake.h"

namespace ksbox::cli {

namespace {

// A buffer of so many cycles: one is played, one is ahead, and the rest is for late threads.
constexpr std::uint32_t buffer_cycles = 8;
constexpr std::uint32_t shortest_buffer_ms = 100;
// Frames of a pin without a cyclic buffer: what it has taken is known that exactly.
constexpr std::uint32_t frames_in_cycle = 4;

std::uint32_t buffer_frames(const BridgeShape &shape) {
    return std::max(buffer_cycles * shape.cycle_frames, shape.rate_hz / 1000 * shortest_buffer_ms);
}

// Without notifications where the driver has such buffers: the position says more.
std::unique_ptr<CyclicBuffer> make_buffer(Pin &pin, const BridgeShape &shape) {
    const std::uint32_t bytes = buffer_frames(shape) * shape.frame_bytes;
    try {
        return std::make_unique<CyclicBuffer>(pin, bytes);
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &error) {
        if (is_want_of_memory(error) || !CyclicBuffer::notified_by(pin))
            throw;
        return std::make_unique<CyclicBuffer>(pin, bytes, 2);
    }
}

std::uint64_t now_100ns() {
    return pipewire::now_ns() / 100;
}

class CyclicRender final : public RenderDevice {
  public:
    CyclicRender(Pin &pin, const BridgeShape &shape)
        : pin_(pin), shape_(shape), buffer_(make_buffer(pin, shape)),
          travel_(std::uint64_t(shape.rate_hz) * shape.frame_bytes) {
        std::ranges::fill(bytes(), std::byte(0));
    }
    void start() override {
        written_ = lead();
        pause(pin_);
        run(pin_);
    }
    std::int64_t ahead() override {
        const std::uint64_t from = played_;
        played_ +=
            travel_.to(buffer_->position().play % bytes().size(), bytes().size(), now_100ns());
        // What was played is not to be heard again if nothing new comes in time.
        each_cyclic_part(
            bytes(), from, std::min<std::uint64_t>(played_ - from, bytes().size()),
            [](std::span<std::byte> part, std::size_t) { std::ranges::fill(part, std::byte(0)); });
        return (std::int64_t(written_) - std::int64_t(played_)) / shape_.frame_bytes;
    }
    std::uint64_t write(std::span<const std::byte> data) override {
        (void)ahead();
        std::uint64_t silence = 0;
        if (written_ < played_) {
            silence = played_ + lead() - written_;
            written_ += silence;
        }
        const std::uint64_t from = written_;
        data = data.first(std::min<std::size_t>(data.size(), played_ + bytes().size() - from));
        each_cyclic_part(bytes(), from, data.size(),
                         [&](std::span<std::byte> part, std::size_t done) {
                             std::memcpy(part.data(), data.data() + done, part.size());
                         });
        written_ += data.size();
        if (buffer_->wants_barrier())
            std::atomic_thread_fence(std::memory_order_seq_cst);
        (void)ahead();
        if (played_ > from) // the device was there before the data
            silence += std::min(played_, written_) - from;
        return silence / shape_.frame_bytes;
    }
    std::uint64_t capacity() const override { return bytes().size() / shape_.frame_bytes; }

  private:
    std::span<std::byte> bytes() const { return buffer_->bytes(); }
    std::uint64_t lead() const { return std::uint64_t(shape_.cycle_frames) * shape_.frame_bytes; }

    Pin &pin_;
    const BridgeShape shape_;
    std::unique_ptr<CyclicBuffer> buffer_;
    CyclicTravel travel_;
    std::uint64_t played_ = 0, written_ = 0; ///< bytes since RUN
};

class CyclicCapture final : public CaptureDevice {
  public:
    CyclicCapture(Pin &pin, const BridgeShape &shape)
        : pin_(pin), shape_(shape), buffer_(make_buffer(pin, shape)),
          travel_(std::uint64_t(shape.rate_hz) * shape.frame_bytes) {}
    void start() override {
        pause(pin_);
        run(pin_);
    }
    std::uint64_t take(const std::function<void(std::span<const std::byte>)> &give) override {
        const std::span<std::byte> bytes = buffer_->bytes();
        const std::uint64_t position = buffer_->position().write % bytes.size();
        captured_ += travel_.to(position, bytes.size(), now_100ns());
        std::uint64_t moved = (captured_ - read_) / shape_.frame_bytes * shape_.frame_bytes;
        std::uint64_t missed = 0;
        if (moved > bytes.size()) { // it went round before it was read
            missed = moved - bytes.size();
            read_ += missed;
            moved -= missed;
        }
        each_cyclic_part(bytes, read_, moved,
                         [&](std::span<std::byte> part, std::size_t) { give(part); });
        read_ += moved;
        return missed / shape_.frame_bytes;
    }

  private:
    Pin &pin_;
    const BridgeShape shape_;
    std::unique_ptr<CyclicBuffer> buffer_;
    CyclicTravel travel_;
    std::uint64_t captured_ = 0, read_ = 0; ///< bytes since RUN
};

class FrameRender final : public RenderDevice {
  public:
    FrameRender(Pin &pin, const BridgeShape &shape)
        : pin_(pin), shape_(shape),
          piece_frames_(std::max(1u, shape.cycle_frames / frames_in_cycle)),
          pieces_(buffer_frames(shape) / piece_frames_ + 1),
          ring_(pin, FrameRing::Direction::write, pieces_,
                std::size_t(piece_frames_) * shape.frame_bytes) {}
    void start() override {
        pause(pin_);
        for (std::uint32_t i = 0; i < frames_in_cycle; ++i)
            (void)submit({});
        silent_ = 0;
        ahead_ = std::int64_t(frames_in_cycle) * piece_frames_;
        run(pin_);
    }
    std::int64_t ahead() override {
        while (const Frame *frame = ring_.finish_oldest(0))
            ahead_ -= frame->used / shape_.frame_bytes;
        if (ring_.in_flight() == 0) { // the device goes on with silence
            silent_ += submit({});
            ahead_ = 0;
        }
        return silent_ == 0 ? ahead_ : -std::int64_t(silent_);
    }
    std::uint64_t write(std::span<const std::byte> data) override {
        std::uint64_t silence = 0;
        if (silent_ != 0) {
            for (std::uint32_t i = 1; i < frames_in_cycle; ++i)
                silent_ += submit({});
            silence = std::exchange(silent_, 0);
            ahead_ = std::int64_t(ring_.in_flight()) * piece_frames_;
        }
        while (!data.empty()) {
            const std::uint32_t frames = submit(data);
            if (frames == 0)
                break;
            ahead_ += frames;
            data = data.subspan(std::size_t(frames) * shape_.frame_bytes);
        }
        return silence;
    }
    std::uint64_t capacity() const override { return std::uint64_t(pieces_) * piece_frames_; }

  private:
    // A piece of the data, or of silence; how many frames it has, 0: all are in flight.
    std::uint32_t submit(std::span<const std::byte> data) {
        Frame *frame = ring_.free_frame();
        if (frame == nullptr)
            return 0;
        const std::span<std::byte> place = frame->buffer.bytes();
        const std::size_t bytes = data.empty() ? place.size() : std::min(data.size(), place.size());
        if (data.empty())
            std::ranges::fill(place, std::byte(0));
        else
            std::memcpy(place.data(), data.data(), bytes);
        frame->used = static_cast<std::uint32_t>(bytes);
        frame->options = 0;
        ring_.submit();
        return static_cast<std::uint32_t>(bytes / shape_.frame_bytes);
    }

    Pin &pin_;
    const BridgeShape shape_;
    const std::uint32_t piece_frames_, pieces_;
    FrameRing ring_;
    std::int64_t ahead_ = 0;
    std::uint64_t silent_ = 0; ///< frames of silence since the last data; 0: data is in flight
};

class FrameCapture final : public CaptureDevice {
  public:
    FrameCapture(Pin &pin, const BridgeShape &shape)
        : pin_(pin), shape_(shape),
          ring_(pin, FrameRing::Direction::read,
                buffer_frames(shape) / std::max(1u, shape.cycle_frames / frames_in_cycle) + 1,
                std::size_t(std::max(1u, shape.cycle_frames / frames_in_cycle)) *
                    shape.frame_bytes) {}
    void start() override {
        pause(pin_);
        ring_.submit_all();
        run(pin_);
    }
    std::uint64_t take(const std::function<void(std::span<const std::byte>)> &give) override {
        std::uint64_t gaps = 0;
        while (const Frame *frame = ring_.finish_oldest(0)) {
            if ((frame->options & frame_option::data_discontinuity) != 0 && begun_)
                ++gaps; // how much is missing nobody knows: at least one
            begun_ = begun_ || frame->used != 0;
            give(
                frame->buffer.bytes().first(frame->used / shape_.frame_bytes * shape_.frame_bytes));
            ring_.submit_all();
        }
        return gaps;
    }

  private:
    Pin &pin_;
    const BridgeShape shape_;
    FrameRing ring_;
    bool begun_ = false;
};

} // namespace

std::unique_ptr<RenderDevice> RenderDevice::open(Pin &pin, const BridgeShape &shape) {
    if (CyclicBuffer::offered_by(pin))
        return std::make_unique<CyclicRender>(pin, shape);
    return std::make_unique<FrameRender>(pin, shape);
}

std::unique_ptr<CaptureDevice> CaptureDevice::open(Pin &pin, const BridgeShape &shape) {
    if (CyclicBuffer::offered_by(pin))
        return std::make_unique<CyclicCapture>(pin, shape);
    return std::make_unique<FrameCapture>(pin, shape);
}

} // namespace ksbox::cli
