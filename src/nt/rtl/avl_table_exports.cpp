// RtlInitializeGenericTableAvl and its family. An element is RTL_BALANCED_LINKS with the driver's
// data behind it. The driver's callbacks run at the caller's IRQL.
#include <array>
#include <cstring>

#include "nt/call_driver.h"
#include "nt/rtl/avl_tree.h"
#include "nt/rtl/exports.h"

namespace ksbox::rtl {
namespace {

KS_ASSERT_MS_ABI(PRTL_AVL_COMPARE_ROUTINE);
KS_ASSERT_MS_ABI(PRTL_AVL_ALLOCATE_ROUTINE);
KS_ASSERT_MS_ABI(PRTL_AVL_FREE_ROUTINE);

PVOID data_of(AvlLinks *node) {
    return node ? node + 1 : nullptr;
}

/// Where the element is, or where it would go.
TABLE_SEARCH_RESULT search(RTL_AVL_TABLE &table, PVOID key, AvlLinks *&node_or_parent) {
    node_or_parent = &table.BalancedRoot;
    TABLE_SEARCH_RESULT result = TableEmptyTree;
    for (AvlLinks *node = table.BalancedRoot.RightChild; node;) {
        node_or_parent = node;
        const auto order = call_driver("RTL_AVL_COMPARE_ROUTINE", &table, table.CompareRoutine,
                                       &table, key, data_of(node));
        if (order == GenericEqual)
            return TableFoundNode;
        result = order == GenericLessThan ? TableInsertAsLeft : TableInsertAsRight;
        node = order == GenericLessThan ? node->LeftChild : node->RightChild;
    }
    return result;
}

PVOID insert(RTL_AVL_TABLE &table, PVOID data, CLONG size, PBOOLEAN is_new, AvlLinks *parent,
             TABLE_SEARCH_RESULT result) {
    if (is_new)
        *is_new = FALSE;
    if (result == TableFoundNode)
        return data_of(parent);
    auto *node = static_cast<AvlLinks *>(call_driver("RTL_AVL_ALLOCATE_ROUTINE", &table,
                                                     table.AllocateRoutine, &table,
                                                     static_cast<CLONG>(size + sizeof(AvlLinks))));
    if (!node)
        return nullptr;
    avl_insert(table.BalancedRoot, parent, result == TableInsertAsLeft, node);
    std::memmove(data_of(node), data, size);
    ++table.NumberGenericTableElements;
    table.OrderedPointer = nullptr;
    table.WhichOrderedElement = 0;
    if (is_new)
        *is_new = TRUE;
    return data_of(node);
}

AvlLinks *step(RTL_AVL_TABLE &table, PVOID *restart_key) {
    auto *last = static_cast<AvlLinks *>(*restart_key);
    AvlLinks *node = last ? avl_next(table.BalancedRoot, last) : avl_first(table.BalancedRoot);
    if (node)
        *restart_key = node;
    return node;
}

} // namespace

extern "C" {

/// @doc NF:ntddk.RtlInitializeGenericTableAvl
VOID NTAPI RtlInitializeGenericTableAvl(PRTL_AVL_TABLE Table,
                                        PRTL_AVL_COMPARE_ROUTINE CompareRoutine,
                                        PRTL_AVL_ALLOCATE_ROUTINE AllocateRoutine,
                                        PRTL_AVL_FREE_ROUTINE FreeRoutine, PVOID TableContext) {
    *Table = {};
    avl_initialize(Table->BalancedRoot);
    Table->CompareRoutine = CompareRoutine;
    Table->AllocateRoutine = AllocateRoutine;
    Table->FreeRoutine = FreeRoutine;
    Table->TableContext = TableContext;
}

/// @doc NF:ntddk.RtlInsertElementGenericTableAvl
PVOID NTAPI RtlInsertElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer, CLONG BufferSize,
                                            PBOOLEAN NewElement) {
    AvlLinks *place;
    const auto result = search(*Table, Buffer, place);
    return insert(*Table, Buffer, BufferSize, NewElement, place, result);
}

/// @doc NF:ntddk.RtlInsertElementGenericTableFullAvl
PVOID NTAPI RtlInsertElementGenericTableFullAvl(PRTL_AVL_TABLE Table, PVOID Buffer,
                                                CLONG BufferSize, PBOOLEAN NewElement,
                                                PVOID NodeOrParent,
                                                TABLE_SEARCH_RESULT SearchResult) {
    return insert(*Table, Buffer, BufferSize, NewElement, static_cast<AvlLinks *>(NodeOrParent),
                  SearchResult);
}

/// @doc NF:ntddk.RtlDeleteElementGenericTableAvl
BOOLEAN NTAPI RtlDeleteElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer) {
    AvlLinks *node;
    if (search(*Table, Buffer, node) != TableFoundNode)
        return FALSE;
    // An enumeration that stands here goes on with the element behind the one before.
    if (Table->RestartKey == node)
        Table->RestartKey = avl_previous(Table->BalancedRoot, node);
    ++Table->DeleteCount;
    avl_remove(Table->BalancedRoot, node);
    --Table->NumberGenericTableElements;
    Table->OrderedPointer = nullptr;
    Table->WhichOrderedElement = 0;
    call_driver("RTL_AVL_FREE_ROUTINE", Table, Table->FreeRoutine, Table, node);
    return TRUE;
}

