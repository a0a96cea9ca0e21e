// Generic tables, as AVL trees and as splay trees: the same walk through either.
#include "support/case.h"
#include "support/import.h"

#define TABLE_IMPORTS(Suffix, TABLE)                                                               \
    IMPORT(void, RtlInitializeGenericTable##Suffix, TABLE *, PVOID, PVOID, PVOID, PVOID);          \
    IMPORT(PVOID, RtlInsertElementGenericTable##Suffix, TABLE *, PVOID, ULONG, PBOOLEAN);          \
    IMPORT(PVOID, RtlInsertElementGenericTableFull##Suffix, TABLE *, PVOID, ULONG, PBOOLEAN,       \
           PVOID, TABLE_SEARCH_RESULT);                                                            \
    IMPORT(BOOLEAN, RtlDeleteElementGenericTable##Suffix, TABLE *, PVOID);                         \
    IMPORT(PVOID, RtlLookupElementGenericTable##Suffix, TABLE *, PVOID);                           \
    IMPORT(PVOID, RtlLookupElementGenericTableFull##Suffix, TABLE *, PVOID, PVOID *,               \
           TABLE_SEARCH_RESULT *);                                                                 \
    IMPORT(PVOID, RtlEnumerateGenericTable##Suffix, TABLE *, BOOLEAN);                             \
    IMPORT(PVOID, RtlEnumerateGenericTableWithoutSplaying##Suffix, TABLE *, PVOID *);              \
    IMPORT(PVOID, RtlGetElementGenericTable##Suffix, TABLE *, ULONG);                              \
    IMPORT(ULONG, RtlNumberGenericTableElements##Suffix, TABLE *);                                 \
    IMPORT(BOOLEAN, RtlIsGenericTableEmpty##Suffix, TABLE *)

TABLE_IMPORTS(, RTL_GENERIC_TABLE);
TABLE_IMPORTS(Avl, RTL_AVL_TABLE);

static LONG Allocated;

static RTL_GENERIC_COMPARE_RESULTS NTAPI Compare(PVOID, PVOID First, PVOID Second) {
    const int A = *(int *)First, B = *(int *)Second;
    return A < B ? GenericLessThan : A > B ? GenericGreaterThan : GenericEqual;
}
static PVOID NTAPI Allocate(PVOID, CLONG Bytes) {
    ++Allocated;
    return ExAllocatePoolWithTag(NonPagedPool, Bytes, 'esaC');
}
static void NTAPI Release(PVOID, PVOID Buffer) {
    --Allocated;
    ExFreePoolWithTag(Buffer, 'esaC');
}

// The functions of one kind of table under common names.
#define TABLE_KIND(Name, Suffix, TABLE)                                                            \
    struct Name {                                                                                  \
        typedef TABLE Table;                                                                       \
        static constexpr auto Initialize = Import_RtlInitializeGenericTable##Suffix;               \
        static constexpr auto Insert = Import_RtlInsertElementGenericTable##Suffix;                \
        static constexpr auto InsertFull = Import_RtlInsertElementGenericTableFull##Suffix;        \
        static constexpr auto Delete = Import_RtlDeleteElementGenericTable##Suffix;                \
        static constexpr auto Lookup = Import_RtlLookupElementGenericTable##Suffix;                \
        static constexpr auto LookupFull = Import_RtlLookupElementGenericTableFull##Suffix;        \
        static constexpr auto Enumerate = Import_RtlEnumerateGenericTable##Suffix;                 \
        static constexpr auto Walk = Import_RtlEnumerateGenericTableWithoutSplaying##Suffix;       \
        static constexpr auto Get = Import_RtlGetElementGenericTable##Suffix;                      \
        static constexpr auto Count = Import_RtlNumberGenericTableElements##Suffix;                \
        static constexpr auto IsEmpty = Import_RtlIsGenericTableEmpty##Suffix;                     \
    }

TABLE_KIND(SPLAY, , RTL_GENERIC_TABLE);
TABLE_KIND(AVL, Avl, RTL_AVL_TABLE);

template <typename KIND> static bool IsInOrder(typename KIND::Table &Table, int Count) {
    int Next = 0;
    for (auto *P = (int *)KIND::Enumerate(&Table, TRUE); P != nullptr;
         P = (int *)KIND::Enumerate(&Table, FALSE))
        if (*P != Next++)
            return false;
    return Next == Count;
}

template <typename KIND> static void RunTable() {
    typename KIND::Table Table;
    const int Count = 64;
    Allocated = 0;
    KIND::Initialize(&Table, (PVOID)Compare, (PVOID)Allocate, (PVOID)Release, nullptr);
    EXPECT_TRUE(KIND::IsEmpty(&Table));
    BOOLEAN IsNew = FALSE;
    for (int I = 0; I < Count; ++I) {
        int Value = I * 37 % Count;
        auto *Stored = (int *)KIND::Insert(&Table, &Value, sizeof Value, &IsNew);
        REQUIRE(Stored != nullptr && IsNew && *Stored == Value);
    }
    int Value = 20;
    auto *Found = (int *)KIND::Lookup(&Table, &Value);
    REQUIRE(Found != nullptr);
    EXPECT_EQ(*Found, 20);
    EXPECT_EQ(KIND::Insert(&Table, &Value, sizeof Value, &IsNew), Found);
    EXPECT_FALSE(IsNew);
    EXPECT_EQ(KIND::Count(&Table), Count);
    EXPECT_FALSE(KIND::IsEmpty(&Table));
    EXPECT_TRUE(IsInOrder<KIND>(Table, Count));
    PVOID Key = nullptr;
    EXPECT_EQ(*(int *)KIND::Walk(&Table, &Key), 0);
    EXPECT_EQ(*(int *)KIND::Walk(&Table, &Key), 1);
    EXPECT_NE(KIND::Get(&Table, Count - 1), nullptr);
    EXPECT_EQ(KIND::Get(&Table, Count), nullptr);
    EXPECT_TRUE(KIND::Delete(&Table, &Value));
    EXPECT_FALSE(KIND::Delete(&Table, &Value));
    EXPECT_EQ(KIND::Lookup(&Table, &Value), nullptr);
    PVOID Place = nullptr;
    TABLE_SEARCH_RESULT Result = TableFoundNode;
    EXPECT_EQ(KIND::LookupFull(&Table, &Value, &Place, &Result), nullptr);
    EXPECT_TRUE(Result == TableInsertAsLeft || Result == TableInsertAsRight);
    EXPECT_NE(KIND::InsertFull(&Table, &Value, sizeof Value, &IsNew, Place, Result), nullptr);
    EXPECT_TRUE(IsNew);
    EXPECT_TRUE(IsInOrder<KIND>(Table, Count));
    for (Value = 0; Value < Count; ++Value)
        EXPECT_TRUE(KIND::Delete(&Table, &Value));
    EXPECT_TRUE(KIND::IsEmpty(&Table));
    EXPECT_EQ(Allocated, 0);
}

EXPORT_CASE(RtlInitializeGenericTable, RtlInsertElementGenericTable,
            RtlInsertElementGenericTableFull, RtlDeleteElementGenericTable,
            RtlLookupElementGenericTable, RtlLookupElementGenericTableFull,
            RtlEnumerateGenericTable, RtlEnumerateGenericTableWithoutSplaying,
            RtlGetElementGenericTable, RtlNumberGenericTableElements, RtlIsGenericTableEmpty) {
    RunTable<SPLAY>();
}

EXPORT_CASE(RtlInitializeGenericTableAvl, RtlInsertElementGenericTableAvl,
            RtlInsertElementGenericTableFullAvl, RtlDeleteElementGenericTableAvl,
            RtlLookupElementGenericTableAvl, RtlLookupElementGenericTableFullAvl,
            RtlEnumerateGenericTableAvl, RtlEnumerateGenericTableWithoutSplayingAvl,
            RtlGetElementGenericTableAvl, RtlNumberGenericTableElementsAvl,
            RtlIsGenericTableEmptyAvl) {
    RunTable<AVL>();
}

EXPORT_CASE(RtlSplay, RtlDelete, RtlDeleteNoSplay, RtlSubtreeSuccessor, RtlSubtreePredecessor,
            RtlRealSuccessor, RtlRealPredecessor) {
    RTL_SPLAY_LINKS Nodes[7];
    // 3 over 1 and 5, over 0, 2, 4, 6.
    for (auto &Node : Nodes)
        RtlInitializeSplayLinks(&Node);
    RtlInsertAsLeftChild(&Nodes[3], &Nodes[1]);
    RtlInsertAsRightChild(&Nodes[3], &Nodes[5]);
    RtlInsertAsLeftChild(&Nodes[1], &Nodes[0]);
    RtlInsertAsRightChild(&Nodes[1], &Nodes[2]);
    RtlInsertAsLeftChild(&Nodes[5], &Nodes[4]);
    RtlInsertAsRightChild(&Nodes[5], &Nodes[6]);
    EXPECT_EQ(RtlSubtreeSuccessor(&Nodes[3]), &Nodes[4]);
    EXPECT_EQ(RtlSubtreePredecessor(&Nodes[3]), &Nodes[2]);
    EXPECT_EQ(RtlSubtreeSuccessor(&Nodes[2]), nullptr);
    EXPECT_EQ(RtlRealSuccessor(&Nodes[2]), &Nodes[3]);
    EXPECT_EQ(RtlRealPredecessor(&Nodes[4]), &Nodes[3]);
    EXPECT_EQ(RtlRealSuccessor(&Nodes[6]), nullptr);
    EXPECT_EQ(RtlRealPredecessor(&Nodes[0]), nullptr);
    EXPECT_EQ(RtlSplay(&Nodes[0]), &Nodes[0]);
    EXPECT_TRUE(RtlIsRoot(&Nodes[0]));
    for (int I = 0; I < 6; ++I)
        EXPECT_EQ(RtlRealSuccessor(&Nodes[I]), &Nodes[I + 1]);
    PRTL_SPLAY_LINKS Root = RtlDelete(&Nodes[3]);
    REQUIRE(Root != nullptr);
    EXPECT_TRUE(RtlIsRoot(Root));
    EXPECT_EQ(RtlRealSuccessor(&Nodes[2]), &Nodes[4]);
    RtlDeleteNoSplay(&Nodes[5], &Root);
    EXPECT_TRUE(RtlIsRoot(Root));
    EXPECT_EQ(RtlRealSuccessor(&Nodes[4]), &Nodes[6]);
    RtlDeleteNoSplay(Root, &Root);
    REQUIRE(Root != nullptr);
    EXPECT_TRUE(RtlIsRoot(Root));
    ULONG Left = 0;
    for (; Root != nullptr && Left < 7; ++Left)
        RtlDeleteNoSplay(Root, &Root);
    EXPECT_EQ(Left, 4);
}
