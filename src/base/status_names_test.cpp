#include "base/status_names.h"

#include <gtest/gtest.h>

namespace ksbox {
namespace {

TEST(StatusNames, KnowsWhatTheHeaderDefines) {
    EXPECT_EQ(status_name(0), "STATUS_SUCCESS");
    EXPECT_EQ(status_name(static_cast<std::int32_t>(0xC0000272)), "STATUS_NO_MATCH");
    EXPECT_EQ(status_name(0x103), "STATUS_PENDING");
    EXPECT_EQ(describe_status(static_cast<std::int32_t>(0xC0000023)),
              "STATUS_BUFFER_TOO_SMALL (0xc0000023)");
    EXPECT_EQ(describe_status(0x1234567), "0x01234567");
}

TEST(StatusNames, TheReverse) {
    EXPECT_EQ(status_by_name("STATUS_NO_MATCH"), static_cast<std::int32_t>(0xC0000272));
    EXPECT_EQ(status_by_name("STATUS_NO_SUCH_STATUS"), std::nullopt);
}

} // namespace
} // namespace ksbox
