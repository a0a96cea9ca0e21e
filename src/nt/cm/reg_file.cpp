#include "nt/cm/reg_file.h"

#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "abi/windows.h"

namespace ksbox::cm {
namespace {

struct Root {
    std::u16string_view hkey, path;
};
// The longest path first, so that hkey_of_path() finds the closest.
constexpr std::array roots{
    Root{u"HKEY_CURRENT_CONFIG",
         u"\\Registry\\Machine\\System\\CurrentControlSet\\Hardware Profiles\\Current"},
    Root{u"HKEY_CLASSES_ROOT", u"\\Registry\\Machine\\Software\\Classes"},
    Root{u"HKEY_CURRENT_USER", u"\\Registry\\User\\.Default"},
    Root{u"HKEY_LOCAL_MACHINE", u"\\Registry\\Machine"},
    Root{u"HKEY_USERS", u"\\Registry\\User"},
};

std::u16string translate(std::u16string_view text, std::u16string_view Root::*from,
                         std::u16string_view Root::*to) {
    for (const Root &root : roots) {
        const auto prefix = root.*from;
        if (starts_ignoring_case(text, prefix) &&
            (text.size() == prefix.size() || text[prefix.size()] == u'\\'))
            return std::u16string(root.*to).append(text.substr(prefix.size()));
    }
    return {};
}

bool is_space(char16_t c) {
    return c == u' ' || c == u'\t';
}

std::u16string_view trim(std::u16string_view text) {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

std::u16string latin1(std::string_view bytes) {
    std::u16string out;
    for (const char byte : bytes)
        out += static_cast<char16_t>(static_cast<unsigned char>(byte));
    return out;
}

/// The file's text in UTF-16, whatever it came in.
std::u16string decode(std::string_view bytes) {
    if (bytes.starts_with("\xFF\xFE")) {
        std::u16string out((bytes.size() - 2) / 2, u'\0');
        std::memcpy(out.data(), bytes.data() + 2, out.size() * 2);
        return out;
    }
    if (bytes.starts_with("\xEF\xBB\xBF"))
        bytes.remove_prefix(3);
    return bytes.starts_with("REGEDIT4") ? latin1(bytes) : to_utf16(bytes);
}

/// A line of the file after joining continued hex lines, and where it began.
struct Line {
    unsigned number;
    std::u16string text;
};

class Importer {
  public:
    Importer(KeyTree &tree, std::u16string text) : tree_(tree), text_(std::move(text)) {}

    std::expected<void, RegFileError> run() {
        Line line;
        if (!next(line))
            return error(0, "is empty");
        if (line.text == u"REGEDIT4")
            narrow_ = true;
        else if (line.text != u"Windows Registry Editor Version 5.00")
            return error(line.number, "is no .reg file: its first line names no version");
        while (next(line)) {
            auto done = line.text.front() == u'[' ? section(line) : assignment(line);
            if (!done)
                return done;
        }
        return {};
    }

  private:
    using Done = std::expected<void, RegFileError>;

    static std::unexpected<RegFileError> error(unsigned line, std::string text) {
        return std::unexpected(RegFileError{line, std::move(text)});
    }

    std::u16string_view raw_line() {
        const auto end = text_.find_first_of(u"\r\n", at_);
        const auto line = std::u16string_view(text_).substr(at_, end - at_);
        at_ = end == text_.npos ? text_.size() : end + 1;
        if (end != text_.npos && text_[end] == u'\r' && at_ < text_.size() && text_[at_] == u'\n')
            ++at_;
        ++number_;
        return trim(line);
    }

    /// The next line that is neither blank nor a comment.
    bool next(Line &line) {
        while (at_ < text_.size()) {
            const auto first = raw_line();
            if (first.empty() || first.front() == u';')
                continue;
            line = {number_, std::u16string(first)};
            while (line.text.front() != u'[' && line.text.ends_with(u'\\') && at_ < text_.size()) {
                line.text.pop_back();
                line.text += raw_line();
            }
            return true;
        }
        return false;
    }

    Done section(const Line &line) {
        key_.reset();
        std::u16string_view name = line.text;
        if (name.size() < 3 || name.back() != u']')
            return error(line.number, "lacks the closing bracket of a key");
        name = name.substr(1, name.size() - 2);
        const bool remove = name.front() == u'-';
        const auto path = path_of_hkey(remove ? name.substr(1) : name);
        if (path.empty())
            return error(line.number, "names a key under no known root: " + to_utf8(name));
        if (remove) {
            if (const auto key = tree_.open(path); key && !tree_.delete_tree(*key))
                return error(line.number, "deletes a root: " + to_utf8(name));
            skip_values_ = true;
            return {};
        }
        skip_values_ = false;
        auto key = tree_.create_all(path);
        if (!key)
            return error(line.number, "has a key name longer than 255 characters");
        key_ = *key;
        return {};
    }

    Done assignment(const Line &line) {
        if (skip_values_)
            return {};
        if (!key_)
            return error(line.number, "is a value before the first [key]");
        std::u16string_view rest = line.text;
        std::u16string name;
        if (rest.front() == u'@')
            rest.remove_prefix(1);
        else if (!quoted(rest, name))
            return error(line.number, "starts with neither \"name\" nor @");
        rest = trim(rest);
        if (rest.empty() || rest.front() != u'=')
            return error(line.number, "has no = behind the name");
        rest = trim(rest.substr(1));
        if (rest == u"-") {
            (void)tree_.delete_value(*key_, name); // absent is as good
            return {};
        }
        std::vector<std::byte> data;
        const auto type = parse_data(rest, data);
        if (!type)
            return error(line.number, "has data that is no \"string\", dword:, hex: or hex(n):");
        tree_.set_value(*key_, name, *type, data);
        return {};
    }

    /// Reads "…" with \\ and \" inside off the front of `rest`.
    static bool quoted(std::u16string_view &rest, std::u16string &out) {
        if (rest.empty() || rest.front() != u'"')
            return false;
        for (std::size_t i = 1; i < rest.size(); ++i) {
            if (rest[i] == u'"') {
                rest.remove_prefix(i + 1);
                return true;
            }
            if (rest[i] == u'\\' && i + 1 < rest.size())
                ++i;
            out += rest[i];
        }
        return false;
    }

    static bool number(std::u16string_view digits, std::uint32_t &out) {
        const std::string narrow = to_utf8(trim(digits));
        const auto end = narrow.data() + narrow.size();
        const auto [stop, failure] = std::from_chars(narrow.data(), end, out, 16);
        return failure == std::errc() && stop == end;
    }

    static void append(std::vector<std::byte> &data, const void *from, std::size_t bytes) {
        const auto *begin = static_cast<const std::byte *>(from);
        data.insert(data.end(), begin, begin + bytes);
    }

    std::optional<std::uint32_t> parse_data(std::u16string_view rest,
                                            std::vector<std::byte> &data) const {
        std::u16string string;
        if (quoted(rest, string)) {
            if (!trim(rest).empty())
                return std::nullopt;
            append(data, string.c_str(), (string.size() + 1) * sizeof(char16_t));
            return REG_SZ;
        }
        if (starts_ignoring_case(rest, u"dword:")) {
            std::uint32_t value = 0;
            if (!number(rest.substr(6), value))
                return std::nullopt;
            append(data, &value, sizeof value);
            return REG_DWORD;
        }
        if (!starts_ignoring_case(rest, u"hex"))
            return std::nullopt;
        rest.remove_prefix(3);
        std::uint32_t type = REG_BINARY;
        if (rest.starts_with(u'(')) {
            const auto close = rest.find(u')');
            if (close == rest.npos || !number(rest.substr(1, close - 1), type))
                return std::nullopt;
            rest.remove_prefix(close + 1);
        }
        if (!rest.starts_with(u':') || !hex_bytes(rest.substr(1), data))
            return std::nullopt;
        if (narrow_ && (type == REG_EXPAND_SZ || type == REG_MULTI_SZ || type == REG_SZ))
            widen(data);
        return type;
    }

    static bool hex_bytes(std::u16string_view list, std::vector<std::byte> &data) {
        list = trim(list);
        while (!list.empty()) {
            const auto comma = list.find(u',');
            std::uint32_t byte = 0;
            if (!number(list.substr(0, comma), byte) || byte > 0xFF)
                return false;
            data.push_back(static_cast<std::byte>(byte));
            list = comma == list.npos ? std::u16string_view() : trim(list.substr(comma + 1));
        }
        return true;
    }

    /// REGEDIT4 spells strings in hex with one byte a character.
    static void widen(std::vector<std::byte> &data) {
        std::vector<std::byte> wide;
        for (const std::byte byte : data) {
            wide.push_back(byte);
            wide.push_back(std::byte{0});
        }
        data = std::move(wide);
    }

    KeyTree &tree_;
    const std::u16string text_;
    std::size_t at_ = 0;
    unsigned number_ = 0;
    bool narrow_ = false;
    bool skip_values_ = false;
    KeyPointer key_;
};

void append_quoted(std::u16string &out, std::u16string_view text) {
    out += u'"';
    for (const char16_t c : text) {
        if (c == u'"' || c == u'\\')
            out += u'\\';
        out += c;
    }
    out += u'"';
}

void append_hex(std::u16string &out, std::uint64_t value, int digits) {
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
        out += u"0123456789abcdef"[value >> shift & 0xF];
}

/// Whether the data reads back from the "…" form: whole units, one terminator, no line breaks.
bool is_plain_string(const Value &value, std::u16string &text) {
    if (value.type != REG_SZ || value.data.size() < 2 || value.data.size() % 2 != 0)
        return false;
    text.resize(value.data.size() / 2);
    std::memcpy(text.data(), value.data.data(), value.data.size());
    if (text.find_first_of(std::u16string_view(u"\0\r\n", 3)) != text.size() - 1 || text.back())
        return false;
    text.pop_back();
    return true;
}

void append_value(std::u16string &out, const Value &value) {
    if (value.name.empty())
        out += u'@';
    else
        append_quoted(out, value.name);
    out += u'=';
    std::u16string text;
    if (is_plain_string(value, text)) {
        append_quoted(out, text);
    } else if (value.type == REG_DWORD && value.data.size() == 4) {
        std::uint32_t number;
        std::memcpy(&number, value.data.data(), 4);
        out += u"dword:";
        append_hex(out, number, 8);
    } else {
        out += u"hex";
        if (value.type != REG_BINARY) {
            out += u'(';
            append_hex(out, value.type, value.type < 16 ? 1 : 8);
            out += u')';
        }
        out += u':';
        for (std::size_t i = 0; i < value.data.size(); ++i) {
            if (i > 0)
                out += i % 24 == 0 ? std::u16string_view(u",\\\r\n  ") : std::u16string_view(u",");
            append_hex(out, static_cast<unsigned>(value.data[i]), 2);
        }
    }
    out += u"\r\n";
}

void append_key(const KeyTree &tree, std::u16string &out, const KeyPointer &key) {
    out += u"\r\n[" + hkey_of_path(tree.path_of(key)) + u"]\r\n";
    for (const Value &value : key->values)
        append_value(out, value);
    for (const auto &[name, subkey] : key->subkeys)
        if (subkey->link.empty())
            append_key(tree, out, subkey);
}

} // namespace

std::u16string path_of_hkey(std::u16string_view hkey) {
    return translate(hkey, &Root::hkey, &Root::path);
}

std::u16string hkey_of_path(std::u16string_view path) {
    return translate(path, &Root::path, &Root::hkey);
}

std::expected<void, RegFileError> import_reg_file(KeyTree &tree, std::string_view bytes) {
    return Importer(tree, decode(bytes)).run();
}

std::string export_reg_file(const KeyTree &tree, const KeyPointer &key) {
    std::u16string text = u"\uFEFFWindows Registry Editor Version 5.00\r\n";
    append_key(tree, text, key);
    return {reinterpret_cast<const char *>(text.data()), text.size() * 2};
}

} // namespace ksbox::cm
