// Events: enabled by requests, signalled by the driver, discarded one by one or by their file.
#include "ks_fixture.h"

static const KSEVENT_ITEM Items[] = {
    {5, sizeof(KSEVENTDATA), 0, NULL, NULL, NULL},
    {6, sizeof(KSEVENTDATA), sizeof(ULONG), NULL, NULL, NULL},
};
static const KSEVENT_SET Sets[] = {{&CaseOwnSet, SIZEOF_ARRAY(Items), Items}};

static NTSTATUS NTAPI EventControl(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    CASE_PLAIN_OBJECT *Object = CasePlainDevice::Of(CaseStack(Irp)->FileObject);
    switch (CaseStack(Irp)->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_KS_ENABLE_EVENT:
        return CaseFinish(Irp, KsEnableEvent(Irp, SIZEOF_ARRAY(Sets), Sets, &Object->Events,
                                             KSEVENTS_SPINLOCK, &Object->EventsLock));
    case IOCTL_KS_DISABLE_EVENT:
        return CaseFinish(
            Irp, KsDisableEvent(Irp, &Object->Events, KSEVENTS_SPINLOCK, &Object->EventsLock));
    default:
        return CaseFinish(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
}

namespace {
class EventObject {
  public:
    explicit EventObject(CASE_CONTEXT &Case) : Plain_(Case, Handlers()) {
        EXPECT_SUCCESS(Plain_.Open(File));
        Object = CasePlainDevice::Of(File.Object);
    }
    ~EventObject() {
        KsFreeEventList(File.Object, &Object->Events, KSEVENTS_SPINLOCK, &Object->EventsLock);
        EXPECT_TRUE(IsListEmpty(&Object->Events));
    }
    EventObject(const EventObject &) = delete;
    EventObject &operator=(const EventObject &) = delete;
    PKSEVENT_ENTRY First() {
        return CONTAINING_RECORD(Object->Events.Flink, KSEVENT_ENTRY, ListEntry);
    }

  private:
    static CASE_PLAIN Handlers() {
        CASE_PLAIN Result = {};
        Result.Control = EventControl;
        return Result;
    }
    CasePlainDevice Plain_;

  public:
    CaseFile File;
    CASE_PLAIN_OBJECT *Object;
};
} // namespace

EXPORT_CASE(KsEnableEvent, KsGenerateEvent, KsDisableEvent, KsFreeEventList) {
    EventObject Own(Case);
    CaseWatch Watch, Other;
    EXPECT_EQ(Watch.Enable(Own.File, CaseOwnSet, 9), STATUS_NOT_FOUND);
    REQUIRE_SUCCESS(Watch.Enable(Own.File, CaseOwnSet, 5));
    REQUIRE(!IsListEmpty(&Own.Object->Events));
    const PKSEVENT_ENTRY Entry = Own.First();
    EXPECT_EQ(Entry->EventItem->EventId, 5u);
    EXPECT_EQ(Entry->NotificationType, (ULONG)KSEVENTF_EVENT_OBJECT);
    EXPECT_FALSE(Watch.Signalled());
    EXPECT_SUCCESS(KsGenerateEvent(Entry));
    EXPECT_TRUE(Watch.Signalled());
    EXPECT_EQ(Other.Disable(Own.File), STATUS_UNSUCCESSFUL);
    EXPECT_SUCCESS(Watch.Disable(Own.File));
    EXPECT_TRUE(IsListEmpty(&Own.Object->Events));
    // The rest goes with the file.
    EXPECT_SUCCESS(Watch.Enable(Own.File, CaseOwnSet, 5));
    EXPECT_SUCCESS(Other.Enable(Own.File, CaseOwnSet, 6));
}

EXPORT_CASE(KsGenerateEventList) {
    EventObject Own(Case);
    CaseWatch Five, Six, Once;
    GUID Set = CaseOwnSet;
    REQUIRE_SUCCESS(Five.Enable(Own.File, CaseOwnSet, 5));
    REQUIRE_SUCCESS(Six.Enable(Own.File, CaseOwnSet, 6));
    REQUIRE_SUCCESS(Once.Enable(Own.File, CaseOwnSet, 5, KSEVENT_TYPE_ONESHOT));
    for (int Round = 0; Round < 2; ++Round) {
        KsGenerateEventList(&Set, 5, &Own.Object->Events, KSEVENTS_SPINLOCK,
                            &Own.Object->EventsLock);
        EXPECT_TRUE(Five.Signalled());
        EXPECT_FALSE(Six.Signalled());
        EXPECT_EQ(Once.Signalled(), Round == 0);
    }
    Set = CaseOwnFormat;
    KsGenerateEventList(&Set, 5, &Own.Object->Events, KSEVENTS_SPINLOCK, &Own.Object->EventsLock);
    EXPECT_FALSE(Five.Signalled());
}

// Buffered events keep the data of every notification.
EXPORT_CASE(KsGenerateDataEvent) {
    EventObject Own(Case);
    CaseWatch Watch;
    REQUIRE_SUCCESS(Watch.Enable(Own.File, CaseOwnSet, 5, KSEVENT_TYPE_ENABLEBUFFERED));
    ULONG Sent = 0x1234;
    EXPECT_SUCCESS(KsGenerateDataEvent(Own.First(), sizeof Sent, &Sent));
    EXPECT_TRUE(Watch.Signalled());
    KSQUERYBUFFER Query;
    Query.Event.Set = CaseOwnSet;
    Query.Event.Id = 5;
    Query.Event.Flags = KSEVENT_TYPE_QUERYBUFFER;
    Query.EventData = &Watch.Data;
    Query.Reserved = NULL;
    ULONG Got = 0;
    EXPECT_SUCCESS(
        CaseControl(Own.File, IOCTL_KS_ENABLE_EVENT, &Query, sizeof Query, &Got, sizeof Got));
    EXPECT_EQ(Got, Sent);
    EXPECT_EQ(CaseControl(Own.File, IOCTL_KS_ENABLE_EVENT, &Query, sizeof Query, &Got, sizeof Got),
              STATUS_NO_MORE_ENTRIES);
    // The request must name the event whole.
    EXPECT_SUCCESS(KsGenerateDataEvent(Own.First(), sizeof Sent, &Sent));
    const ULONG TooShort[] = {sizeof(KSEVENT), sizeof Query - 1};
    for (const ULONG Bytes : TooShort) {
        EXPECT_EQ(CaseControl(Own.File, IOCTL_KS_ENABLE_EVENT, &Query, Bytes, &Got, sizeof Got),
                  STATUS_INVALID_BUFFER_SIZE);
    }
    // What nobody fetches goes with the event.
}

EXPORT_CASE(KsDiscardEvent) {
    EventObject Own(Case);
    CaseWatch Watch;
    REQUIRE_SUCCESS(Watch.Enable(Own.File, CaseOwnSet, 5));
    const PKSEVENT_ENTRY Entry = Own.First();
    KIRQL Irql;
    KeAcquireSpinLock(&Own.Object->EventsLock, &Irql);
    RemoveEntryList(&Entry->ListEntry);
    KeReleaseSpinLock(&Own.Object->EventsLock, Irql);
    KsDiscardEvent(Entry);
    EXPECT_EQ(Watch.Disable(Own.File), STATUS_UNSUCCESSFUL);
}

// Items with data of the driver's behind each.
namespace {
struct EVENT_ITEM_AND_MORE {
    KSEVENT_ITEM Item;
    ULONGLONG Own;
};
} // namespace
static LONG EventAllocations;
static NTSTATUS NTAPI AllocateForEvent(PIRP Irp, ULONG Bytes, BOOLEAN InputOperation) {
    UNREFERENCED_PARAMETER(InputOperation);
    ++EventAllocations;
    Irp->AssociatedIrp.SystemBuffer = ExAllocatePoolWithTag(NonPagedPool, Bytes, 'esaC');
    if (Irp->AssociatedIrp.SystemBuffer == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    Irp->Flags |= IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER;
    return STATUS_SUCCESS;
}
static const EVENT_ITEM_AND_MORE LargeItems[] = {
    {{4, sizeof(KSEVENTDATA), 0, NULL, NULL, NULL}, 1},
    {{5, sizeof(KSEVENTDATA), 0, NULL, NULL, NULL}, 2},
};
static const KSEVENT_SET LargeSets[] = {
    {&CaseOwnSet, SIZEOF_ARRAY(LargeItems), &LargeItems[0].Item}};
static ULONG LargeItemBytes;
static NTSTATUS NTAPI LargeControl(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    CASE_PLAIN_OBJECT *Object = CasePlainDevice::Of(CaseStack(Irp)->FileObject);
    return CaseFinish(Irp, KsEnableEventWithAllocator(Irp, SIZEOF_ARRAY(LargeSets), LargeSets,
                                                      &Object->Events, KSEVENTS_SPINLOCK,
                                                      &Object->EventsLock, AllocateForEvent,
                                                      LargeItemBytes));
}

EXPORT_CASE(KsEnableEventWithAllocator) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = LargeControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    CASE_PLAIN_OBJECT *Object = CasePlainDevice::Of(File.Object);
    CaseWatch Watch;
    const ULONG Wrong[] = {sizeof(KSEVENT_ITEM) - 8, sizeof(EVENT_ITEM_AND_MORE) - 1};
    for (const ULONG Bytes : Wrong) {
        LargeItemBytes = Bytes;
        EXPECT_EQ(Watch.Enable(File, CaseOwnSet, 5), STATUS_INVALID_PARAMETER);
    }
    LargeItemBytes = sizeof(EVENT_ITEM_AND_MORE);
    EventAllocations = 0;
    REQUIRE_SUCCESS(Watch.Enable(File, CaseOwnSet, 5));
    EXPECT_EQ(EventAllocations, 1);
    const PKSEVENT_ENTRY Entry = CONTAINING_RECORD(Object->Events.Flink, KSEVENT_ENTRY, ListEntry);
    EXPECT_EQ(Entry->EventItem, &LargeItems[1].Item);
    KsFreeEventList(File.Object, &Object->Events, KSEVENTS_SPINLOCK, &Object->EventsLock);
    EXPECT_TRUE(IsListEmpty(&Object->Events));
}

// AVStream objects keep the list themselves.
static LONG Added;
static NTSTATUS NTAPI AddByDefault(PIRP Irp, PKSEVENTDATA Data, PKSEVENT_ENTRY Entry) {
    ++Added;
    return KsDefaultAddEventHandler(Irp, Data, Entry);
}
static NTSTATUS NTAPI AddByHand(PIRP Irp, PKSEVENTDATA Data, PKSEVENT_ENTRY Entry) {
    UNREFERENCED_PARAMETER(Data);
    ++Added;
    KsFilterAddEvent(KsGetFilterFromIrp(Irp), Entry);
    return STATUS_SUCCESS;
}
static const KSEVENT_ITEM FilterItems[] = {
    {5, sizeof(KSEVENTDATA), 0, AddByDefault, NULL, NULL},
    {6, sizeof(KSEVENTDATA), 0, AddByHand, NULL, NULL},
};
static const KSEVENT_SET FilterSets[] = {{&CaseOwnSet, SIZEOF_ARRAY(FilterItems), FilterItems}};
static const KSAUTOMATION_TABLE FilterAutomation = {0,
                                                    sizeof(KSPROPERTY_ITEM),
                                                    NULL,
                                                    0,
                                                    sizeof(KSMETHOD_ITEM),
                                                    NULL,
                                                    SIZEOF_ARRAY(FilterSets),
                                                    sizeof(KSEVENT_ITEM),
                                                    FilterSets};
static BOOLEAN NTAPI Never(PVOID Context, PKSEVENT_ENTRY Entry) {
    UNREFERENCED_PARAMETER(Entry);
    ++*static_cast<LONG *>(Context);
    return FALSE;
}

EXPORT_CASE(KsGenerateEvents, KsAddEvent, KsDefaultAddEventHandler) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Descriptor.AutomationTable = &FilterAutomation;
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile File;
    REQUIRE_SUCCESS(Own.Open(File));
    const PKSFILTER Filter = KsGetFilterFromFileObject(File.Object);
    CaseWatch Five, Six;
    Added = 0;
    REQUIRE_SUCCESS(Five.Enable(File, CaseOwnSet, 5));
    REQUIRE_SUCCESS(Six.Enable(File, CaseOwnSet, 6));
    EXPECT_EQ(Added, 2);
    KsGenerateEvents(Filter, &CaseOwnSet, 6, 0, NULL, NULL, NULL);
    EXPECT_FALSE(Five.Signalled());
    EXPECT_TRUE(Six.Signalled());
    CaseRunInDpc([&] { KsFilterGenerateEvents(Filter, NULL, 5, 0, NULL, NULL, NULL); });
    EXPECT_TRUE(Five.Signalled());
    LONG Asked = 0;
    KsGenerateEvents(Filter, &CaseOwnSet, 5, 0, NULL, Never, &Asked);
    EXPECT_EQ(Asked, 1);
    EXPECT_FALSE(Five.Signalled());
    EXPECT_SUCCESS(Five.Disable(File));
    EXPECT_SUCCESS(Six.Disable(File));
}

// A file of no AVStream object has no list of events.
EXPORT_CASE(KsDefaultAddEventHandler) {
    CASE_PLAIN Handlers = {};
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    CaseIrp Request(Plain.Device, IRP_MJ_DEVICE_CONTROL);
    Request.Stack->FileObject = File.Object;
    KSEVENTDATA Data = {};
    KSEVENT_ENTRY Entry = {};
    EXPECT_EQ(KsDefaultAddEventHandler(Request.Irp, &Data, &Entry), STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_EQ(Entry.ListEntry.Flink, (PLIST_ENTRY)NULL);
    CaseFinish(Request.Irp, STATUS_SUCCESS);
}
