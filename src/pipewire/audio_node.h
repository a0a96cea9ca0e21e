// A sound device in PipeWire's graph: a sink whose samples the device's thread reads, or a source
// to which it writes them.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "pipewire/audio_format.h"
#include "pipewire/graph_node.h"
#include "pipewire/ring.h"

namespace ksbox::pipewire {

/// What a node's volume and mute are set to. Volumes are factors, one for each channel.
struct Volume {
    std::vector<float> channels;
    bool muted = false;
    bool operator==(const Volume &) const = default;
};

class AudioNode final : public Node {
  public:
    struct Options {
        std::vector<AudioRange> ranges; ///< what the device takes, best first; at least one
        std::uint32_t channels = 2;
        std::uint32_t rate_hz = 0;   ///< the graph shall run at this rate; 0: PipeWire decides
        std::uint32_t period_us = 0; ///< of a cycle; 0: PipeWire decides
        /// The device has a volume of its own: PipeWire shall not touch the samples.
        std::optional<Volume> device_volume;
    };
    AudioNode(Connection &connection, NodeNames names, Direction direction, Options options);
    ~AudioNode() override;

    // Of the device's thread.

    struct Session {
        std::uint32_t number = 0; ///< another one each time that the stream begins
        AudioFormat format;
    };
    /// Nothing while nobody streams.
    std::optional<Session> session() const;
    /// Frames of the stream that a cycle takes or gives. At least 1.
    std::uint32_t cycle_frames() const;

    /// A sink's samples, as they came; whole frames. Returns how many bytes there were.
    std::size_t read(std::span<std::byte> bytes) { return ring_.read(bytes); }
    /// A source's samples: false when the ring is full, and they are lost.
    bool write(std::span<const std::byte> bytes) { return ring_.write(bytes); }
    std::size_t readable() const { return ring_.readable(); }
    /// A sink's: what came for a stream that is over.
    void discard() { ring_.discard(); }

    /// Frames that found no room, or were not there when another device's cycle wanted them.
    std::uint64_t slipped_frames() const { return slipped_; }

    bool has_device_volume() const { return options_.device_volume.has_value(); }
    std::uint32_t channels() const { return options_.channels; }
    /// What people have set since the last time. Not from PipeWire's threads.
    std::optional<Volume> take_volume();
    /// What the device has come to.
    void show_volume(const Volume &volume);

  private:
    pw_properties *properties() const override;
    void offer(Stream &stream) override;
    void format_changed(const spa_pod *format) override;
    void props_changed(const spa_pod *props) override;
    void known() override;
    void streaming_changed(bool streams) override;
    void discard_old() override {
        if (direction() == Direction::source)
            ring_.discard();
    }
    void process(bool asked) override;
    void take_samples();
    void give_samples(bool asked);
    void announce();
    void apply(const Volume &volume);

    const Options options_;
    Ring ring_;
    AudioFormat format_;                     ///< PipeWire's main thread's; rate 0: none
    bool streams_ = false;                   ///< likewise
    std::uint32_t number_ = 0;               ///< likewise
    std::atomic<std::uint64_t> session_ = 0; ///< number, samples, channels and rate; 0: none
    std::atomic<std::uint64_t> slipped_ = 0;
    Volume volume_; ///< under PipeWire's lock
    std::atomic<bool> volume_set_ = false;
};

} // namespace ksbox::pipewire
