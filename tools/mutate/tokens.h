// C++ source as tokens, as far as finding places to break needs it: names, numbers, punctuation;
// comments and preprocessor lines left out. Relies on clang-format's spaces around binary
// operators.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ksbox::mutate {

enum class Kind { name, number, text, punctuation };

struct Token {
    Kind kind;
    std::string_view text; ///< in the source
    std::size_t offset = 0;
    std::size_t line = 0;
    bool spaced = false; ///< white space on both sides
};

/// The source outlives the tokens.
std::vector<Token> tokens_of(std::string_view source);

/// Which tokens stand in a function's body.
std::vector<bool> in_functions(const std::vector<Token> &tokens);

/// The index of the bracket that closes the one at `open`; the number of tokens if none does.
std::size_t closing(const std::vector<Token> &tokens, std::size_t open);

} // namespace ksbox::mutate
