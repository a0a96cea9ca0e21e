// Section H: IOCTL_KS_PROPERTY, its verbs but serialization, and automation tables.
#include <gmock/gmock.h>

#include "conformance/automation_filter.h"

namespace ksbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Properties : public AutomationFilter {
  protected:
    Answer get(std::uint32_t id, std::size_t bytes = 4) {
        return property(id, KSPROPERTY_TYPE_GET, room(bytes));
    }
    Answer set(std::uint32_t id, std::uint32_t value) {
        return property(id, KSPROPERTY_TYPE_SET, bytes_of(value));
    }
    /// To memory that is not the client's own.
    std::uint32_t get_to(std::uint64_t address, std::uint32_t id, std::size_t bytes,
                         std::uint32_t flags = KSPROPERTY_TYPE_GET) {
        Request request = client.start_control(filter.handle(), IOCTL_KS_PROPERTY,
                                               identifier(automation_set, id, flags),
                                               {reinterpret_cast<std::byte *>(address), bytes});
        return std::uint32_t(request.wait().status);
    }
    /// Behind the client's memory around a buffer; everything before it is the client's.
    std::uint64_t first_foreign_address() {
        auto address = reinterpret_cast<std::uint64_t>(page.data()) + page.size();
        while (get_to(address, AUTOMATION_VALUE, 4) == success)
            address += page.size();
        forget();
        return address;
    }
    const Buffer page{client, 4096};
};
KSBOX_IN_BOTH_MODES(Properties);

TEST_P(Properties, H1_TheRequestGoesInAndTheValueComesOut) {
    ASSERT_EQ(set(AUTOMATION_VALUE, 0x12345678).status, success);
    const Answer answer = get(AUTOMATION_VALUE, 8);
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.information, 4u);
    EXPECT_EQ(answer.as<std::uint32_t>(), 0x12345678u);
    EXPECT_EQ(answer.as<std::uint32_t>(4), 0xcdcdcdcdu); // beyond Information: as it was
    EXPECT_THAT(journal(filter),
                ElementsAre(entry("set", AUTOMATION_VALUE, 0x12345678, AUTOMATION_ON_FILTER),
                            entry("get", AUTOMATION_VALUE, 0x12345678, AUTOMATION_ON_FILTER)));
}

TEST_P(Properties, H1_AWrapperOfTheRequestGoesToTheHandlerWhole) {
    const std::uint32_t more[2] = {11, 22};
    const Answer answer = send(
        client, filter.handle(), IOCTL_KS_PROPERTY,
        joined(identifier(automation_set, AUTOMATION_WRAPPED, KSPROPERTY_TYPE_GET), bytes_of(more)),
        room(8));
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.information, 8u);
    EXPECT_EQ(answer.as<std::uint32_t>(0), 22u);
    EXPECT_EQ(answer.as<std::uint32_t>(4), 11u);
}

TEST_P(Properties, H1_OnlyInformationBytesComeBack) {
    const Answer answer = get(AUTOMATION_SHORT, 16);
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.information, 6u);
    EXPECT_EQ(answer.as<std::uint32_t>(0), 0x3c3c3c3cu);
    EXPECT_EQ(answer.as<std::uint32_t>(4), 0xcdcd3c3cu);
    EXPECT_EQ(answer.as<std::uint64_t>(8), 0xcdcdcdcdcdcdcdcdu);
}

