// ksbox route: from a file or a driver into another.
#include <algorithm>

#include <fmt/format.h>

#include "cli/audio_file.h"
#include "cli/commands.h"
#include "cli/failures.h"
#include "cli/live_reader.h"
#include "cli/player.h"
#include "cli/session.h"
#include "cli/sound_file.h"

namespace ksbox::cli {

namespace {

constexpr double default_seconds = 1.0;

/// "song.flac", "card.sys", "card.sys:2" or "card.sys:Speakers".
struct End {
    std::filesystem::path file;
    bool is_driver = false;
    std::optional<std::uint32_t> pin;
    std::string endpoint;
};

End parse_end(const std::string &text) {
    constexpr std::string_view extension = ".sys";
    const std::string small = lower(text);
    End end;
    const std::size_t colon = small.rfind(".sys:");
    if (small.ends_with(extension)) {
        end.is_driver = true;
        end.file = text;
        return end;
    }
    if (colon == std::string::npos) {
        end.file = text;
        return end;
    }
    end.is_driver = true;
    end.file = text.substr(0, colon + extension.size());
    const std::string which = text.substr(colon + extension.size() + 1);
    if (which.empty())
        throw BadInput("'" + text +
                       "': behind the colon comes a pin's number or an endpoint's name");
    if (std::ranges::all_of(which, [](unsigned char c) { return std::isdigit(c) != 0; }) &&
        which.size() < 9)
        end.pin = static_cast<std::uint32_t>(std::stoul(which));
    else
        end.endpoint = which;
    return end;
}

std::vector<FoundPin> pins_at(Session &session, DataFlow flow, const End &end) {
    if (!end.endpoint.empty())
        return open_endpoint(session, flow, {.name = end.endpoint, .volume = {}, .mute = {}});
    return find_pins(session, flow, Media::audio, end.pin);
}

PlayOptions play_options(const RouteOptions &options) {
    PlayOptions play;
    play.run = options.run;
    play.convert = true;
    play.limit = options.limit;
    return play;
}

/// As it is: sound of the file's rate, channels and samples.
int file_to_file(const End &from, const End &to) {
    if (!media::audio_kind(to.file))
        throw BadInput(fmt::format("{}: sound goes to {} files, by their names", to.file.string(),
                                   media::audio_endings()));
    OutputFile::check(to.file);
    const auto reader = open_audio(from.file);
    constexpr bool in_blocks = true;
    SoundFile out(to.file, reader->format(), in_blocks);
    std::vector<std::byte> block(std::size_t(reader->block_bytes()) * 4'096);
    try {
        while (const std::size_t bytes = reader->read(block))
            out.append(std::span(block).first(bytes));
        out.commit();
    } catch (...) {
        const std::string kept = out.keep_partial();
        if (!kept.empty())
            print_finding("what could be read is in " + kept);
        throw;
    }
    fmt::print("{}: {} bytes ({:.3f} s) of {}\n", out.name(), out.data_bytes(),
               double(out.data_bytes()) / reader->block_bytes() / reader->rate_hz(),
               DataFormat::wave(reader->format()).to_string());
    return 0;
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

int driver_to_driver(const RouteOptions &options, const End &from, const End &to, Worker &worker) {
    PlayOptions play = play_options(options);
    play.run.driver = from.file;
    std::error_code none; // a file that is not there is the loader's to name
    if (!std::filesystem::equivalent(from.file, to.file, none))
        play.run.more_drivers = {to.file};
    Session session(play.run, worker);
    Driver &source = *session.drivers().front(), &target = *session.drivers().back();
    return session.run([&] {
        session.look_at(target);
        const std::vector<FoundPin> renders = pins_at(session, DataFlow::in, to);
        session.look_at(source);
        const std::vector<FoundPin> captures = pins_at(session, DataFlow::out, from);
        ConnectedPin pin = connect_first(captures, formats_between(captures, renders));
        const auto audio = pin.format.audio();
        const double seconds = options.seconds.value_or(default_seconds);
        const auto frames =
            static_cast<std::uint64_t>(seconds * (audio ? audio->rate_hz : 48'000u) + 0.5);
        fmt::print("from pin {} of {}: {}\n", pin.found.facts.id, filter_label(pin.found.interface),
                   pin.format.to_string());
        std::vector<std::unique_ptr<AudioReader>> readers;
        readers.push_back(std::make_unique<LiveReader>(session, std::move(pin), frames));
        return play_into(play, session, std::move(readers), renders);
    });
}

} // namespace

int route(const RouteOptions &options, Worker &worker) {
    const End from = parse_end(options.from), to = parse_end(options.to);
    if (!from.is_driver && !to.is_driver)
        return file_to_file(from, to);
    if (!from.is_driver)
        return file_to_driver(options, from, to, worker);
    if (!to.is_driver)
        return driver_to_file(options, from, to, worker);
    return driver_to_driver(options, from, to, worker);
}

} // namespace ksbox::cli
