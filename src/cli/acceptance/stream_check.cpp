// Streaming through every pin of a filter that can be open at a time: sources are read, sinks are
// fed silence (or notes) for as long as anybody reads.
#include <atomic>
#include <memory>

#include <fmt/format.h>

#include "cli/acceptance/checks.h"
#include "cli/failures.h"
#include "cli/frame_ring.h"
#include "cli/pins.h"

namespace ksbox::cli::acceptance {

namespace {

constexpr std::uint64_t frames_wanted = 300;
constexpr std::size_t frames_in_flight = 4;
constexpr std::uint64_t silence_limit_100ns = 100'000'000;
constexpr std::uint64_t music_limit_100ns = 10'000'000; // then nobody plays, or not any more

struct Lane : OpenPin {
    std::unique_ptr<FrameRing> ring;
    std::unique_ptr<CyclicStream> cyclic; ///< instead, where the pin has one
    StreamedPin result;
};

class FilterStream {
  public:
    FilterStream(Session &session, const InterfaceFacts &interface)
        : session_(session), label_(filter_label(interface)),
          filter_(session.client().open_filter(interface.path)),
          slice_(patience_slice(session.options().realtime)) {}

    std::vector<StreamedPin> run();

  private:
    void open_lanes(std::vector<PinFacts> &factories);
    void run_lanes();
    void submit(Lane &lane);
    void move(Lane &lane);
    void move_frames(Lane &lane);
    void move_cyclic(Lane &lane);
    bool goes_on(const Lane &lane) const;
    void expect_more(const Lane &lane, std::uint64_t silent_100ns) const;

    Session &session_;
    std::string label_;
    Filter filter_;
    std::uint64_t slice_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::atomic<int> readers_busy_ = 0;
    std::atomic<bool> stop_ = false;
};

void FilterStream::open_lanes(std::vector<PinFacts> &factories) {
    std::uint32_t first = factories.front().id;
    lanes_.clear();
    for (OpenPin &pin : open_together(filter_, factories)) {
        std::string name = fmt::format("{}/{}", label_, pin.facts.id);
        lanes_.push_back(
            std::make_unique<Lane>(Lane{std::move(pin), nullptr, nullptr, {name, 0, 0}}));
    }
    if (lanes_.empty())
        throw Finding(
            fmt::format("pin {} of {} takes none of the formats it offers", first, label_));
}

void FilterStream::submit(Lane &lane) {
    while (Frame *frame = lane.ring->free_frame()) {
        if (lane.writes())
            fill(frame->buffer.bytes(), lane.format);
        frame->used = lane.writes() ? static_cast<std::uint32_t>(frame->buffer.size()) : 0;
        frame->options = 0;
        if (!frame->extension.empty())
            frame->add_video_info();
        lane.ring->submit();
    }
}

// A sink is fed on until no source wants more: the stream may need it.
bool FilterStream::goes_on(const Lane &lane) const {
    if (stop_ || session_.worker().interrupted() != 0)
        return false;
    return lane.result.frames < frames_wanted || (lane.writes() && readers_busy_ != 0);
}

void FilterStream::expect_more(const Lane &lane, std::uint64_t silent_100ns) const {
    if (silent_100ns >= silence_limit_100ns && lane.result.frames < frames_wanted)
        throw Finding(fmt::format("{} moved {} frames, then none for 10 s", lane.result.name,
                                  lane.result.frames));
}

void FilterStream::move_frames(Lane &lane) {
    std::uint64_t waited = 0;
    while (goes_on(lane)) {
        Frame *frame = lane.ring->finish_oldest(slice_);
        if (frame == nullptr) {
            waited += slice_;
            if (is_music(lane.format) && !lane.writes() && waited >= music_limit_100ns)
                return;
            expect_more(lane, waited);
            continue;
        }
        waited = 0;
        lane.result.bytes += frame->used;
        lane.result.frames += frame->used != 0 ? 1 : 0;
        submit(lane);
    }
}

void FilterStream::move_cyclic(Lane &lane) {
    const std::size_t frame_bytes = frame_bytes_of(lane.format);
    std::uint64_t moved_at = session_.box().now_100ns();
    std::vector<std::byte> data;
    while (goes_on(lane)) {
        data.resize(lane.cyclic->wait(slice_));
        const std::uint64_t now = session_.box().now_100ns();
        if (data.empty()) {
            expect_more(lane, now - moved_at);
            continue;
        }
        moved_at = now;
        if (lane.writes())
            lane.cyclic->write(data);
        else
            lane.cyclic->read(data);
        lane.result.bytes += data.size();
        lane.result.frames = lane.result.bytes / frame_bytes;
    }
}

void FilterStream::move(Lane &lane) {
    if (lane.cyclic)
        move_cyclic(lane);
    else
        move_frames(lane);
    if (!lane.writes())
        --readers_busy_;
}

void FilterStream::run_lanes() {
    for (auto &lane : lanes_) {
        readers_busy_ += lane->writes() ? 0 : 1;
        lane->cyclic = open_cyclic(*lane);
        if (lane->cyclic) {
            pause(*lane->pin);
            continue;
        }
        lane->ring = std::make_unique<FrameRing>(
            *lane->pin, lane->writes() ? FrameRing::Direction::write : FrameRing::Direction::read,
            frames_in_flight, frame_bytes_of(lane->format), lane->format.video().has_value());
        pause(*lane->pin);
        submit(*lane);
    }
    for (auto &lane : lanes_)
        cli::run(*lane->pin);
    std::vector<Client::Thread> threads;
    for (auto &lane : lanes_)
        threads.push_back(session_.client().spawn(lane->result.name, [this, &lane] {
            try {
                move(*lane);
            } catch (...) {
                stop_ = true;
                throw;
            }
        }));
    for (Client::Thread &thread : threads)
        thread.join();
    for (auto &lane : lanes_)
        stop(*lane->pin);
    for (auto &lane : lanes_) {
        lane->ring.reset();
        lane->cyclic.reset();
    }
}

std::vector<StreamedPin> FilterStream::run() {
    std::vector<StreamedPin> results;
    std::vector<PinFacts> factories = streaming_pins(filter_);
    while (!factories.empty()) {
        open_lanes(factories);
        run_lanes();
        for (auto &lane : lanes_)
            results.push_back(lane->result);
        lanes_.clear();
    }
    return results;
}

} // namespace

std::vector<StreamedPin> stream_filter(Session &session, const InterfaceFacts &filter) {
    return FilterStream(session, filter).run();
}

} // namespace ksbox::cli::acceptance
