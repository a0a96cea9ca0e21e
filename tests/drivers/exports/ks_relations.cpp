// Who belongs to whom, where there is nobody; a factory's power callbacks; dispatch by table.
#include "ks_fixture.h"

EXPORT_CASE(KsGetParent, KsGetFirstChild, KsGetNextSibling) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[1] != NULL);
    const PKSFILTER Filter = KsGetFilterFromFileObject(Stream.Filter.Object);
    const PKSDEVICE Device = Stream.Factory.Device;
    EXPECT_EQ(KsGetParent(Device), (PVOID)NULL);
    EXPECT_EQ(KsGetNextSibling(Device), (PVOID)NULL);
    EXPECT_EQ(KsGetParent(Stream.Factory.Factory), (PVOID)Device);
    EXPECT_EQ(KsGetParent(Filter), (PVOID)Stream.Factory.Factory);
    EXPECT_EQ(KsGetNextSibling(Filter), (PVOID)NULL);
    EXPECT_EQ(KsGetParent(Stream.Pin[1]), (PVOID)Filter);
    EXPECT_EQ(KsGetFirstChild(Stream.Pin[1]), (PVOID)NULL);
    // The case's factory is the device's last; the one before it leads there.
    PVOID Last = KsGetFirstChild(Device), Before = NULL;
    while (PVOID Next = KsGetNextSibling(Last)) {
        Before = Last;
        Last = Next;
    }
    EXPECT_EQ(Last, (PVOID)Stream.Factory.Factory);
    EXPECT_TRUE(Before != NULL);
    CaseFile Second;
    REQUIRE_SUCCESS(Stream.Factory.Open(Second));
    EXPECT_EQ(KsGetFirstChild(Stream.Factory.Factory), (PVOID)Filter);
    EXPECT_EQ(KsGetNextSibling(Filter), (PVOID)KsGetFilterFromFileObject(Second.Object));
    EXPECT_EQ(KsGetFirstChild(KsGetFilterFromFileObject(Second.Object)), (PVOID)NULL);
}

EXPORT_CASE(KsGetFilterFromIrp, KsGetPinFromIrp, KsGetNodeIdFromIrp) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[1] != NULL);
    CasePlainDevice Plain(Case, {});
    CaseFile Other;
    REQUIRE_SUCCESS(Plain.Open(Other));
    CaseIrp Request(Case.Device, IRP_MJ_DEVICE_CONTROL);
    Request.Stack->FileObject = Stream.File[1].Object;
    EXPECT_EQ(KsGetPinFromIrp(Request.Irp), Stream.Pin[1]);
    EXPECT_EQ(KsGetFilterFromIrp(Request.Irp), KsGetFilterFromFileObject(Stream.Filter.Object));
    EXPECT_EQ(KsGetNodeIdFromIrp(Request.Irp), (ULONG)KSFILTER_NODE);
    Request.Stack->FileObject = Stream.Filter.Object;
    EXPECT_EQ(KsGetPinFromIrp(Request.Irp), (PKSPIN)NULL);
    EXPECT_EQ(KsGetFilterFromIrp(Request.Irp), KsGetFilterFromFileObject(Stream.Filter.Object));
    // A request that is too short for a node's number, or none of the kind.
    Request.Stack->Parameters.DeviceIoControl.InputBufferLength = sizeof(KSPROPERTY);
    EXPECT_EQ(KsGetNodeIdFromIrp(Request.Irp), (ULONG)KSFILTER_NODE);
    Request.Stack->MajorFunction = IRP_MJ_READ;
    Request.Stack->Parameters.DeviceIoControl.InputBufferLength = sizeof(KSP_NODE);
    EXPECT_EQ(KsGetNodeIdFromIrp(Request.Irp), (ULONG)KSFILTER_NODE);
    Request.Stack->MajorFunction = IRP_MJ_DEVICE_CONTROL;
    Request.Stack->FileObject = Other.Object;
    EXPECT_EQ(KsGetFilterFromIrp(Request.Irp), (PKSFILTER)NULL);
    EXPECT_EQ(KsGetPinFromIrp(Request.Irp), (PKSPIN)NULL);
    CaseFinish(Request.Irp, STATUS_SUCCESS);
}

