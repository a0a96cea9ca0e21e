// A port's list of enabled events. @doc NN:portcls.IPortEvents
#include "abi/guid.h"
#include "ks/events.h"
#include "portcls/port.h"

namespace ksbox::portcls {
namespace {

ks::EventsPlace place_of(ks::EventList &events) {
    return {&events.entries, KSEVENTS_SPINLOCK, &events.lock};
}

bool selects(const Port::EventSelection &selection, KSEVENT_ENTRY &entry) {
    const EventTarget &target = target_of(entry);
    return (!selection.set || *selection.set == *entry.EventSet->Set) &&
           selection.event_id == entry.EventItem->EventId &&
           (!selection.pin_id || *selection.pin_id == target.pin_id) &&
           (!selection.node_id || *selection.node_id == target.node_id);
}

} // namespace

void Port::add_event(KSEVENT_ENTRY &entry) {
    const ks::EventsLock lock(place_of(*events));
    if (IsListEmpty(&entry.ListEntry)) // in no list: its links are on itself
        InsertTailList(&events->entries, &entry.ListEntry);
}

void Port::remove_event(KSEVENT_ENTRY &entry) {
    // A one-shot event that has been signalled goes while generate_events() walks the list.
    std::optional<ks::EventsLock> lock;
    if (KeGetCurrentIrql() < DISPATCH_LEVEL)
        lock.emplace(place_of(*events));
    RemoveEntryList(&entry.ListEntry);
    InitializeListHead(&entry.ListEntry);
}

void Port::generate_events(const EventSelection &selection) {
    if (KeGetCurrentIrql() > DISPATCH_LEVEL) {
        // "The DPC contains the parameter context for a single call."
        late_selection_ = selection;
        if (selection.set) {
            late_set_ = *selection.set;
            late_selection_.set = &late_set_;
        }
        KeInsertQueueDpc(&late_events_, nullptr, nullptr);
        return;
    }
    const ks::EventsLock lock(place_of(*events));
    for (LIST_ENTRY *link = events->entries.Flink; link != &events->entries;) {
        auto &entry = *CONTAINING_RECORD(link, KSEVENT_ENTRY, ListEntry);
        link = link->Flink; // a one-shot entry may go
        if (selects(selection, entry))
            ks::generate_event(&entry, 0, nullptr);
    }
}

void NTAPI Port::generate_late(PKDPC, PVOID context, PVOID, PVOID) {
    auto &port = *static_cast<Port *>(context);
    port.generate_events(port.late_selection_);
}

} // namespace ksbox::portcls
