// Text between encodings and with buffers that the library allocates.
#include "support/case.h"
#include "support/import.h"

IMPORT(NTSTATUS, RtlDowncaseUnicodeString, PUNICODE_STRING, PCUNICODE_STRING, BOOLEAN);
IMPORT(NTSTATUS, RtlUpcaseUnicodeString, PUNICODE_STRING, PCUNICODE_STRING, BOOLEAN);
IMPORT(BOOLEAN, RtlCreateUnicodeString, PUNICODE_STRING, PCWSTR);
IMPORT(NTSTATUS, RtlDuplicateUnicodeString, ULONG, PCUNICODE_STRING, PUNICODE_STRING);
IMPORT(NTSTATUS, RtlMultiByteToUnicodeN, PWCH, ULONG, PULONG, const CHAR *, ULONG);
IMPORT(NTSTATUS, RtlMultiByteToUnicodeSize, PULONG, const CHAR *, ULONG);
IMPORT(NTSTATUS, RtlUnicodeToMultiByteN, PCHAR, ULONG, PULONG, PCWCH, ULONG);
IMPORT(NTSTATUS, RtlUnicodeToMultiByteSize, PULONG, PCWCH, ULONG);
IMPORT(NTSTATUS, RtlUpcaseUnicodeToMultiByteN, PCHAR, ULONG, PULONG, PCWCH, ULONG);
IMPORT(NTSTATUS, RtlUTF8ToUnicodeN, PWSTR, ULONG, PULONG, PCCH, ULONG);
IMPORT(NTSTATUS, RtlUnicodeToUTF8N, PCHAR, ULONG, PULONG, PCWCH, ULONG);
IMPORT(void, RtlInitUTF8String, PSTRING, PCSZ);
IMPORT(NTSTATUS, RtlInitUTF8StringEx, PSTRING, PCSZ);
IMPORT(NTSTATUS, RtlUTF8StringToUnicodeString, PUNICODE_STRING, STRING *, BOOLEAN);
IMPORT(NTSTATUS, RtlUnicodeStringToUTF8String, STRING *, PCUNICODE_STRING, BOOLEAN);
IMPORT(void, RtlFreeUTF8String, STRING *);
IMPORT(NTSTATUS, RtlOemStringToUnicodeString, PUNICODE_STRING, const STRING *, BOOLEAN);
IMPORT(NTSTATUS, RtlOemStringToCountedUnicodeString, PUNICODE_STRING, const STRING *, BOOLEAN);
IMPORT(NTSTATUS, RtlUnicodeStringToOemString, PSTRING, PCUNICODE_STRING, BOOLEAN);
IMPORT(NTSTATUS, RtlUnicodeStringToCountedOemString, PSTRING, PCUNICODE_STRING, BOOLEAN);
IMPORT(NTSTATUS, RtlUpcaseUnicodeStringToOemString, PSTRING, PCUNICODE_STRING, BOOLEAN);
IMPORT(void, RtlFreeOemString, PSTRING);
IMPORT(ULONG, RtlxOemStringToUnicodeSize, const STRING *);
IMPORT(ULONG, RtlxUnicodeStringToOemSize, PCUNICODE_STRING);
IMPORT(NTSTATUS, RtlOemToUnicodeN, PWSTR, ULONG, PULONG, PCCH, ULONG);
IMPORT(NTSTATUS, RtlUnicodeToOemN, PCHAR, ULONG, PULONG, PCWCH, ULONG);
IMPORT(NTSTATUS, RtlUpcaseUnicodeToOemN, PCHAR, ULONG, PULONG, PCWCH, ULONG);
IMPORT(NTSTATUS, RtlIpv4StringToAddressA, PCSTR, BOOLEAN, PCSTR *, UCHAR *);

static bool IsWide(const UNICODE_STRING &String, PCWSTR Text) {
    UNICODE_STRING Expected;
    RtlInitUnicodeString(&Expected, Text);
    return RtlEqualUnicodeString(&String, &Expected, FALSE);
}
static bool IsNarrow(const STRING &String, PCSZ Text) {
    STRING Expected;
    RtlInitString(&Expected, Text);
    return Expected.Length == String.Length &&
           RtlCompareMemory(Expected.Buffer, String.Buffer, String.Length) == String.Length;
}

