// Conversions that clang refuses as ambiguous and Microsoft's compiler decides: read from clang's
// diagnostics, written into the source as casts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "build/message.h"

namespace ksbox::build {

/// An operand that stands on one line. Columns count bytes, the first is 1.
struct Operand {
    Place said;                            ///< as people are told of it
    unsigned line = 0, begin = 0, end = 0; ///< of the text that was compiled; `end` is behind it
};

/// Whether the diagnostics have such an error.
bool has_ambiguity(std::string_view said);

/// What was refused only because an object converts to several integer types where an int is wanted
/// (`chosen ? *object : 0`), from diagnostics with -fdiagnostics-print-source-range-info. Empty
/// when there are errors of other kinds or in other files.
std::vector<Operand> ambiguous_operands(const std::string &said, const std::string &file);

/// The text with each operand cast to long: of the types that the object converts to, the one that
/// is as large as an int (inferred).
std::string with_casts(std::string_view text, std::vector<Operand> operands);

} // namespace ksbox::build
