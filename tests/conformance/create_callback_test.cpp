// Sections A and B: AVStrMiniPinCreate and AVStrMiniPinClose: what there is by then, what is held,
// and what their status does.
#include "conformance/factories_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t status_pending = 0x103, status_device_busy = 0x80000011,
                        status_not_ready = 0xC00000A3, status_not_found = 0xC0000225;
constexpr std::uint64_t everything = FACTORIES_BELOW_FILTER | FACTORIES_CONTEXT | FACTORIES_HEADER |
                                     FACTORIES_CONTROL_HELD | FACTORIES_FORMAT;

class CreateCallback : public FactoriesFilter {
  protected:
    JournalEntry entry(const std::string &what) {
        const auto found = only(journal(filter), what);
        EXPECT_EQ(found.size(), 1u) << what;
        return found.empty() ? JournalEntry{} : found[0];
    }
    /// KsCreatePin on a thread of the client, which waits there for as long as the driver holds it.
    struct Creation {
        std::uint32_t result = 1;
        HANDLE pin = nullptr;
        bool returned = false;
    };
    Client::Thread start(Creation &creation, std::uint32_t pin_id) {
        return client.spawn("creator", [&creation, pin_id, this] {
            const RawConnect request(pin_id, stereo);
            creation.result = KsCreatePin(as_handle(filter.handle()), request.get(), GENERIC_WRITE,
                                          &creation.pin);
            creation.returned = true;
        });
    }

    Filter filter = open("creation");
};
KSBOX_IN_BOTH_MODES(CreateCallback);

TEST_P(CreateCallback, A16_TheFileObjectHasItsContextAndItsObjectHeader) {
    const Created pin = create(filter, CREATION_IN);
    ASSERT_EQ(pin.error, 0u);
    const std::uint64_t flags = entry(FACTORIES_CREATE).values[1];
    EXPECT_NE(flags & FACTORIES_CONTEXT, 0u);
    EXPECT_NE(flags & FACTORIES_HEADER, 0u);
    EXPECT_NE(flags & FACTORIES_FORMAT, 0u);
}

TEST_P(CreateCallback, A16_TheFilterControlMutexIsHeld) {
    const Created pin = create(filter, CREATION_IN);
    ASSERT_EQ(pin.error, 0u);
    EXPECT_NE(entry(FACTORIES_CREATE).values[1] & FACTORIES_CONTROL_HELD, 0u);
}

TEST_P(CreateCallback, A16_ItRunsAtPassiveLevel) {
    const Created pin = create(filter, CREATION_IN);
    ASSERT_EQ(pin.error, 0u);
    EXPECT_EQ(entry(FACTORIES_CREATE).irql, 0u);
}

TEST_P(CreateCallback, A16_ItIsOptional) {
    Created pin = create(filter, CREATION_NO_CREATE);
    ASSERT_EQ(pin.error, 0u);
    EXPECT_EQ(state_of(client, as_handle(pin.handle)), PinState::stop);
    pin.object.close();
    EXPECT_EQ(names(journal(filter)), (std::vector<std::string>{FACTORIES_SET_FORMAT}));
    EXPECT_EQ(instances(filter, CREATION_NO_CREATE).CurrentCount, 0u);
}

TEST_P(CreateCallback, A16_ItsErrorIsTheCreatorsAndNothingIsLeft) {
    answer(filter, FACTORIES_CREATE, status_not_ready, 1);
    traced.mark();
    const Created refused = create_pin(filter, RawConnect(CREATION_IN, stereo).get());
    EXPECT_EQ(refused.error, 21u); // ERROR_NOT_READY
    EXPECT_EQ(refused.handle, INVALID_HANDLE_VALUE);
    // A pin that was never there is not closed.
    EXPECT_EQ(
        names(journal(filter)),
        (std::vector<std::string>{FACTORIES_SET_FORMAT, FACTORIES_CREATE, FACTORIES_PRIORITY}));
    EXPECT_EQ(traced.irps("IRP_MJ_CREATE"), 1u);
    EXPECT_EQ(traced.irps("IRP_MJ_CLEANUP") + traced.irps("IRP_MJ_CLOSE"), 0u);
    EXPECT_EQ(instances(filter, CREATION_IN).CurrentCount, 0u);
    EXPECT_EQ(create(filter, CREATION_IN).error, 0u);
}

