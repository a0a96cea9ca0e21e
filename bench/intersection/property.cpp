// ksbox: a client asks the ranges driver, whose intersect handler hears of every pair with the same
// GUIDs.
#include <cstring>
#include <memory>

#include "intersection/audio_range.h"
#include "intersection/sides.h"
#include "ksbox/box.h"
#include "ksbox/filter.h"

namespace ksbox::bench {

namespace {

class Asker {
  public:
    explicit Asker(unsigned count) {
        KSP_PIN pin{};
        pin.Property.Set = KSPROPSETID_Pin;
        pin.Property.Id = KSPROPERTY_PIN_DATAINTERSECTION;
        pin.Property.Flags = KSPROPERTY_TYPE_GET;
        pin.PinId = count == 10 ? 0 : 1;
        const std::vector<std::uint64_t> list = caller_list(count);
        request_.resize(sizeof pin + list.size() * 8);
        std::memcpy(request_.data(), &pin, sizeof pin);
        std::memcpy(request_.data() + sizeof pin, list.data(), list.size() * 8);
        last_ = range_of(offer(count - 1, count, true));
    }

    void ask(std::uint64_t times) {
        client_.run([&] {
            for (std::uint64_t i = 0; i < times; ++i) {
                KSDATAFORMAT_WAVEFORMATEX format{};
                const IoResult result =
                    filter_.property(request_, std::as_writable_bytes(std::span(&format, 1)));
                if (!result.success() || result.information != sizeof format || !expected(format))
                    throw Error(static_cast<std::uint32_t>(result.status),
                                "the last pair did not match");
            }
        });
    }

  private:
    bool expected(const KSDATAFORMAT_WAVEFORMATEX &format) const {
        return format.DataFormat.FormatSize == sizeof format &&
               format.DataFormat.SubFormat == last_.DataRange.SubFormat &&
               format.WaveFormatEx.nChannels == last_.MaximumChannels &&
               format.WaveFormatEx.wBitsPerSample == last_.MaximumBitsPerSample &&
               format.WaveFormatEx.nSamplesPerSec == last_.MaximumSampleFrequency;
    }

    Box box_;
    Driver &driver_ = box_.load(driver_file("ranges"));
    Client &client_ = box_.client("bench");
    Filter filter_ = client_.open_filter(driver_.filters().at(0).path);
    std::vector<std::byte> request_; ///< KSP_PIN, KSMULTIPLE_ITEM, the caller's ranges
    KSDATARANGE_AUDIO last_{};
};

} // namespace

Work ask_for_intersection(unsigned count) {
    return [asker = std::make_shared<Asker>(count)](std::uint64_t times) { asker->ask(times); };
}

} // namespace ksbox::bench
