// --gdb: a driver is mapped by ksbox, so a debugger has to be told where.
#pragma once

#include <functional>

#include "ksbox/box.h"

namespace ksbox::cli {

/// Writes a gdb script for the image, says how to use it, and waits until a debugger is attached
/// or `given_up` says so.
void wait_for_debugger(const LoadedImage &image, const std::function<bool()> &given_up);

/// The script itself.
std::string gdb_script(const LoadedImage &image);

} // namespace ksbox::cli
