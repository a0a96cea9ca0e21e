// Blocks to float and back, and what is done to the sum.
#include "mixer/blocks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mixer/convert.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "mixer/samples-inl.h"

#include <algorithm>
#include <cmath>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace ksbox::mixer::HWY_NAMESPACE {
namespace {

template <Encoding encoding> void decode_all(const std::byte *samples, std::span<float> out) {
    const Floats d;
    std::size_t at = 0;
    for (; at + lanes + overrun <= out.size(); at += lanes)
        hn::StoreU(load<encoding>(samples + at * container_bytes(encoding)), d, out.data() + at);
    for (; at < out.size(); at += lanes) {
        const std::size_t count = std::min(lanes, out.size() - at);
        store_floats(load_some<encoding>(samples + at * container_bytes(encoding), count),
                     out.data() + at, count);
    }
}

/// Eight samples, whatever the vector is: the generators are eight, and draw twice for each.
struct Eight {
    float values[8];
};

HWY_INLINE void draw(std::array<std::uint32_t, 8> &state, Eight &noise) {
    const Floats d;
    const hn::Rebind<std::uint32_t, Floats> du;
    for (std::size_t at = 0; at < 8; at += lanes) {
        auto bits = hn::LoadU(du, state.data() + at);
        const auto next = [&] {
            bits = hn::Xor(bits, hn::ShiftLeft<13>(bits));
            bits = hn::Xor(bits, hn::ShiftRight<17>(bits));
            bits = hn::Xor(bits, hn::ShiftLeft<5>(bits));
            // 24 bits, so that the float is exact: 0 up to 1.
            return hn::Mul(hn::ConvertTo(d, hn::BitCast(Integers(), hn::ShiftRight<8>(bits))),
                           hn::Set(d, 0x1p-24F));
        };
        const V first = next();
        hn::StoreU(hn::Sub(first, next()), d, noise.values + at);
        hn::StoreU(bits, du, state.data() + at);
    }
}

/// Integers of `bits` bits from floats, with noise of one of them: eight at a time.
HWY_INLINE void quantize(const float *samples, unsigned bits, Dither *dither, std::int32_t *out) {
    const Floats d;
    Eight noise{};
    if (dither)
        draw(dither->state, noise);
    // A float holds 24 bits: beyond them the scale has no noise and no rounding of its own.
    const V scale = hn::Set(d, std::ldexp(1.0F, static_cast<int>(bits) - 1));
    const float step = std::ldexp(1.0F, std::max(static_cast<int>(bits) - 25, 0));
    const V most = hn::Sub(scale, hn::Set(d, step));
    for (std::size_t at = 0; at < 8; at += lanes) {
        V value = hn::LoadU(d, samples + at);
        value = hn::IfThenElseZero(hn::Eq(value, value), value); // no NaN
        value = hn::Add(hn::Mul(value, scale), hn::LoadU(d, noise.values + at));
        value = hn::Min(hn::Max(value, hn::Neg(scale)), most);
        hn::StoreU(hn::NearestInt(value), Integers(), out + at);
    }
}

template <Encoding encoding> void store(std::int32_t value, std::byte *out) {
    const auto bits = static_cast<std::uint32_t>(value);
    for (unsigned i = 0; i < container_bytes(encoding); ++i)
        out[i] = static_cast<std::byte>(bits >> (8 * i));
}

template <Encoding encoding>
void encode_integers(unsigned valid_bits, std::span<const float> samples, Dither *dither,
                     std::byte *out) {
    const unsigned unused = 8 * container_bytes(encoding) - valid_bits;
    alignas(32) float some[8] = {};
    alignas(32) std::int32_t whole[8];
    for (std::size_t at = 0; at < samples.size(); at += 8) {
        const std::size_t count = std::min<std::size_t>(8, samples.size() - at);
        const float *from = samples.data() + at;
        if (count < 8) {
            std::copy_n(from, count, some);
            from = some;
        }
        quantize(from, valid_bits, dither, whole);
        for (std::size_t i = 0; i < count; ++i) {
            std::int32_t value = static_cast<std::int32_t>(std::uint32_t(whole[i]) << unused);
            if constexpr (encoding == Encoding::u8)
                value += 128;
            store<encoding>(value, out + (at + i) * container_bytes(encoding));
        }
    }
}

template <typename Real> void encode_reals(std::span<const float> samples, std::byte *out) {
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const Real value = samples[i] == samples[i] ? samples[i] : 0.0F; // no NaN
        std::memcpy(out + i * sizeof value, &value, sizeof value);
    }
}

HWY_INLINE V bend(V value, V knee, V room) {
    const Floats d;
    // room × u / (1 + u): its slope at the knee is 1, and it never reaches `room`.
    const V over = hn::Max(hn::Sub(hn::Abs(value), knee), hn::Zero(d));
    const V u = hn::Div(over, room);
    const V bent = hn::Add(knee, hn::Mul(room, hn::Div(u, hn::Add(u, hn::Set(d, 1.0F)))));
    return hn::IfThenElse(hn::Gt(hn::Abs(value), knee), hn::CopySign(bent, value), value);
}

} // namespace

void decode_block(Encoding encoding, const std::byte *samples, std::span<float> out) {
    for_encoding(encoding, [&]<Encoding known>() { decode_all<known>(samples, out); });
}

void encode_block(Encoding encoding, unsigned valid_bits, std::span<const float> samples,
                  Dither *dither, std::byte *out) {
    for_encoding(encoding, [&]<Encoding known>() {
        if constexpr (known == Encoding::f32)
            encode_reals<float>(samples, out);
        else if constexpr (known == Encoding::f64)
            encode_reals<double>(samples, out);
        else
            encode_integers<known>(valid_bits, samples, dither, out);
    });
}

void limit_block(std::span<float> samples, float knee) {
    const Floats d;
    const V at_knee = hn::Set(d, knee), room = hn::Set(d, 1.0F - knee);
    for (std::size_t at = 0; at < samples.size(); at += lanes) {
        const std::size_t count = std::min(lanes, samples.size() - at);
        const V value = load_floats(samples.data() + at, count);
        store_floats(bend(value, at_knee, room), samples.data() + at, count);
    }
}

} // namespace ksbox::mixer::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace ksbox::mixer {

HWY_EXPORT(decode_block);
HWY_EXPORT(encode_block);
HWY_EXPORT(limit_block);

Dither::Dither(std::uint32_t seed) {
    // xorshift never leaves 0, and neighbouring seeds begin alike: they are stirred first.
    for (std::uint32_t &one : state) {
        seed = seed * 1664525U + 1013904223U;
        one = (seed ^ (seed >> 15)) | 1U;
    }
}

void decode(Encoding encoding, const std::byte *samples, std::span<float> out) {
    HWY_DYNAMIC_DISPATCH(decode_block)(encoding, samples, out);
}

void encode(Encoding encoding, unsigned valid_bits, std::span<const float> samples, Dither *dither,
            std::byte *out) {
    HWY_DYNAMIC_DISPATCH(encode_block)(encoding, valid_bits, samples, dither, out);
}

void limit(std::span<float> samples, float knee) {
    HWY_DYNAMIC_DISPATCH(limit_block)(samples, knee);
}

std::array<float, most_channels> peaks(std::span<const float> samples, unsigned channels) {
    std::array<float, most_channels> found{};
    for (std::size_t i = 0; i < samples.size(); ++i)
        found[i % channels] = std::max(found[i % channels], std::abs(samples[i]));
    return found;
}

} // namespace ksbox::mixer

#endif
