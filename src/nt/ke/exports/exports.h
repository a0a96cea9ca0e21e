// The tables of ke's exports, one a file of this folder; nt/exports.cpp joins them.
#pragma once

#include <span>

#include "abi/export.h"

namespace ksbox::ke {

std::span<const Export> event_exports();
std::span<const Export> wait_exports();
std::span<const Export> timer_exports();
std::span<const Export> irql_exports();
std::span<const Export> time_exports();
std::span<const Export> thread_exports();
std::span<const Export> debug_exports();

} // namespace ksbox::ke
