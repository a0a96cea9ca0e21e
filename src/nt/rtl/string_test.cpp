#include <gtest/gtest.h>

#include <array>
#include <string>

#include "abi/guid.h"
#include "nt/rtl/code_page.h"
#include "nt/rtl/counted_string.h"
#include "nt/rtl/version.h"

namespace ksbox::rtl {
namespace {

UNICODE_STRING unicode(PCWSTR text) {
    UNICODE_STRING string;
    RtlInitUnicodeString(&string, text);
    return string;
}

template <std::size_t Size> struct Buffer {
    std::array<WCHAR, Size> room{};
    UNICODE_STRING string{0, Size * sizeof(WCHAR), room.data()};
};

TEST(RtlString, InitMeasuresTheText) {
    const UNICODE_STRING string = unicode(u"abc");
    EXPECT_EQ(string.Length, 6);
    EXPECT_EQ(string.MaximumLength, 8);
    EXPECT_EQ(unicode(nullptr).MaximumLength, 0);
    EXPECT_EQ(unicode(nullptr).Buffer, nullptr);
    const std::u16string endless(40'000, u'x');
    EXPECT_EQ(unicode(endless.c_str()).Length, 0xFFFC);
    EXPECT_EQ(unicode(endless.c_str()).MaximumLength, 0xFFFE);
    ANSI_STRING ansi;
    RtlInitAnsiString(&ansi, "four");
    EXPECT_EQ(ansi.Length, 4);
    EXPECT_EQ(ansi.MaximumLength, 5);
}

TEST(RtlString, CopiesWhatFits) {
    Buffer<3> to;
    UNICODE_STRING from = unicode(u"abcd");
    RtlCopyUnicodeString(&to.string, &from);
    EXPECT_EQ(view(to.string), u"abc");
    from = unicode(u"z");
    to.room[2] = u'!';
    RtlCopyUnicodeString(&to.string, &from);
    EXPECT_EQ(view(to.string), u"z");
    EXPECT_EQ(to.room[1], 0);
    RtlCopyUnicodeString(&to.string, nullptr);
    EXPECT_EQ(to.string.Length, 0);
}

TEST(RtlString, AppendsAllOrNothing) {
    Buffer<5> to;
    EXPECT_EQ(RtlAppendUnicodeToString(&to.string, u"abc"), STATUS_SUCCESS);
    EXPECT_EQ(to.room[3], 0);
    EXPECT_EQ(RtlAppendUnicodeToString(&to.string, u"def"), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(view(to.string), u"abc");
    const UNICODE_STRING rest = unicode(u"de");
    EXPECT_EQ(RtlAppendUnicodeStringToString(&to.string, &rest), STATUS_SUCCESS);
    EXPECT_EQ(view(to.string), u"abcde");
    EXPECT_EQ(RtlAppendUnicodeToString(&to.string, nullptr), STATUS_SUCCESS);
}

TEST(RtlString, ComparesAndFoldsCase) {
    const UNICODE_STRING a = unicode(u"Stra\u00E9"), b = unicode(u"sTRA\u00C9"),
                         c = unicode(u"Str");
    EXPECT_EQ(RtlCompareUnicodeString(&a, &b, TRUE), 0);
    EXPECT_LT(RtlCompareUnicodeString(&a, &b, FALSE), 0);
    EXPECT_EQ(RtlCompareUnicodeString(&a, &c, FALSE), 2);
    EXPECT_TRUE(RtlEqualUnicodeString(&a, &b, TRUE));
    EXPECT_FALSE(RtlEqualUnicodeString(&a, &c, TRUE));
    EXPECT_TRUE(RtlPrefixUnicodeString(&c, &a, FALSE));
    EXPECT_FALSE(RtlPrefixUnicodeString(&a, &c, FALSE));
    EXPECT_EQ(RtlUpcaseUnicodeChar(u'\u0436'), u'\u0416');
    EXPECT_EQ(RtlDowncaseUnicodeChar(u'\u0416'), u'\u0436');
    EXPECT_EQ(RtlDowncaseUnicodeChar(u'A'), u'a');
}

TEST(RtlString, Hashes) {
    const UNICODE_STRING a = unicode(u"ab"), b = unicode(u"AB");
    ULONG hash = 0, folded = 0;
    EXPECT_EQ(RtlHashUnicodeString(&a, FALSE, HASH_STRING_ALGORITHM_DEFAULT, &hash),
              STATUS_SUCCESS);
    EXPECT_EQ(hash, u'a' * 65599u + u'b');
    EXPECT_EQ(RtlHashUnicodeString(&a, TRUE, HASH_STRING_ALGORITHM_X65599, &hash), STATUS_SUCCESS);
    EXPECT_EQ(RtlHashUnicodeString(&b, FALSE, HASH_STRING_ALGORITHM_X65599, &folded),
              STATUS_SUCCESS);
    EXPECT_EQ(hash, folded);
    EXPECT_EQ(RtlHashUnicodeString(&a, FALSE, 7, &hash), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(RtlHashUnicodeString(nullptr, FALSE, 0, &hash), STATUS_INVALID_PARAMETER);
}

TEST(RtlNumber, IsWrittenInEveryBase) {
    Buffer<8> to;
    EXPECT_EQ(RtlIntegerToUnicodeString(1234567, 0, &to.string), STATUS_SUCCESS);
    EXPECT_EQ(view(to.string), u"1234567");
    EXPECT_EQ(RtlIntegerToUnicodeString(0xBEEF, 16, &to.string), STATUS_SUCCESS);
    EXPECT_EQ(view(to.string), u"BEEF");
    EXPECT_EQ(RtlIntegerToUnicodeString(5, 2, &to.string), STATUS_SUCCESS);
    EXPECT_EQ(view(to.string), u"101");
    EXPECT_EQ(RtlIntegerToUnicodeString(0, 8, &to.string), STATUS_SUCCESS);
    EXPECT_EQ(view(to.string), u"0");
    EXPECT_EQ(RtlIntegerToUnicodeString(1, 7, &to.string), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(RtlIntegerToUnicodeString(123456789, 10, &to.string), STATUS_BUFFER_OVERFLOW);
}

TEST(RtlNumber, IsReadAsThePageShows) {
    const struct {
        PCWSTR text;
        ULONG base;
        ULONG value;
    } examples[] = {{u"123", 10, 123},     {u"-345", 10, 0u - 345},   {u"xyz", 10, 0},
                    {u"+678abc", 10, 678}, {u"+678abc", 16, 6785724}, {u"007", 10, 7},
                    {u"789", 8, 7},        {u"FGH", 16, 15},          {u" ", 10, 0},
                    {u"0x1f", 0, 31},      {u"0o17", 0, 15},          {u"0b101", 0, 5},
                    {u"  42", 0, 42}};
    for (const auto &example : examples) {
        const UNICODE_STRING string = unicode(example.text);
        ULONG value = 99;
        EXPECT_EQ(RtlUnicodeStringToInteger(&string, example.base, &value), STATUS_SUCCESS);
        EXPECT_EQ(value, example.value);
    }
    ULONG value = 0;
    const UNICODE_STRING one = unicode(u"1");
    EXPECT_EQ(RtlUnicodeStringToInteger(&one, 3, &value), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(RtlCharToInteger("0x10", 0, &value), STATUS_SUCCESS);
    EXPECT_EQ(value, 16u);
}

TEST(RtlNumber, GuidNeedsItsBraces) {
    GUID guid{};
    UNICODE_STRING text = unicode(u"{65e8773d-8f56-11d0-a3b9-00a0c9223196}");
    EXPECT_EQ(RtlGUIDFromString(&text, &guid), STATUS_SUCCESS);
    EXPECT_EQ(guid, KSCATEGORY_CAPTURE);
    text = unicode(u"65e8773d-8f56-11d0-a3b9-00a0c9223196");
    EXPECT_EQ(RtlGUIDFromString(&text, &guid), STATUS_INVALID_PARAMETER);
}

TEST(RtlTime, RoundTrips) {
    LARGE_INTEGER time{};
    TIME_FIELDS fields{};
    RtlTimeToTimeFields(&time, &fields);
    EXPECT_EQ(fields.Year, 1601);
    EXPECT_EQ(fields.Month, 1);
    EXPECT_EQ(fields.Day, 1);
    EXPECT_EQ(fields.Weekday, 1);                           // a Monday
    time.QuadPart = 132223104000000000 + 123456 * 10'000LL; // 2020-01-01 00:02:03.456
    RtlTimeToTimeFields(&time, &fields);
    EXPECT_EQ(fields.Year, 2020);
    EXPECT_EQ(fields.Minute, 2);
    EXPECT_EQ(fields.Second, 3);
    EXPECT_EQ(fields.Milliseconds, 456);
    EXPECT_EQ(fields.Weekday, 3);
    LARGE_INTEGER back{};
    EXPECT_TRUE(RtlTimeFieldsToTime(&fields, &back));
    EXPECT_EQ(back.QuadPart, time.QuadPart);
}

TEST(RtlTime, RefusesImpossibleDates) {
    LARGE_INTEGER time{};
    TIME_FIELDS fields{2023, 2, 29, 0, 0, 0, 0, 0};
    EXPECT_FALSE(RtlTimeFieldsToTime(&fields, &time));
    fields = {2024, 2, 29, 0, 0, 0, 0, 0};
    EXPECT_TRUE(RtlTimeFieldsToTime(&fields, &time));
    fields.Hour = 24;
    EXPECT_FALSE(RtlTimeFieldsToTime(&fields, &time));
    fields = {1600, 1, 1, 0, 0, 0, 0, 0};
    EXPECT_FALSE(RtlTimeFieldsToTime(&fields, &time));
}

TEST(CodePage, RoundTripsEveryByte) {
    for (unsigned byte = 0; byte < 256; ++byte)
        EXPECT_EQ(to_ansi(from_ansi(static_cast<unsigned char>(byte))), byte);
    EXPECT_EQ(from_ansi(0x80), u'\u20AC');
    EXPECT_EQ(to_ansi(u'\u0416'), '?');
}

TEST(WindowsVersion, FillsBothStructures) {
    RTL_OSVERSIONINFOEXW information{};
    auto &plain = reinterpret_cast<RTL_OSVERSIONINFOW &>(information);
    information.dwOSVersionInfoSize = sizeof information;
    EXPECT_EQ(describe_version(windows_version(601), plain), STATUS_SUCCESS);
    EXPECT_EQ(information.dwMajorVersion, 6u);
    EXPECT_EQ(information.dwBuildNumber, 7601u);
    EXPECT_EQ(std::u16string(information.szCSDVersion), u"Service Pack 1");
    EXPECT_EQ(information.wServicePackMajor, 1);
    information.dwOSVersionInfoSize = sizeof(RTL_OSVERSIONINFOW);
    EXPECT_EQ(describe_version(windows_version(1000), plain), STATUS_SUCCESS);
    EXPECT_EQ(information.dwMajorVersion, 10u);
    information.dwOSVersionInfoSize = 3;
    EXPECT_EQ(describe_version(windows_version(1000), plain), STATUS_INVALID_PARAMETER);
}

TEST(WindowsVersion, KnowsOlderDdis) {
    EXPECT_TRUE(ddi_available(windows_version(1000), 0x06010000));
    EXPECT_TRUE(ddi_available(windows_version(601), 0x06010000));
    EXPECT_FALSE(ddi_available(windows_version(601), 0x06020000));
    EXPECT_FALSE(ddi_available(windows_version(1000), 0x05010300));
}

} // namespace
} // namespace ksbox::rtl
