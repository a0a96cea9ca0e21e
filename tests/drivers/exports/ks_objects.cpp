// The hierarchy: devices, filter factories, filters, pins, and how one leads to another.
#include "ks_fixture.h"

EXPORT_CASE(KsGetFilterFromIrp, KsGetObjectTypeFromIrp, KsGetNodeIdFromIrp) {
    EXPECT_TRUE(Case.Filter != NULL);
    EXPECT_EQ(KsGetFilterFromIrp(Case.Irp), Case.Filter);
    EXPECT_EQ(KsGetObjectTypeFromIrp(Case.Irp), KsObjectTypeFilter);
    // The request that runs a case is not about a node.
    EXPECT_EQ(KsGetNodeIdFromIrp(Case.Irp), (ULONG)KSFILTER_NODE);
}

EXPORT_PIN_CASE(KsGetPinFromIrp, KsPinGetParentFilter) {
    EXPECT_EQ(KsGetPinFromIrp(Case.Irp), Case.Pin);
    EXPECT_EQ(KsPinGetParentFilter(Case.Pin), Case.Filter);
    EXPECT_EQ(Case.Pin->DeviceState, KSSTATE_RUN);
}

EXPORT_PIN_CASE(KsGetObjectFromFileObject, KsGetObjectTypeFromFileObject) {
    const PFILE_OBJECT File = CaseStack(Case.Irp)->FileObject;
    EXPECT_EQ(KsGetObjectFromFileObject(File), (PVOID)Case.Pin);
    EXPECT_EQ(KsGetObjectTypeFromFileObject(File), KsObjectTypePin);
    EXPECT_EQ(KsGetObjectFromFileObject(File->RelatedFileObject), (PVOID)Case.Filter);
    EXPECT_EQ(KsGetObjectTypeFromFileObject(File->RelatedFileObject), KsObjectTypeFilter);
}

EXPORT_PIN_CASE(KsGetParent, KsGetFirstChild, KsGetDevice) {
    const PKSDEVICE Device = KsGetDevice(Case.Pin);
    EXPECT_EQ(Device->FunctionalDeviceObject, Case.Device);
    EXPECT_EQ(KsGetParent(Case.Pin), (PVOID)Case.Filter);
    const PKSFILTERFACTORY Factory = KsFilterGetParentFilterFactory(Case.Filter);
    EXPECT_EQ(Factory->FilterDescriptor, Case.Filter->Descriptor);
    EXPECT_EQ(KsFilterFactoryGetParentDevice(Factory), Device);
    EXPECT_EQ(KsGetParent(Device), (PVOID)NULL);
    EXPECT_EQ(KsDeviceGetFirstChildFilterFactory(Device), Factory);
    EXPECT_EQ(KsFilterFactoryGetFirstChildFilter(Factory), Case.Filter);
    // Pins are found by their factory, not as children.
    EXPECT_EQ(KsFilterGetFirstChildPin(Case.Filter, Case.Pin->Id), Case.Pin);
}

EXPORT_CASE(KsGetNextSibling, KsGetFirstChild) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile First, Second;
    REQUIRE_SUCCESS(Own.Open(First));
    REQUIRE_SUCCESS(Own.Open(Second));
    KsAcquireDevice(Own.Device);
    EXPECT_EQ(KsFilterFactoryGetFirstChildFilter(Own.Factory),
              KsGetFilterFromFileObject(First.Object));
    EXPECT_EQ(KsFilterGetNextSiblingFilter(KsGetFilterFromFileObject(First.Object)),
              KsGetFilterFromFileObject(Second.Object));
    EXPECT_EQ(KsFilterGetNextSiblingFilter(KsGetFilterFromFileObject(Second.Object)),
              (PKSFILTER)NULL);
    EXPECT_EQ(
        KsFilterFactoryGetNextSiblingFilterFactory(KsFilterGetParentFilterFactory(Case.Filter)),
        Own.Factory);
    KsReleaseDevice(Own.Device);
}

EXPORT_CASE(KsFilterGetChildPinCount, KsFilterGetFirstChildPin, KsPinGetNextSiblingPin) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[0] != NULL);
    CaseFile Third;
    REQUIRE_SUCCESS(CaseConnect(Stream.Filter, 0, NULL, Third));
    const PKSPIN Sibling = KsGetPinFromFileObject(Third.Object);
    const PKSFILTER Filter = KsGetFilterFromFileObject(Stream.Filter.Object);
    KsFilterAcquireControl(Filter);
    EXPECT_EQ(KsFilterGetChildPinCount(Filter, 0), 2u);
    EXPECT_EQ(KsFilterGetChildPinCount(Filter, 1), 1u);
    EXPECT_EQ(KsFilterGetFirstChildPin(Filter, 0), Stream.Pin[0]);
    EXPECT_EQ(KsPinGetNextSiblingPin(Stream.Pin[0]), Sibling);
    EXPECT_EQ(KsPinGetNextSiblingPin(Sibling), (PKSPIN)NULL);
    EXPECT_EQ(KsPinGetNextSiblingPin(Stream.Pin[1]), (PKSPIN)NULL);
    KsFilterReleaseControl(Filter);
}

