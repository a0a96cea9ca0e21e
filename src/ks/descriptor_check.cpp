// Checks of KSFILTER_DESCRIPTORs.
#include "ks/descriptor_check.h"

#include <fmt/format.h>

#include "ks/automation_find.h"

namespace ksbox::ks {
namespace {

/// Sets of properties, methods or events: each with a GUID, and all items to be read.
template <typename Set>
bool sets(TableCheck &check, const std::string &owner, const char *what, const Set *first,
          ULONG count, ULONG item_bytes) {
    return check.each(fmt::format("{}: {} sets", owner, what), first, count, sizeof(Set),
                      [&](ULONG index, const Set &set) {
                          const std::string name = fmt::format("{}: {} set {}", owner, what, index);
                          if (!set.Set)
                              return check.refuse(name + " has no GUID");
                          const auto [items, item_count] = items_of(set);
                          const std::size_t stride = item_bytes ? item_bytes : sizeof *items;
                          return check.optional(name + ": its GUID", set.Set, sizeof(GUID)) &&
                                 check.each(
                                     name + ": items", items, item_count, stride,
                                     [](ULONG, const auto &) { return true; }, 0);
                      });
}

bool automation(TableCheck &check, const std::string &owner, const KSAUTOMATION_TABLE *at) {
    if (!at)
        return true;
    KSAUTOMATION_TABLE table;
    return check.read(owner + ": its automation table", at, table) &&
           sets(check, owner, "property", table.PropertySets, table.PropertySetsCount,
                table.PropertyItemSize) &&
           sets(check, owner, "method", table.MethodSets, table.MethodSetsCount,
                table.MethodItemSize) &&
           sets(check, owner, "event", table.EventSets, table.EventSetsCount, table.EventItemSize);
}

bool pin(TableCheck &check, const std::string &owner, const KSPIN_DESCRIPTOR_EX &descriptor) {
    return check.optional(owner + ": its dispatch table", descriptor.Dispatch,
                          sizeof(KSPIN_DISPATCH)) &&
           automation(check, owner, descriptor.AutomationTable) &&
           check.pin(owner, descriptor.PinDescriptor, true) &&
           check.optional(owner + ": its allocator framing", descriptor.AllocatorFraming,
                          offsetof(KSALLOCATOR_FRAMING_EX, FramingItem));
}

bool node(TableCheck &check, const std::string &owner, const KSNODE_DESCRIPTOR &descriptor) {
    if (!descriptor.Type)
        check.finding(owner + " has no type");
    return automation(check, owner, descriptor.AutomationTable) &&
           check.optional(owner + ": its type", descriptor.Type, sizeof(GUID)) &&
           check.optional(owner + ": its name", descriptor.Name, sizeof(GUID));
}

bool filter(TableCheck &check, const KSFILTER_DESCRIPTOR *at) {
    KSFILTER_DESCRIPTOR descriptor;
    return check.read("its descriptor", at, descriptor) &&
           check.optional("its dispatch table", descriptor.Dispatch, sizeof(KSFILTER_DISPATCH)) &&
           automation(check, "the filter", descriptor.AutomationTable) &&
           check.optional("its reference GUID", descriptor.ReferenceGuid, sizeof(GUID)) &&
           check.each("pins", descriptor.PinDescriptors, descriptor.PinDescriptorsCount,
                      descriptor.PinDescriptorSize,
                      [&](ULONG id, const KSPIN_DESCRIPTOR_EX &one) {
                          return pin(check, fmt::format("pin {}", id), one);
                      }) &&
           check.each("nodes", descriptor.NodeDescriptors, descriptor.NodeDescriptorsCount,
                      descriptor.NodeDescriptorSize,
                      [&](ULONG id, const KSNODE_DESCRIPTOR &one) {
                          return node(check, fmt::format("node {}", id), one);
                      }) &&
           check.connections(descriptor.Connections, descriptor.ConnectionsCount,
                             descriptor.PinDescriptorsCount, descriptor.NodeDescriptorsCount) &&
           check.each("categories", descriptor.Categories, descriptor.CategoriesCount, sizeof(GUID),
                      [](ULONG, const GUID &) { return true; }) &&
           check.optional("its component ID", descriptor.ComponentId, sizeof(KSCOMPONENTID));
}

} // namespace

TableMistakes check_filter_descriptor(const KSFILTER_DESCRIPTOR *descriptor) {
    TableMistakes found;
    TableCheck check(found);
    (void)filter(check, descriptor);
    return found;
}

TableMistakes check_pin_descriptor(const std::string &owner,
                                   const KSPIN_DESCRIPTOR_EX &descriptor) {
    TableMistakes found;
    TableCheck check(found);
    (void)pin(check, owner, descriptor);
    return found;
}

} // namespace ksbox::ks
