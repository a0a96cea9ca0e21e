// Numbers, GUIDs, random numbers and status codes.
#include "support/case.h"
#include "support/import.h"

IMPORT(NTSTATUS, RtlInt64ToUnicodeString, ULONGLONG, ULONG, PUNICODE_STRING);
IMPORT(NTSTATUS, RtlIntPtrToUnicodeString, ULONG_PTR, ULONG, PUNICODE_STRING);
IMPORT(NTSTATUS, RtlCharToInteger, PCSZ, ULONG, PULONG);
IMPORT(ULONG, RtlRandom, PULONG);
IMPORT(ULONG, RtlRandomEx, PULONG);
IMPORT(NTSTATUS, ExUuidCreate, GUID *);
IMPORT(ULONG, RtlNtStatusToDosError, NTSTATUS);
IMPORT(ULONG, RtlNtStatusToDosErrorNoTeb, NTSTATUS);
IMPORT(NTSTATUS, RtlStringFromGUID, const GUID &, PUNICODE_STRING);
IMPORT(NTSTATUS, RtlGUIDFromString, PCUNICODE_STRING, GUID *);

static bool Is(const UNICODE_STRING &String, PCWSTR Text) {
    UNICODE_STRING Expected;
    RtlInitUnicodeString(&Expected, Text);
    return RtlEqualUnicodeString(&String, &Expected, FALSE);
}

EXPORT_CASE(RtlIntegerToUnicodeString, RtlInt64ToUnicodeString, RtlIntPtrToUnicodeString) {
    WCHAR Buffer[20];
    UNICODE_STRING Text = {0, sizeof Buffer, Buffer};
    EXPECT_SUCCESS(RtlIntegerToUnicodeString(48000, 10, &Text));
    EXPECT_TRUE(Is(Text, L"48000"));
    EXPECT_SUCCESS(RtlIntegerToUnicodeString(0xBEEF, 16, &Text));
    EXPECT_TRUE(Is(Text, L"BEEF"));
    EXPECT_SUCCESS(RtlIntegerToUnicodeString(5, 0, &Text)); // 0 is 10
    EXPECT_TRUE(Is(Text, L"5"));
    EXPECT_EQ(RtlIntegerToUnicodeString(5, 3, &Text), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Import_RtlInt64ToUnicodeString(1ull << 40, 8, &Text));
    EXPECT_TRUE(Is(Text, L"20000000000000"));
    EXPECT_SUCCESS(Import_RtlIntPtrToUnicodeString(7, 2, &Text));
    EXPECT_TRUE(Is(Text, L"111"));
    Text.MaximumLength = 4;
    EXPECT_EQ(RtlIntegerToUnicodeString(123, 10, &Text), STATUS_BUFFER_OVERFLOW);
}

EXPORT_CASE(RtlUnicodeStringToInteger, RtlCharToInteger) {
    UNICODE_STRING Text = CaseString(L" -0x10z");
    ULONG Value = 0;
    EXPECT_SUCCESS(RtlUnicodeStringToInteger(&Text, 0, &Value));
    EXPECT_EQ(Value, (ULONG)-16);
    EXPECT_SUCCESS(Import_RtlCharToInteger("0b101", 0, &Value));
    EXPECT_EQ(Value, 5);
    EXPECT_SUCCESS(Import_RtlCharToInteger("77", 8, &Value));
    EXPECT_EQ(Value, 63);
    EXPECT_EQ(Import_RtlCharToInteger("1", 5, &Value), STATUS_INVALID_PARAMETER);
}

EXPORT_CASE(RtlStringFromGUID, RtlGUIDFromString) {
    static const GUID Known = {
        0x6994AD04, 0x93EF, 0x11D0, {0xA3, 0xCC, 0, 0xA0, 0xC9, 0x22, 0x31, 0x96}};
    UNICODE_STRING Text;
    REQUIRE_SUCCESS(Import_RtlStringFromGUID(Known, &Text));
    UNICODE_STRING Expected = CaseString(L"{6994AD04-93EF-11D0-A3CC-00A0C9223196}");
    EXPECT_TRUE(RtlEqualUnicodeString(&Text, &Expected, TRUE));
    GUID Read = {};
    EXPECT_SUCCESS(Import_RtlGUIDFromString(&Text, &Read));
    EXPECT_EQ(RtlCompareMemory(&Read, &Known, sizeof Read), sizeof Read);
    RtlFreeUnicodeString(&Text);
    UNICODE_STRING Bad = CaseString(L"6994AD04-93EF-11D0-A3CC-00A0C9223196");
    EXPECT_EQ(Import_RtlGUIDFromString(&Bad, &Read), STATUS_INVALID_PARAMETER);
}

EXPORT_CASE(RtlRandom, RtlRandomEx) {
    ULONG Seed = 12345, Same = 12345, Other = 0;
    const ULONG First = Import_RtlRandomEx(&Seed);
    EXPECT_TRUE(First < 0x7FFFFFFF);
    EXPECT_EQ(Import_RtlRandomEx(&Same), First);
    EXPECT_NE(Import_RtlRandomEx(&Seed), First); // the seed has moved on
    EXPECT_TRUE(Import_RtlRandom(&Other) < 0x7FFFFFFF);
    const ULONG Moved = Other;
    EXPECT_NE(Import_RtlRandom(&Other), Moved);
}

EXPORT_CASE(ExUuidCreate) {
    GUID A = {}, B = {};
    EXPECT_SUCCESS(Import_ExUuidCreate(&A));
    EXPECT_SUCCESS(Import_ExUuidCreate(&B));
    EXPECT_NE(RtlCompareMemory(&A, &B, sizeof A), sizeof A);
    EXPECT_EQ(A.Data3 >> 12, 4);        // a random one,
    EXPECT_EQ(A.Data4[0] & 0xC0, 0x80); // of the usual kind
}

EXPORT_CASE(RtlNtStatusToDosError, RtlNtStatusToDosErrorNoTeb) {
    EXPECT_EQ(Import_RtlNtStatusToDosError(STATUS_SUCCESS), 0);
    EXPECT_EQ(Import_RtlNtStatusToDosError(STATUS_ACCESS_DENIED), 5);
    EXPECT_EQ(Import_RtlNtStatusToDosError(STATUS_INVALID_PARAMETER), 87);
    EXPECT_EQ(Import_RtlNtStatusToDosErrorNoTeb(STATUS_NO_MORE_ENTRIES), 259);
    EXPECT_EQ(Import_RtlNtStatusToDosErrorNoTeb((NTSTATUS)0xEFFFFFFF), 317); // no equivalent
}
