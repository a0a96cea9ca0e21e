#include "box/client_heap.h"

#include <algorithm>
#include <bit>

namespace ksbox::box {

std::size_t ClientHeap::class_of(std::size_t bytes) {
    return static_cast<std::size_t>(std::bit_width((std::max(bytes, smallest) - 1) / smallest));
}

Result<std::byte *> ClientHeap::allocate(broker::Transport &transport, std::size_t bytes) {
    std::size_t index = class_of(bytes);
    if (index >= classes)
        return reinterpret_cast<std::byte *>(KS_TRY(transport.map(bytes)));
    {
        ke::HostLockGuard guard(lock_);
        if (!free_[index].empty()) {
            std::byte *address = free_[index].back();
            free_[index].pop_back();
            return address;
        }
    }
    auto *chunk = reinterpret_cast<std::byte *>(KS_TRY(transport.map(chunk_bytes)));
    std::size_t piece = smallest << index;
    ke::HostLockGuard guard(lock_);
    // The chunk's first piece goes out now, the rest in order afterwards.
    for (std::size_t offset = chunk_bytes - piece; offset > 0; offset -= piece)
        free_[index].push_back(chunk + offset);
    return chunk;
}

void ClientHeap::free(broker::Transport &transport, std::byte *address, std::size_t bytes) {
    std::size_t index = class_of(bytes);
    if (index >= classes) {
        (void)transport.unmap(reinterpret_cast<broker::ClientAddress>(address));
        return;
    }
    ke::HostLockGuard guard(lock_);
    free_[index].push_back(address);
}

} // namespace ksbox::box