TEST_P(CreateCallback, A16_SetDataFormatMayRefuseBeforeIt) {
    answer(filter, FACTORIES_SET_FORMAT, status_device_busy, 1);
    EXPECT_EQ(create_pin(filter, RawConnect(CREATION_IN, stereo).get()).error, 170u); // ERROR_BUSY
    EXPECT_EQ(names(journal(filter)), (std::vector<std::string>{FACTORIES_SET_FORMAT}));
    EXPECT_EQ(instances(filter, CREATION_IN).CurrentCount, 0u);
}

TEST_P(CreateCallback, A16_PendingHoldsTheCreatorUntilTheRequestIsCompleted) {
    answer(filter, FACTORIES_CREATE, status_pending, 1);
    Creation creation;
    Client::Thread creator = start(creation, CREATION_IN);
    wait_for(filter, FACTORIES_HELD);
    traced.box().run_for(std::chrono::milliseconds(20));
    EXPECT_FALSE(creation.returned);
    EXPECT_EQ(finish(filter, 0), 0u);
    creator.join();
    EXPECT_EQ(creation.result, 0u);
    Pin pin(client, as_handle(creation.pin));
    EXPECT_EQ(pin.state(), PinState::stop);
    EXPECT_EQ(instances(filter, CREATION_IN).CurrentCount, 1u);
    pin.set_state(PinState::run);
    pin.close();
    EXPECT_EQ(instances(filter, CREATION_IN).CurrentCount, 0u);
    EXPECT_EQ(only(journal(filter), FACTORIES_CLOSE).size(), 1u);
}

TEST_P(CreateCallback, A16_APendingCreateMayEndInAnError) {
    answer(filter, FACTORIES_CREATE, status_pending, 1);
    Creation creation;
    Client::Thread creator = start(creation, CREATION_TWO);
    wait_for(filter, FACTORIES_HELD);
    // Its instance counts already: nobody else can have it.
    EXPECT_EQ(instances(filter, CREATION_TWO).CurrentCount, 1u);
    EXPECT_EQ(finish(filter, status_not_ready), 0u);
    creator.join();
    EXPECT_EQ(creation.result, 21u);
    EXPECT_EQ(creation.pin, INVALID_HANDLE_VALUE);
    EXPECT_TRUE(only(journal(filter), FACTORIES_CLOSE).empty());
    EXPECT_EQ(instances(filter, CREATION_TWO).CurrentCount, 0u);
    EXPECT_EQ(finish(filter, 0), status_not_found); // nothing is held any more
}

TEST_P(CreateCallback, A16_OtherPinsGoOnMeanwhile) {
    answer(filter, FACTORIES_CREATE, status_pending, 1);
    Creation creation;
    Client::Thread creator = start(creation, CREATION_IN);
    wait_for(filter, FACTORIES_HELD);
    // The control mutex is not held any more.
    Created other = create(filter, CREATION_IN);
    EXPECT_EQ(other.error, 0u);
    set_state(client, as_handle(other.handle), PinState::run);
    other.object.close();
    EXPECT_FALSE(creation.returned);
    EXPECT_EQ(finish(filter, 0), 0u);
    creator.join();
    const Pin pin(client, as_handle(creation.pin));
    EXPECT_EQ(creation.result, 0u);
}

