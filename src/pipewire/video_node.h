// A camera in PipeWire's graph: its pictures come when the device has them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "pipewire/graph_node.h"
#include "pipewire/ring.h"

namespace ksbox::pipewire {

/// In memory as PipeWire and Windows both have them, rows from the top.
enum class Pixels : std::uint8_t { yuy2, uyvy, nv12, i420, yv12, bgr, bgrx };

struct VideoFormat {
    Pixels pixels = Pixels::yuy2;
    std::uint32_t width = 0, height = 0;
    // Time from picture to picture.
    std::uint64_t usual_100ns = 0, shortest_100ns = 0, longest_100ns = 0;
    std::uint32_t stride = 0; ///< bytes of a row, of its first plane
    std::uint32_t bytes = 0;  ///< of a picture
};

class VideoNode final : public Node {
  public:
    /// `formats`: what the camera gives, best first; at least one.
    VideoNode(Connection &connection, NodeNames names, std::vector<VideoFormat> formats);
    ~VideoNode() override;

    // Of the device's thread.

    struct Session {
        std::uint32_t number = 0;
        std::uint32_t format = 0; ///< which one
        std::uint64_t interval_100ns = 0;
    };
    /// Nothing while nobody looks.
    std::optional<Session> session() const;
    /// A picture of the session's size, and a cycle for it. False: those before it are not taken
    /// yet, and it is lost.
    bool show(std::span<const std::byte> picture);

  private:
    pw_properties *properties() const override;
    void offer(Stream &stream) override;
    void format_changed(const spa_pod *format) override;
    void streaming_changed(bool streams) override;
    void discard_old() override { ring_.discard(); }
    void process(bool asked) override;
    void announce();

    const std::vector<VideoFormat> formats_;
    Ring ring_;
    // PipeWire's main thread's.
    bool streams_ = false;
    std::optional<std::uint32_t> chosen_;
    std::uint32_t interval_100ns_ = 0, number_ = 0;
    std::atomic<std::uint32_t> picture_bytes_ = 0, stride_ = 0;
    std::atomic<std::uint64_t> session_ = 0; ///< number, format and interval; 0: none
    std::uint64_t sequence_ = 0;             ///< the data thread's
};

} // namespace ksbox::pipewire
