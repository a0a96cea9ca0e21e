// Numbers as text in the C library.
#include "support/case.h"
#include "support/import.h"

IMPORT(int, atoi, const char *);
IMPORT(LONG, atol, const char *);
IMPORT(LONGLONG, _atoi64, const char *);
IMPORT(int, _wtoi, const WCHAR *);
IMPORT(LONG, _wtol, const WCHAR *);
IMPORT(LONGLONG, _wtoi64, const WCHAR *);
IMPORT(LONG, strtol, const char *, char **, int);
IMPORT(ULONG, strtoul, const char *, char **, int);
IMPORT(LONGLONG, _strtoi64, const char *, char **, int);
IMPORT(ULONGLONG, _strtoui64, const char *, char **, int);
IMPORT(LONG, wcstol, const WCHAR *, WCHAR **, int);
IMPORT(ULONG, wcstoul, const WCHAR *, WCHAR **, int);
IMPORT(LONGLONG, _wcstoi64, const WCHAR *, WCHAR **, int);
IMPORT(ULONGLONG, _wcstoui64, const WCHAR *, WCHAR **, int);
IMPORT(char *, _itoa, int, char *, int);
IMPORT(WCHAR *, _itow, int, WCHAR *, int);
IMPORT(int, _itoa_s, int, char *, SIZE_T, int);
IMPORT(int, _itow_s, int, WCHAR *, SIZE_T, int);
IMPORT(int, _ltoa_s, LONG, char *, SIZE_T, int);
IMPORT(int, _ltow_s, LONG, WCHAR *, SIZE_T, int);
IMPORT(int, _ultoa_s, ULONG, char *, SIZE_T, int);
IMPORT(int, _ultow_s, ULONG, WCHAR *, SIZE_T, int);
IMPORT(int, _i64toa_s, LONGLONG, char *, SIZE_T, int);
IMPORT(int, _i64tow_s, LONGLONG, WCHAR *, SIZE_T, int);
IMPORT(int, _ui64toa_s, ULONGLONG, char *, SIZE_T, int);
IMPORT(int, _ui64tow_s, ULONGLONG, WCHAR *, SIZE_T, int);
IMPORT(int, strcmp, const char *, const char *);
IMPORT(int, wcscmp, const WCHAR *, const WCHAR *);

static const int Range = 34, Invalid = 22;

EXPORT_CASE(atoi, atol, _atoi64, _wtoi, _wtol, _wtoi64) {
    EXPECT_EQ(Import_atoi(" -42x"), -42);
    EXPECT_EQ(Import_atoi("x"), 0);
    EXPECT_EQ(Import_atol("+7"), 7);
    EXPECT_EQ(Import__atoi64("9223372036854775807"), 9223372036854775807ll);
    EXPECT_EQ(Import__wtoi(L"12"), 12);
    EXPECT_EQ(Import__wtol(L"-12"), -12);
    EXPECT_EQ(Import__wtoi64(L"-9000000000"), -9000000000ll);
}

EXPORT_CASE(strtol, strtoul, _strtoi64, _strtoui64) {
    char Text[] = " 0x1Fz", *End = nullptr;
    EXPECT_EQ(Import_strtol(Text, &End, 0), 0x1F);
    EXPECT_EQ(End, Text + 5);
    EXPECT_EQ(Import_strtol("-99999999999", nullptr, 10), (LONG)0x80000000);
    EXPECT_EQ(Import_strtol("077", nullptr, 0), 077);
    EXPECT_EQ(Import_strtoul("4294967295", nullptr, 10), 0xFFFFFFFF);
    EXPECT_EQ(Import_strtoul("4294967296", nullptr, 10), 0xFFFFFFFF);
    EXPECT_EQ(Import_strtoul("zz", &End, 36), 35 * 36 + 35);
    EXPECT_EQ(Import__strtoi64("-5000000000", nullptr, 10), -5000000000ll);
    EXPECT_EQ(Import__strtoi64("99999999999999999999", nullptr, 10), 0x7FFFFFFFFFFFFFFFll);
    EXPECT_EQ(Import__strtoui64("ffffffffffffffff", nullptr, 16), 0xFFFFFFFFFFFFFFFFull);
}

