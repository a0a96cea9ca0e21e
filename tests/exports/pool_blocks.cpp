#include "exports/pool_blocks.h"

#include <cstdint>

#include <fmt/format.h>

#include "box/state.h"
#include "nt/mm/pool.h"
#include "nt/mm/pool_misuse.h"

namespace ksbox::exports {
namespace {

std::vector<mm::PoolBlock> blocks_of(Box &box) {
    return box.kernel().pool().outstanding(nullptr,
                                           reinterpret_cast<const void *>(~std::uintptr_t(0)));
}

} // namespace

std::size_t pool_blocks(Box &box) {
    return blocks_of(box).size();
}

std::string newest_pool_block(Box &box) {
    const std::vector<mm::PoolBlock> blocks = blocks_of(box);
    return blocks.empty()
               ? "none"
               : fmt::format("{} bytes '{}'", blocks.back().bytes, mm::tag_text(blocks.back().tag));
}

} // namespace ksbox::exports
