// IOCTL_KS_RESET_STATE.
#include <optional>

#include "conformance/states_filter.h"

namespace ksbox::testing {
namespace {

using enum PinState;

constexpr std::uint32_t begin = 0, end = 1; // KSRESET

class Resetting : public StatesFilter {
  protected:
    std::uint32_t reset(Pin &pin, std::uint32_t value) {
        return reset(pin, std::as_bytes(std::span(&value, 1)));
    }
    std::uint32_t reset(Pin &pin, std::span<const std::byte> input) {
        const IoResult result = client.control(pin.handle(), IOCTL_KS_RESET_STATE, input, {});
        EXPECT_EQ(result.information, 0u);
        return std::uint32_t(result.status);
    }
    std::uint32_t status_of(Request &request) { return std::uint32_t(request.wait().status); }
    std::size_t resets() { return pairs("reset").size(); }
};
KSBOX_IN_BOTH_MODES(Resetting);

TEST_P(Resetting, F11_BeginCancelsWhatIsQueuedAndRefusesMoreUntilEnd) {
    answer(filter, "budget", 0);
    Pin pin = create(STATES_OUT);
    pin.set_state(run);
    Frame frames[] = {empty(), empty(), empty(), empty()};
    Request queued[] = {pin.start_read(frames[0]), pin.start_read(frames[1])};
    EXPECT_EQ(queued[1].wait_for(100'000), std::nullopt);
    forget_journal(filter);
    EXPECT_EQ(reset(pin, begin), status::success);
    EXPECT_EQ(names(journal(filter)), std::vector<std::string>{"reset"});
    for (Request &each : queued) {
        EXPECT_TRUE(ended(each));
        EXPECT_EQ(status_of(each), status::cancelled);
    }
    Request refused = pin.start_read(frames[2]);
    EXPECT_EQ(status_of(refused), status::device_not_ready);
    EXPECT_EQ(reset(pin, end), status::success);
    EXPECT_EQ(resets(), 1u); // at BEGIN only
    answer(filter, "budget", 4);
    Request taken = pin.start_read(frames[3]);
    EXPECT_EQ(std::uint32_t(Pin::finish(frames[3], taken).status), status::success);
    EXPECT_EQ(frames[3].used, std::uint32_t(STATES_FRAME_BYTES));
}

TEST_P(Resetting, F11_WritesToo) {
    Pin pin = create(STATES_RUN_ONLY);
    pin.set_state(pause);
    Frame frame = numbered(1), second = numbered(2), third = numbered(3);
    Request queued = pin.start_write(frame);
    EXPECT_EQ(queued.wait_for(100'000), std::nullopt);
    EXPECT_EQ(reset(pin, begin), status::success);
    EXPECT_EQ(status_of(queued), status::cancelled);
    Request refused = pin.start_write(second);
    EXPECT_EQ(status_of(refused), status::device_not_ready);
    EXPECT_EQ(reset(pin, end), status::success);
    pin.set_state(run);
    Request taken = pin.start_write(third);
    EXPECT_EQ(status_of(taken), status::success);
    EXPECT_EQ(pairs("got"),
              (std::vector<std::pair<std::uint64_t, std::uint64_t>>{{STATES_RUN_ONLY, 3}}));
}

TEST_P(Resetting, F11_AChangeOfStateDoesNotEndIt) {
    Pin pin = create(STATES_IN);
    pin.set_state(run);
    EXPECT_EQ(reset(pin, begin), status::success);
    for (PinState state : {pause, acquire, stop, run}) {
        EXPECT_EQ(ask_state(pin, state), status::success);
        Frame frame = numbered(1);
        Request refused = pin.start_write(frame);
        EXPECT_EQ(status_of(refused), status::device_not_ready) << int(state);
    }
    EXPECT_EQ(reset(pin, end), status::success);
    Frame frame = numbered(2);
    Request taken = pin.start_write(frame);
    EXPECT_EQ(status_of(taken), status::success);
}

TEST_P(Resetting, F11_BeginTwiceAndEndTwiceAreOne) {
    Pin pin = create(STATES_IN);
    pin.set_state(run);
    forget_journal(filter);
    EXPECT_EQ(reset(pin, end), status::success); // nothing to end
    EXPECT_EQ(reset(pin, begin), status::success);
    EXPECT_EQ(reset(pin, begin), status::success);
    EXPECT_EQ(resets(), 1u);
    EXPECT_EQ(reset(pin, end), status::success);
    EXPECT_EQ(reset(pin, end), status::success);
    EXPECT_EQ(resets(), 1u);
    Frame frame = numbered(1);
    Request taken = pin.start_write(frame);
    EXPECT_EQ(status_of(taken), status::success);
}

TEST_P(Resetting, F11_TheValueIsOneOfTwo) {
    Pin pin = create(STATES_IN);
    pin.set_state(run);
    forget_journal(filter);
    EXPECT_EQ(reset(pin, 2u), status::invalid_parameter);
    EXPECT_EQ(reset(pin, 0xffffffffu), status::invalid_parameter);
    const std::byte few[3]{};
    EXPECT_EQ(reset(pin, std::span(few)), status::invalid_buffer_size);
    EXPECT_EQ(reset(pin, std::span<const std::byte>{}), status::invalid_buffer_size);
    EXPECT_EQ(resets(), 0u);
    Frame frame = numbered(1);
    Request taken = pin.start_write(frame);
    EXPECT_EQ(status_of(taken), status::success);
}

TEST_P(Resetting, F11_APinOutsideTheStandardTransportIsTold) {
    Pin pin = create(STATES_RAW);
    pin.set_state(run);
    forget_journal(filter);
    EXPECT_EQ(reset(pin, begin), status::success);
    EXPECT_EQ(resets(), 1u);
    EXPECT_EQ(reset(pin, end), status::success);
}

TEST_P(Resetting, F11_InAConnectionNothingIsPassedOnUntilEnd) {
    answer(filter, "budget", 100);
    Pin source = create(STATES_SOURCE);
    Pin sink = create(STATES_IN, other, source.handle());
    for (Pin *pin : {&sink, &source})
        pin->set_state(acquire);
    EXPECT_EQ(reset(sink, begin), status::success);
    for (Pin *pin : {&sink, &source})
        pin->set_state(run);
    traced.box().run_for(std::chrono::milliseconds(50));
    EXPECT_TRUE(pairs("got").empty());
    EXPECT_EQ(reset(sink, end), status::success);
    ASSERT_TRUE(wait_for("got", 100));
    // In order, none lost, none doubled.
    const auto got = pairs("got");
    for (std::size_t i = 0; i < got.size(); ++i)
        EXPECT_EQ(got[i], std::pair(std::uint64_t(STATES_IN), std::uint64_t(i + 1)));
}

} // namespace
} // namespace ksbox::testing
