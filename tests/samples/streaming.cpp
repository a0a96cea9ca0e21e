// Writing and reading with a sliding window of requests. See streaming.h.
#include "streaming.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <random>

#include "test_paths.h"

namespace ksbox::samples {

namespace {

struct InFlight {
    std::unique_ptr<Frame> frame;
    Request request;
};

void check(const IoResult &result, const char *what) {
    if (!result.success())
        throw Error(static_cast<std::uint32_t>(result.status), what);
}

} // namespace

std::filesystem::path driver_file(const std::string &name) {
    return std::filesystem::path(KSBOX_TEST_DRIVERS) / (name + ".sys");
}

std::vector<std::byte> noise(std::size_t bytes, std::uint32_t seed) {
    std::mt19937 generator(seed);
    std::vector<std::byte> result(bytes);
    for (std::byte &each : result)
        each = static_cast<std::byte>(generator() >> 13);
    return result;
}

void write_all(Pin &pin, std::span<const std::byte> data, const WriteOptions &options) {
    std::deque<InFlight> under_way;
    const auto finish_first = [&] {
        InFlight &first = under_way.front();
        check(Pin::finish(*first.frame, first.request), "a write failed");
        under_way.pop_front();
    };
    do {
        const std::size_t bytes = std::min(options.frame_bytes, data.size());
        auto frame = std::make_unique<Frame>(
            Frame{.buffer = Buffer(pin.client(), std::max<std::size_t>(bytes, 1))});
        std::ranges::copy(data.first(bytes), frame->buffer.data());
        frame->used = static_cast<std::uint32_t>(bytes);
        data = data.subspan(bytes);
        frame->options = data.empty() && options.marks_end ? end_of_stream : 0;
        if (under_way.size() == options.depth)
            finish_first();
        Request request = pin.start_write(*frame);
        under_way.push_back({std::move(frame), std::move(request)});
    } while (!data.empty());
    while (!under_way.empty())
        finish_first();
}

std::vector<ReadFrame> read_frames(Pin &pin, const ReadOptions &options) {
    std::deque<InFlight> under_way;
    std::vector<ReadFrame> result;
    const auto start = [&] {
        auto frame =
            std::make_unique<Frame>(Frame{.buffer = Buffer(pin.client(), options.frame_bytes)});
        frame->extension.resize(options.extension_bytes);
        Request request = pin.start_read(*frame);
        under_way.push_back({std::move(frame), std::move(request)});
    };
    while (under_way.size() < options.depth)
        start();
    while (result.size() < options.frames) {
        Frame &frame = *under_way.front().frame;
        check(Pin::finish(frame, under_way.front().request), "a read failed");
        const std::span<const std::byte> data = frame.buffer.bytes().first(frame.used);
        result.push_back({{data.begin(), data.end()},
                          frame.options,
                          frame.presentation_100ns,
                          frame.duration_100ns,
                          frame.extension});
        under_way.pop_front();
        if (result.back().options & end_of_stream)
            break;
        start();
    }
    return result;
}

std::vector<std::byte> joined(const std::vector<ReadFrame> &frames) {
    std::vector<std::byte> result;
    for (const ReadFrame &each : frames)
        result.insert(result.end(), each.data.begin(), each.data.end());
    return result;
}

void run(Pin &pin) {
    for (PinState state : {PinState::acquire, PinState::pause, PinState::run})
        pin.set_state(state);
}

void stop(Pin &pin) {
    for (PinState state : {PinState::pause, PinState::acquire, PinState::stop})
        pin.set_state(state);
}

} // namespace ksbox::samples
