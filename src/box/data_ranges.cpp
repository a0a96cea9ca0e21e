// Data ranges, read from what a pin factory answers.

#include "ksbox/facts.h"

#include <cstddef>
#include <cstring>

#include <fmt/format.h>

#include "abi/windows.h"

#include "abi/guid.h"
#include "abi/guid_names.h"
#include "base/bitmap_height.h"
#include "base/quad.h"

namespace ksbox {

namespace {

bool is(const Guid &a, const GUID &b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

template <typename T> std::optional<T> extension_of(const DataRange &range) {
    if (range.bytes.size() < sizeof(T))
        return std::nullopt;
    T value;
    std::memcpy(&value, range.bytes.data(), sizeof value);
    return value;
}

void read_extension(DataRange &range) {
    if (is(range.major, KSDATAFORMAT_TYPE_AUDIO)) {
        if (auto audio = extension_of<KSDATARANGE_AUDIO>(range))
            range.audio = {audio->MaximumChannels, audio->MinimumBitsPerSample,
                           audio->MaximumBitsPerSample, audio->MinimumSampleFrequency,
                           audio->MaximumSampleFrequency};
    } else if (is(range.major, KSDATAFORMAT_TYPE_MUSIC)) {
        if (auto music = extension_of<KSDATARANGE_MUSIC>(range))
            range.music = {to_guid(music->Technology), music->Channels, music->Notes};
    } else if (is(range.specifier, KSDATAFORMAT_SPECIFIER_VIDEOINFO)) {
        if (auto video = extension_of<KS_DATARANGE_VIDEO>(range))
            range.video = {std::uint32_t(video->VideoInfoHeader.bmiHeader.biWidth),
                           rows_of(video->VideoInfoHeader.bmiHeader.biHeight),
                           video->VideoInfoHeader.bmiHeader.biBitCount,
                           std::uint64_t(video->ConfigCaps.MinFrameInterval),
                           std::uint64_t(video->ConfigCaps.MaxFrameInterval),
                           std::uint64_t(video->VideoInfoHeader.AvgTimePerFrame)};
    } else if (is(range.specifier, KSDATAFORMAT_SPECIFIER_VIDEOINFO2)) {
        if (auto video = extension_of<KS_DATARANGE_VIDEO2>(range))
            range.video = {std::uint32_t(video->VideoInfoHeader.bmiHeader.biWidth),
                           rows_of(video->VideoInfoHeader.bmiHeader.biHeight),
                           video->VideoInfoHeader.bmiHeader.biBitCount,
                           std::uint64_t(video->ConfigCaps.MinFrameInterval),
                           std::uint64_t(video->ConfigCaps.MaxFrameInterval),
                           std::uint64_t(video->VideoInfoHeader.AvgTimePerFrame)};
    }
}

std::string span_text(std::uint32_t low, std::uint32_t high, const char *unit) {
    return low == high ? fmt::format("{} {}", low, unit)
                       : fmt::format("{} to {} {}", low, high, unit);
}

double frames_per_second(std::uint64_t frame_100ns) {
    return frame_100ns == 0 ? 0.0 : 1e7 / double(frame_100ns);
}

} // namespace

std::string DataRange::to_string() const {
    std::string text = guid_name(subtype, "KSDATAFORMAT_SUBTYPE_");
    if (audio) {
        text += audio->maximum_channels == std::uint32_t(-1)
                    ? std::string(", any number of channels")
                    : fmt::format(", 1 to {} channels", audio->maximum_channels);
        text += ", " + span_text(audio->minimum_bits, audio->maximum_bits, "bit");
        text += ", " + span_text(audio->minimum_hz, audio->maximum_hz, "Hz");
    } else if (video) {
        text += fmt::format(" {}x{}, {:.4g} fps", video->width, video->height,
                            frames_per_second(video->default_frame_100ns));
        if (video->minimum_frame_100ns != video->maximum_frame_100ns)
            text +=
                fmt::format(" ({:.4g} to {:.4g})", frames_per_second(video->maximum_frame_100ns),
                            frames_per_second(video->minimum_frame_100ns));
    } else if (music) {
        text += fmt::format(", {} channels, {} notes", music->channels, music->notes);
    } else {
        text = guid_name(major, "KSDATAFORMAT_TYPE_") + " " + text;
    }
    return text;
}

void DataRange::set_frame_interval(std::uint64_t frame_100ns) {
    if (!video)
        return;
    std::size_t offset = is(specifier, KSDATAFORMAT_SPECIFIER_VIDEOINFO)
                             ? offsetof(KS_DATARANGE_VIDEO, VideoInfoHeader.AvgTimePerFrame)
                             : offsetof(KS_DATARANGE_VIDEO2, VideoInfoHeader.AvgTimePerFrame);
    std::memcpy(bytes.data() + offset, &frame_100ns, sizeof frame_100ns);
    video->default_frame_100ns = frame_100ns;
}

std::vector<DataRange> parse_data_ranges(std::span<const std::byte> list) {
    std::vector<DataRange> ranges;
    KSMULTIPLE_ITEM header{};
    if (list.size() < sizeof header)
        return ranges;
    std::memcpy(&header, list.data(), sizeof header);
    std::size_t offset = sizeof header;
    for (ULONG i = 0; i < header.Count && offset + sizeof(KSDATARANGE) <= list.size(); ++i) {
        KSDATARANGE range;
        std::memcpy(&range, list.data() + offset, sizeof range);
        if (range.FormatSize < sizeof range || range.FormatSize > list.size() - offset)
            break;
        DataRange one;
        one.major = to_guid(range.MajorFormat);
        one.subtype = to_guid(range.SubFormat);
        one.specifier = to_guid(range.Specifier);
        one.sample_bytes = range.SampleSize;
        one.flags = range.Flags;
        auto bytes = list.subspan(offset, range.FormatSize);
        one.bytes.assign(bytes.begin(), bytes.end());
        read_extension(one);
        ranges.push_back(std::move(one));
        offset = quad_aligned(offset + range.FormatSize);
        if ((range.Flags & KSDATARANGE_ATTRIBUTES) != 0 && offset + sizeof header <= list.size()) {
            KSMULTIPLE_ITEM attributes;
            std::memcpy(&attributes, list.data() + offset, sizeof attributes);
            offset = quad_aligned(offset + attributes.Size);
            // No page says whether the list counts as an item: the bytes end in either case.
        }
    }
    return ranges;
}

} // namespace ksbox
