// An offer, or a caller's whole list of them, as Kernel Streaming has it.
#pragma once

#include <cstdint>
#include <vector>

#include "abi/guid.h"
#include "abi/windows.h"
#include "intersection/offers.h"

namespace ksbox::bench {

inline KSDATARANGE_AUDIO range_of(const Offer &offer) {
    KSDATARANGE_AUDIO range{};
    range.DataRange.FormatSize = sizeof range;
    range.DataRange.MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
    range.DataRange.SubFormat = KSDATAFORMAT_SUBTYPE_PCM;
    range.DataRange.SubFormat.Data1 += offer.format;
    range.DataRange.Specifier = KSDATAFORMAT_SPECIFIER_WAVEFORMATEX;
    range.MaximumChannels = offer.channels;
    range.MinimumBitsPerSample = offer.minimum_bits;
    range.MaximumBitsPerSample = offer.maximum_bits;
    range.MinimumSampleFrequency = offer.minimum_hz;
    range.MaximumSampleFrequency = offer.maximum_hz;
    return range;
}

/// KSMULTIPLE_ITEM and `count` ranges.
inline std::vector<std::uint64_t> caller_list(unsigned count) {
    static_assert(sizeof(KSDATARANGE_AUDIO) % 8 == 0 && sizeof(KSMULTIPLE_ITEM) == 8);
    std::vector<std::uint64_t> list(1 + count * sizeof(KSDATARANGE_AUDIO) / 8);
    auto *header = reinterpret_cast<KSMULTIPLE_ITEM *>(list.data());
    *header = {static_cast<ULONG>(list.size() * 8), count};
    auto *ranges = reinterpret_cast<KSDATARANGE_AUDIO *>(header + 1);
    for (unsigned i = 0; i < count; ++i)
        ranges[i] = range_of(offer(i, count, false));
    return list;
}

} // namespace ksbox::bench
