// A setup information file (.inf): its sections and lines, with %strings% put in. Names are
// compared without regard to case; a section that occurs several times is one.
// @doc install/general-syntax-rules-for-inf-files
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ksbox::inf {

/// Why a file was refused, and where.
struct InfError {
    unsigned line = 0;   ///< 1-based; 0: the file as a whole
    unsigned column = 0; ///< 1-based, in characters; 0: the whole line
    std::string text;
};

/// "key = value, value", or values alone. UTF-8.
struct InfLine {
    unsigned line = 0;
    std::string key; ///< empty: none
    std::vector<std::string> values;

    /// The value of that place; empty where the line has fewer.
    std::string value(std::size_t index) const;
};

struct InfSection {
    std::string name; ///< as first written
    unsigned line = 0;
    std::vector<InfLine> lines;

    /// The first line with that key; null: none.
    const InfLine *find(std::string_view key) const;
};

class InfFile {
  public:
    /// The bytes are UTF-16LE, UTF-8 or Windows-1252. Refused: lines before the first section,
    /// brackets and quotation marks without their ends, a file without [Version] or with a
    /// signature that is no Windows driver's.
    static std::expected<InfFile, InfError> parse(std::string_view bytes);

    /// Null: there is none.
    const InfSection *section(std::string_view name) const;
    const std::vector<InfSection> &sections() const { return sections_; }

  private:
    friend class InfParser;
    void read_strings();
    void expand_strings();
    std::string expand(std::string_view text) const;

    std::vector<InfSection> sections_;
    std::map<std::string, std::string> strings_; ///< by key in lower case
};

/// Case of ASCII letters aside, as the file format compares names.
bool same_text(std::string_view a, std::string_view b);
std::string lower_case(std::string_view text);

} // namespace ksbox::inf
