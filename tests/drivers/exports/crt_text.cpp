// The C library on text. Prototypes of our own: the headers have some of these inline.
#include "support/case.h"
#include "support/import.h"

IMPORT(SIZE_T, strlen, const char *);
IMPORT(SIZE_T, wcslen, const WCHAR *);
IMPORT(int, strcmp, const char *, const char *);
IMPORT(int, wcscmp, const WCHAR *, const WCHAR *);
IMPORT(int, strncmp, const char *, const char *, SIZE_T);
IMPORT(int, wcsncmp, const WCHAR *, const WCHAR *, SIZE_T);
IMPORT(int, _stricmp, const char *, const char *);
IMPORT(int, _wcsicmp, const WCHAR *, const WCHAR *);
IMPORT(int, _strnicmp, const char *, const char *, SIZE_T);
IMPORT(int, _wcsnicmp, const WCHAR *, const WCHAR *, SIZE_T);
IMPORT(char *, strcpy, char *, const char *);
IMPORT(WCHAR *, wcscpy, WCHAR *, const WCHAR *);
IMPORT(char *, strncpy, char *, const char *, SIZE_T);
IMPORT(WCHAR *, wcsncpy, WCHAR *, const WCHAR *, SIZE_T);
IMPORT(char *, strcat, char *, const char *);
IMPORT(WCHAR *, wcscat, WCHAR *, const WCHAR *);
IMPORT(char *, strncat, char *, const char *, SIZE_T);
IMPORT(WCHAR *, wcsncat, WCHAR *, const WCHAR *, SIZE_T);
IMPORT(SIZE_T, strnlen, const char *, SIZE_T);
IMPORT(SIZE_T, wcsnlen, const WCHAR *, SIZE_T);
IMPORT(const char *, strchr, const char *, int);
IMPORT(const WCHAR *, wcschr, const WCHAR *, WCHAR);
IMPORT(const char *, strrchr, const char *, int);
IMPORT(const WCHAR *, wcsrchr, const WCHAR *, WCHAR);
IMPORT(const char *, strstr, const char *, const char *);
IMPORT(const WCHAR *, wcsstr, const WCHAR *, const WCHAR *);
IMPORT(const char *, strpbrk, const char *, const char *);
IMPORT(const WCHAR *, wcspbrk, const WCHAR *, const WCHAR *);
IMPORT(SIZE_T, strspn, const char *, const char *);
IMPORT(SIZE_T, wcsspn, const WCHAR *, const WCHAR *);
IMPORT(SIZE_T, strcspn, const char *, const char *);
IMPORT(SIZE_T, wcscspn, const WCHAR *, const WCHAR *);
IMPORT(char *, _strlwr, char *);
IMPORT(WCHAR *, _wcslwr, WCHAR *);
IMPORT(char *, _strupr, char *);
IMPORT(WCHAR *, _wcsupr, WCHAR *);
IMPORT(char *, _strrev, char *);
IMPORT(WCHAR *, _wcsrev, WCHAR *);
IMPORT(char *, _strset, char *, int);
IMPORT(char *, _strnset, char *, int, SIZE_T);
IMPORT(WCHAR *, _wcsnset, WCHAR *, WCHAR, SIZE_T);

EXPORT_CASE(strlen, wcslen, strnlen, wcsnlen) {
    EXPECT_EQ(Import_strlen(""), 0);
    EXPECT_EQ(Import_strlen("four"), 4);
    EXPECT_EQ(Import_wcslen(L"four"), 4);
    EXPECT_EQ(Import_strnlen("four", 2), 2);
    EXPECT_EQ(Import_strnlen("four", 9), 4);
    EXPECT_EQ(Import_wcsnlen(L"four", 2), 2);
    EXPECT_EQ(Import_wcsnlen(L"four", 9), 4);
}

EXPORT_CASE(strcmp, wcscmp, strncmp, wcsncmp) {
    EXPECT_EQ(Import_strcmp("a", "a"), 0);
    EXPECT_TRUE(Import_strcmp("a", "b") < 0);
    EXPECT_TRUE(Import_strcmp("\xe4", "b") > 0); // bytes are unsigned
    EXPECT_TRUE(Import_wcscmp(L"ab", L"a") > 0);
    EXPECT_EQ(Import_strncmp("abc", "abd", 2), 0);
    EXPECT_TRUE(Import_strncmp("abc", "abd", 3) < 0);
    EXPECT_EQ(Import_wcsncmp(L"abc", L"abd", 2), 0);
    EXPECT_TRUE(Import_wcsncmp(L"abc", L"abd", 3) < 0);
}

EXPORT_CASE(_stricmp, _wcsicmp, _strnicmp, _wcsnicmp) {
    EXPECT_EQ(Import__stricmp("HeLLo", "hEllO"), 0);
    EXPECT_TRUE(Import__stricmp("a", "B") < 0);
    EXPECT_TRUE(Import__stricmp("_", "A") < 0); // compared in lower case
    EXPECT_EQ(Import__wcsicmp(L"HeLLo", L"hEllO"), 0);
    EXPECT_EQ(Import__strnicmp("ABx", "aby", 2), 0);
    EXPECT_TRUE(Import__strnicmp("ABx", "aby", 3) < 0);
    EXPECT_EQ(Import__wcsnicmp(L"ABx", L"aby", 2), 0);
    EXPECT_TRUE(Import__wcsnicmp(L"ABx", L"aby", 3) < 0);
}

