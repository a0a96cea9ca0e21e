// The text of a .reg file: decoded, and read from front to end with the line kept in mind.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "nt/cm/reg_file.h"

namespace ksbox::cm {

inline constexpr std::u16string_view reg_version_5 = u"Windows Registry Editor Version 5.00";
inline constexpr std::u16string_view reg_version_4 = u"REGEDIT4";

/// The file's text in UTF-16, whatever it came in.
std::expected<std::u16string, RegFileError> decode_reg_text(std::string_view bytes);

class RegText {
  public:
    explicit RegText(std::u16string text) : text_(std::move(text)) {}

    bool at_end() const { return at_ == text_.size(); }
    unsigned line() const { return line_; }
    char16_t peek() const { return at_end() ? u'\0' : text_[at_]; }
    bool take(char16_t unit);
    /// `word` without regard to case.
    bool take_word(std::u16string_view word);
    void skip_blanks();
    /// Blanks, and a backslash that ends a line with what is before the next line's text.
    void skip_gap();
    /// To the first unit of the next line that is neither blank nor a comment. False: there is
    /// none.
    bool next_line();
    /// The rest of the line without the blanks around it.
    std::u16string_view rest_of_line();
    /// Nothing or a comment is left of the line; goes to its end.
    bool ends_here();
    /// "…" with \\ and \" inside, perhaps over several lines; false without the closing quote.
    bool quoted(std::u16string &out);
    /// Up to eight hexadecimal digits.
    bool hexadecimal(std::uint32_t &out);

  private:
    bool at_line_end() const;
    void step_over_line_end();

    const std::u16string text_;
    std::size_t at_ = 0;
    unsigned line_ = 1;
};

} // namespace ksbox::cm