TEST_P(CreateCallback, A17_EverythingIsThereExceptTheEvents) {
    Created pin = create(filter, CREATION_IN);
    ASSERT_EQ(pin.error, 0u);
    forget_journal(filter);
    const Handle event = client.create_event(false);
    const KSPROPERTY request{
        {0x5c2d11a4, 0x7e0b, 0x4b1f, {0x8f, 0x5a, 0x93, 0xb6, 0xc2, 0xe0, 0x7d, 0x10}},
        FACTORIES_EVENT,
        KSEVENT_TYPE_ENABLE};
    KSEVENTDATA data{};
    data.NotificationType = KSEVENTF_EVENT_HANDLE;
    data.EventHandle.Event = as_handle(event);
    Buffer memory(client, 2 * sizeof data);
    for (std::size_t i = 0; i < 2; ++i) {
        std::memcpy(memory.data() + i * sizeof data, &data, sizeof data);
        const IoResult enabled = client.control(
            as_handle(pin.handle), IOCTL_KS_ENABLE_EVENT, std::as_bytes(std::span(&request, 1)),
            memory.bytes().subspan(i * sizeof data, sizeof data));
        ASSERT_EQ(std::uint32_t(enabled.status), 0u);
    }
    pin.object.close();
    EXPECT_EQ(names(journal(filter)),
              (std::vector<std::string>{FACTORIES_REMOVE_EVENT, FACTORIES_REMOVE_EVENT,
                                        FACTORIES_CLOSE}));
    const JournalEntry close = entry(FACTORIES_CLOSE);
    EXPECT_EQ(close.values, (std::array<std::uint64_t, 3>{CREATION_IN, everything, 0}));
    EXPECT_EQ(close.irql, 0u);
    client.close(event);
}

TEST_P(CreateCallback, A17_TheFilterControlMutexIsHeldInClose) {
    Created pin = create(filter, CREATION_IN);
    ASSERT_EQ(pin.error, 0u);
    pin.object.close();
    EXPECT_NE(entry(FACTORIES_CLOSE).values[1] & FACTORIES_CONTROL_HELD, 0u);
}

TEST_P(CreateCallback, A17_ClosingMayTakeTime) {
    Created pin = create(filter, CREATION_TWO);
    ASSERT_EQ(pin.error, 0u);
    answer(filter, FACTORIES_CLOSE, status_pending, 1);
    bool closed = false;
    const Handle handle = as_handle(pin.handle);
    Client::Thread closer = client.spawn("closer", [&] {
        client.close(handle);
        closed = true;
    });
    wait_for(filter, FACTORIES_HELD);
    traced.box().run_for(std::chrono::milliseconds(20));
    EXPECT_FALSE(closed);
    EXPECT_EQ(instances(filter, CREATION_TWO).CurrentCount, 1u);
    EXPECT_EQ(finish(filter, 0), 0u);
    closer.join();
    EXPECT_EQ(instances(filter, CREATION_TWO).CurrentCount, 0u);
    EXPECT_EQ(create(filter, CREATION_TWO).error, 0u);
}

TEST_P(CreateCallback, A7_TheHandleHasTheAccessThatWasDesired) {
    constexpr std::uint64_t read_data = 1, write_data = 2; // FILE_READ_DATA, FILE_WRITE_DATA
    const Created in = create(filter, CREATION_IN, GENERIC_WRITE);
    const Created out = create(filter, CREATION_OUT, GENERIC_READ);
    const auto creates = only(journal(filter), FACTORIES_CREATE);
    ASSERT_EQ(creates.size(), 2u);
    EXPECT_EQ(creates[0].values[2] & (read_data | write_data), write_data);
    EXPECT_EQ(creates[1].values[2] & (read_data | write_data), read_data);
}

TEST_P(CreateCallback, B7_AFactoryWithoutPossibleInstancesMakesNone) {
    EXPECT_EQ(create(filter, CREATION_NEVER).error, 0x800705AAu); // ERROR_NO_SYSTEM_RESOURCES
    EXPECT_TRUE(journal(filter).empty());
    EXPECT_EQ(instances(filter, CREATION_NEVER).PossibleCount, 0u);
}

TEST_P(CreateCallback, B7_ARefusedFormatTakesNoInstance) {
    RawConnect wrong(CREATION_TWO, stereo);
    wrong.format().SubFormat = KSDATAFORMAT_SUBTYPE_IEEE_FLOAT;
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(create_pin2(filter, wrong.get()).error, 0x80070491u);
    const Created one = create(filter, CREATION_TWO), two = create(filter, CREATION_TWO);
    EXPECT_EQ(one.error, 0u);
    EXPECT_EQ(two.error, 0u);
}

} // namespace
} // namespace ksbox::testing
