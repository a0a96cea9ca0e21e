// The events of AutomationSet, and a kernel client that enables them.
#include "parts.h"

static LIST_ENTRY OwnEvents;
static KSPIN_LOCK OwnLock;

VOID InitializeEvents() {
    InitializeListHead(&OwnEvents);
    KeInitializeSpinLock(&OwnLock);
}

static NTSTATUS NTAPI AddByDefault(PIRP Irp, PKSEVENTDATA EventData, PKSEVENT_ENTRY Entry) {
    Journal("add", Entry->EventItem->EventId, EventData->NotificationType,
            Entry->FileObject == IoGetCurrentIrpStackLocation(Irp)->FileObject);
    const NTSTATUS Status = AnswerTo("add", STATUS_SUCCESS);
    return NT_SUCCESS(Status) ? KsDefaultAddEventHandler(Irp, EventData, Entry) : Status;
}

// @doc NC:ks.PFNKSREMOVEEVENT
static VOID NTAPI Remove(PFILE_OBJECT File, PKSEVENT_ENTRY Entry) {
    Journal("remove", Entry->EventItem->EventId, Entry->FileObject == File);
    RemoveEntryList(&Entry->ListEntry);
}

static NTSTATUS NTAPI AddOwn(PIRP Irp, PKSEVENTDATA EventData, PKSEVENT_ENTRY Entry) {
    UNREFERENCED_PARAMETER(Irp);
    Journal("add", Entry->EventItem->EventId, EventData->NotificationType);
    KIRQL OldIrql;
    KeAcquireSpinLock(&OwnLock, &OldIrql);
    InsertTailList(&OwnEvents, &Entry->ListEntry);
    KeReleaseSpinLock(&OwnLock, OldIrql);
    return STATUS_SUCCESS;
}

static VOID NTAPI RemoveOwn(PFILE_OBJECT File, PKSEVENT_ENTRY Entry) {
    KIRQL OldIrql;
    Journal("remove", Entry->EventItem->EventId, Entry->FileObject == File);
    KeAcquireSpinLock(&OwnLock, &OldIrql);
    RemoveEntryList(&Entry->ListEntry);
    KeReleaseSpinLock(&OwnLock, OldIrql);
}

VOID FreeOwnEvents(PFILE_OBJECT File) {
    KsFreeEventList(File, &OwnEvents, KSEVENTS_SPINLOCK, &OwnLock);
}

VOID GenerateOwnEvents() {
    KIRQL OldIrql;
    KeAcquireSpinLock(&OwnLock, &OldIrql);
    for (PLIST_ENTRY Link = OwnEvents.Flink; Link != &OwnEvents; Link = Link->Flink) {
        KsGenerateEvent(CONTAINING_RECORD(Link, KSEVENT_ENTRY, ListEntry));
    }
    KeReleaseSpinLock(&OwnLock, OldIrql);
}

// ExtraEntryData: what the driver keeps of a request is behind its entry.
static NTSTATUS NTAPI AddExtra(PIRP Irp, PKSEVENTDATA EventData, PKSEVENT_ENTRY Entry) {
    const ULONG Number = reinterpret_cast<const AUTOMATION_EVENT_DATA *>(EventData)->Number;
    PULONG Kept = reinterpret_cast<PULONG>(Entry + 1);
    Journal("extra", Number, Kept[0], Kept[1]); // fresh: zero
    Kept[0] = Number;
    return KsDefaultAddEventHandler(Irp, EventData, Entry);
}

static NTSTATUS NTAPI SupportEvent(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Data);
    Journal("event support", Request->Id, DataBytes(Irp));
    return AnswerTo("event support", STATUS_SUCCESS);
}

const KSEVENT_ITEM AutomationEvents[5] = {
    DEFINE_KSEVENT_ITEM(EVENT_PLAIN, sizeof(KSEVENTDATA), 0, NULL, NULL, NULL),
    DEFINE_KSEVENT_ITEM(EVENT_DEFAULT, sizeof(KSEVENTDATA), 0, AddByDefault, Remove, NULL),
    DEFINE_KSEVENT_ITEM(EVENT_OWN, sizeof(KSEVENTDATA), 0, AddOwn, RemoveOwn, NULL),
    DEFINE_KSEVENT_ITEM(EVENT_EXTRA, sizeof(AUTOMATION_EVENT_DATA), 8, AddExtra, NULL, NULL),
    DEFINE_KSEVENT_ITEM(EVENT_SUPPORT, sizeof(KSEVENTDATA), 0, NULL, NULL, SupportEvent)};

const KSEVENT_SET AutomationEventSets[1] = {
    DEFINE_KSEVENT_SET(&AutomationSetId, SIZEOF_ARRAY(AutomationEvents), AutomationEvents)};

