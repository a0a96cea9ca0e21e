// Data formats: the bytes of KSDATAFORMATs, made and read.
#include "ksbox/format.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "abi/windows.h"

#include "abi/guid.h"
#include "abi/guid_names.h"
#include "abi/speakers.h"
#include "base/bitmap_height.h"
#include "ksbox/error.h"

namespace ksbox {

namespace {

bool is(const Guid &a, const GUID &b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

template <typename T> std::optional<T> read_at(std::span<const std::byte> bytes, std::size_t at) {
    if (bytes.size() < at + sizeof(T))
        return std::nullopt;
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

std::optional<VideoFormat> video_of(const Guid &subtype, const KS_BITMAPINFOHEADER &bitmap,
                                    REFERENCE_TIME frame) {
    return VideoFormat{subtype,
                       std::uint32_t(bitmap.biWidth),
                       rows_of(bitmap.biHeight),
                       bitmap.biHeight < 0 || bitmap.biCompression != KS_BI_RGB,
                       bitmap.biSizeImage,
                       std::uint64_t(frame)};
}

DataFormat made(const AudioFormat &format, bool extensible) {
    const GUID &subtype =
        format.is_float ? KSDATAFORMAT_SUBTYPE_IEEE_FLOAT : KSDATAFORMAT_SUBTYPE_PCM;
    WAVEFORMATEXTENSIBLE wave{};
    wave.Format.wFormatTag = extensible        ? WAVE_FORMAT_EXTENSIBLE
                             : format.is_float ? WAVE_FORMAT_IEEE_FLOAT
                                               : WAVE_FORMAT_PCM;
    wave.Format.nChannels = format.channels;
    wave.Format.nSamplesPerSec = format.rate_hz;
    wave.Format.nBlockAlign = static_cast<WORD>(format.frame_bytes());
    wave.Format.nAvgBytesPerSec = format.rate_hz * format.frame_bytes();
    wave.Format.wBitsPerSample = format.bits;
    wave.Format.cbSize = extensible ? sizeof(WAVEFORMATEXTENSIBLE) - sizeof(WAVEFORMATEX) : 0;
    wave.Samples.wValidBitsPerSample = format.valid_bits;
    wave.dwChannelMask =
        format.channel_mask != 0 ? format.channel_mask : usual_speakers(format.channels);
    wave.SubFormat = subtype;

    std::size_t wave_bytes = extensible ? sizeof(WAVEFORMATEXTENSIBLE) : sizeof(WAVEFORMATEX);
    KSDATAFORMAT header{};
    header.FormatSize = static_cast<ULONG>(sizeof header + wave_bytes);
    header.SampleSize = format.frame_bytes();
    header.MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
    header.SubFormat = subtype;
    header.Specifier = KSDATAFORMAT_SPECIFIER_WAVEFORMATEX;
    std::vector<std::byte> bytes(header.FormatSize);
    std::memcpy(bytes.data(), &header, sizeof header);
    std::memcpy(bytes.data() + sizeof header, &wave, wave_bytes);
    return DataFormat(std::move(bytes));
}

} // namespace

DataFormat DataFormat::audio(const AudioFormat &format) {
    bool extensible = format.channels > 2 || (format.bits != 8 && format.bits != 16) ||
                      format.valid_bits != format.bits || format.channel_mask != 0;
    if (format.is_float && format.channels <= 2 && format.channel_mask == 0 &&
        format.valid_bits == format.bits)
        extensible = false;
    return made(format, extensible);
}

DataFormat DataFormat::extensible(const AudioFormat &format) {
    return made(format, true);
}

DataFormat DataFormat::wave(std::span<const std::byte> wave_format) {
    WAVEFORMATEX wave{};
    constexpr std::size_t smallest = 16; // PCM as WAVEFORMAT has it, without cbSize
    if (wave_format.size() < smallest)
        throw Error(std::uint32_t(STATUS_INVALID_PARAMETER),
                    fmt::format("a wave format has at least {} bytes, not {}", smallest,
                                wave_format.size()));
    std::memcpy(&wave, wave_format.data(), std::min(sizeof wave, wave_format.size()));
    KSDATAFORMAT header{};
    header.FormatSize =
        static_cast<ULONG>(sizeof header + std::max(sizeof wave, wave_format.size()));
    header.SampleSize = wave.nBlockAlign;
    header.MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
    header.Specifier = KSDATAFORMAT_SPECIFIER_WAVEFORMATEX;
    // INIT_WAVEFORMATEX_GUID: the tag is the first word of the family.
    header.SubFormat = KSDATAFORMAT_SUBTYPE_WAVEFORMATEX;
    header.SubFormat.Data1 = wave.wFormatTag;
    if (wave.wFormatTag == WAVE_FORMAT_EXTENSIBLE)
        if (auto extensible = read_at<WAVEFORMATEXTENSIBLE>(wave_format, 0))
            header.SubFormat = extensible->SubFormat;
    std::vector<std::byte> bytes(header.FormatSize);
    std::memcpy(bytes.data(), &header, sizeof header);
    std::memcpy(bytes.data() + sizeof header, wave_format.data(), wave_format.size());
    return DataFormat(std::move(bytes));
}

std::span<const std::byte> DataFormat::wave() const {
    if (!is(specifier(), KSDATAFORMAT_SPECIFIER_WAVEFORMATEX) ||
        bytes_.size() < sizeof(KSDATAFORMAT) + sizeof(WAVEFORMATEX))
        return {};
    return bytes().subspan(sizeof(KSDATAFORMAT));
}

std::uint32_t DataFormat::sample_bytes() const {
    auto header = read_at<KSDATAFORMAT>(bytes_, 0);
    return header ? header->SampleSize : 0;
}

Guid DataFormat::major() const {
    auto header = read_at<KSDATAFORMAT>(bytes_, 0);
    return header ? to_guid(header->MajorFormat) : Guid{};
}
Guid DataFormat::subtype() const {
    auto header = read_at<KSDATAFORMAT>(bytes_, 0);
    return header ? to_guid(header->SubFormat) : Guid{};
}
Guid DataFormat::specifier() const {
    auto header = read_at<KSDATAFORMAT>(bytes_, 0);
    return header ? to_guid(header->Specifier) : Guid{};
}

std::optional<AudioFormat> DataFormat::audio() const {
    if (!is(major(), KSDATAFORMAT_TYPE_AUDIO) ||
        !is(specifier(), KSDATAFORMAT_SPECIFIER_WAVEFORMATEX))
        return std::nullopt;
    auto wave = read_at<WAVEFORMATEX>(bytes_, sizeof(KSDATAFORMAT));
    if (!wave)
        return std::nullopt;
    AudioFormat format{.rate_hz = wave->nSamplesPerSec,
                       .channels = wave->nChannels,
                       .bits = wave->wBitsPerSample,
                       .valid_bits = wave->wBitsPerSample,
                       .is_float = wave->wFormatTag == WAVE_FORMAT_IEEE_FLOAT};
    if (wave->wFormatTag == WAVE_FORMAT_EXTENSIBLE) {
        auto extensible = read_at<WAVEFORMATEXTENSIBLE>(bytes_, sizeof(KSDATAFORMAT));
        if (!extensible)
            return std::nullopt;
        format.valid_bits = extensible->Samples.wValidBitsPerSample;
        format.channel_mask = extensible->dwChannelMask;
        format.is_float = is(to_guid(extensible->SubFormat), KSDATAFORMAT_SUBTYPE_IEEE_FLOAT);
    }
    return format;
}

std::optional<VideoFormat> DataFormat::video() const {
    if (is(specifier(), KSDATAFORMAT_SPECIFIER_VIDEOINFO))
        if (auto info = read_at<KS_VIDEOINFOHEADER>(bytes_, sizeof(KSDATAFORMAT)))
            return video_of(subtype(), info->bmiHeader, info->AvgTimePerFrame);
    if (is(specifier(), KSDATAFORMAT_SPECIFIER_VIDEOINFO2))
        if (auto info = read_at<KS_VIDEOINFOHEADER2>(bytes_, sizeof(KSDATAFORMAT)))
            return video_of(subtype(), info->bmiHeader, info->AvgTimePerFrame);
    return std::nullopt;
}

std::string DataFormat::to_string() const {
    std::string name = guid_name(subtype(), "KSDATAFORMAT_SUBTYPE_");
    if (auto format = audio())
        return fmt::format("{} {} bit, {} channel{}, {} Hz", name, format->bits, format->channels,
                           format->channels == 1 ? "" : "s", format->rate_hz);
    if (auto format = video())
        return fmt::format("{} {}x{}, {:.4g} fps", name, format->width, format->height,
                           format->frame_100ns == 0 ? 0.0 : 1e7 / double(format->frame_100ns));
    return guid_name(major(), "KSDATAFORMAT_TYPE_") + " " + name;
}

} // namespace ksbox
