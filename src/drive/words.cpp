#include "drive/words.h"

namespace ksbox::drive {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

} // namespace

std::expected<std::vector<Word>, Problem> split_words(std::string_view line, unsigned number) {
    std::vector<Word> words;
    const auto place = [&](std::size_t at) { return Place{number, static_cast<unsigned>(at + 1)}; };
    const auto problem = [&](std::size_t at, std::string text) {
        return std::unexpected(Problem{place(at), std::move(text)});
    };
    std::size_t at = 0;
    while (at < line.size()) {
        if (is_blank(line[at])) {
            ++at;
            continue;
        }
        if (line[at] == '#')
            break;
        const std::size_t begin = at;
        Word word{.text = {}, .place = place(begin), .quoted = line[at] == '"'};
        if (word.quoted) {
            for (++at;; ++at) {
                if (at == line.size())
                    return problem(begin, "a quotation mark without its end");
                if (line[at] == '"')
                    break;
                if (line[at] == '\\') {
                    if (at + 1 == line.size() || (line[at + 1] != '"' && line[at + 1] != '\\'))
                        return problem(at, "a backslash in quotation marks stands before \" or \\");
                    ++at;
                }
                word.text += line[at];
            }
            ++at;
            if (at < line.size() && !is_blank(line[at]))
                return problem(at, "a blank is missing behind the quotation mark");
        } else {
            while (at < line.size() && !is_blank(line[at]))
                word.text += line[at++];
        }
        for (std::size_t i = begin; i < at; ++i)
            if (static_cast<unsigned char>(line[i]) < ' ' && line[i] != '\t')
                return problem(i, "a character that is no text");
        words.push_back(std::move(word));
    }
    return words;
}

} // namespace ksbox::drive