EXPORT_CASE(RtlAnsiStringToUnicodeString, RtlUnicodeStringToAnsiString, RtlFreeUnicodeString,
            RtlFreeAnsiString) {
    STRING Bytes;
    UNICODE_STRING Text;
    RtlInitAnsiString(&Bytes, "caf\xe9\x80");
    REQUIRE_SUCCESS(RtlAnsiStringToUnicodeString(&Text, &Bytes, TRUE));
    EXPECT_TRUE(IsWide(Text, L"caf\u00e9\u20ac"));
    EXPECT_EQ(Text.MaximumLength, 12);
    STRING Back;
    REQUIRE_SUCCESS(RtlUnicodeStringToAnsiString(&Back, &Text, TRUE));
    EXPECT_TRUE(IsNarrow(Back, "caf\xe9\x80"));
    char Small[5];
    STRING Room = {0, sizeof Small, Small};
    EXPECT_EQ(RtlUnicodeStringToAnsiString(&Room, &Text, FALSE), STATUS_BUFFER_OVERFLOW);
    RtlFreeAnsiString(&Back);
    EXPECT_EQ(Back.Buffer, nullptr);
    RtlFreeUnicodeString(&Text);
    EXPECT_EQ(Text.Buffer, nullptr);
    RtlFreeUnicodeString(&Text); // an empty one is let be
}

EXPORT_CASE(RtlUpcaseUnicodeString, RtlDowncaseUnicodeString) {
    UNICODE_STRING From = CaseString(L"aB\u00e4"), To;
    WCHAR Buffer[4];
    REQUIRE_SUCCESS(Import_RtlUpcaseUnicodeString(&To, &From, TRUE));
    EXPECT_TRUE(IsWide(To, L"AB\u00c4"));
    RtlFreeUnicodeString(&To);
    To = {0, sizeof Buffer, Buffer};
    EXPECT_SUCCESS(Import_RtlDowncaseUnicodeString(&To, &From, FALSE));
    EXPECT_TRUE(IsWide(To, L"ab\u00e4"));
    To.MaximumLength = 4;
    EXPECT_EQ(Import_RtlUpcaseUnicodeString(&To, &From, FALSE), STATUS_BUFFER_OVERFLOW);
}

EXPORT_CASE(RtlCreateUnicodeString, RtlDuplicateUnicodeString) {
    UNICODE_STRING Made, Copy;
    REQUIRE(Import_RtlCreateUnicodeString(&Made, L"text"));
    EXPECT_TRUE(IsWide(Made, L"text"));
    EXPECT_EQ(Made.MaximumLength, 10);
    EXPECT_SUCCESS(Import_RtlDuplicateUnicodeString(1, &Made, &Copy));
    EXPECT_TRUE(IsWide(Copy, L"text"));
    EXPECT_NE(Copy.Buffer, Made.Buffer);
    EXPECT_EQ(Copy.Buffer[4], 0);
    RtlFreeUnicodeString(&Copy);
    EXPECT_EQ(Import_RtlDuplicateUnicodeString(2, &Made, &Copy), STATUS_INVALID_PARAMETER);
    Made.Length = 0;
    EXPECT_SUCCESS(Import_RtlDuplicateUnicodeString(0, &Made, &Copy));
    EXPECT_EQ(Copy.Buffer, nullptr);
    RtlFreeUnicodeString(&Made);
}

