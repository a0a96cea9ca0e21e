// What is left of AVStream when a box's drivers have gone: nothing, or ksbox itself has a fault.
#pragma once

#include <string>

#include "ksbox/box.h"

namespace ksbox::box {

/// Pool that AVStream still has, as "'KsOb' 40 bytes, …"; empty: none. No driver is loaded.
std::string avstream_leftovers(Box &box);

/// Told of them when a box in simulated time goes. Only test programs define it.
[[gnu::weak]] void leftovers_told(const std::string &blocks);

} // namespace ksbox::box
