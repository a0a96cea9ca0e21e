#include "cli/audio_file.h"

#include <cstring>
#include <fstream>
#include <string_view>

#include "cli/decoded_file.h"
#include "cli/wav.h"

namespace ksbox::cli {

namespace {

template <typename T> T field(std::span<const std::byte> format, std::size_t offset) {
    T value;
    std::memcpy(&value, format.data() + offset, sizeof value);
    return value;
}

// What is no plain file or has no bytes is the WAV reader's to refuse.
bool is_wav(const std::filesystem::path &file) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error) ||
        std::filesystem::file_size(file, error) == 0)
        return true;
    char id[4] = {};
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return true;
    stream.read(id, sizeof id);
    const std::string_view text(id, sizeof id);
    return text == "RIFF" || text == "RF64";
}

} // namespace

std::uint32_t AudioReader::rate_hz() const {
    return field<std::uint32_t>(format(), 4); // nSamplesPerSec
}
std::uint32_t AudioReader::block_bytes() const {
    return field<std::uint16_t>(format(), 12); // nBlockAlign
}

std::unique_ptr<AudioReader> open_audio(const std::filesystem::path &file) {
    if (is_wav(file))
        return std::make_unique<WavReader>(file);
    return std::make_unique<DecodedReader>(file);
}

} // namespace ksbox::cli
