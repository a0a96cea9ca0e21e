// Memory in the C library and the Rtl functions of the same kind.
#include "support/case.h"
#include "support/import.h"

IMPORT(void *, memcpy, void *, const void *, SIZE_T);
IMPORT(void *, memmove, void *, const void *, SIZE_T);
IMPORT(void *, memset, void *, int, SIZE_T);
IMPORT(int, memcmp, const void *, const void *, SIZE_T);
IMPORT(const void *, memchr, const void *, int, SIZE_T);
IMPORT(int, _memicmp, const void *, const void *, SIZE_T);

EXPORT_CASE(memcpy, memmove, memset, memcmp, memchr, _memicmp) {
    UCHAR Buffer[300], Copy[300];
    for (ULONG I = 0; I < sizeof Buffer; ++I)
        Buffer[I] = (UCHAR)I;
    EXPECT_EQ(Import_memcpy(Copy, Buffer, sizeof Buffer), Copy);
    EXPECT_EQ(Import_memcmp(Copy, Buffer, sizeof Buffer), 0);
    Copy[299] = 0;
    EXPECT_TRUE(Import_memcmp(Copy, Buffer, sizeof Buffer) < 0);
    EXPECT_EQ(Import_memcmp(Copy, Buffer, 299), 0);
    EXPECT_EQ(Import_memmove(Buffer + 3, Buffer, 290), Buffer + 3);
    EXPECT_TRUE(Buffer[3] == 0 && Buffer[292] == (UCHAR)289);
    EXPECT_EQ(Import_memmove(Buffer, Buffer + 3, 290), Buffer);
    EXPECT_TRUE(Buffer[0] == 0 && Buffer[289] == (UCHAR)289);
    EXPECT_EQ(Import_memset(Buffer + 1, 0x155, 7), Buffer + 1);
    EXPECT_TRUE(Buffer[0] == 0 && Buffer[1] == 0x55 && Buffer[7] == 0x55 && Buffer[8] == 8);
    EXPECT_EQ(Import_memchr(Copy, 200, sizeof Copy), Copy + 200);
    EXPECT_EQ(Import_memchr(Copy, 200, 200), nullptr);
    EXPECT_EQ(Import__memicmp("aBc", "AbC", 3), 0);
    EXPECT_TRUE(Import__memicmp("a", "B", 1) < 0);
}
