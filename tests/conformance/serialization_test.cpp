// Section H2: property sets as one block of bytes.
#include <gmock/gmock.h>

#include "conformance/automation_filter.h"

namespace ksbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t kernel_mode = 0;

class Serialization : public AutomationFilter {
  protected:
    Answer serial(std::uint32_t verb, std::vector<std::byte> data = {}, std::uint32_t id = 0) {
        return property(id, verb, std::move(data), serial_set);
    }
    static std::vector<std::byte> header(std::uint32_t count, const Guid &set = serial_set) {
        return joined(bytes_of(set), bytes_of(count));
    }
    /// A KSPROPERTY_SERIAL with its data, padded to a multiple of four bytes.
    static std::vector<std::byte> item(std::uint32_t id, std::initializer_list<unsigned> values,
                                       std::uint32_t length, bool typed = false) {
        KSPROPERTY_SERIAL one{};
        if (typed) {
            one.PropTypeSet.Set = KSPROPTYPESETID_General;
            one.PropTypeSet.Id = 19; // VT_UI4
        }
        one.Id = id;
        one.PropertyLength = length;
        std::vector<std::byte> bytes = bytes_of(one);
        for (unsigned value : values)
            bytes.push_back(std::byte(value));
        return bytes;
    }
    /// What the set is when the driver is fresh.
    static std::vector<std::byte> fresh() {
        std::vector<std::byte> all = header(3);
        all = joined(all, item(SERIAL_NUMBER, {0x44, 0x33, 0x22, 0x11}, 4, true));
        all = joined(all,
                     item(SERIAL_LIST, {13, 0, 0, 0, 5, 0, 0, 0, 10, 11, 12, 13, 14, 0, 0, 0}, 13));
        return joined(all, item(SERIAL_ODD, {1, 2, 3}, 3));
    }
};
KSBOX_IN_BOTH_MODES(Serialization);

TEST_P(Serialization, H2_SerializeSetWithoutABufferTellsItsSize) {
    const Answer answer = serial(KSPROPERTY_TYPE_SERIALIZESET);
    EXPECT_EQ(answer.status, buffer_overflow);
    EXPECT_EQ(answer.information, fresh().size());
    EXPECT_EQ(serial(KSPROPERTY_TYPE_SERIALIZESET, room(fresh().size() - 1)).status,
              buffer_too_small);
    EXPECT_THAT(entries("serial get"), IsEmpty()); // nobody was asked for its value
}

TEST_P(Serialization, H2_SerializeSetIsOneRequestToEachProperty) {
    const Answer answer = serial(KSPROPERTY_TYPE_SERIALIZESET, room(fresh().size() + 4));
    ASSERT_EQ(answer.status, success);
    EXPECT_EQ(answer.information, fresh().size());
    EXPECT_EQ(answer.bytes, joined(fresh(), room(4)));
    EXPECT_THAT(journal(filter), ElementsAre(entry("serial get", SERIAL_NUMBER, 4, kernel_mode),
                                             entry("serial get", SERIAL_ODD, 3, kernel_mode)));
}

TEST_P(Serialization, H2_APropertyThatFailsFailsTheWholeSet) {
    answer(filter, "serial get", 0xC00000BB, 1);
    const Answer answer = serial(KSPROPERTY_TYPE_SERIALIZESET, room(fresh().size()));
    EXPECT_EQ(answer.status, 0xC00000BBu);
    EXPECT_EQ(answer.information, 0u);
    EXPECT_EQ(answer.bytes, room(fresh().size()));
}

