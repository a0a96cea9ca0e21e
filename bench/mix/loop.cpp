// The limit: AVX2 by hand. Eight vectors of the sum stay in registers while all streams are added;
// streams of one encoding stand together, and gains lie as vectors beside them, beforehand.
#include <immintrin.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <benchmark/benchmark.h>

#include "mix/sides.h"

#define KSBOX_AVX2 gnu::target("avx2,fma")

namespace ksbox::bench {

namespace {

using mixer::Encoding;

constexpr std::size_t lanes = 8, strip = 8;
static_assert(block_samples % (strip * lanes) == 0);

template <Encoding encoding>
[[KSBOX_AVX2, gnu::always_inline]] inline __m256 load(const std::byte *at) {
    const auto *bytes = reinterpret_cast<const __m128i *>(at);
    if constexpr (encoding == Encoding::f32) {
        return _mm256_load_ps(reinterpret_cast<const float *>(at));
    } else if constexpr (encoding == Encoding::s16) {
        const __m256i whole = _mm256_cvtepi16_epi32(_mm_load_si128(bytes));
        return _mm256_mul_ps(_mm256_cvtepi32_ps(whole), _mm256_set1_ps(0x1p-15F));
    } else {
        // Four samples at the beginning of the lower half, four at the end of the upper one.
        const __m256i upper_bytes =
            _mm256_setr_epi8(-1, 0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, //
                             -1, 4, 5, 6, -1, 7, 8, 9, -1, 10, 11, 12, -1, 13, 14, 15);
        const __m256i packed =
            _mm256_loadu2_m128i(reinterpret_cast<const __m128i *>(at + 8), bytes);
        const __m256i whole = _mm256_shuffle_epi8(packed, upper_bytes);
        return _mm256_mul_ps(_mm256_cvtepi32_ps(whole), _mm256_set1_ps(0x1p-31F));
    }
}

struct Group {
    std::vector<const std::byte *> streams;
    std::vector<std::array<float, lanes>> gains; ///< none: they are 1
};

template <Encoding encoding>
[[KSBOX_AVX2, gnu::always_inline]] inline void add_group(const Group &group, std::size_t at,
                                                         __m256 (&sums)[strip]) {
    for (const std::byte *stream : group.streams)
        for (std::size_t v = 0; v < strip; ++v)
            sums[v] = _mm256_add_ps(
                sums[v], load<encoding>(stream + (at + v * lanes) * container_bytes(encoding)));
}

[[KSBOX_AVX2, gnu::always_inline]] inline void add_scaled(const Group &group, std::size_t at,
                                                          __m256 (&sums)[strip]) {
    for (std::size_t i = 0; i < group.streams.size(); ++i) {
        const __m256 gain = _mm256_loadu_ps(group.gains[i].data());
        for (std::size_t v = 0; v < strip; ++v)
            sums[v] = _mm256_fmadd_ps(
                load<Encoding::f32>(group.streams[i] + (at + v * lanes) * sizeof(float)), gain,
                sums[v]);
    }
}

struct Groups {
    Group s16, s24, f32, scaled;
    Group &of(const Stream &one) {
        if (one.encoding != Encoding::f32)
            return one.encoding == Encoding::s16 ? s16 : s24;
        return one.gains[0] == 1 && one.gains[1] == 1 ? f32 : scaled;
    }
};

[[KSBOX_AVX2, gnu::noinline]] void add_all(const Groups &groups, float *sum) {
    for (std::size_t at = 0; at < block_samples; at += strip * lanes) {
        __m256 sums[strip];
        for (__m256 &one : sums)
            one = _mm256_setzero_ps();
        add_group<Encoding::s16>(groups.s16, at, sums);
        add_group<Encoding::s24>(groups.s24, at, sums);
        add_group<Encoding::f32>(groups.f32, at, sums);
        add_scaled(groups.scaled, at, sums);
        for (std::size_t v = 0; v < strip; ++v)
            _mm256_storeu_ps(sum + at + v * lanes, sums[v]);
    }
}

} // namespace

Work add_in_a_loop(unsigned count, Kind kind) {
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        throw std::runtime_error("the hand-written loop needs AVX2 and FMA");
    const auto streams = std::make_shared<Streams>(count, kind);
    Groups groups;
    for (const Stream &one : streams->all) {
        Group &group = groups.of(one);
        group.streams.push_back(one.samples());
        if (&group == &groups.scaled) {
            auto &gains = group.gains.emplace_back();
            for (std::size_t lane = 0; lane < lanes; ++lane)
                gains[lane] = one.gains[lane % block_channels];
        }
    }
    return [streams, groups, sum = std::vector<float>(block_samples)](std::uint64_t times) mutable {
        for (std::uint64_t i = 0; i < times; ++i) {
            add_all(groups, sum.data());
            benchmark::ClobberMemory(); // each time anew
        }
        streams->check(sum);
    };
}

} // namespace ksbox::bench
