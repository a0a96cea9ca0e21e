// Fills and checks of pool bytes. Fills are whole words at a pace that the hot path can afford.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

namespace ksbox::mm {

inline void fill_words(std::byte *at, std::size_t bytes, std::uint64_t pattern) {
    const std::size_t words = bytes / 8;
    for (std::size_t i = 0; i < words; ++i)
        std::memcpy(at + 8 * i, &pattern, 8);
    std::memcpy(at + 8 * words, &pattern, bytes % 8);
}

/// Whether `bytes` (a multiple of 16) still hold the pattern.
inline bool holds_words(const std::byte *at, std::size_t bytes, std::uint64_t pattern) {
    std::uint64_t difference = 0;
    const std::size_t words = bytes / 8;
    for (std::size_t i = 0; i < words; ++i) {
        std::uint64_t word;
        std::memcpy(&word, at + 8 * i, 8);
        difference |= word ^ pattern;
    }
    return difference == 0;
}

/// The first byte that is not `fill`, or nothing. The whole words at the end are compared as such.
inline std::optional<std::size_t> first_other(const std::byte *at, std::size_t bytes,
                                              std::byte fill) {
    const std::size_t head = bytes % 8;
    const std::uint64_t pattern = 0x0101'0101'0101'0101 * std::to_integer<std::uint64_t>(fill);
    std::uint64_t difference = 0;
    for (std::size_t i = 0; i < head; ++i)
        difference |= std::to_integer<std::uint64_t>(at[i] ^ fill);
    for (std::size_t i = head; i < bytes; i += 8) {
        std::uint64_t word;
        std::memcpy(&word, at + i, 8);
        difference |= word ^ pattern;
    }
    if (difference == 0)
        return std::nullopt;
    std::size_t i = 0;
    while (at[i] == fill)
        ++i;
    return i;
}

} // namespace ksbox::mm
