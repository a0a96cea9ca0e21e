// Property, method and event tables of miniports, for KS.
#include "portcls/automation.h"

#include <algorithm>

#include "abi/guid.h"
#include "portcls/automation_handlers.h"

namespace ksbox::portcls {
namespace {

/// The item of that index: tables may have a longer stride than the structure.
template <typename Item> const Item &item_at(const Item *items, ULONG index, ULONG bytes) {
    return *reinterpret_cast<const Item *>(reinterpret_cast<const char *>(items) +
                                           std::size_t(index) * bytes);
}

/// Groups a table's items by set in order of appearance, without those that `leave_out` names.
template <typename Item, typename LeaveOut>
std::vector<std::vector<const Item *>> by_set(const Item *items, ULONG count, ULONG bytes,
                                              LeaveOut leave_out) {
    std::vector<std::vector<const Item *>> groups;
    for (ULONG i = 0; i < count; ++i) {
        const Item &item = item_at(items, i, bytes);
        if (leave_out(item))
            continue;
        const auto group = std::ranges::find_if(
            groups, [&](const auto &one) { return *one.front()->Set == *item.Set; });
        if (group == groups.end())
            groups.push_back({&item});
        else
            group->push_back(&item);
    }
    return groups;
}

/// Whether the port or KS handles the property itself.
bool handled(const PCPROPERTY_ITEM &item, OwnSets own, BuiltIn built_in) {
    return std::ranges::any_of(own,
                               [&](const KSPROPERTY_SET &set) {
                                   const std::span items(set.PropertyItem, set.PropertiesCount);
                                   return *set.Set == *item.Set &&
                                          std::ranges::find(items, item.Id,
                                                            &KSPROPERTY_ITEM::PropertyId) !=
                                              items.end();
                               }) ||
           std::ranges::any_of(built_in, [&](const BuiltInSet &set) {
               return *set.set == *item.Set && std::ranges::find(set.ids, item.Id) != set.ids.end();
           });
}

constexpr ULONG support_flags = PCPROPERTY_ITEM_FLAG_BASICSUPPORT | PCPROPERTY_ITEM_FLAG_SERIALIZE |
                                PCPROPERTY_ITEM_FLAG_DEFAULTVALUES;

KSPROPERTY_ITEM property_item(const PCPROPERTY_ITEM &item) {
    KSPROPERTY_ITEM ks{};
    ks.PropertyId = item.Id;
    ks.MinProperty = sizeof(KSPROPERTY);
    // Sizes are the handler's to check: it answers a zero-length query itself.
    if (item.Handler && (item.Flags & PCPROPERTY_ITEM_FLAG_GET))
        ks.GetPropertyHandler = handle_property_item;
    if (item.Handler && (item.Flags & PCPROPERTY_ITEM_FLAG_SET))
        ks.SetPropertyHandler = handle_property_item;
    if (item.Handler && (item.Flags & support_flags))
        ks.SupportHandler = handle_property_support;
    return ks;
}

KSMETHOD_ITEM method_item(const PCMETHOD_ITEM &item) {
    KSMETHOD_ITEM ks{};
    ks.MethodId = item.Id;
    ks.Flags = item.Flags;
    ks.MinMethod = sizeof(KSMETHOD);
    if (item.Handler)
        ks.MethodHandler = handle_method_item;
    return ks;
}

KSEVENT_ITEM event_item(const PCEVENT_ITEM &item) {
    KSEVENT_ITEM ks{};
    ks.EventId = item.Id;
    ks.DataInput = sizeof(KSEVENTDATA);
    ks.ExtraEntryData = sizeof(EventTarget);
    ks.AddHandler = add_event;
    ks.RemoveHandler = remove_event;
    if (item.Handler && (item.Flags & PCEVENT_ITEM_FLAG_BASICSUPPORT))
        ks.SupportHandler = support_event;
    return ks;
}

} // namespace

Automation Automation::translate(const PCAUTOMATION_TABLE *table, OwnSets own, BuiltIn built_in) {
    static const PCAUTOMATION_TABLE none{};
    const PCAUTOMATION_TABLE &from = table ? *table : none;
    const auto none_of_them = [](const auto &) { return false; };
    Automation made;
    for (const auto &group :
         by_set(from.Properties, from.PropertyCount, from.PropertyItemSize,
                [&](const PCPROPERTY_ITEM &item) { return handled(item, own, built_in); })) {
        auto &items = made.properties_.emplace_back();
        for (const PCPROPERTY_ITEM *item : group)
            items.push_back({property_item(*item), item});
        made.property_sets_.push_back(
            {group.front()->Set, static_cast<ULONG>(items.size()), &items.front().ks, 0, nullptr});
    }
    for (const KSPROPERTY_SET &set : own) {
        auto &items = made.properties_.emplace_back();
        for (ULONG i = 0; i < set.PropertiesCount; ++i)
            items.push_back({set.PropertyItem[i], nullptr});
        made.property_sets_.push_back(
            {set.Set, static_cast<ULONG>(items.size()), &items.front().ks, 0, nullptr});
    }
    for (const auto &group :
         by_set(from.Methods, from.MethodCount, from.MethodItemSize, none_of_them)) {
        auto &items = made.methods_.emplace_back();
        for (const PCMETHOD_ITEM *item : group)
            items.push_back({method_item(*item), item});
        made.method_sets_.push_back(
            {group.front()->Set, static_cast<ULONG>(items.size()), &items.front().ks, 0, nullptr});
    }
    for (const auto &group :
         by_set(from.Events, from.EventCount, from.EventItemSize, none_of_them)) {
        auto &items = made.events_.emplace_back();
        for (const PCEVENT_ITEM *item : group)
            items.push_back({event_item(*item), item});
        made.event_sets_.push_back(
            {group.front()->Set, static_cast<ULONG>(items.size()), &items.front().ks});
    }
    KSAUTOMATION_TABLE &abi = made.abi_;
    abi.PropertySetsCount = static_cast<ULONG>(made.property_sets_.size());
    abi.PropertyItemSize = sizeof(Property);
    abi.PropertySets = made.property_sets_.data();
    abi.MethodSetsCount = static_cast<ULONG>(made.method_sets_.size());
    abi.MethodItemSize = sizeof(Method);
    abi.MethodSets = made.method_sets_.data();
    abi.EventSetsCount = static_cast<ULONG>(made.event_sets_.size());
    abi.EventItemSize = sizeof(Event);
    abi.EventSets = made.event_sets_.data();
    return made;
}

} // namespace ksbox::portcls
