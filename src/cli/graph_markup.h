// The look of a drawing: colours that a print keeps apart, and Graphviz' HTML-like text.
#pragma once

#include <string>
#include <string_view>

#include "ksbox/graph.h"

namespace ksbox::cli {

inline constexpr const char *ink = "#1f2328", *faint = "#656d76", *frame = "#57606a",
                            *light = "#aeb5bd", *paper = "#f8f9fb";

/// Of a state: letters and lines, and what is behind letters. Told by words as well: prints may be
/// grey.
struct Colours {
    const char *line, *fill;
};
Colours colours_of(PinState state);

/// Nothing of the text is markup then.
std::string escaped(std::string_view text);
/// Markup in a colour; `points` 0: in the size that is in force.
std::string painted(std::string_view markup, const char *colour, int points = 0);
/// A text that stands back.
std::string small(std::string_view text);
/// The state's word in its colour.
std::string state_text(PinState state);
/// The attributes of a link: a pipe is a line, IRPs are dashes, and a buffer that both sides have
/// is two lines.
std::string style_of(Carrier carrier, const char *colour);

} // namespace ksbox::cli
