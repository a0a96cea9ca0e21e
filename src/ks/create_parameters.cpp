// Binary parameters in file names.
#include "ks/create_parameters.h"

#include <string>

#include "ks/create_items.h"
#include "ks/refusal.h"

namespace ksbox::ks {

Result<void *> create_parameters(PIRP irp, std::size_t bytes) {
    const UNICODE_STRING &name = IoGetCurrentIrpStackLocation(irp)->FileObject->FileName;
    const auto parts = CreateName::parse({name.Buffer, name.Length / sizeof(WCHAR)});
    // What is in front of the parameters, with its backslash. The parameters are binary: their
    // number of bytes may be odd.
    const std::size_t prefix =
        parts.has_parameters ? std::size_t(parts.parameters.data() - name.Buffer) * sizeof(WCHAR)
                             : name.Length + sizeof(WCHAR);
    if (!parts.has_parameters || name.Length - prefix != bytes)
        return refuse(irp, STATUS_INVALID_PARAMETER,
                      "the create string has " + std::to_string(name.Length) +
                          " bytes; name, backslash and parameters have " +
                          std::to_string(prefix + bytes));
    return reinterpret_cast<std::byte *>(name.Buffer) + prefix;
}

} // namespace ksbox::ks
