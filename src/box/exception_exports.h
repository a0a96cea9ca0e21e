// The exports of structured exception handling: the loader implements them, the box puts them into
// ntoskrnl's table and tells the executive how to offer an exception to a driver.
#pragma once

#include <span>

#include "abi/export.h"

namespace ksbox {
class Kernel;
}

namespace ksbox::box {

std::span<const Export> exception_exports();

/// Sets the kernel's hooks that need the loader's knowledge of images.
void install_exception_hooks(Kernel &kernel);

} // namespace ksbox::box
