// Sections A, B and D: what Kernel Streaming does for a driver without AVStream: create strings of
// every object, object headers, the captured request, and the members of KSPROPSETID_Pin.
#include "support/journal.h"
#include "support/raw_connect.h"
#include "support/traced_box.h"

#include "drivers/bare/bare.h"

namespace ksbox::testing {
namespace {

constexpr Guid bare_set{
    0x4d1e8c72, 0x60b3, 0x4f95, {0x8a, 0x1b, 0xc0, 0x7e, 0x3d, 0x29, 0xf5, 0x6a}};
constexpr std::uint32_t not_found = 0xC0000225, no_match_status = 0xC0000272,
                        invalid_parameter = 0xC000000D;

class BareKs : public InBothModes {
  protected:
    std::vector<std::byte> create_string() {
        return filter.get(bare_set, KSPROPERTY_BARE_CREATE_STRING);
    }
    void expect_string(std::u16string_view object_class, std::span<const std::byte> parameters) {
        const std::vector<std::byte> name = create_string();
        const std::size_t head = object_class.size() * sizeof(char16_t);
        ASSERT_EQ(name.size(), head + parameters.size());
        EXPECT_EQ(std::memcmp(name.data(), object_class.data(), head), 0);
        EXPECT_EQ(std::memcmp(name.data() + head, parameters.data(), parameters.size()), 0);
    }
    /// The flags of the last create of that kind, which was found valid.
    std::uint64_t flags_of(std::uint64_t kind) {
        std::uint64_t flags = 0;
        for (const JournalEntry &entry : only(journal(filter), BARE_CREATE))
            if (entry.values[0] == kind) {
                EXPECT_EQ(entry.values[1], 0u);
                flags = entry.values[2];
            }
        return flags;
    }
    /// KsPinPropertyHandler, called by hand: status, and the bytes.
    IoResult ask_handler(std::uint32_t property, std::uint32_t pin_id, std::span<std::byte> value) {
        struct {
            KSPROPERTY outer;
            KSP_PIN inner;
        } request{};
        std::memcpy(&request.outer.Set, &bare_set, sizeof bare_set);
        request.outer.Id = KSPROPERTY_BARE_PIN_PROPERTY;
        request.outer.Flags = KSPROPERTY_TYPE_GET;
        request.inner.Property.Set = KSPROPSETID_Pin;
        request.inner.Property.Id = property;
        request.inner.Property.Flags = KSPROPERTY_TYPE_GET;
        request.inner.PinId = pin_id;
        return filter.property(std::as_bytes(std::span(&request, 1)), value);
    }
    Created create(std::uint32_t pin_id) {
        return create_pin2(filter, RawConnect(pin_id, stereo).get());
    }

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("bare");
    Filter filter = client.open_filter(driver.filters().at(0).path);
    const DataFormat stereo = DataFormat::audio({});
};
KSBOX_IN_BOTH_MODES(BareKs);

TEST_P(BareKs, A9_inferred_ThePinsString) {
    const RawConnect request(BARE_IN, stereo);
    ASSERT_EQ(create_pin(filter, request.get()).error, 0u);
    expect_string(u"{146F1A80-4791-11D0-A5D6-28DB04C10000}\\", request.bytes());
    EXPECT_NE(flags_of(BARE_PIN) & BARE_RELATED, 0u);
}

TEST_P(BareKs, A9_inferred_TheClocksAllocatorsAndNodesStrings) {
    const Created pin = create(BARE_IN);
    ASSERT_EQ(pin.error, 0u);
    const KSCLOCK_CREATE clock{};
    KSALLOCATOR_FRAMING framing{};
    framing.Frames = 3;
    framing.FrameSize = 4096;
    const KSNODE_CREATE node{};
    const auto close = [&](HANDLE handle) { client.close(as_handle(handle)); };
    client.run([&] {
        HANDLE made = nullptr;
        EXPECT_EQ(KsCreateClock(pin.handle, &clock, &made), 0u);
        expect_string(u"{53172480-4791-11D0-A5D6-28DB04C10000}\\",
                      std::as_bytes(std::span(&clock, 1)));
        close(made);
        EXPECT_EQ(KsCreateAllocator(pin.handle, &framing, &made), 0u);
        expect_string(u"{642F5D00-4791-11D0-A5D6-28DB04C10000}\\",
                      std::as_bytes(std::span(&framing, 1)));
        close(made);
        EXPECT_EQ(KsCreateTopologyNode(as_handle(filter.handle()), &node, GENERIC_READ, &made), 0u);
        expect_string(u"{0621061A-EE75-11D0-B915-00A0C9223196}\\",
                      std::as_bytes(std::span(&node, 1)));
        close(made);
        // The *2 functions send the same.
        EXPECT_EQ(KsCreateClock2(pin.handle, &clock, &made), NOERROR);
        expect_string(u"{53172480-4791-11D0-A5D6-28DB04C10000}\\",
                      std::as_bytes(std::span(&clock, 1)));
        close(made);
        EXPECT_EQ(KsCreateAllocator2(pin.handle, &framing, &made), NOERROR);
        close(made);
        EXPECT_EQ(KsCreateTopologyNode2(as_handle(filter.handle()), &node, GENERIC_READ, &made),
                  NOERROR);
        close(made);
    });
    for (std::uint64_t kind : {BARE_CLOCK, BARE_ALLOCATOR, BARE_NODE})
        EXPECT_NE(flags_of(kind) & BARE_RELATED, 0u) << kind;
}

TEST_P(BareKs, A10_TheDevicesItemIsChosenByTheReferenceString) {
    const std::string path = driver.filters().at(0).path;
    EXPECT_TRUE(path.ends_with("\\bare"));
    try {
        client.open_filter(path + "2");
        ADD_FAILURE() << "opened";
    } catch (const Error &error) {
        EXPECT_EQ(error.code(), 0xC0000034u); // STATUS_OBJECT_NAME_NOT_FOUND
    }
    EXPECT_EQ(only(journal(filter), BARE_CREATE).size(), 1u);
}

TEST_P(BareKs, A19_AnObjectHeaderIsAllocatedForEveryObject) {
    const Created pin = create(BARE_IN);
    ASSERT_EQ(pin.error, 0u);
    const auto headers = only(journal(filter), BARE_HEADER);
    ASSERT_EQ(headers.size(), 2u); // the filter's, the pin's
    for (const JournalEntry &header : headers)
        EXPECT_EQ(header.values[1], 0u); // STATUS_SUCCESS
    EXPECT_NE(flags_of(BARE_PIN) & BARE_ITEM, 0u);
    EXPECT_NE(flags_of(BARE_FILTER) & BARE_ITEM, 0u);
}

TEST_P(BareKs, A19_ItsTableAndItemsServeTheObjectUntilItIsFreed) {
    Created pin = create(BARE_IN);
    ASSERT_EQ(pin.error, 0u);
    const KSCLOCK_CREATE clock{};
    client.run([&] {
        HANDLE made = nullptr;
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(KsCreateClock(pin.handle, &clock, &made), 0u);
            client.close(as_handle(made));
        }
    });
    forget_journal(filter);
    pin.object.close();
    EXPECT_EQ(journal(filter), (std::vector<JournalEntry>{{BARE_CLEANUP, {BARE_PIN, 0, 0}, 0},
                                                          {BARE_CLOSE, {BARE_PIN, 0, 0}, 0}}));
    // Nothing stays behind with the last of them.
    filter.close();
    EXPECT_EQ(driver.unload(), std::vector<std::string>{});
}

TEST_P(BareKs, A19_AHeaderIsFreedAgainWhenTheCreateFails) {
    const std::uint32_t once = 1;
    filter.set(bare_set, KSPROPERTY_BARE_FAIL_AFTER_HEADER, std::as_bytes(std::span(&once, 1)));
    EXPECT_EQ(create_pin(filter, RawConnect(BARE_IN, stereo).get()).error, 170u); // ERROR_BUSY
    EXPECT_EQ(create(BARE_IN).error, 0u);
    EXPECT_EQ(only(journal(filter), BARE_CLOSE).size(), 1u); // only the second one's
    filter.close();
    EXPECT_EQ(driver.unload(), std::vector<std::string>{});
}

TEST_P(BareKs, B5_TheFormatIsFoundBehindTheConnection) {
    RawConnect request(BARE_IN, stereo);
    request->Priority.PriorityClass = KSPRIORITY_HIGH;
    ASSERT_EQ(create_pin2(filter, request.get()).error, 0u);
    const auto connects = only(journal(filter), BARE_CONNECT);
    ASSERT_EQ(connects.size(), 1u);
    EXPECT_EQ(connects[0].values,
              (std::array<std::uint64_t, 3>{BARE_IN, stereo.bytes().size(), KSPRIORITY_HIGH}));
}

TEST_P(BareKs, B5_WhatTheDriverGetsIsACopy) {
    ASSERT_EQ(create(BARE_IN).error, 0u);
    EXPECT_NE(flags_of(BARE_PIN) & BARE_COPY, 0u);
}

TEST_P(BareKs, B4_ARequestThatDoesNotSuitIsRefusedByTheValidation) {
    RawConnect interface(BARE_IN, stereo), format(BARE_IN, stereo), pin(BARE_COUNT, stereo);
    interface->Interface.Id = 5;
    format.format().SubFormat = KSDATAFORMAT_SUBTYPE_IEEE_FLOAT;
    EXPECT_EQ(create_pin(filter, interface.get()).error, 0x491u);
    EXPECT_EQ(create_pin(filter, format.get()).error, 0x491u);
    EXPECT_EQ(create_pin(filter, pin.get()).error, 87u);
    std::vector<std::uint64_t> statuses;
    for (const JournalEntry &entry : only(journal(filter), BARE_CREATE))
        if (entry.values[0] == BARE_PIN)
            statuses.push_back(entry.values[1]);
    EXPECT_EQ(statuses,
              (std::vector<std::uint64_t>{no_match_status, no_match_status, invalid_parameter}));
}

TEST_P(BareKs, B6_APinThatKnowsNoPriorityHasTheNormalOne) {
    Pin pin =
        filter.connect({.pin_id = BARE_IN, .format = stereo, .priority_class = KSPRIORITY_HIGH});
    EXPECT_EQ(pin.priority(), Priority{});
    EXPECT_EQ(pin.priority().priority_class, KSPRIORITY_NORMAL);
}

TEST_P(BareKs, B14_ABridgePinReceivesRequestsThatAreNotKernelStreamings) {
    const Created bridge = create(BARE_BRIDGE), in = create(BARE_IN);
    ASSERT_EQ(bridge.error, 0u);
    ASSERT_EQ(in.error, 0u);
    std::uint32_t value = 0;
    const auto answer = std::as_writable_bytes(std::span(&value, 1));
    const IoResult result = client.control(as_handle(bridge.handle), IOCTL_BARE, {}, answer);
    EXPECT_EQ(std::uint32_t(result.status), 0u);
    EXPECT_EQ(result.information, sizeof value);
    EXPECT_EQ(value, 0x42u);
    EXPECT_EQ(std::uint32_t(client.control(as_handle(in.handle), IOCTL_BARE, {}, answer).status),
              0xC0000010u); // STATUS_INVALID_DEVICE_REQUEST
    // Nor does a pin connect to it.
    EXPECT_EQ(create_pin(filter, RawConnect(BARE_BRIDGE, stereo, as_handle(in.handle)).get()).error,
              87u);
}

TEST_P(BareKs, D12_TheClassHandlerAnswersOnlyStaticMembers) {
    std::byte value[64];
    for (std::uint32_t property :
         {KSPROPERTY_PIN_CINSTANCES, KSPROPERTY_PIN_GLOBALCINSTANCES,
          KSPROPERTY_PIN_NECESSARYINSTANCES, KSPROPERTY_PIN_PHYSICALCONNECTION,
          KSPROPERTY_PIN_DATAINTERSECTION, KSPROPERTY_PIN_PROPOSEDATAFORMAT}) {
        const IoResult result = ask_handler(property, BARE_IN, value);
        EXPECT_EQ(std::uint32_t(result.status), not_found) << property;
        EXPECT_EQ(result.information, 0u);
    }
    EXPECT_EQ(std::uint32_t(ask_handler(KSPROPERTY_PIN_CTYPES, BARE_IN, value).status), 0u);
    EXPECT_EQ(std::to_integer<unsigned>(value[0]), unsigned(BARE_COUNT));
    const IoResult flow = ask_handler(KSPROPERTY_PIN_COMMUNICATION, BARE_BRIDGE, value);
    EXPECT_EQ(std::uint32_t(flow.status), 0u);
    EXPECT_EQ(flow.information, 4u);
    EXPECT_EQ(std::to_integer<unsigned>(value[0]), 4u);
    EXPECT_EQ(std::uint32_t(ask_handler(KSPROPERTY_PIN_DATAFLOW, BARE_COUNT, value).status),
              invalid_parameter);
}

TEST_P(BareKs, D12_TheDriverAnswersForItsInstances) {
    EXPECT_EQ(filter.pin_facts(BARE_IN).instances.possible, -1);
    const auto ask = [&](std::uint32_t id) {
        const std::uint32_t selector[2] = {BARE_IN, 0};
        try {
            filter.get(guid_of(KSPROPSETID_Pin), id, {}, std::as_bytes(std::span(selector)));
            return 0u;
        } catch (const BoxStopped &) {
            throw;
        } catch (const Error &error) {
            return error.code();
        }
    };
    EXPECT_EQ(ask(KSPROPERTY_PIN_CINSTANCES), 0u);
    EXPECT_EQ(ask(KSPROPERTY_PIN_GLOBALCINSTANCES), not_found);
    EXPECT_EQ(ask(KSPROPERTY_PIN_NECESSARYINSTANCES), not_found);
}

} // namespace
} // namespace ksbox::testing
