// ksbox record OUT.wav, and other files of sound.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "cli/cyclic_stream.h"
#include "cli/failures.h"
#include "cli/record.h"
#include "cli/sound_file.h"
#include "cli/terminal.h"
#include "cli/wav.h"

namespace ksbox::cli {

namespace {

constexpr std::size_t frames_in_flight = 16;
constexpr unsigned period_ms = 10;
constexpr std::uint64_t silence_limit_100ns = 100'000'000;

bool wanted(const DataRange &range, const RecordOptions &options) {
    if (!range.audio)
        return false;
    if (options.rate &&
        (*options.rate < range.audio->minimum_hz || *options.rate > range.audio->maximum_hz))
        return false;
    return true;
}

ConnectedPin connect(const RecordOptions &options, Session &session) {
    auto ranges = [&](const PinFacts &pin) {
        std::vector<DataRange> list;
        std::ranges::copy_if(pin.ranges, std::back_inserter(list),
                             [&](const DataRange &range) { return wanted(range, options); });
        return list;
    };
    auto adjust = [&](DataFormat format) {
        auto audio = format.audio();
        if (!audio || !options.rate)
            return format;
        audio->rate_hz = static_cast<std::uint32_t>(*options.rate);
        return DataFormat::audio(*audio);
    };
    return connect_wanted(options.endpoint.given()
                              ? open_endpoint(session, DataFlow::out, options.endpoint)
                              : find_pins(session, DataFlow::out, Media::audio, options.run.pin),
                          ranges, adjust,
                          "no data range has what was asked for (--rate); 'ksbox inspect' lists "
                          "what there is");
}

/// The same from a WaveRT pin: `take` gets what has come, until it says that it has enough.
void read_cyclic(Session &session, Pin &pin, CyclicStream &stream,
                 const std::function<bool(std::span<const std::byte>)> &take) {
    const std::uint64_t slice = patience_slice(session.options().realtime);
    std::uint64_t came = session.box().now_100ns();
    std::vector<std::byte> data;
    run(pin);
    while (session.worker().interrupted() == 0) {
        data.resize(stream.wait(slice));
        const std::uint64_t now = session.box().now_100ns();
        if (data.empty() && now - came >= silence_limit_100ns)
            throw Finding("the capture pin's position stood still for 10 s");
        if (data.empty())
            continue;
        came = now;
        stream.read(data);
        if (take(data))
            break;
    }
    stop(pin);
}

} // namespace

int record_audio(const RecordOptions &options, Session &session) {
    ConnectedPin connected = connect(options, session);
    std::optional<AudioFormat> audio = connected.format.audio();
    std::span<const std::byte> wave = connected.format.wave();
    if (!audio || wave.empty())
        throw BadInput(connected.format.to_string() + " is nothing that a sound file holds");
    const std::uint64_t block = audio->frame_bytes();
    const std::uint64_t samples =
        options.frames ? *options.frames : count_in(options.seconds.value_or(1.0), audio->rate_hz);
    if (block == 0 || samples > UINT64_MAX / block)
        throw BadInput(fmt::format("{} of {} are more than can be counted", samples,
                                   connected.format.to_string()));
    const std::uint64_t limit = block * samples;
    SoundFile out(options.output, wav_format_chunk(wave), !options.run.realtime);
    std::vector<std::uint64_t> gaps;
    try {
        const std::uint64_t period = block * std::max(1u, audio->rate_hz * period_ms / 1000);
        Progress progress("recording", limit);
        const auto keep = [&](std::span<const std::byte> data) {
            out.append(data.first(std::min<std::uint64_t>(data.size(), limit - out.data_bytes())));
            progress.at(out.data_bytes());
            return out.data_bytes() >= limit;
        };
        if (const auto cyclic =
                CyclicStream::open(*connected.pin, CyclicStream::Direction::capture,
                                   frames_in_flight * period, block * audio->rate_hz)) {
            read_cyclic(session, *connected.pin, *cyclic, keep);
        } else {
            FrameRing ring(*connected.pin, FrameRing::Direction::read, frames_in_flight, period);
            read_frames(session, *connected.pin, ring, [&](const Frame &frame) {
                if ((frame.options & frame_option::data_discontinuity) != 0 &&
                    out.data_bytes() != 0)
                    gaps.push_back(out.data_bytes());
                return keep(frame.buffer.bytes().first(frame.used));
            });
        }
    } catch (...) {
        print_kept(out.keep_partial());
        throw;
    }
    if (out.data_bytes() == 0 && session.worker().interrupted() == 0)
        throw Finding("the stream ended before it began: nothing was recorded");
    fmt::print("recorded {} bytes ({:.3f} s) of {} from pin {} of {} to {}\n", out.data_bytes(),
               double(out.data_bytes()) / double(block * audio->rate_hz),
               connected.format.to_string(), connected.found.facts.id,
               filter_label(connected.found.interface), options.output.string());
    for (std::size_t i = 0; i < gaps.size(); ++i)
        fmt::print("gap {}: before byte {} ({:.4f} s)\n", i + 1, gaps[i],
                   double(gaps[i]) / double(block * audio->rate_hz));
    if (!gaps.empty())
        print_finding(
            fmt::format("{} gap{} in the recording", gaps.size(), gaps.size() == 1 ? "" : "s"));
    out.commit();
    return gaps.empty() ? exit_done : exit_finding;
}

} // namespace ksbox::cli
