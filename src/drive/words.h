// The words of a scenario file's line: separated by blanks, or quoted; '#' begins a comment.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace ksbox::drive {

struct Place {
    unsigned line = 0;   ///< 1-based
    unsigned column = 0; ///< 1-based, in bytes
    bool operator==(const Place &) const = default;
};

/// Why a file was refused, and where.
struct Problem {
    Place place;
    std::string text;
};

struct Word {
    std::string text;
    Place place;
    bool quoted = false;
};

/// Refused: a quotation mark without its end, an escape other than \" and \\, something behind a
/// quoted word that is no blank, bytes that are no text.
std::expected<std::vector<Word>, Problem> split_words(std::string_view line, unsigned number);

} // namespace ksbox::drive
