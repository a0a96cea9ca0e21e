// Which sanitizer this build carries, and the interfaces to it that the runtime uses.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KSBOX_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define KSBOX_TSAN 1
#endif
#endif
#ifndef KSBOX_ASAN
#define KSBOX_ASAN 0
#endif
#ifndef KSBOX_TSAN
#define KSBOX_TSAN 0
#endif

#if KSBOX_ASAN || KSBOX_TSAN
#include <sanitizer/common_interface_defs.h>
#include <unistd.h>
#endif
#if KSBOX_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#endif
#if KSBOX_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace ksbox {

/// Has the sanitizer start its symbolizer now, on the caller's stack. It does so by fork(), and a
/// fork on a box thread's stack goes wrong: that memory is shared, so parent and child run on the
/// very same frames. Call it on a stack of the host.
inline void start_sanitizer_symbolizer() {
#if KSBOX_ASAN || KSBOX_TSAN
    char text[64];
    __sanitizer_symbolize_pc(reinterpret_cast<void *>(&write), "%f", text, sizeof text);
#endif
}

} // namespace ksbox
