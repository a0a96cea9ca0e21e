// The ways through a filter: from each pin that data come in by, along nodes, to where they go out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ksbox/facts.h"

namespace ksbox::cli {

struct FilterPath {
    std::uint32_t in = 0, out = 0;    ///< pin factories
    std::vector<std::uint32_t> nodes; ///< on the way
    bool operator==(const FilterPath &) const = default;
};

/// In the order of the pins that they begin at. Empty when there are more than `most`: then nobody
/// would read them one by one.
std::vector<FilterPath> paths_of(const FilterFacts &facts, std::size_t most);

/// "Volume": of its type, else its own name.
std::string node_name(const NodeFacts &node);
/// "Volume → Mute", with the pins at its ends where they stand elsewhere in the drawing.
std::string way_text(const FilterPath &path, const FilterFacts &facts, bool in_shown,
                     bool out_shown);

} // namespace ksbox::cli
