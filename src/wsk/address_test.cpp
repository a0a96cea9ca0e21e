// Addresses: text, kinds.
#include "wsk/address.h"

#include <gtest/gtest.h>

namespace ksbox::wsk {
namespace {

Address read(std::string_view text) {
    const auto address = Address::parse(text);
    EXPECT_TRUE(address.has_value()) << text;
    return address.value_or(Address());
}

TEST(Address, TextAndBack) {
    for (const char *text : {"127.0.0.1", "0.0.0.0", "192.168.1.77", "::1", "::", "fe80::1"})
        EXPECT_EQ(read(text).host_text(), text);
    for (const char *text :
         {"", "127.0.0", "127.0.0.256", "localhost", "1.2.3.4:5", ":::", "127.1"})
        EXPECT_FALSE(Address::parse(text)) << text;
    Address address = read("10.0.0.2");
    address.port = 4010;
    EXPECT_EQ(address.text(), "10.0.0.2:4010");
    address = Address::loopback(true, 7);
    EXPECT_EQ(address.text(), "[::1]:7");
}

TEST(Address, Kinds) {
    for (const char *text : {"127.0.0.1", "127.255.0.9", "::1"})
        EXPECT_TRUE(read(text).is_loopback()) << text;
    for (const char *text : {"128.0.0.1", "126.0.0.1", "0.0.0.0", "::", "::2", "1::1"})
        EXPECT_FALSE(read(text).is_loopback()) << text;
    for (const char *text : {"0.0.0.0", "::"})
        EXPECT_TRUE(read(text).is_any()) << text;
    EXPECT_FALSE(read("0.0.0.1").is_any());
    for (const char *text : {"224.0.0.1", "239.255.255.255", "ff02::1"})
        EXPECT_TRUE(read(text).is_multicast()) << text;
    for (const char *text : {"223.0.0.1", "240.0.0.1", "fe80::1"})
        EXPECT_FALSE(read(text).is_multicast()) << text;
    EXPECT_TRUE(read("255.255.255.255").is_broadcast());
    EXPECT_FALSE(read("255.255.255.0").is_broadcast());
}

TEST(Address, HostsAreComparedWithoutTheirPort) {
    EXPECT_TRUE(Address::loopback(false, 1).same_host(Address::loopback(false, 2)));
    EXPECT_FALSE(Address::loopback(false, 1) == Address::loopback(false, 2));
    EXPECT_FALSE(Address::loopback(false, 1).same_host(Address::loopback(true, 1)));
}

} // namespace
} // namespace ksbox::wsk
