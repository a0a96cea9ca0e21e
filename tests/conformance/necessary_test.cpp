// Section B: InstancesNecessary: what a filter does not do before it has them.
#include "conformance/factories_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t invalid_device_state = 0xC0000184;

class Necessary : public FactoriesFilter {
  protected:
    std::uint32_t try_state(const Created &pin, PinState state) {
        try {
            set_state(client, as_handle(pin.handle), state);
            return 0;
        } catch (const BoxStopped &) {
            throw;
        } catch (const Error &error) {
            return error.code();
        }
    }
    std::size_t calls(const std::string &what) { return only(journal(filter), what).size(); }

    Filter filter = open("necessary");
};
KSBOX_IN_BOTH_MODES(Necessary);

TEST_P(Necessary, B10_AStateChangeOfAFilterThatLacksThemFails) {
    const Created free = create(filter, NECESSARY_NONE);
    EXPECT_EQ(try_state(free, PinState::acquire), invalid_device_state);
    const Created one = create(filter, NECESSARY_ONE);
    EXPECT_EQ(try_state(free, PinState::acquire), invalid_device_state);
    EXPECT_EQ(try_state(one, PinState::run), invalid_device_state);
    const Created first = create(filter, NECESSARY_TWO);
    EXPECT_EQ(try_state(free, PinState::acquire), invalid_device_state);
    EXPECT_EQ(calls(FACTORIES_SET_STATE), 0u); // the driver hears nothing of it
    EXPECT_EQ(state_of(client, as_handle(free.handle)), PinState::stop);
    const Created second = create(filter, NECESSARY_TWO);
    EXPECT_EQ(try_state(free, PinState::acquire), 0u);
    EXPECT_EQ(calls(FACTORIES_SET_STATE), 1u);
}

TEST_P(Necessary, B10_TheWayBackToStopIsOpenWhenOneGoes) {
    const Created free = create(filter, NECESSARY_NONE), one = create(filter, NECESSARY_ONE),
                  two = create(filter, NECESSARY_TWO);
    Created another = create(filter, NECESSARY_TWO);
    EXPECT_EQ(try_state(free, PinState::run), 0u);
    another.object.close();
    EXPECT_EQ(try_state(free, PinState::pause), invalid_device_state);
    EXPECT_EQ(state_of(client, as_handle(free.handle)), PinState::run);
    EXPECT_EQ(try_state(free, PinState::stop), 0u);
    EXPECT_EQ(try_state(free, PinState::acquire), invalid_device_state);
}

TEST_P(Necessary, B10_ThoseOfAnotherFilterDoNotCount) {
    Filter other = open("necessary");
    const Created free = create(filter, NECESSARY_NONE), one = create(other, NECESSARY_ONE),
                  two = create(other, NECESSARY_TWO), three = create(other, NECESSARY_TWO);
    EXPECT_EQ(try_state(free, PinState::acquire), invalid_device_state);
    EXPECT_EQ(try_state(one, PinState::acquire), 0u);
}

TEST_P(Necessary, B10_ProcessingStartsWithAllOfThemInPause) {
    const Created free = create(filter, NECESSARY_NONE), one = create(filter, NECESSARY_ONE),
                  two = create(filter, NECESSARY_TWO), three = create(filter, NECESSARY_TWO);
    const auto processed_after = [&](const Created &pin, PinState state) {
        EXPECT_EQ(try_state(pin, state), 0u);
        traced.box().run_for(std::chrono::milliseconds(5));
        return calls(FACTORIES_PROCESS);
    };
    EXPECT_EQ(processed_after(free, PinState::run), 0u);
    EXPECT_EQ(processed_after(one, PinState::pause), 0u);
    EXPECT_EQ(processed_after(two, PinState::pause), 0u);
    EXPECT_EQ(processed_after(three, PinState::acquire), 0u); // below the minimum state
    EXPECT_GT(processed_after(three, PinState::pause), 0u);
    EXPECT_EQ(only(journal(filter), FACTORIES_PROCESS)[0].values[1], 4u);
    // One of the two goes back: it stops.
    EXPECT_EQ(try_state(three, PinState::acquire), 0u);
    traced.box().run_for(std::chrono::milliseconds(5));
    forget_journal(filter);
    EXPECT_EQ(processed_after(free, PinState::pause), 0u);
    EXPECT_EQ(processed_after(free, PinState::run), 0u);
}

TEST_P(Necessary, B10_TheCountIsToldPerPinFactory) {
    for (std::uint32_t id = 0; id < NECESSARY_COUNT; ++id) {
        const Answer answer = pin_property(filter, KSPROPERTY_PIN_NECESSARYINSTANCES, id, 4);
        EXPECT_EQ(answer.status, 0u);
        EXPECT_EQ(read_at<std::uint32_t>(answer.bytes), id);
    }
}

} // namespace
} // namespace ksbox::testing
