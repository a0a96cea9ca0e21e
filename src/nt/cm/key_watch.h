// Who waits for changes of keys (ZwNotifyChangeKey). Guarded by the registry's lock; what has ended
// is told outside of it, since that touches drivers' memory and the scheduler.
#pragma once

#include <list>
#include <utility>
#include <vector>

#include "abi/windows.h"

#include "nt/cm/key.h"

namespace ksbox {
class Kernel;
}

namespace ksbox::cm {

struct KeyWatch {
    const void *body = nullptr; ///< of the key object that the watch came through
    KeyPointer key;
    ULONG filter = 0; ///< REG_NOTIFY_CHANGE_…
    bool whole_tree = false;
    PIO_STATUS_BLOCK block = nullptr;
    PKEVENT event = nullptr; ///< may be null
    bool event_referenced = false;
    PWORK_QUEUE_ITEM item = nullptr; ///< may be null; queued at the end
    WORK_QUEUE_TYPE queue = DelayedWorkQueue;
};

class KeyWatches {
  public:
    void add(KeyWatch watch) { waiting_.push_back(std::move(watch)); }
    /// `what` happened to the key: the watches of it, and those of trees above it, end.
    void changed(const Key &key, ULONG what);
    /// Nothing more can happen to it: STATUS_NOTIFY_CLEANUP.
    void deleted(const Key &key);
    void handle_closed(const void *body);

    struct Ended {
        KeyWatch watch;
        NTSTATUS status;
    };
    bool has_ended() const { return !ended_.empty(); }
    std::vector<Ended> take_ended() { return std::exchange(ended_, {}); }

  private:
    template <typename Ends> void end_where(Ends ends, NTSTATUS status);

    std::list<KeyWatch> waiting_;
    std::vector<Ended> ended_;
};

/// Status block, event, work item. IRQL <= APC_LEVEL, without the registry's lock.
void tell(Kernel &kernel, const KeyWatches::Ended &ended);

} // namespace ksbox::cm
