#include "filters/formats.h"

#include <algorithm>
#include <cstring>

#include "abi/guid.h"
#include "abi/speakers.h"
#include "ks/sized_answer.h"

namespace ksbox::filters {
namespace {

constexpr LONG largest_side = 1 << 14;
constexpr LONGLONG shortest_interval_100ns = 1, longest_interval_100ns = 10'000'000'000;
constexpr LONG usual_width = 640, usual_height = 480;
constexpr LONGLONG usual_interval_100ns = 333'333;

struct Kind {
    media::Pixels pixels;
    GUID subtype;
    WORD bits;
    DWORD compression;
};

constexpr DWORD four(const char (&name)[5]) {
    return DWORD(name[0]) | DWORD(name[1]) << 8 | DWORD(name[2]) << 16 | DWORD(name[3]) << 24;
}
constexpr GUID subtype(DWORD name) {
    return {name, 0x0000, 0x0010, {0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71}};
}
constexpr Kind yuv(media::Pixels pixels, const char (&name)[5], WORD bits) {
    return {pixels, subtype(four(name)), bits, four(name)};
}
constexpr GUID rgb(UCHAR kind) {
    return {0xe436eb00U | kind, 0x524f, 0x11ce, {0x9f, 0x53, 0x00, 0x20, 0xaf, 0x0b, 0xa7, 0x70}};
}

constexpr Kind kinds[] = {
    yuv(media::Pixels::yuy2, "YUY2", 16),
    yuv(media::Pixels::uyvy, "UYVY", 16),
    yuv(media::Pixels::nv12, "NV12", 12),
    yuv(media::Pixels::i420, "I420", 12),
    {media::Pixels::rgb24, rgb(0x7d), 24, KS_BI_RGB},
    {media::Pixels::rgb32, rgb(0x7e), 32, KS_BI_RGB},
};

const Kind *kind_of(media::Pixels pixels) {
    const auto found = std::ranges::find(kinds, pixels, &Kind::pixels);
    return found == std::end(kinds) ? nullptr : found;
}

LONGLONG interval_of(const media::FrameRate &rate) {
    return rate.pictures == 0
               ? usual_interval_100ns
               : std::clamp<LONGLONG>(10'000'000LL * rate.seconds / rate.pictures,
                                      shortest_interval_100ns, longest_interval_100ns);
}

KS_VIDEOINFOHEADER header_of(const Kind &kind, const media::PictureFormat &format) {
    const auto width = static_cast<LONG>(format.width), height = static_cast<LONG>(format.height);
    KS_VIDEOINFOHEADER header{};
    header.rcSource = header.rcTarget = {0, 0, width, height};
    header.AvgTimePerFrame = interval_of(format.rate);
    header.bmiHeader.biSize = sizeof header.bmiHeader;
    header.bmiHeader.biWidth = width;
    header.bmiHeader.biHeight = kind.compression == KS_BI_RGB ? -height : height; // top row first
    header.bmiHeader.biPlanes = 1;
    header.bmiHeader.biBitCount = kind.bits;
    header.bmiHeader.biCompression = kind.compression;
    header.bmiHeader.biSizeImage = static_cast<DWORD>(format.bytes());
    header.dwBitRate = static_cast<DWORD>(std::min<std::uint64_t>(
        format.bytes() * 8 * 10'000'000 / std::uint64_t(header.AvgTimePerFrame), UINT32_MAX));
    return header;
}

Range video_range(const Kind &kind, const media::PictureFormat &usual, SIZE least, SIZE most,
                  LONGLONG shortest, LONGLONG longest) {
    Range range{};
    KS_DATARANGE_VIDEO &video = range.video;
    video.DataRange.FormatSize = sizeof video;
    video.DataRange.MajorFormat = KSDATAFORMAT_TYPE_VIDEO;
    video.DataRange.SubFormat = kind.subtype;
    video.DataRange.Specifier = KSDATAFORMAT_SPECIFIER_VIDEOINFO;
    video.bFixedSizeSamples = TRUE;
    video.VideoInfoHeader = header_of(kind, usual);
    KS_VIDEO_STREAM_CONFIG_CAPS &caps = video.ConfigCaps;
    caps.guid = KSDATAFORMAT_SPECIFIER_VIDEOINFO;
    caps.InputSize = caps.MaxCroppingSize = caps.MaxOutputSize = most;
    caps.MinCroppingSize = caps.MinOutputSize = least;
    caps.CropGranularityX = caps.CropGranularityY = caps.CropAlignX = caps.CropAlignY = 1;
    caps.OutputGranularityX = caps.OutputGranularityY = 1;
    caps.MinFrameInterval = shortest;
    caps.MaxFrameInterval = longest;
    caps.MinBitsPerSecond = 1;
    caps.MaxBitsPerSecond = INT32_MAX;
    return range;
}

DataFormat bytes_of(const KSDATAFORMAT &format) {
    const auto *bytes = reinterpret_cast<const std::byte *>(&format);
    return DataFormat({bytes, bytes + format.FormatSize});
}

const KS_DATARANGE_VIDEO *video_part(const KSDATARANGE &range) {
    return range.Specifier == KSDATAFORMAT_SPECIFIER_VIDEOINFO &&
                   range.FormatSize >= sizeof(KS_DATARANGE_VIDEO)
               ? reinterpret_cast<const KS_DATARANGE_VIDEO *>(&range)
               : nullptr;
}

bool within(const KS_VIDEO_STREAM_CONFIG_CAPS &caps, LONG width, LONG height) {
    return width >= caps.MinOutputSize.cx && width <= caps.MaxOutputSize.cx &&
           height >= caps.MinOutputSize.cy && height <= caps.MaxOutputSize.cy;
}

} // namespace

Range audio_range(bool is_float, unsigned lowest_bits, unsigned highest_bits, unsigned channels,
                  unsigned lowest_hz, unsigned highest_hz) {
    Range range{};
    KSDATARANGE_AUDIO &audio = range.audio;
    audio.DataRange.FormatSize = sizeof audio;
    audio.DataRange.MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
    audio.DataRange.SubFormat =
        is_float ? KSDATAFORMAT_SUBTYPE_IEEE_FLOAT : KSDATAFORMAT_SUBTYPE_PCM;
    audio.DataRange.Specifier = KSDATAFORMAT_SPECIFIER_WAVEFORMATEX;
    audio.MaximumChannels = channels;
    audio.MinimumBitsPerSample = lowest_bits;
    audio.MaximumBitsPerSample = highest_bits;
    audio.MinimumSampleFrequency = lowest_hz;
    audio.MaximumSampleFrequency = highest_hz;
    return range;
}

Range range_of(const AudioFormat &format) {
    return audio_range(format.is_float, format.valid_bits, format.valid_bits, format.channels,
                       format.rate_hz, format.rate_hz);
}

Range range_of(const media::PictureFormat &format) {
    const SIZE size{static_cast<LONG>(format.width), static_cast<LONG>(format.height)};
    const LONGLONG interval = interval_of(format.rate);
    return video_range(*kind_of(format.pixels), format, size, size, interval, interval);
}

Range range_of(media::Pixels pixels) {
    const media::PictureFormat usual{
        .pixels = pixels, .width = usual_width, .height = usual_height, .rate = {}};
    return video_range(*kind_of(pixels), usual, {1, 1}, {largest_side, largest_side},
                       shortest_interval_100ns, longest_interval_100ns);
}

bool same_samples(const AudioFormat &a, const AudioFormat &b) {
    const auto placed = [](AudioFormat format) {
        if (format.channel_mask == 0)
            format.channel_mask = usual_speakers(format.channels);
        return format;
    };
    return placed(a) == placed(b);
}

std::optional<AudioFormat> audio_of(const KSDATAFORMAT &format) {
    auto audio = bytes_of(format).audio();
    if (!audio || audio->channels == 0 || audio->rate_hz == 0 || audio->bits % 8 != 0 ||
        audio->frame_bytes() == 0)
        return std::nullopt;
    if (audio->valid_bits == 0) // all of them, as some mean
        audio->valid_bits = audio->bits;
    return audio->valid_bits <= audio->bits ? audio : std::nullopt;
}

std::optional<Pictures> pictures_of(const KSDATAFORMAT &format) {
    const DataFormat copy = bytes_of(format);
    const auto video = copy.video();
    if (!video || video->width == 0 || video->height == 0 || video->width > largest_side ||
        video->height > largest_side)
        return std::nullopt;
    for (const Kind &kind : kinds)
        if (to_guid(kind.subtype) == video->subtype)
            return Pictures{{.pixels = kind.pixels,
                             .width = video->width,
                             .height = video->height,
                             .rate = media::rate_of(video->frame_100ns)},
                            video->top_down};
    return std::nullopt;
}

std::string to_string(const KSDATAFORMAT &format) {
    return bytes_of(format).to_string();
}

std::size_t sound_frame_bytes(const AudioFormat &format) {
    return std::max(1u, format.rate_hz / 50) * format.frame_bytes();
}

DataFormat data_format(const media::PictureFormat &format) {
    const Kind &kind = *kind_of(format.pixels);
    KS_DATAFORMAT_VIDEOINFOHEADER made{};
    made.DataFormat.FormatSize = sizeof made;
    made.DataFormat.SampleSize = static_cast<ULONG>(format.bytes());
    made.DataFormat.MajorFormat = KSDATAFORMAT_TYPE_VIDEO;
    made.DataFormat.SubFormat = kind.subtype;
    made.DataFormat.Specifier = KSDATAFORMAT_SPECIFIER_VIDEOINFO;
    made.VideoInfoHeader = header_of(kind, format);
    std::vector<std::byte> bytes(sizeof made);
    std::memcpy(bytes.data(), &made, sizeof made);
    return DataFormat(std::move(bytes));
}

NTSTATUS answer_format(const DataFormat &format, ULONG bytes, PVOID data, PULONG answered) {
    const auto all = format.bytes();
    const auto answer = ks::sized_value_answer(static_cast<ULONG>(all.size()), bytes);
    *answered = static_cast<ULONG>(all.size());
    if (answer.all)
        std::memcpy(data, all.data(), all.size());
    return answer.status;
}

bool holds(const KSDATARANGE &range, const AudioFormat &format) {
    if (range.FormatSize < sizeof(KSDATARANGE_AUDIO))
        return true;
    const auto &audio = reinterpret_cast<const KSDATARANGE_AUDIO &>(range);
    return format.channels <= audio.MaximumChannels &&
           format.valid_bits >= audio.MinimumBitsPerSample &&
           format.valid_bits <= audio.MaximumBitsPerSample &&
           format.rate_hz >= audio.MinimumSampleFrequency &&
           format.rate_hz <= audio.MaximumSampleFrequency;
}

bool holds(const KSDATARANGE &range, const media::PictureFormat &format) {
    const KS_DATARANGE_VIDEO *video = video_part(range);
    const LONGLONG interval = interval_of(format.rate);
    return video == nullptr ||
           (within(video->ConfigCaps, LONG(format.width), LONG(format.height)) &&
            interval >= video->ConfigCaps.MinFrameInterval &&
            interval <= video->ConfigCaps.MaxFrameInterval);
}

NTSTATUS NTAPI intersect_pictures(PVOID, PIRP, PKSP_PIN, PKSDATARANGE caller_range,
                                  PKSDATARANGE own_range, ULONG bytes, PVOID data,
                                  PULONG answered) {
    const auto &own = *reinterpret_cast<const KS_DATARANGE_VIDEO *>(own_range);
    const auto kind = std::ranges::find(kinds, own.DataRange.SubFormat, &Kind::subtype);
    media::PictureFormat format{.pixels = kind->pixels,
                                .width = DWORD(own.VideoInfoHeader.bmiHeader.biWidth),
                                .height = usual_height,
                                .rate = {}};
    if (const KS_DATARANGE_VIDEO *caller = video_part(*caller_range)) {
        const KS_VIDEOINFOHEADER &wanted = caller->VideoInfoHeader;
        const LONG height = wanted.bmiHeader.biHeight;
        if (height == INT32_MIN ||
            !within(own.ConfigCaps, wanted.bmiHeader.biWidth, height < 0 ? -height : height))
            return STATUS_NO_MATCH;
        format.width = static_cast<std::uint32_t>(wanted.bmiHeader.biWidth);
        format.height = static_cast<std::uint32_t>(height < 0 ? -height : height);
        format.rate = media::rate_of(
            static_cast<std::uint64_t>(std::max<LONGLONG>(wanted.AvgTimePerFrame, 0)));
    }
    return answer_format(data_format(format), bytes, data, answered);
}

} // namespace ksbox::filters