EXPORT_CASE(RtlMultiByteToUnicodeN, RtlMultiByteToUnicodeSize, RtlUnicodeToMultiByteN,
            RtlUnicodeToMultiByteSize, RtlUpcaseUnicodeToMultiByteN) {
    WCHAR Wide[4];
    char Bytes[4];
    ULONG Count = 0;
    EXPECT_SUCCESS(Import_RtlMultiByteToUnicodeN(Wide, sizeof Wide, &Count, "ab", 2));
    EXPECT_TRUE(Count == 4 && Wide[1] == L'b');
    EXPECT_SUCCESS(Import_RtlMultiByteToUnicodeSize(&Count, "abc", 3));
    EXPECT_EQ(Count, 6);
    EXPECT_SUCCESS(Import_RtlUnicodeToMultiByteN(Bytes, sizeof Bytes, &Count, L"x\u4e00", 4));
    EXPECT_TRUE(Count == 2 && Bytes[0] == 'x' && Bytes[1] == '?');
    EXPECT_SUCCESS(Import_RtlUnicodeToMultiByteSize(&Count, L"abc", 6));
    EXPECT_EQ(Count, 3);
    EXPECT_SUCCESS(Import_RtlUpcaseUnicodeToMultiByteN(Bytes, sizeof Bytes, &Count, L"\u00e4", 2));
    EXPECT_TRUE(Count == 1 && (UCHAR)Bytes[0] == 0xC4);
}

