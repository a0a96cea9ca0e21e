// A graph in words that programs read: Graphviz' language and JSON.
#pragma once

#include <string>

#include "ksbox/graph.h"

namespace ksbox::cli {

/// For dot: filters as boxes, pins on their sides, data from left to right.
std::string to_dot(const GraphFacts &graph);
/// docs/graph-json.md describes it.
std::string to_json(const GraphFacts &graph);

} // namespace ksbox::cli
