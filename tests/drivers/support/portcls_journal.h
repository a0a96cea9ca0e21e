// The journal (journal.h) of a PortCls driver: items for its filter's property table.
#pragma once

#include "journal.h"

NTSTATUS NTAPI GetJournal(PPCPROPERTY_REQUEST Request);
NTSTATUS NTAPI SetJournal(PPCPROPERTY_REQUEST Request);

#define JOURNAL_PROPERTY_ITEMS                                                                     \
    {&JournalSetId, KSPROPERTY_JOURNAL_ENTRIES, PCPROPERTY_ITEM_FLAG_GET, GetJournal},             \
        {&JournalSetId, KSPROPERTY_JOURNAL_FORGET, PCPROPERTY_ITEM_FLAG_SET, SetJournal}, {        \
        &JournalSetId, KSPROPERTY_JOURNAL_ANSWER, PCPROPERTY_ITEM_FLAG_SET, SetJournal             \
    }
