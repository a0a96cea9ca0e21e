// ksbox route between filters of ksbox's own, as the graph builder would do it: source pin first,
// then the sink pin that is connected to it; the mixer where their ranges do not meet.
#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "cli/failures.h"
#include "cli/frame_ring.h"
#include "cli/mixed_files.h"
#include "cli/nearest_format.h"
#include "cli/route.h"
#include "filters/end_of_stream.h"
#include "filters/filters.h"

namespace ksbox::cli {

namespace {

constexpr std::uint64_t stall_limit_100ns = 100'000'000;
constexpr std::uint32_t tone_rate_hz = 48'000; // as most take it

bool takes(const FoundPin &pin, const DataFormat &format) {
    const auto sound = format.audio();
    return (!sound ||
            std::ranges::any_of(pin.facts.ranges,
                                [&](const DataRange &range) { return holds(range, *sound); })) &&
           pin.filter->why_not({.pin_id = pin.facts.id, .format = format}).empty();
}

/// The pins between which the stream goes, connected.
class Chain {
  public:
    /// The first of the sources whose format the sink takes; else the first with sound, through the
    /// mixer. Throws BadInput.
    Chain(Session &session, const RouteOptions &options, const std::vector<FoundPin> &sources,
          const FoundPin &sink);

    /// Until the sink says that the stream ends; false: the user interrupts. `progress` is anything
    /// that grows with the stream; throws Finding when it has not for ten seconds.
    bool run(const std::function<std::uint64_t()> &progress);
    /// The sink pin's.
    const DataFormat &format() const { return format_; }

  private:
    bool connect_direct(const std::vector<FoundPin> &sources, const FoundPin &sink);
    void connect_mixed(const RouteOptions &options, const std::vector<FoundPin> &sources,
                       const FoundPin &sink);

