#include "cli/drive_sound.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <numbers>

#include <fmt/format.h>

#include "base/stream_time.h"

namespace ksbox::cli {

namespace {

// xorshift64*, which needs no more than this.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed * 0x9E37'79B9'7F4A'7C15u | 1) {}
    std::uint64_t next() {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return state_ * 0x2545'F491'4F6C'DD1Du;
    }

  private:
    std::uint64_t state_;
};

// A sample of -1 to 1 in the format's container, least significant byte first.
void put(const AudioFormat &format, double sample, std::byte *to) {
    if (format.is_float && format.bits == 32) {
        const auto value = static_cast<float>(sample);
        std::memcpy(to, &value, sizeof value);
        return;
    }
    if (format.is_float && format.bits == 64) {
        std::memcpy(to, &sample, sizeof sample);
        return;
    }
    const std::size_t bytes = format.bits / 8;
    auto value = static_cast<std::int64_t>(sample * 0x7FFF'FFFF);
    if (bytes == 1)
        value ^= 0x8000'0000; // 8 bits have no sign
    value &= ~((std::int64_t(1) << (32 - std::min<unsigned>(format.valid_bits, 32))) - 1);
    std::memcpy(to,
                reinterpret_cast<const std::byte *>(&value) + (4 - std::min<std::size_t>(bytes, 4)),
                std::min<std::size_t>(bytes, 4));
}

template <typename Sample>
std::vector<std::byte> samples(const AudioFormat &format, std::size_t bytes, Sample sample) {
    std::vector<std::byte> data(bytes);
    const std::size_t step = format.bits / 8u;
    for (std::size_t at = 0; step != 0 && at + step <= bytes; at += step)
        put(format, sample(at / step), data.data() + at);
    return data;
}

} // namespace

std::vector<std::byte> noise(const AudioFormat &format, std::size_t bytes, std::uint64_t seed) {
    Random random(seed);
    return samples(format, bytes,
                   [&](std::size_t) { return double(std::int64_t(random.next())) / 9.3e18; });
}

std::vector<std::byte> tone(const AudioFormat &format, std::size_t bytes) {
    constexpr double pitch_hz = 440, level = 0.5;
    const double step = 2 * std::numbers::pi * pitch_hz / format.rate_hz;
    return samples(format, bytes, [&](std::size_t sample) {
        return level * std::sin(step * double(sample / std::max<std::size_t>(1, format.channels)));
    });
}

std::size_t bytes_of(const AudioFormat &format, std::uint64_t time_100ns) {
    return std::max<std::uint64_t>(frames_in_time(time_100ns, format.rate_hz), 1) *
           format.frame_bytes();
}

bool is_silent(const AudioFormat &format, std::span<const std::byte> data) {
    const std::byte silence{format.bits == 8 && !format.is_float ? std::uint8_t(0x80)
                                                                 : std::uint8_t(0)};
    return std::ranges::all_of(data, [&](std::byte byte) { return byte == silence; });
}

std::string difference(std::span<const std::byte> recorded, std::span<const std::byte> expected) {
    const auto [a, b] = std::ranges::mismatch(recorded, expected);
    const std::size_t same = std::size_t(a - recorded.begin());
    if (same == recorded.size() && same == expected.size())
        return {};
    if (same == std::min(recorded.size(), expected.size()))
        return fmt::format("there are {} bytes in place of {}", recorded.size(), expected.size());
    return fmt::format("byte {} is {:#04x} in place of {:#04x}", same,
                       std::to_integer<int>(recorded[same]), std::to_integer<int>(expected[same]));
}

std::string why_not_in(std::span<const std::byte> recorded, std::span<const std::byte> played) {
    const auto find = [&](std::span<const std::byte> what) {
        return std::search(recorded.begin(), recorded.end(),
                           std::boyer_moore_horspool_searcher(what.begin(), what.end()));
    };
    if (find(played) != recorded.end())
        return {};
    // The longest beginning of it that is there: by halves, since each shorter one is there too.
    std::size_t there = 0, missing = played.size();
    while (missing - there > 1) {
        const std::size_t half = there + (missing - there) / 2;
        (find(played.first(half)) != recorded.end() ? there : missing) = half;
    }
    if (there == 0)
        return fmt::format("nothing of the {} bytes is in the {} that were recorded", played.size(),
                           recorded.size());
    return fmt::format("only the first {} of {} bytes are there in one piece", there,
                       played.size());
}

} // namespace ksbox::cli
