// Between narrow and wide text, and paths, in the C library.
#include "support/case.h"
#include "support/import.h"

IMPORT(SIZE_T, mbstowcs, WCHAR *, const char *, SIZE_T);
IMPORT(SIZE_T, wcstombs, char *, const WCHAR *, SIZE_T);
IMPORT(int, mbtowc, WCHAR *, const char *, SIZE_T);
IMPORT(int, wctomb, char *, WCHAR);
IMPORT(int, _splitpath_s, const char *, char *, SIZE_T, char *, SIZE_T, char *, SIZE_T, char *,
       SIZE_T);
IMPORT(int, _wsplitpath_s, const WCHAR *, WCHAR *, SIZE_T, WCHAR *, SIZE_T, WCHAR *, SIZE_T,
       WCHAR *, SIZE_T);
IMPORT(int, _makepath_s, char *, SIZE_T, const char *, const char *, const char *, const char *);
IMPORT(int, _wmakepath_s, WCHAR *, SIZE_T, const WCHAR *, const WCHAR *, const WCHAR *,
       const WCHAR *);
IMPORT(int, strcmp, const char *, const char *);
IMPORT(int, wcscmp, const WCHAR *, const WCHAR *);

EXPORT_CASE(mbstowcs, wcstombs, mbtowc, wctomb) {
    WCHAR Wide[8];
    char Text[8];
    EXPECT_EQ(Import_mbstowcs(Wide, "ab", 8), 2);
    EXPECT_EQ(Import_wcscmp(Wide, L"ab"), 0);
    EXPECT_EQ(Import_mbstowcs(nullptr, "abc", 0), 3);
    EXPECT_EQ(Import_wcstombs(Text, L"abc", 8), 3);
    EXPECT_EQ(Import_strcmp(Text, "abc"), 0);
    EXPECT_EQ(Import_wcstombs(Text, L"a\u4e00", 8), ~(SIZE_T)0);
    EXPECT_EQ(Import_mbtowc(Wide, "x", 1), 1);
    EXPECT_EQ(Wide[0], L'x');
    EXPECT_EQ(Import_mbtowc(Wide, "", 1), 0);
    EXPECT_EQ(Import_wctomb(Text, L'y'), 1);
    EXPECT_EQ(Text[0], 'y');
    EXPECT_EQ(Import_wctomb(Text, 0x4e00), -1);
}

EXPORT_CASE(_splitpath_s, _wsplitpath_s, _makepath_s, _wmakepath_s) {
    char Drive[3], Folder[16], Name[16], Extension[8], Path[32];
    EXPECT_EQ(
        Import__splitpath_s("C:\\a.b\\file.tar.gz", Drive, 3, Folder, 16, Name, 16, Extension, 8),
        0);
    EXPECT_EQ(Import_strcmp(Drive, "C:"), 0);
    EXPECT_EQ(Import_strcmp(Folder, "\\a.b\\"), 0);
    EXPECT_EQ(Import_strcmp(Name, "file.tar"), 0);
    EXPECT_EQ(Import_strcmp(Extension, ".gz"), 0);
    EXPECT_EQ(Import__splitpath_s("longname", nullptr, 0, nullptr, 0, Name, 4, nullptr, 0), 34);
    EXPECT_EQ(Name[0], 0);
    EXPECT_EQ(Import__makepath_s(Path, 32, "C", "dir", "file", "txt"), 0);
    EXPECT_EQ(Import_strcmp(Path, "C:dir\\file.txt"), 0);
    EXPECT_EQ(Import__makepath_s(Path, 4, "C", "dir", "file", "txt"), 34);
    EXPECT_EQ(Path[0], 0);
    WCHAR WideName[16], WidePath[32];
    EXPECT_EQ(Import__wsplitpath_s(L"\\x\\y", nullptr, 0, nullptr, 0, WideName, 16, nullptr, 0), 0);
    EXPECT_EQ(Import_wcscmp(WideName, L"y"), 0);
    EXPECT_EQ(Import__wmakepath_s(WidePath, 32, nullptr, L"\\x\\", L"y", L".z"), 0);
    EXPECT_EQ(Import_wcscmp(WidePath, L"\\x\\y.z"), 0);
}
