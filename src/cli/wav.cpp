#include "cli/wav.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/failures.h"

namespace ksbox::cli {

namespace {

constexpr std::size_t smallest_format = 16;
constexpr std::size_t largest_format = 64 * 1024;
constexpr std::uint32_t size_unknown = 0xFFFF'FFFF; // RF64: the size is in ds64
constexpr std::size_t read_ahead_bytes = 256 * 1024;
constexpr std::uint16_t tag_pcm = 1, tag_float = 3, tag_extensible = 0xFFFE;

struct WaveFields { // the common part of every wave format, little endian as this machine is
    std::uint16_t tag, channels;
    std::uint32_t rate_hz, bytes_per_second;
    std::uint16_t block_bytes, bits;
};
static_assert(sizeof(WaveFields) == smallest_format);

WaveFields fields_of(std::span<const std::byte> format) {
    WaveFields fields{};
    std::memcpy(&fields, format.data(), sizeof fields);
    return fields;
}

struct ChunkHeader {
    char id[4];
    std::uint32_t bytes;
    bool is(const char *name) const { return std::memcmp(id, name, sizeof id) == 0; }
};
static_assert(sizeof(ChunkHeader) == 8);

} // namespace

WavReader::WavReader(const std::filesystem::path &file) : name_(file) {
    file_ = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat facts{};
    if (file_ < 0 || fstat(file_, &facts) != 0)
        refuse(std::string("cannot be read: ") + std::strerror(errno));
    if (!S_ISREG(facts.st_mode)) {
        close(file_);
        refuse("cannot be read: it is no plain file");
    }
    file_bytes_ = static_cast<std::uint64_t>(facts.st_size);
    try {
        read_chunks();
        check_format();
    } catch (...) {
        close(file_);
        throw;
    }
}

WavReader::~WavReader() {
    close(file_);
}

void WavReader::refuse(const std::string &why) const {
    throw BadInput(name_.string() + ": " + why);
}

bool WavReader::read_at(std::uint64_t offset, void *bytes, std::size_t count) const {
    return pread(file_, bytes, count, static_cast<off_t>(offset)) == static_cast<ssize_t>(count);
}

void WavReader::read_chunks() {
    ChunkHeader riff{};
    char form[4];
    if (file_bytes_ == 0)
        refuse("empty: the file has no bytes");
    if (!read_at(0, &riff, sizeof riff) || !read_at(8, form, sizeof form) ||
        !(riff.is("RIFF") || riff.is("RF64")) || std::memcmp(form, "WAVE", 4) != 0)
        refuse("not a WAV file");
    std::uint64_t long_data_bytes = 0;
    bool has_data = false;
    for (std::uint64_t offset = 12; !has_data;) {
        ChunkHeader chunk{};
        if (!read_at(offset, &chunk, sizeof chunk))
            break;
        offset += sizeof chunk;
        std::uint64_t bytes = chunk.bytes;
        if (chunk.is("ds64")) {
            if (!read_at(offset + 8, &long_data_bytes, sizeof long_data_bytes))
                refuse("truncated in its ds64 chunk");
        } else if (chunk.is("fmt ")) {
            if (bytes < smallest_format || bytes > largest_format)
                refuse(fmt::format("its fmt chunk has {} bytes: no wave format", bytes));
            format_.resize(bytes);
            if (!read_at(offset, format_.data(), bytes))
                refuse("truncated in its fmt chunk");
        } else if (chunk.is("data")) {
            has_data = true;
            data_offset_ = offset;
            data_bytes_ = chunk.bytes == size_unknown && riff.is("RF64") ? long_data_bytes : bytes;
        }
        offset += bytes + (bytes & 1);
    }
    if (format_.empty())
        refuse(has_data ? "it has no fmt chunk in front of its data"
                        : "truncated: it has no fmt chunk");
    if (!has_data)
        refuse("truncated: it has no data chunk");
    if (data_bytes_ > file_bytes_ - data_offset_)
        refuse(fmt::format("truncated: its data chunk says {} bytes, the file has {} of them",
                           data_bytes_, file_bytes_ - data_offset_));
    if (data_bytes_ == 0)
        refuse("empty: its data chunk has no samples");
}

// What the driver could not use whatever it takes. Anything else is the driver's to judge.
void WavReader::check_format() const {
    WaveFields fields = fields_of(format_);
    if (fields.channels == 0 || fields.rate_hz == 0 || fields.block_bytes == 0)
        refuse(fmt::format("its fmt chunk makes no sense: {} channels, {} Hz, {} bytes a block",
                           fields.channels, fields.rate_hz, fields.block_bytes));
    bool linear = fields.tag == tag_pcm || fields.tag == tag_float || fields.tag == tag_extensible;
    if (linear && fields.block_bytes != fields.channels * ((fields.bits + 7) / 8))
        refuse(fmt::format("its fmt chunk contradicts itself: {} channels of {} bit in blocks of "
                           "{} bytes",
                           fields.channels, fields.bits, fields.block_bytes));
    if (data_bytes_ % fields.block_bytes != 0)
        refuse(fmt::format("truncated: its {} bytes of data are no whole number of blocks of {}",
                           data_bytes_, fields.block_bytes));
}

std::size_t WavReader::read(std::span<std::byte> bytes) {
    const std::size_t count = std::min<std::uint64_t>(bytes.size(), bytes_left());
    for (std::size_t done = 0; done < count;) {
        if (ahead_begin_ == ahead_end_) {
            ahead_.resize(read_ahead_bytes);
            ahead_begin_ = 0;
            ahead_end_ = std::min<std::uint64_t>(ahead_.size(), bytes_left());
            if (!read_at(data_offset_ + position_, ahead_.data(), ahead_end_))
                refuse("cannot be read on: it became shorter, or the disk failed");
        }
        const std::size_t part = std::min(count - done, ahead_end_ - ahead_begin_);
        std::memcpy(bytes.data() + done, ahead_.data() + ahead_begin_, part);
        ahead_begin_ += part;
        position_ += part;
        done += part;
    }
    return count;
}

std::span<const std::byte> wav_format_chunk(std::span<const std::byte> wave_format) {
    std::uint16_t extension_bytes = 0;
    constexpr std::size_t with_size = smallest_format + sizeof extension_bytes;
    if (wave_format.size() < with_size || fields_of(wave_format).tag == tag_pcm)
        return wave_format.first(std::min(wave_format.size(), smallest_format));
    std::memcpy(&extension_bytes, wave_format.data() + smallest_format, sizeof extension_bytes);
    return wave_format.first(std::min(wave_format.size(), with_size + extension_bytes));
}

} // namespace ksbox::cli
