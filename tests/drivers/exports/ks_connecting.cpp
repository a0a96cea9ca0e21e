// Creates of pins that kernel-mode clients ask for: what they carry, who refuses them, and what is
// left of those that came to nothing.
#include "ks_fixture.h"

// Behind a format of any size, at the next multiple of eight bytes: a list of attributes.
EXPORT_CASE(KsCreatePin) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile Filter, File;
    REQUIRE_SUCCESS(Own.Open(Filter));
    struct {
        CASE_CONNECT Request;
        ULONGLONG More;
        KSMULTIPLE_ITEM List;
        KSATTRIBUTE Attribute;
        ULONG Behind;
    } Request = {};
    CaseInitializeConnect(Request.Request, 1, NULL);
    Request.Request.Format.FormatSize = sizeof(KSDATAFORMAT) + 3;
    Request.Request.Format.Flags = KSDATAFORMAT_ATTRIBUTES;
    Request.More = 0x332211;
    Request.List.Size = sizeof Request.List + sizeof Request.Attribute;
    Request.List.Count = 1;
    Request.Attribute.Size = sizeof Request.Attribute;
    Request.Attribute.Attribute = CaseOwnCategory;
    HANDLE Handle = NULL;
    REQUIRE_SUCCESS(KsCreatePin(Filter.Handle, &Request.Request.Connect, GENERIC_WRITE, &Handle));
    REQUIRE_SUCCESS(File.Adopt(Handle));
    const PKSPIN Pin = KsGetPinFromFileObject(File.Object);
    const UCHAR *const Format = reinterpret_cast<const UCHAR *>(Pin->ConnectionFormat);
    REQUIRE((const UCHAR *)Pin->AttributeList == Format + sizeof(KSDATAFORMAT) + 8);
    EXPECT_EQ(RtlCompareMemory(Pin->AttributeList, &Request.List, Request.List.Size),
              Request.List.Size);
    EXPECT_EQ(Format[sizeof(KSDATAFORMAT) + 2], 0x33);
    // One that says it has less than its head asks for nothing.
    Request.Request.Format.FormatSize = sizeof(KSDATAFORMAT) - 1;
    EXPECT_EQ(KsCreatePin(Filter.Handle, &Request.Request.Connect, GENERIC_WRITE, &Handle),
              STATUS_INVALID_PARAMETER);
}

// A create string has a length of 16 bits.
EXPORT_CASE(KsCreatePin) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile Filter, File;
    REQUIRE_SUCCESS(Own.Open(Filter));
    const ULONG Longest = 0xfffe - sizeof KSSTRING_Pin; // whose last character is the backslash
    auto *const Request =
        static_cast<CASE_CONNECT *>(ExAllocatePoolWithTag(PagedPool, Longest + 1, 'esaC'));
    REQUIRE(Request != NULL);
    RtlFillMemory(Request, Longest + 1, 0x5a);
    CaseInitializeConnect(*Request, 0, NULL);
    Request->Format.FormatSize = Longest - sizeof(KSPIN_CONNECT);
    HANDLE Handle = NULL;
    if (EXPECT_SUCCESS(KsCreatePin(Filter.Handle, &Request->Connect, GENERIC_READ, &Handle)) &&
        EXPECT_SUCCESS(File.Adopt(Handle))) {
        const PKSDATAFORMAT Format = KsGetPinFromFileObject(File.Object)->ConnectionFormat;
        EXPECT_EQ(Format->FormatSize, Request->Format.FormatSize);
        EXPECT_EQ(reinterpret_cast<UCHAR *>(Format)[Format->FormatSize - 1], 0x5a);
    }
    Request->Format.FormatSize++;
    EXPECT_EQ(KsCreatePin(Filter.Handle, &Request->Connect, GENERIC_READ, &Handle),
              STATUS_INVALID_PARAMETER);
    ExFreePool(Request);
}

