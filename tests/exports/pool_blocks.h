// What a box holds of its pool, whoever asked for it.
#pragma once

#include <cstddef>
#include <string>

#include "ksbox/box.h"

namespace ksbox::exports {

std::size_t pool_blocks(Box &box);
/// "40 bytes 'KsEv'": the last that was allocated of those.
std::string newest_pool_block(Box &box);

} // namespace ksbox::exports
