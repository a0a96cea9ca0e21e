// The C library's checked functions. The kernel has no invalid parameter handler: the result tells.
#include "support/case.h"
#include "support/import.h"

IMPORT(int, strcpy_s, char *, SIZE_T, const char *);
IMPORT(int, wcscpy_s, WCHAR *, SIZE_T, const WCHAR *);
IMPORT(int, strncpy_s, char *, SIZE_T, const char *, SIZE_T);
IMPORT(int, wcsncpy_s, WCHAR *, SIZE_T, const WCHAR *, SIZE_T);
IMPORT(int, strcat_s, char *, SIZE_T, const char *);
IMPORT(int, wcscat_s, WCHAR *, SIZE_T, const WCHAR *);
IMPORT(int, strncat_s, char *, SIZE_T, const char *, SIZE_T);
IMPORT(int, wcsncat_s, WCHAR *, SIZE_T, const WCHAR *, SIZE_T);
IMPORT(int, memcpy_s, void *, SIZE_T, const void *, SIZE_T);
IMPORT(int, memmove_s, void *, SIZE_T, const void *, SIZE_T);
IMPORT(char *, strtok_s, char *, const char *, char **);
IMPORT(WCHAR *, wcstok_s, WCHAR *, const WCHAR *, WCHAR **);
IMPORT(int, _strlwr_s, char *, SIZE_T);
IMPORT(int, _wcslwr_s, WCHAR *, SIZE_T);
IMPORT(int, _strupr_s, char *, SIZE_T);
IMPORT(int, _wcsupr_s, WCHAR *, SIZE_T);
IMPORT(int, strcmp, const char *, const char *);
IMPORT(int, wcscmp, const WCHAR *, const WCHAR *);

static const int Invalid = 22, Range = 34, Truncated = 80; // EINVAL, ERANGE, STRUNCATE
static const SIZE_T Truncate = ~(SIZE_T)0;                 // _TRUNCATE

EXPORT_CASE(strcpy_s, wcscpy_s) {
    char Text[4] = "x";
    WCHAR Wide[4] = L"x";
    EXPECT_EQ(Import_strcpy_s(Text, 4, "abc"), 0);
    EXPECT_EQ(Import_strcmp(Text, "abc"), 0);
    EXPECT_EQ(Import_strcpy_s(Text, 4, "abcd"), Range);
    EXPECT_EQ(Text[0], 0);
    EXPECT_EQ(Import_strcpy_s(nullptr, 4, "a"), Invalid);
    EXPECT_EQ(Import_wcscpy_s(Wide, 4, L"abc"), 0);
    EXPECT_EQ(Import_wcscmp(Wide, L"abc"), 0);
    EXPECT_EQ(Import_wcscpy_s(Wide, 4, L"abcd"), Range);
    EXPECT_EQ(Wide[0], 0);
    EXPECT_EQ(Import_wcscpy_s(Wide, 4, nullptr), Invalid);
}

EXPORT_CASE(strncpy_s, wcsncpy_s) {
    char Text[4];
    WCHAR Wide[4];
    EXPECT_EQ(Import_strncpy_s(Text, 4, "abcdef", 3), 0);
    EXPECT_EQ(Import_strcmp(Text, "abc"), 0);
    EXPECT_EQ(Import_strncpy_s(Text, 4, "abcdef", 4), Range);
    EXPECT_EQ(Text[0], 0);
    EXPECT_EQ(Import_strncpy_s(Text, 4, "abcdef", Truncate), Truncated);
    EXPECT_EQ(Import_strcmp(Text, "abc"), 0);
    EXPECT_EQ(Import_wcsncpy_s(Wide, 4, L"abcdef", Truncate), Truncated);
    EXPECT_EQ(Import_wcscmp(Wide, L"abc"), 0);
    EXPECT_EQ(Import_wcsncpy_s(Wide, 4, L"abcdef", 9), Range);
    EXPECT_EQ(Wide[0], 0);
}

EXPORT_CASE(strcat_s, wcscat_s, strncat_s, wcsncat_s) {
    char Text[6] = "ab";
    WCHAR Wide[6] = L"ab";
    EXPECT_EQ(Import_strcat_s(Text, 6, "c"), 0);
    EXPECT_EQ(Import_strncat_s(Text, 6, "defgh", 2), 0);
    EXPECT_EQ(Import_strcmp(Text, "abcde"), 0);
    EXPECT_EQ(Import_strcat_s(Text, 6, "f"), Range);
    EXPECT_EQ(Text[0], 0);
    EXPECT_EQ(Import_wcscat_s(Wide, 6, L"c"), 0);
    EXPECT_EQ(Import_wcsncat_s(Wide, 6, L"defgh", Truncate), Truncated);
    EXPECT_EQ(Import_wcscmp(Wide, L"abcde"), 0);
    EXPECT_EQ(Import_wcsncat_s(Wide, 6, L"fgh", 2), Range);
    EXPECT_EQ(Wide[0], 0);
}

EXPORT_CASE(memcpy_s, memmove_s) {
    UCHAR From[4] = {1, 2, 3, 4}, To[4] = {9, 9, 9, 9};
    EXPECT_EQ(Import_memcpy_s(To, 4, From, 3), 0);
    EXPECT_TRUE(To[2] == 3 && To[3] == 9);
    EXPECT_EQ(Import_memcpy_s(To, 2, From, 3), Range);
    EXPECT_TRUE(To[0] == 0 && To[1] == 0 && To[2] == 3);
    EXPECT_EQ(Import_memcpy_s(To, 4, nullptr, 1), Invalid);
    EXPECT_EQ(Import_memmove_s(From + 1, 3, From, 3), 0);
    EXPECT_TRUE(From[1] == 1 && From[2] == 2 && From[3] == 3);
    EXPECT_EQ(Import_memmove_s(From, 1, From + 1, 2), Range);
}

EXPORT_CASE(strtok_s, wcstok_s) {
    char Text[] = ",a,,b", *Context = nullptr;
    EXPECT_EQ(Import_strtok_s(Text, ",", &Context), Text + 1);
    EXPECT_EQ(Import_strcmp(Text + 1, "a"), 0);
    EXPECT_EQ(Import_strtok_s(nullptr, ",", &Context), Text + 4);
    EXPECT_EQ(Import_strtok_s(nullptr, ",", &Context), nullptr);
    WCHAR Wide[] = L"a b", *WideContext = nullptr;
    EXPECT_EQ(Import_wcstok_s(Wide, L" ", &WideContext), Wide);
    EXPECT_EQ(Import_wcstok_s(nullptr, L" ", &WideContext), Wide + 2);
    EXPECT_EQ(Import_wcstok_s(nullptr, L" ", &WideContext), nullptr);
}

EXPORT_CASE(_strlwr_s, _wcslwr_s, _strupr_s, _wcsupr_s) {
    char Text[] = "aB";
    WCHAR Wide[] = L"aB";
    EXPECT_EQ(Import__strupr_s(Text, 3), 0);
    EXPECT_EQ(Import_strcmp(Text, "AB"), 0);
    EXPECT_EQ(Import__strlwr_s(Text, 3), 0);
    EXPECT_EQ(Import_strcmp(Text, "ab"), 0);
    EXPECT_EQ(Import__strlwr_s(Text, 2), Invalid); // no null character within
    EXPECT_EQ(Import__wcsupr_s(Wide, 3), 0);
    EXPECT_EQ(Import_wcscmp(Wide, L"AB"), 0);
    EXPECT_EQ(Import__wcslwr_s(Wide, 3), 0);
    EXPECT_EQ(Import_wcscmp(Wide, L"ab"), 0);
}
