// printf and scanf of the C library.
#include <stdarg.h>

#include "support/case.h"
#include "support/import.h"

IMPORT(int, sprintf, char *, const char *, ...);
IMPORT(int, swprintf, WCHAR *, const WCHAR *, ...);
IMPORT(int, _swprintf, WCHAR *, const WCHAR *, ...);
IMPORT(int, vsprintf, char *, const char *, va_list);
IMPORT(int, _vswprintf, WCHAR *, const WCHAR *, va_list);
IMPORT(int, _snprintf, char *, SIZE_T, const char *, ...);
IMPORT(int, _snwprintf, WCHAR *, SIZE_T, const WCHAR *, ...);
IMPORT(int, _vsnprintf, char *, SIZE_T, const char *, va_list);
IMPORT(int, _vsnwprintf, WCHAR *, SIZE_T, const WCHAR *, va_list);
IMPORT(int, sprintf_s, char *, SIZE_T, const char *, ...);
IMPORT(int, swprintf_s, WCHAR *, SIZE_T, const WCHAR *, ...);
IMPORT(int, vsprintf_s, char *, SIZE_T, const char *, va_list);
IMPORT(int, vswprintf_s, WCHAR *, SIZE_T, const WCHAR *, va_list);
IMPORT(int, _snprintf_s, char *, SIZE_T, SIZE_T, const char *, ...);
IMPORT(int, _snwprintf_s, WCHAR *, SIZE_T, SIZE_T, const WCHAR *, ...);
IMPORT(int, _vsnprintf_s, char *, SIZE_T, SIZE_T, const char *, va_list);
IMPORT(int, _vsnwprintf_s, WCHAR *, SIZE_T, SIZE_T, const WCHAR *, va_list);
IMPORT(int, sscanf_s, const char *, const char *, ...);
IMPORT(int, swscanf_s, const WCHAR *, const WCHAR *, ...);
IMPORT(int, strcmp, const char *, const char *);
IMPORT(int, wcscmp, const WCHAR *, const WCHAR *);

static const SIZE_T Truncate = ~(SIZE_T)0; // _TRUNCATE

// Each va_list function under the name of its case.
template <typename FUNCTION, typename CHARACTER>
static int WithList(FUNCTION Function, CHARACTER *To, const CHARACTER *Format, ...) {
    va_list Arguments;
    va_start(Arguments, Format);
    const int Result = Function(To, Format, Arguments);
    va_end(Arguments);
    return Result;
}
template <typename FUNCTION, typename CHARACTER>
static int WithListAndRoom(FUNCTION Function, CHARACTER *To, SIZE_T Room, const CHARACTER *Format,
                           ...) {
    va_list Arguments;
    va_start(Arguments, Format);
    const int Result = Function(To, Room, Format, Arguments);
    va_end(Arguments);
    return Result;
}
template <typename FUNCTION, typename CHARACTER>
static int WithListRoomAndCount(FUNCTION Function, CHARACTER *To, SIZE_T Room, SIZE_T Count,
                                const CHARACTER *Format, ...) {
    va_list Arguments;
    va_start(Arguments, Format);
    const int Result = Function(To, Room, Count, Format, Arguments);
    va_end(Arguments);
    return Result;
}

EXPORT_CASE(sprintf, vsprintf) {
    char Text[64];
    EXPECT_EQ(Import_sprintf(Text, "%d|%5u|%-4x|%08X|%I64d|%c|%s", -1, 42u, 0xabu, 0xbeefu, -5ll,
                             'c', "str"),
              31);
    EXPECT_EQ(Import_strcmp(Text, "-1|   42|ab  |0000BEEF|-5|c|str"), 0);
    UNICODE_STRING Counted = CaseString(L"wide");
    Import_sprintf(Text, "%ws %S %wZ %lu %hu %%", L"a", L"b", &Counted, 0xFFFFFFFFul, 0x10001);
    EXPECT_EQ(Import_strcmp(Text, "a b wide 4294967295 1 %"), 0);
    EXPECT_EQ(WithList(Import_vsprintf, Text, "%s-%p", "x", (void *)0x1234), 18);
    EXPECT_EQ(Import_strcmp(Text, "x-0000000000001234"), 0);
}

EXPORT_CASE(swprintf, _swprintf, _vswprintf) {
    WCHAR Text[32];
    EXPECT_EQ(Import_swprintf(Text, L"%s %d", L"wide", 7), 6);
    EXPECT_EQ(Import_wcscmp(Text, L"wide 7"), 0);
    EXPECT_EQ(Import__swprintf(Text, L"%hs|%.2s", "narrow", L"cut"), 9);
    EXPECT_EQ(Import_wcscmp(Text, L"narrow|cu"), 0);
    EXPECT_EQ(WithList(Import__vswprintf, Text, L"%#x", 16), 4);
    EXPECT_EQ(Import_wcscmp(Text, L"0x10"), 0);
}

