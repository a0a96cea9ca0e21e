// The small breaks that can be made in a source file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ksbox::mutate {

/// `length` bytes at `offset` become `replacement`.
struct Break {
    std::string_view kind; ///< "comparison", "status", "call", "constant", "condition", "logic"
    std::size_t offset = 0, length = 0;
    std::size_t line = 0;
    std::string replacement;
};

/// All of them, in the order of the file. Code in functions' bodies only.
std::vector<Break> breaks_of(std::string_view source);

} // namespace ksbox::mutate
