// .reg files, as Windows' registry editor writes and reads them: "Windows Registry Editor Version
// 5.00" in UTF-16 or UTF-8, and REGEDIT4, whose text and strings are 8-bit.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "nt/cm/key.h"

namespace ksbox::cm {

/// Why a file was refused. Lines before this one have been applied.
struct RegFileError {
    unsigned line; ///< 1-based; 0: the file as a whole
    std::string text;
};

/// Applies a file's contents to the tree: keys and values are added or replaced, "[-key]" and
/// "name"=- delete. The bytes are the file's, with or without a byte order mark.
std::expected<void, RegFileError> import_reg_file(KeyTree &tree, std::string_view bytes);

/// The keys at and below `key` in version 5.00, UTF-16LE with its byte order mark.
std::string export_reg_file(const KeyTree &tree, const KeyPointer &key);

/// "HKEY_LOCAL_MACHINE\Software" ↔ "\Registry\Machine\Software". Empty when the root is unknown.
std::u16string path_of_hkey(std::u16string_view hkey);
std::u16string hkey_of_path(std::u16string_view path);

} // namespace ksbox::cm
