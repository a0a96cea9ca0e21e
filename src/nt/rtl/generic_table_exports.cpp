// RtlInitializeGenericTable and its family: splay trees. An element is RTL_SPLAY_LINKS, a link in
// the order of insertion, and the driver's data. The driver's callbacks run at the caller's IRQL.
#include <array>
#include <cstring>

#include "nt/call_driver.h"
#include "nt/rtl/exports.h"
#include "nt/rtl/splay_tree.h"

namespace ksbox::rtl {
namespace {

KS_ASSERT_MS_ABI(PRTL_GENERIC_COMPARE_ROUTINE);
KS_ASSERT_MS_ABI(PRTL_GENERIC_ALLOCATE_ROUTINE);
KS_ASSERT_MS_ABI(PRTL_GENERIC_FREE_ROUTINE);

struct Element {
    SplayLinks links;
    LIST_ENTRY order;
};

Element *element_of(SplayLinks *links) {
    return reinterpret_cast<Element *>(links);
}
PVOID data_of(SplayLinks *links) {
    return links ? element_of(links) + 1 : nullptr;
}

TABLE_SEARCH_RESULT search(RTL_GENERIC_TABLE &table, PVOID key, SplayLinks *&node_or_parent) {
    node_or_parent = nullptr;
    TABLE_SEARCH_RESULT result = TableEmptyTree;
    for (SplayLinks *node = table.TableRoot; node;) {
        node_or_parent = node;
        const auto order = call_driver("RTL_GENERIC_COMPARE_ROUTINE", &table, table.CompareRoutine,
                                       &table, key, data_of(node));
        if (order == GenericEqual)
            return TableFoundNode;
        result = order == GenericLessThan ? TableInsertAsLeft : TableInsertAsRight;
        node = order == GenericLessThan ? node->LeftChild : node->RightChild;
    }
    return result;
}

PVOID insert(RTL_GENERIC_TABLE &table, PVOID data, CLONG size, PBOOLEAN is_new, SplayLinks *place,
             TABLE_SEARCH_RESULT result) {
    if (is_new)
        *is_new = result != TableFoundNode;
    if (result != TableFoundNode) {
        auto *element = static_cast<Element *>(
            call_driver("RTL_GENERIC_ALLOCATE_ROUTINE", &table, table.AllocateRoutine, &table,
                        static_cast<CLONG>(size + sizeof(Element))));
        if (!element) {
            if (is_new)
                *is_new = FALSE;
            return nullptr;
        }
        SplayLinks *links = &element->links;
        *links = {place ? place : links, nullptr, nullptr};
        if (place)
            (result == TableInsertAsLeft ? place->LeftChild : place->RightChild) = links;
        InsertTailList(&table.InsertOrderList, &element->order);
        ++table.NumberGenericTableElements;
        std::memmove(element + 1, data, size);
        place = links;
    }
    table.TableRoot = splay(place);
    return data_of(place);
}

} // namespace

extern "C" {

/// @doc NF:ntddk.RtlInitializeGenericTable
VOID NTAPI RtlInitializeGenericTable(PRTL_GENERIC_TABLE Table,
                                     PRTL_GENERIC_COMPARE_ROUTINE CompareRoutine,
                                     PRTL_GENERIC_ALLOCATE_ROUTINE AllocateRoutine,
                                     PRTL_GENERIC_FREE_ROUTINE FreeRoutine, PVOID TableContext) {
    *Table = {};
    InitializeListHead(&Table->InsertOrderList);
    Table->OrderedPointer = &Table->InsertOrderList;
    Table->CompareRoutine = CompareRoutine;
    Table->AllocateRoutine = AllocateRoutine;
    Table->FreeRoutine = FreeRoutine;
    Table->TableContext = TableContext;
}

/// @doc NF:ntddk.RtlInsertElementGenericTable
PVOID NTAPI RtlInsertElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer, CLONG BufferSize,
                                         PBOOLEAN NewElement) {
    SplayLinks *place;
    const auto result = search(*Table, Buffer, place);
    return insert(*Table, Buffer, BufferSize, NewElement, place, result);
}

/// @doc NF:ntddk.RtlInsertElementGenericTableFull
PVOID NTAPI RtlInsertElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer,
                                             CLONG BufferSize, PBOOLEAN NewElement,
                                             PVOID NodeOrParent, TABLE_SEARCH_RESULT SearchResult) {
    return insert(*Table, Buffer, BufferSize, NewElement, static_cast<SplayLinks *>(NodeOrParent),
                  SearchResult);
}

