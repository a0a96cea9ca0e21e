// The journal of journal.h.
#include "avstream.h"

#include "journal.h"

static const ULONG MaximumEntries = 1024;
static const ULONG MaximumAnswers = 32;

static KSPIN_LOCK Lock; // zero: free
static JOURNAL_ENTRY Entries[MaximumEntries];
static ULONG EntryCount;
static JOURNAL_ANSWER Answers[MaximumAnswers];
static ULONG AnswerCount;

VOID Journal(const char *What, ULONGLONG First, ULONGLONG Second, ULONGLONG Third) {
    const KIRQL Irql = KeGetCurrentIrql();
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    if (EntryCount < MaximumEntries) {
        JOURNAL_ENTRY *Entry = &Entries[EntryCount++];
        RtlZeroMemory(Entry, sizeof(*Entry));
        strncpy(Entry->What, What, JOURNAL_TEXT_BYTES - 1);
        Entry->Values[0] = First;
        Entry->Values[1] = Second;
        Entry->Values[2] = Third;
        Entry->Irql = Irql;
    }
    KeReleaseSpinLock(&Lock, OldIrql);
}

static JOURNAL_ANSWER *FindAnswer(const char *Question) {
    for (ULONG Index = 0; Index < AnswerCount; Index++) {
        if (strcmp(Answers[Index].Question, Question) == 0) {
            return &Answers[Index];
        }
    }
    return NULL;
}

NTSTATUS AnswerTo(const char *Question, NTSTATUS Default) {
    NTSTATUS Status = Default;
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    JOURNAL_ANSWER *Answer = FindAnswer(Question);
    if (Answer != NULL && Answer->Times != 0) {
        Status = Answer->Answer;
        if (Answer->Times != JOURNAL_ALWAYS) {
            Answer->Times--;
        }
    }
    KeReleaseSpinLock(&Lock, OldIrql);
    return Status;
}

static NTSTATUS NTAPI GetEntries(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    UNREFERENCED_PARAMETER(Data);
    JOURNAL_ENTRY *Copy =
        static_cast<JOURNAL_ENTRY *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(Entries), 'nruJ'));
    if (Copy == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    const ULONG Count = EntryCount;
    RtlCopyMemory(Copy, Entries, Count * sizeof(JOURNAL_ENTRY));
    KeReleaseSpinLock(&Lock, OldIrql);
    const NTSTATUS Status = KsHandleSizedListQuery(Irp, Count, sizeof(JOURNAL_ENTRY), Copy);
    ExFreePoolWithTag(Copy, 'nruJ');
    return Status;
}

static NTSTATUS NTAPI SetForget(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Request);
    UNREFERENCED_PARAMETER(Data);
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    EntryCount = 0;
    KeReleaseSpinLock(&Lock, OldIrql);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI SetAnswer(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Request);
    JOURNAL_ANSWER New = *static_cast<const JOURNAL_ANSWER *>(Data);
    New.Question[JOURNAL_TEXT_BYTES - 1] = 0;
    NTSTATUS Status = STATUS_SUCCESS;
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    JOURNAL_ANSWER *Answer = FindAnswer(New.Question);
    if (Answer == NULL && AnswerCount < MaximumAnswers) {
        Answer = &Answers[AnswerCount++];
    }
    if (Answer != NULL) {
        *Answer = New;
    } else {
        Status = STATUS_INSUFFICIENT_RESOURCES;
    }
    KeReleaseSpinLock(&Lock, OldIrql);
    return Status;
}

const GUID JournalSetId = {STATIC_KSPROPSETID_Journal};

const KSPROPERTY_ITEM JournalItems[3] = {
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_JOURNAL_ENTRIES, GetEntries, sizeof(KSPROPERTY), 0, NULL,
                           NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_JOURNAL_FORGET, NULL, sizeof(KSPROPERTY), sizeof(ULONG),
                           SetForget, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_JOURNAL_ANSWER, NULL, sizeof(KSPROPERTY),
                           sizeof(JOURNAL_ANSWER), SetAnswer, NULL, 0, NULL, NULL, 0)};