EXPORT_CASE(wcstol, wcstoul, _wcstoi64, _wcstoui64) {
    WCHAR Text[] = L"12;", *End = nullptr;
    EXPECT_EQ(Import_wcstol(Text, &End, 10), 12);
    EXPECT_EQ(End, Text + 2);
    EXPECT_EQ(Import_wcstol(L"99999999999", nullptr, 10), 0x7FFFFFFF);
    EXPECT_EQ(Import_wcstoul(L"ff", nullptr, 16), 0xFF);
    EXPECT_EQ(Import__wcstoi64(L"-1", nullptr, 10), -1ll);
    EXPECT_EQ(Import__wcstoui64(L"5000000000", nullptr, 10), 5000000000ull);
}

EXPORT_CASE(_itoa, _itow, _itoa_s, _itow_s) {
    char Text[34];
    WCHAR Wide[34];
    EXPECT_EQ(Import_strcmp(Import__itoa(-42, Text, 10), "-42"), 0);
    EXPECT_EQ(Import_strcmp(Import__itoa(-1, Text, 16), "ffffffff"), 0);
    EXPECT_EQ(Import_wcscmp(Import__itow(5, Wide, 2), L"101"), 0);
    EXPECT_EQ(Import__itoa_s(123, Text, 4, 10), 0);
    EXPECT_EQ(Import_strcmp(Text, "123"), 0);
    EXPECT_EQ(Import__itoa_s(1234, Text, 4, 10), Range);
    EXPECT_EQ(Text[0], 0);
    EXPECT_EQ(Import__itoa_s(1, Text, 4, 37), Invalid);
    EXPECT_EQ(Import__itow_s(-7, Wide, 4, 10), 0);
    EXPECT_EQ(Import_wcscmp(Wide, L"-7"), 0);
    EXPECT_EQ(Import__itow_s(-7, Wide, 2, 10), Range);
}

EXPORT_CASE(_ltoa_s, _ltow_s, _ultoa_s, _ultow_s) {
    char Text[12];
    WCHAR Wide[12];
    EXPECT_EQ(Import__ltoa_s(-2147483647 - 1, Text, 12, 10), 0);
    EXPECT_EQ(Import_strcmp(Text, "-2147483648"), 0);
    EXPECT_EQ(Import__ltow_s(35, Wide, 12, 36), 0);
    EXPECT_EQ(Import_wcscmp(Wide, L"z"), 0);
    EXPECT_EQ(Import__ultoa_s(4294967295u, Text, 12, 10), 0);
    EXPECT_EQ(Import_strcmp(Text, "4294967295"), 0);
    EXPECT_EQ(Import__ultow_s(255, Wide, 12, 16), 0);
    EXPECT_EQ(Import_wcscmp(Wide, L"ff"), 0);
    EXPECT_EQ(Import__ultow_s(255, Wide, 2, 16), Range);
}

EXPORT_CASE(_i64toa_s, _i64tow_s, _ui64toa_s, _ui64tow_s) {
    char Text[24];
    WCHAR Wide[24];
    EXPECT_EQ(Import__i64toa_s(-5000000000ll, Text, 24, 10), 0);
    EXPECT_EQ(Import_strcmp(Text, "-5000000000"), 0);
    EXPECT_EQ(Import__i64tow_s(0, Wide, 24, 10), 0);
    EXPECT_EQ(Import_wcscmp(Wide, L"0"), 0);
    EXPECT_EQ(Import__ui64toa_s(~0ull, Text, 24, 10), 0);
    EXPECT_EQ(Import_strcmp(Text, "18446744073709551615"), 0);
    EXPECT_EQ(Import__ui64tow_s(~0ull, Wide, 24, 16), 0);
    EXPECT_EQ(Import_wcscmp(Wide, L"ffffffffffffffff"), 0);
    EXPECT_EQ(Import__ui64tow_s(~0ull, Wide, 16, 16), Range);
}
