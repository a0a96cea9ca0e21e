// Signalling events, and the locks of their lists.
#include "ks/events.h"

#include <cstring>

#include "ks/event_storage.h"
#include "ks/internal_code.h"
#include "nt/ex/resource.h"

namespace ksbox::ks {

EventsLock::EventsLock(const EventsPlace &place) : place_(place) {
    switch (place.lock_type) {
    case KSEVENTS_SPINLOCK:
        irql_ = KeAcquireSpinLockRaiseToDpc(static_cast<PKSPIN_LOCK>(place.lock));
        break;
    case KSEVENTS_MUTEX:
        KeWaitForSingleObject(place.lock, Executive, KernelMode, FALSE, nullptr);
        break;
    case KSEVENTS_FMUTEX:
        ExAcquireFastMutex(static_cast<PFAST_MUTEX>(place.lock));
        break;
    case KSEVENTS_FMUTEXUNSAFE:
        KeEnterCriticalRegion();
        ExAcquireFastMutexUnsafe(static_cast<PFAST_MUTEX>(place.lock));
        break;
    case KSEVENTS_INTERRUPT:
        // A list that an interrupt service routine signals.
        irql_ = KeAcquireInterruptSpinLock(static_cast<PKINTERRUPT>(place.lock));
        break;
    case KSEVENTS_ERESOURCE:
        KeEnterCriticalRegion();
        ex::resource_acquire_exclusive(*static_cast<PERESOURCE>(place.lock), true);
        break;
    case KSEVENTS_NONE:
        break;
    }
}

EventsLock::~EventsLock() {
    switch (place_.lock_type) {
    case KSEVENTS_SPINLOCK:
        KeReleaseSpinLock(static_cast<PKSPIN_LOCK>(place_.lock), irql_);
        break;
    case KSEVENTS_MUTEX:
        KeReleaseMutex(static_cast<PKMUTEX>(place_.lock), FALSE);
        break;
    case KSEVENTS_FMUTEX:
        ExReleaseFastMutex(static_cast<PFAST_MUTEX>(place_.lock));
        break;
    case KSEVENTS_FMUTEXUNSAFE:
        ExReleaseFastMutexUnsafe(static_cast<PFAST_MUTEX>(place_.lock));
        KeLeaveCriticalRegion();
        break;
    case KSEVENTS_INTERRUPT:
        KeReleaseInterruptSpinLock(static_cast<PKINTERRUPT>(place_.lock), irql_);
        break;
    case KSEVENTS_ERESOURCE:
        ex::resource_release(*static_cast<PERESOURCE>(place_.lock), ExGetCurrentResourceThread());
        KeLeaveCriticalRegion();
        break;
    case KSEVENTS_NONE:
        break;
    }
}

namespace {

NTSTATUS buffer(EventStorage &storage, ULONG bytes, const void *data) {
    auto *kept = static_cast<BufferedData *>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(BufferedData) + bytes, EventStorage::tag));
    if (!kept)
        return STATUS_INSUFFICIENT_RESOURCES;
    kept->bytes = bytes;
    if (bytes)
        std::memcpy(kept + 1, data, bytes);
    InsertTailList(&storage.buffered, &kept->link);
    return STATUS_SUCCESS;
}

NTSTATUS notify(EventStorage &storage) {
    KSEVENT_ENTRY &entry = storage.entry;
    switch (entry.NotificationType) {
    case KSEVENTF_EVENT_HANDLE:
    case KSEVENTF_EVENT_OBJECT:
        KeSetEvent(static_cast<PKEVENT>(entry.Object), storage.increment, FALSE);
        return STATUS_SUCCESS;
    case KSEVENTF_SEMAPHORE_HANDLE:
    case KSEVENTF_SEMAPHORE_OBJECT: {
        auto *semaphore = static_cast<PKSEMAPHORE>(entry.Object);
        const LONG adjustment = static_cast<LONG>(entry.SemaphoreAdjustment);
        // KeReleaseSemaphore would raise: an error is what this function's page speaks of.
        if (adjustment <= 0 || KeReadStateSemaphore(semaphore) > semaphore->Limit - adjustment)
            return STATUS_SEMAPHORE_LIMIT_EXCEEDED;
        KeReleaseSemaphore(semaphore, storage.increment, adjustment, FALSE);
        return STATUS_SUCCESS;
    }
    case KSEVENTF_DPC:
        KeInsertQueueDpc(static_cast<PKDPC>(entry.Object), entry.EventData, nullptr);
        return STATUS_SUCCESS;
    case KSEVENTF_WORKITEM:
        ExQueueWorkItem(static_cast<PWORK_QUEUE_ITEM>(entry.Object), storage.work_queue);
        return STATUS_SUCCESS;
    case KSEVENTF_KSWORKITEM:
        return KsQueueWorkItem(storage.worker, static_cast<PWORK_QUEUE_ITEM>(entry.Object));
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

} // namespace

NTSTATUS generate_event(KSEVENT_ENTRY *entry, ULONG data_bytes, const void *data) {
    EventStorage &storage = EventStorage::of(entry);
    if (entry->Flags & KSEVENT_ENTRY_DELETED)
        return STATUS_SUCCESS;
    if (KeGetCurrentIrql() > DISPATCH_LEVEL) {
        if (InterlockedExchange(&storage.dpc_queued, 1) == 0)
            KeInsertQueueDpc(&storage.dpc, nullptr, nullptr);
        return STATUS_SUCCESS;
    }
    NTSTATUS status = STATUS_SUCCESS;
    if (entry->Flags & KSEVENT_ENTRY_BUFFERED)
        status = buffer(storage, data_bytes, data);
    if (NT_SUCCESS(status))
        status = notify(storage);
    if (!(entry->Flags & KSEVENT_ENTRY_ONESHOT))
        return status;
    entry->Flags |= KSEVENT_ENTRY_DELETED;
    if (entry->EventItem->RemoveHandler)
        call_code("KSEVENT_ITEM.RemoveHandler", entry, entry->EventItem->RemoveHandler,
                  entry->FileObject, entry);
    else
        RemoveEntryList(&entry->ListEntry);
    discard_event(entry);
    return status;
}

void discard_event(KSEVENT_ENTRY *entry) {
    EventStorage &storage = EventStorage::of(entry);
    KeRemoveQueueDpc(&storage.dpc);
    while (!IsListEmpty(&storage.buffered))
        ExFreePoolWithTag(CONTAINING_RECORD(RemoveHeadList(&storage.buffered), BufferedData, link),
                          EventStorage::tag);
    if (storage.object_referenced)
        ObDereferenceObject(entry->Object);
    ExFreePoolWithTag(&storage, EventStorage::tag);
}

} // namespace ksbox::ks
