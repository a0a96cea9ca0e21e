// ksbox: what KSPROPERTY_PIN_DATAINTERSECTION does with the caller's list, up to the driver's
// intersect handler, whose part a function plays here.
#include <memory>
#include <stdexcept>

#include "intersection/audio_range.h"
#include "intersection/sides.h"
#include "ks/intersection.h"

namespace ksbox::bench {

namespace {

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
    explicit Ranges(unsigned count) : list_(caller_list(count)) {
        for (unsigned i = 0; i < count; ++i)
            pins_.push_back(range_of(offer(i, count, true)));
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
