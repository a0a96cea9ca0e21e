// How loud a stream is, for people who watch it: the peak of each tenth of a second.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "ksbox/format.h"

namespace ksbox::cli {

class LevelMeter {
  public:
    /// Of a format that is no PCM or float it shows nothing.
    explicit LevelMeter(const DataFormat &format);

    /// The stream's next bytes, in whole sample frames but for the last.
    void hear(std::span<const std::byte> bytes);
    /// "L [######    ]  -12.0 dB  R [########  ]  -6.0 dB": of the last whole tenth of a second, 10
    /// marks being full scale and each of them 6 dB. More than two channels: the loudest of all.
    const std::string &text() const { return text_; }

  private:
    double sample(const std::byte *at) const;
    void show();

    std::optional<AudioFormat> format_;
    std::size_t meters_ = 0; ///< 1 or 2
    std::array<double, 2> peaks_{};
    std::uint64_t heard_ = 0; ///< sample frames since show()
    std::string text_;
};

} // namespace ksbox::cli
