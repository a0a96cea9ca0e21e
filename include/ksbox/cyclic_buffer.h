// A WaveRT pin's cyclic buffer, which a client shares with the driver: no frames travel, both just
// read or write it. @doc audio/understanding-the-wavert-port-driver
#pragma once

#include "ksbox/filter.h"

namespace ksbox {

/// KSAUDIO_POSITION: byte offsets in the buffer. Between them it is the device's.
struct AudioPosition {
    std::uint64_t play = 0;  ///< what the converter is at
    std::uint64_t write = 0; ///< where the client's data must be, or have been read
};

class CyclicBuffer {
  public:
    /// Whether the pin answers KSPROPSETID_RtAudio. Throws Error.
    static bool offered_by(Pin &pin);
    /// Whether its driver notifies. Throws Error.
    static bool notified_by(Pin &pin);

    /// KSPROPERTY_RTAUDIO_BUFFER or, with `notifications` 1 (at the end of each cycle) or 2 (in the
    /// middle too), KSPROPERTY_RTAUDIO_BUFFER_WITH_NOTIFICATION and an event for them. The driver
    /// may give another size. Once in a pin's life; the pin must outlive this, and its closing
    /// takes the memory away. Throws Error, also when the driver gives memory that is none of the
    /// client's.
    CyclicBuffer(Pin &pin, std::uint32_t bytes, unsigned notifications = 0);
    ~CyclicBuffer();
    CyclicBuffer(const CyclicBuffer &) = delete;
    CyclicBuffer &operator=(const CyclicBuffer &) = delete;

    std::span<std::byte> bytes() const { return bytes_; }
    /// The memory is write-combined: writes want a barrier before the device is told of them.
    bool wants_barrier() const { return wants_barrier_; }
    /// Waits for the next notification, at most so long: whether it came.
    bool wait(std::uint64_t time_100ns);
    /// KSPROPERTY_AUDIO_POSITION. Throws Error.
    AudioPosition position();
    /// Maps the device's position register (an offset in the buffer of `width` bits), once; null
    /// when it has none. Reading it costs no request. Throws Error: it is none of the client's
    /// memory.
    struct Register {
        const volatile void *address = nullptr;
        std::uint32_t width = 0;
    };
    Register position_register();

  private:
    Pin &pin_;
    Handle event_ = 0;
    std::span<std::byte> bytes_;
    bool wants_barrier_ = false;
};

} // namespace ksbox
