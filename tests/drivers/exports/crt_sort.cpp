// qsort, bsearch and rand.
#include "support/case.h"
#include "support/import.h"

typedef int COMPARE(const void *, const void *);
IMPORT(void, qsort, void *, SIZE_T, SIZE_T, COMPARE *);
IMPORT(void *, bsearch, const void *, const void *, SIZE_T, SIZE_T, COMPARE *);
IMPORT(int, rand, void);
IMPORT(void, srand, unsigned);
// The compiler's library has one of its own; this is the kernel's.
extern "C" __declspec(dllimport) int _purecall(void);

static int CompareNumbers(const void *A, const void *B) {
    return *(const int *)A - *(const int *)B;
}

EXPORT_CASE(qsort, bsearch) {
    int Numbers[101];
    for (int I = 0; I < 101; ++I)
        Numbers[I] = I * 37 % 101;
    Import_qsort(Numbers, 101, sizeof(int), CompareNumbers);
    bool IsSorted = true;
    for (int I = 0; I < 101; ++I)
        IsSorted = IsSorted && Numbers[I] == I;
    EXPECT_TRUE(IsSorted);
    int Wanted = 64;
    EXPECT_EQ(Import_bsearch(&Wanted, Numbers, 101, sizeof(int), CompareNumbers), Numbers + 64);
    Wanted = 101;
    EXPECT_EQ(Import_bsearch(&Wanted, Numbers, 101, sizeof(int), CompareNumbers), nullptr);
    EXPECT_EQ(Import_bsearch(&Wanted, Numbers, 0, sizeof(int), CompareNumbers), nullptr);
}

EXPORT_CASE(rand, srand) {
    Import_srand(7);
    const int First = Import_rand(), Second = Import_rand();
    EXPECT_TRUE(First >= 0 && First <= 0x7FFF && Second >= 0 && Second <= 0x7FFF);
    EXPECT_NE(First, Second);
    Import_srand(7);
    EXPECT_EQ(Import_rand(), First);
    EXPECT_EQ(Import_rand(), Second);
}

// A pure virtual call has nothing to go on with.
EXPORT_CASE_STOPS(_purecall, 0x1E) {
    _purecall();
}
