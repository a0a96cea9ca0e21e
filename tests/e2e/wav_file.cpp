#include "e2e/wav_file.h"

#include <cstring>
#include <stdexcept>
#include <string>

#include "e2e/command.h"

namespace e2e {

namespace {

template <typename T> void put(std::vector<std::byte> &bytes, T value) {
    auto *first = reinterpret_cast<const std::byte *>(&value);
    bytes.insert(bytes.end(), first, first + sizeof value);
}

void put_text(std::vector<std::byte> &bytes, const char *text) {
    for (; *text != '\0'; ++text)
        bytes.push_back(std::byte(*text));
}

std::uint32_t word_at(const std::vector<std::byte> &bytes, std::size_t offset) {
    std::uint32_t value = 0;
    if (offset + sizeof value > bytes.size())
        throw std::runtime_error("the file ends at " + std::to_string(offset));
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

} // namespace

std::vector<std::byte> Wave::format_chunk() const {
    std::vector<std::byte> bytes;
    put<std::uint16_t>(bytes, extensible ? 0xFFFE : tag);
    put(bytes, channels);
    put(bytes, rate_hz);
    put(bytes, rate_hz * block());
    put(bytes, static_cast<std::uint16_t>(block()));
    put(bytes, bits);
    if (!extensible)
        return bytes;
    put<std::uint16_t>(bytes, 22);
    put(bytes, valid_bits);
    put(bytes, mask);
    put<std::uint32_t>(bytes, tag);
    constexpr unsigned char family[] = {0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};
    for (unsigned char byte : family)
        bytes.push_back(std::byte(byte));
    return bytes;
}

std::vector<std::byte> wav_bytes(const std::vector<std::byte> &format,
                                 const std::vector<std::byte> &data,
                                 std::int64_t stated_data_bytes) {
    auto data_bytes = static_cast<std::uint32_t>(
        stated_data_bytes < 0 ? static_cast<std::int64_t>(data.size()) : stated_data_bytes);
    std::vector<std::byte> bytes;
    put_text(bytes, "RIFF");
    put(bytes, static_cast<std::uint32_t>(20 + format.size() + data_bytes));
    put_text(bytes, "WAVEfmt ");
    put(bytes, static_cast<std::uint32_t>(format.size()));
    bytes.insert(bytes.end(), format.begin(), format.end());
    put_text(bytes, "data");
    put(bytes, data_bytes);
    bytes.insert(bytes.end(), data.begin(), data.end());
    if (data.size() % 2 != 0)
        bytes.push_back({});
    return bytes;
}

void write_wav(const std::filesystem::path &file, const Wave &wave,
               const std::vector<std::byte> &data) {
    write_bytes(file, wav_bytes(wave.format_chunk(), data));
}

WavFile read_wav(const std::filesystem::path &file) {
    std::vector<std::byte> bytes = read_bytes(file);
    if (bytes.size() < 12 || std::memcmp(bytes.data(), "RIFF", 4) != 0 ||
        word_at(bytes, 4) != bytes.size() - 8)
        throw std::runtime_error(file.string() + " is no whole RIFF file");
    WavFile wav;
    for (std::size_t offset = 12; offset < bytes.size();) {
        std::uint32_t size = word_at(bytes, offset + 4);
        auto *chunk = bytes.data() + offset + 8;
        if (offset + 8 + size > bytes.size())
            throw std::runtime_error(file.string() + " says more than it has");
        if (std::memcmp(bytes.data() + offset, "fmt ", 4) == 0)
            wav.format.assign(chunk, chunk + size);
        if (std::memcmp(bytes.data() + offset, "data", 4) == 0)
            wav.data.assign(chunk, chunk + size);
        offset += 8 + size + size % 2;
    }
    return wav;
}

std::vector<std::byte> noise(std::size_t bytes, std::uint32_t seed) {
    std::vector<std::byte> data(bytes);
    std::uint32_t state = seed * 2'654'435'761u + 1;
    for (std::byte &byte : data) {
        state = state * 1'664'525u + 1'013'904'223u;
        byte = std::byte(state >> 24);
    }
    return data;
}

} // namespace e2e
