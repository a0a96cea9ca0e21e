// Enabled events of one AVStream object: KSEVENT_ENTRYs on a list with its lock, signalled by
// KsGenerateEvents (stream/event-handling-in-avstream).
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

class EventList {
  public:
    EventList();
    EventList(const EventList &) = delete;
    EventList &operator=(const EventList &) = delete;

    LIST_ENTRY entries; ///< KSEVENT_ENTRY.ListEntry
    KSPIN_LOCK lock = 0;
};

} // namespace ksbox::ks
