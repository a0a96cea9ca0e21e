// What drivers ask of AVStream objects through COM.
#include "ks_fixture.h"

static LONG Methods;
static NTSTATUS NTAPI TakeMethod(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    EXPECT_EQ(Request->Id, 2u);
    ++Methods;
    *static_cast<PULONG>(Data) = 4712;
    Irp->IoStatus.Information = sizeof(ULONG);
    return STATUS_SUCCESS;
}
static const KSMETHOD_ITEM MethodItems[] = {
    {2, {TakeMethod}, sizeof(KSMETHOD), sizeof(ULONG), NULL, KSMETHOD_TYPE_WRITE}};
static const KSMETHOD_SET MethodSets[] = {{&CaseOwnSet, 1, MethodItems, 0, NULL}};
static const KSEVENT_ITEM EventItems[] = {{5, sizeof(KSEVENTDATA), 0, NULL, NULL, NULL}};
static const KSEVENT_SET EventSets[] = {{&CaseOwnSet, 1, EventItems}};
static const KSAUTOMATION_TABLE Automation = {0, sizeof(KSPROPERTY_ITEM), NULL,
                                              1, sizeof(KSMETHOD_ITEM),   MethodSets,
                                              1, sizeof(KSEVENT_ITEM),    EventSets};

EXPORT_CASE(KsGetOuterUnknown) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Descriptor.AutomationTable = &Automation;
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile File;
    REQUIRE_SUCCESS(Own.Open(File));
    const PKSFILTER Filter = KsGetFilterFromFileObject(File.Object);
    const PUNKNOWN Outer = KsGetOuterUnknown(Filter);
    IKsControl *Control = NULL;
    REQUIRE_SUCCESS(Outer->QueryInterface(IID_IKsControl, (PVOID *)&Control));
    KSMETHOD Method = {};
    Method.Set = CaseOwnSet;
    Method.Id = 2;
    Method.Flags = KSMETHOD_TYPE_WRITE;
    ULONG Value = 0, Returned = 0;
    Methods = 0;
    EXPECT_SUCCESS(Control->KsMethod(&Method, sizeof Method, &Value, sizeof Value, &Returned));
    EXPECT_EQ(Methods, 1);
    EXPECT_EQ(Value, 4712u);
    EXPECT_EQ(Returned, sizeof Value);
    Method.Id = 3;
    EXPECT_EQ(Control->KsMethod(&Method, sizeof Method, &Value, sizeof Value, &Returned),
              STATUS_NOT_FOUND);
    // Nobody need ask how much came back.
    Method.Id = 2;
    EXPECT_SUCCESS(Control->KsMethod(&Method, sizeof Method, &Value, sizeof Value, NULL));
    // An event is enabled, and disabled without a KSEVENT.
    KEVENT Event;
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    KSEVENTDATA Data = {};
    Data.NotificationType = KSEVENTF_EVENT_OBJECT;
    Data.EventObject.Event = &Event;
    KSEVENT Request = {};
    Request.Set = CaseOwnSet;
    Request.Id = 5;
    Request.Flags = KSEVENT_TYPE_ENABLE;
    REQUIRE_SUCCESS(Control->KsEvent(&Request, sizeof Request, &Data, sizeof Data, &Returned));
    KsFilterGenerateEvents(Filter, NULL, 5, 0, NULL, NULL, NULL);
    EXPECT_EQ(KeReadStateEvent(&Event), 1);
    KeClearEvent(&Event);
    EXPECT_SUCCESS(Control->KsEvent(NULL, 0, &Data, sizeof Data, &Returned));
    KsFilterGenerateEvents(Filter, NULL, 5, 0, NULL, NULL, NULL);
    EXPECT_EQ(KeReadStateEvent(&Event), 0);
    EXPECT_EQ(Control->KsEvent(NULL, 0, &Data, sizeof Data, &Returned), STATUS_UNSUCCESSFUL);
    Control->Release();
}

// References are told; a device's and a factory's control has no file to ask.
EXPORT_CASE(KsGetOuterUnknown) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseFactory Own(Case, Descriptor.Descriptor);
    const PVOID Objects[] = {Own.Device, Own.Factory};
    for (const PVOID Object : Objects) {
        const PUNKNOWN Outer = KsGetOuterUnknown(Object);
        REQUIRE(Outer != NULL);
        EXPECT_EQ(KsGetOuterUnknown(Object), Outer);
        const ULONG Before = Outer->AddRef();
        IKsControl *Control = NULL;
        REQUIRE_SUCCESS(Outer->QueryInterface(IID_IKsControl, (PVOID *)&Control));
        EXPECT_EQ(Outer->AddRef(), Before + 2);
        KSPROPERTY Property = {};
        ULONG Value = 0, Returned = 0;
        EXPECT_EQ(Control->KsProperty(&Property, sizeof Property, &Value, sizeof Value, &Returned),
                  STATUS_INVALID_DEVICE_REQUEST);
        Outer->Release();
        Control->Release();
        EXPECT_EQ(Outer->Release(), Before - 1);
    }
    // A device's functions are counted with it, and lead back.
    const PUNKNOWN Outer = KsGetOuterUnknown(Own.Device);
    IKsDeviceFunctions *Functions = NULL;
    const ULONG Before = Outer->AddRef();
    REQUIRE_SUCCESS(Outer->QueryInterface(IID_IKsDeviceFunctions, (PVOID *)&Functions));
    EXPECT_EQ(Functions->AddRef(), Before + 2);
    PVOID Back = NULL;
    EXPECT_SUCCESS(Functions->QueryInterface(IID_IKsControl, &Back));
    EXPECT_EQ(Back, (PVOID)Outer);
    Outer->Release();
    Functions->Release();
    EXPECT_EQ(Functions->Release(), Before);
    Outer->Release();
    PVOID None = &Own;
    EXPECT_EQ(KsGetOuterUnknown(Own.Factory)->QueryInterface(IID_IKsDeviceFunctions, &None),
              STATUS_NOINTERFACE);
    EXPECT_EQ(None, (PVOID)NULL);
}

