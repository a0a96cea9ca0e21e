// Small pieces of client memory. Mapping pages for every status block and frame would cost system
// calls; large pieces are mapped one by one.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "broker/transport.h"
#include "nt/ke/host_lock.h"

namespace ksbox::box {

class ClientHeap {
  public:
    /// 16-byte aligned; page aligned from a page on. On a thread of the client, as Transport::map.
    Result<std::byte *> allocate(broker::Transport &transport, std::size_t bytes);
    /// The same, all zero. Memory that nobody has had is so without being touched.
    Result<std::byte *> allocate_zeroed(broker::Transport &transport, std::size_t bytes);
    /// `bytes` as they were asked for.
    void free(broker::Transport &transport, std::byte *address, std::size_t bytes);

  private:
    static constexpr std::size_t smallest = 64;
    static constexpr std::size_t classes = 12; ///< 64 bytes to 128 KiB, by powers of two
    static constexpr std::size_t chunk_bytes = 1024 * 1024;
    static std::size_t class_of(std::size_t bytes);

    struct Piece {
        std::byte *address;
        bool is_fresh; ///< zero, as the transport mapped it
    };
    Result<Piece> take(broker::Transport &transport, std::size_t bytes);

    /// Pieces of one size: what was freed, and what of the last chunk nobody has had.
    struct Class {
        std::vector<std::byte *> freed;
        std::byte *next = nullptr, *end = nullptr;
    };
    ke::HostLock lock_;
    std::array<Class, classes> classes_;
};

} // namespace ksbox::box
