// What a card's hardware does by itself: it reads and writes a buffer whatever the processor does
// there at that moment, when a driver is late. ThreadSanitizer would call that a race; as with real
// hardware, it does not see it.
#pragma once

#include <ntddk.h>

#if __has_feature(thread_sanitizer)

// Neither a loop nor volatile would do: the one becomes a copy that is looked at, and accesses of
// the other are atomic here, as Microsoft's compiler has them.
inline VOID DmaCopy(PVOID To, const VOID *From, ULONG Bytes) {
    SIZE_T Count = Bytes;
    __asm__ volatile("rep movsb" : "+D"(To), "+S"(From), "+c"(Count) : : "memory");
}

#else

inline VOID DmaCopy(PVOID To, const VOID *From, ULONG Bytes) {
    RtlCopyMemory(To, From, Bytes);
}

#endif
