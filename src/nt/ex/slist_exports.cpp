// Interlocked singly linked lists: depth, sequence and first entry in sixteen bytes that change at
// once. Drivers call them from inline code of their headers (lookaside lists).
#include <array>

#include "abi/windows.h"

#include "base/sanitizer.h"
#include "nt/ex/slist.h"
#include "nt/exports.h"
#include "nt/ke/bug_check.h"
#include "nt/mm/memory.h"

namespace ksbox::ex {
namespace {

struct Words {
    std::uint64_t low;  ///< depth in the low 16 bits, then the sequence
    std::uint64_t high; ///< the first entry's address, with the header type in the low four bits
};

constexpr std::uint64_t header_type = 1;
constexpr std::uint64_t one_change = 1 << 16;

bool replace(SLIST_HEADER *head, Words &seen, Words with) {
    bool equal;
#if KSBOX_TSAN
    __tsan_release(head); // before anybody can see the change
#endif
    asm volatile("lock cmpxchg16b %1"
                 : "=@ccz"(equal), "+m"(*head), "+a"(seen.low), "+d"(seen.high)
                 : "b"(with.low), "c"(with.high)
                 : "memory");
#if KSBOX_TSAN
    if (equal)
        __tsan_acquire(head);
#endif
    return equal;
}

Words read(SLIST_HEADER *head) {
    if (reinterpret_cast<std::uint64_t>(head) % 16 != 0)
        bug_check(0x1e, 0x80000002, reinterpret_cast<std::uint64_t>(head), 0, 0,
                  "an SLIST_HEADER is not aligned to 16 bytes");
    Words words{};
    replace(head, words, words); // an atomic read: zeros are replaced by zeros
    return words;
}

SLIST_ENTRY *first_of(Words words) {
    return reinterpret_cast<SLIST_ENTRY *>(words.high & ~std::uint64_t(15));
}

std::uint64_t first_word(const SLIST_ENTRY *entry) {
    return reinterpret_cast<std::uint64_t>(entry) | header_type;
}

} // namespace

extern "C" {

/// @doc NF:wdm.ExInitializeSListHead
VOID NTAPI ksbox_InitializeSListHead(PSLIST_HEADER SListHead) {
    (void)read(SListHead); // for the alignment
    *SListHead = {};
}

/// Any IRQL. @doc NF:wdm.ExInterlockedPopEntrySList
PSLIST_ENTRY NTAPI ksbox_ExpInterlockedPopEntrySList(PSLIST_HEADER ListHead) {
    Words seen = read(ListHead);
    for (;;) {
        SLIST_ENTRY *first = first_of(seen);
        if (first == nullptr)
            return nullptr;
        // Another processor may have popped and freed the entry since: then what is read here, or
        // the fault that reading makes, does not matter, because the header has changed.
        SLIST_ENTRY *next = nullptr;
        const bool readable = mm::guarded_copy(&next, &first->Next, sizeof(next));
        const Words with{((seen.low & ~std::uint64_t(0xffff)) + one_change) |
                             ((seen.low - 1) & 0xffff),
                         next == nullptr ? header_type : first_word(next)};
        const Words before = seen;
        if (!readable) {
            seen = read(ListHead);
            if (seen.low == before.low && seen.high == before.high)
                bug_check(0x50, reinterpret_cast<std::uint64_t>(first), 0, 0, 0,
                          "an entry of an interlocked list was freed while it was listed");
            continue;
        }
        if (replace(ListHead, seen, with))
            return first;
    }
}

/// Any IRQL. @doc NF:wdm.ExInterlockedPushEntrySList
PSLIST_ENTRY NTAPI ksbox_ExpInterlockedPushEntrySList(PSLIST_HEADER ListHead,
                                                      PSLIST_ENTRY ListEntry) {
    Words seen = read(ListHead);
    for (;;) {
        ListEntry->Next = first_of(seen);
        const Words with{((seen.low & ~std::uint64_t(0xffff)) + one_change) |
                             ((seen.low + 1) & 0xffff),
                         first_word(ListEntry)};
        if (replace(ListHead, seen, with))
            return first_of(seen); // the entry may be another's by now
    }
}

/// Any IRQL. @doc NF:wdm.ExInterlockedFlushSList
PSLIST_ENTRY NTAPI ksbox_ExpInterlockedFlushSList(PSLIST_HEADER ListHead) {
    Words seen = read(ListHead);
    while (first_of(seen) != nullptr) {
        const Words with{(seen.low & ~std::uint64_t(0xffff)) + one_change, header_type};
        SLIST_ENTRY *first = first_of(seen);
        if (replace(ListHead, seen, with))
            return first;
    }
    return nullptr;
}

/// @doc NF:wdm.ExQueryDepthSList
USHORT NTAPI ksbox_ExQueryDepthSList(PSLIST_HEADER SListHead) {
    return static_cast<USHORT>(read(SListHead).low);
}

} // extern "C"
} // namespace ksbox::ex

namespace ksbox {

std::span<const Export> slist_exports() {
    static const std::array table{
        done<&ksbox_InitializeSListHead>("InitializeSListHead", "NF:wdm.ExInitializeSListHead"),
        done<&ksbox_InitializeSListHead>("RtlInitializeSListHead", "NF:wdm.ExInitializeSListHead"),
        done<&ksbox_ExpInterlockedPopEntrySList>("ExpInterlockedPopEntrySList",
                                                 "NF:wdm.ExInterlockedPopEntrySList"),
        done<&ksbox_ExpInterlockedPushEntrySList>("ExpInterlockedPushEntrySList",
                                                  "NF:wdm.ExInterlockedPushEntrySList"),
        done<&ksbox_ExpInterlockedFlushSList>("ExpInterlockedFlushSList",
                                              "NF:wdm.ExInterlockedFlushSList"),
        done<&ksbox_ExQueryDepthSList>("ExQueryDepthSList", "NF:wdm.ExQueryDepthSList"),
    };
    return table;
}

} // namespace ksbox
