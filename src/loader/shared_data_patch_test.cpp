// Which immediates are taken for the shared data page, and which are left alone.
#include "loader/shared_data_patch.h"

#include <array>
#include <cstdint>
#include <cstring>

#include <gtest/gtest.h>

namespace ksbox::loader {
namespace {

constexpr std::uint64_t page = 0x7a1000123000;

/// Two opcode bytes and an immediate; what redirect_shared_data() makes of the immediate.
std::uint64_t patched(std::uint8_t prefix, std::uint8_t opcode, std::uint64_t value) {
    std::array<std::byte, 12> code{};
    code[0] = std::byte{prefix};
    code[1] = std::byte{opcode};
    std::memcpy(code.data() + 2, &value, sizeof value);
    const auto changed = redirect_shared_data(code, reinterpret_cast<const void *>(page));
    std::uint64_t result;
    std::memcpy(&result, code.data() + 2, sizeof result);
    EXPECT_EQ(changed, result != value ? 1u : 0u);
    return result;
}

TEST(SharedDataPatch, RedirectsThePage) {
    EXPECT_EQ(patched(0x48, 0xb8, 0xfffff78000000008), page + 8);     // mov rax, imm64
    EXPECT_EQ(patched(0x49, 0xbf, 0xfffff78000000320), page + 0x320); // mov r15, imm64
    EXPECT_EQ(patched(0x48, 0xa1, 0xfffff78000000000), page);         // mov rax, [imm64]
}

TEST(SharedDataPatch, RedirectsItsSanitizerShadow) {
    EXPECT_EQ(patched(0x48, 0xb8, 0x1ffffef07fff8001), (page >> 3) + 0x7fff8001);
}

TEST(SharedDataPatch, LeavesOthersAlone) {
    EXPECT_EQ(patched(0x48, 0xb8, 0xfffff78000001000), 0xfffff78000001000);
    EXPECT_EQ(patched(0x48, 0xb8, 0xfffff77fffffffff), 0xfffff77fffffffff);
    EXPECT_EQ(patched(0x48, 0xb8, 0x1ffffef07fff8200), 0x1ffffef07fff8200);
    EXPECT_EQ(patched(0x90, 0x90, 0xfffff78000000008), 0xfffff78000000008); // data, not code
}

} // namespace
} // namespace ksbox::loader
