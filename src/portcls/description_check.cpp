// Checks of PCFILTER_DESCRIPTORs.
#include "portcls/description_check.h"

#include <cstddef>

#include <fmt/format.h>

namespace ksbox::portcls {
namespace {

/// Properties, methods or events: each of a set.
template <typename Item>
bool items(ks::TableCheck &check, const std::string &owner, const char *many, const char *one,
           const Item *first, ULONG count, ULONG stride) {
    return check.each(
        fmt::format("{}: {}", owner, many), first, count, stride,
        [&](ULONG index, const Item &item) {
            const std::string name = fmt::format("{}: {} {} of {}", owner, one, index, count);
            if (!item.Set)
                return check.refuse(name + " has no set: its GUID is to say of which it is");
            // A bug check when a client asks for it.
            const auto *handler = reinterpret_cast<const void *>(item.Handler);
            if (handler && !ks::readable(handler, 1))
                check.finding(fmt::format("{}: its handler is at {:#x}, where nothing is", name,
                                          reinterpret_cast<std::uintptr_t>(handler)));
            return check.optional(name + ": its set", item.Set, sizeof(GUID));
        });
}

bool automation(ks::TableCheck &check, const std::string &owner, const PCAUTOMATION_TABLE *at) {
    if (!at)
        return true;
    PCAUTOMATION_TABLE table;
    return check.read(owner + ": its automation table", at, table) &&
           items(check, owner, "properties", "property", table.Properties, table.PropertyCount,
                 table.PropertyItemSize) &&
           items(check, owner, "methods", "method", table.Methods, table.MethodCount,
                 table.MethodItemSize) &&
           items(check, owner, "events", "event", table.Events, table.EventCount,
                 table.EventItemSize);
}

bool pin(ks::TableCheck &check, ULONG id, const PCPIN_DESCRIPTOR &descriptor) {
    const std::string name = fmt::format("pin {}", id);
    // "The list of interfaces is ignored in all cases."
    return automation(check, name, descriptor.AutomationTable) &&
           check.pin(name, descriptor.KsPinDescriptor, false);
}

bool node(ks::TableCheck &check, ULONG id, const PCNODE_DESCRIPTOR &descriptor) {
    const std::string name = fmt::format("node {}", id);
    if (!descriptor.Type)
        return check.refuse(name + " has no type: Type is to point to a GUID");
    return automation(check, name, descriptor.AutomationTable) &&
           check.optional(name + ": its type", descriptor.Type, sizeof(GUID)) &&
           check.optional(name + ": its name", descriptor.Name, sizeof(GUID));
}

bool filter(ks::TableCheck &check, const PCFILTER_DESCRIPTOR *at) {
    static_assert(sizeof(PCCONNECTION_DESCRIPTOR) == sizeof(KSTOPOLOGY_CONNECTION) &&
                  offsetof(PCCONNECTION_DESCRIPTOR, ToNode) ==
                      offsetof(KSTOPOLOGY_CONNECTION, ToNode) &&
                  PCFILTER_NODE == KSFILTER_NODE);
    PCFILTER_DESCRIPTOR description;
    return check.read("the description", at, description) &&
           automation(check, "the filter", description.AutomationTable) &&
           check.each("pins", description.Pins, description.PinCount, description.PinSize,
                      [&](ULONG id, const PCPIN_DESCRIPTOR &one) { return pin(check, id, one); }) &&
           check.each(
               "nodes", description.Nodes, description.NodeCount, description.NodeSize,
               [&](ULONG id, const PCNODE_DESCRIPTOR &one) { return node(check, id, one); }) &&
           check.connections(
               reinterpret_cast<const KSTOPOLOGY_CONNECTION *>(description.Connections),
               description.ConnectionCount, description.PinCount, description.NodeCount) &&
           check.each("categories", description.Categories, description.CategoryCount, sizeof(GUID),
                      [](ULONG, const GUID &) { return true; });
}

} // namespace

ks::TableMistakes check_description(const PCFILTER_DESCRIPTOR *description) {
    ks::TableMistakes found;
    ks::TableCheck check(found);
    (void)filter(check, description);
    return found;
}

} // namespace ksbox::portcls
