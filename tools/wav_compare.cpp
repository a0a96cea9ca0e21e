// wav-compare A.wav B.wav: proves two WAV files carry the same sound, byte for byte. Reads the RIFF
// chunks itself and shares no code with ksbox. Exit code 0: equal; 1: they differ; 2: not readable.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace {

struct Wav {
    std::vector<char> bytes;
    std::size_t data_offset = 0;
    std::size_t data_bytes = 0;
    std::uint16_t channels = 0, container_bits = 0;
    std::uint32_t rate_hz = 0;
};

template <typename T> T little_endian(const std::vector<char> &bytes, std::size_t offset) {
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

std::optional<Wav> complain(const char *path, const char *why) {
    std::fprintf(stderr, "wav-compare: %s: %s\n", path, why);
    return std::nullopt;
}

std::optional<Wav> read_wav(const char *path) {
    Wav wav;
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return complain(path, "cannot be opened");
    wav.bytes.assign(std::istreambuf_iterator<char>(file), {});
    const auto &bytes = wav.bytes;
    if (bytes.size() < 12 || std::memcmp(bytes.data(), "RIFF", 4) != 0 ||
        std::memcmp(bytes.data() + 8, "WAVE", 4) != 0)
        return complain(path, "is not a RIFF WAVE file");
    bool have_format = false, have_data = false;
    for (std::size_t at = 12; at + 8 <= bytes.size() && !have_data;) {
        const auto size = little_endian<std::uint32_t>(bytes, at + 4);
        if (size > bytes.size() - at - 8)
            return complain(path, "has a chunk that reaches past its end");
        if (std::memcmp(bytes.data() + at, "fmt ", 4) == 0 && size >= 16) {
            wav.channels = little_endian<std::uint16_t>(bytes, at + 10);
            wav.rate_hz = little_endian<std::uint32_t>(bytes, at + 12);
            wav.container_bits = little_endian<std::uint16_t>(bytes, at + 22);
            have_format = true;
        } else if (std::memcmp(bytes.data() + at, "data", 4) == 0) {
            wav.data_offset = at + 8;
            wav.data_bytes = size;
            have_data = true;
        }
        at += 8 + size + (size & 1);
    }
    if (!have_format || !have_data)
        return complain(path, "lacks a fmt or a data chunk");
    return wav;
}

int compare(const Wav &a, const Wav &b) {
    if (a.channels != b.channels || a.rate_hz != b.rate_hz ||
        a.container_bits != b.container_bits) {
        std::printf("formats differ: %u channels, %u Hz, %u bits; %u channels, %u Hz, %u bits\n",
                    a.channels, a.rate_hz, a.container_bits, b.channels, b.rate_hz,
                    b.container_bits);
        return 1;
    }
    const char *left = a.bytes.data() + a.data_offset, *right = b.bytes.data() + b.data_offset;
    const std::size_t common = std::min(a.data_bytes, b.data_bytes);
    const auto first = std::mismatch(left, left + common, right).first - left;
    if (static_cast<std::size_t>(first) != common) {
        std::printf("data differs first at byte %td of %zu\n", first, a.data_bytes);
        return 1;
    }
    if (a.data_bytes != b.data_bytes) {
        std::printf("lengths differ: %zu and %zu bytes of data\n", a.data_bytes, b.data_bytes);
        return 1;
    }
    std::printf("equal: %zu bytes of data, %u channels, %u Hz, %u bits\n", a.data_bytes, a.channels,
                a.rate_hz, a.container_bits);
    return 0;
}

} // namespace

int main(int count, char **values) {
    if (count != 3) {
        std::fprintf(stderr, "usage: wav-compare A.wav B.wav\n");
        return 2;
    }
    const auto a = read_wav(values[1]), b = read_wav(values[2]);
    if (!a || !b)
        return 2;
    return compare(*a, *b);
}
