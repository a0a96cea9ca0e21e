// C++ text as tokens: enough to find a declaration in it.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace ksbox::build {

/// A name or number, or one letter of anything else. Literals are one token; comments, blanks and
/// preprocessor lines are none.
struct Token {
    std::string_view text;
    std::size_t at = 0; ///< offset in the whole
    unsigned line = 0;  ///< 1-based

    bool is(std::string_view other) const { return text == other; }
    std::size_t end() const { return at + text.size(); }
};

std::vector<Token> tokens_of(std::string_view text);

} // namespace ksbox::build
