// KsCreatePin and its sisters for kernel-mode callers: the create string and the open below the
// parent's handle (@doc NF:ks.KsCreatePin).
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "abi/windows.h"

namespace ksbox::ks {

/// "{…}\" and the parameters' bytes as the tail of the name, padded to a whole character. Shared
/// with user mode (A9).
std::u16string create_string(std::u16string_view object_class,
                             std::span<const std::byte> parameters);

/// Opens it relative to `parent`. STATUS_INVALID_PARAMETER when it is too long for a name.
NTSTATUS create_below(HANDLE parent, std::u16string_view object_class,
                      std::span<const std::byte> parameters, ACCESS_MASK access, HANDLE *result);

/// Bytes of a KSPIN_CONNECT with the format and attributes behind it. 0: FormatSize too small.
std::size_t connect_bytes(const KSPIN_CONNECT *connect);

} // namespace ksbox::ks
