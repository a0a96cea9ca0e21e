// mov rcx or r10, value; mov rax, target; jmp rax.
#include "loader/jump_thunk.h"

#include "base/assert.h"

#include <cstdint>
#include <cstring>

namespace ksbox::loader {

void write_jump_thunk(std::span<std::byte> to, ThunkRegister where, const void *value,
                      const void *target) {
    KS_ASSERT(to.size() >= thunk_size);
    constexpr std::uint8_t breakpoint = 0xcc;
    std::memset(to.data(), breakpoint, to.size());
    constexpr std::uint8_t move_to_rcx[] = {0x48, 0xb9};
    constexpr std::uint8_t move_to_r10[] = {0x49, 0xba};
    constexpr std::uint8_t move_to_rax[] = {0x48, 0xb8};
    constexpr std::uint8_t jump_rax[] = {0xff, 0xe0};
    std::byte *at = to.data();
    const auto put = [&at](const void *bytes, std::size_t size) {
        std::memcpy(at, bytes, size);
        at += size;
    };
    put(where == ThunkRegister::rcx ? move_to_rcx : move_to_r10, 2);
    put(&value, sizeof(value));
    put(move_to_rax, sizeof(move_to_rax));
    put(&target, sizeof(target));
    put(jump_rax, sizeof(jump_rax));
}

} // namespace ksbox::loader
