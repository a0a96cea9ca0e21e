// 44.1 to 48 kHz: the mixer's Resampler, and soxr of the same quality without it.
#include <soxr.h>

#include <cmath>
#include <functional>
#include <memory>
#include <numbers>
#include <stdexcept>

#include "mixer/resampler.h"

#include "mix/sides.h"

namespace ksbox::bench {

namespace {

constexpr unsigned from_hz = 44'100, to_hz = 48'000;

struct Done {
    std::size_t taken, made; ///< frames
};
using Convert = std::function<Done(std::span<const float> in, std::span<float> out)>;

Convert ksbox(unsigned channels) {
    auto made = mixer::Resampler::create(from_hz, to_hz, channels);
    if (!made)
        throw std::runtime_error("no resampler");
    return [resampler = std::shared_ptr<mixer::Resampler>(std::move(*made))](
               std::span<const float> in, std::span<float> out) {
        const auto step = resampler->process(in, out);
        return Done{step.taken, step.made};
    };
}

Convert plain_soxr(unsigned channels) {
    const soxr_io_spec_t floats = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
    const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    soxr_error_t error = nullptr;
    const std::shared_ptr<soxr> made(
        soxr_create(from_hz, to_hz, channels, &error, &floats, &quality, &runtime), soxr_delete);
    if (error != nullptr)
        throw std::runtime_error(error);
    return [made, channels](std::span<const float> in, std::span<float> out) {
        Done done{};
        if (soxr_process(made.get(), in.data(), in.size() / channels, &done.taken, out.data(),
                         out.size() / channels, &done.made) != nullptr)
            throw std::runtime_error("soxr failed");
        return done;
    };
}

/// Ten milliseconds at a time.
Work convert_blocks(const Convert &convert) {
    std::vector<float> in(from_hz / 100 * block_channels), out(2 * block_samples);
    for (std::size_t i = 0; i < in.size(); ++i)
        in[i] = static_cast<float>(std::sin(0.1 * static_cast<double>(i)));
    return [=, taken = std::uint64_t(0), made = std::uint64_t(0)](std::uint64_t times) mutable {
        for (std::uint64_t i = 0; i < times; ++i) {
            const Done done = convert(in, out);
            taken += done.taken;
            made += done.made;
        }
        // What is inside the filter is less than 50 ms.
        const std::uint64_t expected = taken * to_hz / from_hz;
        if (taken % (from_hz / 100) != 0 || made > expected || made + to_hz / 20 < expected)
            throw std::runtime_error("frames are missing");
    };
}

/// What is not the tone, in dB of it: least squares of sine and cosine over the middle of a second.
double residue_db(const Convert &convert, double tone_hz) {
    std::vector<float> in(from_hz), out(to_hz);
    for (std::size_t i = 0; i < in.size(); ++i)
        in[i] = static_cast<float>(
            0.9 * std::sin(2 * std::numbers::pi * tone_hz / from_hz * static_cast<double>(i)));
    const std::size_t made = convert(in, out).made;
    const double step = 2 * std::numbers::pi * tone_hz / to_hz;
    double ss = 0, sc = 0, cc = 0, xs = 0, xc = 0;
    const auto for_middle = [&](auto act) {
        for (std::size_t i = made / 4; i < made * 3 / 4; ++i)
            act(static_cast<double>(out[i]), std::sin(step * static_cast<double>(i)),
                std::cos(step * static_cast<double>(i)));
    };
    for_middle([&](double x, double s, double c) {
        ss += s * s, sc += s * c, cc += c * c, xs += x * s, xc += x * c;
    });
    const double det = ss * cc - sc * sc;
    const double a = (xs * cc - xc * sc) / det, b = (xc * ss - xs * sc) / det;
    double signal = 0, noise = 0;
    for_middle([&](double x, double s, double c) {
        const double tone = a * s + b * c;
        signal += tone * tone;
        noise += (x - tone) * (x - tone);
    });
    return 10 * std::log10(signal / noise);
}

} // namespace

Work resample() {
    return convert_blocks(ksbox(block_channels));
}
Work resample_by_soxr() {
    return convert_blocks(plain_soxr(block_channels));
}

double purity_db(double tone_hz) {
    return residue_db(ksbox(1), tone_hz);
}
double purity_db_of_soxr(double tone_hz) {
    return residue_db(plain_soxr(1), tone_hz);
}

} // namespace ksbox::bench
