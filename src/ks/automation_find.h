// Looking an item up in automation tables whose items have a stride of their own.
#pragma once

#include <span>
#include <vector>

#include "ks/automation.h"
#include "ks/data_range.h"

namespace ksbox::ks {

template <typename Item> const Item &item_at(const Item *items, ULONG index, ULONG item_bytes) {
    return *reinterpret_cast<const Item *>(reinterpret_cast<const char *>(items) +
                                           std::size_t(index) *
                                               (item_bytes ? item_bytes : sizeof(Item)));
}

inline std::pair<const KSPROPERTY_ITEM *, ULONG> items_of(const KSPROPERTY_SET &set) {
    return {set.PropertyItem, set.PropertiesCount};
}
inline std::pair<const KSMETHOD_ITEM *, ULONG> items_of(const KSMETHOD_SET &set) {
    return {set.MethodItem, set.MethodsCount};
}
inline std::pair<const KSEVENT_ITEM *, ULONG> items_of(const KSEVENT_SET &set) {
    return {set.EventItem, set.EventsCount};
}
inline ULONG id_of(const KSPROPERTY_ITEM &item) {
    return item.PropertyId;
}
inline ULONG id_of(const KSMETHOD_ITEM &item) {
    return item.MethodId;
}
inline ULONG id_of(const KSEVENT_ITEM &item) {
    return item.EventId;
}

template <typename Set, typename Item> struct Found {
    const Set *set = nullptr;   ///< the set with the item, or any set of that GUID
    const Item *item = nullptr; ///< null: the set is there, the item is not
};

/// The first table that has the item decides; `set` is filled when only the set exists.
template <typename Item, typename Table>
auto find_item(std::span<const Table> tables, const GUID &set_guid, ULONG id) {
    using Set = std::remove_cvref_t<decltype(*tables[0].sets)>;
    Found<Set, Item> found;
    for (const Table &table : tables)
        for (ULONG s = 0; s < table.count; ++s) {
            const Set &set = table.sets[s];
            if (!same_guid(*set.Set, set_guid))
                continue;
            if (!found.set)
                found.set = &set;
            const auto [items, count] = items_of(set);
            for (ULONG i = 0; i < count; ++i)
                if (const Item &item = item_at(items, i, table.item_bytes); id_of(item) == id)
                    return Found<Set, Item>{&set, &item};
        }
    return found;
}

/// The GUIDs of all sets, each once, in order of precedence.
template <typename Table> std::vector<const GUID *> list_sets(std::span<const Table> tables) {
    std::vector<const GUID *> guids;
    for (const Table &table : tables)
        for (ULONG s = 0; s < table.count; ++s) {
            bool known = false;
            for (const GUID *one : guids)
                known |= same_guid(*one, *table.sets[s].Set);
            if (!known)
                guids.push_back(table.sets[s].Set);
        }
    return guids;
}

} // namespace ksbox::ks
