// netio.sys as drivers import it: Winsock Kernel's registration functions. The others they reach by
// the tables that those give out.
#pragma once

#include <span>

#include "abi/export.h"

namespace ksbox::wsk {

/// The loader binds from it.
std::span<const Export> netio_exports();

} // namespace ksbox::wsk