// They are for PASSIVE_LEVEL.
static VOID RaiseToDispatch() {
    KIRQL Before;
    KeRaiseIrql(DISPATCH_LEVEL, &Before);
}
EXPORT_CASE_STOPS(KsCreatePin, 0xa, "KsCreatePin was called at IRQL 2") {
    CASE_CONNECT Request;
    HANDLE Handle;
    CaseInitializeConnect(Request, 0, NULL);
    RaiseToDispatch();
    KsCreatePin(NULL, &Request.Connect, GENERIC_READ, &Handle);
    UNREFERENCED_PARAMETER(Case);
}
EXPORT_CASE_STOPS(KsCreateClock, 0xa, "KsCreateClock was called at IRQL 2") {
    KSCLOCK_CREATE Request = {};
    HANDLE Handle;
    RaiseToDispatch();
    KsCreateClock(NULL, &Request, &Handle);
    UNREFERENCED_PARAMETER(Case);
}
EXPORT_CASE_STOPS(KsCreateAllocator, 0xa, "KsCreateAllocator was called at IRQL 2") {
    KSALLOCATOR_FRAMING Request = {};
    HANDLE Handle;
    RaiseToDispatch();
    KsCreateAllocator(NULL, &Request, &Handle);
    UNREFERENCED_PARAMETER(Case);
}
EXPORT_CASE_STOPS(KsCreateTopologyNode, 0xa, "KsCreateTopologyNode was called at IRQL 2") {
    KSNODE_CREATE Request = {};
    HANDLE Handle;
    RaiseToDispatch();
    KsCreateTopologyNode(NULL, &Request, GENERIC_READ, &Handle);
    UNREFERENCED_PARAMETER(Case);
}

// What the minidriver's callbacks answer, and how often its sink was closed.
static NTSTATUS CreateAnswer, FormatAnswer, ConnectAnswer, CloseAnswer;
static LONG SinkCloses, SourceCloses;
static KEVENT PendingSeen;
static PIRP PendingIrp;
static PVOID FormatSeen;

static VOID ForgetAnswers() {
    CreateAnswer = FormatAnswer = ConnectAnswer = CloseAnswer = STATUS_SUCCESS;
    SinkCloses = SourceCloses = 0;
    PendingIrp = NULL;
    KeInitializeEvent(&PendingSeen, SynchronizationEvent, FALSE);
}
static NTSTATUS Pend(PIRP Irp) {
    PendingIrp = Irp;
    IoMarkIrpPending(Irp);
    KeSetEvent(&PendingSeen, IO_NO_INCREMENT, FALSE);
    return STATUS_PENDING;
}
static NTSTATUS NTAPI CreateSource(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Pin);
    return CreateAnswer == STATUS_PENDING ? Pend(Irp) : CreateAnswer;
}
static NTSTATUS NTAPI CloseSource(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Pin);
    ++SourceCloses;
    return CloseAnswer == STATUS_PENDING ? Pend(Irp) : CloseAnswer;
}
static NTSTATUS NTAPI CloseSink(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Pin);
    UNREFERENCED_PARAMETER(Irp);
    ++SinkCloses;
    return STATUS_SUCCESS;
}
static NTSTATUS NTAPI SetFormat(PKSPIN Pin, PKSDATAFORMAT OldFormat, PKSMULTIPLE_ITEM OldAttributes,
                                const KSDATARANGE *DataRange,
                                const KSATTRIBUTE_LIST *AttributeRange) {
    UNREFERENCED_PARAMETER(OldFormat);
    UNREFERENCED_PARAMETER(OldAttributes);
    UNREFERENCED_PARAMETER(DataRange);
    UNREFERENCED_PARAMETER(AttributeRange);
    FormatSeen = Pin->ConnectionFormat;
    return FormatAnswer;
}
static NTSTATUS NTAPI ConnectSink(PKSPIN Pin) {
    UNREFERENCED_PARAMETER(Pin);
    return ConnectAnswer;
}
static VOID InitializeAnswering(CASE_FILTER &Filter) {
    CaseInitializeFilter(Filter);
    Filter.PinDispatch[0].Create = CreateSource;
    Filter.PinDispatch[0].Close = CloseSource;
    Filter.PinDispatch[0].SetDataFormat = SetFormat;
    Filter.PinDispatch[1].Connect = ConnectSink;
    Filter.PinDispatch[1].Close = CloseSink;
    ForgetAnswers();
}