// A pin's control is its filter's: another thread waits for it.
EXPORT_PIN_CASE(KsAcquireControl, KsReleaseControl) {
    KEVENT Got;
    KeInitializeEvent(&Got, NotificationEvent, FALSE);
    KsPinAcquireControl(Case.Pin);
    CaseThread Other([&] {
        KsAcquireControl(Case.Filter);
        KeSetEvent(&Got, IO_NO_INCREMENT, FALSE);
        KsReleaseControl(Case.Filter);
    });
    LARGE_INTEGER Soon = CaseMilliseconds(50);
    EXPECT_EQ(KeWaitForSingleObject(&Got, Executive, KernelMode, FALSE, &Soon), STATUS_TIMEOUT);
    KsPinReleaseControl(Case.Pin);
    EXPECT_SUCCESS(KeWaitForSingleObject(&Got, Executive, KernelMode, FALSE, NULL));
}

EXPORT_CASE(KsAcquireDevice, KsReleaseDevice, KsGetDeviceForDeviceObject) {
    const PKSDEVICE Device = KsGetDeviceForDeviceObject(Case.Device);
    EXPECT_EQ(Device, KsGetDevice(Case.Filter));
    EXPECT_EQ(Device->PhysicalDeviceObject, Case.PhysicalDevice);
    EXPECT_TRUE(Device->Started);
    KEVENT Got;
    KeInitializeEvent(&Got, NotificationEvent, FALSE);
    KsAcquireDevice(Device);
    CaseThread Other([&] {
        KsAcquireDevice(Device);
        KeSetEvent(&Got, IO_NO_INCREMENT, FALSE);
        KsReleaseDevice(Device);
    });
    LARGE_INTEGER Soon = CaseMilliseconds(50);
    EXPECT_EQ(KeWaitForSingleObject(&Got, Executive, KernelMode, FALSE, &Soon), STATUS_TIMEOUT);
    KsReleaseDevice(Device);
    EXPECT_SUCCESS(KeWaitForSingleObject(&Got, Executive, KernelMode, FALSE, NULL));
}

// A create that the minidriver keeps pending is finished by KsCompletePendingRequest.
static KEVENT PendingSeen;
static PIRP PendingIrp;
static NTSTATUS NTAPI PendCreate(PKSFILTER Filter, PIRP Irp) {
    UNREFERENCED_PARAMETER(Filter);
    PendingIrp = Irp;
    IoMarkIrpPending(Irp);
    KeSetEvent(&PendingSeen, IO_NO_INCREMENT, FALSE);
    return STATUS_PENDING;
}

EXPORT_CASE(KsCompletePendingRequest) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Dispatch.Create = PendCreate;
    CaseFactory Own(Case, Descriptor.Descriptor);
    KeInitializeEvent(&PendingSeen, NotificationEvent, FALSE);
    CaseThread Helper([] {
        KeWaitForSingleObject(&PendingSeen, Executive, KernelMode, FALSE, NULL);
        PendingIrp->IoStatus.Status = STATUS_SUCCESS;
        KsCompletePendingRequest(PendingIrp);
    });
    CaseFile Filter;
    EXPECT_SUCCESS(Own.Open(Filter));
    EXPECT_EQ(KsGetObjectTypeFromFileObject(Filter.Object), KsObjectTypeFilter);
}

