// drmk.sys as drivers import it.
#pragma once

#include <span>

#include "abi/export.h"

namespace ksbox::portcls {

/// Every documented name of drmk.sys. The loader binds from it.
std::span<const Export> drmk_exports();

} // namespace ksbox::portcls