// Whatever a connection fails for, its other pin is free for the next, and nobody keeps it.
EXPORT_CASE(KsCreatePin, KsPinGetConnectedPinFileObject) {
    NTSTATUS *const Answers[] = {&FormatAnswer, &CreateAnswer, &ConnectAnswer};
    for (NTSTATUS *const Answer : Answers) {
        CASE_FILTER Descriptor;
        InitializeAnswering(Descriptor);
        CaseFactory Own(Case, Descriptor.Descriptor);
        CaseFile SourceFilter, SinkFilter, Sink, Source;
        REQUIRE_SUCCESS(Own.Open(SourceFilter));
        REQUIRE_SUCCESS(Own.Open(SinkFilter));
        REQUIRE_SUCCESS(CaseConnect(SinkFilter, 1, NULL, Sink));
        const PKSPIN SinkPin = KsGetPinFromFileObject(Sink.Object);
        *Answer = STATUS_DEVICE_NOT_READY;
        EXPECT_EQ(CaseConnect(SourceFilter, 0, Sink.Handle, Source), STATUS_DEVICE_NOT_READY);
        EXPECT_TRUE(SinkPin->ConnectionIsExternal);
        EXPECT_EQ(SinkPin->Communication, KSPIN_COMMUNICATION_SINK);
        // Who was created is closed, and only then.
        EXPECT_EQ(SourceCloses, Answer == &ConnectAnswer ? 1 : 0);
        *Answer = STATUS_SUCCESS;
        if (EXPECT_SUCCESS(CaseConnect(SourceFilter, 0, Sink.Handle, Source))) {
            EXPECT_EQ(KsPinGetConnectedPinFileObject(KsGetPinFromFileObject(Source.Object)),
                      Sink.Object);
            EXPECT_FALSE(SinkPin->ConnectionIsExternal);
        }
        Source.Close();
        EXPECT_EQ(SinkCloses, 0);
        Sink.Close();
        EXPECT_EQ(SinkCloses, 1);
    }
}

// The other pin's Connect fails, and the new pin's Close takes its time: the create ends with it.
EXPORT_CASE(KsCompletePendingRequest, KsCreatePin) {
    CASE_FILTER Descriptor;
    InitializeAnswering(Descriptor);
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile SourceFilter, SinkFilter, Sink, Source;
    REQUIRE_SUCCESS(Own.Open(SourceFilter));
    REQUIRE_SUCCESS(Own.Open(SinkFilter));
    REQUIRE_SUCCESS(CaseConnect(SinkFilter, 1, NULL, Sink));
    ConnectAnswer = STATUS_DEVICE_NOT_READY;
    CloseAnswer = STATUS_PENDING;
    {
        CaseThread Helper([] {
            KeWaitForSingleObject(&PendingSeen, Executive, KernelMode, FALSE, NULL);
            PendingIrp->IoStatus.Status = STATUS_SUCCESS;
            KsCompletePendingRequest(PendingIrp);
        });
        EXPECT_EQ(CaseConnect(SourceFilter, 0, Sink.Handle, Source), STATUS_DEVICE_NOT_READY);
    }
    EXPECT_EQ(SourceCloses, 1);
    CloseAnswer = ConnectAnswer = STATUS_SUCCESS;
    EXPECT_SUCCESS(CaseConnect(SourceFilter, 0, Sink.Handle, Source));
    Source.Close();
    Sink.Close();
    EXPECT_EQ(SinkCloses, 1);
}

// It may be called with the control mutex held, and at DISPATCH_LEVEL.
EXPORT_CASE(KsCompletePendingRequest, KsAcquireControl, KsReleaseControl) {
    CASE_FILTER Descriptor;
    InitializeAnswering(Descriptor);
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile Filter, File;
    REQUIRE_SUCCESS(Own.Open(Filter));
    CreateAnswer = STATUS_PENDING;
    const bool Ways[] = {false, true};
    for (const bool AtDispatch : Ways) {
        {
            CaseThread Helper([&] {
                KeWaitForSingleObject(&PendingSeen, Executive, KernelMode, FALSE, NULL);
                const PKSFILTER Pending = KsGetFilterFromIrp(PendingIrp);
                PendingIrp->IoStatus.Status = STATUS_SUCCESS;
                if (AtDispatch) {
                    KIRQL Before;
                    KeRaiseIrql(DISPATCH_LEVEL, &Before);
                    KsCompletePendingRequest(PendingIrp);
                    KeLowerIrql(Before);
                } else {
                    KsAcquireControl(Pending);
                    KsCompletePendingRequest(PendingIrp);
                    KsReleaseControl(Pending);
                }
            });
            EXPECT_SUCCESS(CaseConnect(Filter, 0, NULL, File));
        }
        File.Close();
        EXPECT_EQ(SourceCloses, AtDispatch ? 2 : 1);
    }
}

