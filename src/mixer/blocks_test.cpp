// Blocks: every encoding both ways, sums against plain arithmetic, and the same bits from every
// instruction set.
#include "mixer/blocks.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <hwy/targets.h>

namespace ksbox::mixer {
namespace {

constexpr Encoding encodings[] = {Encoding::u8,  Encoding::s16, Encoding::s24,
                                  Encoding::s32, Encoding::f32, Encoding::f64};

unsigned all_bits(Encoding encoding) {
    return 8 * container_bytes(encoding);
}

/// Bytes of samples, exactly as many: reading beyond them is seen by the sanitizer.
std::vector<std::byte> random_samples(Encoding encoding, std::size_t count, std::mt19937 &random) {
    std::vector<std::byte> bytes(count * container_bytes(encoding));
    std::uniform_real_distribution<double> level(-0.5, 0.5);
    for (std::size_t i = 0; i < count; ++i) {
        const double real = level(random);
        const auto small = static_cast<float>(real);
        std::byte *const at = bytes.data() + i * container_bytes(encoding);
        if (encoding == Encoding::f32)
            std::memcpy(at, &small, sizeof small);
        else if (encoding == Encoding::f64)
            std::memcpy(at, &real, sizeof real);
        else
            for (unsigned k = 0; k < container_bytes(encoding); ++k)
                at[k] = static_cast<std::byte>(random());
    }
    return bytes;
}

/// One sample as a real number, by its definition.
double value_of(Encoding encoding, const std::byte *at) {
    if (encoding == Encoding::f32) {
        float value;
        std::memcpy(&value, at, sizeof value);
        return value;
    }
    if (encoding == Encoding::f64) {
        double value;
        std::memcpy(&value, at, sizeof value);
        return value;
    }
    std::int64_t whole = 0;
    for (unsigned k = 0; k < container_bytes(encoding); ++k)
        whole |= std::int64_t(std::to_integer<std::uint8_t>(at[k])) << (8 * k);
    const unsigned bits = all_bits(encoding);
    if (encoding == Encoding::u8)
        return double(whole - 128) / 128;
    if (whole >> (bits - 1) & 1)
        whole -= std::int64_t(1) << bits;
    return std::ldexp(double(whole), 1 - int(bits));
}

/// Runs `check` under each instruction set that this machine has.
template <typename Check> void for_each_target(Check check) {
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
        SCOPED_TRACE(hwy::TargetName(target));
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        check();
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

TEST(Blocks, DecodeIsTheDefinition) {
    std::mt19937 random(1);
    for_each_target([&] {
        for (const Encoding encoding : encodings)
            for (std::size_t count = 0; count < 40; ++count) {
                const auto bytes = random_samples(encoding, count, random);
                std::vector<float> out(count, -9.0F);
                decode(encoding, bytes.data(), out);
                for (std::size_t i = 0; i < count; ++i)
                    EXPECT_EQ(out[i], float(value_of(encoding,
                                                     bytes.data() + i * container_bytes(encoding))))
                        << unsigned(encoding) << " " << i << " of " << count;
            }
    });
}

TEST(Blocks, EncodeGivesBackWhatWasDecoded) {
    std::mt19937 random(2);
    for_each_target([&] {
        for (const Encoding encoding : encodings) {
            if (encoding == Encoding::s32 || encoding == Encoding::f64)
                continue; // have more bits than the float between
            for (const std::size_t count : {1, 7, 8, 9, 100}) {
                const auto bytes = random_samples(encoding, count, random);
                std::vector<float> between(count);
                decode(encoding, bytes.data(), between);
                std::vector<std::byte> back(bytes.size());
                encode(encoding, all_bits(encoding), between, nullptr, back.data());
                EXPECT_EQ(back, bytes) << unsigned(encoding);
            }
        }
    });
}

TEST(Blocks, EncodeRoundsAndHolds) {
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<float> in{1.0F,          -1.0F,        2.0F,          -infinity,   infinity,
                                std::nanf(""), 0.6F / 32768, -0.6F / 32768, 0.4F / 32768};
    const std::int16_t expected[] = {32767, -32768, 32767, -32768, 32767, 0, 1, -1, 0};
    for_each_target([&] {
        std::vector<std::byte> out(in.size() * 2);
        encode(Encoding::s16, 16, in, nullptr, out.data());
        EXPECT_EQ(std::memcmp(out.data(), expected, sizeof expected), 0);
        std::int32_t wide[9];
        encode(Encoding::s32, 32, in, nullptr, reinterpret_cast<std::byte *>(wide));
        EXPECT_EQ(wide[0], 0x7fffff80); // the last float before full scale
        EXPECT_EQ(wide[1], std::numeric_limits<std::int32_t>::min());
        EXPECT_EQ(wide[5], 0);
        // 20 bits of 24 and of 32 are the upper ones.
        encode(Encoding::s32, 20, in, nullptr, reinterpret_cast<std::byte *>(wide));
        EXPECT_EQ(wide[0], 0x7ffff000);
        EXPECT_EQ(wide[6], 0xA000); // 0.6 / 32768 is 9.6 of 2^19
    });
}

TEST(Blocks, AddIsASumInOrder) {
    std::mt19937 random(3);
    std::uniform_real_distribution<float> level(-2, 2);
    for (unsigned channels = 1; channels <= most_channels; ++channels)
        for (const std::size_t frames : {1, 3, 16, 33, 480}) {
            const std::size_t count = frames * channels;
            std::vector<std::vector<std::byte>> bytes;
            std::vector<Addend> addends;
            for (int i = 0; i < 70; ++i) {
                const Encoding encoding = encodings[random() % 6];
                bytes.push_back(random_samples(encoding, count, random));
                Addend one{encoding, bytes.back().data(), {}};
                for (float &gain : one.gains)
                    gain = i % 3 ? level(random) : 1.0F;
                addends.push_back(one);
            }
            std::vector<float> expected(count, 0.0F);
            for (const Addend &one : addends)
                for (std::size_t i = 0; i < count; ++i) {
                    const float value = float(
                        value_of(one.encoding, one.samples + i * container_bytes(one.encoding)));
                    const volatile float scaled = value * one.gains[i % channels]; // rounded
                    expected[i] += scaled;
                }
            for_each_target([&] {
                std::vector<float> sum(count, 99.0F);
                add(addends, channels, sum);
                EXPECT_EQ(sum, expected) << channels << " × " << frames;
            });
        }
}

TEST(Blocks, OntoWhatIsThere) {
    const std::vector<float> more(37, 0.25F);
    const Addend addend{Encoding::f32, reinterpret_cast<const std::byte *>(more.data()), {1.0F}};
    std::vector<float> sum(37, 0.5F);
    add({&addend, 1}, 1, sum, true);
    EXPECT_EQ(sum, std::vector<float>(37, 0.75F));
    add({&addend, 1}, 1, sum);
    EXPECT_EQ(sum, more);
}

TEST(Blocks, NothingAddsUpToSilence) {
    std::vector<float> sum(37, 5.0F);
    add({}, 1, sum);
    EXPECT_EQ(sum, std::vector<float>(37, 0.0F));
}

TEST(Blocks, ASumOfIntegersIsExact) {
    std::mt19937 random(4);
    std::vector<std::vector<std::byte>> bytes;
    std::vector<Addend> addends;
    std::vector<std::int64_t> sums(960);
    for (int i = 0; i < 8; ++i) {
        auto one = random_samples(Encoding::s24, 960, random);
        for (std::size_t k = 0; k < 960; ++k) { // an eighth of full scale at most
            auto whole = std::int32_t(std::to_integer<std::uint32_t>(one[3 * k]) |
                                      std::to_integer<std::uint32_t>(one[3 * k + 1]) << 8 |
                                      std::to_integer<std::uint32_t>(one[3 * k + 2]) << 16)
                             << 8 >>
                         11;
            sums[k] += whole;
            for (unsigned b = 0; b < 3; ++b)
                one[3 * k + b] = std::byte(std::uint32_t(whole) >> (8 * b));
        }
        bytes.push_back(std::move(one));
        addends.push_back({Encoding::s24, bytes.back().data(), {1, 1, 1, 1, 1, 1, 1, 1}});
    }
    std::vector<float> sum(960);
    add(addends, 2, sum);
    for (std::size_t i = 0; i < sum.size(); ++i)
        ASSERT_EQ(double(sum[i]) * 8388608.0, double(sums[i]));
}

TEST(Blocks, DitherIsTriangularAndTheSameEverywhere) {
    const std::vector<float> in(80'000, 0.3F / 32768); // between two steps
    std::vector<std::vector<std::int16_t>> results;
    for_each_target([&] {
        Dither dither(7);
        std::vector<std::int16_t> out(in.size());
        // In pieces, as blocks come.
        for (std::size_t at = 0; at < in.size(); at += 960)
            encode(Encoding::s16, 16,
                   std::span(in).subspan(at, std::min<std::size_t>(960, in.size() - at)), &dither,
                   reinterpret_cast<std::byte *>(out.data() + at));
        results.push_back(out);
    });
    for (const auto &other : results)
        EXPECT_EQ(other, results.front());
    double mean = 0, square = 0;
    for (const std::int16_t value : results.front()) {
        EXPECT_LE(std::abs(value), 2);
        mean += value;
        square += double(value) * value;
    }
    mean /= double(in.size());
    square = square / double(in.size()) - mean * mean;
    EXPECT_NEAR(mean, 0.3, 0.01);    // what rounding alone would lose
    EXPECT_NEAR(square, 0.25, 0.01); // 1/6 of the noise, 1/12 of the rounding
    Dither other(8);
    std::vector<std::int16_t> out(in.size());
    encode(Encoding::s16, 16, in, &other, reinterpret_cast<std::byte *>(out.data()));
    EXPECT_NE(out, results.front());
}

TEST(Blocks, TheLimiterLeavesWhatIsBelowItsKnee) {
    for_each_target([] {
        std::vector<float> in, out;
        for (float value = -4; value <= 4; value += 0.001F)
            in.push_back(value);
        out = in;
        limit(out);
        for (std::size_t i = 0; i < in.size(); ++i) {
            if (std::abs(in[i]) <= 0.9F)
                EXPECT_EQ(out[i], in[i]);
            EXPECT_LT(std::abs(out[i]), 1.0F);
            EXPECT_GE(out[i] * in[i], 0.0F);
            if (i)
                EXPECT_GE(out[i], out[i - 1]) << in[i];
            if (i)
                EXPECT_LE(out[i] - out[i - 1], 0.0011F); // no corner
        }
    });
}

TEST(Blocks, PeaksAreOfEachChannel) {
    const std::vector<float> in{0.1F, -0.2F, 0.0F, -0.5F, 0.3F, 0.0F};
    const auto found = peaks(in, 3);
    EXPECT_EQ(found[0], 0.5F);
    EXPECT_EQ(found[1], 0.3F);
    EXPECT_EQ(found[2], 0.0F);
    EXPECT_EQ(found[3], 0.0F);
}

} // namespace
} // namespace ksbox::mixer
