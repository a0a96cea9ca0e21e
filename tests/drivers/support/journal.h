// A test driver's journal: what was done to it, in order, and what its test wants it to answer.
// tests/support/journal.h reads and writes it through a property set of the filter:
//
//     DEFINE_KSPROPERTY_SET_TABLE(Sets){JOURNAL_PROPERTY_SET, …};
//
//     NTSTATUS NTAPI CreatePin(PKSPIN Pin, PIRP Irp) {
//         Journal("create", Pin->Id);
//         return AnswerTo("create", STATUS_SUCCESS);
//     }
#pragma once

// {9B0F6A3E-54C1-4B0C-9D0E-2B7A6F31D8C4}
#define STATIC_KSPROPSETID_Journal                                                                 \
    0x9b0f6a3e, 0x54c1, 0x4b0c, 0x9d, 0x0e, 0x2b, 0x7a, 0x6f, 0x31, 0xd8, 0xc4

typedef enum {
    KSPROPERTY_JOURNAL_ENTRIES, // Get: KSMULTIPLE_ITEM, then JOURNAL_ENTRY[Count]
    KSPROPERTY_JOURNAL_FORGET,  // Set, ULONG (ignored): forgets the entries, keeps the answers
    KSPROPERTY_JOURNAL_ANSWER   // Set, JOURNAL_ANSWER
} KSPROPERTY_JOURNAL;

#define JOURNAL_TEXT_BYTES 32
#define JOURNAL_ALWAYS 0xffffffff

typedef struct {
    char What[JOURNAL_TEXT_BYTES]; // with its terminator
    unsigned long long Values[3];
    ULONG Irql;
    ULONG Reserved;
} JOURNAL_ENTRY;

typedef struct {
    char Question[JOURNAL_TEXT_BYTES];
    LONG Answer; // NTSTATUS
    ULONG Times; // JOURNAL_ALWAYS, or after so many the default answer again
} JOURNAL_ANSWER;

#if defined(_WIN32)
// Appends an entry; the journal is the driver's, of all its devices. What has up to 31 characters.
// IRQL <= DISPATCH_LEVEL.
VOID Journal(const char *What, ULONGLONG First = 0, ULONGLONG Second = 0, ULONGLONG Third = 0);

// What the test wants to be answered, else Default. IRQL <= DISPATCH_LEVEL.
NTSTATUS AnswerTo(const char *Question, NTSTATUS Default);

extern const GUID JournalSetId;
extern const KSPROPERTY_ITEM JournalItems[3];
#define JOURNAL_PROPERTY_SET                                                                       \
    DEFINE_KSPROPERTY_SET(&JournalSetId, SIZEOF_ARRAY(JournalItems), JournalItems, 0, NULL)
#endif