/// @doc NF:ntddk.RtlLookupElementGenericTableFullAvl
PVOID NTAPI RtlLookupElementGenericTableFullAvl(PRTL_AVL_TABLE Table, PVOID Buffer,
                                                PVOID *NodeOrParent,
                                                TABLE_SEARCH_RESULT *SearchResult) {
    AvlLinks *node;
    *SearchResult = search(*Table, Buffer, node);
    *NodeOrParent = node;
    return *SearchResult == TableFoundNode ? data_of(node) : nullptr;
}

/// @doc NF:ntddk.RtlLookupElementGenericTableAvl
PVOID NTAPI RtlLookupElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer) {
    PVOID node;
    TABLE_SEARCH_RESULT result;
    return RtlLookupElementGenericTableFullAvl(Table, Buffer, &node, &result);
}

/// @doc NF:ntddk.RtlEnumerateGenericTableWithoutSplayingAvl
PVOID NTAPI RtlEnumerateGenericTableWithoutSplayingAvl(PRTL_AVL_TABLE Table, PVOID *RestartKey) {
    return data_of(step(*Table, RestartKey));
}

/// @doc NF:ntddk.RtlEnumerateGenericTableAvl
PVOID NTAPI RtlEnumerateGenericTableAvl(PRTL_AVL_TABLE Table, BOOLEAN Restart) {
    PVOID key = Restart ? nullptr : Table->RestartKey;
    AvlLinks *node = step(*Table, &key);
    Table->RestartKey = static_cast<AvlLinks *>(key);
    return data_of(node);
}

/// In key order (inferred: the page speaks of insertion order, for which the element, as the pages
/// measure it, has no room).
/// @doc NF:ntddk.RtlGetElementGenericTableAvl
PVOID NTAPI RtlGetElementGenericTableAvl(PRTL_AVL_TABLE Table, ULONG I) {
    if (I >= Table->NumberGenericTableElements)
        return nullptr;
    auto *node = static_cast<AvlLinks *>(Table->OrderedPointer);
    ULONG at = Table->WhichOrderedElement;
    if (!node || at > I) {
        node = avl_first(Table->BalancedRoot);
        at = 0;
    }
    for (; at < I; ++at)
        node = avl_next(Table->BalancedRoot, node);
    Table->OrderedPointer = node;
    Table->WhichOrderedElement = at;
    return data_of(node);
}

/// @doc NF:ntddk.RtlNumberGenericTableElementsAvl
ULONG NTAPI RtlNumberGenericTableElementsAvl(PRTL_AVL_TABLE Table) {
    return Table->NumberGenericTableElements;
}

/// @doc NF:ntddk.RtlIsGenericTableEmptyAvl
BOOLEAN NTAPI RtlIsGenericTableEmptyAvl(PRTL_AVL_TABLE Table) {
    return Table->NumberGenericTableElements == 0;
}

} // extern "C"

std::span<const Export> avl_table_exports() {
#define KSBOX_ROW(function) done<&function>(#function, "NF:ntddk." #function)
    static const std::array table{
        KSBOX_ROW(RtlInitializeGenericTableAvl),
        KSBOX_ROW(RtlInsertElementGenericTableAvl),
        KSBOX_ROW(RtlInsertElementGenericTableFullAvl),
        KSBOX_ROW(RtlDeleteElementGenericTableAvl),
        KSBOX_ROW(RtlLookupElementGenericTableAvl),
        KSBOX_ROW(RtlLookupElementGenericTableFullAvl),
        KSBOX_ROW(RtlEnumerateGenericTableAvl),
        KSBOX_ROW(RtlEnumerateGenericTableWithoutSplayingAvl),
        KSBOX_ROW(RtlGetElementGenericTableAvl),
        KSBOX_ROW(RtlNumberGenericTableElementsAvl),
        KSBOX_ROW(RtlIsGenericTableEmptyAvl),
    };
#undef KSBOX_ROW
    return table;
}

} // namespace ksbox::rtl
