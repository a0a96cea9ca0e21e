// The parameters that follow an object's class name in a create request: "{class}\" and the bytes
// of KSCLOCK_CREATE or KSALLOCATOR_FRAMING.
#pragma once

#include <cstring>

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

/// The structure of `bytes` bytes after the class name, in place (the name is a kernel copy).
/// STATUS_INVALID_PARAMETER when the name does not hold exactly one.
/// @doc NF:ks.KsValidateClockCreateRequest
Result<void *> create_parameters(PIRP irp, std::size_t bytes);

/// A copy of what create_parameters() found, which no alignment can be expected of: the name in
/// front of it has an odd number of characters.
template <typename Parameters> Parameters copy_parameters(const void *found) {
    Parameters copy;
    std::memcpy(&copy, found, sizeof copy);
    return copy;
}

} // namespace ksbox::ks
