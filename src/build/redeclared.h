// Members that a class declares twice in the same words, once of them through a macro like the
// IMP_ ones. Microsoft's compiler takes that, clang does not.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "build/message.h"

namespace ksbox::build {

/// Of each such pair in the diagnostics the place, of the member's name, that no macro wrote.
std::vector<Place> redeclared_members(const std::string &said);

/// The text with the member's declaration made blank; nothing where there is none, or it has a
/// body.
std::optional<std::string> without_declaration(std::string_view text, const Place &name);

} // namespace ksbox::build
