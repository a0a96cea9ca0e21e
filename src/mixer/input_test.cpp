// Inputs: what a block is without conversions, with each, and with gains that change.
#include "mixer/input.h"

#include <cmath>
#include <cstring>
#include <numbers>

#include <gtest/gtest.h>

namespace ksbox::mixer {
namespace {

const SampleFormat mix{Encoding::f32, 32, 2, 3, 48'000};

std::unique_ptr<Input> input(const SampleFormat &from, const SampleFormat &to = mix) {
    auto made = Input::create(from, to);
    EXPECT_TRUE(made);
    return std::move(*made);
}

/// The block as the mix hears it.
std::vector<float> heard(const Input::Block &block, unsigned channels = 2) {
    std::vector<float> sum(block.frames * channels);
    add(std::span(&block.addend, 1), channels, sum);
    return sum;
}

template <typename T> std::span<const std::byte> bytes_of(const std::vector<T> &samples) {
    return std::as_bytes(std::span(samples));
}

TEST(Input, WithoutConversionsTheBytesAreTheAddend) {
    const SampleFormat from{Encoding::s16, 16, 2, 3, 48'000};
    auto one = input(from);
    const std::vector<std::int16_t> samples{100, -200, 300, -400, 500, -600};
    const auto block = one->take(bytes_of(samples), 2);
    EXPECT_EQ(block.frames, 2u);
    EXPECT_EQ(block.taken, 8u);
    EXPECT_EQ(static_cast<const void *>(block.addend.samples), samples.data());
    EXPECT_EQ(block.addend.encoding, Encoding::s16);
    EXPECT_EQ(heard(block), (std::vector<float>{100 / 32768.0F, -200 / 32768.0F, 300 / 32768.0F,
                                                -400 / 32768.0F}));
    const auto rest = one->take(bytes_of(samples).subspan(8), 10);
    EXPECT_EQ(rest.frames, 1u);
    EXPECT_EQ(rest.taken, 4u);
    EXPECT_EQ(one->take({}, 10).frames, 0u);
    EXPECT_EQ(one->delay(), 0.0);
    EXPECT_EQ(one->drain(10).frames, 0u);
}

TEST(Input, ChannelsGoToTheirPlaces) {
    auto mono = input({Encoding::f32, 32, 1, 4, 48'000});
    EXPECT_EQ(heard(mono->take(bytes_of(std::vector<float>{0.25F, 0.5F}), 8)),
              (std::vector<float>{0.25F, 0.25F, 0.5F, 0.5F}));
    auto four = input({Encoding::f32, 32, 4, 0x33, 48'000}); // quad
    const auto block = four->take(bytes_of(std::vector<float>{0.1F, 0.2F, 0, 0.5F}), 8);
    EXPECT_EQ(block.taken, 16u);
    EXPECT_EQ(heard(block), (std::vector<float>{0.1F, 0.2F + 0.70710678F * 0.5F}));
}

TEST(Input, TheFirstFrameHasTheGainsOfThatMoment) {
    auto one = input({Encoding::s16, 16, 2, 3, 48'000});
    const std::vector<std::int16_t> samples{100, -200, 300, -400};
    EXPECT_EQ(one->take({}, 10).frames, 0u); // nothing has begun
    const std::vector<float> half(2, 0.5F), whole(2, 1.0F);
    one->set_gains(half);
    const auto begun = one->take(bytes_of(samples).first(4), 10);
    EXPECT_EQ(begun.frames, 1u);
    EXPECT_EQ(static_cast<const void *>(begun.addend.samples), samples.data());
    EXPECT_EQ(begun.addend.gains[1], 0.5F);
    one->set_gains(whole);
    const auto ramped = one->take(bytes_of(samples), 10);
    EXPECT_EQ(heard(ramped), (std::vector<float>{100 * 0.75F / 32768, -200 * 0.75F / 32768,
                                                 300 / 32768.0F, -400 / 32768.0F}));
}

TEST(Input, GainsChangeInAStraightLine) {
    auto one = input(mix);
    const std::vector<float> ones(8, 1.0F);
    const float first[] = {0.5F, 0.25F};
    one->set_gains(first); // from the first sample on
    EXPECT_EQ(heard(one->take(bytes_of(ones), 2)), (std::vector<float>{0.5F, 0.25F, 0.5F, 0.25F}));
    const float second[] = {1.0F, 0.25F};
    one->set_gains(second);
    EXPECT_EQ(heard(one->take(bytes_of(ones), 4)),
              (std::vector<float>{0.625F, 0.25F, 0.75F, 0.25F, 0.875F, 0.25F, 1.0F, 0.25F}));
    EXPECT_EQ(heard(one->take(bytes_of(ones), 1)), (std::vector<float>{1.0F, 0.25F}));
    // Nothing came: the change waits.
    const float third[] = {0.0F, 0.0F};
    one->set_gains(third);
    EXPECT_EQ(one->take({}, 4).frames, 0u);
    EXPECT_EQ(heard(one->take(bytes_of(ones), 2)), (std::vector<float>{0.5F, 0.125F, 0.0F, 0.0F}));
    // A stream that begins anew has its gains at once.
    one->set_gains(first);
    one->reset();
    EXPECT_EQ(heard(one->take(bytes_of(ones), 1)), (std::vector<float>{0.5F, 0.25F}));
}

TEST(Input, AnotherRateComesWholeInAnyPieces) {
    const SampleFormat from{Encoding::s16, 16, 1, 4, 44'100};
    std::vector<std::int16_t> samples(44'100);
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = std::int16_t(
            std::lround(20'000 * std::sin(2 * std::numbers::pi * 440 * double(i) / 44'100)));
    std::vector<float> all;
    std::size_t biggest = 0;
    auto one = input(from);
    EXPECT_EQ(one->frames_for(480), 441u);
    std::span<const std::byte> rest = bytes_of(samples);
    while (!rest.empty()) {
        const auto block = one->take(rest, 480);
        const auto part = heard(block);
        all.insert(all.end(), part.begin(), part.end());
        biggest = std::max(biggest, block.frames);
        rest = rest.subspan(block.taken);
        ASSERT_TRUE(block.taken || block.frames);
    }
    for (;;) {
        const auto part = heard(one->drain(480));
        if (part.empty())
            break;
        all.insert(all.end(), part.begin(), part.end());
    }
    EXPECT_EQ(biggest, 480u);
    ASSERT_NEAR(double(all.size()), 96'000, 4);
    double worst = 0;
    for (std::size_t i = 2'000; i + 2'000 < all.size() / 2; ++i) {
        const double expected =
            20'000 / 32768.0 * std::sin(2 * std::numbers::pi * 440 * double(i) / 48'000);
        worst = std::max(worst, std::abs(all[2 * i] - expected));
        EXPECT_EQ(all[2 * i], all[2 * i + 1]);
    }
    EXPECT_LT(worst, 1.0 / 32768);
}

TEST(Input, WhenDitherIsWanted) {
    const SampleFormat s16{Encoding::s16, 16, 2, 3, 48'000}, s24{Encoding::s24, 24, 2, 3, 48'000};
    EXPECT_FALSE(input(s16)->loses_bits_in(Encoding::s16, 16));
    EXPECT_FALSE(input(s16)->loses_bits_in(Encoding::s24, 24));
    EXPECT_TRUE(input(s24)->loses_bits_in(Encoding::s16, 16));
    EXPECT_TRUE(input(mix)->loses_bits_in(Encoding::s16, 16));
    EXPECT_FALSE(input(mix)->loses_bits_in(Encoding::f32, 32));
    EXPECT_TRUE(input({Encoding::s16, 16, 2, 3, 44'100})->loses_bits_in(Encoding::s16, 16));
    EXPECT_FALSE(input({Encoding::s16, 16, 1, 4, 48'000})->loses_bits_in(Encoding::s16, 16));
    EXPECT_TRUE(input({Encoding::s16, 16, 6, 0x3f, 48'000})->loses_bits_in(Encoding::s16, 16));
    auto quiet = input(s16);
    const float half[] = {0.5F, 1.0F}, off[] = {0.0F, 1.0F};
    quiet->set_gains(half);
    EXPECT_TRUE(quiet->loses_bits_in(Encoding::s16, 16));
    quiet->set_gains(off);
    EXPECT_FALSE(quiet->loses_bits_in(Encoding::s16, 16));
}

} // namespace
} // namespace ksbox::mixer