/// @doc NF:ntddk.RtlDeleteElementGenericTable
BOOLEAN NTAPI RtlDeleteElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer) {
    SplayLinks *node;
    if (search(*Table, Buffer, node) != TableFoundNode)
        return FALSE;
    Table->TableRoot = splay_remove(node);
    RemoveEntryList(&element_of(node)->order);
    --Table->NumberGenericTableElements;
    Table->OrderedPointer = &Table->InsertOrderList;
    Table->WhichOrderedElement = 0;
    call_driver("RTL_GENERIC_FREE_ROUTINE", Table, Table->FreeRoutine, Table, node);
    return TRUE;
}

/// @doc NF:ntddk.RtlLookupElementGenericTableFull
PVOID NTAPI RtlLookupElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer,
                                             PVOID *NodeOrParent,
                                             TABLE_SEARCH_RESULT *SearchResult) {
    SplayLinks *node;
    *SearchResult = search(*Table, Buffer, node);
    *NodeOrParent = node;
    // A parent stays where it is: at the root it would have children where the new node goes.
    if (*SearchResult == TableFoundNode)
        Table->TableRoot = splay(node);
    return *SearchResult == TableFoundNode ? data_of(node) : nullptr;
}

/// @doc NF:ntddk.RtlLookupElementGenericTable
PVOID NTAPI RtlLookupElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer) {
    PVOID node;
    TABLE_SEARCH_RESULT result;
    return RtlLookupElementGenericTableFull(Table, Buffer, &node, &result);
}

/// The root remembers where the enumeration stands. @doc NF:ntddk.RtlEnumerateGenericTable
PVOID NTAPI RtlEnumerateGenericTable(PRTL_GENERIC_TABLE Table, BOOLEAN Restart) {
    if (!Table->TableRoot)
        return nullptr;
    SplayLinks *node =
        Restart ? leftmost(Table->TableRoot) : successor(Table->TableRoot, is_splay_root);
    if (node)
        Table->TableRoot = splay(node);
    return data_of(node);
}

/// @doc NF:ntddk.RtlEnumerateGenericTableWithoutSplaying
PVOID NTAPI RtlEnumerateGenericTableWithoutSplaying(PRTL_GENERIC_TABLE Table, PVOID *RestartKey) {
    auto *last = static_cast<SplayLinks *>(*RestartKey);
    SplayLinks *node = last ? successor(last, is_splay_root) : leftmost(Table->TableRoot);
    if (node)
        *RestartKey = node;
    return data_of(node);
}

/// In the order of insertion. @doc NF:ntddk.RtlGetElementGenericTable
PVOID NTAPI RtlGetElementGenericTable(PRTL_GENERIC_TABLE Table, ULONG I) {
    if (I >= Table->NumberGenericTableElements)
        return nullptr;
    LIST_ENTRY *entry = Table->InsertOrderList.Flink;
    for (ULONG i = 0; i < I; ++i)
        entry = entry->Flink;
    return CONTAINING_RECORD(entry, Element, order) + 1;
}

/// @doc NF:ntddk.RtlNumberGenericTableElements
ULONG NTAPI RtlNumberGenericTableElements(PRTL_GENERIC_TABLE Table) {
    return Table->NumberGenericTableElements;
}

/// @doc NF:ntddk.RtlIsGenericTableEmpty
BOOLEAN NTAPI RtlIsGenericTableEmpty(PRTL_GENERIC_TABLE Table) {
    return Table->NumberGenericTableElements == 0;
}

} // extern "C"

std::span<const Export> generic_table_exports() {
#define KSBOX_ROW(function) done<&function>(#function, "NF:ntddk." #function)
    static const std::array table{
        KSBOX_ROW(RtlInitializeGenericTable),
        KSBOX_ROW(RtlInsertElementGenericTable),
        KSBOX_ROW(RtlInsertElementGenericTableFull),
        KSBOX_ROW(RtlDeleteElementGenericTable),
        KSBOX_ROW(RtlLookupElementGenericTable),
        KSBOX_ROW(RtlLookupElementGenericTableFull),
        KSBOX_ROW(RtlEnumerateGenericTable),
        KSBOX_ROW(RtlEnumerateGenericTableWithoutSplaying),
        KSBOX_ROW(RtlGetElementGenericTable),
        KSBOX_ROW(RtlNumberGenericTableElements),
        KSBOX_ROW(RtlIsGenericTableEmpty),
    };
#undef KSBOX_ROW
    return table;
}

} // namespace ksbox::rtl
