#include "abi/windows.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <expected>
#include <ranges>
#include <regex>
#include <vector>

TEST(Windows, WcharHasSixteenBits) {
    static_assert(std::is_same_v<WCHAR, char16_t>);
    static_assert(sizeof(LONG) == 4);
    EXPECT_EQ(fmt::format("{}", sizeof(IRP)), "208");
}
