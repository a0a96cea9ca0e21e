// The journal (journal.h) as properties of a PortCls filter:
//
//     static PCPROPERTY_ITEM Properties[] = {PORT_JOURNAL_PROPERTIES, …};
#pragma once

#include "journal.h"

// PASSIVE_LEVEL.
NTSTATUS NTAPI PortJournalHandler(PPCPROPERTY_REQUEST Request);

#define PORT_JOURNAL_PROPERTIES                                                                    \
    {&JournalSetId, KSPROPERTY_JOURNAL_ENTRIES, PCPROPERTY_ITEM_FLAG_GET, PortJournalHandler},     \
        {&JournalSetId, KSPROPERTY_JOURNAL_FORGET, PCPROPERTY_ITEM_FLAG_SET, PortJournalHandler},  \
    {                                                                                              \
        &JournalSetId, KSPROPERTY_JOURNAL_ANSWER, PCPROPERTY_ITEM_FLAG_SET, PortJournalHandler     \
    }
