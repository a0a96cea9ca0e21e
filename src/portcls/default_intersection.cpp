// PCM intersection as port drivers do it.
#include "portcls/default_intersection.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "abi/guid.h"
#include "ks/data_range.h"

namespace ksbox::portcls {
namespace {

/// The highest value that both intervals hold.
std::optional<ULONG> highest(ULONG low_a, ULONG high_a, ULONG low_b, ULONG high_b) {
    const ULONG low = std::max(low_a, low_b), high = std::min(high_a, high_b);
    return low <= high ? std::optional(high) : std::nullopt;
}

const KSDATARANGE_AUDIO *as_audio(const KSDATARANGE &range) {
    return range.FormatSize >= sizeof(KSDATARANGE_AUDIO)
               ? reinterpret_cast<const KSDATARANGE_AUDIO *>(&range)
               : nullptr;
}

/// The specifier of the format: what a wildcard on either side leaves open is WAVEFORMATEX.
const GUID *specifier_of(const KSDATARANGE &caller, const KSDATARANGE &own) {
    const GUID &named = ks::is_wildcard(own.Specifier) ? caller.Specifier : own.Specifier;
    if (ks::is_wildcard(named) || named == KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)
        return &KSDATAFORMAT_SPECIFIER_WAVEFORMATEX;
    return named == KSDATAFORMAT_SPECIFIER_DSOUND ? &KSDATAFORMAT_SPECIFIER_DSOUND : nullptr;
}

bool is_pcm(const GUID &a, const GUID &b) {
    return (a == KSDATAFORMAT_SUBTYPE_PCM || ks::is_wildcard(a)) &&
           (b == KSDATAFORMAT_SUBTYPE_PCM || ks::is_wildcard(b));
}

std::optional<WAVEFORMATEX> common_format(const KSDATARANGE_AUDIO &caller,
                                          const KSDATARANGE_AUDIO &own) {
    const auto bits = highest(caller.MinimumBitsPerSample, caller.MaximumBitsPerSample,
                              own.MinimumBitsPerSample, own.MaximumBitsPerSample);
    const auto rate = highest(caller.MinimumSampleFrequency, caller.MaximumSampleFrequency,
                              own.MinimumSampleFrequency, own.MaximumSampleFrequency);
    const ULONG channels = std::min({caller.MaximumChannels, own.MaximumChannels, ULONG(2)});
    if (!bits || !rate || channels == 0)
        return std::nullopt;
    WAVEFORMATEX format{};
    format.wFormatTag = WAVE_FORMAT_PCM;
    format.nChannels = static_cast<WORD>(channels);
    format.nSamplesPerSec = *rate;
    format.wBitsPerSample = static_cast<WORD>(*bits);
    format.nBlockAlign = static_cast<WORD>(channels * ((*bits + 7) / 8));
    format.nAvgBytesPerSec = *rate * format.nBlockAlign;
    return format;
}

} // namespace

NTSTATUS default_intersection(const KSDATARANGE &caller, const KSDATARANGE &own, ULONG bytes,
                              void *data, ULONG &answered) {
    const KSDATARANGE_AUDIO *theirs = as_audio(caller), *ours = as_audio(own);
    const GUID *specifier = specifier_of(caller, own);
    if (!theirs || !ours || !specifier || !is_pcm(caller.SubFormat, own.SubFormat))
        return STATUS_NO_MATCH;
    const auto wave = common_format(*theirs, *ours);
    if (!wave)
        return STATUS_NO_MATCH;
    const bool dsound = *specifier == KSDATAFORMAT_SPECIFIER_DSOUND;
    const ULONG needed = dsound ? sizeof(KSDATAFORMAT_DSOUND) : sizeof(KSDATAFORMAT_WAVEFORMATEX);
    answered = needed;
    if (bytes == 0)
        return STATUS_BUFFER_OVERFLOW;
    if (bytes < needed)
        return STATUS_BUFFER_TOO_SMALL;
    std::memset(data, 0, needed);
    KSDATAFORMAT head{};
    head.FormatSize = needed;
    head.SampleSize = wave->nBlockAlign;
    head.MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
    head.SubFormat = KSDATAFORMAT_SUBTYPE_PCM;
    head.Specifier = *specifier;
    if (dsound) {
        auto &format = *static_cast<KSDATAFORMAT_DSOUND *>(data);
        format.DataFormat = head;
        format.BufferDesc.WaveFormatEx = *wave;
    } else {
        auto &format = *static_cast<KSDATAFORMAT_WAVEFORMATEX *>(data);
        format.DataFormat = head;
        format.WaveFormatEx = *wave;
    }
    return STATUS_SUCCESS;
}

} // namespace ksbox::portcls
