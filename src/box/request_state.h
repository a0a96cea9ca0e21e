// What one I/O request of a client needs while it is under way. Kept by the client afterwards, with
// its event and its piece of client memory, for the next request.
#pragma once

#include <optional>

#include "abi/windows.h"

#include "ksbox/client.h"

namespace ksbox {

struct Request::State {
    /// The status block, short input, and short output that the caller keeps in host memory.
    static constexpr std::size_t input_offset = sizeof(IO_STATUS_BLOCK);
    static constexpr std::size_t output_offset = 256;
    static constexpr std::size_t memory_bytes = 512;

    /// On a thread of the client. Throws Error.
    explicit State(Client &owner);
    /// Where `bytes` of input go: valid until the next request.
    std::byte *input_place(std::size_t bytes);
    std::span<std::byte> output_place(std::size_t bytes);
    IO_STATUS_BLOCK *block() { return reinterpret_cast<IO_STATUS_BLOCK *>(memory); }
    /// On a thread of the client.
    void take_result();

    Client &client;
    Handle file = 0;
    Handle event = 0;
    std::byte *memory = nullptr; ///< client memory; goes with the process
    std::optional<Buffer> long_input, long_output;
    IoResult result;
    Reason refusal;
    bool ended = false;
};

} // namespace ksbox
