// What the registry offers to drivers: the Zw…Key and Rtl…Registry… functions of ntoskrnl.
#pragma once

#include <span>

#include "abi/export.h"

namespace ksbox::cm {

std::span<const Export> key_exports();          ///< ZwCreateKey …
std::span<const Export> registry_rtl_exports(); ///< RtlQueryRegistryValues …

} // namespace ksbox::cm
