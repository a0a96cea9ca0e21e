// Writing of .reg files, and the roots that both directions know.
#include "nt/cm/reg_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "abi/windows.h"
#include "base/unicode.h"
#include "nt/cm/reg_text.h"

namespace ksbox::cm {
namespace {

struct Root {
    std::u16string_view hkey, path;
};
constexpr std::array roots{
    Root{u"HKEY_CURRENT_CONFIG",
         u"\\Registry\\Machine\\System\\CurrentControlSet\\Hardware Profiles\\Current"},
    Root{u"HKEY_CLASSES_ROOT", u"\\Registry\\Machine\\Software\\Classes"},
    Root{u"HKEY_CURRENT_USER", u"\\Registry\\User\\.Default"},
    Root{u"HKEY_LOCAL_MACHINE", u"\\Registry\\Machine"},
    Root{u"HKEY_USERS", u"\\Registry\\User"},
};

std::u16string translate(std::u16string_view text, std::span<const Root> known,
                         std::u16string_view Root::*from, std::u16string_view Root::*to) {
    for (const Root &root : known) {
        const auto prefix = root.*from;
        if (starts_ignoring_case(text, prefix) &&
            (text.size() == prefix.size() || text[prefix.size()] == u'\\'))
            return std::u16string(root.*to).append(text.substr(prefix.size()));
    }
    return {};
}

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

Result<void> append_key(const KeyTree &tree, std::u16string &out, const KeyPointer &key) {
    const std::u16string path = tree.path_of(key);
    // \Registry itself is no place of a file's.
    if (const std::u16string hkey = hkey_of_path(path); !hkey.empty()) {
        if (key->name.find_first_of(u"\r\n") != key->name.npos)
            return fail(STATUS_OBJECT_NAME_INVALID);
        out += u"\r\n[" + hkey + u"]\r\n";
        for (const Value &value : key->values)
            append_value(out, value);
    }
    for (const auto &[name, subkey] : key->subkeys)
        if (subkey->link.empty())
            KS_CHECK(append_key(tree, out, subkey));
    return {};
}

} // namespace

std::u16string path_of_hkey(std::u16string_view hkey) {
    return translate(hkey, roots, &Root::hkey, &Root::path);
}

/// The editor's two real trees: the other roots are views of them.
std::u16string hkey_of_path(std::u16string_view path) {
    return translate(path, std::span(roots).last(2), &Root::path, &Root::hkey);
}

Result<std::string> export_reg_file(const KeyTree &tree, const KeyPointer &key) {
    std::u16string text = u"\uFEFF";
    text.append(reg_version_5).append(u"\r\n");
    KS_CHECK(append_key(tree, text, key));
    return std::string(reinterpret_cast<const char *>(text.data()), text.size() * 2);
}

} // namespace ksbox::cm
