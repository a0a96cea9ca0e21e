// Pins that tell how they are created and closed.
#include "parts.h"

static const KSDATARANGE_AUDIO Pcm =
    AUDIO_RANGE(0, KSDATAFORMAT_SUBTYPE_PCM, 2 /* channels */, 8000, 48000);
const PKSDATARANGE PcmRanges[1] = {PKSDATARANGE(&Pcm)};

static KSPIN_LOCK Lock; // zero: free; guards what follows
static UCHAR CreateString[4096];
static ULONG CreateStringBytes;
static PFILE_OBJECT HeldFile; // of the held create: its name is read again
static PIRP Held;

static VOID KeepCreateString(PFILE_OBJECT File) {
    const ULONG Bytes = min(ULONG(File->FileName.Length), ULONG(sizeof(CreateString)));
    RtlCopyMemory(CreateString, File->FileName.Buffer, Bytes);
    CreateStringBytes = Bytes;
}

ULONG CopyCreateString(PVOID Buffer, ULONG Bytes) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    if (HeldFile != NULL) {
        KeepCreateString(HeldFile);
    }
    const ULONG All = CreateStringBytes;
    if (Bytes >= All) {
        RtlCopyMemory(Buffer, CreateString, All);
    }
    KeReleaseSpinLock(&Lock, OldIrql);
    return All;
}

NTSTATUS FinishHeldIrp(NTSTATUS Status) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    HeldFile = NULL;
    const PIRP Irp = Held;
    Held = NULL;
    KeReleaseSpinLock(&Lock, OldIrql);
    if (Irp == NULL) {
        return STATUS_NOT_FOUND;
    }
    Irp->IoStatus.Status = Status;
    KsCompletePendingRequest(Irp);
    return STATUS_SUCCESS;
}

// The test's answer; for STATUS_PENDING the IRP is held until KSPROPERTY_FACTORIES_FINISH.
static NTSTATUS AnswerIrp(const char *Question, PIRP Irp, PFILE_OBJECT File) {
    const NTSTATUS Status = AnswerTo(Question, STATUS_SUCCESS);
    if (Status == STATUS_PENDING) {
        KIRQL OldIrql;
        IoMarkIrpPending(Irp);
        KeAcquireSpinLock(&Lock, &OldIrql);
        Held = Irp;
        HeldFile = File;
        KeReleaseSpinLock(&Lock, OldIrql);
        Journal(FACTORIES_HELD, 0);
    }
    return Status;
}

static BOOLEAN HasPinHeader(PFILE_OBJECT File) {
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, KSSTRING_Pin);
    const PKSOBJECT_CREATE_ITEM Item =
        KsQueryObjectCreateItem(*static_cast<KSOBJECT_HEADER *>(File->FsContext));
    return Item != NULL && RtlEqualUnicodeString(&Item->ObjectClass, &Name, TRUE);
}

static ULONG Flags(PKSPIN Pin, PIRP Irp) {
    const PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    const PKSFILTER Filter = KsPinGetParentFilter(Pin);
    ULONG Flags = IsControlHeld(Filter) ? FACTORIES_CONTROL_HELD : 0;
    if (File->RelatedFileObject != NULL &&
        KsGetObjectFromFileObject(File->RelatedFileObject) == Filter) {
        Flags |= FACTORIES_BELOW_FILTER;
    }
    if (KsGetPinFromFileObject(File) == Pin) {
        Flags |= FACTORIES_CONTEXT;
    }
    if (File->FsContext != NULL && HasPinHeader(File)) {
        Flags |= FACTORIES_HEADER;
    }
    if (Pin->ConnectionFormat != NULL &&
        IsEqualGUID(Pin->ConnectionFormat->MajorFormat, KSDATAFORMAT_TYPE_AUDIO)) {
        Flags |= FACTORIES_FORMAT;
    }
    return Flags;
}

static NTSTATUS NTAPI SetFormat(PKSPIN Pin, PKSDATAFORMAT OldFormat, PKSMULTIPLE_ITEM OldAttributes,
                                const KSDATARANGE *DataRange, const KSATTRIBUTE_LIST *Attributes) {
    UNREFERENCED_PARAMETER(OldFormat);
    UNREFERENCED_PARAMETER(OldAttributes);
    UNREFERENCED_PARAMETER(DataRange);
    UNREFERENCED_PARAMETER(Attributes);
    Journal(FACTORIES_SET_FORMAT, Pin->Id, Pin->ConnectionFormat->FormatSize);
    return AnswerTo(FACTORIES_SET_FORMAT, STATUS_SUCCESS);
}

