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

#if KSBOX_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#if KSBOX_TSAN
#include <sanitizer/tsan_interface.h>
#endif
