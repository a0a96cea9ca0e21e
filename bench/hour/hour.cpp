// One hour of sound: 360,000 periods of 10 ms.
#include <algorithm>
#include <array>
#include <memory>
#include <queue>
#include <vector>

#include "hour/cable_stream.h"
#include "hour/card_stream.h"
#include "support/gstreamer.h"
#include "support/question.h"

namespace ksbox::bench {

namespace {

Work through_cable() {
    return
        [stream = std::make_shared<CableStream>()](std::uint64_t periods) { stream->run(periods); };
}

template <typename Stream> Work through_card() {
    return [stream = std::make_shared<Stream>()](std::uint64_t periods) { stream->run(periods); };
}

// What nobody can leave out: a heap of timers, the next one taken from it and put back, a frame
// filled, moved and checked, and both ends told.
class TimerLoop {
  public:
    TimerLoop() {
        for (std::uint64_t i = 1; i < 16; ++i)
            timers_.push({~0ULL - i, nullptr}); // others, which do not come due
        timers_.push({period_100ns, &TimerLoop::tick});
    }

    void run(std::uint64_t periods) {
        const std::uint64_t end = done_ + periods;
        while (done_ < end) {
            const Timer timer = timers_.top();
            timers_.pop();
            now_ = timer.due;
            timers_.push({timer.due + period_100ns, timer.expired});
            (this->*timer.expired)();
        }
    }

  private:
    struct Timer {
        std::uint64_t due;
        void (TimerLoop::*expired)();
        bool operator>(const Timer &other) const { return due > other.due; }
    };

    void tick() {
        fill(from_.data(), next_written_);
        std::memcpy(to_.data(), from_.data(), period_bytes);
        for (void (TimerLoop::*completed)() : completions_)
            (this->*completed)();
        require(check(to_.data(), next_read_), "a sample is wrong");
    }
    void written() { ++written_; }
    void read() { ++done_; }

    std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
    std::array<std::byte, period_bytes> from_, to_;
    std::array<void (TimerLoop::*)(), 2> completions_{&TimerLoop::written, &TimerLoop::read};
    std::uint64_t now_ = 0, written_ = 0, done_ = 0;
    std::uint32_t next_written_ = 0, next_read_ = 0;
};

Work timer_loop() {
    return [loop = std::make_shared<TimerLoop>()](std::uint64_t periods) { loop->run(periods); };
}

Work fake_pipeline() {
    start_gstreamer();
    return [](std::uint64_t periods) {
        const ElementPtr pipeline = parse_pipeline(
            "fakesrc num-buffers=" + std::to_string(periods) + " ! fakesink sync=false");
        gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
        wait_for_end(pipeline.get());
        gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    };
}

} // namespace

namespace {

/// An hour through a card, with notifications or frames of 10 ms.
Question card_hour(std::string name, std::string title, std::function<Work()> through) {
    return {.name = std::move(name),
            .title = std::move(title),
            .shown = hour_periods,
            .batch = hour_periods,
            .one_batch = true,
            .counted = 1'000,
            .smoke = 100,
            .aims = {},
            .cases = {{Side::ksbox, std::move(through)},
                      {Side::limit, timer_loop},
                      {Side::gstreamer, fake_pipeline}}};
}

} // namespace

Program program() {
    return {.questions = {{.name = "hour",
                           .title = "one simulated hour through cable",
                           .shown = hour_periods,
                           .batch = hour_periods,
                           .one_batch = true,
                           .counted = 1'000,
                           .smoke = 100,
                           .aims = {{Side::gstreamer, 1}},
                           .cases = {{Side::ksbox, through_cable},
                                     {Side::limit, timer_loop},
                                     {Side::gstreamer, fake_pipeline}}},
                          card_hour("wavert", "one simulated hour through a WaveRT card",
                                    through_card<WaveRtStream>),
                          card_hour("wavecyclic", "one simulated hour through a WaveCyclic card",
                                    through_card<WaveCyclicStream>)},
            .slopes = {}};
}

} // namespace ksbox::bench