static NTSTATUS NTAPI CreatePin(PKSPIN Pin, PIRP Irp) {
    const PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    KeepCreateString(File);
    KeReleaseSpinLock(&Lock, OldIrql);
    const ACCESS_MASK Access =
        KsQueryObjectAccessMask(*static_cast<KSOBJECT_HEADER *>(File->FsContext));
    Journal(FACTORIES_CREATE, Pin->Id, Flags(Pin, Irp), Access);
    Journal(FACTORIES_PRIORITY, Pin->Id, Pin->ConnectionPriority.PriorityClass,
            Pin->ConnectionPriority.PrioritySubClass);
    return AnswerIrp(FACTORIES_CREATE, Irp, File);
}

static const GUID EventSetId = {STATIC_KSEVENTSETID_Factories};

static BOOLEAN NTAPI CountEvent(PVOID Context, PKSEVENT_ENTRY Entry) {
    UNREFERENCED_PARAMETER(Entry);
    ++*static_cast<PULONG>(Context);
    return FALSE; // not to be signalled
}

static NTSTATUS NTAPI ClosePin(PKSPIN Pin, PIRP Irp) {
    ULONG Events = 0;
    KsPinGenerateEvents(Pin, &EventSetId, FACTORIES_EVENT, 0, NULL, CountEvent, &Events);
    Journal(FACTORIES_CLOSE, Pin->Id, Flags(Pin, Irp), Events);
    return AnswerIrp(FACTORIES_CLOSE, Irp, NULL);
}

static NTSTATUS NTAPI SetState(PKSPIN Pin, KSSTATE ToState, KSSTATE FromState) {
    Journal(FACTORIES_SET_STATE, Pin->Id, ToState, FromState);
    return AnswerTo(FACTORIES_SET_STATE, STATUS_SUCCESS);
}

static VOID NTAPI RemoveEvent(PFILE_OBJECT FileObject, PKSEVENT_ENTRY Entry) {
    const PKSPIN Pin = KsGetPinFromFileObject(FileObject);
    Journal(FACTORIES_REMOVE_EVENT, Pin == NULL ? ~0U : Pin->Id);
    RemoveEntryList(&Entry->ListEntry);
}

static DEFINE_KSEVENT_TABLE(EventItems){
    DEFINE_KSEVENT_ITEM(FACTORIES_EVENT, sizeof(KSEVENTDATA), 0, NULL, RemoveEvent, NULL)};
static DEFINE_KSEVENT_SET_TABLE(EventSets){
    DEFINE_KSEVENT_SET(&EventSetId, SIZEOF_ARRAY(EventItems), EventItems)};
static DEFINE_KSAUTOMATION_TABLE(PinAutomation){DEFINE_KSAUTOMATION_PROPERTIES_NULL,
                                                DEFINE_KSAUTOMATION_METHODS_NULL,
                                                DEFINE_KSAUTOMATION_EVENTS(EventSets)};

const KSPIN_DISPATCH JournalingDispatch = {CreatePin, ClosePin, NULL, NULL, SetFormat,
                                           SetState,  NULL,     NULL, NULL, NULL};
static const KSPIN_DISPATCH NoCreate = {NULL,     NULL, NULL, NULL, SetFormat,
                                        SetState, NULL, NULL, NULL, NULL};

#define CREATION(Dispatch, Flow, Communication, Flags, Possible)                                   \
    PIN(Dispatch, &PinAutomation, KSPIN_DATAFLOW_##Flow, KSPIN_COMMUNICATION_##Communication,      \
        PcmRanges, NULL, NULL, Flags, Possible, 0)

const KSPIN_DESCRIPTOR_EX CreationPins[CREATION_COUNT] = {
    CREATION(&JournalingDispatch, IN, SINK, 0, ANY),
    CREATION(&JournalingDispatch, OUT, SINK, 0, ANY),
    CREATION(&NoCreate, IN, SINK, 0, ANY),
    CREATION(&JournalingDispatch, IN, SINK, 0, 2),
    CREATION(&JournalingDispatch, IN, SINK, 0, 0),
    CREATION(&JournalingDispatch, IN, BRIDGE, 0, ANY),
    CREATION(&JournalingDispatch, IN, NONE, 0, ANY),
    CREATION(&JournalingDispatch, IN, SINK, KSPIN_FLAG_DENY_USERMODE_ACCESS, ANY),
    CREATION(&JournalingDispatch, IN, SINK, KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT, ANY),
    CREATION(&JournalingDispatch, IN, NONE,
             KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT | KSPIN_FLAG_USE_STANDARD_TRANSPORT, ANY),
    CREATION(&JournalingDispatch, IN, SINK, KSPIN_FLAG_FIXED_FORMAT, ANY)};
