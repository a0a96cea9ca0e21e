// Enabled events of one AVStream object.
#include "ks/event_list.h"

namespace ksbox::ks {

EventList::EventList() {
    entries.Flink = entries.Blink = &entries;
}

} // namespace ksbox::ks
