#include "stress/worker.h"

#include <algorithm>
#include <deque>
#include <memory>

#include <gtest/gtest.h>

#include "ksbox/ks.h"
#include "samples/streaming.h"
#include "support/status.h"

namespace ksbox::stress {
namespace {

constexpr std::uint32_t gain_sink = 0, gain_source = 1;
constexpr std::uint64_t second_100ns = 10'000'000;

/// The frame outlives its request.
struct Transfer {
    std::unique_ptr<Frame> frame;
    Request request;
};

std::unique_ptr<Frame> frame_of(Client &client, std::size_t bytes) {
    return std::make_unique<Frame>(Frame{.buffer = Buffer(client, bytes)});
}

} // namespace

FilterKind learn(Client &client, const std::string &path) {
    FilterKind kind{.path = path, .pins = {}};
    Filter filter = client.open_filter(path);
    for (const PinFacts &pin : filter.facts().pins)
        try {
            if (auto format = filter.intersect(pin.id, pin.ranges))
                kind.pins.push_back({pin.id, pin.data_flow, *format});
        } catch (const Error &error) { // a filter that is not AVStream's need not intersect
            if (error.code() != testing::status::not_found)
                throw;
            kind.pins.push_back({pin.id, pin.data_flow, DataFormat::audio({})});
        }
    return kind;
}

void Worker::work(const std::function<bool()> &more) {
    CoInitializeEx(nullptr, COINIT_MULTITHREADED);
    while (more() && !::testing::Test::HasFailure())
        switch (below(4)) {
        case 0:
            stream(false);
            break;
        case 1:
            stream(true);
            break;
        default:
            disorder();
        }
}

void Worker::go(Pin &pin, PinState to) {
    pin.set_state(to);
    ++done_.states;
}

void Worker::stream(bool through_two) {
    const DataFormat stereo = DataFormat::audio({});
    Filter first = client_.open_filter(gain_), second = client_.open_filter(gain_);
    Pin in = first.connect({.pin_id = gain_sink, .format = stereo});
    std::vector<Pin> middle;
    if (through_two) {
        middle.push_back(first.connect({.pin_id = gain_source, .format = stereo}));
        middle.push_back(second.connect(
            {.pin_id = gain_sink, .format = stereo, .pin_to_handle = middle[0].handle()}));
    }
    Pin out = (through_two ? second : first).connect({.pin_id = gain_source, .format = stereo});
    std::vector<Pin *> pins{&out, &in};
    for (Pin &pin : middle)
        pins.push_back(&pin);
    std::ranges::shuffle(pins, random_);
    std::string how = through_two ? "two:" : "one:";
    for (Pin *pin : pins)
        how += pin == &in ? " in" : pin == &out ? " out" : pin == &middle[0] ? " source" : " sink";
    if (below(2)) // each at once where it goes, or all step by step
        for (Pin *pin : pins)
            go(*pin, PinState::run);
    else
        for (PinState state : {PinState::acquire, PinState::pause, PinState::run})
            for (Pin *pin : pins)
                go(*pin, state);
    transfer(in, out, how);
    ++done_.streams;
    if (below(2))
        for (Pin *pin : pins)
            go(*pin, PinState::stop);
    if (below(2))
        out.close();
}

void Worker::transfer(Pin &in, Pin &out, const std::string &how) {
    constexpr std::size_t frame_bytes = 4096, depth = 4;
    const std::vector<std::byte> data =
        samples::noise((1 + below(24)) * frame_bytes / 2, random_());
    std::vector<std::byte> heard;
    std::deque<Transfer> writes, reads;
    std::size_t written = 0;
    unsigned idle = 0;
    for (bool ended = false; !ended && idle < 6'000;) {
        while (writes.size() < depth && written < data.size()) {
            const std::size_t bytes = std::min(frame_bytes, data.size() - written);
            auto frame = frame_of(client_, bytes);
            std::copy_n(data.begin() + std::ptrdiff_t(written), bytes, frame->buffer.data());
            written += bytes;
            frame->used = std::uint32_t(bytes);
            frame->options = written == data.size() ? frame_option::end_of_stream : 0;
            Request request = in.start_write(*frame);
            writes.push_back({std::move(frame), std::move(request)});
            ++done_.transfers;
        }
        while (reads.size() < depth) {
            auto frame = frame_of(client_, frame_bytes);
            Request request = out.start_read(*frame);
            reads.push_back({std::move(frame), std::move(request)});
        }
        while (!writes.empty() && writes.front().request.done()) {
            EXPECT_TRUE(Pin::finish(*writes.front().frame, writes.front().request).success());
            writes.pop_front();
        }
        if (!reads.front().request.wait_for(second_100ns / 100)) {
            ++idle;
            continue;
        }
        idle = 0;
        Frame &frame = *reads.front().frame;
        EXPECT_TRUE(Pin::finish(frame, reads.front().request).success());
        const auto bytes = frame.buffer.bytes().first(frame.used);
        heard.insert(heard.end(), bytes.begin(), bytes.end());
        ended = frame.options & frame_option::end_of_stream;
        reads.pop_front();
    }
    EXPECT_LT(idle, 6'000u) << how << ": a minute without a frame; " << written << " bytes given, "
                            << writes.size() << " writes under way";
    EXPECT_EQ(heard.size(), data.size()) << how;
    EXPECT_TRUE(heard == data) << how << ": frames are lost, doubled or out of order";
}

void Worker::disorder() {
    const FilterKind &kind = kinds_[below(std::uint32_t(kinds_.size()))];
    Filter filter = client_.open_filter(kind.path);
    std::vector<std::pair<const PinKind *, Pin>> pins;
    std::deque<Transfer> transfers;
    const unsigned steps = 4 + below(24);
    for (unsigned step = 0; step < steps; ++step) {
        const unsigned what = pins.empty() ? 0 : below(12);
        try {
            if (what < 2) {
                const PinKind &pin = kind.pins[below(std::uint32_t(kind.pins.size()))];
                const Handle to = !pins.empty() && below(4) == 0 ? pins[0].second.handle() : 0;
                pins.emplace_back(
                    &pin,
                    filter.connect({.pin_id = pin.id, .format = pin.format, .pin_to_handle = to}));
                ++done_.pins;
                continue;
            }
            auto &[its_kind, pin] = pins[below(std::uint32_t(pins.size()))];
            if (what < 6) {
                go(pin, PinState(below(4)));
            } else if (what < 9) {
                auto frame = frame_of(client_, 64 << below(11));
                const bool writes = its_kind->data_flow == DataFlow::in;
                frame->used = writes ? std::uint32_t(frame->buffer.size()) & ~63u : 0;
                if (its_kind->format.video())
                    frame->add_video_info();
                Request request = writes ? pin.start_write(*frame) : pin.start_read(*frame);
                transfers.push_back({std::move(frame), std::move(request)});
                ++done_.transfers;
            } else if (what == 9 && !transfers.empty()) {
                transfers[below(std::uint32_t(transfers.size()))].request.cancel();
                ++done_.cancels;
            } else if (what == 10 && !transfers.empty()) {
                (void)transfers.front().request.wait_for(below(50'000));
                transfers.pop_front();
            } else if (what == 11) {
                pin.close();
                std::erase_if(pins, [](const auto &one) { return one.second.handle() == 0; });
            }
        } catch (const BoxStopped &) {
            throw;
        } catch (const Error &) {
            // Refused: no instance left, the wrong state, another client's device.
        }
    }
    if (below(2))
        pins.clear(); // the requests' ends come with it
}

} // namespace ksbox::stress
