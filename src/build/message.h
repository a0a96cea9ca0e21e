// What the project reader and the builder say: a place in a file and a sentence.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ksbox::build {

/// A place in a file; 0: the file, or line, as a whole. Columns count bytes of UTF-8.
struct Place {
    std::filesystem::path file;
    unsigned line = 0, column = 0; ///< 1-based
};

struct Message {
    Place place;
    std::string text;
};
using Messages = std::vector<Message>;

/// "FILE:LINE:COLUMN: TEXT"
std::string to_text(const Message &message);

} // namespace ksbox::build
