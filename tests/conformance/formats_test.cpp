// Section E: formats of pins that exist: proposed and changed.
#include "conformance/states_filter.h"

namespace ksbox::testing {
namespace {

using enum PinState;

class Formats : public StatesFilter {
  protected:
    std::uint32_t set(Pin &pin, ULONG property, std::span<const std::byte> format) {
        const KSPROPERTY request{KSPROPSETID_Connection, property, KSPROPERTY_TYPE_SET};
        std::vector<std::byte> value(format.begin(), format.end());
        return std::uint32_t(pin.property(std::as_bytes(std::span(&request, 1)), value).status);
    }
    std::uint32_t change(Pin &pin, const DataFormat &format) {
        return set(pin, KSPROPERTY_CONNECTION_DATAFORMAT, format.bytes());
    }
    std::uint32_t propose(Pin &pin, const DataFormat &format) {
        return set(pin, KSPROPERTY_CONNECTION_PROPOSEDATAFORMAT, format.bytes());
    }
    static bool same(const DataFormat &a, const DataFormat &b) {
        return std::ranges::equal(a.bytes(), b.bytes());
    }
    std::size_t asked() { return pairs("set format").size(); }

    const DataFormat mono = DataFormat::audio({.rate_hz = 8000, .channels = 1});
    const DataFormat six = DataFormat::audio({.channels = 6}); // WAVEFORMATEXTENSIBLE: longer
    const DataFormat floats = DataFormat::audio({.bits = 32, .valid_bits = 32, .is_float = true});
};
KSBOX_IN_BOTH_MODES(Formats);

TEST_P(Formats, E11_ASetFormatIsOfferedToTheDriverAndThenInForce) {
    Pin pin = create(STATES_IN);
    forget_journal(filter);
    EXPECT_TRUE(same(pin.format(), stereo));
    EXPECT_EQ(change(pin, mono), status::success);
    EXPECT_EQ(journal(filter),
              (std::vector<JournalEntry>{{"set format", {STATES_IN, 1, mono.bytes().size()}, 0}}));
    EXPECT_TRUE(same(pin.format(), mono));
    EXPECT_EQ(change(pin, six), status::success);
    EXPECT_EQ(only(journal(filter), "set format").back().values,
              (std::array<std::uint64_t, 3>{STATES_IN, 1, six.bytes().size()}));
    EXPECT_TRUE(same(pin.format(), six));
}

TEST_P(Formats, E11_ARefusedFormatChangesNothing) {
    Pin pin = create(STATES_IN);
    for (std::uint32_t code : {status::no_match, status::device_not_ready, status::pending}) {
        answer(filter, "format", code, 1);
        forget_journal(filter);
        EXPECT_EQ(change(pin, mono), code == status::pending ? status::unsuccessful : code);
        EXPECT_EQ(asked(), 1u);
        EXPECT_TRUE(same(pin.format(), stereo));
    }
    // Outside the pin's ranges the driver is not asked.
    forget_journal(filter);
    EXPECT_EQ(change(pin, floats), status::no_match);
    EXPECT_EQ(asked(), 0u);
    EXPECT_TRUE(same(pin.format(), stereo));
    EXPECT_EQ(change(pin, mono), status::success);
}

TEST_P(Formats, E11_AProposedFormatIsOnlyAskedAbout) {
    Pin pin = create(STATES_IN);
    forget_journal(filter);
    EXPECT_EQ(propose(pin, mono), status::success);
    EXPECT_EQ(propose(pin, stereo), status::success);
    EXPECT_EQ(propose(pin, floats), status::no_match);
    EXPECT_TRUE(same(pin.format(), stereo));
    EXPECT_EQ(asked(), 0u);
    const KSPROPERTY get{KSPROPSETID_Connection, KSPROPERTY_CONNECTION_PROPOSEDATAFORMAT,
                         KSPROPERTY_TYPE_GET};
    std::vector<std::byte> value(256);
    EXPECT_EQ(std::uint32_t(pin.property(std::as_bytes(std::span(&get, 1)), value).status),
              status::not_found);
}

TEST_P(Formats, E11_AFormatThatIsNoneIsRefused) {
    Pin pin = create(STATES_IN);
    forget_journal(filter);
    const std::span<const std::byte> whole = mono.bytes();
    for (ULONG property :
         {KSPROPERTY_CONNECTION_DATAFORMAT, KSPROPERTY_CONNECTION_PROPOSEDATAFORMAT}) {
        // FormatSize says more than there is.
        EXPECT_EQ(set(pin, property, whole.first(whole.size() - 1)), status::invalid_buffer_size);
        std::vector<std::byte> small(whole.begin(), whole.end());
        reinterpret_cast<KSDATAFORMAT *>(small.data())->FormatSize = sizeof(KSDATAFORMAT) - 1;
        EXPECT_EQ(set(pin, property, small), status::invalid_buffer_size);
    }
    for (std::size_t bytes : {std::size_t(63), std::size_t(0)}) {
        const std::span<const std::byte> few = whole.first(bytes);
        EXPECT_EQ(set(pin, KSPROPERTY_CONNECTION_DATAFORMAT, few), status::invalid_buffer_size);
        EXPECT_EQ(set(pin, KSPROPERTY_CONNECTION_PROPOSEDATAFORMAT, few), status::buffer_too_small);
    }
    EXPECT_EQ(asked(), 0u);
    EXPECT_TRUE(same(pin.format(), stereo));
}

TEST_P(Formats, E11_D19_AFixedFormatIsNeitherSetNorProposed) {
    Pin pin = create(STATES_FIXED);
    forget_journal(filter);
    EXPECT_EQ(change(pin, mono), status::invalid_device_request);
    EXPECT_EQ(change(pin, stereo), status::invalid_device_request);
    EXPECT_EQ(propose(pin, mono), status::invalid_device_request);
    EXPECT_EQ(asked(), 0u);
    EXPECT_TRUE(same(pin.format(), stereo));
}

TEST_P(Formats, E11_WithoutADispatchTheRangesDecide) {
    Pin pin = create(STATES_NO_DISPATCH);
    EXPECT_EQ(change(pin, mono), status::success);
    EXPECT_TRUE(same(pin.format(), mono));
    EXPECT_EQ(change(pin, floats), status::no_match);
    EXPECT_TRUE(same(pin.format(), mono));
}

TEST_P(Formats, E12_JustBeforeRunTheFormatMayChangeAgain) {
    Pin pin = create(STATES_IN);
    pin.set_state(pause);
    forget_journal(filter);
    EXPECT_EQ(change(pin, six), status::success);
    pin.set_state(run);
    EXPECT_EQ(names(journal(filter)), (std::vector<std::string>{"set format", "set state"}));
    EXPECT_TRUE(same(pin.format(), six));
}

TEST_P(Formats, E12_TheLastSuccessfulOneIsInForce) {
    Pin pin = create(STATES_IN);
    pin.set_state(pause);
    EXPECT_EQ(change(pin, mono), status::success);
    answer(filter, "format", status::no_match, 1);
    EXPECT_EQ(change(pin, six), status::no_match);
    pin.set_state(run);
    EXPECT_TRUE(same(pin.format(), mono));
    // The driver sees it in its KSPIN, too.
    const std::uint32_t selector[2] = {STATES_IN, 0};
    const std::vector<std::byte> seen =
        filter.get(states_set, KSPROPERTY_STATES_FORMAT, {}, std::as_bytes(std::span(selector)));
    std::uint32_t bytes = 0;
    ASSERT_EQ(seen.size(), sizeof bytes);
    std::memcpy(&bytes, seen.data(), sizeof bytes);
    EXPECT_EQ(bytes, mono.bytes().size());
}

TEST_P(Formats, E12_WhileItRunsToo) {
    Pin pin = create(STATES_IN);
    pin.set_state(run);
    EXPECT_EQ(change(pin, mono), status::success);
    Frame frame = numbered(3);
    Request write = pin.start_write(frame);
    EXPECT_EQ(std::uint32_t(Pin::finish(frame, write).status), status::success);
    EXPECT_TRUE(same(pin.format(), mono));
}

} // namespace
} // namespace ksbox::testing
