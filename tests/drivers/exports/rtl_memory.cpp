// Memory functions of the Rtl family that are functions, not macros.
#include "support/case.h"
#include "support/import.h"

IMPORT(SIZE_T, RtlCompareMemory, const void *, const void *, SIZE_T);
IMPORT(void, RtlMoveMemory, void *, const void *, SIZE_T);
IMPORT(void, RtlCopyMemory, void *, const void *, SIZE_T);
IMPORT(void, RtlCopyMemoryNonTemporal, void *, const void *, SIZE_T);
IMPORT(void, RtlFillMemory, void *, SIZE_T, int);
IMPORT(void, RtlZeroMemory, void *, SIZE_T);

EXPORT_CASE(RtlCompareMemory) {
    UCHAR A[20] = {1, 2, 3}, B[20] = {1, 2, 3};
    EXPECT_EQ(Import_RtlCompareMemory(A, B, 20), 20);
    B[17] = 1;
    EXPECT_EQ(Import_RtlCompareMemory(A, B, 20), 17); // how many are equal, not which is more
    B[0] = 9;
    EXPECT_EQ(Import_RtlCompareMemory(A, B, 20), 0);
    EXPECT_EQ(Import_RtlCompareMemory(A, B, 0), 0);
}

EXPORT_CASE(RtlMoveMemory, RtlCopyMemory, RtlCopyMemoryNonTemporal, RtlFillMemory, RtlZeroMemory) {
    UCHAR A[40], B[40];
    Import_RtlFillMemory(A, sizeof A, 0xAB);
    EXPECT_TRUE(A[0] == 0xAB && A[39] == 0xAB);
    Import_RtlZeroMemory(A + 1, 38);
    EXPECT_TRUE(A[0] == 0xAB && A[1] == 0 && A[38] == 0 && A[39] == 0xAB);
    Import_RtlCopyMemory(B, A, sizeof B);
    EXPECT_EQ(Import_RtlCompareMemory(A, B, sizeof A), sizeof A);
    Import_RtlMoveMemory(B + 1, B, 39);
    EXPECT_TRUE(B[0] == 0xAB && B[1] == 0xAB && B[2] == 0);
    Import_RtlCopyMemoryNonTemporal(B, A, sizeof B);
    EXPECT_EQ(B[1], 0);
}
