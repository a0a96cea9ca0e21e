// Random numbers of the kernel's cryptography.
#include "support/case.h"
#include "support/import.h"

IMPORT(NTSTATUS, BCryptGenRandom, PVOID, PUCHAR, ULONG, ULONG);

static constexpr ULONG EntropyInBuffer = 1, SystemPreferred = 2;

EXPORT_CASE(BCryptGenRandom) {
    UCHAR Bytes[2][40] = {};
    Bytes[0][27] = Bytes[0][28] = 0x5A;
    REQUIRE_SUCCESS(Import_BCryptGenRandom(nullptr, Bytes[0], 27, SystemPreferred));
    EXPECT_EQ(Bytes[0][27], 0x5A); // nothing beyond the buffer
    ULONG Zeros = 0;
    for (ULONG At = 0; At < 27; ++At)
        Zeros += Bytes[0][At] == 0;
    EXPECT_TRUE(Zeros < 5); // each of the words was filled
    // Not the same again; entropy of the caller's is ignored.
    EXPECT_SUCCESS(
        Import_BCryptGenRandom(nullptr, Bytes[1], 27, SystemPreferred | EntropyInBuffer));
    EXPECT_FALSE(RtlEqualMemory(Bytes[0], Bytes[1], 27));
    EXPECT_SUCCESS(Import_BCryptGenRandom(nullptr, nullptr, 0, SystemPreferred));
    EXPECT_EQ(Import_BCryptGenRandom(nullptr, nullptr, 1, SystemPreferred),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Import_BCryptGenRandom(Bytes, Bytes[0], 1, SystemPreferred),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Import_BCryptGenRandom(nullptr, Bytes[0], 1, 0x10 | SystemPreferred),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Import_BCryptGenRandom(nullptr, Bytes[0], 1, 0), STATUS_INVALID_HANDLE);
    EXPECT_EQ(Import_BCryptGenRandom(Bytes, Bytes[0], 1, 0), STATUS_INVALID_HANDLE);
}

EXPORT_CASE_STOPS(BCryptGenRandom, 0xA) {
    KIRQL OldIrql;
    UCHAR Byte;
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    EXPECT_SUCCESS(Import_BCryptGenRandom(nullptr, &Byte, 1, SystemPreferred));
}
