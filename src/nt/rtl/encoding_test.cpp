#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>

#include "abi/windows.h"

struct in_addr {
    unsigned char bytes[4];
};
extern "C" NTSTATUS NTAPI RtlIpv4StringToAddressA(PCSTR, BOOLEAN, PCSTR *, in_addr *);

namespace {

std::string address(PCSTR text, bool strict) {
    in_addr bytes{};
    PCSTR end = nullptr;
    if (RtlIpv4StringToAddressA(text, strict, &end, &bytes) != STATUS_SUCCESS)
        return "invalid";
    std::string result;
    for (unsigned char byte : bytes.bytes)
        result += std::to_string(byte) + '.';
    return result + end;
}

TEST(RtlIpv4, ReadsAddresses) {
    EXPECT_EQ(address("192.168.1.20:80", true), "192.168.1.20.:80");
    EXPECT_EQ(address("127.1", true), "invalid");
    EXPECT_EQ(address("127.1", false), "127.0.0.1.");
    EXPECT_EQ(address("0x7f000001", false), "127.0.0.1.");
    EXPECT_EQ(address("010.0.0.1", false), "8.0.0.1.");
    EXPECT_EQ(address("256.0.0.1", true), "invalid");
    EXPECT_EQ(address("1.2.3.256", true), "invalid");
    EXPECT_EQ(address("1..2.3", true), "invalid");
    EXPECT_EQ(address("", true), "invalid");
}

TEST(RtlEncoding, CutsAtTheRoomGiven) {
    std::array<WCHAR, 4> wide{};
    ULONG bytes = 0;
    EXPECT_EQ(RtlMultiByteToUnicodeN(wide.data(), 6, &bytes, "\x80zcd", 4), STATUS_SUCCESS);
    EXPECT_EQ(bytes, 6u);
    EXPECT_EQ(wide, (std::array<WCHAR, 4>{u'\u20AC', u'z', u'c', 0}));
    std::array<char, 4> narrow{};
    EXPECT_EQ(RtlUnicodeToMultiByteN(narrow.data(), 2, &bytes, wide.data(), 6), STATUS_SUCCESS);
    EXPECT_EQ(bytes, 2u);
    EXPECT_EQ(narrow[1], 'z');
    EXPECT_EQ(narrow[2], 0);
}

TEST(RtlSid, ComparesAndCopies) {
    std::array<ULONG, 8> a{}, b{};
    SID_IDENTIFIER_AUTHORITY authority{{0, 0, 0, 0, 0, 5}};
    EXPECT_EQ(RtlInitializeSid(a.data(), &authority, 2), STATUS_SUCCESS);
    *RtlSubAuthoritySid(a.data(), 0) = 32;
    *RtlSubAuthoritySid(a.data(), 1) = 544;
    EXPECT_EQ(RtlLengthSid(a.data()), 16u);
    EXPECT_TRUE(RtlValidSid(a.data()));
    EXPECT_EQ(RtlCopySid(15, b.data(), a.data()), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(RtlCopySid(16, b.data(), a.data()), STATUS_SUCCESS);
    EXPECT_TRUE(RtlEqualSid(a.data(), b.data()));
    *RtlSubAuthoritySid(b.data(), 1) = 545;
    EXPECT_FALSE(RtlEqualSid(a.data(), b.data()));
    EXPECT_EQ(RtlInitializeSid(a.data(), &authority, 16), STATUS_INVALID_PARAMETER);
}

} // namespace
