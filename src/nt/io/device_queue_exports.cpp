// Device queues: busy or not, and the entries that wait, in order of arrival or of a sort key.
#include "abi/export.h"
#include "abi/windows.h"
#include "nt/exports.h"

using namespace ksbox;

namespace {

/// The queue's own spin lock; IRQL is DISPATCH_LEVEL throughout, as the pages demand.
class Locked {
  public:
    explicit Locked(PKDEVICE_QUEUE queue)
        : queue_(queue), irql_(KeAcquireSpinLockRaiseToDpc(&queue->Lock)) {}
    ~Locked() { KeReleaseSpinLock(&queue_->Lock, irql_); }
    Locked(const Locked &) = delete;
    Locked &operator=(const Locked &) = delete;

  private:
    PKDEVICE_QUEUE queue_;
    KIRQL irql_;
};

PKDEVICE_QUEUE_ENTRY entry_of(PLIST_ENTRY link) {
    return CONTAINING_RECORD(link, KDEVICE_QUEUE_ENTRY, DeviceListEntry);
}

/// Takes `link` out, or finds the queue empty and makes it idle.
PKDEVICE_QUEUE_ENTRY take(PKDEVICE_QUEUE queue, PLIST_ENTRY link) {
    if (link == &queue->DeviceListHead) {
        queue->Busy = FALSE;
        return nullptr;
    }
    RemoveEntryList(link);
    auto *entry = entry_of(link);
    entry->Inserted = FALSE;
    return entry;
}

/// The first entry with a key not below `key`; the first of all when there is none.
PLIST_ENTRY by_key(PKDEVICE_QUEUE queue, ULONG key) {
    for (auto *link = queue->DeviceListHead.Flink; link != &queue->DeviceListHead;
         link = link->Flink)
        if (entry_of(link)->SortKey >= key)
            return link;
    return queue->DeviceListHead.Flink;
}

} // namespace

extern "C" {

/// @doc NF:wdm.KeInitializeDeviceQueue
VOID NTAPI KeInitializeDeviceQueue(PKDEVICE_QUEUE DeviceQueue) {
    constexpr CSHORT device_queue_object = 20; // KOBJECTS: DeviceQueueObject
    DeviceQueue->Type = device_queue_object;
    DeviceQueue->Size = sizeof(KDEVICE_QUEUE);
    InitializeListHead(&DeviceQueue->DeviceListHead);
    KeInitializeSpinLock(&DeviceQueue->Lock);
    DeviceQueue->Busy = FALSE;
}

/// @doc NF:wdm.KeInsertDeviceQueue
BOOLEAN NTAPI KeInsertDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                  PKDEVICE_QUEUE_ENTRY DeviceQueueEntry) {
    Locked locked(DeviceQueue);
    DeviceQueueEntry->Inserted = DeviceQueue->Busy != FALSE;
    if (DeviceQueue->Busy)
        InsertTailList(&DeviceQueue->DeviceListHead, &DeviceQueueEntry->DeviceListEntry);
    DeviceQueue->Busy = TRUE;
    return DeviceQueueEntry->Inserted;
}

/// @doc NF:wdm.KeInsertByKeyDeviceQueue
BOOLEAN NTAPI KeInsertByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                       PKDEVICE_QUEUE_ENTRY DeviceQueueEntry, ULONG SortKey) {
    Locked locked(DeviceQueue);
    DeviceQueueEntry->SortKey = SortKey;
    DeviceQueueEntry->Inserted = DeviceQueue->Busy != FALSE;
    if (DeviceQueue->Busy) {
        auto *link = DeviceQueue->DeviceListHead.Flink;
        while (link != &DeviceQueue->DeviceListHead && entry_of(link)->SortKey <= SortKey)
            link = link->Flink;
        InsertTailList(link, &DeviceQueueEntry->DeviceListEntry);
    }
    DeviceQueue->Busy = TRUE;
    return DeviceQueueEntry->Inserted;
}

/// @doc NF:wdm.KeRemoveDeviceQueue
PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveDeviceQueue(PKDEVICE_QUEUE DeviceQueue) {
    Locked locked(DeviceQueue);
    return take(DeviceQueue, DeviceQueue->DeviceListHead.Flink);
}

/// @doc NF:wdm.KeRemoveByKeyDeviceQueue
PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue, ULONG SortKey) {
    Locked locked(DeviceQueue);
    return take(DeviceQueue, by_key(DeviceQueue, SortKey));
}

/// @doc NF:wdm.KeRemoveByKeyDeviceQueueIfBusy
PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveByKeyDeviceQueueIfBusy(PKDEVICE_QUEUE DeviceQueue,
                                                          ULONG SortKey) {
    Locked locked(DeviceQueue);
    return DeviceQueue->Busy ? take(DeviceQueue, by_key(DeviceQueue, SortKey)) : nullptr;
}

/// @doc NF:wdm.KeRemoveEntryDeviceQueue
BOOLEAN NTAPI KeRemoveEntryDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                       PKDEVICE_QUEUE_ENTRY DeviceQueueEntry) {
    Locked locked(DeviceQueue);
    const BOOLEAN inserted = DeviceQueueEntry->Inserted;
    if (inserted) {
        RemoveEntryList(&DeviceQueueEntry->DeviceListEntry);
        DeviceQueueEntry->Inserted = FALSE;
    }
    return inserted;
}

} // extern "C"

namespace ksbox {

std::span<const Export> device_queue_exports() {
    static const Export table[] = {
        done<KeInitializeDeviceQueue>("KeInitializeDeviceQueue", "NF:wdm.KeInitializeDeviceQueue"),
        done<KeInsertDeviceQueue>("KeInsertDeviceQueue", "NF:wdm.KeInsertDeviceQueue"),
        done<KeInsertByKeyDeviceQueue>("KeInsertByKeyDeviceQueue",
                                       "NF:wdm.KeInsertByKeyDeviceQueue"),
        done<KeRemoveDeviceQueue>("KeRemoveDeviceQueue", "NF:wdm.KeRemoveDeviceQueue"),
        done<KeRemoveByKeyDeviceQueue>("KeRemoveByKeyDeviceQueue",
                                       "NF:wdm.KeRemoveByKeyDeviceQueue"),
        done<KeRemoveByKeyDeviceQueueIfBusy>("KeRemoveByKeyDeviceQueueIfBusy",
                                             "NF:wdm.KeRemoveByKeyDeviceQueueIfBusy"),
        done<KeRemoveEntryDeviceQueue>("KeRemoveEntryDeviceQueue",
                                       "NF:wdm.KeRemoveEntryDeviceQueue"),
    };
    return table;
}

} // namespace ksbox
