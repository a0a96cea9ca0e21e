// One pin of a driver and the PipeWire node that stands for it, with a thread of the client
// between them.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "cli/bridge.h"
#include "cli/bridge_device.h"
#include "cli/pins.h"
#include "ksbox/endpoint.h"
#include "pipewire/audio_node.h"

namespace ksbox::cli {

class BridgedPin {
  public:
    virtual ~BridgedPin() = default;
    BridgedPin(const BridgedPin &) = delete;
    BridgedPin &operator=(const BridgedPin &) = delete;

    /// The client's thread: streams until it is told to stop or the device fails, which is printed.
    void run();
    void stop();
    /// Whether run() has come to its end.
    bool over() const { return over_; }
    /// The device has failed.
    bool failed() const { return failed_; }

    virtual pipewire::Node &node() = 0;
    virtual const char *kind() const = 0; ///< "sink"
    const std::string &label() const { return node_label_; }
    /// What streamed, in one line.
    virtual std::string summary() const = 0;
    /// Frames that somebody should have heard and did not.
    virtual std::uint64_t lost_frames() const { return 0; }

  protected:
    BridgedPin(pipewire::Connection &connection, FoundPin found, std::string label)
        : connection_(connection), found_(std::move(found)), node_label_(std::move(label)) {}
    /// Until stopping(). Throws Error: the device fails.
    virtual void stream_on() = 0;
    bool stopping() const { return stop_; }
    /// A line about this pin.
    void say(const std::string &text) const;

    pipewire::Connection &connection_;
    FoundPin found_;

  private:
    const std::string node_label_;
    std::atomic<bool> stop_ = false, over_ = false, failed_ = false;
};

/// What sound has in common, whichever way it goes.
class BridgedAudio : public BridgedPin {
  public:
    pipewire::Node &node() override { return *node_; }
    const char *kind() const override {
        return node_->direction() == pipewire::Direction::sink ? "sink" : "source";
    }
    std::string summary() const override;
    std::uint64_t lost_frames() const override;

  protected:
    using Session = pipewire::AudioNode::Session;
    BridgedAudio(pipewire::Connection &connection, FoundPin found, std::optional<Endpoint> endpoint,
                 const pipewire::NodeNames &names, pipewire::Direction direction,
                 const BridgeOptions &options);
    void stream_on() override;
    /// Streams with a pin in the session's format, until nobody wants it any more.
    virtual void stream(ConnectedPin &pin, const Session &session) = 0;

    pipewire::AudioNode &audio() { return *node_; }
    const pipewire::AudioNode &audio() const { return *node_; }
    /// Both ways: what people set goes to the device, what the device has come to is shown.
    void follow_volume();
    /// The daemon went away since `losses` of its connection were counted.
    bool gone_since(std::uint32_t losses) const;
    /// For the device's thread: until so many frames have passed, or PipeWire has done something.
    void wait_frames(std::int64_t frames, std::uint32_t rate_hz);
    void count_gap(std::uint64_t frames, const char *what, std::uint32_t rate_hz);

    const char *const verb_; ///< "played"
    // Of the device's thread, and read when it is over.
    std::uint64_t frames_ = 0, streams_ = 0, xruns_ = 0, xrun_frames_ = 0, gaps_ = 0;
    double seconds_ = 0, gap_seconds_ = 0;

  private:
    std::optional<pipewire::Volume> device_volume(std::uint32_t channels);

    std::optional<Endpoint> endpoint_;
    std::unique_ptr<pipewire::AudioNode> node_;
    // The endpoint's nodes, as they were seen last.
    std::optional<VolumeFacts::Range> range_;
    std::int32_t seen_level_ = 0;
    bool has_mute_ = false, seen_mute_ = false;
    std::uint64_t looked_ns_ = 0;
    std::uint32_t refused_ = 0, told_ = 0; ///< the session whose format the pin refuses
};

std::unique_ptr<BridgedPin> bridge_render(pipewire::Connection &connection, FoundPin found,
                                          std::optional<Endpoint> endpoint,
                                          const pipewire::NodeNames &names,
                                          const BridgeOptions &options);
std::unique_ptr<BridgedPin> bridge_capture(pipewire::Connection &connection, FoundPin found,
                                           std::optional<Endpoint> endpoint,
                                           const pipewire::NodeNames &names,
                                           const BridgeOptions &options);
/// Nothing when the pin gives no pictures that PipeWire knows.
std::unique_ptr<BridgedPin> bridge_camera(pipewire::Connection &connection, FoundPin found,
                                          const pipewire::NodeNames &names);

} // namespace ksbox::cli
