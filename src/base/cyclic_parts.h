// A run of bytes in a cyclic buffer, which goes on at its start.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ksbox {

/// The one or two parts of the buffer that `bytes` from `from` on cover; `from` counts on, `bytes`
/// are at most the buffer's. `use(part, done)`: how many bytes came before the part.
template <typename Use>
void each_cyclic_part(std::span<std::byte> buffer, std::uint64_t from, std::size_t bytes,
                      const Use &use) {
    const std::size_t at = from % buffer.size(), first = std::min(bytes, buffer.size() - at);
    if (first != 0)
        use(buffer.subspan(at, first), std::size_t{0});
    if (first != bytes)
        use(buffer.first(bytes - first), first);
}

} // namespace ksbox
