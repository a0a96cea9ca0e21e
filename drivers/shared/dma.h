// What a card's hardware does by itself: it reads and writes a buffer whatever the processor does
// there at that moment, when a driver is late. ThreadSanitizer would call that a race; as with real
// hardware, it does not see it.
#pragma once

#include <ntddk.h>

#if __has_feature(thread_sanitizer)

__attribute__((no_sanitize("thread"))) inline VOID DmaCopy(PVOID To, const VOID *From,
                                                           ULONG Bytes) {
    for (ULONG Index = 0; Index < Bytes; Index++) {
        static_cast<volatile UCHAR *>(To)[Index] = static_cast<const volatile UCHAR *>(From)[Index];
    }
}

#else

inline VOID DmaCopy(PVOID To, const VOID *From, ULONG Bytes) {
    RtlCopyMemory(To, From, Bytes);
}

#endif