TEST_P(Serialization, H2_UnserializeSetSetsEachProperty) {
    std::vector<std::byte> changed = header(3);
    changed = joined(changed, item(SERIAL_ODD, {7, 8, 9, 0}, 3));
    changed = joined(changed, item(SERIAL_NUMBER, {1, 0, 0, 0}, 4, true));
    changed = joined(changed, item(SERIAL_LIST, {10, 0, 0, 0, 2, 0, 0, 0, 20, 21}, 10));
    EXPECT_EQ(serial(KSPROPERTY_TYPE_UNSERIALIZESET, changed).status, success);
    EXPECT_THAT(journal(filter), ElementsAre(entry("serial set", SERIAL_ODD, 3, kernel_mode),
                                             entry("serial set", SERIAL_NUMBER, 4, kernel_mode),
                                             entry("serial set", SERIAL_LIST, 10, kernel_mode)));
    std::vector<std::byte> now = header(3);
    now = joined(now, item(SERIAL_NUMBER, {1, 0, 0, 0}, 4, true));
    now = joined(now, item(SERIAL_LIST, {10, 0, 0, 0, 2, 0, 0, 0, 20, 21, 0, 0}, 10));
    now = joined(now, item(SERIAL_ODD, {7, 8, 9}, 3));
    EXPECT_EQ(serial(KSPROPERTY_TYPE_SERIALIZESET, room(now.size())).bytes, now);
}

TEST_P(Serialization, H2_WhatWasSerializedUnserializes) {
    const Answer before = serial(KSPROPERTY_TYPE_SERIALIZESET, room(fresh().size()));
    EXPECT_EQ(serial(KSPROPERTY_TYPE_SET, {std::byte(9), {}, {}, {}}, SERIAL_NUMBER).status,
              success);
    EXPECT_EQ(serial(KSPROPERTY_TYPE_UNSERIALIZESET, before.bytes).status, success);
    EXPECT_EQ(serial(KSPROPERTY_TYPE_SERIALIZESET, room(fresh().size())).bytes, fresh());
}

TEST_P(Serialization, H2_MalformedBlocksAreRefused) {
    const std::vector<std::byte> one = item(SERIAL_NUMBER, {1, 0, 0, 0}, 4);
    const auto unserialize = [&](const std::vector<std::byte> &bytes) {
        return serial(KSPROPERTY_TYPE_UNSERIALIZESET, bytes).status;
    };
    EXPECT_EQ(unserialize({}), invalid_buffer_size);
    EXPECT_EQ(unserialize(room(sizeof(KSPROPERTY_SERIALHDR) - 1)), invalid_buffer_size);
    EXPECT_EQ(unserialize(joined(header(1, automation_set), one)), invalid_parameter);
    EXPECT_EQ(unserialize(header(1)), invalid_parameter);
    std::vector<std::byte> cut = joined(header(1), one);
    cut.pop_back();
    EXPECT_EQ(unserialize(cut), invalid_parameter);
    EXPECT_EQ(unserialize(joined(header(1), item(SERIAL_NUMBER, {1, 0, 0, 0}, 0xfffffff0))),
              invalid_parameter);
    EXPECT_THAT(entries("serial set"), IsEmpty());
    // The second one is missing: the first has been set.
    EXPECT_EQ(unserialize(joined(header(2), one)), invalid_parameter);
    EXPECT_THAT(entries("serial set"), ::testing::SizeIs(1));
    EXPECT_EQ(unserialize(header(0)), success);
    // One without data is none: the property says how much it lacks.
    EXPECT_EQ(unserialize(joined(header(1), item(SERIAL_NUMBER, {}, 0))), buffer_too_small);
}

TEST_P(Serialization, H2_UnserializingStopsAtWhoRefuses) {
    answer(filter, "set odd", 0xC0000022, 1);
    std::vector<std::byte> both = joined(header(2), item(SERIAL_ODD, {7, 8, 9, 0}, 3));
    both = joined(both, item(SERIAL_NUMBER, {1, 0, 0, 0}, 4));
    EXPECT_EQ(serial(KSPROPERTY_TYPE_UNSERIALIZESET, both).status, 0xC0000022u);
    EXPECT_THAT(entries("serial set"), ElementsAre(entry("serial set", SERIAL_ODD, 3)));
    EXPECT_EQ(serial(KSPROPERTY_TYPE_UNSERIALIZESET,
                     joined(header(1), item(SERIAL_COUNT, {0, 0, 0, 0}, 4)))
                  .status,
              not_found);
}

