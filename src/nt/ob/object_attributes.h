// OBJECT_ATTRIBUTES read once, from a driver or from a client: a copy that cannot change any more.
#pragma once

#include <string>

#include "abi/windows.h"

#include "base/result.h"

namespace ksbox::ob {

struct CapturedAttributes {
    HANDLE root = nullptr;
    std::u16string name; ///< the bytes of the UNICODE_STRING, not validated as text
    bool has_name = false;
    ULONG attributes = 0;
};

/// `mode` UserMode: the structure and its string are client memory, read by guarded copy.
/// STATUS_ACCESS_VIOLATION, STATUS_INVALID_PARAMETER (Length is wrong), STATUS_OBJECT_NAME_INVALID
/// (an odd number of bytes). Null attributes give the default. PASSIVE_LEVEL.
Result<CapturedAttributes> capture_attributes(const OBJECT_ATTRIBUTES *attributes,
                                              KPROCESSOR_MODE mode);

/// Reads or writes `bytes` at an address that a caller of `mode` gave. UserMode addresses must lie
/// in client memory. STATUS_ACCESS_VIOLATION.
Result<void> read_caller(void *to, const void *from, std::size_t bytes, KPROCESSOR_MODE mode);
Result<void> write_caller(void *to, const void *from, std::size_t bytes, KPROCESSOR_MODE mode);

} // namespace ksbox::ob
