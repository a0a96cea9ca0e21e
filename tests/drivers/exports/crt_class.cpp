// Character classes and case of the C library: the C locale for narrow characters.
#include "support/case.h"
#include "support/import.h"

IMPORT(int, tolower, int);
IMPORT(int, toupper, int);
IMPORT(WCHAR, towlower, WCHAR);
IMPORT(WCHAR, towupper, WCHAR);
IMPORT(int, isdigit, int);
IMPORT(int, islower, int);
IMPORT(int, isupper, int);
IMPORT(int, isalpha, int);
IMPORT(int, isalnum, int);
IMPORT(int, isprint, int);
IMPORT(int, ispunct, int);
IMPORT(int, isspace, int);
IMPORT(int, iscntrl, int);
IMPORT(int, isxdigit, int);
IMPORT(int, iswdigit, WCHAR);
IMPORT(int, iswspace, WCHAR);
IMPORT(int, iswalpha, WCHAR);
IMPORT(int, iswalnum, WCHAR);
IMPORT(int, iswxdigit, WCHAR);

EXPORT_CASE(tolower, toupper, towlower, towupper) {
    EXPECT_EQ(Import_tolower('A'), 'a');
    EXPECT_EQ(Import_tolower('1'), '1');
    EXPECT_EQ(Import_toupper('z'), 'Z');
    EXPECT_EQ(Import_toupper('['), '[');
    EXPECT_EQ(Import_towlower(L'\u00c4'), L'\u00e4');
    EXPECT_EQ(Import_towupper(L'\u00e4'), L'\u00c4');
    EXPECT_EQ(Import_towupper(L'1'), L'1');
}

// One string a class, of the 128 characters of ASCII.
static bool HoldsFor(int (*Class)(int), const char *Members) {
    for (int C = 0; C < 128; ++C) {
        bool Expected = false;
        for (const char *Member = Members; *Member != 0; ++Member)
            Expected = Expected || *Member == C;
        if ((Class(C) != 0) != Expected)
            return false;
    }
    return true;
}

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define PUNCTUATION "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

EXPORT_CASE(isdigit, islower, isupper, isalpha, isalnum, isprint, ispunct, isspace, iscntrl,
            isxdigit) {
    EXPECT_TRUE(HoldsFor(Import_isdigit, DIGITS));
    EXPECT_TRUE(HoldsFor(Import_islower, LOWER));
    EXPECT_TRUE(HoldsFor(Import_isupper, UPPER));
    EXPECT_TRUE(HoldsFor(Import_isalpha, LOWER UPPER));
    EXPECT_TRUE(HoldsFor(Import_isalnum, LOWER UPPER DIGITS));
    EXPECT_TRUE(HoldsFor(Import_ispunct, PUNCTUATION));
    EXPECT_TRUE(HoldsFor(Import_isprint, " " LOWER UPPER DIGITS PUNCTUATION));
    EXPECT_TRUE(HoldsFor(Import_isspace, " \t\n\v\f\r"));
    EXPECT_TRUE(HoldsFor(Import_isxdigit, DIGITS "abcdefABCDEF"));
    EXPECT_TRUE(Import_iscntrl(0) && Import_iscntrl(31) && Import_iscntrl(127));
    EXPECT_FALSE(Import_iscntrl(' ') || Import_iscntrl('a'));
    EXPECT_FALSE(Import_isalpha(0xE4)); // the C locale knows ASCII only
}

EXPORT_CASE(iswdigit, iswspace, iswalpha, iswalnum, iswxdigit) {
    EXPECT_TRUE(Import_iswdigit(L'7'));
    EXPECT_FALSE(Import_iswdigit(L'a'));
    EXPECT_TRUE(Import_iswspace(L'\t'));
    EXPECT_FALSE(Import_iswspace(L'_'));
    EXPECT_TRUE(Import_iswalpha(L'Q'));
    EXPECT_FALSE(Import_iswalpha(L'@'));
    EXPECT_TRUE(Import_iswalnum(L'0') && Import_iswalnum(L'z'));
    EXPECT_FALSE(Import_iswalnum(L'-'));
    EXPECT_TRUE(Import_iswxdigit(L'F'));
    EXPECT_FALSE(Import_iswxdigit(L'g'));
}
