// The address space of the boxes in this process: where client memory and system memory live. All
// addresses are legal under the shadows of AddressSanitizer and ThreadSanitizer; client addresses
// lie below MmHighestUserAddress, system addresses above.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ksbox::mm::layout {

inline constexpr std::size_t page_bytes = 4096;

/// Each box owns one slot of each window; slots are handed out lowest first.
inline constexpr unsigned slots = 32;

inline constexpr std::uintptr_t client_window = 0x5810'0000'0000;
inline constexpr std::size_t client_slot_bytes = std::size_t(16) << 30;

/// MmHighestUserAddress, MmUserProbeAddress and MmSystemRangeStart as drivers see them.
inline constexpr std::uintptr_t highest_user_address = 0x6fff'fffe'ffff;
inline constexpr std::uintptr_t user_probe_address = 0x6fff'ffff'0000;
inline constexpr std::uintptr_t system_range_start = 0x7a00'0000'0000;

inline constexpr std::uintptr_t system_window = 0x7a10'0000'0000;
inline constexpr std::size_t system_slot_bytes = std::size_t(64) << 30;

/// Parts of a box's system slot, as offsets.
inline constexpr std::size_t images_offset = 0;
inline constexpr std::size_t images_bytes = std::size_t(8) << 30;
inline constexpr std::size_t pool_offset = images_offset + images_bytes;
inline constexpr std::size_t pool_bytes = std::size_t(16) << 30;
inline constexpr std::size_t stacks_offset = pool_offset + pool_bytes;
inline constexpr std::size_t stacks_bytes = std::size_t(8) << 30;
inline constexpr std::size_t views_offset = stacks_offset + stacks_bytes;
inline constexpr std::size_t views_bytes = std::size_t(32) << 30;
static_assert(views_offset + views_bytes == system_slot_bytes);

} // namespace ksbox::mm::layout
