#include "nt/rtl/memory.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

namespace {

std::vector<unsigned char> numbered(std::size_t size) {
    std::vector<unsigned char> bytes(size);
    std::iota(bytes.begin(), bytes.end(), static_cast<unsigned char>(1));
    return bytes;
}

TEST(RtlMemory, CopiesEveryOverlap) {
    for (std::size_t length : {0u, 1u, 7u, 15u, 16u, 17u, 33u, 100u})
        for (std::size_t from = 0; from < 40; from += 3)
            for (std::size_t to = 0; to < 40; to += 7) {
                auto expected = numbered(256), actual = numbered(256);
                std::memmove(&expected[to], &expected[from], length);
                EXPECT_EQ(ksbox_crt_memcpy(&actual[to], &actual[from], length), &actual[to]);
                ASSERT_EQ(actual, expected) << length << ' ' << from << ' ' << to;
            }
}

TEST(RtlMemory, Fills) {
    auto bytes = numbered(20);
    EXPECT_EQ(ksbox_crt_memset(&bytes[2], 0x1FF, 5), &bytes[2]);
    EXPECT_EQ(bytes[1], 2);
    EXPECT_EQ(bytes[2], 0xFF);
    EXPECT_EQ(bytes[6], 0xFF);
    EXPECT_EQ(bytes[7], 8);
    ksbox_rtl_fill_memory(&bytes[10], 3, 7);
    EXPECT_EQ(bytes[12], 7);
    EXPECT_EQ(bytes[13], 14);
    ksbox_rtl_zero_memory(bytes.data(), 20);
    EXPECT_EQ(bytes, std::vector<unsigned char>(20));
}

TEST(RtlMemory, Compares) {
    for (std::size_t length : {0u, 1u, 8u, 9u, 64u, 65u}) {
        auto left = numbered(length), right = left;
        EXPECT_EQ(ksbox_crt_memcmp(left.data(), right.data(), length), 0);
        EXPECT_EQ(ksbox_rtl_compare_memory(left.data(), right.data(), length), length);
        for (std::size_t i = 0; i < length; ++i) {
            right = left;
            right[i] = static_cast<unsigned char>(right[i] + 128);
            const int expected = std::memcmp(left.data(), right.data(), length);
            EXPECT_EQ(ksbox_crt_memcmp(left.data(), right.data(), length) > 0, expected > 0);
            EXPECT_NE(ksbox_crt_memcmp(left.data(), right.data(), length), 0);
            EXPECT_EQ(ksbox_rtl_compare_memory(left.data(), right.data(), length), i);
        }
    }
}

TEST(RtlMemory, MeasuresText) {
    EXPECT_EQ(ksbox_crt_strlen(""), 0u);
    EXPECT_EQ(ksbox_crt_strlen("four"), 4u);
    EXPECT_EQ(ksbox_crt_wcslen(u""), 0u);
    EXPECT_EQ(ksbox_crt_wcslen(u"\u0100\u0200three"), 7u);
}

TEST(RtlMemory, KnowsItsOwnCode) {
    using ksbox::rtl::in_memory_function;
    EXPECT_TRUE(in_memory_function(reinterpret_cast<const void *>(&ksbox_crt_memcpy)));
    EXPECT_TRUE(in_memory_function(reinterpret_cast<const void *>(&ksbox_crt_wcslen)));
    EXPECT_FALSE(in_memory_function(reinterpret_cast<const void *>(&std::memcpy)));
    EXPECT_FALSE(in_memory_function(ksbox_crt_memory_end));
}

} // namespace
