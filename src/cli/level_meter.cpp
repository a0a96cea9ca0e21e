#include "cli/level_meter.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

namespace ksbox::cli {

namespace {

constexpr int marks = 10;
constexpr double decibels_a_mark = 6.0;

std::string bar(double peak) {
    const double decibels = peak > 0 ? 20 * std::log10(peak) : -INFINITY;
    const int lit =
        std::isfinite(decibels)
            ? std::clamp(marks + static_cast<int>(std::floor(decibels / decibels_a_mark)) + 1, 0,
                         marks)
            : 0;
    return fmt::format("[{}{}] {:>6}", std::string(lit, '#'), std::string(marks - lit, ' '),
                       std::isfinite(decibels) ? fmt::format("{:.1f} dB", decibels) : "silent");
}

} // namespace

LevelMeter::LevelMeter(const DataFormat &format) : format_(format.audio()) {
    if (!format_ || format_->channels == 0 || format_->bits % 8 != 0 || format_->bits == 0 ||
        format_->bits > 64 || (format_->is_float ? format_->bits < 32 : format_->bits > 32)) {
        format_.reset();
        return;
    }
    meters_ = format_->channels == 2 ? 2 : 1;
}

/// Full scale is ±1.
double LevelMeter::sample(const std::byte *at) const {
    const unsigned bytes = format_->bits / 8;
    if (format_->is_float) {
        if (bytes == 8) {
            double value = 0;
            std::memcpy(&value, at, sizeof value);
            return value;
        }
        float value = 0;
        std::memcpy(&value, at, sizeof value);
        return value;
    }
    if (bytes == 1)
        return (static_cast<int>(*at) - 128) / 128.0;
    std::uint32_t upper = 0; // the sample's bytes, as the upper ones
    std::memcpy(reinterpret_cast<std::byte *>(&upper) + (4 - bytes), at, bytes);
    return static_cast<std::int32_t>(upper) / 2147483648.0;
}

void LevelMeter::hear(std::span<const std::byte> bytes) {
    if (!format_)
        return;
    const std::size_t frame = format_->frame_bytes(), one = format_->bits / 8;
    for (; bytes.size() >= frame; bytes = bytes.subspan(frame)) {
        for (std::size_t c = 0; c < format_->channels; ++c) {
            double &peak = peaks_[c % meters_];
            peak = std::max(peak, std::abs(sample(bytes.data() + c * one)));
        }
        if (++heard_ >= std::max(1u, format_->rate_hz / 10))
            show();
    }
}

void LevelMeter::show() {
    text_ = meters_ == 2 ? "L " + bar(peaks_[0]) + "  R " + bar(peaks_[1]) : bar(peaks_[0]);
    peaks_ = {};
    heard_ = 0;
}

} // namespace ksbox::cli