EXPORT_CASE(strcpy, wcscpy, strcat, wcscat) {
    char Text[8];
    WCHAR Wide[8];
    EXPECT_EQ(Import_strcpy(Text, "ab"), Text);
    EXPECT_EQ(Import_strcat(Text, "cd"), Text);
    EXPECT_EQ(Import_strcmp(Text, "abcd"), 0);
    EXPECT_EQ(Import_wcscpy(Wide, L"ab"), Wide);
    EXPECT_EQ(Import_wcscat(Wide, L"cd"), Wide);
    EXPECT_EQ(Import_wcscmp(Wide, L"abcd"), 0);
}

// Too short a source fills up with nulls, too long a one leaves none.
EXPORT_CASE(strncpy, wcsncpy, strncat, wcsncat) {
    char Text[8] = "xxxxxxx";
    WCHAR Wide[8] = L"xxxxxxx";
    Import_strncpy(Text, "ab", 4);
    EXPECT_TRUE(Text[2] == 0 && Text[3] == 0 && Text[4] == 'x');
    Import_strncpy(Text, "abcdef", 3);
    EXPECT_TRUE(Text[2] == 'c' && Text[3] == 0 && Text[4] == 'x');
    Import_strncat(Text, "123456", 2);
    EXPECT_EQ(Import_strcmp(Text, "abc12"), 0);
    Import_wcsncpy(Wide, L"ab", 4);
    EXPECT_TRUE(Wide[2] == 0 && Wide[3] == 0 && Wide[4] == 'x');
    Import_wcsncat(Wide, L"123456", 3);
    EXPECT_EQ(Import_wcscmp(Wide, L"ab123"), 0);
}

EXPORT_CASE(strchr, wcschr, strrchr, wcsrchr, strstr, wcsstr) {
    const char *Text = "a-b-c";
    const WCHAR *Wide = L"a-b-c";
    EXPECT_EQ(Import_strchr(Text, '-'), Text + 1);
    EXPECT_EQ(Import_strchr(Text, 'x'), nullptr);
    EXPECT_EQ(Import_strchr(Text, 0), Text + 5);
    EXPECT_EQ(Import_strrchr(Text, '-'), Text + 3);
    EXPECT_EQ(Import_wcschr(Wide, L'-'), Wide + 1);
    EXPECT_EQ(Import_wcschr(Wide, L'x'), nullptr);
    EXPECT_EQ(Import_wcsrchr(Wide, L'-'), Wide + 3);
    EXPECT_EQ(Import_strstr(Text, "b-"), Text + 2);
    EXPECT_EQ(Import_strstr(Text, ""), Text);
    EXPECT_EQ(Import_strstr(Text, "bb"), nullptr);
    EXPECT_EQ(Import_wcsstr(Wide, L"b-"), Wide + 2);
    EXPECT_EQ(Import_wcsstr(Wide, L"bb"), nullptr);
}

EXPORT_CASE(strpbrk, wcspbrk, strspn, wcsspn, strcspn, wcscspn) {
    const char *Text = "aab,c";
    const WCHAR *Wide = L"aab,c";
    EXPECT_EQ(Import_strpbrk(Text, ";,"), Text + 3);
    EXPECT_EQ(Import_strpbrk(Text, ";"), nullptr);
    EXPECT_EQ(Import_wcspbrk(Wide, L";,"), Wide + 3);
    EXPECT_EQ(Import_strspn(Text, "ab"), 3);
    EXPECT_EQ(Import_wcsspn(Wide, L"ab"), 3);
    EXPECT_EQ(Import_strcspn(Text, ",b"), 2);
    EXPECT_EQ(Import_strcspn(Text, "x"), 5);
    EXPECT_EQ(Import_wcscspn(Wide, L",b"), 2);
}

EXPORT_CASE(_strlwr, _wcslwr, _strupr, _wcsupr, _strrev, _wcsrev, _strset, _strnset, _wcsnset) {
    char Text[] = "aB1";
    WCHAR Wide[] = L"aB1";
    EXPECT_EQ(Import_strcmp(Import__strupr(Text), "AB1"), 0);
    EXPECT_EQ(Import_strcmp(Import__strlwr(Text), "ab1"), 0);
    EXPECT_EQ(Import_strcmp(Import__strrev(Text), "1ba"), 0);
    EXPECT_EQ(Import_strcmp(Import__strnset(Text, '-', 2), "--a"), 0);
    EXPECT_EQ(Import_strcmp(Import__strset(Text, '+'), "+++"), 0);
    EXPECT_EQ(Import_wcscmp(Import__wcsupr(Wide), L"AB1"), 0);
    EXPECT_EQ(Import_wcscmp(Import__wcslwr(Wide), L"ab1"), 0);
    EXPECT_EQ(Import_wcscmp(Import__wcsrev(Wide), L"1ba"), 0);
    EXPECT_EQ(Import_wcscmp(Import__wcsnset(Wide, L'-', 9), L"---"), 0);
}
