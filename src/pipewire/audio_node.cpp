#include "pipewire/audio_node.h"

#include <algorithm>

#include <spa/param/props.h>

#include "pipewire/audio_params.h"
#include "pipewire/connection_state.h"

namespace ksbox::pipewire {

namespace {
// Eight channels of floats at 192 kHz for a third of a second, stereo of 16 bits for seconds.
constexpr std::size_t ring_bytes = std::size_t(1) << 21;

// What piles up before it is let go, where another device's clock is too slow for this one.
constexpr std::size_t most_cycles = 4;

constexpr unsigned rate_bits = 24, channels_bits = 8, samples_bits = 4;
} // namespace

AudioNode::AudioNode(Connection &connection, NodeNames names, Direction direction, Options options)
    : Node(connection, std::move(names), direction), options_(std::move(options)),
      ring_(ring_bytes) {
    if (options_.device_volume)
        volume_ = *options_.device_volume;
    begin();
}

AudioNode::~AudioNode() {
    end();
}

pw_properties *AudioNode::properties() const {
    const bool sink = direction() == Direction::sink;
    pw_properties *all = pw_properties_new(
        PW_KEY_MEDIA_TYPE, "Audio", PW_KEY_MEDIA_CATEGORY, sink ? "Playback" : "Capture",
        PW_KEY_MEDIA_CLASS, sink ? "Audio/Sink" : "Audio/Source", PW_KEY_NODE_NAME,
        names().name.c_str(), PW_KEY_NODE_DESCRIPTION, names().description.c_str(),
        PW_KEY_NODE_NICK, names().nick.c_str(), PW_KEY_DEVICE_API, "ksbox",
        // Above every sound card: those follow another's clock, a bridged device cannot.
        PW_KEY_PRIORITY_DRIVER, sink ? "4000" : "4001", PW_KEY_PRIORITY_SESSION, "500", nullptr);
    if (options_.period_us != 0) {
        const std::uint32_t rate = options_.rate_hz != 0 ? options_.rate_hz : 48'000;
        const auto frames = static_cast<std::uint32_t>(
            std::max<std::uint64_t>(1, std::uint64_t(options_.period_us) * rate / 1'000'000));
        // The daemon's own limit (2,048 at 48 kHz) is for those who do not say what they want.
        pw_properties_setf(all, PW_KEY_NODE_FORCE_QUANTUM, "%u", frames);
        pw_properties_setf(all, PW_KEY_NODE_LATENCY, "%u/%u", frames, rate);
    }
    if (options_.rate_hz != 0) {
        pw_properties_setf(all, PW_KEY_NODE_RATE, "1/%u", options_.rate_hz);
        pw_properties_setf(all, PW_KEY_NODE_FORCE_RATE, "%u", options_.rate_hz);
    }
    return all;
}

void AudioNode::offer(Stream &stream) {
    for (const AudioRange &range : options_.ranges)
        stream.params.push_back(
            format_offer(stream.builder, range, options_.channels, options_.rate_hz));
    stream.params.push_back(latency(stream.builder, direction()));
}

void AudioNode::format_changed(const spa_pod *format) {
    format_ = parse_format(format).value_or(AudioFormat{});
    announce();
}

void AudioNode::streaming_changed(bool streams) {
    streams_ = streams;
    if (streams && options_.device_volume)
        apply(volume_); // PipeWire has set up its own anew
    announce();
}

// Main thread: what the device's thread sees of the stream.
void AudioNode::announce() {
    std::uint64_t value = 0;
    if (streams_ && format_.rate_hz != 0)
        value = (((std::uint64_t(++number_) << samples_bits | std::uint64_t(format_.samples))
                      << channels_bits |
                  format_.channels)
                     << rate_bits |
                 format_.rate_hz);
    session_ = value;
    wake().signal();
}

std::optional<AudioNode::Session> AudioNode::session() const {
    std::uint64_t value = session_;
    if (value == 0)
        return std::nullopt;
    const auto take = [&](unsigned bits) {
        const std::uint64_t part = value & ((std::uint64_t(1) << bits) - 1);
        value >>= bits;
        return static_cast<std::uint32_t>(part);
    };
    Session session;
    session.format.rate_hz = take(rate_bits);
    session.format.channels = take(channels_bits);
    session.format.samples = static_cast<Samples>(take(samples_bits));
    session.number = static_cast<std::uint32_t>(value);
    return session;
}

std::uint32_t AudioNode::cycle_frames() const {
    const Cycle length = cycle();
    const auto now = session();
    if (length.frames == 0 || length.rate_hz == 0 || !now)
        return 1;
    const std::uint64_t frames =
        (std::uint64_t(length.frames) * now->format.rate_hz + length.rate_hz - 1) / length.rate_hz;
    return std::max(1u, static_cast<std::uint32_t>(frames));
}

void AudioNode::process(bool asked) {
    if (direction() == Direction::sink)
        take_samples();
    else
        give_samples(asked);
}

void AudioNode::take_samples() {
    while (pw_buffer *buffer = pw_stream_dequeue_buffer(stream().stream)) {
        const spa_data &data = buffer->buffer->datas[0];
        if (data.data != nullptr && buffer->buffer->n_datas != 0) {
            const std::uint32_t offset = std::min(data.chunk->offset, data.maxsize);
            const std::uint32_t bytes = std::min(data.chunk->size, data.maxsize - offset);
            const std::uint32_t frame = std::max(1u, format_.frame_bytes());
            if (!ring_.write(
                    {static_cast<const std::byte *>(data.data) + offset, bytes / frame * frame}))
                slipped_ += bytes / frame;
        }
        pw_stream_queue_buffer(stream().stream, buffer);
    }
}

void AudioNode::give_samples(bool asked) {
    if (drives() && !asked)
        return; // the device has not said that there is something
    pw_buffer *buffer = pw_stream_dequeue_buffer(stream().stream);
    if (buffer == nullptr)
        return;
    spa_data &data = buffer->buffer->datas[0];
    const std::uint32_t frame = std::max(1u, format_.frame_bytes());
    std::uint32_t wanted =
        buffer->requested != 0 ? static_cast<std::uint32_t>(buffer->requested) : cycle_frames();
    wanted = std::min(wanted, data.maxsize / frame);
    std::size_t had = 0;
    if (!drives() && ring_.readable() > most_cycles * wanted * frame)
        slipped_ += ring_.skip(ring_.readable() - std::size_t(wanted) * frame) / frame;
    if (data.data != nullptr) {
        auto *bytes = static_cast<std::byte *>(data.data);
        had = ring_.read({bytes, std::size_t(wanted) * frame});
        std::fill(bytes + had, bytes + std::size_t(wanted) * frame, std::byte(0));
    }
    slipped_ += wanted - had / frame;
    data.chunk->offset = 0;
    data.chunk->size = wanted * frame;
    data.chunk->stride = static_cast<std::int32_t>(frame);
    pw_stream_queue_buffer(stream().stream, buffer);
}

// PipeWire's main thread, or under its lock.
void AudioNode::apply(const Volume &volume) {
    if (stream().stream == nullptr || volume.channels.empty())
        return;
    std::vector<float> levels = volume.channels, unity(levels.size(), 1.0F);
    const auto count = static_cast<std::uint32_t>(levels.size());
    float muted = volume.muted ? 1.0F : 0.0F, never = 0.0F;
    // The last two are what PipeWire itself does to the samples: nothing.
    pw_stream_set_control(stream().stream, SPA_PROP_channelVolumes, count, levels.data(),
                          SPA_PROP_mute, 1U, &muted, SPA_PROP_softVolumes, count, unity.data(),
                          SPA_PROP_softMute, 1U, &never, 0);
}

void AudioNode::known() {
    if (options_.device_volume)
        apply(volume_);
}

void AudioNode::props_changed(const spa_pod *props) {
    Volume now = parse_volume(props, volume_);
    if (!options_.device_volume || now == volume_)
        return;
    volume_ = std::move(now);
    apply(volume_);
    volume_set_ = true;
    wake().signal();
}

std::optional<Volume> AudioNode::take_volume() {
    if (!volume_set_.exchange(false))
        return std::nullopt;
    const Locked lock(connection());
    return volume_;
}

void AudioNode::show_volume(const Volume &volume) {
    const Locked lock(connection());
    if (!options_.device_volume || volume == volume_)
        return;
    volume_ = volume;
    apply(volume_);
}

} // namespace ksbox::pipewire
