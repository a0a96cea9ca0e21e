#include "loader/guard.h"

#include "base/assert.h"
#include "loader/image.h"
#include "loader/jump_thunk.h"

#include <cstring>

extern "C" {
extern const char ksbox_guard_check[], ksbox_guard_dispatch[];

/// Called by guard_call.S, which keeps the caller's registers.
KSBOX_MS_ABI bool ksbox_guard_allows(const ksbox::loader::GuardRecord *record,
                                     std::uint64_t target) noexcept {
    const ksbox::loader::Image &image = *record->image;
    const auto *address = reinterpret_cast<const void *>(target);
    return image.contains(address) ? image.may_be_called(address)
                                   : record->hooks.is_target(image, target);
}

KSBOX_MS_ABI void ksbox_guard_refused(const ksbox::loader::Context *driver,
                                      const ksbox::loader::GuardRecord *record,
                                      std::uint64_t target) noexcept {
    record->hooks.failed(*record->image, *driver, target);
    __builtin_trap(); // the hook has returned, and the call must not be made
}
}

namespace ksbox::loader {

// mov r11, record; jmp [rip + 0]; the address.
void write_guard_thunk(std::span<std::byte> to, GuardThunk kind, const GuardRecord &record) {
    KS_ASSERT(to.size() >= thunk_size);
    constexpr std::uint8_t breakpoint = 0xcc;
    std::memset(to.data(), breakpoint, to.size());
    constexpr std::uint8_t move_to_r11[] = {0x49, 0xbb};
    constexpr std::uint8_t jump_through_next[] = {0xff, 0x25, 0, 0, 0, 0};
    const void *value = &record;
    const void *target = kind == GuardThunk::check ? ksbox_guard_check : ksbox_guard_dispatch;
    std::byte *at = to.data();
    const auto put = [&at](const void *bytes, std::size_t size) {
        std::memcpy(at, bytes, size);
        at += size;
    };
    put(move_to_r11, sizeof(move_to_r11));
    put(&value, sizeof(value));
    put(jump_through_next, sizeof(jump_through_next));
    put(&target, sizeof(target));
}

} // namespace ksbox::loader
