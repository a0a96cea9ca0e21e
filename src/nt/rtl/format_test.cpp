#include "nt/rtl/format.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "nt/rtl/exports.h"

namespace ksbox::rtl {
namespace {

std::string NTAPI print(const char *format, ...) {
    __builtin_ms_va_list arguments;
    __builtin_ms_va_start(arguments, format);
    std::string text = format_to_utf8(format, arguments);
    __builtin_ms_va_end(arguments);
    return text;
}

std::u16string NTAPI print_wide(const WCHAR *format, ...) {
    struct Collector final : FormatSink {
        void put(char16_t unit) override { text += unit; }
        std::u16string text;
    } collector;
    __builtin_ms_va_list arguments;
    __builtin_ms_va_start(arguments, format);
    format_windows(collector, format, arguments);
    __builtin_ms_va_end(arguments);
    return collector.text;
}

TEST(Format, Integers) {
    EXPECT_EQ(print("%d|%5d|%-5d|%05d|%+d|% d", -7, 42, 42, -42, 1, 2),
              "-7|   42|42   |-0042|+1| 2");
    EXPECT_EQ(print("%ld %lu", 0x1'FFFFFFFFll, 0x2'00000001ll), "-1 1");
    EXPECT_EQ(print("%I64d %lld %I64x", -5ll, 1ll << 40, 0xABCDEF0123456789ull),
              "-5 1099511627776 abcdef0123456789");
    EXPECT_EQ(print("%Iu %I32u %zu", 1ull << 33, 7u, 8ull), "8589934592 7 8");
    EXPECT_EQ(print("%hd %hu %hhx", 0x12345, 0x1FFFF, 0x1234), "9029 65535 34");
    EXPECT_EQ(print("%x %X %#x %#X %#o %o", 255, 255, 255, 0, 8, 8), "ff FF 0xff 0 010 10");
    EXPECT_EQ(print("%.5d|%8.3d|%-8.3d|%.0d|%08.3d", 42, 42, 42, 0, 42),
              "00042|     042|042     ||     042");
    EXPECT_EQ(print("%*d|%-*d|%*d", 4, 1, 4, 2, -4, 3), "   1|2   |3   ");
    EXPECT_EQ(print("%#010x", 0x1F), "0x0000001f");
}

TEST(Format, Pointers) {
    EXPECT_EQ(print("%p", reinterpret_cast<void *>(0xFFFFF800'1234ABCDull)), "FFFFF8001234ABCD");
    EXPECT_EQ(print("%p", nullptr), "0000000000000000");
    EXPECT_EQ(print("%20p|%-20p|", nullptr, nullptr), "    0000000000000000|0000000000000000    |");
}

TEST(Format, TextOfEitherWidth) {
    EXPECT_EQ(print("%s %ws %ls %S %hs", "narrow", u"wide", u"long", u"other", "half"),
              "narrow wide long other half");
    EXPECT_EQ(print_wide(u"%s %hs %S %ls %ws", u"wide", "narrow", "other", u"long", u"w"),
              u"wide narrow other long w");
    EXPECT_EQ(print("%.3s|%5s|%-5s|%05s", "abcdef", "ab", "ab", "ab"), "abc|   ab|ab   |000ab");
    const char unterminated[3] = {'x', 'y', 'z'};
    EXPECT_EQ(print("%.3s", unterminated), "xyz");
    EXPECT_EQ(print("%s %ws", nullptr, nullptr), "(null) (null)");
    EXPECT_EQ(print("%c%lc%C%wc", 'a', u'b', u'\u0416', u'd'), "ab\u0416d");
    EXPECT_EQ(print("%ws", u"\u00E9\u20AC"), "\u00E9\u20AC");
}

TEST(Format, CountedStrings) {
    UNICODE_STRING unicode{6, 8, const_cast<PWSTR>(u"abcdef")};
    ANSI_STRING ansi{2, 3, const_cast<PCHAR>("xyz")};
    EXPECT_EQ(print("%wZ|%Z|%hZ|%6wZ|%.2wZ", &unicode, &ansi, &ansi, &unicode, &unicode),
              "abc|xy|xy|   abc|ab");
    EXPECT_EQ(print_wide(u"%wZ %Z", &unicode, &ansi), u"abc xy");
    UNICODE_STRING empty{};
    EXPECT_EQ(print("%wZ %wZ", nullptr, &empty), "(null) (null)");
}

TEST(Format, RealsAndOddities) {
    EXPECT_EQ(print("%f %.2f %8.1f|%-8.1f|%g", 1.5, -2.345, 3.14, 3.14, 0.5),
              "1.500000 -2.35      3.1|3.1     |0.5");
    EXPECT_EQ(print("100%% %y %"), "100% y ");
    int untouched = 5;
    EXPECT_EQ(print("ab%ncd", &untouched), "abcd");
    EXPECT_EQ(untouched, 5);
    EXPECT_EQ(print("%d %d %d %d %d %d", 1, 2, 3, 4, 5, 6), "1 2 3 4 5 6");
}

template <typename F> F *import(std::string_view name) {
    for (const Export &row : crt_format_exports())
        if (row.name == name)
            return reinterpret_cast<F *>(const_cast<void *>(row.address));
    ADD_FAILURE() << name;
    return nullptr;
}

TEST(FormatExports, BoundedOnesCutWithoutTerminating) {
    auto *snprintf = import <int NTAPI(char *, SIZE_T, const char *, ...)>("_snprintf");
    std::array<char, 6> to;
    to.fill('#');
    EXPECT_EQ(snprintf(to.data(), 4, "%d", 12345), -1);
    EXPECT_EQ(std::string_view(to.data(), 6), "1234##");
    EXPECT_EQ(snprintf(to.data(), 5, "%d", 12345), 5);
    EXPECT_EQ(to[5], '#');
    EXPECT_EQ(snprintf(to.data(), 6, "%ws", u"\u20AC\u0416"), 2);
    EXPECT_EQ(static_cast<unsigned char>(to[0]), 0x80);
    EXPECT_EQ(to[1], '?');
    auto *swprintf = import <int NTAPI(PWSTR, PCWSTR, ...)>("swprintf");
    std::array<WCHAR, 32> wide{};
    EXPECT_EQ(swprintf(wide.data(), u"\\Device\\%s%u", u"Cable", 3), 14);
    EXPECT_EQ(std::u16string(wide.data()), u"\\Device\\Cable3");
}

TEST(FormatExports, CheckedOnesEmptyOrTruncate) {
    auto *sprintf_s = import <int NTAPI(char *, SIZE_T, const char *, ...)>("sprintf_s");
    std::array<char, 6> to{};
    EXPECT_EQ(sprintf_s(to.data(), 6, "%d", 12345), 5);
    EXPECT_EQ(sprintf_s(to.data(), 5, "%d", 12345), -1);
    EXPECT_STREQ(to.data(), "");
    EXPECT_EQ(sprintf_s(nullptr, 5, "x"), -1);
    auto *bounded = import <int NTAPI(char *, SIZE_T, SIZE_T, const char *, ...)>("_snprintf_s");
    EXPECT_EQ(bounded(to.data(), 6, ~SIZE_T(0), "%d", 1234567), -1);
    EXPECT_STREQ(to.data(), "12345");
    EXPECT_EQ(bounded(to.data(), 6, 3, "%d", 12345), -1);
    EXPECT_STREQ(to.data(), "123");
    EXPECT_EQ(bounded(to.data(), 6, 10, "%d", 1234567), -1);
    EXPECT_STREQ(to.data(), "");
    EXPECT_EQ(bounded(to.data(), 6, 5, "%d", 12), 2);
}

} // namespace
} // namespace ksbox::rtl
