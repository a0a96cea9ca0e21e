// Section E: how the system agrees with a sink pin's driver on a format.
#include <gmock/gmock.h>

#include "conformance/wave_rt_filter.h"

namespace ksbox::testing {
namespace {

using ::testing::ElementsAre;

class Negotiation : public WaveRt {
  protected:
    /// A source of PCM, 8 to 192 kHz, 8 to 32 bits, stereo: the pin's own range, widened.
    DataRange source() {
        DataRange range = wave.pin_facts(WAVERT_RENDER).ranges.at(0);
        // MaximumChannels, bits and Hz, behind the head of 64 bytes
        const std::uint32_t limits[5] = {2, 8, 32, 8000, 192000};
        std::memcpy(range.bytes.data() + 64, limits, sizeof limits);
        return range;
    }
    std::vector<std::uint64_t> rates_tried() {
        std::vector<std::uint64_t> rates;
        for (const JournalEntry &entry : only(journal(wave), "new stream"))
            rates.push_back(entry.values[2]);
        return rates;
    }
    Pin connect() { return wave.connect_audio({.pin_id = WAVERT_RENDER}, {{source()}}); }
};
KSBOX_IN_BOTH_MODES(Negotiation);

TEST_P(Negotiation, E10_TheFormatInCommonIsTriedFirst) {
    Pin pin = connect();
    EXPECT_EQ(pin.format().audio(), (AudioFormat{48'000, 2, 16, 16}));
    EXPECT_THAT(rates_tried(), ElementsAre(48000));
}

TEST_P(Negotiation, E10_ARefusedFormatIsFollowedByTheMixersBestFirst) {
    answer(wave, "new stream", status::invalid_parameter, 3);
    Pin pin = connect();
    EXPECT_EQ(pin.format().audio(), (AudioFormat{192'000, 2, 24, 24}));
    EXPECT_THAT(rates_tried(), ElementsAre(48000, 192000, 176400, 192000));
}

TEST_P(Negotiation, E10_WhereNoneIsTakenTheFirstRefusalCounts) {
    answer(wave, "new stream", status::device_not_ready);
    try {
        connect();
        FAIL() << "the driver refuses them all";
    } catch (const Error &error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("STATUS_DEVICE_NOT_READY"));
    }
    const auto rates = rates_tried();
    EXPECT_EQ(rates.size(), 97u); // the common one, and 12 rates of 4 widths, stereo and mono
    EXPECT_EQ(rates.back(), 8000u);
}

TEST_P(Negotiation, E10_WithoutACommonFormatNothingIsTried) {
    DataRange other = source();
    std::memset(other.bytes.data() + 32, 0x11, 16); // SubFormat
    EXPECT_THROW(wave.connect_audio({.pin_id = WAVERT_RENDER}, {{other}}), Error);
    EXPECT_THAT(rates_tried(), ::testing::IsEmpty());
}

} // namespace
} // namespace ksbox::testing
