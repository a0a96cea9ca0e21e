// The memory of one enabled event: private data, then the KSEVENT_ENTRY that drivers see, then the
// extra bytes that the event item asked for.
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

/// One notification that waits for KSEVENT_TYPE_QUERYBUFFER; data follows.
struct BufferedData {
    LIST_ENTRY link;
    ULONG bytes;
};

struct EventStorage {
    static constexpr ULONG tag = 0x7645734b; // 'KsEv'

    KDPC dpc; ///< signals for callers above DISPATCH_LEVEL
    LONG dpc_queued;
    bool object_referenced; ///< entry.Object holds a reference
    KPRIORITY increment;
    WORK_QUEUE_TYPE work_queue;
    PKSWORKER worker;
    LIST_ENTRY buffered; ///< BufferedData, oldest first; KSEVENT_ENTRY_BUFFERED only
    alignas(16) KSEVENT_ENTRY entry;

    static EventStorage &of(KSEVENT_ENTRY *entry) {
        return *CONTAINING_RECORD(entry, EventStorage, entry);
    }
};

} // namespace ksbox::ks
