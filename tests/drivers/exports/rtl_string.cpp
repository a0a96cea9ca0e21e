// Counted strings in the caller's memory.
#include "support/case.h"
#include "support/import.h"

IMPORT(NTSTATUS, RtlInitAnsiStringEx, PSTRING, PCSZ);
IMPORT(NTSTATUS, RtlInitStringEx, PSTRING, PCSZ);
IMPORT(NTSTATUS, RtlInitUnicodeStringEx, PUNICODE_STRING, PCWSTR);
IMPORT(NTSTATUS, RtlAppendStringToString, PSTRING, const STRING *);
IMPORT(NTSTATUS, RtlValidateUnicodeString, ULONG, const UNICODE_STRING *);
IMPORT(LONG, RtlCompareUnicodeStrings, const WCHAR *, SIZE_T, const WCHAR *, SIZE_T, BOOLEAN);
IMPORT(WCHAR, RtlDowncaseUnicodeChar, WCHAR);
IMPORT(WCHAR, RtlUpcaseUnicodeChar, WCHAR);
IMPORT(CHAR, RtlUpperChar, CHAR);
IMPORT(void, RtlUpperString, PSTRING, const STRING *);
IMPORT(void, RtlCopyString, PSTRING, const STRING *);
IMPORT(LONG, RtlCompareString, const STRING *, const STRING *, BOOLEAN);
IMPORT(BOOLEAN, RtlEqualString, const STRING *, const STRING *, BOOLEAN);
IMPORT(ULONG, RtlxUnicodeStringToAnsiSize, PCUNICODE_STRING);
IMPORT(ULONG, RtlxAnsiStringToUnicodeSize, const STRING *);
IMPORT(BOOLEAN, RtlPrefixUnicodeString, PCUNICODE_STRING, PCUNICODE_STRING, BOOLEAN);

static UNICODE_STRING Wide(PCWSTR Text) {
    UNICODE_STRING String;
    RtlInitUnicodeString(&String, Text);
    return String;
}
static STRING Narrow(PCSZ Text) {
    STRING String;
    RtlInitString(&String, Text);
    return String;
}

EXPORT_CASE(RtlInitUnicodeString, RtlInitUnicodeStringEx) {
    UNICODE_STRING String;
    static const WCHAR Text[] = L"abc";
    RtlInitUnicodeString(&String, Text);
    EXPECT_EQ(String.Length, 6);
    EXPECT_EQ(String.MaximumLength, 8);
    EXPECT_EQ(String.Buffer, Text);
    RtlInitUnicodeString(&String, nullptr);
    EXPECT_TRUE(String.Length == 0 && String.MaximumLength == 0 && String.Buffer == nullptr);
    EXPECT_SUCCESS(Import_RtlInitUnicodeStringEx(&String, Text));
    EXPECT_EQ(String.MaximumLength, 8);
    const SIZE_T Characters = 0x8000;
    WCHAR *Long = (WCHAR *)ExAllocatePoolWithTag(PagedPool, (Characters + 1) * 2, 'esaC');
    REQUIRE(Long != nullptr);
    for (SIZE_T I = 0; I < Characters; ++I)
        Long[I] = L'x';
    Long[Characters] = 0;
    EXPECT_EQ(Import_RtlInitUnicodeStringEx(&String, Long), STATUS_NAME_TOO_LONG);
    ExFreePoolWithTag(Long, 'esaC');
}

EXPORT_CASE(RtlInitAnsiString, RtlInitString, RtlInitAnsiStringEx, RtlInitStringEx) {
    STRING String;
    RtlInitAnsiString(&String, "abc");
    EXPECT_TRUE(String.Length == 3 && String.MaximumLength == 4);
    RtlInitString(&String, nullptr);
    EXPECT_TRUE(String.Length == 0 && String.MaximumLength == 0);
    EXPECT_SUCCESS(Import_RtlInitAnsiStringEx(&String, "ab"));
    EXPECT_TRUE(String.Length == 2 && String.MaximumLength == 3);
    EXPECT_SUCCESS(Import_RtlInitStringEx(&String, nullptr));
    EXPECT_EQ(String.Length, 0);
}

