// The one seam that client calls cross: handles and client addresses, never a pointer
// to a host object, so that drivers may live in another process one day. In one process:
// in_process_transport.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "ksbox/reason.h"

namespace ksbox::broker {

/// A client's handle value. 0 is no handle.
using Handle = std::uint64_t;
/// An address in the client's memory.
using ClientAddress = std::uint64_t;

struct Open {
    Handle root = 0;                 ///< the name is relative to this file
    std::span<const std::byte> name; ///< UTF-16 units, or whatever bytes the driver takes for them
    std::uint32_t access = 0;
    std::uint32_t share = 0;
    std::uint32_t options = 0;
};

struct Control {
    Handle file = 0;
    std::uint32_t code = 0;
    ClientAddress input = 0;
    std::uint32_t input_bytes = 0;
    ClientAddress output = 0;
    std::uint32_t output_bytes = 0;
    ClientAddress status_block = 0; ///< IO_STATUS_BLOCK, required
    Handle event = 0;
};

/// All: on a thread of the client, PASSIVE_LEVEL.
class Transport {
  public:
    virtual ~Transport() = default;

    virtual Result<Handle> open(const Open &request) = 0;
    /// The NTSTATUS of the call; STATUS_PENDING when the status block and event tell the end.
    virtual Status ioctl(const Control &request) = 0;
    /// All requests on the file, or the one with that status block (not 0).
    virtual Status cancel(Handle file, ClientAddress status_block) = 0;
    virtual Status close(Handle handle) = 0;
    /// Why the last request with that status block, or for 0 the calling thread's last open, was
    /// refused; once. Empty when nobody said why.
    virtual Reason take_reason(ClientAddress status_block) = 0;
    /// Zeroed memory of the client, shared with whoever serves it. unmap() gives it back.
    virtual Result<ClientAddress> map(std::size_t bytes) = 0;
    virtual Status unmap(ClientAddress address) = 0;
};

} // namespace ksbox::broker
