// Rates: frames in and out, and how pure a tone stays.
#include "mixer/resampler.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace ksbox::mixer {
namespace {

/// A second of a tone through the resampler, in blocks of 40 ms.
std::vector<float> resampled(double tone_hz, std::uint32_t from, std::uint32_t to,
                             unsigned channels = 1) {
    auto made = Resampler::create(from, to, channels);
    EXPECT_TRUE(made);
    std::vector<float> result;
    std::vector<float> block(from / 25 * channels), out((to / 12 + 100) * channels);
    const double step = 2 * std::numbers::pi * tone_hz / from;
    for (std::uint32_t frame = 0; frame + from / 25 <= from;) {
        for (std::uint32_t i = 0; i < from / 25; ++i, ++frame)
            for (unsigned c = 0; c < channels; ++c)
                block[i * channels + c] = float(0.9 * std::sin(step * frame + c));
        std::span<const float> rest(block);
        while (!rest.empty()) {
            const auto step_made = (*made)->process(rest, out);
            rest = rest.subspan(step_made.taken * channels);
            result.insert(result.end(), out.begin(),
                          out.begin() + std::ptrdiff_t(step_made.made * channels));
        }
    }
    while (const std::size_t frames = (*made)->drain(out))
        result.insert(result.end(), out.begin(), out.begin() + std::ptrdiff_t(frames * channels));
    return result;
}

/// What is not the tone, in dB of it: least squares of sine and cosine over the middle.
double residue_db(const std::vector<float> &samples, double tone_hz, double rate) {
    const std::size_t first = samples.size() / 4, last = samples.size() * 3 / 4;
    const double step = 2 * std::numbers::pi * tone_hz / rate;
    double ss = 0, sc = 0, cc = 0, xs = 0, xc = 0;
    for (std::size_t i = first; i < last; ++i) {
        const double s = std::sin(step * double(i)), c = std::cos(step * double(i));
        ss += s * s, sc += s * c, cc += c * c, xs += samples[i] * s, xc += samples[i] * c;
    }
    const double det = ss * cc - sc * sc;
    const double a = (xs * cc - xc * sc) / det, b = (xc * ss - xs * sc) / det;
    double noise = 0, signal = 0;
    for (std::size_t i = first; i < last; ++i) {
        const double tone = a * std::sin(step * double(i)) + b * std::cos(step * double(i));
        noise += (samples[i] - tone) * (samples[i] - tone);
        signal += tone * tone;
    }
    return 10 * std::log10(signal / noise);
}

TEST(Resampler, ASecondStaysASecond) {
    for (const auto &[from, to] : {std::pair{44'100u, 48'000u},
                                   {48'000u, 44'100u},
                                   {8'000u, 384'000u},
                                   {384'000u, 8'000u},
                                   {48'000u, 48'000u},
                                   {11'025u, 96'000u}}) {
        const auto out = resampled(1'000, from, to, 2);
        EXPECT_NEAR(double(out.size() / 2), to, 1.0) << from << " -> " << to;
    }
}

TEST(Resampler, ATonesNoiseIs130dBBelowIt) {
    for (const double tone : {1'000.0, 15'000.0})
        EXPECT_GE(residue_db(resampled(tone, 44'100, 48'000), tone, 48'000), 130.0) << tone;
}

TEST(Resampler, ABlockOfNothingIsNotTheEnd) {
    std::vector<float> in(4'410), plain(6'000), broken(6'000);
    for (std::size_t i = 0; i < in.size(); ++i)
        in[i] = std::sin(0.1F * float(i));
    auto one = Resampler::create(44'100, 48'000, 1), other = Resampler::create(44'100, 48'000, 1);
    ASSERT_TRUE(one && other);
    const auto whole = (*one)->process(in, plain);
    EXPECT_EQ((*other)->process({}, broken).made, 0u);
    const auto rest = (*other)->process(in, broken);
    EXPECT_EQ(rest.taken, whole.taken);
    EXPECT_EQ(rest.made, whole.made);
    EXPECT_EQ(plain, broken);
}

TEST(Resampler, ResetBeginsAnew) {
    auto made = Resampler::create(44'100, 48'000, 1);
    ASSERT_TRUE(made);
    std::vector<float> in(441, 1.0F), first(600), second(600);
    const auto once = (*made)->process(in, first);
    (*made)->reset();
    const auto again = (*made)->process(in, second);
    EXPECT_EQ(once.made, again.made);
    EXPECT_EQ(first, second);
}

} // namespace
} // namespace ksbox::mixer
