// Loads and stores of one vector of samples, for each instruction set. Included by what Highway
// compiles again and again; floats are on full scale ±1.
#if defined(KSBOX_MIXER_SAMPLES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef KSBOX_MIXER_SAMPLES_INL_H
#undef KSBOX_MIXER_SAMPLES_INL_H
#else
#define KSBOX_MIXER_SAMPLES_INL_H
#endif

#include <hwy/highway.h>

#include "mixer/sample_format.h"

// Multiplications and additions are rounded one by one, so that each instruction set gives the same
// bits, whether or not it can fuse them.
#pragma clang fp contract(off)

HWY_BEFORE_NAMESPACE();
namespace ksbox::mixer::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// At most eight lanes: wider vectors gain nothing on blocks of 10 ms, and three-byte samples are
// taken apart in 128-bit blocks.
using Floats = hn::CappedTag<float, 8>;
using Integers = hn::Rebind<std::int32_t, Floats>;
using V = hn::Vec<Floats>;
inline constexpr std::size_t lanes = hn::MaxLanes(Floats());

/// How many samples of three bytes behind the vector's last one load() looks at.
inline constexpr std::size_t overrun = lanes == 8 ? 0 : 2;

/// Four samples of three bytes, each as the upper bytes of a lane.
template <typename D8> HWY_INLINE hn::Vec<D8> spread(D8 d8, const std::uint8_t *at) {
    alignas(32) static constexpr std::uint8_t places[32] = {
        128, 0, 1, 2, 128, 3, 4, 5, 128, 6,  7,  8,  128, 9,  10, 11,
        128, 4, 5, 6, 128, 7, 8, 9, 128, 10, 11, 12, 128, 13, 14, 15};
    if constexpr (hn::MaxLanes(D8()) == 32) {
        // The upper block ends with the last sample.
        const hn::Half<D8> half;
        const auto packed = hn::Combine(d8, hn::LoadU(half, at + 8), hn::LoadU(half, at));
        return hn::TableLookupBytesOr0(packed, hn::Load(d8, places));
    } else {
        return hn::TableLookupBytesOr0(hn::LoadU(d8, at), hn::Load(d8, places));
    }
}

HWY_INLINE V load_floats(const float *at, std::size_t count) {
    alignas(32) float some[lanes] = {};
    for (std::size_t i = 0; i < count; ++i)
        some[i] = at[i];
    return hn::Load(Floats(), some);
}
HWY_INLINE void store_floats(V value, float *at, std::size_t count) {
    alignas(32) float some[lanes];
    hn::Store(value, Floats(), some);
    for (std::size_t i = 0; i < count; ++i)
        at[i] = some[i];
}

/// act<encoding>(), the encoding being known when it is compiled.
template <typename Act> HWY_INLINE void for_encoding(Encoding encoding, Act act) {
    switch (encoding) {
    case Encoding::u8:
        return act.template operator()<Encoding::u8>();
    case Encoding::s16:
        return act.template operator()<Encoding::s16>();
    case Encoding::s24:
        return act.template operator()<Encoding::s24>();
    case Encoding::s32:
        return act.template operator()<Encoding::s32>();
    case Encoding::f32:
        return act.template operator()<Encoding::f32>();
    case Encoding::f64:
        return act.template operator()<Encoding::f64>();
    }
}

/// A vector of samples.
template <Encoding encoding> HWY_INLINE V load(const std::byte *at) {
    const Floats d;
    const Integers di;
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(at);
    if constexpr (encoding == Encoding::f32) {
        return hn::LoadU(d, reinterpret_cast<const float *>(at));
    } else if constexpr (encoding == Encoding::f64) {
        alignas(32) float rounded[lanes]; // rare: left to the compiler
        for (std::size_t i = 0; i < lanes; ++i)
            rounded[i] = static_cast<float>(reinterpret_cast<const double *>(at)[i]);
        return hn::Load(d, rounded);
    } else if constexpr (encoding == Encoding::s32) {
        const auto whole = hn::LoadU(di, reinterpret_cast<const std::int32_t *>(at));
        return hn::Mul(hn::ConvertTo(d, whole), hn::Set(d, 0x1p-31F));
    } else if constexpr (encoding == Encoding::s24) {
        const hn::Repartition<std::uint8_t, Floats> d8;
        const auto whole = hn::BitCast(di, spread(d8, bytes));
        return hn::Mul(hn::ConvertTo(d, whole), hn::Set(d, 0x1p-31F));
    } else if constexpr (encoding == Encoding::s16) {
        const hn::Rebind<std::int16_t, Floats> ds;
        const auto half = hn::LoadU(ds, reinterpret_cast<const std::int16_t *>(at));
        return hn::Mul(hn::ConvertTo(d, hn::PromoteTo(di, half)), hn::Set(d, 0x1p-15F));
    } else {
        const hn::Rebind<std::uint8_t, Floats> du;
        const auto quarter = hn::PromoteTo(di, hn::LoadU(du, bytes));
        const auto middle = hn::Sub(quarter, hn::Set(di, 128));
        return hn::Mul(hn::ConvertTo(d, middle), hn::Set(d, 0x1p-7F));
    }
}

/// As load(), of fewer samples than a vector has; the other lanes are 0 (or silence).
template <Encoding encoding> HWY_INLINE V load_some(const std::byte *at, std::size_t count) {
    alignas(64) std::byte whole[64 + 8] = {};
    for (std::size_t i = 0; i < count * container_bytes(encoding); ++i)
        whole[i] = at[i];
    return load<encoding>(whole);
}

} // namespace ksbox::mixer::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
