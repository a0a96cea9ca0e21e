#include "build/decisions.h"

#include <set>

#include "build/ambiguity.h"
#include "build/converted.h"
#include "build/friends.h"
#include "build/redeclared.h"
#include "build/text.h"
#include "build/windows_path.h"

namespace ksbox::build {

namespace fs = std::filesystem;

namespace {

/// The files that -H names, each on a line behind as many dots as it is deep.
std::set<fs::path> headers_of(const std::string &said, const Files &files) {
    std::set<fs::path> headers;
    for (std::size_t at = 0, end = 0; (end = said.find('\n', at)) != std::string::npos;
         at = end + 1) {
        const std::size_t name = said.find_first_not_of('.', at);
        if (name > at && said[name] == ' ')
            headers.insert(find_path(files, "/", said.substr(name + 1, end - name - 1)));
    }
    return headers;
}

} // namespace

bool may_be_decided(const std::string &said) {
    return has_ambiguity(said) || !undeclared_names(said).empty() ||
           !redeclared_members(said).empty();
}

bool Decisions::decide(const fs::path &source, const std::string &said) {
    const bool friends = declare_friends(source, said);
    const bool members = drop_redeclared(said);
    return friends || members || cast_operands(source, said);
}

bool Decisions::declare_friends(const fs::path &source, const std::string &said) {
    const auto names = undeclared_names(said);
    if (names.empty())
        return false;
    std::set<fs::path> files = headers_of(said, files_);
    files.insert(source);
    bool any = false;
    for (const fs::path &file : files) {
        const auto text = text_of(file);
        if (!text)
            continue;
        const WithFriends with = with_friends(*text, names);
        for (const Friend &one : with.declared)
            notes_.push_back({{file, one.line - added_lines(file, *text)},
                              one.name + " is declared as a friend only: taken as declared"});
        if (!with.declared.empty()) {
            change(file, with.text);
            any = true;
        }
    }
    return any;
}

bool Decisions::drop_redeclared(const std::string &said) {
    bool any = false;
    for (Place place : redeclared_members(said)) {
        place.file = find_path(files_, "/", place.file.string());
        const auto text = text_of(place.file);
        if (!text)
            continue;
        const Place there{place.file, place.line + added_lines(place.file, *text), place.column};
        if (const auto without = without_declaration(*text, there)) {
            change(place.file, *without);
            notes_.push_back({place, "is declared again in its class: once is enough"});
            any = true;
        }
    }
    return any;
}

bool Decisions::cast_operands(const fs::path &source, const std::string &said) {
    const std::vector<Operand> operands = ambiguous_operands(said, source.string());
    const auto text = text_of(source);
    if (operands.empty() || !text)
        return false;
    for (const Operand &operand : operands)
        notes_.push_back(
            {operand.said, "is taken as a long: it converts to several integer types"});
    change(source, with_casts(*text, operands));
    return true;
}

/// As it was compiled last. Nothing: it cannot be read, or is not the project's.
std::optional<std::string> Decisions::text_of(const fs::path &file) const {
    if (const auto known = changed_.find(file); known != changed_.end())
        return known->second;
    const auto bytes = is_open_(file) ? files_.read(file) : std::unexpected(std::string());
    if (!bytes)
        return std::nullopt;
    return converted_text(file, *bytes).value_or(decoded(*bytes));
}

/// Lines of a text before the first that people know.
unsigned Decisions::added_lines(const fs::path &file, const std::string &text) const {
    return text.starts_with(line_one(file));
}

void Decisions::change(const fs::path &file, const std::string &text) {
    changed_[file] = added_lines(file, text) ? text : line_one(file) + text;
}

} // namespace ksbox::build