EXPORT_CASE(RtlCopyUnicodeString, RtlAppendUnicodeToString, RtlAppendUnicodeStringToString) {
    WCHAR Buffer[6];
    UNICODE_STRING To = {0, sizeof Buffer, Buffer}, From = Wide(L"ab");
    RtlCopyUnicodeString(&To, &From);
    EXPECT_EQ(To.Length, 4);
    EXPECT_EQ(Buffer[2], 0);
    EXPECT_SUCCESS(RtlAppendUnicodeToString(&To, L"cd"));
    EXPECT_EQ(To.Length, 8);
    EXPECT_SUCCESS(RtlAppendUnicodeStringToString(&To, &From));
    EXPECT_EQ(To.Length, 12);
    EXPECT_EQ(RtlAppendUnicodeToString(&To, L"e"), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(RtlAppendUnicodeStringToString(&To, &From), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(To.Length, 12);
    UNICODE_STRING All = Wide(L"abcdab");
    EXPECT_TRUE(RtlEqualUnicodeString(&To, &All, FALSE));
    All = Wide(L"longer than that");
    RtlCopyUnicodeString(&To, &All); // what fits
    EXPECT_EQ(To.Length, 12);
    RtlCopyUnicodeString(&To, nullptr);
    EXPECT_EQ(To.Length, 0);
}

EXPORT_CASE(RtlCompareUnicodeString, RtlCompareUnicodeStrings, RtlEqualUnicodeString,
            RtlPrefixUnicodeString) {
    UNICODE_STRING A = Wide(L"abc"), B = Wide(L"ABD"), Prefix = Wide(L"AB");
    EXPECT_TRUE(RtlCompareUnicodeString(&A, &B, FALSE) > 0);
    EXPECT_TRUE(RtlCompareUnicodeString(&A, &B, TRUE) < 0);
    EXPECT_EQ(RtlCompareUnicodeString(&A, &A, FALSE), 0);
    EXPECT_TRUE(Import_RtlCompareUnicodeStrings(L"abc", 3, L"ab", 2, FALSE) > 0);
    EXPECT_EQ(Import_RtlCompareUnicodeStrings(L"abc", 2, L"AB", 2, TRUE), 0);
    EXPECT_FALSE(RtlEqualUnicodeString(&A, &B, TRUE));
    B = Wide(L"ABC");
    EXPECT_TRUE(RtlEqualUnicodeString(&A, &B, TRUE));
    EXPECT_FALSE(RtlEqualUnicodeString(&A, &B, FALSE));
    EXPECT_TRUE(Import_RtlPrefixUnicodeString(&Prefix, &A, TRUE));
    EXPECT_FALSE(Import_RtlPrefixUnicodeString(&Prefix, &A, FALSE));
    EXPECT_FALSE(Import_RtlPrefixUnicodeString(&A, &Prefix, TRUE));
}

EXPORT_CASE(RtlUpcaseUnicodeChar, RtlDowncaseUnicodeChar, RtlUpperChar, RtlUpperString) {
    EXPECT_EQ(Import_RtlUpcaseUnicodeChar(L'\u00e9'), L'\u00c9');
    EXPECT_EQ(Import_RtlUpcaseUnicodeChar(L'1'), L'1');
    EXPECT_EQ(Import_RtlDowncaseUnicodeChar(L'\u0416'), L'\u0436');
    EXPECT_EQ(Import_RtlUpperChar('q'), 'Q');
    char Buffer[2];
    STRING To = {0, 2, Buffer}, From = Narrow("abc");
    Import_RtlUpperString(&To, &From);
    EXPECT_TRUE(To.Length == 2 && Buffer[0] == 'A' && Buffer[1] == 'B');
}

EXPORT_CASE(RtlCopyString, RtlCompareString, RtlEqualString, RtlAppendStringToString) {
    char Buffer[4];
    STRING To = {0, 4, Buffer}, From = Narrow("ab"), Upper = Narrow("AB");
    Import_RtlCopyString(&To, &From);
    EXPECT_EQ(To.Length, 2);
    EXPECT_TRUE(Import_RtlEqualString(&To, &Upper, TRUE));
    EXPECT_FALSE(Import_RtlEqualString(&To, &Upper, FALSE));
    EXPECT_TRUE(Import_RtlCompareString(&To, &Upper, FALSE) > 0);
    EXPECT_EQ(Import_RtlCompareString(&To, &Upper, TRUE), 0);
    EXPECT_SUCCESS(Import_RtlAppendStringToString(&To, &Upper));
    EXPECT_TRUE(To.Length == 4 && Buffer[3] == 'B');
    EXPECT_EQ(Import_RtlAppendStringToString(&To, &Upper), STATUS_BUFFER_TOO_SMALL);
}

EXPORT_CASE(RtlHashUnicodeString) {
    UNICODE_STRING A = Wide(L"abc"), B = Wide(L"ABC");
    ULONG First = 0, Second = 0;
    EXPECT_SUCCESS(RtlHashUnicodeString(&A, TRUE, HASH_STRING_ALGORITHM_X65599, &First));
    EXPECT_SUCCESS(RtlHashUnicodeString(&B, TRUE, HASH_STRING_ALGORITHM_X65599, &Second));
    EXPECT_EQ(First, Second);
    EXPECT_SUCCESS(RtlHashUnicodeString(&A, FALSE, HASH_STRING_ALGORITHM_DEFAULT, &Second));
    // hash = hash * 65599 + character
    EXPECT_EQ(Second, ((ULONG)L'a' * 65599u + L'b') * 65599u + L'c');
    EXPECT_EQ(RtlHashUnicodeString(&A, TRUE, 7, &First), STATUS_INVALID_PARAMETER);
}

EXPORT_CASE(RtlxUnicodeStringToAnsiSize, RtlxAnsiStringToUnicodeSize) {
    UNICODE_STRING Text = Wide(L"four");
    STRING Bytes = Narrow("four");
    EXPECT_EQ(Import_RtlxUnicodeStringToAnsiSize(&Text), 5); // with the null character
    EXPECT_EQ(Import_RtlxAnsiStringToUnicodeSize(&Bytes), 10);
}

EXPORT_CASE(RtlValidateUnicodeString) {
    UNICODE_STRING Text = Wide(L"ok");
    EXPECT_SUCCESS(Import_RtlValidateUnicodeString(0, &Text));
    EXPECT_EQ(Import_RtlValidateUnicodeString(1, &Text), STATUS_INVALID_PARAMETER);
    Text.Length = 3;
    EXPECT_EQ(Import_RtlValidateUnicodeString(0, &Text), STATUS_INVALID_PARAMETER);
    Text.Length = 8;
    EXPECT_EQ(Import_RtlValidateUnicodeString(0, &Text), STATUS_INVALID_PARAMETER);
}
