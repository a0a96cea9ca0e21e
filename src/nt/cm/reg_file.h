// .reg files, as Windows' registry editor writes and reads them: "Windows Registry Editor Version
// 5.00" in UTF-16LE or UTF-8, and REGEDIT4, whose text and strings have one byte a character.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "nt/cm/key.h"

namespace ksbox::cm {

/// Why a file was refused.
struct RegFileError {
    unsigned line; ///< 1-based; 0: the file as a whole
    std::string text;
};

/// One instruction of a file.
struct RegChange {
    enum class Kind : std::uint8_t { create_key, delete_key, set_value, delete_value };
    Kind kind;
    unsigned line;          ///< where it begins
    std::u16string path;    ///< of the key, below \Registry
    Value value{{}, 0, {}}; ///< set_value; delete_value its name
};

/// What the file says, in its order. The bytes are the file's, with or without a byte order mark;
/// without one the text is UTF-16LE, UTF-8 or Windows-1252, whichever it can be.
std::expected<std::vector<RegChange>, RegFileError> parse_reg_file(std::string_view bytes);

/// parse_reg_file() and its changes made in the tree: keys and values are added or replaced,
/// "[-key]" and "name"=- delete. A file that cannot be parsed changes nothing.
std::expected<void, RegFileError> import_reg_file(KeyTree &tree, std::string_view bytes);

/// The keys at and below `key` in version 5.00, UTF-16LE with its byte order mark. Links are left
/// out: what they lead to is somewhere else. STATUS_OBJECT_NAME_INVALID for a key whose name has a
/// line break, which no file can hold.
Result<std::string> export_reg_file(const KeyTree &tree, const KeyPointer &key);

/// "HKEY_LOCAL_MACHINE\Software" ↔ "\Registry\Machine\Software". Empty when the root is unknown.
std::u16string path_of_hkey(std::u16string_view hkey);
std::u16string hkey_of_path(std::u16string_view path);

} // namespace ksbox::cm
