// WAV files as tests make and read them; shares no code with the command.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace e2e {

struct Wave {
    std::uint16_t tag = 1; ///< 1: PCM, 3: float; written as EXTENSIBLE when `extensible`
    std::uint16_t channels = 2;
    std::uint32_t rate_hz = 48'000;
    std::uint16_t bits = 16, valid_bits = 16;
    bool extensible = false;
    std::uint32_t mask = 0;

    std::uint32_t block() const { return channels * bits / 8u; }
    std::vector<std::byte> format_chunk() const;
};

struct WavFile {
    std::vector<std::byte> format, data;
};

/// The bytes of a whole file. `stated_data_bytes`: what its data chunk claims, if not the truth.
std::vector<std::byte> wav_bytes(const std::vector<std::byte> &format,
                                 const std::vector<std::byte> &data,
                                 std::int64_t stated_data_bytes = -1);
void write_wav(const std::filesystem::path &file, const Wave &wave,
               const std::vector<std::byte> &data);
/// Throws std::runtime_error when it is no whole WAV file whose header says what is there.
WavFile read_wav(const std::filesystem::path &file);

/// Noise that repeats for a seed; no run of it looks like any other.
std::vector<std::byte> noise(std::size_t bytes, std::uint32_t seed = 1);

} // namespace e2e
