// Simulated time stands still for whoever does several things at once.
#pragma once

namespace ksbox::ke {

/// While one exists on the host thread that runs a simulated box, reading the clock costs no time,
/// for so many reads: who polls for the time to come does not wait for ever. Nothing in real time.
class Instant {
  public:
    Instant();
    ~Instant();
    Instant(const Instant &) = delete;
    Instant &operator=(const Instant &) = delete;

    /// Whether this read is free. Async-signal-safe.
    static bool covers_a_read();
};

} // namespace ksbox::ke
