// mov rcx or r10, value; mov rax, target; jmp rax. And the one that counts.
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

void write_counting_thunk(std::span<std::byte> to, std::uint64_t *counter, const void *target) {
    KS_ASSERT(to.size() >= thunk_size);
    constexpr std::uint8_t breakpoint = 0xcc;
    std::memset(to.data(), breakpoint, to.size());
    constexpr std::uint8_t move_to_r11[] = {0x49, 0xbb};
    constexpr std::uint8_t lock_increment_r11[] = {0xf0, 0x49, 0xff, 0x03};
    constexpr std::uint8_t jump_r11[] = {0x41, 0xff, 0xe3};
    std::byte *at = to.data();
    const auto put = [&at](const void *bytes, std::size_t size) {
        std::memcpy(at, bytes, size);
        at += size;
    };
    put(move_to_r11, sizeof(move_to_r11));
    put(&counter, sizeof(counter));
    put(lock_increment_r11, sizeof(lock_increment_r11));
    put(move_to_r11, sizeof(move_to_r11));
    put(&target, sizeof(target));
    put(jump_r11, sizeof(jump_r11));
}

} // namespace ksbox::loader
