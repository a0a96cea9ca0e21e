#include "hour/card_stream.h"

#include <array>
#include <optional>

#include "ksbox/cyclic_buffer.h"
#include "support/question.h"

namespace ksbox::bench {

namespace {

constexpr std::uint64_t second_100ns = 10'000'000;

std::string wave_filter(Driver &driver) {
    for (const InterfaceFacts &interface : driver.filters())
        if (interface.name == "Wave")
            return interface.path;
    throw Error(0, "the card has no filter Wave");
}

void go(Pin &pin, PinState state) {
    pin.set_state(state);
}

struct Slot {
    Frame frame;
    std::optional<Request> request;

    Frame &finish() {
        const IoResult result = Pin::finish(frame, *request);
        request.reset();
        if (!result.success() || frame.used != period_bytes)
            throw Error(static_cast<std::uint32_t>(result.status), "a frame is not whole");
        return frame;
    }
};
constexpr std::size_t depth = 8;
using Ring = std::array<Slot, depth>;

Ring make_ring(Client &client) {
    const auto slot = [&] {
        return Slot{.frame = {.buffer = Buffer(client, period_bytes)}, .request = {}};
    };
    return {slot(), slot(), slot(), slot(), slot(), slot(), slot(), slot()};
}

} // namespace

void Listener::take(std::span<const std::byte> data) {
    std::size_t at = 0;
    if (heard_ == 0) // silence before it begins
        for (std::uint32_t value = 0; at < data.size(); at += 4) {
            std::memcpy(&value, data.data() + at, 4);
            if (value != 0)
                break;
        }
    std::uint32_t wrong = 0;
    const std::size_t samples = (data.size() - at) / 4;
    for (std::size_t i = 0; i < samples; ++i) {
        std::uint32_t value;
        std::memcpy(&value, data.data() + at + i * 4, 4);
        wrong |= value ^ (next_ + static_cast<std::uint32_t>(i));
    }
    if (wrong != 0)
        throw Error(0, "a sample is wrong");
    next_ += static_cast<std::uint32_t>(samples);
    heard_ += samples;
}

CardStream::CardStream(const std::string &driver, std::uint32_t render_id, std::uint32_t capture_id)
    : box_({.clock_period_100ns = period_100ns}), driver_(box_.load(driver_file(driver))),
      client_(box_.client("bench")), filter_(client_.open_filter(wave_filter(driver_))),
      render_id_(render_id), capture_id_(capture_id) {}

void CardStream::run(std::uint64_t periods) {
    Pin render = filter_.connect({.pin_id = render_id_, .format = DataFormat::audio({})});
    Pin capture = filter_.connect({.pin_id = capture_id_, .format = DataFormat::audio({})});
    const std::uint64_t before = box_.now_100ns();
    stream(render, capture, periods);
    // What is under way at both ends comes on top.
    const std::uint64_t took = box_.now_100ns() - before;
    const std::uint64_t expected = periods * period_100ns;
    if (took < expected || took > expected + expected / 1000 + 20 * period_100ns)
        throw Error(0, "the stream did not keep its time");
}

void WaveRtStream::stream(Pin &render, Pin &capture, std::uint64_t periods) {
    CyclicBuffer out(render, 2 * period_bytes, 2), in(capture, 2 * period_bytes, 2);
    if (out.bytes().size() != 2 * period_bytes || in.bytes().size() != 2 * period_bytes)
        throw Error(0, "the card has another buffer");
    std::uint32_t next = 1;
    for (std::size_t half : {0, 1})
        fill(out.bytes().data() + half * period_bytes, next);
    Listener listener;
    const auto await = [](CyclicBuffer &buffer) {
        if (!buffer.wait(second_100ns))
            throw Error(0, "no notification came");
    };
    go(capture, PinState::run);
    go(render, PinState::run);
    Client::Thread write = client().spawn("writer", [&] {
        for (std::uint64_t i = 0; i < periods; ++i) {
            await(out);
            fill(out.bytes().data() + i % 2 * period_bytes, next);
        }
    });
    Client::Thread read = client().spawn("reader", [&] {
        for (std::uint64_t i = 0; listener.heard() < periods * period_samples; ++i) {
            await(in);
            listener.take(in.bytes().subspan(i % 2 * period_bytes, period_bytes));
        }
    });
    write.join();
    read.join();
    go(render, PinState::stop);
    go(capture, PinState::stop);
}

void WaveCyclicStream::stream(Pin &render, Pin &capture, std::uint64_t periods) {
    Ring written = make_ring(client()), read_frames = make_ring(client());
    std::uint32_t next = 1;
    Listener listener;
    for (Pin *pin : {&capture, &render})
        for (PinState state : {PinState::acquire, PinState::pause})
            go(*pin, state);
    go(capture, PinState::run);
    // The first frames are there when it runs, so that it does not begin with a gap.
    const auto give = [&](Slot &slot) {
        fill(slot.frame.buffer.data(), next);
        slot.frame.used = period_bytes;
        slot.frame.options = 0;
        slot.request.emplace(render.start_write(slot.frame));
    };
    for (Slot &slot : written)
        give(slot);
    go(render, PinState::run);
    Client::Thread write = client().spawn("writer", [&] {
        for (std::uint64_t i = 0; i < periods; ++i) {
            written[i % depth].finish();
            give(written[i % depth]);
        }
    });
    Client::Thread read = client().spawn("reader", [&] {
        for (std::uint64_t i = 0; listener.heard() < periods * period_samples; ++i) {
            Slot &slot = read_frames[i % depth];
            if (slot.request)
                listener.take(slot.finish().buffer.bytes());
            slot.frame.options = 0;
            slot.request.emplace(capture.start_read(slot.frame));
        }
    });
    write.join();
    read.join();
    go(render, PinState::stop);
    go(capture, PinState::stop);
}

} // namespace ksbox::bench