// What it ends with is what the opener gets, and a close may wait likewise.
static NTSTATUS NTAPI PendClose(PKSFILTER Filter, PIRP Irp) {
    return PendCreate(Filter, Irp);
}
EXPORT_CASE(KsCompletePendingRequest, KsGetFirstChild) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Dispatch.Create = PendCreate;
    Descriptor.Dispatch.Close = PendClose;
    CaseFactory Own(Case, Descriptor.Descriptor);
    REQUIRE(Own.Factory != NULL);
    CaseFile Filter;
    const auto After = [&](NTSTATUS Status, auto Do) {
        KeInitializeEvent(&PendingSeen, NotificationEvent, FALSE);
        CaseThread Helper([&] {
            KeWaitForSingleObject(&PendingSeen, Executive, KernelMode, FALSE, NULL);
            CaseSleep(1000);
            PendingIrp->IoStatus.Status = Status;
            KsCompletePendingRequest(PendingIrp);
        });
        Do();
        Helper.Join();
    };
    After(STATUS_DEVICE_DATA_ERROR, [&] { EXPECT_EQ(Own.Open(Filter), STATUS_DEVICE_DATA_ERROR); });
    EXPECT_EQ(KsGetFirstChild(Own.Factory), (PVOID)NULL);
    After(STATUS_SUCCESS, [&] { EXPECT_SUCCESS(Own.Open(Filter)); });
    EXPECT_TRUE(KsGetFirstChild(Own.Factory) != NULL);
    After(STATUS_DEVICE_DATA_ERROR, [&] { Filter.Close(); }); // no close can fail
    EXPECT_EQ(KsGetFirstChild(Own.Factory), (PVOID)NULL);
}

// The unknown that a case aggregates: it counts and knows one interface of its own.
namespace {
class CountingUnknown : public IUnknown {
  public:
    STDMETHODIMP_(NTSTATUS) QueryInterface(REFIID Id, PVOID *Interface) {
        *Interface = NULL;
        if (!CaseSameGuid(Id, CaseOwnSet))
            return STATUS_NOINTERFACE;
        AddRef();
        *Interface = this;
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(ULONG) AddRef() { return InterlockedIncrement(&References); }
    STDMETHODIMP_(ULONG) Release() { return InterlockedDecrement(&References); }
    LONG References = 1;
};
} // namespace

EXPORT_CASE(KsRegisterAggregatedClientUnknown, KsGetOuterUnknown) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CountingUnknown Client;
    {
        CaseFactory Own(Case, Descriptor.Descriptor);
        CaseFile File;
        REQUIRE_SUCCESS(Own.Open(File));
        const PKSFILTER Filter = KsGetFilterFromFileObject(File.Object);
        const PUNKNOWN Outer = KsRegisterAggregatedClientUnknown(Filter, &Client);
        REQUIRE(Outer != NULL);
        EXPECT_EQ(Outer, KsGetOuterUnknown(Filter));
        PVOID Found = NULL;
        EXPECT_SUCCESS(Outer->QueryInterface(CaseOwnSet, &Found));
        EXPECT_EQ(Found, (PVOID)&Client);
        Client.Release();
        // What AVStream implements itself does not come from the client.
        IKsControl *Control = NULL;
        REQUIRE_SUCCESS(Outer->QueryInterface(IID_IKsControl, (PVOID *)&Control));
        KSPROPERTY Request;
        Request.Set = KSPROPSETID_Pin;
        Request.Id = KSPROPERTY_PIN_CTYPES;
        Request.Flags = KSPROPERTY_TYPE_GET;
        ULONG Types = 0, Returned = 0;
        EXPECT_SUCCESS(
            Control->KsProperty(&Request, sizeof Request, &Types, sizeof Types, &Returned));
        EXPECT_EQ(Types, 2u);
        Control->Release();
        EXPECT_EQ(Outer->QueryInterface(CaseOwnCategory, &Found), STATUS_NOINTERFACE);
    }
    EXPECT_EQ(Client.References, 1);
}

// Any object may have one; the object's end, or another one, gives it back.
EXPORT_CASE(KsRegisterAggregatedClientUnknown) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CountingUnknown First, Second, OfPin, OfFactory;
    {
        CaseStream Stream(Case, Descriptor);
        REQUIRE(Stream.Pin[1] != NULL);
        const PKSFILTER Filter = KsGetFilterFromFileObject(Stream.Filter.Object);
        REQUIRE(KsRegisterAggregatedClientUnknown(Filter, &First) != NULL);
        EXPECT_EQ(First.References, 2);
        REQUIRE(KsRegisterAggregatedClientUnknown(Filter, &Second) != NULL);
        EXPECT_EQ(First.References, 1);
        EXPECT_EQ(Second.References, 2);
        EXPECT_EQ(KsRegisterAggregatedClientUnknown(Stream.Pin[1], &OfPin),
                  KsGetOuterUnknown(Stream.Pin[1]));
        EXPECT_EQ(OfPin.References, 2);
        EXPECT_EQ(KsRegisterAggregatedClientUnknown(Stream.Factory.Factory, &OfFactory),
                  KsGetOuterUnknown(Stream.Factory.Factory));
        EXPECT_EQ(OfFactory.References, 2);
    }
    EXPECT_EQ(Second.References, 1);
    EXPECT_EQ(OfPin.References, 1);
    EXPECT_EQ(OfFactory.References, 1);
}
