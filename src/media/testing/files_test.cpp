#include "media/testing/files.h"

#include <cmath>
#include <cstring>
#include <fcntl.h>
#include <numbers>
#include <stdexcept>
#include <unistd.h>

namespace ksbox::media::testing {

Result<void> MemorySink::append(std::span<const std::byte> more) {
    if (bytes.size() + more.size() > room)
        return refuse("the disk is full");
    bytes.insert(bytes.end(), more.begin(), more.end());
    return {};
}

Result<void> MemorySink::write_at(std::uint64_t offset, std::span<const std::byte> over) {
    if (!seekable || offset + over.size() > bytes.size())
        throw std::logic_error("written where nothing was");
    std::memcpy(bytes.data() + offset, over.data(), over.size());
    return {};
}

TemporaryFile::TemporaryFile(const std::string &ending) {
    std::string name = (std::filesystem::temp_directory_path() / "ksbox-media-XXXXXX").string();
    name += ending;
    const int file = mkstemps(name.data(), static_cast<int>(ending.size()));
    if (file < 0)
        throw std::runtime_error(name + " cannot be made");
    close(file);
    path_ = name;
}

TemporaryFile::~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

void TemporaryFile::write(std::span<const std::byte> bytes) const {
    const int file = open(path_.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    close(file);
    if (written != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error(path_.string() + " cannot be written");
}

std::vector<std::byte> sound(const AudioFormat &format, std::size_t frames, double pitch_hz) {
    const std::size_t bytes = format.bits / 8u;
    std::vector<std::byte> samples(frames * format.frame_bytes());
    unsigned noise = 1;
    for (std::size_t i = 0; i < frames * format.channels; ++i) {
        noise = noise * 1'664'525 + 1'013'904'223;
        const double phase = 2 * std::numbers::pi * pitch_hz *
                             static_cast<double>(i / format.channels) / format.rate_hz;
        const double value = 0.5 * std::sin(phase) + (double(noise) / 0x1p32 - 0.5) * 1e-3;
        std::byte *to = samples.data() + i * bytes;
        if (format.is_float && bytes == 4) {
            const auto number = static_cast<float>(value);
            std::memcpy(to, &number, sizeof number);
        } else if (format.is_float) {
            std::memcpy(to, &value, sizeof value);
        } else {
            auto number =
                static_cast<std::uint32_t>(static_cast<std::int32_t>(value * 0x7FFF'FFFF));
            number &= ~0u << (32 - format.valid_bits);
            if (bytes == 1)
                number ^= 0x8000'0000;
            std::memcpy(to, reinterpret_cast<std::byte *>(&number) + 4 - bytes, bytes);
        }
    }
    return samples;
}

std::vector<std::byte> audio_file(AudioKind kind, const AudioFormat &format,
                                  std::span<const std::byte> samples) {
    MemorySink sink;
    auto writer = AudioWriter::create(sink, kind, format, false);
    if (!writer)
        throw std::runtime_error(writer.error().text);
    // In two parts that are no multiple of a coder's frame.
    const std::size_t half = samples.size() / 2 / format.frame_bytes() * format.frame_bytes();
    for (const auto part : {samples.first(half), samples.subspan(half)})
        if (auto done = (*writer)->append(part); !done)
            throw std::runtime_error(done.error().text);
    if (auto done = (*writer)->finish(); !done)
        throw std::runtime_error(done.error().text);
    return sink.bytes;
}

Decoded read_all(const std::filesystem::path &file, std::size_t step, std::size_t most_bytes) {
    Decoded result;
    auto reader = AudioReader::open(file);
    if (!reader) {
        result.error = reader.error().text;
        return result;
    }
    result.format = (*reader)->format();
    result.lossless = (*reader)->lossless();
    std::vector<std::byte> block(step * result.format.frame_bytes());
    for (;;) {
        const auto count = (*reader)->read(block);
        if (!count) {
            result.error = count.error().text;
            return result;
        }
        if (*count == 0)
            return result;
        result.samples.insert(result.samples.end(), block.begin(),
                              block.begin() + static_cast<std::ptrdiff_t>(*count));
        if (result.samples.size() > most_bytes) {
            result.error = "more samples than such a file can have";
            return result;
        }
    }
}

} // namespace ksbox::media::testing
