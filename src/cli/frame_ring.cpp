#include "cli/frame_ring.h"

#include <fmt/format.h>

#include "base/status_names.h"
#include "cli/failures.h"

namespace ksbox::cli {

FrameRing::FrameRing(Pin &pin, Direction direction, std::size_t frames, std::size_t frame_bytes,
                     bool video)
    : pin_(pin), direction_(direction) {
    slots_.reserve(frames);
    for (std::size_t i = 0; i < frames; ++i) {
        slots_.push_back({Frame{.buffer = Buffer(pin.client(), frame_bytes)}, std::nullopt});
        if (video)
            slots_.back().frame.add_video_info();
    }
}

Frame *FrameRing::free_frame() {
    return in_flight_ == slots_.size() ? nullptr : &slots_[next_].frame;
}

void FrameRing::submit() {
    Slot &slot = slots_[next_];
    slot.request.reset();
    slot.request.emplace(direction_ == Direction::write ? pin_.start_write(slot.frame)
                                                        : pin_.start_read(slot.frame));
    next_ = (next_ + 1) % slots_.size();
    ++in_flight_;
}

void FrameRing::submit_all() {
    while (Frame *frame = free_frame()) {
        frame->options = 0;
        frame->presentation_100ns = 0;
        frame->duration_100ns = 0;
        if (!frame->extension.empty())
            frame->add_video_info();
        submit();
    }
}

Frame *FrameRing::finish_oldest(std::uint64_t patience_100ns) {
    if (in_flight_ == 0)
        return nullptr;
    Slot &slot = slots_[(next_ + slots_.size() - in_flight_) % slots_.size()];
    if (!slot.request->wait_for(patience_100ns))
        return nullptr;
    IoResult result = Pin::finish(slot.frame, *slot.request);
    --in_flight_;
    if (!result.success())
        throw Finding(
            fmt::format("frame {} failed: {}", finished_, describe_status(result.status)));
    const Frame &frame = slot.frame;
    if (direction_ == Direction::read && frame.used > frame.buffer.size())
        throw Finding(fmt::format("the driver says that it filled {} bytes of a frame of {}",
                                  frame.used, frame.buffer.size()));
    ++finished_;
    return &slot.frame;
}

bool FrameRing::dry() {
    if (in_flight_ == 0)
        return true;
    Slot &newest = slots_[(next_ + slots_.size() - 1) % slots_.size()];
    return newest.request->wait_for(0).has_value();
}

std::uint64_t patience_slice(bool realtime) {
    return realtime ? 1'000'000 : 10'000'000;
}

} // namespace ksbox::cli
