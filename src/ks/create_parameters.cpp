// Binary parameters in file names.
#include "ks/create_parameters.h"

#include <cwchar>
#include <string>

#include "ks/refusal.h"

namespace ksbox::ks {

namespace {

/// "{8-4-4-4-12}" and the backslash.
constexpr std::size_t class_name_characters = 38 + 1;

} // namespace

Result<void *> create_parameters(PIRP irp, std::size_t bytes) {
    const UNICODE_STRING &name = IoGetCurrentIrpStackLocation(irp)->FileObject->FileName;
    const char16_t *const text = name.Buffer;
    const std::size_t characters = name.Length / sizeof(char16_t);
    // Relative names may or may not begin with a separator.
    const std::size_t start = characters && text[0] == u'\\' ? 1 : 0;
    const std::size_t prefix = (start + class_name_characters) * sizeof(char16_t);
    if (name.Length < prefix || text[start + class_name_characters - 1] != u'\\' ||
        name.Length - prefix != bytes)
        return refuse(irp, STATUS_INVALID_PARAMETER,
                      "the create string has " + std::to_string(name.Length) +
                          " bytes; name, backslash and parameters have " +
                          std::to_string(prefix + bytes));
    return reinterpret_cast<std::byte *>(name.Buffer) + prefix;
}

} // namespace ksbox::ks