// Any other request, and any of a file that is not AVStream's, it completes as it is.
EXPORT_CASE(KsCompletePendingRequest) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseFactory Own(Case, Descriptor.Descriptor);
    CasePlainDevice Plain(Case, {});
    CaseFile Filter, Other;
    REQUIRE_SUCCESS(Own.Open(Filter));
    REQUIRE_SUCCESS(Plain.Open(Other));
    const struct {
        UCHAR Major;
        PFILE_OBJECT File;
    } Requests[] = {{IRP_MJ_DEVICE_CONTROL, Filter.Object}, {IRP_MJ_CREATE, Other.Object}};
    for (const auto &One : Requests) {
        CaseIrp Request(Case.Device, One.Major);
        Request.Stack->FileObject = One.File;
        Request.Irp->IoStatus.Status = STATUS_DEVICE_BUSY;
        Request.Irp->IoStatus.Information = 7;
        KsCompletePendingRequest(Request.Irp);
        EXPECT_TRUE(Request.Completed());
        EXPECT_EQ(Request.Status(), STATUS_DEVICE_BUSY);
        EXPECT_EQ(Request.Irp->IoStatus.Information, 7u);
    }
}

// A pin keeps one format: neither those it had nor those that were refused.
EXPORT_CASE(KsRemoveItemFromObjectBag) {
    CASE_FILTER Descriptor;
    InitializeAnswering(Descriptor);
    CaseStream Stream(Case, Descriptor);
    const PKSPIN Pin = Stream.Pin[0];
    REQUIRE(Pin != NULL);
    const PVOID First = Pin->ConnectionFormat;
    CASE_CONNECT Request;
    CaseInitializeConnect(Request, 0, NULL);
    const auto Change = [&] {
        return CaseProperty(Stream.File[0], KSPROPSETID_Connection,
                            KSPROPERTY_CONNECTION_DATAFORMAT, KSPROPERTY_TYPE_SET, &Request.Format,
                            sizeof Request.Format);
    };
    FormatAnswer = STATUS_DEVICE_NOT_READY;
    EXPECT_EQ(Change(), STATUS_DEVICE_NOT_READY);
    EXPECT_TRUE(FormatSeen != First);
    EXPECT_EQ(Pin->ConnectionFormat, First);
    EXPECT_EQ(KsRemoveItemFromObjectBag(Pin->Bag, FormatSeen, FALSE), 0u);
    FormatAnswer = STATUS_SUCCESS;
    EXPECT_SUCCESS(Change());
    EXPECT_EQ(Pin->ConnectionFormat, FormatSeen);
    EXPECT_EQ(KsRemoveItemFromObjectBag(Pin->Bag, First, FALSE), 0u);
}

// A pin without a transport and without SetDeviceState is in any state it is asked for.
EXPORT_CASE(KsGetObjectFromFileObject) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Pins[1].Flags = KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT;
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile Filter, File;
    REQUIRE_SUCCESS(Own.Open(Filter));
    REQUIRE_SUCCESS(CaseConnect(Filter, 1, NULL, File));
    const PKSPIN Pin = KsGetPinFromFileObject(File.Object);
    const KSSTATE States[] = {KSSTATE_RUN, KSSTATE_RUN, KSSTATE_ACQUIRE, KSSTATE_STOP};
    for (const KSSTATE State : States) {
        EXPECT_SUCCESS(CaseSetState(File, State));
        EXPECT_EQ(Pin->ClientState, State);
        EXPECT_EQ(Pin->DeviceState, State);
    }
}

