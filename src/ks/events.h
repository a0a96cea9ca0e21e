// Enabling, disabling and signalling KS events over any list and lock that a KS driver keeps them
// with (@doc NF:ks.KsEnableEvent, NF:ks.KsGenerateEvent, NS:ks.KSEVENT_ENTRY).
#pragma once

#include <span>

#include "abi/windows.h"
#include "ks/automation.h"

namespace ksbox::ks {

class Object;

/// Where entries go, and what guards it.
struct EventsPlace {
    LIST_ENTRY *list;
    KSEVENTS_LOCKTYPE lock_type;
    void *lock;
};

/// Holds the lock of a list for a scope. IRQL: what the lock's kind allows.
class EventsLock {
  public:
    explicit EventsLock(const EventsPlace &place);
    ~EventsLock();
    EventsLock(const EventsLock &) = delete;
    EventsLock &operator=(const EventsLock &) = delete;

  private:
    const EventsPlace place_;
    KIRQL irql_ = 0;
};

/// IOCTL_KS_ENABLE_EVENT. Statuses: NF:ks.KsEnableEvent; STATUS_INVALID_PARAMETER for a way of
/// notification that is not the requestor's to use (H10). PASSIVE.
NTSTATUS enable_event(PIRP irp, std::span<const EventTable> tables, const EventsPlace &place,
                      PFNKSALLOCATOR allocator);
/// IOCTL_KS_DISABLE_EVENT; STATUS_UNSUCCESSFUL when it is not on the list. PASSIVE.
NTSTATUS disable_event(PIRP irp, const EventsPlace &place);
/// Frees what `file` has enabled (null: everybody's). PASSIVE.
void free_event_list(PFILE_OBJECT file, const EventsPlace &place);
/// All events of an AVStream object that goes.
void free_events(Object &object);
EventsPlace events_of(Object &object);

/// Signals one entry; a one-shot entry is gone afterwards. The list's lock is held.
NTSTATUS generate_event(KSEVENT_ENTRY *entry, ULONG data_bytes, const void *data);
/// Dereferences what the entry notifies and frees it. IRQL <= DISPATCH.
void discard_event(KSEVENT_ENTRY *entry);

} // namespace ksbox::ks
