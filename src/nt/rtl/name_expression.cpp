#include "nt/rtl/name_expression.h"

#include <vector>

#include "base/unicode.h"

namespace ksbox::rtl {
namespace {

constexpr char16_t star = u'*', question = u'?', dos_star = u'<', dos_question = u'>',
                   dos_dot = u'"';

/// Which positions of the expression can be reached; one step for each character of the name.
class Matcher {
  public:
    Matcher(std::u16string_view expression, std::u16string_view name, bool ignore_case)
        : expression_(expression), name_(name), ignore_case_(ignore_case),
          reached_(expression.size() + 1) {}

    bool run() {
        reach(reached_, 0, 0);
        for (std::size_t at = 0; at < name_.size(); ++at) {
            std::vector<bool> next(reached_.size());
            for (std::size_t e = 0; e < expression_.size(); ++e)
                if (reached_[e])
                    step(next, e, at);
            reached_ = std::move(next);
        }
        return reached_[expression_.size()];
    }

  private:
    bool is_end_or_dot(std::size_t at) const { return at == name_.size() || name_[at] == u'.'; }
    bool equal(char16_t a, char16_t b) const {
        return a == b || (ignore_case_ && upcase(a) == upcase(b));
    }

    /// Marks a position, and those behind it that need no character at `at`.
    void reach(std::vector<bool> &set, std::size_t e, std::size_t at) const {
        for (;; ++e) {
            set[e] = true;
            if (e == expression_.size())
                return;
            const char16_t unit = expression_[e];
            const bool is_free = unit == star || unit == dos_star ||
                                 (unit == dos_question && is_end_or_dot(at)) ||
                                 (unit == dos_dot && at == name_.size());
            if (!is_free)
                return;
        }
    }

    /// Takes the name's character at `at` from position `e`.
    void step(std::vector<bool> &next, std::size_t e, std::size_t at) const {
        const char16_t unit = expression_[e], c = name_[at];
        if (unit == star)
            reach(next, e, at + 1);
        else if (unit == dos_star)
            step_dos_star(next, e, at);
        else if (unit == question || (unit == dos_question && c != u'.') ||
                 (unit == dos_dot && c == u'.') || equal(unit, c))
            reach(next, e + 1, at + 1);
    }

    /// Runs up to the last dot of the name and over it.
    void step_dos_star(std::vector<bool> &next, std::size_t e, std::size_t at) const {
        const bool is_last_dot =
            name_[at] == u'.' && name_.find(u'.', at + 1) == std::u16string_view::npos;
        reach(next, is_last_dot ? e + 1 : e, at + 1);
    }

    std::u16string_view expression_, name_;
    bool ignore_case_;
    std::vector<bool> reached_;
};

} // namespace

bool name_matches(std::u16string_view expression, std::u16string_view name, bool ignore_case) {
    if (expression.empty() || name.empty())
        return expression.empty() && name.empty();
    return Matcher(expression, name, ignore_case).run();
}

bool has_wildcards(std::u16string_view name) {
    return name.find_first_of(u"*?<>\"") != name.npos;
}

} // namespace ksbox::rtl