TEST_P(Properties, H1_MemoryThatIsNotTheClientsIsRefusedBeforeTheHandler) {
    for (const std::uint64_t address :
         {first_foreign_address(), std::uint64_t(0xffff'8000'0000'0000),
          std::uint64_t(0x7fff'ffff'0000), std::uint64_t(1)}) {
        SCOPED_TRACE(address);
        EXPECT_EQ(get_to(address, AUTOMATION_VALUE, 4), access_violation);
        EXPECT_EQ(get_to(address, AUTOMATION_VALUE, 4, KSPROPERTY_TYPE_SET), access_violation);
        EXPECT_EQ(get_to(address, AUTOMATION_VALUE, 4, KSPROPERTY_TYPE_BASICSUPPORT),
                  access_violation);
    }
    EXPECT_THAT(journal(filter), IsEmpty());
}

TEST_P(Properties, H1_ABufferThatEndsBeyondTheClientsMemoryIsRefused) {
    const std::uint64_t end = first_foreign_address();
    EXPECT_EQ(get_to(end - 4, AUTOMATION_VALUE, 4), success);
    forget();
    EXPECT_EQ(get_to(end - 2, AUTOMATION_VALUE, 4), access_violation);
    EXPECT_EQ(get_to(end - 2, AUTOMATION_VALUE, 4, KSPROPERTY_TYPE_SET), access_violation);
    EXPECT_THAT(journal(filter), IsEmpty());
}

TEST_P(Properties, H1_inferred_MoreThanAGibibyteIsRefused) {
    const auto address = reinterpret_cast<std::uint64_t>(page.data());
    EXPECT_EQ(get_to(address, AUTOMATION_VALUE, 0x40000001), invalid_buffer_size);
    EXPECT_EQ(get_to(address, AUTOMATION_VALUE, 0x40000000), access_violation);
    EXPECT_THAT(journal(filter), IsEmpty());
}

TEST_P(Properties, H1_ARequestShorterThanAKSPROPERTYIsRefused) {
    const std::vector<std::byte> whole =
        identifier(automation_set, AUTOMATION_VALUE, KSPROPERTY_TYPE_GET);
    for (std::size_t bytes : {0u, 1u, 16u, 23u}) {
        SCOPED_TRACE(bytes);
        const std::vector<std::byte> part(whole.begin(), whole.begin() + std::ptrdiff_t(bytes));
        EXPECT_EQ(send(client, filter.handle(), IOCTL_KS_PROPERTY, part, room(4)).status,
                  invalid_buffer_size);
    }
    EXPECT_THAT(journal(filter), IsEmpty());
}

TEST_P(Properties, H1_ThePinsPropertiesAreThePins) {
    const Created pin = create_pin(PIN_AUTOMATED);
    ASSERT_EQ(pin.error, 0u);
    forget();
    const Answer answer =
        send(client, as_handle(pin.handle), IOCTL_KS_PROPERTY,
             identifier(automation_set, AUTOMATION_READ_ONLY, KSPROPERTY_TYPE_GET), room(4));
    EXPECT_EQ(answer.status, success);
    EXPECT_THAT(journal(filter),
                ElementsAre(entry("get", AUTOMATION_READ_ONLY, 0, AUTOMATION_ON_PIN)));
    // What only the filter has.
    EXPECT_EQ(send(client, as_handle(pin.handle), IOCTL_KS_PROPERTY,
                   identifier(serial_set, SERIAL_NUMBER, KSPROPERTY_TYPE_GET), room(4))
                  .status,
              propset_not_found);
}

TEST_P(Properties, H2_AVerbWithoutItsHandlerIsNotThere) {
    EXPECT_EQ(set(AUTOMATION_READ_ONLY, 1).status, not_found);
    EXPECT_EQ(get(AUTOMATION_WRITE_ONLY).status, not_found);
    EXPECT_EQ(set(AUTOMATION_WRITE_ONLY, 1).status, success);
    EXPECT_EQ(get(AUTOMATION_READ_ONLY).status, success);
}

TEST_P(Properties, H2_ExactlyOneVerb) {
    for (const std::uint32_t flags :
         {0u, KSPROPERTY_TYPE_GET | KSPROPERTY_TYPE_SET,
          KSPROPERTY_TYPE_GET | KSPROPERTY_TYPE_BASICSUPPORT, 0x00020000u}) {
        SCOPED_TRACE(flags);
        EXPECT_EQ(property(AUTOMATION_VALUE, flags, room(4)).status, invalid_parameter);
    }
    EXPECT_THAT(journal(filter), IsEmpty());
}

TEST_P(Properties, H2_SetSupportSaysWhetherTheSetIsThere) {
    const Answer there = property(AUTOMATION_MISSING, KSPROPERTY_TYPE_SETSUPPORT);
    EXPECT_EQ(there.status, success);
    EXPECT_EQ(there.information, 0u);
    EXPECT_EQ(property(0, KSPROPERTY_TYPE_SETSUPPORT, {}, guid_of(KSPROPSETID_Topology)).status,
              success); // AVStream's
    EXPECT_EQ(property(0, KSPROPERTY_TYPE_SETSUPPORT, {}, no_set).status, propset_not_found);
}

TEST_P(Properties, H2_SetSupportOfNoSetListsAllOfThem) {
    const Answer size = property(0, KSPROPERTY_TYPE_SETSUPPORT, {}, Guid{});
    EXPECT_EQ(size.status, buffer_overflow);
    ASSERT_GE(size.information, 6 * sizeof(Guid));
    EXPECT_EQ(property(0, KSPROPERTY_TYPE_SETSUPPORT, room(size.information - 1), Guid{}).status,
              buffer_too_small);
    const Answer list = property(0, KSPROPERTY_TYPE_SETSUPPORT, room(size.information), Guid{});
    EXPECT_EQ(list.status, success);
    EXPECT_EQ(list.information, size.information);
    std::vector<Guid> sets;
    for (std::size_t at = 0; at < list.bytes.size(); at += sizeof(Guid))
        sets.push_back(list.as<Guid>(at));
    // The minidriver's in its order, then what AVStream adds; each once.
    ASSERT_GE(sets.size(), 6u);
    EXPECT_EQ(sets[1], automation_set);
    EXPECT_EQ(sets[2], serial_set);
    EXPECT_EQ(sets[3], control_set);
    EXPECT_EQ(sets[4], guid_of(KSPROPSETID_Pin));
    EXPECT_EQ(std::ranges::count(sets, guid_of(KSPROPSETID_Pin)), 1);
    EXPECT_EQ(std::ranges::count(sets, guid_of(KSPROPSETID_Topology)), 1);
}

TEST_P(Properties, H2_DefaultValuesAreTheMembersMarkedSo) {
    const Answer whole = property(AUTOMATION_VALUE, KSPROPERTY_TYPE_DEFAULTVALUES, room(200));
    EXPECT_EQ(whole.status, success);
    constexpr std::size_t bytes =
        sizeof(KSPROPERTY_DESCRIPTION) + sizeof(KSPROPERTY_MEMBERSHEADER) + 4;
    EXPECT_EQ(whole.information, bytes);
    const auto description = whole.as<KSPROPERTY_DESCRIPTION>();
    EXPECT_EQ(description.DescriptionSize, bytes);
    EXPECT_EQ(description.MembersListCount, 1u);
    EXPECT_EQ(guid_of(description.PropTypeSet.Set), guid_of(KSPROPTYPESETID_General));
    const auto members = whole.as<KSPROPERTY_MEMBERSHEADER>(sizeof description);
    EXPECT_EQ(members.MembersFlags, KSPROPERTY_MEMBER_VALUES);
    EXPECT_EQ(members.Flags, KSPROPERTY_MEMBER_FLAG_DEFAULT);
    EXPECT_EQ(whole.as<std::uint32_t>(bytes - 4), 42u);
    // Without values there are no defaults.
    EXPECT_EQ(property(AUTOMATION_BARE, KSPROPERTY_TYPE_DEFAULTVALUES, room(200)).status,
              not_found);
}

TEST_P(Properties, H2_ByNodeWithTheTopologyFlag) {
    const Answer answer =
        node_property(NODE_AUTOMATED, AUTOMATION_VALUE, KSPROPERTY_TYPE_GET, room(4));
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.as<std::uint32_t>(), 17u);
    EXPECT_THAT(
        entries("node get"),
        ElementsAre(entry("node get", AUTOMATION_VALUE,
                          std::uint32_t(AUTOMATION_ON_NODE) + NODE_AUTOMATED, NODE_AUTOMATED)));
}

