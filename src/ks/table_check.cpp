// Guarded looks at a driver's tables.
#include "ks/table_check.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "ks/range_overlap.h"
#include "nt/mm/memory.h"

namespace ksbox::ks {
namespace {

/// Far above any range, attribute or format of the headers; a FormatSize beyond is a mistake.
constexpr ULONG most_range_bytes = 65'536;
/// A table that is read beyond its end has many of them; a few tell as much.
constexpr std::size_t most_connection_findings = 8;

std::uintptr_t number_of(const void *address) {
    return reinterpret_cast<std::uintptr_t>(address);
}

} // namespace

bool readable(const void *address, std::size_t bytes) {
    std::array<std::byte, 256> copy;
    for (std::size_t at = 0; at < bytes; at += copy.size())
        if (!mm::guarded_copy(copy.data(), static_cast<const std::byte *>(address) + at,
                              std::min(copy.size(), bytes - at)))
            return false;
    return true;
}

bool TableCheck::refuse(std::string sentence) {
    if (found_.refusal.empty())
        found_.refusal = std::move(sentence);
    return false;
}

bool TableCheck::read_bytes(std::string_view what, const void *from, void *to, std::size_t bytes) {
    return mm::guarded_copy(to, from, bytes) ||
           refuse(fmt::format("{} is at {:#x}, which cannot be read", what, number_of(from)));
}

bool TableCheck::optional(std::string_view what, const void *address, std::size_t bytes) {
    return !address || readable(address, bytes) ||
           refuse(fmt::format("{} is at {:#x}, which cannot be read", what, number_of(address)));
}

bool TableCheck::valid_table(std::string_view what, const void *first, ULONG count,
                             std::size_t stride, std::size_t least, std::size_t multiple) {
    if (!count)
        return true;
    if (!first)
        return refuse(fmt::format("{}: {}, and no table", what, count));
    return multiple == 0 || (stride >= least && stride % multiple == 0) ||
           refuse(fmt::format("{}: {} of {} bytes; each has at least {}, a multiple of {}", what,
                              count, stride, least, multiple));
}

bool TableCheck::element(std::string_view what, ULONG index, ULONG count, std::uintptr_t address,
                         void *to, std::size_t bytes) {
    return mm::guarded_copy(to, reinterpret_cast<const void *>(address), bytes) ||
           refuse(fmt::format("{}: the table is to have {}, and element {}, at {:#x}, cannot be "
                              "read",
                              what, count, index, address));
}

bool TableCheck::attributes(const std::string &name, const KSATTRIBUTE_LIST *at) {
    KSATTRIBUTE_LIST list;
    if (!read(name + ": its attribute list", at, list))
        return false;
    return each(name + ": attributes", list.Attributes, list.Count, sizeof(PKSATTRIBUTE),
                [&](ULONG index, PKSATTRIBUTE one) {
                    const std::string whose = fmt::format("{}: attribute {}", name, index);
                    KSATTRIBUTE attribute;
                    if (!read(whose, one, attribute))
                        return false;
                    if (attribute.Size < sizeof attribute || attribute.Size > most_range_bytes)
                        return refuse(fmt::format("{}: its Size is {}; an attribute has {} to {} "
                                                  "bytes",
                                                  whose, attribute.Size, sizeof attribute,
                                                  most_range_bytes));
                    return optional(whose, one, attribute.Size);
                });
}

bool TableCheck::data_range(const std::string &name, const KSDATARANGE *at,
                            std::vector<std::byte> &range) {
    KSDATARANGE head;
    if (!read(name, at, head))
        return false;
    if (head.FormatSize < sizeof head || head.FormatSize > most_range_bytes)
        return refuse(fmt::format("{}: its FormatSize is {}; a data range has {} to {} bytes", name,
                                  head.FormatSize, sizeof head, most_range_bytes));
    range.resize(head.FormatSize);
    return mm::guarded_copy(range.data(), at, range.size()) ||
           refuse(fmt::format("{}: its FormatSize is {}, and not all of that can be read at {:#x}",
                              name, head.FormatSize, number_of(at)));
}

bool TableCheck::data_ranges(const std::string &owner, const PKSDATARANGE *first, ULONG count) {
    std::vector<LookedAtRange> ranges;
    bool attributes_next = false;
    const bool all =
        each(owner + ": data ranges", first, count, sizeof(PKSDATARANGE),
             [&](ULONG index, const KSDATARANGE *at) {
                 const std::string name =
                     fmt::format("{}: data range {} of {}", owner, index, count);
                 if (attributes_next) {
                     attributes_next = false;
                     ranges.back().attributes = at;
                     return attributes(name, reinterpret_cast<const KSATTRIBUTE_LIST *>(at));
                 }
                 LookedAtRange range{index, {}, nullptr};
                 if (!data_range(name, at, range.bytes))
                     return false;
                 attributes_next = range.head().Flags & KSDATARANGE_ATTRIBUTES;
                 ranges.push_back(std::move(range));
                 return true;
             });
    if (!all)
        return false;
    if (attributes_next)
        finding(fmt::format("{}: data range {} has attributes, and no list of them follows in the "
                            "table of {}",
                            owner, ranges.back().index, count));
    for (std::string &sentence : overlapping(ranges))
        finding(owner + ": " + sentence);
    return true;
}

bool TableCheck::pin(const std::string &owner, const KSPIN_DESCRIPTOR &descriptor,
                     bool interfaces) {
    const auto any = [](ULONG, const auto &) { return true; };
    if (descriptor.DataFlow != KSPIN_DATAFLOW_IN && descriptor.DataFlow != KSPIN_DATAFLOW_OUT)
        finding(fmt::format("{}: its DataFlow is {}; a pin's is {} (in) or {} (out)", owner,
                            ULONG(descriptor.DataFlow), ULONG(KSPIN_DATAFLOW_IN),
                            ULONG(KSPIN_DATAFLOW_OUT)));
    if (ULONG(descriptor.Communication) > ULONG(KSPIN_COMMUNICATION_BRIDGE))
        finding(fmt::format("{}: its Communication is {}, and the last there is is {} (bridge)",
                            owner, ULONG(descriptor.Communication),
                            ULONG(KSPIN_COMMUNICATION_BRIDGE)));
    const bool streams = descriptor.Communication == KSPIN_COMMUNICATION_SINK ||
                         descriptor.Communication == KSPIN_COMMUNICATION_SOURCE ||
                         descriptor.Communication == KSPIN_COMMUNICATION_BOTH;
    if (streams && !descriptor.DataRangesCount)
        finding(fmt::format("{}: its DataRangesCount is 0, and its Communication is {}: it streams "
                            "no format at all",
                            owner, ULONG(descriptor.Communication)));
    if (interfaces && !each(owner + ": interfaces", descriptor.Interfaces,
                            descriptor.InterfacesCount, sizeof(KSPIN_INTERFACE), any))
        return false;
    if (!each(owner + ": mediums", descriptor.Mediums, descriptor.MediumsCount,
              sizeof(KSPIN_MEDIUM), any) ||
        !data_ranges(owner, descriptor.DataRanges, descriptor.DataRangesCount) ||
        !optional(owner + ": its category", descriptor.Category, sizeof(GUID)) ||
        !optional(owner + ": its name", descriptor.Name, sizeof(GUID)))
        return false;
    // Without a table the count is what else may lie in that member.
    return !descriptor.ConstrainedDataRanges ||
           data_ranges(owner + ": constrained", descriptor.ConstrainedDataRanges,
                       descriptor.ConstrainedDataRangesCount);
}

bool TableCheck::connections(const KSTOPOLOGY_CONNECTION *first, ULONG count, ULONG pins,
                             ULONG nodes) {
    std::size_t wrong = 0;
    const auto look = [&](ULONG index, const char *verb, ULONG node, ULONG pin) {
        const bool at_filter = node == KSFILTER_NODE;
        if ((at_filter ? pin < pins : node < nodes) || ++wrong > most_connection_findings)
            return;
        finding(fmt::format("connection {} of {} {} {} {}, and the filter has {} {}", index, count,
                            verb, at_filter ? "pin" : "node", at_filter ? pin : node,
                            at_filter ? pins : nodes, at_filter ? "pins" : "nodes"));
    };
    return each("connections", first, count, sizeof(KSTOPOLOGY_CONNECTION),
                [&](ULONG index, const KSTOPOLOGY_CONNECTION &one) {
                    look(index, "begins at", one.FromNode, one.FromNodePin);
                    look(index, "ends at", one.ToNode, one.ToNodePin);
                    if (one.FromNode != KSFILTER_NODE && one.FromNode == one.ToNode &&
                        ++wrong <= most_connection_findings)
                        finding(fmt::format("connection {} of {} leads from node {} to node {}, "
                                            "itself",
                                            index, count, one.FromNode, one.ToNode));
                    return true;
                });
}

} // namespace ksbox::ks
