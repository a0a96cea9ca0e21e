#include "cli/bridge_pin.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cli/bridge_formats.h"
#include "cli/failures.h"

namespace ksbox::cli {

namespace {

constexpr std::uint64_t millisecond_ns = 1'000'000, second_ns = 1'000'000'000;
constexpr std::uint64_t idle_ns = 50 * millisecond_ns;
constexpr std::uint64_t volume_period_ns = 2 * second_ns;
constexpr double level_of_decibel = 65536;

float factor_of(std::int32_t level) {
    return static_cast<float>(std::pow(10.0, double(level) / level_of_decibel / 20));
}

std::int32_t level_of(float factor, const std::optional<VolumeFacts::Range> &range) {
    constexpr double quietest = -96;
    const double decibels =
        factor <= 0 ? quietest : std::max(quietest, 20 * std::log10(double(factor)));
    const auto level = static_cast<std::int32_t>(std::lround(decibels * level_of_decibel));
    return range ? std::clamp(level, range->minimum, std::max(range->minimum, range->maximum))
                 : level;
}

} // namespace

void BridgedPin::run() {
    try {
        stream_on();
    } catch (const BoxStopped &) {
        throw;
    } catch (const std::exception &error) { // of the device, or of what it does to frames
        say(std::string("the device is gone: ") + error.what());
        failed_ = true;
    }
    over_ = true;
}

void BridgedPin::stop() {
    stop_ = true;
    node().interrupt();
}

void BridgedPin::say(const std::string &text) const {
    print_finding(node_label_ + ": " + text);
}

BridgedAudio::BridgedAudio(pipewire::Connection &connection, FoundPin found,
                           std::optional<Endpoint> endpoint, const pipewire::NodeNames &names,
                           pipewire::Direction direction, const BridgeOptions &options)
    : BridgedPin(connection, std::move(found), names.description),
      verb_(direction == pipewire::Direction::sink ? "played" : "recorded"),
      endpoint_(std::move(endpoint)) {
    const OfferedFormats offered = offered_formats(
        found_, {options.rate.value_or(0), options.channels.value_or(0), options.samples});
    pipewire::AudioNode::Options node{.ranges = offered.ranges,
                                      .channels = offered.channels,
                                      .rate_hz = options.rate.value_or(0),
                                      .period_us = options.period_ms * 1000};
    if (const auto volume = device_volume(offered.channels))
        node.device_volume = volume;
    node_ = std::make_unique<pipewire::AudioNode>(connection, names, direction, std::move(node));
}

// What the endpoint's nodes say, as factors; nothing without a volume.
std::optional<pipewire::Volume> BridgedAudio::device_volume(std::uint32_t channels) {
    if (!endpoint_)
        return std::nullopt;
    const std::vector<VolumeFacts> volumes = endpoint_->volumes();
    const std::vector<MuteFacts> mutes = endpoint_->mutes();
    if (volumes.empty())
        return std::nullopt;
    const VolumeFacts &volume = volumes.back();
    range_ = volume.range;
    has_mute_ = !mutes.empty();
    seen_level_ = volume.level.front();
    seen_mute_ = has_mute_ && mutes.back().muted;
    return pipewire::Volume{.channels = std::vector(channels, factor_of(seen_level_)),
                            .muted = seen_mute_};
}

void BridgedAudio::follow_volume() {
    if (const auto wanted = node_->take_volume(); wanted && !wanted->channels.empty()) {
        const float loudest = *std::ranges::max_element(wanted->channels);
        const bool silent = wanted->muted && !has_mute_;
        endpoint_->set_volume(level_of(silent ? 0 : loudest, range_));
        if (has_mute_)
            endpoint_->set_mute(wanted->muted);
        const auto reached = device_volume(1);
        (void)reached; // what it came to is no news
    }
    const std::uint64_t now = pipewire::now_ns();
    if (!endpoint_ || !node_->has_device_volume() || now - looked_ns_ < volume_period_ns)
        return;
    looked_ns_ = now;
    const std::int32_t level = seen_level_;
    const bool muted = seen_mute_;
    const auto found = device_volume(node_->channels());
    if (found && (level != seen_level_ || muted != seen_mute_))
        node_->show_volume(*found);
}

bool BridgedAudio::gone_since(std::uint32_t losses) const {
    const pipewire::Connection::Status status = connection_.status();
    return !status.there || status.losses != losses;
}

void BridgedAudio::wait_frames(std::int64_t frames, std::uint32_t rate_hz) {
    constexpr std::uint64_t shortest_ns = millisecond_ns / 5, longest_ns = 20 * millisecond_ns;
    const std::uint64_t time =
        frames <= 0 ? 0 : std::uint64_t(frames) * second_ns / std::max(1u, rate_hz);
    node_->wait(std::clamp(time, shortest_ns, longest_ns));
}

void BridgedAudio::count_gap(std::uint64_t frames, const char *what, std::uint32_t rate_hz) {
    const double seconds = double(frames) / rate_hz;
    ++gaps_;
    gap_seconds_ += seconds;
    say(fmt::format("a gap of {} frames ({:.3f} s): {}", frames, seconds, what));
}

// The pin is the driver's to give to others while nobody streams.
void BridgedAudio::stream_on() {
    while (!stopping()) {
        follow_volume();
        const auto session = node_->session();
        if (!session || session->number == refused_) {
            if (!session)
                node_->discard();
            node_->wait(session ? second_ns : idle_ns);
            refused_ = 0;
            continue;
        }
        std::optional<ConnectedPin> pin;
        try {
            pin = connect_first({found_}, forms_of(data_format(session->format)));
        } catch (const BadInput &error) {
            if (told_ != session->number)
                say(error.what());
            told_ = refused_ = session->number; // tried again: another stream may be in its way
            continue;
        }
        ++streams_;
        stream(*pin, *session);
    }
}

std::string BridgedAudio::summary() const {
    std::string text = fmt::format("{}: {} {} frames ({:.3f} s) in {} stream{}", label(), verb_,
                                   frames_, seconds_, streams_, streams_ == 1 ? "" : "s");
    if (xruns_ != 0)
        text += fmt::format(", {} under-run{} ({} frames)", xruns_, xruns_ == 1 ? "" : "s",
                            xrun_frames_);
    if (const std::uint64_t slipped = node_->slipped_frames(); slipped != 0)
        text += fmt::format(", {} frames slipped", slipped);
    if (gaps_ != 0)
        text += fmt::format(", {} gap{} ({:.3f} s)", gaps_, gaps_ == 1 ? "" : "s", gap_seconds_);
    return text;
}

std::uint64_t BridgedAudio::lost_frames() const {
    return xrun_frames_ + node_->slipped_frames();
}

} // namespace ksbox::cli