TEST_P(Properties, H3_AUlongGetsTheAccessFlags) {
    constexpr std::uint32_t both = KSPROPERTY_TYPE_GET | KSPROPERTY_TYPE_SET;
    for (const auto &[id, access] : {std::pair(AUTOMATION_VALUE, both),
                                     {AUTOMATION_READ_ONLY, KSPROPERTY_TYPE_GET},
                                     {AUTOMATION_WRITE_ONLY, KSPROPERTY_TYPE_SET}}) {
        const Answer answer = property(id, KSPROPERTY_TYPE_BASICSUPPORT, room(4));
        EXPECT_EQ(answer.status, success);
        EXPECT_EQ(answer.information, 4u);
        EXPECT_EQ(answer.as<std::uint32_t>(), access);
    }
    EXPECT_THAT(journal(filter), IsEmpty()); // AVStream answers from the item
}

constexpr std::size_t description_bytes = sizeof(KSPROPERTY_DESCRIPTION);
constexpr std::size_t value_bytes = description_bytes + 2 * sizeof(KSPROPERTY_MEMBERSHEADER) +
                                    2 * sizeof(KSPROPERTY_STEPPING_LONG) + 4;

TEST_P(Properties, H3_ADescriptionTellsTheWholeSize) {
    const Answer answer =
        property(AUTOMATION_VALUE, KSPROPERTY_TYPE_BASICSUPPORT, room(description_bytes));
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.information, description_bytes);
    const auto description = answer.as<KSPROPERTY_DESCRIPTION>();
    EXPECT_EQ(description.AccessFlags, KSPROPERTY_TYPE_GET | KSPROPERTY_TYPE_SET);
    EXPECT_EQ(description.DescriptionSize, value_bytes);
    EXPECT_EQ(guid_of(description.PropTypeSet.Set), guid_of(KSPROPTYPESETID_General));
    EXPECT_EQ(description.PropTypeSet.Id, 19u); // VT_UI4
    EXPECT_EQ(description.MembersListCount, 2u);
    EXPECT_EQ(description.Reserved, 0u);

    const auto bare = property(AUTOMATION_BARE, KSPROPERTY_TYPE_BASICSUPPORT, room(200))
                          .as<KSPROPERTY_DESCRIPTION>();
    EXPECT_EQ(bare.DescriptionSize, description_bytes);
    EXPECT_EQ(guid_of(bare.PropTypeSet.Set), Guid{});
    EXPECT_EQ(bare.PropTypeSet.Id, 0u);
    EXPECT_EQ(bare.MembersListCount, 0u);
}

