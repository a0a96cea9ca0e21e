// DDIs of events.
#include "ks/events.h"

#include "ks/data_range.h"
#include "ks/event_list.h"
#include "ks/exports.h"
#include "ks/file_context.h"
#include "ks/internal_code.h"
#include "ks/object.h"

using namespace ksbox;
using namespace ksbox::ks;

namespace {

bool matches(const KSEVENT_ENTRY &entry, const GUID *set, ULONG id) {
    return !(entry.Flags & KSEVENT_ENTRY_DELETED) && entry.EventItem->EventId == id &&
           (!set || same_guid(*entry.EventSet->Set, *set));
}

} // namespace

extern "C" {

NTSTATUS NTAPI KsEnableEvent(PIRP Irp, ULONG EventSetsCount, const KSEVENT_SET *EventSet,
                             PLIST_ENTRY EventsList, KSEVENTS_LOCKTYPE EventsFlags,
                             PVOID EventsLock) {
    return KsEnableEventWithAllocator(Irp, EventSetsCount, EventSet, EventsList, EventsFlags,
                                      EventsLock, nullptr, 0);
}

NTSTATUS NTAPI KsEnableEventWithAllocator(PIRP Irp, ULONG EventSetsCount,
                                          const KSEVENT_SET *EventSet, PLIST_ENTRY EventsList,
                                          KSEVENTS_LOCKTYPE EventsFlags, PVOID EventsLock,
                                          PFNKSALLOCATOR Allocator, ULONG EventItemSize) {
    const EventTable table{EventSet, EventSetsCount, EventItemSize};
    return enable_event(Irp, {&table, 1}, {EventsList, EventsFlags, EventsLock}, Allocator);
}

NTSTATUS NTAPI KsDisableEvent(PIRP Irp, PLIST_ENTRY EventsList, KSEVENTS_LOCKTYPE EventsFlags,
                              PVOID EventsLock) {
    return disable_event(Irp, {EventsList, EventsFlags, EventsLock});
}

void NTAPI KsFreeEventList(PFILE_OBJECT FileObject, PLIST_ENTRY EventsList,
                           KSEVENTS_LOCKTYPE EventsFlags, PVOID EventsLock) {
    free_event_list(FileObject, {EventsList, EventsFlags, EventsLock});
}

void NTAPI KsDiscardEvent(PKSEVENT_ENTRY EventEntry) {
    discard_event(EventEntry);
}

NTSTATUS NTAPI KsGenerateEvent(PKSEVENT_ENTRY EventEntry) {
    return generate_event(EventEntry, 0, nullptr);
}

NTSTATUS NTAPI KsGenerateDataEvent(PKSEVENT_ENTRY EventEntry, ULONG DataSize, PVOID Data) {
    return generate_event(EventEntry, DataSize, Data);
}

void NTAPI KsGenerateEventList(GUID *Set, ULONG EventId, PLIST_ENTRY EventsList,
                               KSEVENTS_LOCKTYPE EventsFlags, PVOID EventsLock) {
    ks::EventsLock lock({EventsList, EventsFlags, EventsLock});
    for (LIST_ENTRY *link = EventsList->Flink; link != EventsList;) {
        auto *entry = CONTAINING_RECORD(link, KSEVENT_ENTRY, ListEntry);
        link = link->Flink; // a one-shot entry goes
        if (matches(*entry, Set, EventId))
            generate_event(entry, 0, nullptr);
    }
}

void NTAPI KsGenerateEvents(PVOID Object, const GUID *EventSet, ULONG EventId, ULONG DataSize,
                            PVOID Data, PFNKSGENERATEEVENTCALLBACK CallBack,
                            PVOID CallBackContext) {
    const EventsPlace place = events_of(ks::Object::from(Object));
    ks::EventsLock lock(place);
    for (LIST_ENTRY *link = place.list->Flink; link != place.list;) {
        auto *entry = CONTAINING_RECORD(link, KSEVENT_ENTRY, ListEntry);
        link = link->Flink;
        if (!matches(*entry, EventSet, EventId))
            continue;
        if (CallBack &&
            !call_code("KsGenerateEvents.CallBack", entry, CallBack, CallBackContext, entry))
            continue;
        generate_event(entry, DataSize, Data);
    }
}

void NTAPI KsAddEvent(PVOID Object, PKSEVENT_ENTRY EventEntry) {
    const EventsPlace place = events_of(ks::Object::from(Object));
    ks::EventsLock lock(place);
    InsertTailList(place.list, &EventEntry->ListEntry);
}

NTSTATUS NTAPI KsDefaultAddEventHandler(PIRP Irp, PKSEVENTDATA EventData,
                                        PKSEVENT_ENTRY EventEntry) {
    const FileContext *context = FileContext::of(IoGetCurrentIrpStackLocation(Irp)->FileObject);
    if (!context)
        return STATUS_INVALID_DEVICE_REQUEST;
    KsAddEvent(context->object->abi_address(), EventEntry);
    return STATUS_SUCCESS;
}

} // extern "C"

std::span<const Export> ksbox::ks::event_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsEnableEvent),
        KS_EXPORT(done, KsEnableEventWithAllocator),
        KS_EXPORT(done, KsDisableEvent),
        KS_EXPORT(done, KsFreeEventList),
        KS_EXPORT(done, KsDiscardEvent),
        KS_EXPORT(done, KsGenerateEvent),
        KS_EXPORT(done, KsGenerateDataEvent),
        KS_EXPORT(done, KsGenerateEventList),
        KS_EXPORT(done, KsGenerateEvents),
        KS_EXPORT(done, KsAddEvent),
        KS_EXPORT(done, KsDefaultAddEventHandler),
    };
    return table;
}
