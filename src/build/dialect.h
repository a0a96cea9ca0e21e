// C++ that Microsoft's compiler takes and clang has no option for, written so that both take it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ksbox::build {

/// The text with what is known mended, line for line; nothing: there is nothing to mend.
/// Known is a constant without a type: `const Level = 1;` is an int.
std::optional<std::string> mended(std::string_view text);

} // namespace ksbox::build
