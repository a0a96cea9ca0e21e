// Reading of .reg files: the grammar above RegText, and its changes made in a tree.
#include <algorithm>
#include <utility>

#include "abi/windows.h"
#include "base/unicode.h"
#include "nt/cm/reg_file.h"
#include "nt/cm/reg_text.h"

namespace ksbox::cm {
namespace {

using Done = std::expected<void, RegFileError>;
using Kind = RegChange::Kind;

void append(std::vector<std::byte> &data, const void *from, std::size_t bytes) {
    const auto *begin = static_cast<const std::byte *>(from);
    data.insert(data.end(), begin, begin + bytes);
}

class Parser {
  public:
    explicit Parser(std::u16string text) : text_(std::move(text)) {}

    std::expected<std::vector<RegChange>, RegFileError> run() {
        if (!text_.next_line())
            return error(0, "is empty");
        const unsigned first = text_.line();
        const auto version = text_.rest_of_line();
        narrow_ = version == reg_version_4;
        if (!narrow_ && version != reg_version_5)
            return error(first, "is no .reg file: its first line names no version");
        while (text_.next_line()) {
            line_ = text_.line();
            const Done done = text_.peek() == u'[' ? section() : assignment();
            if (!done)
                return std::unexpected(done.error());
        }
        return std::move(changes_);
    }

  private:
    static std::unexpected<RegFileError> error(unsigned line, std::string text) {
        return std::unexpected(RegFileError{line, std::move(text)});
    }
    std::unexpected<RegFileError> error(std::string text) const {
        return error(line_, std::move(text));
    }

    Done section() {
        std::u16string_view name = text_.rest_of_line();
        // A comment may follow, but a bracket at the end is the key's own.
        if (!name.ends_with(u']')) {
            const auto close = name.rfind(u']');
            const auto rest = name.substr(close == name.npos ? name.size() : close + 1);
            const auto text = rest.substr(std::min(rest.find_first_not_of(u" \t"), rest.size()));
            if (!text.starts_with(u';'))
                return error("lacks the closing bracket of a key");
            name = name.substr(0, close + 1);
        }
        name = name.substr(1, name.size() - 2);
        const bool remove = name.starts_with(u'-');
        if (remove)
            name.remove_prefix(1);
        path_ = path_of_hkey(name);
        if (path_.empty())
            return error("names a key under no known root: " + to_utf8(name));
        if (const auto reason = refusal_of_path(path_, remove); !reason.empty())
            return error(reason);
        in_removed_key_ = remove;
        changes_.push_back({remove ? Kind::delete_key : Kind::create_key, line_, path_});
        return {};
    }

    static std::string refusal_of_path(std::u16string_view path, bool remove) {
        std::size_t depth = 0;
        for (auto name = take_name(path); !name.empty(); name = take_name(path)) {
            if (name.size() > longest_key_name)
                return "has a key name longer than 255 characters";
            if (++depth > deepest_key)
                return "has a key more than 512 levels deep";
        }
        return remove && depth <= 2 ? "deletes a root" : "";
    }

    Done assignment() {
        if (path_.empty())
            return error("is a value before the first [key]");
        RegChange change{Kind::set_value, line_, path_};
        if (!text_.take(u'@')) {
            if (text_.peek() != u'"')
                return error("starts with neither \"name\" nor @");
            if (!text_.quoted(change.value.name))
                return error("begins a name that has no closing quote");
        }
        if (change.value.name.size() > longest_value_name)
            return error("has a value name longer than 16383 characters");
        text_.skip_blanks();
        if (!text_.take(u'='))
            return error("has no = behind the name");
        text_.skip_gap();
        if (text_.take(u'-')) {
            change.kind = Kind::delete_value;
        } else if (const Done done = data(change.value); !done) {
            return done;
        }
        if (!text_.ends_here())
            return error("has more behind the value than belongs to it");
        if (!in_removed_key_) // as in Windows: what stands below a [-key] is read and dropped
            changes_.push_back(std::move(change));
        return {};
    }