// The ways in which only a kernel client may be told.
struct KernelClient {
    KEVENT Told;
    KSEMAPHORE Semaphore;
    KDPC Dpc;
    WORK_QUEUE_ITEM Item;
    PKSWORKER Worker;
    HANDLE EventHandle;
    KSEVENTDATA Data;
};

static VOID NTAPI ToldByDpc(PKDPC Dpc, PVOID Context, PVOID EventData, PVOID Unused) {
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Unused);
    KernelClient *Client = static_cast<KernelClient *>(Context);
    Journal("dpc", EventData == &Client->Data);
    KeSetEvent(&Client->Told, IO_NO_INCREMENT, FALSE);
}

static VOID NTAPI ToldByItem(PVOID Context) {
    Journal("work item", KeGetCurrentIrql());
    KeSetEvent(&static_cast<KernelClient *>(Context)->Told, IO_NO_INCREMENT, FALSE);
}

// Fills in how to be told; returns what to wait for, NULL if there is no such way.
static PVOID Prepare(KernelClient *Client, ULONG NotificationType) {
    KSEVENTDATA *Data = &Client->Data;
    Data->NotificationType = NotificationType;
    switch (NotificationType) {
    case KSEVENTF_EVENT_HANDLE:
        Data->EventHandle.Event = Client->EventHandle;
        return &Client->Told;
    case KSEVENTF_EVENT_OBJECT:
        Data->EventObject.Event = &Client->Told;
        return &Client->Told;
    case KSEVENTF_SEMAPHORE_OBJECT:
        Data->SemaphoreObject.Semaphore = &Client->Semaphore;
        Data->SemaphoreObject.Adjustment = 2;
        return &Client->Semaphore;
    case KSEVENTF_DPC:
        Data->Dpc.Dpc = &Client->Dpc;
        return &Client->Told;
    case KSEVENTF_WORKITEM:
        Data->WorkItem.WorkQueueItem = &Client->Item;
        Data->WorkItem.WorkQueueType = DelayedWorkQueue;
        return &Client->Told;
    case KSEVENTF_KSWORKITEM:
        Data->KsWorkItem.WorkQueueItem = &Client->Item;
        Data->KsWorkItem.KsWorkerObject = Client->Worker;
        return &Client->Told;
    default:
        return &Client->Told;
    }
}

static BOOLEAN EnableAndWait(PKSFILTER Filter, PFILE_OBJECT File, KernelClient *Client,
                             PVOID Signal) {
    KSEVENT Event;
    ULONG Returned;
    Event.Set = AutomationSetId;
    Event.Id = EVENT_PLAIN;
    Event.Flags = KSEVENT_TYPE_ENABLE;
    NTSTATUS Status =
        KsSynchronousIoControlDevice(File, KernelMode, IOCTL_KS_ENABLE_EVENT, &Event, sizeof(Event),
                                     &Client->Data, sizeof(Client->Data), &Returned);
    Journal("enabled", ULONG(Status));
    if (!NT_SUCCESS(Status)) {
        return FALSE;
    }
    KsFilterGenerateEvents(Filter, &AutomationSetId, EVENT_PLAIN, 0, NULL, NULL, NULL);
    LARGE_INTEGER Timeout;
    Timeout.QuadPart = -500 * 10000LL;
    const NTSTATUS Waited = KeWaitForSingleObject(Signal, Executive, KernelMode, FALSE, &Timeout);
    Status = KsSynchronousIoControlDevice(File, KernelMode, IOCTL_KS_DISABLE_EVENT, &Client->Data,
                                          sizeof(Client->Data), NULL, 0, &Returned);
    Journal("disabled", ULONG(Status));
    return Waited == STATUS_SUCCESS;
}

BOOLEAN TellKernelClient(PKSFILTER Filter, PFILE_OBJECT File, ULONG NotificationType) {
    static KernelClient Client;
    RtlZeroMemory(&Client, sizeof(Client));
    KeInitializeEvent(&Client.Told, NotificationEvent, FALSE);
    KeInitializeSemaphore(&Client.Semaphore, 0, 10);
    KeInitializeDpc(&Client.Dpc, ToldByDpc, &Client);
    ExInitializeWorkItem(&Client.Item, ToldByItem, &Client);
    if (!NT_SUCCESS(KsRegisterWorker(DelayedWorkQueue, &Client.Worker))) {
        return FALSE;
    }
    const PVOID Signal = Prepare(&Client, NotificationType);
    const BOOLEAN Told = EnableAndWait(Filter, File, &Client, Signal);
    if (NotificationType == KSEVENTF_SEMAPHORE_OBJECT) {
        Journal("semaphore", KeReadStateSemaphore(&Client.Semaphore)); // one of two is left
    }
    KsUnregisterWorker(Client.Worker);
    return Told;
}
