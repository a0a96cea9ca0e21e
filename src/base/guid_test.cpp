#include "base/guid.h"

#include <gtest/gtest.h>

namespace ksbox {
namespace {

constexpr const char *capture = "{65E8773D-8F56-11D0-A3B9-00A0C9223196}";

TEST(Guid, RoundTripsThroughText) {
    const auto guid = Guid::parse(capture);
    ASSERT_TRUE(guid);
    EXPECT_EQ(guid->data1, 0x65E8773Du);
    EXPECT_EQ(guid->data2, 0x8F56);
    EXPECT_EQ(guid->data3, 0x11D0);
    EXPECT_EQ(guid->data4[0], 0xA3);
    EXPECT_EQ(guid->data4[7], 0x96);
    EXPECT_EQ(guid->to_string(), capture);
    EXPECT_EQ(Guid::parse("65e8773d-8f56-11d0-a3b9-00a0c9223196"), guid);
}

TEST(Guid, RefusesWhatIsNoGuid) {
    for (const char *text :
         {"", "{}", "65E8773D-8F56-11D0-A3B9-00A0C922319", "65E8773D-8F56-11D0-A3B9-00A0C922319G",
          "65E8773D8-F56-11D0-A3B9-00A0C9223196", "{65E8773D-8F56-11D0-A3B9-00A0C9223196",
          "[65E8773D-8F56-11D0-A3B9-00A0C9223196]"})
        EXPECT_FALSE(Guid::parse(text)) << text;
}

} // namespace
} // namespace ksbox
