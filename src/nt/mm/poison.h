// Tells AddressSanitizer which bytes of box memory a driver may touch; nothing in other builds.
#pragma once

#include <cstddef>

#include "base/sanitizer.h"

namespace ksbox::mm {

inline void poison([[maybe_unused]] const volatile void *address,
                   [[maybe_unused]] std::size_t bytes) {
#if KSBOX_ASAN
    __asan_poison_memory_region(address, bytes);
#endif
}

inline void unpoison([[maybe_unused]] const volatile void *address,
                     [[maybe_unused]] std::size_t bytes) {
#if KSBOX_ASAN
    __asan_unpoison_memory_region(address, bytes);
#endif
}

} // namespace ksbox::mm
