#include "nt/cm/key_watch.h"

#include "nt/kernel.h"
#include "nt/ob/object_manager.h"

namespace ksbox::cm {
namespace {

bool is_below(const Key &key, const Key &above) {
    for (KeyPointer at = key.parent.lock(); at; at = at->parent.lock())
        if (at.get() == &above)
            return true;
    return false;
}

} // namespace

template <typename Ends> void KeyWatches::end_where(Ends ends, NTSTATUS status) {
    for (auto watch = waiting_.begin(); watch != waiting_.end();) {
        if (!ends(*watch)) {
            ++watch;
            continue;
        }
        ended_.push_back({std::move(*watch), status});
        watch = waiting_.erase(watch);
    }
}

void KeyWatches::changed(const Key &key, ULONG what) {
    end_where(
        [&](const KeyWatch &watch) {
            return (watch.filter & what) &&
                   (watch.key.get() == &key || (watch.whole_tree && is_below(key, *watch.key)));
        },
        STATUS_SUCCESS);
}

void KeyWatches::deleted(const Key &key) {
    end_where([&](const KeyWatch &watch) { return watch.key.get() == &key; },
              STATUS_NOTIFY_CLEANUP);
}

void KeyWatches::handle_closed(const void *body) {
    end_where([&](const KeyWatch &watch) { return watch.body == body; }, STATUS_NOTIFY_CLEANUP);
}

void tell(Kernel &kernel, const KeyWatches::Ended &ended) {
    const KeyWatch &watch = ended.watch;
    watch.block->Status = ended.status;
    watch.block->Information = 0;
    if (watch.event) {
        KeSetEvent(watch.event, IO_NO_INCREMENT, FALSE);
        if (watch.event_referenced)
            kernel.objects().dereference(watch.event);
    }
    if (watch.item)
        ExQueueWorkItem(watch.item, watch.queue);
}

} // namespace ksbox::cm