// What just fits has no null character; what does not gives -1.
EXPORT_CASE(_snprintf, _snwprintf, _vsnprintf, _vsnwprintf) {
    char Text[5] = "zzzz";
    WCHAR Wide[5] = L"zzzz";
    EXPECT_EQ(Import__snprintf(Text, 4, "%d", 1234), 4);
    EXPECT_TRUE(Text[3] == '4' && Text[4] == 0);
    EXPECT_EQ(Import__snprintf(Text, 4, "%d", 12345), -1);
    EXPECT_EQ(Import__snprintf(Text, 4, "%d", 12), 2);
    EXPECT_EQ(Import_strcmp(Text, "12"), 0);
    EXPECT_EQ(WithListAndRoom(Import__vsnprintf, Text, 4, "%s", "toolong"), -1);
    EXPECT_TRUE(Text[0] == 't' && Text[3] == 'l');
    EXPECT_EQ(Import__snwprintf(Wide, 4, L"%d", 12345), -1);
    EXPECT_EQ(Import__snwprintf(Wide, 4, L"%d", 12), 2);
    EXPECT_EQ(WithListAndRoom(Import__vsnwprintf, Wide, 4, L"%s", L"abc"), 3);
    EXPECT_EQ(Import_wcscmp(Wide, L"abc"), 0);
}

EXPORT_CASE(sprintf_s, swprintf_s, vsprintf_s, vswprintf_s) {
    char Text[4];
    WCHAR Wide[4];
    EXPECT_EQ(Import_sprintf_s(Text, 4, "%d", 123), 3);
    EXPECT_EQ(Import_sprintf_s(Text, 4, "%d", 1234), -1);
    EXPECT_EQ(Text[0], 0);
    EXPECT_EQ(WithListAndRoom(Import_vsprintf_s, Text, 4, "%c", 'q'), 1);
    EXPECT_EQ(Text[0], 'q');
    EXPECT_EQ(Import_swprintf_s(Wide, 4, L"%d", 123), 3);
    EXPECT_EQ(Import_wcscmp(Wide, L"123"), 0);
    EXPECT_EQ(WithListAndRoom(Import_vswprintf_s, Wide, 4, L"%d", 1234), -1);
    EXPECT_EQ(Wide[0], 0);
}

EXPORT_CASE(_snprintf_s, _snwprintf_s, _vsnprintf_s, _vsnwprintf_s) {
    char Text[4];
    WCHAR Wide[4];
    EXPECT_EQ(Import__snprintf_s(Text, 4, 2, "%d", 123), -1);
    EXPECT_EQ(Import_strcmp(Text, "12"), 0);
    EXPECT_EQ(Import__snprintf_s(Text, 4, Truncate, "%d", 12345), -1);
    EXPECT_EQ(Import_strcmp(Text, "123"), 0);
    EXPECT_EQ(WithListRoomAndCount(Import__vsnprintf_s, Text, 4, 3, "%d", 12), 2);
    EXPECT_EQ(Import__snwprintf_s(Wide, 4, Truncate, L"%d", 12345), -1);
    EXPECT_EQ(Import_wcscmp(Wide, L"123"), 0);
    EXPECT_EQ(WithListRoomAndCount(Import__vsnwprintf_s, Wide, 4, 3, L"%d", 7), 1);
    EXPECT_EQ(Import_wcscmp(Wide, L"7"), 0);
}

EXPORT_CASE(sscanf_s, swscanf_s) {
    int Number = 0;
    unsigned Hex = 0;
    LONGLONG Long = 0;
    char Word[4], Letter = 0;
    EXPECT_EQ(Import_sscanf_s("-12 0xfF 5000000000 abc z", "%d %x %I64d %s %c", &Number, &Hex,
                              &Long, Word, 4u, &Letter, 1u),
              5);
    EXPECT_TRUE(Number == -12 && Hex == 0xFF && Long == 5000000000ll && Letter == 'z');
    EXPECT_EQ(Import_strcmp(Word, "abc"), 0);
    EXPECT_EQ(Import_sscanf_s("toolong", "%s", Word, 4u), 0);
    EXPECT_EQ(Word[0], 0);
    EXPECT_EQ(Import_sscanf_s("", "%d", &Number), -1);
    EXPECT_EQ(Import_sscanf_s("ab12", "%*[a-z]%d", &Number), 1);
    EXPECT_EQ(Number, 12);
    WCHAR Wide[8];
    EXPECT_EQ(Import_swscanf_s(L"key=val;7", L"key=%[^;];%d", Wide, 8u, &Number), 2);
    EXPECT_EQ(Import_wcscmp(Wide, L"val"), 0);
    EXPECT_EQ(Number, 7);
}
