// ksbox: what KSPROPERTY_PIN_DATAINTERSECTION does with the caller's list, up to the driver's
// intersect handler, whose part a function plays here.
#include <memory>
#include <stdexcept>

#include "abi/guid.h"
#include "intersection/sides.h"
#include "ks/intersection.h"

namespace ksbox::bench {

namespace {

KSDATARANGE_AUDIO range_of(const Offer &offer) {
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

/// As a driver's handler begins: is there a format in both?
NTSTATUS overlap(const ks::ClientFormat &caller, const ks::PinRange &pin) {
    const auto &a = *reinterpret_cast<const KSDATARANGE_AUDIO *>(caller.format);
    const auto &b = *reinterpret_cast<const KSDATARANGE_AUDIO *>(pin.range);
    const bool common = std::max(a.MinimumBitsPerSample, b.MinimumBitsPerSample) <=
                            std::min(a.MaximumBitsPerSample, b.MaximumBitsPerSample) &&
                        std::max(a.MinimumSampleFrequency, b.MinimumSampleFrequency) <=
                            std::min(a.MaximumSampleFrequency, b.MaximumSampleFrequency) &&
                        std::min(a.MaximumChannels, b.MaximumChannels) != 0;
    return common ? STATUS_SUCCESS : STATUS_NO_MATCH;
}

class Ranges {
  public:
    explicit Ranges(unsigned count) {
        list_.resize(sizeof(KSMULTIPLE_ITEM) / 8 + count * sizeof(KSDATARANGE_AUDIO) / 8);
        auto *header = reinterpret_cast<KSMULTIPLE_ITEM *>(list_.data());
        *header = {static_cast<ULONG>(list_.size() * 8), count};
        auto *callers = reinterpret_cast<KSDATARANGE_AUDIO *>(header + 1);
        for (unsigned i = 0; i < count; ++i) {
            callers[i] = range_of(offer(i, count, false));
            pins_.push_back(range_of(offer(i, count, true)));
        }
        for (KSDATARANGE_AUDIO &range : pins_)
            entries_.push_back(&range.DataRange);
    }

    void match() const {
        const auto callers = ks::read_range_list(std::as_bytes(std::span(list_)));
        const ks::ClientFormat *matched = nullptr;
        const NTSTATUS status = ks::intersect(*callers, ks::pin_ranges(entries_),
                                              [&](const auto &caller, const auto &pin) {
                                                  matched = &caller;
                                                  return overlap(caller, pin);
                                              });
        if (status != STATUS_SUCCESS || matched != &callers->back())
            throw std::logic_error("the last pair did not match");
    }

  private:
    static_assert(sizeof(KSDATARANGE_AUDIO) % 8 == 0);
    std::vector<std::uint64_t> list_; ///< KSMULTIPLE_ITEM and the caller's ranges
    std::vector<KSDATARANGE_AUDIO> pins_;
    std::vector<PKSDATARANGE> entries_;
};

} // namespace

Work match_ranges(unsigned count) {
    return [ranges = std::make_shared<Ranges>(count)](std::uint64_t times) {
        for (std::uint64_t i = 0; i < times; ++i)
            ranges->match();
    };
}

} // namespace ksbox::bench
