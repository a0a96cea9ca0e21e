// One line while it is read: its words, one after another, each taken for what it shall be.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "drive/words.h"

namespace ksbox::drive {

class Line {
  public:
    /// `end`: where a word that is missing would be. `form`: how the command is written.
    Line(std::span<const Word> words, Place end, std::string_view form)
        : words_(words), end_(end), form_(form) {}

    bool more() const { return at_ < words_.size(); }
    /// Whether the next word is this, unquoted; takes it then.
    bool take(std::string_view text);
    Place here() const { return more() ? words_[at_].place : end_; }

    // All throw Problem.
    Word word(std::string_view what);
    /// A name that a script gives: letters, digits, '-' and '_', first a letter.
    Word name();
    std::uint32_t number(std::string_view what, std::uint32_t most = UINT32_MAX);
    /// "500 ms", "2s", "100 us", at most a day.
    std::uint64_t duration();
    /// "node=3": nothing when the next word does not begin so.
    std::optional<std::int64_t> setting(std::string_view key, std::int64_t least,
                                        std::int64_t most);
    std::optional<Word> text_setting(std::string_view key);
    void done();

    [[noreturn]] void refuse(Place place, std::string text) const;

  private:
    std::span<const Word> words_;
    Place end_;
    std::string_view form_;
    std::size_t at_ = 0;
};

} // namespace ksbox::drive