    Session &session_;
    DataFormat format_{{}};
    std::optional<Filter> mixer_;
    std::vector<Pin> pins_; ///< upstream first
};

/// What the pin offers: a file the one that it holds; a tone, which could be anything, what most
/// take.
std::vector<DataFormat> formats_of(const FoundPin &source) {
    const auto &sound = source.facts.ranges.front().audio;
    if (sound && sound->minimum_hz != sound->maximum_hz)
        return {DataFormat::audio({.rate_hz = tone_rate_hz, .bits = 24, .valid_bits = 24}),
                DataFormat::audio({.rate_hz = tone_rate_hz})};
    std::vector<DataFormat> formats =
        default_formats(*source.filter, source.facts.id, source.facts.ranges);
    formats.erase(formats.begin() + std::min<std::ptrdiff_t>(1, std::ssize(formats)),
                  formats.end());
    return formats;
}

/// A route is one stream: what else the sink could have held is told of.
void tell_left_out(const std::vector<FoundPin> &sources, const FoundPin &taken,
                   const FoundPin &sink) {
    for (const FoundPin &other : sources)
        for (const DataFormat &format : formats_of(other))
            if (other.facts.id != taken.facts.id && takes(sink, format)) {
                fmt::print("left out: {} of {}\n", format.to_string(),
                           filter_label(other.interface));
                break;
            }
}

bool Chain::connect_direct(const std::vector<FoundPin> &sources, const FoundPin &sink) {
    for (const FoundPin &source : sources)
        for (const DataFormat &format : formats_of(source)) {
            if (!takes(sink, format))
                continue;
            tell_left_out(sources, source, sink);
            format_ = format;
            pins_.push_back(create_pin(*source.filter, source.facts, format));
            pins_.push_back(create_pin(*sink.filter, sink.facts, format, pins_.back().handle()));
            return true;
        }
    return false;
}

/// What the sink takes that is nearest to the format.
std::optional<DataFormat> nearest(const FoundPin &sink, const AudioFormat &format) {
    for (const AudioFormat &near : nearest_formats(format, std::span(&sink, 1)))
        if (const DataFormat wanted = DataFormat::audio(near); takes(sink, wanted))
            return wanted;
    return std::nullopt;
}

void Chain::connect_mixed(const RouteOptions &options, const std::vector<FoundPin> &sources,
                          const FoundPin &sink) {
    const auto source = std::ranges::find_if(
        sources, [](const FoundPin &pin) { return carries(pin.facts, Media::audio); });
    const DataFormat given = formats_of(source == sources.end() ? sources.front() : *source).at(0);
    const auto sound = given.audio();
    const auto wanted = sound ? nearest(sink, *sound) : std::nullopt;
    if (!wanted)
        throw BadInput(
            fmt::format("{} does not hold {}", filter_label(sink.interface), given.to_string()));
    format_ = *wanted;
    mixer_.emplace(open_mixer(session_, options.limit));
    pins_.push_back(create_pin(*source->filter, source->facts, given));
    pins_.push_back(
        create_pin(*mixer_, mixer_->pin_facts(mixer_sink_pin), given, pins_.back().handle()));
    pins_.push_back(create_pin(*mixer_, mixer_->pin_facts(mixer_source_pin), format_));
    pins_.push_back(create_pin(*sink.filter, sink.facts, format_, pins_.back().handle()));
    fmt::print("through the mixer: {} becomes {}\n", given.to_string(), format_.to_string());
}

Chain::Chain(Session &session, const RouteOptions &options, const std::vector<FoundPin> &sources,
             const FoundPin &sink)
    : session_(session) {
    pins_.reserve(4); // whoever waits for a pin's event has its address
    if (!connect_direct(sources, sink))
        connect_mixed(options, sources, sink);
}

bool Chain::run(const std::function<std::uint64_t()> &progress) {
    filters::EndOfStream end(pins_.back());
    for (std::size_t i = pins_.size(); i-- > 0;)
        cli::run(pins_[i]);
    const std::uint64_t slice = patience_slice(session_.options().realtime);
    std::uint64_t waited = 0, before = 0;
    while (!end.wait_for(slice)) {
        if (session_.worker().interrupted() != 0)
            return false;
        const std::uint64_t now = progress();
        waited = now == before ? waited + slice : 0;
        before = now;
        if (waited >= stall_limit_100ns)
            throw Finding("nothing has come for 10 s" + waiting_text(pins_.back()));
    }
    for (Pin &pin : pins_)
        stop(pin);
    return true;
}

std::string decibels(double level) {
    return level > 0 ? fmt::format("{:.2f} dB", 20 * std::log10(level)) : "silence";
}

/// What the sink file is, once its pin is closed.
void print_written(const std::filesystem::path &file, std::uint64_t bytes,
                   const DataFormat &format) {
    if (const auto sound = format.audio())
        fmt::print("{}: {} bytes ({:.3f} s) of {}\n", file.string(), bytes,
                   double(bytes) / sound->frame_bytes() / sound->rate_hz, format.to_string());
    else if (const std::uint64_t count = bytes / std::max(1U, format.sample_bytes()))
        fmt::print("{}: {} picture{} of {}\n", file.string(), count, count == 1 ? "" : "s",
                   format.to_string());
}

/// Into a file it stays NAME.part unless all went well.
int stream(Session &session, const RouteOptions &options, const End &from, const End &to,
           const std::vector<FoundPin> &sources, const FoundPin &sink) {
    Filter &source_filter = *sources.front().filter;
    const bool from_file = from.kind == End::Kind::file, to_file = to.kind == End::Kind::file;
    DataFormat format{{}};
    std::string problem;
    bool ended = false;
    {
        Chain chain(session, options, sources, sink);
        format = chain.format();
        // While the pins are open: a file that is closed has its name.
        const auto keep = [&] {
            if (to_file)
                filters::keep_partial(*sink.filter);
        };
        try {
            ended = chain.run([&] {
                return to_file ? filters::bytes_of(*sink.filter)
                               : filters::meter_reading(*sink.filter).frames;
            });
        } catch (const Finding &) {
            keep();
            throw;
        }
        if (from_file)
            problem = filters::problem_of(source_filter);
        if (!problem.empty() || !ended)
            keep();
    }
    if (to_file && problem.empty())
        problem = filters::problem_of(*sink.filter);
    const std::filesystem::path partial = to.file.string() + ".part";
    const std::string kept = to_file && std::filesystem::exists(partial)
                                 ? "what could be read is in " + partial.string()
                                 : "";
    if (!problem.empty())
        throw BadInput(kept.empty() ? problem : problem + "; " + kept);
    if (!ended) {
        if (!kept.empty())
            print_finding(kept);
        return exit_finding;
    }
    if (to_file)
        print_written(to.file, filters::bytes_of(*sink.filter), format);
    else
        print_meter(sink);
    return exit_done;
}

} // namespace

std::vector<FoundPin> add_end(Session &session, const End &end, bool is_source,
                              std::optional<std::uint64_t> tone_frames) {
    const auto add = [&] {
        if (end.kind == End::Kind::tone)
            return filters::add_tone(session.box(), {.name = {},
                                                     .frequency_hz = end.frequency_hz,
                                                     .level_db = end.level_db,
                                                     .frames = tone_frames});
        if (end.kind == End::Kind::meter)
            return filters::add_meter(session.box());
        return is_source ? filters::add_file_source(session.box(), end.file)
                         : filters::add_file_sink(session.box(), end.file);
    };
    const InterfaceFacts interface = add();
    const auto filter = std::make_shared<Filter>(session.client().open_filter(interface.path));
    std::vector<FoundPin> pins;
    for (std::uint32_t id = 0; id < filter->pin_count(); ++id)
        pins.push_back({filter, interface, filter->pin_facts(id)});
    return pins;
}

void print_meter(const FoundPin &meter) {
    const filters::MeterReading reading = filters::meter_reading(*meter.filter);
    fmt::print("heard {:.3f} s at {} Hz\n", double(reading.frames) / std::max(1U, reading.rate_hz),
               reading.rate_hz);
    unsigned number = 0;
    for (const filters::ChannelReading &channel : reading.channels)
        fmt::print("  channel {}: peak {}, RMS {}, mean {:+.6f}, {} sample{} at full scale\n",
                   ++number, decibels(channel.peak), decibels(channel.rms), channel.mean,
                   channel.at_full_scale, channel.at_full_scale == 1 ? "" : "s");
}

int route_filters(const RouteOptions &options, const End &from, const End &to, Worker &worker) {
    Session session(options.run, worker);
    return session.run([&] {
        const auto tone_frames = static_cast<std::uint64_t>(
            std::llround(options.seconds.value_or(route_seconds) * tone_rate_hz));
        std::vector<FoundPin> sources = add_end(session, from, true, tone_frames);
        const FoundPin sink = add_end(session, to, false).at(0);
        // A file that can hold both becomes a film where there are pictures.
        const bool film = carries(sink.facts, Media::video);
        std::ranges::sort(sources, {}, [&](const FoundPin &pin) {
            return std::pair(carries(pin.facts, Media::video) != film, pin.facts.id);
        });
        return stream(session, options, from, to, sources, sink);
    });
}

} // namespace ksbox::cli
