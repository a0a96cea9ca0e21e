// One topology of many: the connections of several filters, joined where their pins are linked or
// wired, as those of one filter. Pure. @doc audio/exposing-filter-topology
#pragma once

#include <map>
#include <span>
#include <vector>

#include "sysaudio/filter_facts.h"

namespace ksbox::sysaudio {

struct Wiring {
    std::span<const FilterFacts> filters;
    std::vector<bool> used;                   ///< by filter
    std::map<std::size_t, ULONG> first_node;  ///< number of a filter's node 0 in the whole
    std::multimap<PinOf, PinOf> joins;        ///< a pin that data leaves by, and those it enters
    std::multimap<PinOf, ULONG> virtual_pins; ///< pins that the whole has, too
};

/// Every connection of the used filters, in their order; nodes and pins numbered as in the whole.
/// Those that end at a pin which is neither joined nor one of the whole are left out.
std::vector<KSTOPOLOGY_CONNECTION> join(const Wiring &wiring);

/// The two ends of every wire between used filters, in the direction of the data.
std::vector<std::pair<PinOf, PinOf>> wires(std::span<const FilterFacts> filters);

/// Whether two links name the same filter: device and reference string, of whatever category.
bool same_filter(std::u16string_view a, std::u16string_view b);

} // namespace ksbox::sysaudio
