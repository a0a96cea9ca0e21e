// Enabling and disabling events.
#include "ks/events.h"

#include <cstring>

#include "abi/export.h"
#include "ks/automation_find.h"
#include "ks/event_list.h"
#include "ks/event_storage.h"
#include "ks/filter.h"
#include "ks/internal_code.h"
#include "ks/object.h"
#include "ks/pin.h"
#include "ks/sized_answer.h"
#include "ks/transport.h"
#include "nt/ob/object_manager.h"

namespace ksbox::ks {
namespace {

KS_ASSERT_MS_ABI(PFNKSADDEVENT);
KS_ASSERT_MS_ABI(PFNKSREMOVEEVENT);

PFILE_OBJECT file_of(PIRP irp) {
    return IoGetCurrentIrpStackLocation(irp)->FileObject;
}

Result<void> reference(EventStorage &storage, HANDLE handle, POBJECT_TYPE type, ACCESS_MASK access,
                       KPROCESSOR_MODE mode) {
    PVOID object = nullptr;
    const NTSTATUS status = ObReferenceObjectByHandle(handle, access, type, mode, &object, nullptr);
    if (!NT_SUCCESS(status))
        return fail(status);
    storage.entry.Object = object;
    storage.object_referenced = true;
    return {};
}

/// How the client wants to be told (NS:ks.KSEVENTDATA).
Result<void> set_notification(EventStorage &storage, const KSEVENTDATA &data,
                              KPROCESSOR_MODE mode) {
    KSEVENT_ENTRY &entry = storage.entry;
    entry.NotificationType = data.NotificationType;
    const bool kernel_only =
        data.NotificationType & ~ULONG(KSEVENTF_EVENT_HANDLE | KSEVENTF_SEMAPHORE_HANDLE);
    if (kernel_only && mode != KernelMode)
        return fail(STATUS_INVALID_PARAMETER);
    switch (data.NotificationType) {
    case KSEVENTF_EVENT_HANDLE:
        return reference(storage, data.EventHandle.Event,
                         ob::object_type_pointer(ob::ObjectType::event), EVENT_MODIFY_STATE, mode);
    case KSEVENTF_SEMAPHORE_HANDLE:
        entry.SemaphoreAdjustment = static_cast<ULONG>(data.SemaphoreHandle.Adjustment);
        return reference(storage, data.SemaphoreHandle.Semaphore,
                         ob::object_type_pointer(ob::ObjectType::semaphore), SEMAPHORE_MODIFY_STATE,
                         mode);
    case KSEVENTF_EVENT_OBJECT:
        entry.Object = data.EventObject.Event;
        storage.increment = data.EventObject.Increment;
        return {};
    case KSEVENTF_SEMAPHORE_OBJECT:
        entry.Object = data.SemaphoreObject.Semaphore;
        entry.SemaphoreAdjustment = static_cast<ULONG>(data.SemaphoreObject.Adjustment);
        storage.increment = data.SemaphoreObject.Increment;
        return {};
    case KSEVENTF_DPC:
        entry.Object = data.Dpc.Dpc;
        return {};
    case KSEVENTF_WORKITEM:
        entry.Object = data.WorkItem.WorkQueueItem;
        storage.work_queue = data.WorkItem.WorkQueueType;
        return {};
    case KSEVENTF_KSWORKITEM:
        entry.Object = data.KsWorkItem.WorkQueueItem;
        storage.worker = data.KsWorkItem.KsWorkerObject;
        return {};
    default:
        return fail(STATUS_INVALID_PARAMETER);
    }
}

void NTAPI signal_dpc(PKDPC, PVOID context, PVOID, PVOID) {
    auto *storage = static_cast<EventStorage *>(context);
    InterlockedExchange(&storage->dpc_queued, 0);
    generate_event(&storage->entry, 0, nullptr);
}

Result<EventStorage *> make_storage(const Request &request, ULONG kind,
                                    const Found<KSEVENT_SET, KSEVENT_ITEM> &found) {
    const std::size_t bytes = sizeof(EventStorage) + found.item->ExtraEntryData;
    auto *storage =
        static_cast<EventStorage *>(ExAllocatePoolWithTag(NonPagedPool, bytes, EventStorage::tag));
    if (!storage)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    RtlZeroMemory(storage, bytes);
    KeInitializeDpc(&storage->dpc, signal_dpc, storage);
    InitializeListHead(&storage->buffered);
    KSEVENT_ENTRY &entry = storage->entry;
    InitializeListHead(&entry.ListEntry);
    entry.EventData = static_cast<PKSEVENTDATA>(request.irp->UserBuffer);
    entry.EventSet = found.set;
    entry.EventItem = found.item;
    entry.FileObject = file_of(request.irp);
    if (kind & KSEVENT_TYPE_ONESHOT)
        entry.Flags |= KSEVENT_ENTRY_ONESHOT;
    if (kind & KSEVENT_TYPE_ENABLEBUFFERED)
        entry.Flags |= KSEVENT_ENTRY_BUFFERED;
    if (auto set = set_notification(*storage, *static_cast<KSEVENTDATA *>(request.data),
                                    request.irp->RequestorMode);
        !set) {
        ExFreePoolWithTag(storage, EventStorage::tag);
        return std::unexpected(set.error());
    }
    return storage;
}

NTSTATUS enable(PIRP irp, ULONG kind, const Found<KSEVENT_SET, KSEVENT_ITEM> &found,
                const EventsPlace &place, PFNKSALLOCATOR allocator) {
    auto request = capture_request(irp, DataUse::in, allocator);
    if (!request)
        return request.error().value();
    if (request->data_bytes < sizeof(KSEVENTDATA) || request->data_bytes < found.item->DataInput)
        return STATUS_INVALID_BUFFER_SIZE;
    auto storage = make_storage(*request, kind, found);
    if (!storage)
        return storage.error().value();
    KSEVENT_ENTRY *entry = &(*storage)->entry;
    KSEVENT_ITEM_IRP_STORAGE(irp) = found.item;
    KSEVENT_ENTRY_IRP_STORAGE(irp) = entry;
    if (found.item->AddHandler) {
        const NTSTATUS status = call_code("KSEVENT_ITEM.AddHandler", irp, found.item->AddHandler,
                                          irp, static_cast<PKSEVENTDATA>(request->data), entry);
        if (!NT_SUCCESS(status))
            discard_event(entry);
        return status;
    }
    EventsLock lock(place);
    InsertTailList(place.list, &entry->ListEntry);
    return STATUS_SUCCESS;
}

NTSTATUS basic_support(PIRP irp, const Found<KSEVENT_SET, KSEVENT_ITEM> &found,
                       PFNKSALLOCATOR allocator) {
    auto request = capture_request(irp, DataUse::out, allocator);
    if (!request)
        return request.error().value();
    KSEVENT_SET_IRP_STORAGE(irp) = found.set;
    KSEVENT_ITEM_IRP_STORAGE(irp) = found.item;
    if (found.item->SupportHandler)
        return call_code("KSEVENT_ITEM.SupportHandler", irp, found.item->SupportHandler, irp,
                         request->identifier, request->data);
    return STATUS_SUCCESS;
}

KSEVENT_ENTRY *find(const EventsPlace &place, PFILE_OBJECT file, const void *event_data) {
    for (LIST_ENTRY *link = place.list->Flink; link != place.list; link = link->Flink) {
        auto *entry = CONTAINING_RECORD(link, KSEVENT_ENTRY, ListEntry);
        if (!(entry->Flags & KSEVENT_ENTRY_DELETED) && (!file || entry->FileObject == file) &&
            (!event_data || entry->EventData == event_data))
            return entry;
    }
    return nullptr;
}

/// KSEVENT_TYPE_QUERYBUFFER: the oldest notification that a buffered event has kept.
NTSTATUS query_buffer(PIRP irp, const EventsPlace &place, PFNKSALLOCATOR allocator) {
    auto request = capture_request(irp, DataUse::out, allocator);
    if (!request)
        return request.error().value();
    if (request->request_bytes < sizeof(KSQUERYBUFFER))
        return STATUS_INVALID_BUFFER_SIZE;
    const auto *query = reinterpret_cast<const KSQUERYBUFFER *>(request->identifier);
    BufferedData *data = nullptr;
    NTSTATUS status;
    {
        EventsLock lock(place);
        KSEVENT_ENTRY *entry = find(place, file_of(irp), query->EventData);
        if (!entry || !(entry->Flags & KSEVENT_ENTRY_BUFFERED))
            return STATUS_NOT_FOUND;
        LIST_ENTRY &list = EventStorage::of(entry).buffered;
        if (IsListEmpty(&list))
            return STATUS_NO_MORE_ENTRIES;
        data = CONTAINING_RECORD(list.Flink, BufferedData, link);
        const SizedAnswer answer = sized_value_answer(data->bytes, request->data_bytes);
        irp->IoStatus.Information = answer.information;
        status = answer.status;
        if (answer.all) {
            std::memcpy(request->data, data + 1, data->bytes);
            RemoveEntryList(&data->link);
        }
    }
    if (status == STATUS_SUCCESS)
        ExFreePoolWithTag(data, EventStorage::tag);
    return status;
}

/// The entry is marked deleted; the lock is not held.
void remove(KSEVENT_ENTRY *entry, PFILE_OBJECT file, const EventsPlace &place) {
    if (entry->EventItem->RemoveHandler) {
        call_code("KSEVENT_ITEM.RemoveHandler", entry, entry->EventItem->RemoveHandler, file,
                  entry);
    } else {
        EventsLock lock(place);
        RemoveEntryList(&entry->ListEntry);
    }
    discard_event(entry);
}

} // namespace

NTSTATUS enable_event(PIRP irp, std::span<const EventTable> tables, const EventsPlace &place,
                      PFNKSALLOCATOR allocator) {
    irp->IoStatus.Information = 0;
    for (const EventTable &table : tables)
        if (!valid_item_size<KSEVENT_ITEM>(table.item_bytes))
            return STATUS_INVALID_PARAMETER;
    // "To determine events supported by a KS object, specify NULL and 0"
    // (NI:ks.IOCTL_KS_ENABLE_EVENT)
    if (!IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.InputBufferLength)
        return answer_set_list(irp, DataUse::out, allocator, list_sets(tables));
    auto identifier = peek_identifier(irp);
    if (!identifier)
        return identifier.error().value();
    const ULONG kind = identifier->Flags & ~ULONG(KSEVENT_TYPE_TOPOLOGY);
    if (kind == KSEVENT_TYPE_SETSUPPORT && is_wildcard(identifier->Set))
        return answer_set_list(irp, DataUse::out, allocator, list_sets(tables));
    if (kind == KSEVENT_TYPE_QUERYBUFFER)
        return query_buffer(irp, place, allocator);
    const auto found = find_item<KSEVENT_ITEM>(tables, identifier->Set, identifier->Id);
    if (!found.set)
        return STATUS_PROPSET_NOT_FOUND;
    if (kind == KSEVENT_TYPE_SETSUPPORT)
        return STATUS_SUCCESS;
    if (!found.item)
        return STATUS_NOT_FOUND;
    switch (kind) {
    case KSEVENT_TYPE_BASICSUPPORT:
        return basic_support(irp, found, allocator);
    case KSEVENT_TYPE_ENABLE:
    case KSEVENT_TYPE_ONESHOT:
    case KSEVENT_TYPE_ENABLE | KSEVENT_TYPE_ONESHOT:
    case KSEVENT_TYPE_ENABLEBUFFERED:
    case KSEVENT_TYPE_ENABLE | KSEVENT_TYPE_ENABLEBUFFERED:
        return enable(irp, kind, found, place, allocator);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

NTSTATUS disable_event(PIRP irp, const EventsPlace &place) {
    const auto &parameters = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl;
    const PFILE_OBJECT file = file_of(irp);
    irp->IoStatus.Information = 0;
    if (!parameters.InputBufferLength) {
        free_event_list(file, place);
        return STATUS_SUCCESS;
    }
    if (parameters.InputBufferLength < sizeof(KSEVENTDATA))
        return STATUS_INVALID_BUFFER_SIZE;
    KSEVENT_ENTRY *entry;
    {
        EventsLock lock(place);
        // The pointer is the event's name, its contents do not matter.
        entry = find(place, file, parameters.Type3InputBuffer);
        if (!entry)
            return STATUS_UNSUCCESSFUL;
        entry->Flags |= KSEVENT_ENTRY_DELETED;
    }
    remove(entry, file, place);
    return STATUS_SUCCESS;
}

void free_event_list(PFILE_OBJECT file, const EventsPlace &place) {
    for (;;) {
        KSEVENT_ENTRY *entry;
        {
            EventsLock lock(place);
            entry = find(place, file, nullptr);
            if (!entry)
                return;
            entry->Flags |= KSEVENT_ENTRY_DELETED;
        }
        remove(entry, entry->FileObject, place);
    }
}

EventsPlace events_of(Object &object) {
    return {&object.events().entries, KSEVENTS_SPINLOCK, &object.events().lock};
}

void free_events(Object &object) {
    // A list may be shared by filters and pins: by file object, then.
    PFILE_OBJECT file = nullptr;
    if (object.type == KsObjectTypeFilter)
        file = static_cast<Filter &>(object).file;
    if (object.type == KsObjectTypePin)
        file = static_cast<Pin &>(object).file;
    free_event_list(file, events_of(object));
}

} // namespace ksbox::ks
