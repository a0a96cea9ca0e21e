// Between Windows's GUID and the plain Guid of base/: the same 16 bytes.
#pragma once

#include "abi/windows.h"
#include "base/guid.h"

#include <bit>

namespace ksbox {

constexpr Guid to_guid(const GUID &guid) {
    return std::bit_cast<Guid>(guid);
}
constexpr GUID to_windows(const Guid &guid) {
    return std::bit_cast<GUID>(guid);
}

} // namespace ksbox

/// The headers' own operator== is left out (it is not constexpr).
constexpr bool operator==(const GUID &a, const GUID &b) {
    return std::bit_cast<ksbox::Guid>(a) == std::bit_cast<ksbox::Guid>(b);
}