TEST_P(Properties, H3_EverythingFollowsInARoomyBuffer) {
    for (const std::size_t bytes : {value_bytes, value_bytes + 50}) {
        const Answer answer = property(AUTOMATION_VALUE, KSPROPERTY_TYPE_BASICSUPPORT, room(bytes));
        ASSERT_EQ(answer.status, success);
        EXPECT_EQ(answer.information, value_bytes);
        std::size_t at = description_bytes;
        const auto ranges = answer.as<KSPROPERTY_MEMBERSHEADER>(at);
        EXPECT_EQ(ranges.MembersFlags, KSPROPERTY_MEMBER_STEPPEDRANGES);
        EXPECT_EQ(ranges.MembersSize, sizeof(KSPROPERTY_STEPPING_LONG));
        EXPECT_EQ(ranges.MembersCount, 2u);
        EXPECT_EQ(ranges.Flags, 0u);
        at += sizeof ranges;
        const auto first = answer.as<KSPROPERTY_STEPPING_LONG>(at);
        EXPECT_EQ(first.SteppingDelta, 2u);
        EXPECT_EQ(first.Bounds.SignedMaximum, 100);
        const auto second = answer.as<KSPROPERTY_STEPPING_LONG>(at + sizeof first);
        EXPECT_EQ(second.SteppingDelta, 5u);
        EXPECT_EQ(second.Bounds.SignedMinimum, 200);
        EXPECT_EQ(second.Bounds.SignedMaximum, 300);
        at += 2 * sizeof first;
        EXPECT_EQ(answer.as<KSPROPERTY_MEMBERSHEADER>(at).Flags, KSPROPERTY_MEMBER_FLAG_DEFAULT);
        EXPECT_EQ(answer.as<std::uint32_t>(at + sizeof ranges), 42u);
    }
}

TEST_P(Properties, H3_OtherSizesAreTooSmall) {
    for (const std::size_t bytes :
         {std::size_t(0), std::size_t(3), std::size_t(5), description_bytes - 1,
          description_bytes + 1, value_bytes - 1}) {
        SCOPED_TRACE(bytes);
        const Answer answer = property(AUTOMATION_VALUE, KSPROPERTY_TYPE_BASICSUPPORT, room(bytes));
        EXPECT_EQ(answer.status, buffer_too_small);
        EXPECT_EQ(answer.bytes, room(bytes));
    }
}

