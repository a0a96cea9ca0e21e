// One stream's rate, converted by soxr.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"

namespace ksbox::mixer {

class Resampler {
  public:
    /// Interleaved floats of `channels`. STATUS_INSUFFICIENT_RESOURCES.
    static Result<std::unique_ptr<Resampler>> create(std::uint32_t from_hz, std::uint32_t to_hz,
                                                     unsigned channels);
    ~Resampler();
    Resampler(const Resampler &) = delete;
    Resampler &operator=(const Resampler &) = delete;

    struct Step {
        std::size_t taken, made; ///< frames
    };
    /// Takes whole frames of `in`, all unless `out` is full; makes what it has of `out`.
    Step process(std::span<const float> in, std::span<float> out);
    /// The input has ended: makes what is still inside. Frames made; fewer than fit: that was all.
    /// More input only after a reset(): soxr would read what is not there.
    std::size_t drain(std::span<float> out);
    /// Forgets the stream: the next frame is a first one.
    void reset();
    /// How much later than its input a sample comes out, in frames of the output.
    double delay() const;

  private:
    struct Free {
        void operator()(void *soxr) const;
    };
    Resampler(void *soxr, unsigned channels) : soxr_(soxr), channels_(channels) {}

    std::unique_ptr<void, Free> soxr_;
    unsigned channels_;
};

} // namespace ksbox::mixer
