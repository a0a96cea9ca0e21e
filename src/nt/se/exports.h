// What ksecdd.sys, the kernel's cryptography, offers to drivers.
#pragma once

#include <span>

#include "abi/export.h"

namespace ksbox::se {

/// Imported under two names: ksecdd.sys and, from Windows 8 on, cng.sys.
std::span<const Export> ksecdd_exports();

} // namespace ksbox::se
