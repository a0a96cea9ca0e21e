#include "box/leftovers.h"

#include <fmt/format.h>

#include "box/state.h"
#include "nt/mm/pool.h"
#include "nt/mm/pool_misuse.h"

namespace ksbox::box {

std::string avstream_leftovers(Box &box) {
    constexpr std::uint32_t low_half = 0xffff, avstreams = 0x734b; // tags begin with "Ks"
    std::string text;
    for (const mm::PoolBlock &block : box.kernel().pool().outstanding(
             nullptr, reinterpret_cast<const void *>(~std::uintptr_t(0))))
        if ((block.tag & low_half) == avstreams)
            text += fmt::format("{}{} {} bytes", text.empty() ? "" : ", ", mm::tag_text(block.tag),
                                block.bytes);
    return text;
}

} // namespace ksbox::box
