// GUIDs at compile time, for tables that need no start.
#pragma once

#include "abi/windows.h"

namespace ksbox {

/// static_guid(STATIC_KSCATEGORY_MIXER): of a header's macro, which is a list of eleven numbers.
template <typename... Bytes>
constexpr GUID static_guid(ULONG first, USHORT second, USHORT third, Bytes... rest) {
    static_assert(sizeof...(rest) == 8);
    return {first, second, third, {static_cast<UCHAR>(rest)...}};
}

} // namespace ksbox