EXPORT_CASE(RtlUTF8ToUnicodeN, RtlUnicodeToUTF8N) {
    WCHAR Wide[8];
    char Bytes[8];
    ULONG Count = 0;
    EXPECT_SUCCESS(Import_RtlUTF8ToUnicodeN(Wide, sizeof Wide, &Count, "\xe2\x82\xac!", 4));
    EXPECT_TRUE(Count == 4 && Wide[0] == 0x20AC && Wide[1] == L'!');
    EXPECT_SUCCESS(Import_RtlUTF8ToUnicodeN(nullptr, 0, &Count, "abc", 3));
    EXPECT_EQ(Count, 6);
    EXPECT_EQ(Import_RtlUTF8ToUnicodeN(Wide, 4, &Count, "abc", 3), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(Count, 4);
    EXPECT_EQ(Import_RtlUTF8ToUnicodeN(Wide, sizeof Wide, &Count, "\xff", 1),
              STATUS_SOME_NOT_MAPPED);
    EXPECT_EQ(Wide[0], 0xFFFD);
    EXPECT_EQ(Import_RtlUTF8ToUnicodeN(Wide, sizeof Wide, &Count, nullptr, 1),
              STATUS_INVALID_PARAMETER_4);
    EXPECT_SUCCESS(Import_RtlUnicodeToUTF8N(Bytes, sizeof Bytes, &Count, L"\u20ac", 2));
    EXPECT_EQ(Count, 3);
    EXPECT_EQ(Import_RtlUnicodeToUTF8N(Bytes, sizeof Bytes, &Count, L"\xd800", 2),
              STATUS_SOME_NOT_MAPPED);
    EXPECT_EQ(Import_RtlUnicodeToUTF8N(nullptr, 0, nullptr, L"a", 2), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Import_RtlUnicodeToUTF8N(Bytes, sizeof Bytes, &Count, L"a", 1),
              STATUS_INVALID_PARAMETER_5);
}

EXPORT_CASE(RtlInitUTF8String, RtlInitUTF8StringEx, RtlUTF8StringToUnicodeString,
            RtlUnicodeStringToUTF8String, RtlFreeUTF8String) {
    STRING Bytes, Back;
    UNICODE_STRING Text;
    Import_RtlInitUTF8String(&Bytes, "\xc3\xa9");
    EXPECT_EQ(Bytes.Length, 2);
    EXPECT_SUCCESS(Import_RtlInitUTF8StringEx(&Bytes, "\xc3\xa9"));
    REQUIRE_SUCCESS(Import_RtlUTF8StringToUnicodeString(&Text, &Bytes, TRUE));
    EXPECT_TRUE(IsWide(Text, L"\u00e9"));
    REQUIRE_SUCCESS(Import_RtlUnicodeStringToUTF8String(&Back, &Text, TRUE));
    EXPECT_TRUE(IsNarrow(Back, "\xc3\xa9"));
    Import_RtlFreeUTF8String(&Back);
    EXPECT_EQ(Back.Buffer, nullptr);
    RtlFreeUnicodeString(&Text);
}

EXPORT_CASE(RtlOemStringToUnicodeString, RtlOemStringToCountedUnicodeString,
            RtlUnicodeStringToOemString, RtlUnicodeStringToCountedOemString,
            RtlUpcaseUnicodeStringToOemString, RtlFreeOemString) {
    STRING Bytes, Back;
    UNICODE_STRING Text;
    RtlInitString(&Bytes, "\x84!"); // a umlaut in code page 437
    REQUIRE_SUCCESS(Import_RtlOemStringToUnicodeString(&Text, &Bytes, TRUE));
    EXPECT_TRUE(IsWide(Text, L"\u00e4!"));
    EXPECT_EQ(Text.MaximumLength, 6);
    REQUIRE_SUCCESS(Import_RtlUnicodeStringToOemString(&Back, &Text, TRUE));
    EXPECT_TRUE(IsNarrow(Back, "\x84!"));
    Import_RtlFreeOemString(&Back);
    EXPECT_EQ(Back.Buffer, nullptr);
    REQUIRE_SUCCESS(Import_RtlUnicodeStringToCountedOemString(&Back, &Text, TRUE));
    EXPECT_EQ(Back.MaximumLength, 2);
    Import_RtlFreeOemString(&Back);
    REQUIRE_SUCCESS(Import_RtlUpcaseUnicodeStringToOemString(&Back, &Text, TRUE));
    EXPECT_TRUE(IsNarrow(Back, "\x8e!"));
    Import_RtlFreeOemString(&Back);
    RtlFreeUnicodeString(&Text);
    REQUIRE_SUCCESS(Import_RtlOemStringToCountedUnicodeString(&Text, &Bytes, TRUE));
    EXPECT_EQ(Text.MaximumLength, 4);
    RtlFreeUnicodeString(&Text);
}

EXPORT_CASE(RtlxOemStringToUnicodeSize, RtlxUnicodeStringToOemSize, RtlOemToUnicodeN,
            RtlUnicodeToOemN, RtlUpcaseUnicodeToOemN) {
    STRING Bytes;
    UNICODE_STRING Text = CaseString(L"abc");
    RtlInitString(&Bytes, "abc");
    EXPECT_EQ(Import_RtlxOemStringToUnicodeSize(&Bytes), 8);
    EXPECT_EQ(Import_RtlxUnicodeStringToOemSize(&Text), 4);
    WCHAR Wide[2];
    char Narrow[2];
    ULONG Count = 0;
    EXPECT_SUCCESS(Import_RtlOemToUnicodeN(Wide, sizeof Wide, &Count, "\x81", 1));
    EXPECT_TRUE(Count == 2 && Wide[0] == 0xFC);
    EXPECT_EQ(Import_RtlOemToUnicodeN(Wide, sizeof Wide, &Count, "abc", 3), STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(Count, 4);
    EXPECT_SUCCESS(Import_RtlUnicodeToOemN(Narrow, sizeof Narrow, &Count, L"\u00fc", 2));
    EXPECT_TRUE(Count == 1 && (UCHAR)Narrow[0] == 0x81);
    EXPECT_SUCCESS(Import_RtlUpcaseUnicodeToOemN(Narrow, sizeof Narrow, &Count, L"q", 2));
    EXPECT_EQ(Narrow[0], 'Q');
}

EXPORT_CASE(RtlIpv4StringToAddressA) {
    UCHAR Address[4];
    PCSTR End = nullptr, Text = "10.1.2.254:80";
    EXPECT_SUCCESS(Import_RtlIpv4StringToAddressA(Text, TRUE, &End, Address));
    EXPECT_TRUE(Address[0] == 10 && Address[1] == 1 && Address[2] == 2 && Address[3] == 254);
    EXPECT_EQ(End, Text + 10);
    EXPECT_EQ(Import_RtlIpv4StringToAddressA("127.1", TRUE, &End, Address),
              STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Import_RtlIpv4StringToAddressA("0x7f.1", FALSE, &End, Address));
    EXPECT_TRUE(Address[0] == 127 && Address[3] == 1);
    EXPECT_EQ(Import_RtlIpv4StringToAddressA("1.2.3.256", TRUE, &End, Address),
              STATUS_INVALID_PARAMETER);
}
