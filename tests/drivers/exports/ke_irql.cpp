// The interrupt request level. Headers inline most of these as accesses to cr8; the kernel exports
// them all the same.
#include "support/case.h"

extern "C" {
extern KIRQL(NTAPI *ImportedGetIrql)(VOID) IMPORT_SLOT_OF(KeGetCurrentIrql);
extern KIRQL(NTAPI *ImportedRaise)(KIRQL NewIrql) IMPORT_SLOT_OF(KfRaiseIrql);
extern VOID(NTAPI *ImportedLower)(KIRQL NewIrql) IMPORT_SLOT_OF(KeLowerIrql);
extern VOID(NTAPI *ImportedFastLower)(KIRQL NewIrql) IMPORT_SLOT_OF(KfLowerIrql);
extern KIRQL(NTAPI *ImportedRaiseToDpc)(VOID) IMPORT_SLOT_OF(KeRaiseIrqlToDpcLevel);
extern KIRQL(NTAPI *ImportedRaiseToSynch)(VOID) IMPORT_SLOT_OF(KeRaiseIrqlToSynchLevel);
}

EXPORT_CASE(KeGetCurrentIrql, KfRaiseIrql, KeLowerIrql, KfLowerIrql) {
    EXPECT_EQ(ImportedGetIrql(), PASSIVE_LEVEL);
    EXPECT_EQ(ImportedRaise(APC_LEVEL), PASSIVE_LEVEL);
    EXPECT_EQ(ImportedGetIrql(), APC_LEVEL);
    EXPECT_EQ(__readcr8(), APC_LEVEL);
    EXPECT_EQ(ImportedRaise(DISPATCH_LEVEL), APC_LEVEL);
    EXPECT_EQ(ImportedRaise(DISPATCH_LEVEL), DISPATCH_LEVEL);
    ImportedLower(APC_LEVEL);
    EXPECT_EQ(ImportedGetIrql(), APC_LEVEL);
    ImportedFastLower(PASSIVE_LEVEL);
    EXPECT_EQ(ImportedGetIrql(), PASSIVE_LEVEL);
}

EXPORT_CASE(KeRaiseIrqlToDpcLevel, KeRaiseIrqlToSynchLevel) {
    EXPECT_EQ(ImportedRaiseToDpc(), PASSIVE_LEVEL);
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    EXPECT_EQ(ImportedRaiseToSynch(), DISPATCH_LEVEL);
    EXPECT_TRUE(KeGetCurrentIrql() > DISPATCH_LEVEL);
    KeLowerIrql(PASSIVE_LEVEL);
}

// Raising to less than the current level is a bug check of its own.
EXPORT_CASE_STOPS(KfRaiseIrql, 0x9) { // IRQL_NOT_GREATER_OR_EQUAL
    ImportedRaise(DISPATCH_LEVEL);
    ImportedRaise(PASSIVE_LEVEL);
}
EXPORT_CASE_STOPS(KeLowerIrql, 0xA) { // IRQL_NOT_LESS_OR_EQUAL
    ImportedLower(DISPATCH_LEVEL);
}