TEST_P(Serialization, H2_SerializeSizeIsOneProperties) {
    const auto size = [&](std::uint32_t id) {
        const Answer answer = serial(KSPROPERTY_TYPE_SERIALIZESIZE, room(4), id);
        EXPECT_EQ(answer.status, success);
        EXPECT_EQ(answer.information, 4u);
        return answer.as<std::uint32_t>();
    };
    EXPECT_EQ(size(SERIAL_NUMBER), 4u);
    EXPECT_EQ(size(SERIAL_ODD), 3u);
    EXPECT_EQ(size(SERIAL_NONE), 0u);  // "does not need to be serialized"
    EXPECT_EQ(size(SERIAL_LIST), 13u); // unknown to the table: the property is asked
    EXPECT_EQ(serial(KSPROPERTY_TYPE_SERIALIZESIZE, {}, SERIAL_NUMBER).status, buffer_overflow);
    EXPECT_EQ(serial(KSPROPERTY_TYPE_SERIALIZESIZE, room(3), SERIAL_NUMBER).status,
              buffer_too_small);
}

TEST_P(Serialization, H2_RawSerializationIsTheSupportHandlers) {
    const Answer size = serial(KSPROPERTY_TYPE_SERIALIZERAW, {}, SERIAL_RAW);
    EXPECT_EQ(size.status, buffer_overflow);
    EXPECT_EQ(size.information, 8u);
    const Answer raw = serial(KSPROPERTY_TYPE_SERIALIZERAW, room(8), SERIAL_RAW);
    EXPECT_EQ(raw.status, success);
    EXPECT_EQ(raw.as<std::uint64_t>(), 0x0102030405060708u);
    EXPECT_EQ(
        serial(KSPROPERTY_TYPE_UNSERIALIZERAW, bytes_of(std::uint64_t(77)), SERIAL_RAW).status,
        success);
    EXPECT_EQ(serial(KSPROPERTY_TYPE_UNSERIALIZERAW, room(3), SERIAL_RAW).status,
              invalid_buffer_size);
    EXPECT_EQ(serial(KSPROPERTY_TYPE_SERIALIZERAW, room(8), SERIAL_RAW).as<std::uint64_t>(), 77u);
    EXPECT_THAT(journal(filter), ElementsAre(entry("raw", KSPROPERTY_TYPE_SERIALIZERAW, 0),
                                             entry("raw", KSPROPERTY_TYPE_SERIALIZERAW, 8),
                                             entry("raw", KSPROPERTY_TYPE_UNSERIALIZERAW, 8),
                                             entry("raw", KSPROPERTY_TYPE_UNSERIALIZERAW, 3),
                                             entry("raw", KSPROPERTY_TYPE_SERIALIZERAW, 8)));
}

TEST_P(Serialization, H2_WithoutASupportHandlerRawSerializationFails) {
    EXPECT_EQ(serial(KSPROPERTY_TYPE_SERIALIZERAW, room(8), SERIAL_NUMBER).status, not_found);
    EXPECT_EQ(serial(KSPROPERTY_TYPE_UNSERIALIZERAW, room(8), SERIAL_NUMBER).status, not_found);
}

TEST_P(Serialization, H2_WhatTheSupportHandlerLeavesAVStreamAnswers) {
    const Answer answer = serial(KSPROPERTY_TYPE_BASICSUPPORT, room(4), SERIAL_RAW);
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.as<std::uint32_t>(), 0u); // neither get nor set
}

TEST_P(Serialization, H2_ANodesSetIsTheNodes) {
    const Answer size = node_property(NODE_AUTOMATED, 0, KSPROPERTY_TYPE_SERIALIZESET);
    EXPECT_EQ(size.status, buffer_overflow);
    std::vector<std::byte> expected = header(1, automation_set);
    expected = joined(expected, item(AUTOMATION_VALUE, {17, 0, 0, 0}, 4));
    ASSERT_EQ(size.information, expected.size());
    const Answer answer =
        node_property(NODE_AUTOMATED, 0, KSPROPERTY_TYPE_SERIALIZESET, room(expected.size()));
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.bytes, expected);
    expected[expected.size() - 4] = std::byte(18);
    EXPECT_EQ(node_property(NODE_AUTOMATED, 0, KSPROPERTY_TYPE_UNSERIALIZESET, expected).status,
              success);
    EXPECT_EQ(node_property(NODE_AUTOMATED, AUTOMATION_VALUE, KSPROPERTY_TYPE_GET, room(4))
                  .as<std::uint32_t>(),
              18u);
}

} // namespace
} // namespace ksbox::testing
