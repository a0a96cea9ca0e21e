// IUnknown's identifier. The one that every driver has, punknown.h's, is not COM's: its C0 stands
// two bytes further on, and drivers are asked for it, and ask for it, by that. @observed
#pragma once

#include "abi/guid.h"

namespace ksbox {

inline constexpr GUID iid_unknown = {0, 0, 0, {0x00, 0x00, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x46}};

/// Either of them: nobody means anything else by COM's.
constexpr bool is_unknown(const GUID &id) {
    return id == iid_unknown || id == IID_IUnknown;
}

} // namespace ksbox
