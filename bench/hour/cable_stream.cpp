#include "hour/cable_stream.h"

#include "support/question.h"

namespace ksbox::bench {

namespace {

constexpr std::uint32_t render_id = 0, capture_id = 1;

Pin open_running(Filter &filter, std::uint32_t id) {
    Pin pin = filter.connect({.pin_id = id, .format = DataFormat::audio({})});
    for (PinState state : {PinState::acquire, PinState::pause, PinState::run})
        pin.set_state(state);
    return pin;
}

} // namespace

CableStream::CableStream()
    : box_({.clock_period_100ns = period_100ns}), driver_(box_.load(driver_file("cable"))),
      client_(box_.client("bench")), filter_(client_.open_filter(driver_.filters().at(0).path)),
      render_(open_running(filter_, render_id)), capture_(open_running(filter_, capture_id)),
      written_(make_ring()), read_(make_ring()) {}

CableStream::Ring CableStream::make_ring() {
    const auto slot = [this] {
        return Slot{.frame = {.buffer = Buffer(client_, period_bytes)}, .request = {}};
    };
    return {slot(), slot(), slot(), slot(), slot(), slot(), slot(), slot()};
}

Frame &CableStream::finish(Slot &slot) {
    const IoResult result = Pin::finish(slot.frame, *slot.request);
    slot.request.reset();
    if (!result.success() || slot.frame.used != period_bytes)
        throw Error(static_cast<std::uint32_t>(result.status), "a frame is not whole");
    return slot.frame;
}

void CableStream::write(std::uint64_t periods) {
    for (std::uint64_t i = 0; i < periods + depth; ++i) {
        Slot &slot = written_[i % depth];
        if (i >= depth && i - depth < periods)
            finish(slot);
        if (i >= periods)
            continue;
        fill(slot.frame.buffer.data(), next_written_);
        slot.frame.used = period_bytes;
        slot.frame.options = 0;
        slot.request.emplace(render_.start_write(slot.frame));
    }
}

void CableStream::read(std::uint64_t periods) {
    for (std::uint64_t i = 0; i < periods + depth; ++i) {
        Slot &slot = read_[i % depth];
        if (i >= depth && i - depth < periods && !check(finish(slot).buffer.data(), next_read_))
            throw Error(0, "a sample is wrong");
        if (i < periods) {
            slot.frame.options = 0;
            slot.request.emplace(capture_.start_read(slot.frame));
        }
    }
}

void CableStream::run(std::uint64_t periods) {
    const std::uint64_t before = box_.now_100ns();
    Client::Thread reader = client_.spawn("reader", [&] { read(periods); });
    Client::Thread writer = client_.spawn("writer", [&] { write(periods); });
    writer.join();
    reader.join();
    // One tick of the clock, one timer, one DPC a period; the first and the last may be cut.
    const std::uint64_t took = box_.now_100ns() - before;
    const std::uint64_t expected = periods * period_100ns;
    if (took + 3 * period_100ns < expected || took > expected + expected / 1000 + 3 * period_100ns)
        throw Error(0, "the stream did not keep its time");
}

} // namespace ksbox::bench
