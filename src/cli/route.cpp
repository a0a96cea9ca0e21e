// ksbox route: from a file, a driver or a tone into another, or into a meter.
#include "cli/route.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/failures.h"
#include "cli/frame_ring.h"
#include "cli/live_reader.h"
#include "cli/player.h"
#include "cli/session.h"

namespace ksbox::cli {

namespace {

PlayOptions play_options(const RouteOptions &options) {
    PlayOptions play;
    play.run = options.run;
    play.convert = true;
    play.limit = options.limit;
    return play;
}

int file_to_driver(const RouteOptions &options, const End &from, const End &to, Worker &worker) {
    PlayOptions play = play_options(options);
    play.inputs = {from.file};
    play.run.driver = to.file;
    play.run.pin = to.pin;
    play.endpoint.name = to.endpoint;
    return cli::play(play, worker);
}

int driver_to_file(const RouteOptions &options, const End &from, const End &to, Worker &worker) {
    RecordOptions record;
    record.run = options.run;
    record.run.driver = from.file;
    record.run.pin = from.pin;
    record.endpoint.name = from.endpoint;
    record.output = to.file;
    record.seconds = options.seconds;
    return cli::record(record, worker);
}

/// What both have in common, in the order of the render pins' ranges; then what the capture pins
/// offer.
std::vector<DataFormat> formats_between(const std::vector<FoundPin> &captures,
                                        const std::vector<FoundPin> &renders) {
    std::vector<DataFormat> formats;
    for (const FoundPin &capture : captures)
        for (const FoundPin &render : renders)
            for (DataFormat &format :
                 default_formats(*capture.filter, capture.facts.id, render.facts.ranges))
                formats.push_back(std::move(format));
    for (const FoundPin &capture : captures)
        for (DataFormat &format :
             default_formats(*capture.filter, capture.facts.id, capture.facts.ranges))
            formats.push_back(std::move(format));
    return formats;
}

std::vector<FoundPin> pins_at(Session &session, const End &end, DataFlow flow) {
    if (!end.is_driver())
        return add_end(session, end, flow == DataFlow::out);
    session.look_at(
        *(flow == DataFlow::out ? session.drivers().front() : session.drivers().back()));
    if (!end.endpoint.empty())
        return open_endpoint(session, flow, {.name = end.endpoint, .volume = {}, .mute = {}});
    return find_pins(session, flow, Media::audio, end.pin);
}

std::unique_ptr<LiveReader> read_from(Session &session, const RouteOptions &options,
                                      const std::vector<FoundPin> &captures,
                                      const std::vector<FoundPin> &renders) {
    ConnectedPin pin = connect_first(captures, formats_between(captures, renders));
    const auto audio = pin.format.audio();
    const double seconds = options.seconds.value_or(route_seconds);
    const auto frames =
        static_cast<std::uint64_t>(seconds * (audio ? audio->rate_hz : 48'000u) + 0.5);
    fmt::print("from pin {} of {}: {}\n", pin.found.facts.id, filter_label(pin.found.interface),
               pin.format.to_string());
    return std::make_unique<LiveReader>(session, std::move(pin), frames);
}

/// This client reads at one end and writes at the other.
int into_driver(const RouteOptions &options, const End &from, const End &to, Worker &worker) {
    PlayOptions play = play_options(options);
    play.run.driver = from.is_driver() ? from.file : to.file;
    std::error_code none; // a file that is not there is the loader's to name
    if (from.is_driver() && !std::filesystem::equivalent(from.file, to.file, none))
        play.run.more_drivers = {to.file};
    Session session(play.run, worker);
    return session.run([&] {
        const std::vector<FoundPin> renders = pins_at(session, to, DataFlow::in);
        const std::vector<FoundPin> captures = pins_at(session, from, DataFlow::out);
        std::vector<std::unique_ptr<AudioReader>> readers;
        readers.push_back(read_from(session, options, captures, renders));
        return play_into(play, session, std::move(readers), renders);
    });
}

/// As fast as it comes: a meter has no clock, and cannot run dry.
void hear(Session &session, AudioReader &from, Pin &into) {
    constexpr std::size_t frames_in_flight = 4;
    constexpr std::uint32_t frames_a_second = 100;
    FrameRing ring(into, FrameRing::Direction::write, frames_in_flight,
                   std::max(1u, from.rate_hz() / frames_a_second) * from.block_bytes());
    cli::run(into);
    while (from.bytes_left() != 0 && session.worker().interrupted() == 0) {
        Frame *const frame = ring.free_frame();
        if (frame == nullptr) {
            ring.finish_oldest(patience_slice(session.options().realtime));
            continue;
        }
        frame->used = static_cast<std::uint32_t>(from.read(frame->buffer.bytes()));
        ring.submit();
    }
    while (ring.in_flight() != 0)
        ring.finish_oldest(patience_slice(session.options().realtime));
    stop(into);
}

int into_meter(const RouteOptions &options, const End &from, const End &to, Worker &worker) {
    RunOptions run = options.run;
    run.driver = from.file;
    Session session(run, worker);
    return session.run([&] {
        const std::vector<FoundPin> meter = pins_at(session, to, DataFlow::in);
        const std::vector<FoundPin> captures = pins_at(session, from, DataFlow::out);
        const auto reader = read_from(session, options, captures, meter);
        ConnectedPin pin = connect_first(meter, forms_of(DataFormat::wave(reader->format())));
        hear(session, *reader, *pin.pin);
        print_meter(meter.front());
        return exit_done;
    });
}

} // namespace

int route(const RouteOptions &options, Worker &worker) {
    const End from = parse_end(options.from), to = parse_end(options.to);
    if (from.kind == End::Kind::meter)
        throw BadInput("--from meter: a meter only takes");
    if (to.kind == End::Kind::tone)
        throw BadInput("--to " + options.to + ": a tone only gives");
    if (!from.is_driver() && !to.is_driver())
        return route_filters(options, from, to, worker);
    if (from.kind == End::Kind::file)
        return file_to_driver(options, from, to, worker);
    if (to.kind == End::Kind::file)
        return driver_to_file(options, from, to, worker);
    return to.is_driver() ? into_driver(options, from, to, worker)
                          : into_meter(options, from, to, worker);
}

} // namespace ksbox::cli