    Done data(Value &value) {
        if (text_.peek() == u'"') {
            std::u16string string;
            if (!text_.quoted(string))
                return error("begins a string that has no closing quote");
            value.type = REG_SZ;
            append(value.data, string.c_str(), (string.size() + 1) * sizeof(char16_t));
            return {};
        }
        if (text_.take_word(u"dword:")) {
            std::uint32_t number = 0;
            text_.skip_blanks();
            if (!text_.hexadecimal(number))
                return error("has a dword: that is no number of up to 8 hexadecimal digits");
            value.type = REG_DWORD;
            append(value.data, &number, sizeof number);
            return {};
        }
        if (!text_.take_word(u"hex"))
            return error("has data that is no \"string\", dword:, hex: or hex(n):");
        value.type = REG_BINARY;
        if (text_.take(u'(') && !(text_.hexadecimal(value.type) && text_.take(u')')))
            return error("has a hex(n) whose n is no hexadecimal number");
        if (!text_.take(u':'))
            return error("has no : behind hex");
        if (const Done done = bytes(value.data); !done)
            return done;
        if (narrow_ &&
            (value.type == REG_SZ || value.type == REG_EXPAND_SZ || value.type == REG_MULTI_SZ))
            value.data = widened(value.data);
        return {};
    }

    /// Two-digit numbers with commas between; a comma may end the list.
    Done bytes(std::vector<std::byte> &data) {
        for (text_.skip_gap(); !is_list_end(); text_.skip_gap()) {
            std::uint32_t byte = 0;
            if (!text_.hexadecimal(byte) || byte > 0xFF)
                return error(text_.line(), "has a hex byte that is none");
            data.push_back(static_cast<std::byte>(byte));
            text_.skip_gap();
            if (!text_.take(u','))
                break;
        }
        return {};
    }
    bool is_list_end() const {
        const char16_t unit = text_.peek();
        return text_.at_end() || unit == u'\r' || unit == u'\n' || unit == u';';
    }

    /// REGEDIT4 spells strings in hex with one byte a character.
    static std::vector<std::byte> widened(const std::vector<std::byte> &narrow) {
        std::vector<std::byte> wide;
        for (const std::byte byte : narrow) {
            wide.push_back(byte);
            wide.push_back(std::byte{0});
        }
        return wide;
    }

    RegText text_;
    unsigned line_ = 1;
    bool narrow_ = false;
    bool in_removed_key_ = false;
    std::u16string path_;
    std::vector<RegChange> changes_;
};

Done apply(KeyTree &tree, const RegChange &change) {
    const auto refuse = [&](const char *text) {
        return std::unexpected(RegFileError{change.line, text});
    };
    if (change.kind == Kind::delete_key) {
        if (const auto key = tree.open(change.path); key && !tree.delete_tree(*key))
            return refuse("deletes a key that must stay");
        return {};
    }
    const auto key = tree.create_all(change.path);
    if (!key)
        return refuse("names a key that cannot be made");
    if (change.kind == Kind::set_value)
        tree.set_value(**key, change.value.name, change.value.type, change.value.data);
    else if (change.kind == Kind::delete_value)
        (void)tree.delete_value(**key, change.value.name); // absent is as good
    return {};
}

} // namespace

std::expected<std::vector<RegChange>, RegFileError> parse_reg_file(std::string_view bytes) {
    auto text = decode_reg_text(bytes);
    if (!text)
        return std::unexpected(text.error());
    return Parser(*std::move(text)).run();
}

std::expected<void, RegFileError> import_reg_file(KeyTree &tree, std::string_view bytes) {
    const auto changes = parse_reg_file(bytes);
    if (!changes)
        return std::unexpected(changes.error());
    for (const RegChange &change : *changes)
        if (auto done = apply(tree, change); !done)
            return done;
    return {};
}

} // namespace ksbox::cm