TEST_P(Properties, H3_TheClassDriversOwnPropertiesHaveBasicSupport) {
    const auto access = [&](const Guid &set, std::uint32_t id) {
        const Answer answer = property(id, KSPROPERTY_TYPE_BASICSUPPORT, room(4), set);
        EXPECT_EQ(answer.status, success);
        return answer.as<std::uint32_t>();
    };
    EXPECT_EQ(access(guid_of(KSPROPSETID_Topology), KSPROPERTY_TOPOLOGY_NODES),
              KSPROPERTY_TYPE_GET);
    EXPECT_EQ(access(guid_of(KSPROPSETID_Pin), KSPROPERTY_PIN_CTYPES), KSPROPERTY_TYPE_GET);
}

constexpr std::size_t relations_bytes = sizeof(KSMULTIPLE_ITEM) + 2 * sizeof(KSPROPERTY);

TEST_P(Properties, H4_RelationsWithoutABufferTellTheirSize) {
    const Answer answer = property(AUTOMATION_VALUE, KSPROPERTY_TYPE_RELATIONS);
    EXPECT_EQ(answer.status, buffer_overflow);
    EXPECT_EQ(answer.information, relations_bytes);
}

TEST_P(Properties, H4_RelationsInAUlongAreTheirSize) {
    const Answer answer = property(AUTOMATION_VALUE, KSPROPERTY_TYPE_RELATIONS, room(4));
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.information, 4u);
    EXPECT_EQ(answer.as<std::uint32_t>(), relations_bytes);
}

TEST_P(Properties, H4_RelationsInAHeaderAreSizeAndCount) {
    const Answer answer =
        property(AUTOMATION_VALUE, KSPROPERTY_TYPE_RELATIONS, room(sizeof(KSMULTIPLE_ITEM)));
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.information, sizeof(KSMULTIPLE_ITEM));
    EXPECT_EQ(answer.as<KSMULTIPLE_ITEM>().Size, relations_bytes);
    EXPECT_EQ(answer.as<KSMULTIPLE_ITEM>().Count, 2u);
}

TEST_P(Properties, H4_RelationsAreAListOfIdentifiers) {
    EXPECT_EQ(
        property(AUTOMATION_VALUE, KSPROPERTY_TYPE_RELATIONS, room(relations_bytes - 1)).status,
        buffer_too_small);
    const Answer answer =
        property(AUTOMATION_VALUE, KSPROPERTY_TYPE_RELATIONS, room(relations_bytes));
    ASSERT_EQ(answer.status, success);
    EXPECT_EQ(answer.information, relations_bytes);
    const auto first = answer.as<KSPROPERTY>(sizeof(KSMULTIPLE_ITEM));
    EXPECT_EQ(guid_of(first.Set), automation_set);
    EXPECT_EQ(first.Id, std::uint32_t(AUTOMATION_READ_ONLY));
    const auto second = answer.as<KSPROPERTY>(sizeof(KSMULTIPLE_ITEM) + sizeof first);
    EXPECT_EQ(second.Id, std::uint32_t(AUTOMATION_SIZED));
    // One without relations has an empty list.
    const Answer none = property(AUTOMATION_BARE, KSPROPERTY_TYPE_RELATIONS, room(100));
    EXPECT_EQ(none.status, success);
    EXPECT_EQ(none.information, sizeof(KSMULTIPLE_ITEM));
    EXPECT_EQ(none.as<KSMULTIPLE_ITEM>().Size, sizeof(KSMULTIPLE_ITEM));
    EXPECT_EQ(none.as<KSMULTIPLE_ITEM>().Count, 0u);
}

