#include "box/client_heap.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace ksbox::box {

std::size_t ClientHeap::class_of(std::size_t bytes) {
    return static_cast<std::size_t>(std::bit_width((std::max(bytes, smallest) - 1) / smallest));
}

Result<ClientHeap::Piece> ClientHeap::take(broker::Transport &transport, std::size_t bytes) {
    const std::size_t index = class_of(bytes);
    if (index >= classes)
        return Piece{reinterpret_cast<std::byte *>(KS_TRY(transport.map(bytes))), true};
    Class &own = classes_[index];
    const std::size_t piece = smallest << index;
    {
        ke::HostLockGuard guard(lock_);
        if (!own.freed.empty()) {
            std::byte *address = own.freed.back();
            own.freed.pop_back();
            return Piece{address, false};
        }
        if (own.next != own.end)
            return Piece{std::exchange(own.next, own.next + piece), true};
    }
    auto *chunk = reinterpret_cast<std::byte *>(KS_TRY(transport.map(chunk_bytes)));
    ke::HostLockGuard guard(lock_);
    // Another thread may have been here meanwhile: its rest is not lost.
    for (; own.next != own.end; own.next += piece)
        own.freed.push_back(own.next);
    own.next = chunk + piece;
    own.end = chunk + chunk_bytes;
    return Piece{chunk, true};
}

Result<std::byte *> ClientHeap::allocate(broker::Transport &transport, std::size_t bytes) {
    return KS_TRY(take(transport, bytes)).address;
}

Result<std::byte *> ClientHeap::allocate_zeroed(broker::Transport &transport, std::size_t bytes) {
    const Piece piece = KS_TRY(take(transport, bytes));
    if (!piece.is_fresh)
        std::memset(piece.address, 0, bytes);
    return piece.address;
}

void ClientHeap::free(broker::Transport &transport, std::byte *address, std::size_t bytes) {
    std::size_t index = class_of(bytes);
    if (index >= classes) {
        (void)transport.unmap(reinterpret_cast<broker::ClientAddress>(address));
        return;
    }
    ke::HostLockGuard guard(lock_);
    classes_[index].freed.push_back(address);
}

} // namespace ksbox::box
