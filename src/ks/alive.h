// Whether a box still runs driver code: not after a bug check, and not while its kernel is taken
// apart on a host thread. Destructors that would call drivers or kernel services ask first.
#pragma once

#include "nt/ke/bug_check.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#endif
#endif

namespace ksbox::ks {

inline bool alive(Kernel &kernel) {
    return ke::current_thread_or_null() && !kernel.bug_check().stopped();
}

/// Gives an object of a dead box up: its destructor needs a living one, and frozen frames of the
/// box may still look at it.
template <typename T> void abandon([[maybe_unused]] T *object) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
    __lsan_ignore_object(object); // only a stopped box: its frozen frames keep it
#endif
#endif
}

} // namespace ksbox::ks
