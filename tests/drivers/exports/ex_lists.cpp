// Interlocked lists and arithmetic.
#include "support/case.h"

#undef InitializeSListHead
#undef ExInitializeSListHead
extern "C" {
VOID NTAPI ImportedInitialize(PSLIST_HEADER Head) IMPORT_OF(InitializeSListHead);
VOID NTAPI ImportedRtlInitialize(PSLIST_HEADER Head) IMPORT_OF(RtlInitializeSListHead);
PSLIST_ENTRY NTAPI ImportedPop(PSLIST_HEADER Head) IMPORT_OF(ExpInterlockedPopEntrySList);
PSLIST_ENTRY NTAPI ImportedPush(PSLIST_HEADER Head, PSLIST_ENTRY Entry)
    IMPORT_OF(ExpInterlockedPushEntrySList);
PSLIST_ENTRY NTAPI ImportedFlush(PSLIST_HEADER Head) IMPORT_OF(ExpInterlockedFlushSList);
USHORT NTAPI ImportedDepth(PSLIST_HEADER Head) IMPORT_OF(ExQueryDepthSList);
PLIST_ENTRY NTAPI ImportedInsertHead(PLIST_ENTRY Head, PLIST_ENTRY Entry, PKSPIN_LOCK Lock)
    IMPORT_OF(ExInterlockedInsertHeadList);
PLIST_ENTRY NTAPI ImportedInsertTail(PLIST_ENTRY Head, PLIST_ENTRY Entry, PKSPIN_LOCK Lock)
    IMPORT_OF(ExInterlockedInsertTailList);
PLIST_ENTRY NTAPI ImportedRemoveHead(PLIST_ENTRY Head, PKSPIN_LOCK Lock)
    IMPORT_OF(ExInterlockedRemoveHeadList);
PSINGLE_LIST_ENTRY NTAPI ImportedPushSingle(PSINGLE_LIST_ENTRY Head, PSINGLE_LIST_ENTRY Entry,
                                            PKSPIN_LOCK Lock) IMPORT_OF(ExInterlockedPushEntryList);
PSINGLE_LIST_ENTRY NTAPI ImportedPopSingle(PSINGLE_LIST_ENTRY Head, PKSPIN_LOCK Lock)
    IMPORT_OF(ExInterlockedPopEntryList);
ULONG NTAPI ImportedAddUlong(PULONG Addend, ULONG Increment, PKSPIN_LOCK Lock)
    IMPORT_OF(ExInterlockedAddUlong);
LONGLONG NTAPI ImportedExchange(volatile LONGLONG *Destination, LONGLONG *Exchange,
                                LONGLONG *Comperand, PKSPIN_LOCK Lock)
    IMPORT_OF(ExInterlockedCompareExchange64);
}

EXPORT_CASE(InitializeSListHead, RtlInitializeSListHead, ExpInterlockedPushEntrySList,
            ExpInterlockedPopEntrySList, ExpInterlockedFlushSList, ExQueryDepthSList) {
    SLIST_HEADER Head;
    DECLSPEC_ALIGN(16) SLIST_ENTRY Entries[3];
    ImportedInitialize(&Head);
    EXPECT_EQ(ImportedPop(&Head), nullptr);
    EXPECT_EQ(ImportedPush(&Head, &Entries[0]), nullptr);
    EXPECT_EQ(ImportedPush(&Head, &Entries[1]), &Entries[0]); // the former first
    EXPECT_EQ(ImportedPush(&Head, &Entries[2]), &Entries[1]);
    EXPECT_EQ(ImportedDepth(&Head), 3);
    EXPECT_EQ(ImportedPop(&Head), &Entries[2]);
    PSLIST_ENTRY Rest = ImportedFlush(&Head);
    EXPECT_EQ(Rest, &Entries[1]);
    EXPECT_EQ(Rest->Next, &Entries[0]);
    EXPECT_EQ(ImportedDepth(&Head), 0);
    EXPECT_EQ(ImportedFlush(&Head), nullptr);
    ImportedPush(&Head, &Entries[0]);
    ImportedRtlInitialize(&Head);
    EXPECT_EQ(ImportedDepth(&Head), 0);
}

EXPORT_CASE(ExInterlockedInsertHeadList, ExInterlockedInsertTailList, ExInterlockedRemoveHeadList) {
    KSPIN_LOCK Lock;
    LIST_ENTRY Head;
    LIST_ENTRY Entries[3];
    KeInitializeSpinLock(&Lock);
    InitializeListHead(&Head);
    EXPECT_EQ(ImportedRemoveHead(&Head, &Lock), nullptr);
    EXPECT_EQ(ImportedInsertHead(&Head, &Entries[0], &Lock), nullptr); // was empty
    EXPECT_EQ(ImportedInsertHead(&Head, &Entries[1], &Lock), &Entries[0]);
    EXPECT_EQ(ImportedInsertTail(&Head, &Entries[2], &Lock), &Entries[0]); // the former last
    EXPECT_EQ(ImportedRemoveHead(&Head, &Lock), &Entries[1]);
    EXPECT_EQ(ImportedRemoveHead(&Head, &Lock), &Entries[0]);
    EXPECT_EQ(ImportedRemoveHead(&Head, &Lock), &Entries[2]);
    EXPECT_TRUE(IsListEmpty(&Head));
    EXPECT_EQ(Lock, 0);
}

EXPORT_CASE(ExInterlockedPushEntryList, ExInterlockedPopEntryList) {
    KSPIN_LOCK Lock;
    SINGLE_LIST_ENTRY Head = {};
    SINGLE_LIST_ENTRY Entries[2];
    KeInitializeSpinLock(&Lock);
    EXPECT_EQ(ImportedPopSingle(&Head, &Lock), nullptr);
    EXPECT_EQ(ImportedPushSingle(&Head, &Entries[0], &Lock), nullptr);
    EXPECT_EQ(ImportedPushSingle(&Head, &Entries[1], &Lock), &Entries[0]);
    EXPECT_EQ(ImportedPopSingle(&Head, &Lock), &Entries[1]);
    EXPECT_EQ(ImportedPopSingle(&Head, &Lock), &Entries[0]);
    EXPECT_EQ(Head.Next, nullptr);
}

EXPORT_CASE(ExInterlockedAddUlong, ExInterlockedAddLargeInteger, ExInterlockedCompareExchange64) {
    KSPIN_LOCK Lock;
    KeInitializeSpinLock(&Lock);
    ULONG Number = 0xffffffff;
    EXPECT_EQ(ImportedAddUlong(&Number, 3, &Lock), 0xffffffff);
    EXPECT_EQ(Number, 2);
    LARGE_INTEGER Large = {};
    LARGE_INTEGER Increment;
    Large.QuadPart = 0xffffffff;
    Increment.QuadPart = 2;
    EXPECT_EQ(ExInterlockedAddLargeInteger(&Large, Increment, &Lock).QuadPart, 0xffffffffll);
    EXPECT_EQ(Large.QuadPart, 0x100000001ll);
    LONGLONG Value = 5;
    LONGLONG New = 7;
    LONGLONG Comperand = 4;
    EXPECT_EQ(ImportedExchange(&Value, &New, &Comperand, &Lock), 5ll);
    EXPECT_EQ(Value, 5ll);
    Comperand = 5;
    EXPECT_EQ(ImportedExchange(&Value, &New, &Comperand, &Lock), 5ll);
    EXPECT_EQ(Value, 7ll);
}
