// How small pool blocks lie in a page: blocks of one size class with a red zone behind each and one
// before the first; no block crosses a page, as on Windows. Private to pool.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "nt/mm/layout.h"
#include "nt/mm/pool.h"

namespace ksbox::mm {

inline constexpr std::size_t red_zone_bytes = 16;
inline constexpr std::uint8_t red_zone_fill = 0xfd;

/// Usable bytes of the size classes: with their red zones they divide a page with little waste.
inline constexpr std::array<std::uint16_t, 24> class_bytes = {
    16,  32,  48,  64,  80,  96,  112, 128, 160, 192,  224,  256,
    288, 352, 384, 432, 480, 560, 656, 800, 992, 1344, 2016, 4064};
inline constexpr std::size_t largest_class = class_bytes.back();

constexpr std::size_t class_of(std::size_t bytes) {
    std::size_t index = 0;
    while (class_bytes[index] < bytes)
        ++index;
    return index;
}

/// Size class by sixteenths: one load on the hot path.
inline constexpr auto class_table = [] {
    std::array<std::uint8_t, largest_class / 16 + 1> table{};
    for (std::size_t i = 0; i < table.size(); ++i)
        table[i] = static_cast<std::uint8_t>(class_of(i * 16));
    return table;
}();

enum class BlockState : std::uint8_t { fresh, live, freed };

/// Kept outside the driver's reach. After a free it still says whose block it was.
struct Block {
    std::byte *address = nullptr;
    Block *next = nullptr; ///< in the free list of its class
    const void *caller = nullptr;
    const void *freed_by = nullptr;
    std::uint64_t sequence = 0;
    std::size_t bytes = 0;
    std::uint32_t tag = 0;
    PoolKind kind = PoolKind::nonpaged;
    BlockState state = BlockState::fresh;
};

/// One page of blocks of one class.
struct Slab {
    std::uint16_t stride; ///< a block and the red zone behind it
    std::uint16_t count;
    std::unique_ptr<Block[]> blocks;
};

} // namespace ksbox::mm
