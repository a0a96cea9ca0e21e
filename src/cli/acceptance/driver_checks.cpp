// The checks of one driver, in order, and the table's line.
#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "cli/acceptance/checks.h"
#include "cli/failures.h"
#include "cli/frame_ring.h"
#include "cli/pins.h"
#include "ksbox/guid_names.h"

namespace ksbox::cli::acceptance {

namespace {

constexpr std::size_t frames_in_flight = 4;

void expect_state(Pin &pin, PinState state) {
    pin.set_state(state);
    if (PinState now = pin.state(); now != state)
        throw Finding(fmt::format("a pin that was set to state {} says that it is in {}",
                                  int(state), int(now)));
}

} // namespace

std::vector<PinFacts> streaming_pins(Filter &filter) {
    std::vector<PinFacts> pins;
    std::uint32_t count = filter.pin_count();
    for (std::uint32_t id = 0; id < count; ++id)
        if (PinFacts facts = filter.pin_facts(id); streams(facts))
            pins.push_back(std::move(facts));
    return pins;
}

std::vector<OpenPin> open_together(Filter &filter, std::vector<PinFacts> &factories) {
    std::vector<OpenPin> open;
    auto try_open = [&](const PinFacts &facts) {
        std::vector<DataFormat> formats;
        for (const OpenPin &pin : open)
            formats.push_back(pin.format);
        for (DataFormat &format : default_formats(filter, facts.id, facts.ranges))
            formats.push_back(std::move(format));
        for (const DataFormat &format : formats)
            try {
                auto pin = std::make_unique<Pin>(create_pin(filter, facts, format));
                open.push_back({facts, format, std::move(pin)});
                return true;
            } catch (const BoxStopped &) {
                throw;
            } catch (const Error &) {
                continue; // the next format
            }
        return false;
    };
    std::erase_if(factories, try_open);
    return open;
}

bool is_music(const DataFormat &format) {
    return format.major() == *guid_by_name("MUSIC", "KSDATAFORMAT_TYPE_");
}

void fill(std::span<std::byte> data, const DataFormat &format) {
    // A KSMUSICFORMAT: at once, three bytes, which are filled up to four.
    static constexpr std::uint8_t note[12] = {0, 0, 0, 0, 3, 0, 0, 0, 0x90, 60, 100, 0};
    std::ranges::fill(data, std::byte{0});
    if (is_music(format))
        std::memcpy(data.data(), note, std::min(data.size(), sizeof note));
}

std::unique_ptr<CyclicStream> open_cyclic(const OpenPin &pin) {
    const std::span<const std::byte> wave = pin.format.wave();
    if (wave.size() < 12)
        return nullptr;
    std::uint32_t bytes_per_second = 0;
    std::memcpy(&bytes_per_second, wave.data() + 8, sizeof bytes_per_second);
    return CyclicStream::open(
        *pin.pin, pin.writes() ? CyclicStream::Direction::render : CyclicStream::Direction::capture,
        frames_in_flight * frame_bytes_of(pin.format), bytes_per_second);
}

std::size_t frame_bytes_of(const DataFormat &format) {
    if (is_music(format))
        return 12;
    if (auto video = format.video())
        return std::max<std::size_t>(video->image_bytes, format.sample_bytes());
    if (auto audio = format.audio())
        return std::size_t(audio->frame_bytes()) * std::max(1u, audio->rate_hz / 100);
    return std::max<std::size_t>(format.sample_bytes(), 4096);
}

// A filter may demand that all its pins are there before any of them leaves the stop state.
void cycle_states(Session &session, const InterfaceFacts &interface) {
    using enum PinState;
    Filter filter = session.client().open_filter(interface.path);
    std::vector<PinFacts> factories = streaming_pins(filter);
    std::vector<OpenPin> pins = open_together(filter, factories);
    for (PinState state :
         {acquire, pause, run, pause, acquire, stop, run, stop, pause, run, acquire, stop})
        for (OpenPin &pin : pins)
            expect_state(*pin.pin, state);
}

void destroy_client_mid_stream(Session &session, const InterfaceFacts &interface) {
    Client &doomed = session.box().client("doomed");
    auto filter = std::make_unique<Filter>(doomed.open_filter(interface.path));
    std::vector<PinFacts> factories = streaming_pins(*filter);
    std::vector<OpenPin> pins = open_together(*filter, factories);
    std::vector<std::unique_ptr<FrameRing>> rings;
    std::vector<std::unique_ptr<CyclicStream>> cyclic;
    for (OpenPin &open : pins) {
        cyclic.push_back(open_cyclic(open));
        pause(*open.pin);
        if (cyclic.back())
            continue;
        rings.push_back(std::make_unique<FrameRing>(
            *open.pin, open.writes() ? FrameRing::Direction::write : FrameRing::Direction::read,
            frames_in_flight, frame_bytes_of(open.format), open.format.video().has_value()));
        while (Frame *frame = rings.back()->free_frame()) {
            if (open.writes())
                fill(frame->buffer.bytes(), open.format);
            frame->used = open.writes() ? static_cast<std::uint32_t>(frame->buffer.size()) : 0;
            rings.back()->submit();
        }
    }
    for (OpenPin &open : pins)
        run(*open.pin);
    session.box().run_for(std::chrono::milliseconds(50));
    session.box().destroy(doomed);
    // The handles and buffers went with the client: what is left here must not be touched.
    (void)filter.release();
    for (auto &ring : rings)
        (void)ring.release();
    for (auto &buffer : cyclic)
        (void)buffer.release();
    for (OpenPin &open : pins)
        (void)open.pin.release();
}

namespace {

// What streamed, for the table. Throws Finding.
std::string check_filters(Session &session) {
    std::string streamed;
    for (const InterfaceFacts &interface : session.driver().filters()) {
        {
            Filter filter = session.client().open_filter(interface.path);
            if (filter.facts().pins.empty())
                throw Finding(filter_label(interface) + " lists no pins");
        }
        for (const StreamedPin &pin : stream_filter(session, interface))
            streamed += fmt::format("{}{}: {} frames, {} bytes", streamed.empty() ? "" : "; ",
                                    pin.name, pin.frames, pin.bytes);
        cycle_states(session, interface);
        destroy_client_mid_stream(session, interface);
        if (session.worker().interrupted() != 0)
            break;
    }
    if (streamed.empty())
        throw Finding(session.driver().name() + " has no pin to stream through");
    return streamed;
}

} // namespace

int check_driver(const RunOptions &options, Worker &worker) {
    Session session(options, worker);
    const std::string name = session.driver().name();
    std::string streamed;
    const int code = session.run([&] {
        streamed = check_filters(session);
        return exit_done;
    });
    if (code == exit_done)
        fmt::print("{:20} {:10} {:8} {}\n", name, options.realtime ? "realtime" : "simulated",
                   "passed", streamed);
    return code;
}

} // namespace ksbox::cli::acceptance
