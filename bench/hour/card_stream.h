// A stream through a card that loops back: what is rendered is captured, behind silence. Each
// stereo sample is the number of those before it, from 1 on, and checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "hour/period.h"
#include "ksbox/box.h"
#include "ksbox/filter.h"

namespace ksbox::bench {

/// Takes a recording piece by piece.
class Listener {
  public:
    /// Throws when a sample is wrong.
    void take(std::span<const std::byte> data);
    /// Samples heard, behind the silence.
    std::uint64_t heard() const { return heard_; }

  private:
    std::uint64_t heard_ = 0;
    std::uint32_t next_ = 1;
};

class CardStream {
  public:
    /// A driver with a filter "Wave" and these pins.
    CardStream(const std::string &driver, std::uint32_t render_id, std::uint32_t capture_id);
    virtual ~CardStream() = default;
    CardStream(const CardStream &) = delete;
    CardStream &operator=(const CardStream &) = delete;

    /// New pins, so many periods through them, and stops. Throws when a sample is wrong, a request
    /// fails, or the stream did not take 10 ms of the box's time a period.
    void run(std::uint64_t periods);

  protected:
    Client &client() { return client_; }
    virtual void stream(Pin &render, Pin &capture, std::uint64_t periods) = 0;

  private:
    Box box_;
    Driver &driver_;
    Client &client_;
    Filter filter_;
    const std::uint32_t render_id_, capture_id_;
};

/// Through cyclic buffers of two periods, with a notification at the end of each.
class WaveRtStream final : public CardStream {
  public:
    WaveRtStream() : CardStream("speaker_10ms", 0, 2) {}

  private:
    void stream(Pin &render, Pin &capture, std::uint64_t periods) override;
};

/// By frames of a period, eight under way at each end.
class WaveCyclicStream final : public CardStream {
  public:
    WaveCyclicStream() : CardStream("legacycard_10ms", 0, 1) {}

  private:
    void stream(Pin &render, Pin &capture, std::uint64_t periods) override;
};

} // namespace ksbox::bench
