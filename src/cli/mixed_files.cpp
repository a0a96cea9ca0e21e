#include "cli/mixed_files.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/failures.h"
#include "cli/nearest_format.h"
#include "cli/pins.h"
#include "ksbox/guid_names.h"
#include "ksbox/system_driver.h"

namespace ksbox::cli {

namespace {

constexpr std::uint32_t limiter_node = 4, topology_node_enable = 1;
constexpr std::size_t frames_in_flight = 4;
constexpr std::uint64_t frames_per_second = 50;
constexpr std::uint64_t patience_100ns = 100'000'000;
/// How far the resampler's length is from the one that the rates say.
constexpr std::uint64_t most_rounded_frames = 16;

std::size_t frame_bytes(std::uint64_t rate_hz, std::uint32_t block_bytes) {
    return std::max<std::uint64_t>(1, rate_hz / frames_per_second) * block_bytes;
}

} // namespace

Filter open_mixer(Session &session, bool limit) {
    Driver &mixer = load_system_driver(session.box(), SystemDriver::kmixer);
    Filter filter = session.client().open_filter(mixer.filters().at(0).path);
    const std::int32_t on = limit;
    filter.set(guid_by_name("KSPROPSETID_TopologyNode").value(), topology_node_enable,
               std::as_bytes(std::span(&on, 1)), limiter_node);
    return filter;
}

std::vector<DataFormat> formats_of_sum(std::span<const std::unique_ptr<AudioReader>> files,
                                       std::span<const FoundPin> pins) {
    AudioFormat all{.rate_hz = 0, .channels = 1, .bits = 8, .valid_bits = 8};
    std::vector<DataFormat> formats;
    const auto add = [&](const DataFormat &format) {
        for (const DataFormat &form : forms_of(format))
            formats.push_back(form);
    };
    for (const auto &file : files) {
        const DataFormat format = DataFormat::wave(file->format());
        const auto audio = format.audio();
        if (!audio)
            throw BadInput("the mixer does not take " + format.to_string());
        all.rate_hz = std::max(all.rate_hz, audio->rate_hz);
        all.channels = std::max(all.channels, audio->channels);
        all.bits = std::max(all.bits, audio->bits);
        all.valid_bits = std::max(all.valid_bits, audio->valid_bits);
        all.is_float |= audio->is_float;
    }
    if (all.is_float)
        all.bits = all.valid_bits = 32;
    add(DataFormat::audio(all));
    for (const AudioFormat &near : nearest_formats(all, pins))
        add(DataFormat::audio(near));
    for (const auto &file : files)
        add(DataFormat::wave(file->format()));
    for (const FoundPin &pin : pins)
        for (const DataFormat &offered :
             default_formats(*pin.filter, pin.facts.id, pin.facts.ranges))
            add(offered);
    return formats;
}

MixedFiles::Voice::Voice(std::unique_ptr<AudioReader> from, Pin to)
    : file(std::move(from)), pin(std::move(to)),
      ring(pin, FrameRing::Direction::write, frames_in_flight,
           frame_bytes(file->rate_hz(), file->block_bytes())) {}

void MixedFiles::Voice::feed() {
    while (ring.in_flight() != 0 && ring.finish_oldest(0) != nullptr) {
    }
    while (Frame *frame = file->bytes_left() != 0 ? ring.free_frame() : nullptr) {
        frame->used = static_cast<std::uint32_t>(file->read(frame->buffer.bytes()));
        frame->options = file->bytes_left() == 0 ? frame_option::end_of_stream : 0;
        ring.submit();
    }
}

MixedFiles::MixedFiles(Session &session, std::vector<std::unique_ptr<AudioReader>> files,
                       const DataFormat &sum, bool limit)
    : sum_(sum), filter_(open_mixer(session, limit)) {
    for (std::unique_ptr<AudioReader> &file : files)
        add(std::move(file));
    source_.emplace(filter_.connect({.pin_id = mixer_source_pin, .format = sum_}));
    out_.emplace(*source_, FrameRing::Direction::read, frames_in_flight,
                 frame_bytes(rate_hz(), block_bytes()));
    for (const auto &voice : voices_) {
        pause(voice->pin);
        voice->feed();
        cli::run(voice->pin);
    }
    pause(*source_);
    cli::run(*source_);
}

MixedFiles::~MixedFiles() = default;

void MixedFiles::add(std::unique_ptr<AudioReader> file) {
    const std::uint64_t frames = file->data_bytes() / file->block_bytes();
    const std::uint64_t in_sum = (frames * rate_hz() + file->rate_hz() / 2) / file->rate_hz();
    data_bytes_ = std::max(data_bytes_, in_sum * block_bytes());
    std::string refusal;
    for (const DataFormat &form : forms_of(DataFormat::wave(file->format()))) {
        try {
            Pin pin = filter_.connect({.pin_id = mixer_sink_pin, .format = form});
            voices_.push_back(std::make_unique<Voice>(std::move(file), std::move(pin)));
            return;
        } catch (const BoxStopped &) {
            throw;
        } catch (const Error &error) {
            if (refusal.empty())
                refusal = error.what();
        }
    }
    throw BadInput("the mixer does not take " + DataFormat::wave(file->format()).to_string() +
                   ": " + refusal);
}

std::span<const std::byte> MixedFiles::next() {
    out_->submit_all();
    for (const auto &voice : voices_)
        voice->feed();
    const Frame *frame = out_->finish_oldest(patience_100ns);
    if (frame == nullptr)
        throw Finding("the mixer gave nothing for ten seconds" + waiting_text(*source_));
    ended_ = (frame->options & frame_option::end_of_stream) != 0;
    return frame->buffer.bytes().first(frame->used);
}

// What the resampler's rounding makes more of it is left out, and less is silence. What a stream
// that ended early leaves missing is not made up.
std::size_t MixedFiles::read(std::span<std::byte> bytes) {
    bytes = bytes.first(std::min<std::uint64_t>(bytes.size(), bytes_left()));
    for (std::size_t done = 0; done < bytes.size();) {
        while (ahead_.empty() && !ended_)
            ahead_ = next();
        const std::span<std::byte> rest = bytes.subspan(done);
        const std::size_t piece = std::min(rest.size(), ahead_.size());
        std::ranges::copy(ahead_.first(piece), rest.begin());
        ahead_ = ahead_.subspan(piece);
        done += piece;
        if (piece != 0)
            continue;
        if (bytes_left() - done > most_rounded_frames * block_bytes()) {
            bytes = bytes.first(done);
            data_bytes_ = position_ + done;
            break;
        }
        const auto sum = sum_.audio();
        std::ranges::fill(rest, sum && sum->bits == 8 ? std::byte(0x80) : std::byte(0));
        break;
    }
    position_ += bytes.size();
    return bytes.size();
}

} // namespace ksbox::cli
