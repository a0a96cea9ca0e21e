// The bytes of FilterData.
#include "ks/filter_data.h"

#include <cstring>

#include <gtest/gtest.h>

namespace ksbox::ks {
namespace {

constexpr GUID guid_a = {0xAAAAAAAA, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}};
constexpr GUID guid_b = {0xBBBBBBBB, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}};

ULONG word(const std::vector<std::byte> &data, std::size_t index) {
    ULONG value = 0;
    if ((index + 1) * sizeof value <= data.size())
        std::memcpy(&value, data.data() + index * sizeof value, sizeof value);
    return value;
}

TEST(FilterData, HasVersionPinsAndNothingElseWithoutPins) {
    const auto data = filter_data({});
    ASSERT_EQ(data.size(), 16u);
    EXPECT_EQ(word(data, 0), 2u);
    EXPECT_EQ(word(data, 2), 0u);
}

TEST(FilterData, NamesTypesCategoryAndMediumsByOffset) {
    FilterDataPin pin;
    pin.output = true;
    pin.instances = 1;
    pin.category = &guid_b;
    pin.types = {{guid_a, guid_b}};
    KSPIN_MEDIUM own{};
    own.Set = guid_a;
    own.Id = 7;
    pin.mediums = {own};
    const auto data = filter_data({pin});
    // Header 4 words, pin 6, type 4, medium 1; then b, a, the medium.
    ASSERT_EQ(data.size(), 15 * 4 + 2 * sizeof(GUID) + sizeof(KSPIN_MEDIUM));
    EXPECT_EQ(std::memcmp(data.data() + 16, "0pi3", 4), 0);
    EXPECT_EQ(word(data, 5), 8u);
    EXPECT_EQ(word(data, 6), 1u);
    EXPECT_EQ(word(data, 7), 1u);
    EXPECT_EQ(word(data, 8), 1u);
    EXPECT_EQ(word(data, 9), 60u);
    EXPECT_EQ(std::memcmp(data.data() + 40, "0ty3", 4), 0);
    EXPECT_EQ(std::memcmp(data.data() + word(data, 12), &guid_a, sizeof guid_a), 0);
    EXPECT_EQ(word(data, 13), word(data, 9)); // stored once
    KSPIN_MEDIUM medium;
    std::memcpy(&medium, data.data() + word(data, 14), sizeof medium);
    EXPECT_EQ(medium.Id, 7u);
}

TEST(FilterData, NumbersPinsAndTypesAndStoresEachThingOnce) {
    FilterDataPin first, second;
    first.many = true;
    first.instances = 3;
    first.types = {{guid_a, guid_b}, {guid_b, guid_a}};
    second.category = &guid_a;
    const auto data = filter_data({first, second});
    // Header 4 words, pins 6 each, types 4 each; then a and b.
    ASSERT_EQ(data.size(), 24 * 4 + 2 * sizeof(GUID));
    EXPECT_EQ(word(data, 1), 0x200000u); // merit
    EXPECT_EQ(word(data, 3), 0u);
    EXPECT_EQ(word(data, 5), 4u);
    EXPECT_EQ(word(data, 6), 3u);
    EXPECT_EQ(word(data, 7), 2u);
    EXPECT_EQ(word(data, 8), 0u);
    EXPECT_EQ(word(data, 9), 0u); // no category
    EXPECT_EQ(std::memcmp(data.data() + 40, "0ty3", 4), 0);
    EXPECT_EQ(word(data, 12), 96u);
    EXPECT_EQ(word(data, 13), 112u);
    EXPECT_EQ(std::memcmp(data.data() + 56, "1ty3", 4), 0);
    EXPECT_EQ(word(data, 16), 112u);
    EXPECT_EQ(word(data, 17), 96u);
    EXPECT_EQ(std::memcmp(data.data() + 72, "1pi3", 4), 0);
    EXPECT_EQ(word(data, 19), 0u);
    EXPECT_EQ(word(data, 23), 96u);
}

} // namespace
} // namespace ksbox::ks
