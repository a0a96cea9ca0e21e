// mov rcx, argument; mov rax, handler; jmp rax.
#include "loader/trap_thunk.h"

#include "base/assert.h"

#include <cstdint>
#include <cstring>

namespace ksbox::loader {

void write_trap_thunk(std::span<std::byte> to, const void *argument, const void *handler) {
    KS_ASSERT(to.size() >= trap_thunk_size);
    constexpr std::uint8_t breakpoint = 0xcc;
    std::memset(to.data(), breakpoint, to.size());
    constexpr std::uint8_t move_to_rcx[] = {0x48, 0xb9};
    constexpr std::uint8_t move_to_rax[] = {0x48, 0xb8};
    constexpr std::uint8_t jump_rax[] = {0xff, 0xe0};
    std::byte *at = to.data();
    const auto put = [&at](const void *bytes, std::size_t size) {
        std::memcpy(at, bytes, size);
        at += size;
    };
    put(move_to_rcx, sizeof(move_to_rcx));
    put(&argument, sizeof(argument));
    put(move_to_rax, sizeof(move_to_rax));
    put(&handler, sizeof(handler));
    put(jump_rax, sizeof(jump_rax));
}

} // namespace ksbox::loader
