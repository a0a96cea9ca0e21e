#include "box/answers.h"

#include <gtest/gtest.h>

namespace ksbox::box {
namespace {

std::vector<std::byte> list(ULONG count, std::vector<GUID> entries) {
    const KSMULTIPLE_ITEM header{0, count};
    const auto head = std::as_bytes(std::span(&header, 1)),
               rest = std::as_bytes(std::span(entries));
    std::vector<std::byte> bytes(head.begin(), head.end());
    bytes.insert(bytes.end(), rest.begin(), rest.end());
    return bytes;
}

TEST(Answers, EntriesAreNoMoreThanTheAnswerHolds) {
    const GUID one{.Data1 = 1}, two{.Data1 = 2};
    const auto whole = entries_of<GUID>(list(2, {one, two}));
    ASSERT_EQ(whole.size(), 2u);
    EXPECT_EQ(whole[1].Data1, 2u);
    EXPECT_EQ(entries_of<GUID>(list(1, {one, two})).size(), 1u);
    EXPECT_EQ(entries_of<GUID>(list(0xFFFF'FFFF, {one, two})).size(), 2u);
    auto cut = list(2, {one, two});
    cut.pop_back();
    EXPECT_EQ(entries_of<GUID>(cut).size(), 1u);
    EXPECT_TRUE(entries_of<GUID>(list(0xFFFF'FFFF, {})).empty());
    EXPECT_TRUE(entries_of<GUID>(std::span(cut).first(7)).empty());
    EXPECT_TRUE(entries_of<GUID>({}).empty());
}

TEST(Answers, WhatIsShorterIsZero) {
    const auto bytes = list(7, {});
    EXPECT_EQ(read_as<ULONG>(bytes, 4), 7u);
    EXPECT_EQ(read_as<ULONG>(bytes, 5), 0u);
    EXPECT_EQ(read_as<ULONG>(bytes, SIZE_MAX), 0u);
    EXPECT_EQ(read_as<ULONG>({}), 0u);
}

TEST(Answers, AWantOfMemoryIsNoAnswer) {
    EXPECT_EQ(optionally([] { return 1; }), 1);
    EXPECT_EQ(optionally([]() -> int { throw Error(0xC000'0230, "not found"); }), std::nullopt);
    EXPECT_THROW(optionally([]() -> int { throw Error(0xC000'009A, "no memory"); }), Error);
    EXPECT_THROW(optionally([]() -> int { throw BoxStopped(1, "stopped", ""); }), BoxStopped);
}

} // namespace
} // namespace ksbox::box
