// WAV files: a header whose sizes follow every write, so that the file is valid at any moment.
#include "media/wav_writer.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace ksbox::media {

namespace {
constexpr std::size_t write_block_bytes = 64 * 1024;
constexpr std::uint64_t largest_wav = 0xFFFF'FFFF;
constexpr std::uint16_t tag_pcm = 1, tag_float = 3, tag_extensible = 0xFFFE;

// mmreg.h: WAVEFORMATEX, and what WAVEFORMATEXTENSIBLE adds.
struct WaveFields {
    std::uint16_t tag, channels;
    std::uint32_t rate_hz, bytes_per_second;
    std::uint16_t block_bytes, bits;
};
struct [[gnu::packed]] WaveExtension {
    std::uint16_t bytes, valid_bits;
    std::uint32_t channel_mask;
    std::uint32_t subtype_tag;
    std::uint8_t subtype_family[12];
};
static_assert(sizeof(WaveFields) == 16 && sizeof(WaveExtension) == 24);
constexpr std::uint8_t family[] = {0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};

} // namespace

std::vector<std::byte> wave_format_of(const AudioFormat &format) {
    const bool plain = !format.is_float && format.bits <= 16 && format.valid_bits == format.bits &&
                       format.channels <= 2 && format.channel_mask == 0;
    const std::uint16_t tag = format.is_float ? tag_float : tag_pcm;
    const auto block = static_cast<std::uint16_t>(format.frame_bytes());
    const WaveFields fields{plain ? tag : tag_extensible, format.channels, format.rate_hz,
                            format.rate_hz * block,       block,           format.bits};
    WaveExtension extension{22, format.valid_bits, format.channel_mask, tag, {}};
    std::ranges::copy(family, extension.subtype_family);
    std::vector<std::byte> bytes(plain ? sizeof fields : sizeof fields + sizeof extension);
    std::memcpy(bytes.data(), &fields, sizeof fields);
    if (!plain)
        std::memcpy(bytes.data() + sizeof fields, &extension, sizeof extension);
    return bytes;
}

WavWriter::WavWriter(Sink &sink, std::span<const std::byte> format, bool at_once)
    : sink_(sink), hold_bytes_(at_once ? 1 : write_block_bytes) {
    auto put = [&](const void *bytes, std::size_t count) {
        auto *first = static_cast<const std::byte *>(bytes);
        header_.insert(header_.end(), first, first + count);
    };
    auto put_chunk = [&](const char *id, std::uint32_t bytes) {
        put(id, 4);
        put(&bytes, sizeof bytes);
    };
    put_chunk("RIFF", 0);
    put("WAVE", 4);
    put_chunk("fmt ", static_cast<std::uint32_t>(format.size()));
    put(format.data(), format.size());
    if (format.size() % 2 != 0)
        put("", 1);
    put_chunk("data", 0);
    held_.reserve(hold_bytes_);
}

Result<void> WavWriter::begin() {
    KS_CHECK(sink_.append(header_));
    return write_sizes();
}

Result<void> WavWriter::append(std::span<const std::byte> samples) {
    if (header_.size() + data_bytes_ + samples.size() > largest_wav)
        return refuse("cannot grow: a WAV file ends at 4 GiB");
    data_bytes_ += samples.size();
    if (held_.size() + samples.size() < hold_bytes_) {
        held_.insert(held_.end(), samples.begin(), samples.end());
        return {};
    }
    // What makes the block full goes along from where it is.
    if (!held_.empty()) {
        const std::size_t part = std::min(samples.size(), hold_bytes_ - held_.size());
        held_.insert(held_.end(), samples.begin(), samples.begin() + std::ptrdiff_t(part));
        samples = samples.subspan(part);
        KS_CHECK(write_held());
    }
    if (samples.size() >= hold_bytes_) {
        KS_CHECK(write(samples));
        samples = {};
    }
    held_.assign(samples.begin(), samples.end());
    return write_sizes();
}

Result<void> WavWriter::write(std::span<const std::byte> samples) {
    KS_CHECK(sink_.append(samples));
    written_ += samples.size();
    return {};
}

Result<void> WavWriter::write_held() {
    KS_CHECK(write(held_));
    held_.clear();
    return {};
}

Result<void> WavWriter::write_sizes() {
    if (!sink_.can_seek())
        return {};
    const auto riff = static_cast<std::uint32_t>(header_.size() - 8 + written_ + (written_ & 1));
    const auto data = static_cast<std::uint32_t>(written_);
    std::memcpy(header_.data() + 4, &riff, sizeof riff);
    std::memcpy(header_.data() + header_.size() - sizeof data, &data, sizeof data);
    return sink_.write_at(0, header_);
}

Result<void> WavWriter::finish() {
    KS_CHECK(write_held());
    KS_CHECK(write_sizes());
    if (written_ % 2 != 0)
        return sink_.append(std::array<std::byte, 1>{});
    return {};
}

} // namespace ksbox::media
