// Merging automation tables.
#include "ks/automation_merge.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "ks/automation_find.h"

namespace ksbox::ks {
namespace {

constexpr ULONG merge_tag = 0x6741734b; // 'KsAg'

void set_items(KSPROPERTY_SET &set, const void *items, ULONG count) {
    set.PropertyItem = static_cast<const KSPROPERTY_ITEM *>(items);
    set.PropertiesCount = count;
}
void set_items(KSMETHOD_SET &set, const void *items, ULONG count) {
    set.MethodItem = static_cast<const KSMETHOD_ITEM *>(items);
    set.MethodsCount = count;
}
void set_items(KSEVENT_SET &set, const void *items, ULONG count) {
    set.EventItem = static_cast<const KSEVENT_ITEM *>(items);
    set.EventsCount = count;
}

template <typename Table, typename Item> struct Merged {
    using Set = std::remove_cvref_t<decltype(*Table{}.sets)>;
    struct One {
        Set set;
        std::vector<std::pair<const Item *, ULONG>> items; ///< with the bytes to copy
    };
    std::vector<One> sets;
    ULONG item_bytes = sizeof(Item);

    explicit Merged(std::span<const Table> tables) {
        for (const Table &table : tables)
            item_bytes = std::max(item_bytes, table.item_bytes);
        for (const GUID *guid : list_sets(tables))
            add(tables, *guid);
    }

    void add(std::span<const Table> tables, const GUID &guid) {
        One one{};
        for (const Table &table : tables)
            for (ULONG s = 0; s < table.count; ++s) {
                if (!same_guid(*table.sets[s].Set, guid))
                    continue;
                if (!one.set.Set)
                    one.set = table.sets[s];
                const auto [items, count] = items_of(table.sets[s]);
                for (ULONG i = 0; i < count; ++i) {
                    const Item &item = item_at(items, i, table.item_bytes);
                    if (find_item<Item>(tables, guid, id_of(item)).item == &item)
                        one.items.emplace_back(&item,
                                               table.item_bytes ? table.item_bytes : sizeof(Item));
                }
            }
        sets.push_back(std::move(one));
    }

    std::size_t bytes() const {
        std::size_t total = sets.size() * sizeof(Set);
        for (const One &one : sets)
            total += one.items.size() * item_bytes;
        return total;
    }

    /// Writes sets and items at `out` (zeroed), which it moves on.
    const Set *write(std::byte *&out) const {
        auto *first = reinterpret_cast<Set *>(out);
        out += sets.size() * sizeof(Set);
        for (std::size_t s = 0; s < sets.size(); ++s) {
            first[s] = sets[s].set;
            set_items(first[s], out, static_cast<ULONG>(sets[s].items.size()));
            for (const auto &[item, size] : sets[s].items) {
                std::memcpy(out, item, size);
                out += item_bytes;
            }
        }
        return first;
    }
};

} // namespace

Result<KSAUTOMATION_TABLE *> merge_tables(const KSAUTOMATION_TABLE &a,
                                          const KSAUTOMATION_TABLE &b) {
    const PropertyTable properties[] = {{a.PropertySets, a.PropertySetsCount, a.PropertyItemSize},
                                        {b.PropertySets, b.PropertySetsCount, b.PropertyItemSize}};
    const MethodTable methods[] = {{a.MethodSets, a.MethodSetsCount, a.MethodItemSize},
                                   {b.MethodSets, b.MethodSetsCount, b.MethodItemSize}};
    const EventTable events[] = {{a.EventSets, a.EventSetsCount, a.EventItemSize},
                                 {b.EventSets, b.EventSetsCount, b.EventItemSize}};
    const Merged<PropertyTable, KSPROPERTY_ITEM> p{std::span<const PropertyTable>(properties)};
    const Merged<MethodTable, KSMETHOD_ITEM> m{std::span<const MethodTable>(methods)};
    const Merged<EventTable, KSEVENT_ITEM> e{std::span<const EventTable>(events)};

    const std::size_t bytes = sizeof(KSAUTOMATION_TABLE) + p.bytes() + m.bytes() + e.bytes();
    auto *table =
        static_cast<KSAUTOMATION_TABLE *>(ExAllocatePoolWithTag(NonPagedPool, bytes, merge_tag));
    if (!table)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    RtlZeroMemory(table, bytes);
    auto *out = reinterpret_cast<std::byte *>(table + 1);
    table->PropertySetsCount = static_cast<ULONG>(p.sets.size());
    table->PropertyItemSize = p.item_bytes;
    table->PropertySets = p.write(out);
    table->MethodSetsCount = static_cast<ULONG>(m.sets.size());
    table->MethodItemSize = m.item_bytes;
    table->MethodSets = m.write(out);
    table->EventSetsCount = static_cast<ULONG>(e.sets.size());
    table->EventItemSize = e.item_bytes;
    table->EventSets = e.write(out);
    return table;
}

} // namespace ksbox::ks
