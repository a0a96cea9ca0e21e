// IUnknown's identifier, {00000000-0000-0000-C000-000000000046}. What mingw-w64's punknown.h calls
// IID_IUnknown is another number, which no driver built with the WDK asks for.
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

inline constexpr GUID unknown_id{0, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};

} // namespace ksbox::ks
