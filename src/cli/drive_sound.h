// What a scenario plays, and how it compares what it has heard.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ksbox/format.h"

namespace ksbox::cli {

/// So many bytes of noise, the same for the same seed; no part of it is like another.
std::vector<std::byte> noise(const AudioFormat &format, std::size_t bytes, std::uint64_t seed);
/// 440 Hz at half of the full scale, on all channels.
std::vector<std::byte> tone(const AudioFormat &format, std::size_t bytes);
/// Bytes that sound for so long, whole frames.
std::size_t bytes_of(const AudioFormat &format, std::uint64_t time_100ns);

/// Whether every sample is that of silence.
bool is_silent(const AudioFormat &format, std::span<const std::byte> data);
/// Empty: `recorded` has `played` in one piece. Else what it has of it, in words.
std::string why_not_in(std::span<const std::byte> recorded, std::span<const std::byte> played);
/// Empty: they are the same. Else where they differ.
std::string difference(std::span<const std::byte> recorded, std::span<const std::byte> expected);

} // namespace ksbox::cli