TEST_P(Properties, H5_inferred_UnknownSetsAndProperties) {
    for (const std::uint32_t verb :
         {KSPROPERTY_TYPE_GET, KSPROPERTY_TYPE_SET, KSPROPERTY_TYPE_BASICSUPPORT,
          KSPROPERTY_TYPE_RELATIONS, KSPROPERTY_TYPE_DEFAULTVALUES, KSPROPERTY_TYPE_SERIALIZESIZE,
          KSPROPERTY_TYPE_SERIALIZERAW, KSPROPERTY_TYPE_UNSERIALIZERAW}) {
        SCOPED_TRACE(verb);
        EXPECT_EQ(property(0, verb, room(4), no_set).status, propset_not_found);
        EXPECT_EQ(property(AUTOMATION_MISSING, verb, room(4)).status, not_found);
    }
    EXPECT_EQ(property(0, KSPROPERTY_TYPE_SERIALIZESET, room(4), no_set).status, propset_not_found);
    EXPECT_EQ(property(0, KSPROPERTY_TYPE_UNSERIALIZESET, room(4), no_set).status,
              propset_not_found);
    EXPECT_THAT(journal(filter), IsEmpty());
}

TEST_P(Properties, H5_inferred_ShortRequestsAndShortData) {
    // MinProperty: a KSPROPERTY alone is no AUTOMATION_WRAPPER.
    EXPECT_EQ(get(AUTOMATION_WRAPPED, 8).status, buffer_too_small);
    // MinData.
    EXPECT_EQ(get(AUTOMATION_VALUE, 3).status, buffer_too_small);
    EXPECT_EQ(property(AUTOMATION_VALUE, KSPROPERTY_TYPE_SET, room(3)).status, buffer_too_small);
    EXPECT_EQ(property(AUTOMATION_VALUE, KSPROPERTY_TYPE_SET).status, buffer_too_small);
    EXPECT_THAT(journal(filter), IsEmpty());
    // No data at all ask for the size.
    const Answer size = property(AUTOMATION_VALUE, KSPROPERTY_TYPE_GET);
    EXPECT_EQ(size.status, buffer_overflow);
    EXPECT_EQ(size.information, 4u);
    EXPECT_THAT(journal(filter), IsEmpty());
}

TEST_P(Properties, H6_TheMinidriversItemSupersedesAVStreams) {
    const Created pin = create_pin(PIN_SUPERSEDING);
    ASSERT_EQ(pin.error, 0u);
    const auto priority_of = [&](const Created &of) {
        const Answer answer = send(client, as_handle(of.handle), IOCTL_KS_PROPERTY,
                                   identifier(guid_of(KSPROPSETID_Connection),
                                              KSPROPERTY_CONNECTION_PRIORITY, KSPROPERTY_TYPE_GET),
                                   room(sizeof(KSPRIORITY)));
        EXPECT_EQ(answer.status, success);
        EXPECT_EQ(answer.information, sizeof(KSPRIORITY));
        return answer.as<KSPRIORITY>();
    };
    EXPECT_EQ(priority_of(pin).PriorityClass, 1234u);
    EXPECT_EQ(priority_of(pin).PrioritySubClass, 5678u);
    EXPECT_THAT(entries("priority"), ::testing::SizeIs(2));
    const Created plain = create_pin(PIN_AUTOMATED);
    EXPECT_EQ(priority_of(plain).PriorityClass, std::uint32_t(KSPRIORITY_NORMAL));
}

TEST_P(Properties, H6_TheRestOfTheSetStaysAVStreams) {
    const Created pin = create_pin(PIN_SUPERSEDING);
    ASSERT_EQ(pin.error, 0u);
    EXPECT_EQ(state_of(client, as_handle(pin.handle)), PinState::stop);
    // KSPROPSETID_Pin: the name is the minidriver's, the number of factories AVStream's.
    const std::vector<std::byte> name =
        identifier(guid_of(KSPROPSETID_Pin), 12 /* KSPROPERTY_PIN_NAME */, KSPROPERTY_TYPE_GET);
    const std::uint32_t which[2] = {PIN_SUPERSEDING, 0};
    EXPECT_EQ(
        send(client, filter.handle(), IOCTL_KS_PROPERTY, joined(name, bytes_of(which)), {}).status,
        device_busy);
    EXPECT_EQ(entries("pin name"), std::vector<JournalEntry>{entry("pin name", PIN_SUPERSEDING)});
    EXPECT_EQ(filter.pin_count(), std::uint32_t(PIN_COUNT));
}

