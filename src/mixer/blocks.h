// The mixer's arithmetic on blocks of samples: decode to float, add, encode. Each function has a
// version for every instruction set that Highway knows, chosen when the program runs; all give the
// same bits. Nothing here allocates, blocks or knows of time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mixer/sample_format.h"

namespace ksbox::mixer {

/// A block that is to be added: as many samples as the sum has, in the sum's channel order.
struct Addend {
    Encoding encoding = Encoding::f32;
    const std::byte *samples = nullptr;
    std::array<float, most_channels> gains{}; ///< of each channel, linear
};

/// sum[i] = Σ addend[i] × its channel's gain, full scale being ±1; `onto`: added to what is there.
/// Addends of one encoding that stand together cost least. `sum` holds whole frames of `channels`
/// (1 to 8) and must not overlap an addend. A sum of integers of at most 24 bits with gains of 1 is
/// exact while every partial sum stays within ±2.
void add(std::span<const Addend> addends, unsigned channels, std::span<float> sum,
         bool onto = false);

/// One block to float, full scale being ±1. An s32 or f64 is rounded to the nearest float.
void decode(Encoding encoding, const std::byte *samples, std::span<float> out);

/// Noise of two least significant bits with a triangular density, the same for the same seed.
class Dither {
  public:
    explicit Dither(std::uint32_t seed = 1);
    /// Four independent generators (xorshift32), so that each instruction set draws the same.
    std::array<std::uint32_t, 8> state;
};

/// Floats to the encoding: rounded to nearest, held within full scale, in the most significant
/// `valid_bits` of an integer container, the others 0; with `dither`, its noise is added first
/// (integers only). NaN becomes 0.
void encode(Encoding encoding, unsigned valid_bits, std::span<const float> samples, Dither *dither,
            std::byte *out);

/// Bends what is beyond `knee` towards full scale, which it never passes; the rest stays exact.
void limit(std::span<float> samples, float knee = 0.9F);

/// The greatest magnitude of each channel of whole frames.
std::array<float, most_channels> peaks(std::span<const float> samples, unsigned channels);

} // namespace ksbox::mixer