// A pin of another kind on the far side is asked by requests to its file.
static LONG Asked;
static NTSTATUS NTAPI AnswerAll(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    const auto &Control = CaseStack(Irp)->Parameters.DeviceIoControl;
    if (Control.IoControlCode == IOCTL_KS_PROPERTY &&
        CaseSameGuid(static_cast<PKSPROPERTY>(Control.Type3InputBuffer)->Set, CaseOwnSet)) {
        ++Asked;
        Irp->IoStatus.Information = 3;
        return CaseFinish(Irp, STATUS_SUCCESS);
    }
    if (Control.IoControlCode == IOCTL_KS_HANDSHAKE) {
        EXPECT_EQ(Control.InputBufferLength, sizeof(KSHANDSHAKE));
        EXPECT_EQ(Control.OutputBufferLength, sizeof(KSHANDSHAKE));
        EXPECT_EQ(Irp->RequestorMode, KernelMode);
        static_cast<PKSHANDSHAKE>(Irp->UserBuffer)->ProtocolId =
            static_cast<PKSHANDSHAKE>(Control.Type3InputBuffer)->ProtocolId;
        return CaseFinish(Irp, STATUS_NO_MORE_ENTRIES);
    }
    return CaseFinish(Irp, STATUS_NOT_FOUND);
}
EXPORT_CASE(KsPinHandshake) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = AnswerAll;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile Peer;
    REQUIRE_SUCCESS(Plain.Open(Peer));
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile Filter, File;
    REQUIRE_SUCCESS(Own.Open(Filter));
    REQUIRE_SUCCESS(CaseConnect(Filter, 0, Peer.Handle, File));
    KSHANDSHAKE In = {CaseOwnSet, NULL, NULL}, Out = {};
    EXPECT_EQ(KsPinHandshake(KsGetPinFromFileObject(File.Object), &In, &Out),
              STATUS_NO_MORE_ENTRIES);
    EXPECT_TRUE(CaseSameGuid(Out.ProtocolId, CaseOwnSet));
}
EXPORT_CASE(KsPinGetConnectedPinInterface, KsPinGetConnectedPinFileObject) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = AnswerAll;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile Peer;
    REQUIRE_SUCCESS(Plain.Open(Peer));
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile Filter, File, Alone;
    REQUIRE_SUCCESS(Own.Open(Filter));
    REQUIRE_SUCCESS(CaseConnect(Filter, 0, Peer.Handle, File));
    const PKSPIN Pin = KsGetPinFromFileObject(File.Object);
    EXPECT_EQ(KsPinGetConnectedPinFileObject(Pin), Peer.Object);
    IKsControl *Control = NULL;
    REQUIRE_SUCCESS(KsPinGetConnectedPinInterface(Pin, &IID_IKsControl, (PVOID *)&Control));
    KSPROPERTY Property = {};
    Property.Set = CaseOwnSet;
    Property.Flags = KSPROPERTY_TYPE_GET;
    ULONG Value = 0, Returned = 0;
    Asked = 0;
    EXPECT_SUCCESS(
        Control->KsProperty(&Property, sizeof Property, &Value, sizeof Value, &Returned));
    EXPECT_EQ(Asked, 1);
    EXPECT_EQ(Returned, 3u);
    PVOID Other = Control;
    EXPECT_EQ(Control->QueryInterface(CaseOwnSet, &Other), STATUS_NOINTERFACE);
    EXPECT_EQ(Other, (PVOID)NULL);
    EXPECT_SUCCESS(Control->QueryInterface(IID_IKsControl, &Other));
    EXPECT_EQ(Other, (PVOID)Control);
    EXPECT_EQ(Control->AddRef(), 3u);
    EXPECT_EQ(Control->Release(), 2u);
    EXPECT_EQ(Control->Release(), 1u);
    // It outlives the connection.
    File.Close();
    EXPECT_SUCCESS(
        Control->KsProperty(&Property, sizeof Property, &Value, sizeof Value, &Returned));
    EXPECT_EQ(Control->Release(), 0u);
    Other = &Own;
    REQUIRE_SUCCESS(CaseConnect(Filter, 1, NULL, Alone));
    EXPECT_EQ(KsPinGetConnectedPinInterface(KsGetPinFromFileObject(Alone.Object), &IID_IKsControl,
                                            &Other),
              STATUS_UNSUCCESSFUL);
    EXPECT_EQ(Other, (PVOID)NULL);
}
