// A pin as a bridge's clock: how far the device has come, in frames, whether it has a cyclic buffer
// or takes and gives frames of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "ksbox/filter.h"

namespace ksbox::cli {

/// The shape of a bridged stream. A frame is one sample of every channel.
struct BridgeShape {
    std::uint32_t rate_hz = 0;
    std::uint32_t frame_bytes = 0;
    std::uint32_t cycle_frames = 0; ///< of PipeWire's cycle; so far data is written ahead
};

class RenderDevice {
  public:
    /// The pin is in STOP and outlives this. Throws Error.
    static std::unique_ptr<RenderDevice> open(Pin &pin, const BridgeShape &shape);
    virtual ~RenderDevice() = default;

    /// From STOP to RUN, with silence of a cycle ahead.
    virtual void start() = 0;
    /// Frames that wait to be played; negative: so many of silence were played since the last.
    virtual std::int64_t ahead() = 0;
    /// Whole frames; what does not fit is left out. Returns how many frames of silence come before
    /// it: those that were played, and a cycle to be ahead again. Frames of the data that the
    /// device had passed when they came count as such.
    virtual std::uint64_t write(std::span<const std::byte> data) = 0;
    /// Frames that it can hold.
    virtual std::uint64_t capacity() const = 0;
};

class CaptureDevice {
  public:
    static std::unique_ptr<CaptureDevice> open(Pin &pin, const BridgeShape &shape);
    virtual ~CaptureDevice() = default;

    virtual void start() = 0;
    /// Gives what has come since the last time. Returns how many frames have been overwritten
    /// before they were read.
    virtual std::uint64_t take(const std::function<void(std::span<const std::byte>)> &give) = 0;
};

} // namespace ksbox::cli
