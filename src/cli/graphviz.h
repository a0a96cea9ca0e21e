// Graphviz' dot, as a program.
#pragma once

#include <string>

namespace ksbox::cli {

/// The drawing as SVG. Throws BadInput with one sentence: dot is not there, or what it says.
std::string svg_of(const std::string &dot);

} // namespace ksbox::cli