TEST_P(Properties, H7_ExtendedItemsAndTheirPrivatePart) {
    for (const std::uint32_t id : {0u, 1u, 2u}) {
        const Answer answer = node_property(NODE_EXTENDED, id, KSPROPERTY_TYPE_GET, room(4));
        EXPECT_EQ(answer.status, success);
        EXPECT_EQ(answer.as<std::uint32_t>(), 100 + id);
    }
    EXPECT_EQ(node_property(NODE_EXTENDED, 3, KSPROPERTY_TYPE_GET, room(4)).status, not_found);
}

TEST_P(Properties, H7_ItemSizesThatMakeNoSenseAreRefused) {
    for (const std::uint32_t node : {NODE_UNALIGNED, NODE_SHORT})
        for (const std::uint32_t verb :
             {KSPROPERTY_TYPE_GET, KSPROPERTY_TYPE_SETSUPPORT, KSPROPERTY_TYPE_BASICSUPPORT})
            EXPECT_EQ(node_property(node, 0, verb, room(4)).status, invalid_parameter);
}

TEST_P(Properties, H7_TheItemAndItsSetAreInTheIrp) {
    const Answer answer = get(AUTOMATION_STORAGE, sizeof(AUTOMATION_STORED));
    ASSERT_EQ(answer.status, success);
    const auto stored = answer.as<AUTOMATION_STORED>();
    EXPECT_EQ(stored.ItemId, std::uint32_t(AUTOMATION_STORAGE));
    EXPECT_EQ(stored.SetFound, 1u);
    EXPECT_EQ(stored.Irql, 0u); // handlers run at PASSIVE_LEVEL
}

TEST_P(Properties, H8_TheHandlersStatusIsTheIrps) {
    answer(filter, "get", device_busy, 1);
    const Answer busy = get(AUTOMATION_VALUE);
    EXPECT_EQ(busy.status, device_busy); // a warning: Information counts
    EXPECT_EQ(busy.information, 4u);
    answer(filter, "get", 0xC00000BB, 1);
    const Answer failed = get(AUTOMATION_VALUE);
    EXPECT_EQ(failed.status, 0xC00000BBu);
    EXPECT_EQ(failed.information, 0u);
    EXPECT_EQ(failed.bytes, room(4)); // an error copies nothing back
    answer(filter, "set", 0xC0000022, 1);
    EXPECT_EQ(set(AUTOMATION_VALUE, 9).status, 0xC0000022u);
    EXPECT_EQ(get(AUTOMATION_VALUE).status, success);
}

TEST_P(Properties, H8_TheHandlerSaysHowMuchThereIs) {
    const Answer size = property(AUTOMATION_SIZED, KSPROPERTY_TYPE_GET);
    EXPECT_EQ(size.status, buffer_overflow);
    EXPECT_EQ(size.information, 20u);
    const Answer list = get(AUTOMATION_SIZED, 20);
    EXPECT_EQ(list.status, success);
    EXPECT_EQ(list.information, 20u);
    EXPECT_EQ(list.as<std::uint32_t>(16), 9u);
}

TEST_P(Properties, H8_AHandlerThatLeavesInformationAloneAnswersItsMinimum) {
    const Answer answer = get(AUTOMATION_SILENT, 8);
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.information, 4u);
    EXPECT_EQ(answer.as<std::uint64_t>(), 0xcdcdcdcda5a5a5a5u);
}

TEST_P(Properties, H8_AHandlerMayLeaveTheRequestPending) {
    const Answer answer = get(AUTOMATION_PENDING);
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.information, 4u);
    EXPECT_EQ(answer.as<std::uint32_t>(), 4711u);
    // Meanwhile the filter answers others.
    Buffer value(client, 4);
    Request request = client.start_control(
        filter.handle(), IOCTL_KS_PROPERTY,
        identifier(automation_set, AUTOMATION_PENDING, KSPROPERTY_TYPE_GET), value.bytes());
    EXPECT_EQ(get(AUTOMATION_VALUE).status, success);
    EXPECT_EQ(request.wait().information, 4u);
    std::uint32_t number = 0;
    std::memcpy(&number, value.data(), sizeof number);
    EXPECT_EQ(number, 4711u);
}

} // namespace
} // namespace ksbox::testing
