#include "mix/streams.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <stdexcept>

namespace ksbox::bench {

namespace {

constexpr mixer::Encoding turns[] = {mixer::Encoding::s16, mixer::Encoding::s24,
                                     mixer::Encoding::f32};

/// `value` steps of 16 bits.
void store(mixer::Encoding encoding, int value, std::byte *at) {
    const float real = static_cast<float>(value) * 0x1p-15F;
    const int wide = value * 256;
    if (encoding == mixer::Encoding::f32)
        std::memcpy(at, &real, sizeof real);
    else
        std::memcpy(at, encoding == mixer::Encoding::s16 ? &value : &wide,
                    container_bytes(encoding));
}

} // namespace

Streams::Streams(unsigned count, Kind kind) : all(count), sum(block_samples) {
    std::mt19937 random(count);
    for (unsigned i = 0; i < count; ++i) {
        Stream &one = all[i];
        if (kind == Kind::mixed)
            one.encoding = turns[i % 3];
        if (kind == Kind::gains)
            one.gains = {i % 2 ? 0.5F : 0.25F, i % 3 ? 0.125F : 2.0F};
        one.lines.resize((one.bytes() + sizeof(Stream::Line) - 1) / sizeof(Stream::Line));
        for (std::size_t k = 0; k < block_samples; ++k) {
            const int value = static_cast<int>(random() % 512) - 256;
            store(one.encoding, value, one.samples() + k * container_bytes(one.encoding));
            sum[k] += static_cast<float>(value) * 0x1p-15F * one.gains[k % block_channels];
        }
    }
}

void Streams::check(std::span<const float> got) const {
    if (!std::ranges::equal(got, sum))
        throw std::runtime_error("that is not the sum of the streams");
}

} // namespace ksbox::bench
