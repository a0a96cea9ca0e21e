#include "build/tokens.h"

#include <algorithm>

namespace ksbox::build {

namespace {

bool is_name(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_';
}

/// Where what begins at `at` ends; npos of a search is the text's end.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) {}

    std::size_t behind(std::string_view closing, std::size_t from) const {
        const std::size_t found = text_.find(closing, from);
        return found == std::string_view::npos ? text_.size() : found + closing.size();
    }
    /// A line, and those that it is continued on.
    std::size_t behind_line(std::size_t from) const {
        std::size_t end = behind("\n", from);
        while (end < text_.size() && continued(end))
            end = behind("\n", end);
        return end;
    }
    std::size_t behind_literal(std::size_t from) const {
        const char quote = text_[from];
        for (std::size_t at = from + 1; at < text_.size(); ++at)
            if (text_[at] == '\\')
                ++at;
            else if (text_[at] == quote || text_[at] == '\n')
                return at + 1;
        return text_.size();
    }
    std::size_t behind_name(std::size_t from) const {
        while (from < text_.size() && is_name(text_[from]))
            ++from;
        return from;
    }
    bool has(std::string_view what, std::size_t at) const {
        return text_.substr(at).starts_with(what);
    }

  private:
    bool continued(std::size_t end) const {
        std::size_t at = end - 1; // the new line
        if (at > 0 && text_[at - 1] == '\r')
            --at;
        return at > 0 && text_[at - 1] == '\\';
    }
    std::string_view text_;
};

} // namespace

std::vector<Token> tokens_of(std::string_view text) {
    const Scanner scanner(text);
    std::vector<Token> tokens;
    unsigned line = 1;
    bool first = true; // of its line
    for (std::size_t at = 0, end = 0; at < text.size(); at = end) {
        const char letter = text[at];
        const bool blank = letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
        bool is_token = false;
        if (blank)
            end = at + 1;
        else if (scanner.has("//", at))
            end = scanner.behind_line(at);
        else if (scanner.has("/*", at))
            end = scanner.behind("*/", at + 2);
        else if (letter == '#' && first)
            end = scanner.behind_line(at);
        else {
            is_token = true;
            end = letter == '"' || letter == '\'' ? scanner.behind_literal(at)
                                                  : std::max(scanner.behind_name(at), at + 1);
        }
        end = std::min(end, text.size());
        if (is_token)
            tokens.push_back({text.substr(at, end - at), at, line});
        const std::string_view passed = text.substr(at, end - at);
        line += static_cast<unsigned>(std::ranges::count(passed, '\n'));
        first = passed.ends_with('\n') || (first && !is_token);
    }
    return tokens;
}

} // namespace ksbox::build