static LONG Slept, Woke;
static DEVICE_POWER_STATE SleptTo, WokeTo;
static VOID NTAPI Sleep(PKSFILTERFACTORY Factory, DEVICE_POWER_STATE State) {
    EXPECT_TRUE(Factory != NULL);
    ++Slept;
    SleptTo = State;
}
static VOID NTAPI Wake(PKSFILTERFACTORY Factory, DEVICE_POWER_STATE State) {
    EXPECT_TRUE(Factory != NULL);
    ++Woke;
    WokeTo = State;
}
static void SetPower(CASE_CONTEXT &Case, DEVICE_POWER_STATE State) {
    CaseIrp Request(Case.Device, IRP_MJ_POWER, IRP_MN_SET_POWER);
    Request.Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    Request.Stack->Parameters.Power.Type = DevicePowerState;
    Request.Stack->Parameters.Power.State.DeviceState = State;
    EXPECT_SUCCESS(Request.Send());
}
EXPORT_CASE(KsCreateFilterFactory) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    const PKSDEVICE Device = KsGetDeviceForDeviceObject(Case.Device);
    PKSFILTERFACTORY Factory = NULL;
    static WCHAR Reference[] = L"sleeper";
    KsAcquireDevice(Device);
    const NTSTATUS Made = KsCreateFilterFactory(Case.Device, &Descriptor.Descriptor, Reference,
                                                NULL, 0, Sleep, Wake, &Factory);
    KsReleaseDevice(Device);
    REQUIRE_SUCCESS(Made);
    Slept = Woke = 0;
    SetPower(Case, PowerDeviceD3);
    EXPECT_EQ(Slept, 1);
    EXPECT_EQ(SleptTo, PowerDeviceD3);
    EXPECT_EQ(Woke, 0);
    SetPower(Case, PowerDeviceD0);
    EXPECT_EQ(Slept, 1);
    EXPECT_EQ(Woke, 1);
    EXPECT_EQ(WokeTo, PowerDeviceD0);
    KsAcquireDevice(Device);
    EXPECT_SUCCESS(KsDeleteFilterFactory(Factory));
    KsReleaseDevice(Device);
}

// An object whose table has nothing but a Close.
static KSOBJECT_HEADER BareHeader;
static NTSTATUS NTAPI CloseBare(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    KsFreeObjectHeader(BareHeader);
    return CaseFinish(Irp, STATUS_SUCCESS);
}
static NTSTATUS NTAPI CreateBare(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    static const KSDISPATCH_TABLE Table = {NULL, NULL, NULL, NULL, CloseBare,
                                           NULL, NULL, NULL, NULL, NULL};
    CaseStack(Irp)->FileObject->FsContext = &BareHeader;
    return CaseFinish(Irp, KsAllocateObjectHeader(&BareHeader, 0, NULL, Irp, &Table));
}
EXPORT_CASE(KsDispatchIrp, KsAllocateObjectHeader) {
    CASE_PLAIN Handlers = {};
    Handlers.Create = CreateBare;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    const UCHAR Majors[] = {IRP_MJ_READ, IRP_MJ_WRITE, IRP_MJ_FLUSH_BUFFERS, IRP_MJ_DEVICE_CONTROL};
    for (const UCHAR Major : Majors) {
        CaseIrp Request(Plain.Device, Major);
        Request.Stack->FileObject = File.Object;
        EXPECT_EQ(KsDispatchIrp(Plain.Device, Request.Irp), STATUS_INVALID_DEVICE_REQUEST);
        EXPECT_EQ(Request.Status(), STATUS_INVALID_DEVICE_REQUEST);
    }
}

// What the table of a plain object lacks is refused; so is a file that is no object's.
EXPORT_CASE(KsSetMajorFunctionHandler) {
    CasePlainDevice Plain(Case, {});
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    const UCHAR Majors[] = {IRP_MJ_READ, IRP_MJ_WRITE, IRP_MJ_FLUSH_BUFFERS, IRP_MJ_QUERY_SECURITY,
                            IRP_MJ_SET_SECURITY};
    for (const UCHAR Major : Majors) {
        const PDRIVER_DISPATCH Before = Case.Driver->MajorFunction[Major];
        EXPECT_SUCCESS(KsSetMajorFunctionHandler(Case.Driver, Major));
        CaseIrp Request(Plain.Device, Major);
        Request.Stack->FileObject = File.Object;
        EXPECT_EQ(Request.Send(), STATUS_INVALID_DEVICE_REQUEST);
        Case.Driver->MajorFunction[Major] = Before;
    }
    EXPECT_EQ(KsSetMajorFunctionHandler(Case.Driver, IRP_MJ_PNP), STATUS_INVALID_PARAMETER);
}