// Only the kernel may name the event's object by its address.
EXPORT_CASE(KsGenerateEvents) {
    static const KSEVENT_ITEM Items[] = {{5, sizeof(KSEVENTDATA), 0, NULL, NULL, NULL}};
    static const KSEVENT_SET Sets[] = {{&CaseOwnSet, 1, Items}};
    static const KSAUTOMATION_TABLE Automation = {0, sizeof(KSPROPERTY_ITEM), NULL,
                                                  0, sizeof(KSMETHOD_ITEM),   NULL,
                                                  1, sizeof(KSEVENT_ITEM),    Sets};
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Descriptor.AutomationTable = &Automation;
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[1] != NULL);
    EXPECT_SUCCESS(CaseSetState(Stream.File[1], KSSTATE_PAUSE));
    KEVENT NoFile;
    KeInitializeEvent(&NoFile, NotificationEvent, FALSE);
    KSRELATIVEEVENT Start = {};
    Start.Size = sizeof Start;
    Start.Flags = KSRELATIVEEVENT_FLAG_POINTER;
    Start.ObjectPointer = Stream.Filter.Object;
    Start.Event.Set = CaseOwnSet;
    Start.Event.Id = 5;
    Start.Event.Flags = KSEVENT_TYPE_ENABLE;
    EXPECT_SUCCESS(CaseProperty(Stream.File[1], KSPROPSETID_Connection,
                                KSPROPERTY_CONNECTION_STARTAT, KSPROPERTY_TYPE_SET, &Start,
                                sizeof Start));
    EXPECT_EQ(Stream.Pin[1]->ClientState, KSSTATE_PAUSE);
    KsGenerateEvents(KsGetFilterFromFileObject(Stream.Filter.Object), &CaseOwnSet, 5, 0, NULL, NULL,
                     NULL);
    for (ULONG Try = 0; Try < 100 && Stream.Pin[1]->ClientState != KSSTATE_RUN; ++Try) {
        LARGE_INTEGER Soon = CaseMilliseconds(10);
        KeDelayExecutionThread(KernelMode, FALSE, &Soon);
    }
    EXPECT_EQ(Stream.Pin[1]->ClientState, KSSTATE_RUN);
}

// Who is connected to no pin of a filter, or to one that is not AVStream's.
EXPORT_CASE(KsPinGetConnectedFilterInterface, KsPinGetConnectedPinDeviceObject) {
    CasePlainDevice Plain(Case, {});
    CaseFile Peer;
    REQUIRE_SUCCESS(Plain.Open(Peer));
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile Filter, File, Alone;
    REQUIRE_SUCCESS(Own.Open(Filter));
    REQUIRE_SUCCESS(CaseConnect(Filter, 0, Peer.Handle, File));
    REQUIRE_SUCCESS(CaseConnect(Filter, 1, NULL, Alone));
    const PKSPIN Pins[] = {KsGetPinFromFileObject(File.Object),
                           KsGetPinFromFileObject(Alone.Object)};
    EXPECT_EQ(KsPinGetConnectedPinDeviceObject(Pins[0]), Plain.Device);
    EXPECT_EQ(Pins[0]->Communication, KSPIN_COMMUNICATION_SOURCE);
    // The plain object was opened by a name of its own, below no filter.
    for (const PKSPIN Pin : Pins) {
        PVOID Found = &Own;
        EXPECT_EQ(KsPinGetConnectedFilterInterface(Pin, &IID_IKsControl, &Found),
                  STATUS_UNSUCCESSFUL);
        EXPECT_EQ(Found, (PVOID)NULL);
    }
}

// A filter's component, if it has one.
EXPORT_CASE(KsGetObjectTypeFromFileObject) {
    static const KSCOMPONENTID Component = {CaseOwnSet, CaseOwnFormat, CaseOwnCategory, {}, 3, 7};
    const KSCOMPONENTID *const Components[] = {NULL, &Component};
    for (const KSCOMPONENTID *const One : Components) {
        CASE_FILTER Descriptor;
        CaseInitializeFilter(Descriptor);
        Descriptor.Descriptor.ComponentId = One;
        CaseFactory Own(Case, Descriptor.Descriptor);
        CaseFile Filter;
        REQUIRE_SUCCESS(Own.Open(Filter));
        EXPECT_EQ(KsGetObjectTypeFromFileObject(Filter.Object), KsObjectTypeFilter);
        KSCOMPONENTID Found = {};
        ULONG Returned = 0;
        const auto Ask = [&](ULONG Bytes) {
            return CaseProperty(Filter, KSPROPSETID_General, KSPROPERTY_GENERAL_COMPONENTID,
                                KSPROPERTY_TYPE_GET, &Found, Bytes, &Returned);
        };
        EXPECT_EQ(Ask(sizeof Found), One != NULL ? STATUS_SUCCESS : STATUS_NOT_FOUND);
        EXPECT_EQ(Returned, One != NULL ? sizeof Found : 0);
        if (One != NULL) {
            EXPECT_EQ(RtlCompareMemory(&Found, One, sizeof Found), sizeof Found);
            EXPECT_EQ(Ask(sizeof Found - 1), STATUS_BUFFER_TOO_SMALL);
        }
    }
}
