// The C library as a driver meets it: by the names in the export tables.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "nt/rtl/exports.h"
#include "nt/rtl/format.h"
#include "nt/rtl/sort.h"

namespace ksbox::rtl {
namespace {

/// The function of that name, cast to the type the caller knows it by.
template <typename F> F *import(std::span<const Export> table, std::string_view name) {
    for (const Export &row : table)
        if (row.name == name)
            return reinterpret_cast<F *>(const_cast<void *>(row.address));
    ADD_FAILURE() << name;
    return nullptr;
}

#define STRING_FUNCTION(type, name) import <type>(crt_string_exports(), name)

using Compare = int NTAPI(const char *, const char *);
using CompareWide = int NTAPI(PCWSTR, PCWSTR);
using CompareBounded = int NTAPI(const char *, const char *, SIZE_T);

TEST(Crt, Compares) {
    EXPECT_EQ(STRING_FUNCTION(Compare, "strcmp")("a", "a"), 0);
    EXPECT_LT(STRING_FUNCTION(Compare, "strcmp")("a", "\xE4"), 0);
    EXPECT_GT(STRING_FUNCTION(Compare, "strcmp")("ab", "a"), 0);
    EXPECT_EQ(STRING_FUNCTION(CompareBounded, "strncmp")("abX", "abY", 2), 0);
    EXPECT_EQ(STRING_FUNCTION(CompareBounded, "_strnicmp")("ABx", "abY", 2), 0);
    EXPECT_EQ(STRING_FUNCTION(CompareWide, "_wcsicmp")(u"\u0416a", u"\u0436A"), 0);
    EXPECT_LT(STRING_FUNCTION(CompareWide, "wcscmp")(u"a", u"b"), 0);
}

TEST(Crt, CopiesAndSearches) {
    std::array<char, 8> to;
    to.fill('#');
    STRING_FUNCTION(char *NTAPI(char *, const char *, SIZE_T), "strncpy")(to.data(), "ab", 4);
    EXPECT_EQ(std::string_view(to.data(), 5), std::string_view("ab\0\0#", 5));
    STRING_FUNCTION(char *NTAPI(char *, const char *), "strcat")(to.data(), "cd");
    EXPECT_STREQ(to.data(), "abcd");
    const char *text = "one two one";
    auto *find = STRING_FUNCTION(char *NTAPI(const char *, const char *), "strstr");
    EXPECT_EQ(find(text, "two"), text + 4);
    EXPECT_EQ(find(text, ""), text);
    EXPECT_EQ(find(text, "three"), nullptr);
    auto *last = STRING_FUNCTION(char *NTAPI(const char *, int), "strrchr");
    EXPECT_EQ(last(text, 'o'), text + 8);
    EXPECT_EQ(last(text, 0), text + 11);
    PCWSTR wide = u"path\\file";
    EXPECT_EQ(STRING_FUNCTION(PWSTR NTAPI(PCWSTR, WCHAR), "wcschr")(wide, u'\\'), wide + 4);
    EXPECT_EQ(STRING_FUNCTION(PWSTR NTAPI(PCWSTR, PCWSTR), "wcsstr")(wide, u"file"), wide + 5);
    EXPECT_EQ(STRING_FUNCTION(SIZE_T NTAPI(PCWSTR, PCWSTR), "wcscspn")(wide, u"\\"), 4u);
}

TEST(Crt, ClassifiesCharacters) {
    for (int c = -1; c < 256; ++c) {
        const bool ascii = c >= 0 && c < 128;
        EXPECT_EQ(STRING_FUNCTION(int NTAPI(int), "isxdigit")(c) != 0, ascii && isxdigit(c)) << c;
        EXPECT_EQ(STRING_FUNCTION(int NTAPI(int), "isspace")(c) != 0, ascii && isspace(c)) << c;
        EXPECT_EQ(STRING_FUNCTION(int NTAPI(int), "isprint")(c) != 0, ascii && isprint(c)) << c;
        EXPECT_EQ(STRING_FUNCTION(int NTAPI(int), "toupper")(c), ascii ? toupper(c) : c);
    }
}

TEST(Crt, SecureFunctionsReportAndEmpty) {
    std::array<WCHAR, 4> to{};
    auto *copy = import <int NTAPI(PWSTR, SIZE_T, PCWSTR)>(crt_secure_exports(), "wcscpy_s");
    EXPECT_EQ(copy(to.data(), 4, u"abc"), 0);
    EXPECT_EQ(std::u16string(to.data()), u"abc");
    EXPECT_EQ(copy(to.data(), 4, u"abcd"), 34);
    EXPECT_EQ(to[0], 0);
    EXPECT_EQ(copy(nullptr, 4, u"a"), 22);
    EXPECT_EQ(copy(to.data(), 0, u"a"), 22);

    std::array<char, 4> narrow{};
    auto *bounded =
        import <int NTAPI(char *, SIZE_T, const char *, SIZE_T)>(crt_secure_exports(), "strncpy_s");
    EXPECT_EQ(bounded(narrow.data(), 4, "abcdef", 2), 0);
    EXPECT_STREQ(narrow.data(), "ab");
    EXPECT_EQ(bounded(narrow.data(), 4, "abcdef", ~SIZE_T(0)), 80);
    EXPECT_STREQ(narrow.data(), "abc");
    EXPECT_EQ(bounded(narrow.data(), 4, "abcdef", 5), 34);
    EXPECT_EQ(bounded(narrow.data(), 4, nullptr, 0), 0);
    auto *join = import <int NTAPI(char *, SIZE_T, const char *)>(crt_secure_exports(), "strcat_s");
    EXPECT_EQ(join(narrow.data(), 4, "xy"), 0);
    EXPECT_EQ(join(narrow.data(), 4, "zz"), 34);

    auto *memory =
        import <int NTAPI(void *, SIZE_T, const void *, SIZE_T)>(crt_secure_exports(), "memcpy_s");
    narrow = {1, 2, 3, 4};
    EXPECT_EQ(memory(narrow.data(), 4, "12345", 5), 34);
    EXPECT_EQ(narrow[3], 0);

    std::string list = "a,b,,c";
    char *context = nullptr;
    auto *token =
        import <char * NTAPI(char *, const char *, char **)>(crt_secure_exports(), "strtok_s");
    EXPECT_STREQ(token(list.data(), ",", &context), "a");
    EXPECT_STREQ(token(nullptr, ",", &context), "b");
    EXPECT_STREQ(token(nullptr, ",", &context), "c");
    EXPECT_EQ(token(nullptr, ",", &context), nullptr);
}

TEST(Crt, ReadsAndWritesNumbers) {
    auto *atoi = import <LONG NTAPI(const char *)>(crt_number_exports(), "atoi");
    EXPECT_EQ(atoi("  -42x"), -42);
    EXPECT_EQ(atoi("x"), 0);
    auto *wcstoul = import <ULONG NTAPI(PCWSTR, PWSTR *, int)>(crt_number_exports(), "wcstoul");
    PWSTR end = nullptr;
    PCWSTR text = u"0x1Fz";
    EXPECT_EQ(wcstoul(text, &end, 0), 0x1Fu);
    EXPECT_EQ(end, text + 4);
    EXPECT_EQ(wcstoul(u"4294967296", nullptr, 10), 0xFFFFFFFFu);
    text = u"none";
    EXPECT_EQ(wcstoul(text, &end, 10), 0u);
    EXPECT_EQ(end, text);
    std::array<char, 12> to{};
    auto *itoa = import <int NTAPI(LONG, char *, SIZE_T, int)>(crt_number_exports(), "_itoa_s");
    EXPECT_EQ(itoa(-2147483647 - 1, to.data(), to.size(), 10), 0);
    EXPECT_STREQ(to.data(), "-2147483648");
    EXPECT_EQ(itoa(-1, to.data(), to.size(), 16), 0);
    EXPECT_STREQ(to.data(), "ffffffff");
    EXPECT_EQ(itoa(1000, to.data(), 4, 10), 34);
    EXPECT_STREQ(to.data(), "");
    EXPECT_EQ(itoa(1, to.data(), 4, 1), 22);
}

TEST(Crt, SortsAndFinds) {
    std::mt19937 random(3);
    for (std::size_t count : {0u, 1u, 2u, 7u, 100u}) {
        std::vector<int> numbers(count);
        for (int &number : numbers)
            number = static_cast<int>(random() % 50);
        auto expected = numbers;
        std::ranges::sort(expected);
        sort_elements(reinterpret_cast<char *>(numbers.data()), count, sizeof(int),
                      [](const char *a, const char *b) {
                          return *reinterpret_cast<const int *>(a) <
                                 *reinterpret_cast<const int *>(b);
                      });
        EXPECT_EQ(numbers, expected);
        for (int key = -1; key < 51; ++key) {
            const char *found = search_elements(
                reinterpret_cast<char *>(numbers.data()), count, sizeof(int),
                [&](const char *element) { return key - *reinterpret_cast<const int *>(element); });
            EXPECT_EQ(found != nullptr, std::ranges::binary_search(expected, key));
        }
    }
}

TEST(Crt, RandIsMicrosofts) {
    Rand rand;
    EXPECT_EQ(rand.next(), 41);
    EXPECT_EQ(rand.next(), 18467);
    EXPECT_EQ(rand.next(), 6334);
}

} // namespace
} // namespace ksbox::rtl
