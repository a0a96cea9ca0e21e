// What stands before every object body in pool memory. Private to ob.
#pragma once

#include "abi/windows.h"

#include "nt/ke/host_sharing.h"
#include "nt/ob/object_manager.h"

namespace ksbox::ob {

struct NameEntry;

struct alignas(16) ObjectHeader {
    static constexpr std::uint64_t live = 0x4d757269'4a424f21;
    static constexpr std::uint64_t dead = 0xdead'0b1e'c7de'ad00;
    static constexpr std::uint32_t tag = 0x20'6a'62'4f; // "Obj "

    std::uint64_t magic;
    std::int64_t references;
    std::uint64_t id;
    NameEntry *name; ///< owned by the directory it is in
    Kernel *kernel;
    WORK_QUEUE_ITEM deferred; ///< carries a last dereference made above PASSIVE_LEVEL
    std::uint32_t handles;
    ObjectType type;
    bool permanent;
    bool has_security; ///< State::security has an entry
};

inline ObjectHeader *header_of(const void *body) {
    return reinterpret_cast<ObjectHeader *>(reinterpret_cast<std::uintptr_t>(body) -
                                            sizeof(ObjectHeader));
}
/// Looks at memory that may be freed already: that is the question.
[[gnu::noinline]] __attribute__((no_sanitize("address", "thread"))) inline bool
is_live(const ObjectHeader *header) {
    return header->magic == ObjectHeader::live;
}

/// Adds a reference without judging; the count before, 0 for an object that is gone. For use under
/// a host lock, where nothing may stop the box: check_reference() does, afterwards.
inline std::int64_t add_reference(void *body) {
    auto *header = header_of(body);
    if (!is_live(header))
        return 0;
    return ke::add_shared(header->references, std::int64_t(1));
}
/// Bug check REFERENCE_BY_POINTER unless there was a reference before.
void check_reference(const void *body, std::int64_t before);

inline void *body_of(ObjectHeader *header) {
    return header + 1;
}

} // namespace ksbox::ob
