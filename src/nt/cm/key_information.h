// The structures that ZwQueryKey, ZwQueryValueKey and the enumerations return, built whole in host
// memory and then delivered into a driver's buffer by one common rule.
#pragma once

#include <cstddef>
#include <vector>

#include "abi/windows.h"

#include "nt/cm/key.h"

namespace ksbox::cm {

struct Information {
    std::vector<std::byte> bytes; ///< the whole structure with its variable part
    std::size_t fixed_bytes;      ///< up to the variable part: the least a caller must offer
};

/// STATUS_INVALID_PARAMETER for a class that is none, or none of ours. `path` is the key's own, for
/// KeyNameInformation.
Result<Information> key_information(const Key &key, std::u16string_view path,
                                    KEY_INFORMATION_CLASS information_class);
Result<Information> value_information(const Value &value,
                                      KEY_VALUE_INFORMATION_CLASS information_class);

/// Writes what fits: STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW with part of it; or
/// STATUS_BUFFER_TOO_SMALL with nothing, when not even the fixed part fits. *needed is the whole
/// size each time. @doc NF:wdm.ZwQueryValueKey
NTSTATUS deliver(const Information &information, void *buffer, ULONG length, ULONG *needed);

} // namespace ksbox::cm
