// Plug and play notification, what a device reports of itself, and the bus's answers.
#include "support/case.h"
#include <wdmguid.h>

// {0F6A1C22-5B3D-4E8F-9A01-1122334455C1}
static const GUID OwnClass = {
    0x0f6a1c22, 0x5b3d, 0x4e8f, {0x9a, 0x01, 0x11, 0x22, 0x33, 0x44, 0x55, 0xc1}};
// {0F6A1C22-5B3D-4E8F-9A01-1122334455C2}
static const GUID OwnEvent = {
    0x0f6a1c22, 0x5b3d, 0x4e8f, {0x9a, 0x01, 0x11, 0x22, 0x33, 0x44, 0x55, 0xc2}};
static const GUID Arrival = {
    0xcb3a4004, 0x46f0, 0x11d0, {0xb0, 0x8f, 0x00, 0x60, 0x97, 0x13, 0x05, 0x3f}};
static const GUID QueryRemove = {
    0xcb3a4006, 0x46f0, 0x11d0, {0xb0, 0x8f, 0x00, 0x60, 0x97, 0x13, 0x05, 0x3f}};
static const GUID BusInterface = {
    0x496b8280, 0x6f25, 0x11d0, {0xbe, 0xaf, 0x08, 0x00, 0x2b, 0xe2, 0x09, 0x2f}};

namespace {
struct HEARD {
    ULONG Arrivals, Removals, Customs, Completions;
    GUID Class;
};

NTSTATUS NTAPI HearInterface(PVOID Structure, PVOID Context) {
    auto *Change = static_cast<PDEVICE_INTERFACE_CHANGE_NOTIFICATION>(Structure);
    auto *Heard = static_cast<HEARD *>(Context);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    EXPECT_EQ(Change->Version, 1);
    EXPECT_EQ(Change->Size, sizeof *Change);
    EXPECT_TRUE(Change->SymbolicLinkName->Length > 8);
    Heard->Class = Change->InterfaceClassGuid;
    ++(RtlEqualMemory(&Change->Event, &Arrival, sizeof Arrival) ? Heard->Arrivals
                                                                : Heard->Removals);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI HearTarget(PVOID Structure, PVOID Context) {
    auto *Change = static_cast<PTARGET_DEVICE_CUSTOM_NOTIFICATION>(Structure);
    if (RtlEqualMemory(&Change->Event, &OwnEvent, sizeof OwnEvent)) {
        EXPECT_EQ(Change->NameBufferOffset, -1);
        EXPECT_EQ(Change->CustomDataBuffer[0], 0x77);
        ++static_cast<HEARD *>(Context)->Customs;
    }
    return STATUS_SUCCESS;
}

VOID NTAPI Completed(PVOID Context) {
    ++static_cast<HEARD *>(Context)->Completions;
}

NTSTATUS Ask(PDEVICE_OBJECT Device, UCHAR Minor, PIO_STACK_LOCATION Parameters,
             PULONG_PTR Information) {
    KEVENT Event;
    IO_STATUS_BLOCK Block = {};
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    PIRP Irp =
        IoBuildSynchronousFsdRequest(IRP_MJ_PNP, Device, nullptr, 0, nullptr, &Event, &Block);
    if (Irp == nullptr)
        return STATUS_INSUFFICIENT_RESOURCES;
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    PIO_STACK_LOCATION Next = IoGetNextIrpStackLocation(Irp);
    if (Parameters != nullptr)
        Next->Parameters = Parameters->Parameters;
    Next->MinorFunction = Minor;
    NTSTATUS Status = IoCallDriver(Device, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, nullptr);
        Status = Block.Status;
    }
    *Information = Block.Information;
    return Status;
}
} // namespace

EXPORT_CASE(IoRegisterPlugPlayNotification, IoUnregisterPlugPlayNotificationEx,
            IoUnregisterPlugPlayNotification) {
    HEARD Heard = {};
    PVOID Entry = nullptr, Second = nullptr;
    EXPECT_EQ(IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0, nullptr,
                                             Case.Driver, HearInterface, &Heard, &Entry),
              STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                                   (PVOID)&OwnClass, Case.Driver, HearInterface,
                                                   &Heard, &Entry));
    UNICODE_STRING Link = {};
    REQUIRE_SUCCESS(IoRegisterDeviceInterface(Case.PhysicalDevice, &OwnClass, nullptr, &Link));
    EXPECT_SUCCESS(IoSetDeviceInterfaceState(&Link, TRUE));
    CaseSleep(20);
    EXPECT_EQ(Heard.Arrivals, 1);
    EXPECT_TRUE(RtlEqualMemory(&Heard.Class, &OwnClass, sizeof OwnClass));
    // Who comes later hears of what is there, if it wants to.
    HEARD Late = {};
    REQUIRE_SUCCESS(IoRegisterPlugPlayNotification(
        EventCategoryDeviceInterfaceChange, PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES,
        (PVOID)&OwnClass, Case.Driver, HearInterface, &Late, &Second));
    CaseSleep(20);
    EXPECT_EQ(Late.Arrivals, 1);
    EXPECT_EQ(Heard.Arrivals, 1);
    EXPECT_SUCCESS(IoUnregisterPlugPlayNotification(Second));
    EXPECT_SUCCESS(IoSetDeviceInterfaceState(&Link, FALSE));
    CaseSleep(20);
    EXPECT_EQ(Heard.Removals, 1);
    EXPECT_EQ(Late.Removals, 0);
    EXPECT_SUCCESS(IoUnregisterPlugPlayNotificationEx(Entry));
    EXPECT_SUCCESS(IoSetDeviceInterfaceState(&Link, TRUE));
    CaseSleep(20);
    EXPECT_EQ(Heard.Arrivals, 1);
    EXPECT_SUCCESS(IoSetDeviceInterfaceState(&Link, FALSE));
    RtlFreeUnicodeString(&Link);
}

EXPORT_CASE(IoReportTargetDeviceChange, IoReportTargetDeviceChangeAsynchronous) {
    HEARD Heard = {};
    PVOID Entry = nullptr;
    FILE_OBJECT *File = IoGetCurrentIrpStackLocation(Case.Irp)->FileObject;
    REQUIRE_SUCCESS(IoRegisterPlugPlayNotification(EventCategoryTargetDeviceChange, 0, File,
                                                   Case.Driver, HearTarget, &Heard, &Entry));
    TARGET_DEVICE_CUSTOM_NOTIFICATION Change = {};
    Change.Version = 1;
    Change.Size = sizeof Change;
    Change.Event = OwnEvent;
    Change.NameBufferOffset = -1;
    Change.CustomDataBuffer[0] = 0x77;
    EXPECT_SUCCESS(IoReportTargetDeviceChange(Case.PhysicalDevice, &Change));
    EXPECT_EQ(Heard.Customs, 1);
    // The page names no code for success.
    EXPECT_TRUE(NT_SUCCESS(
        IoReportTargetDeviceChangeAsynchronous(Case.PhysicalDevice, &Change, Completed, &Heard)));
    CaseSleep(20);
    EXPECT_EQ(Heard.Customs, 2);
    EXPECT_EQ(Heard.Completions, 1);
    // The system's own events are not for drivers.
    Change.Event = QueryRemove;
    EXPECT_EQ(IoReportTargetDeviceChange(Case.PhysicalDevice, &Change),
              STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_EQ(
        IoReportTargetDeviceChangeAsynchronous(Case.PhysicalDevice, &Change, nullptr, nullptr),
        STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_SUCCESS(IoUnregisterPlugPlayNotificationEx(Entry));
}

namespace {
ULONG StateQueries, RelationQueries;

NTSTATUS NTAPI CountPnp(PDEVICE_OBJECT Device, PIRP Irp) {
    const PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    if (Stack->MinorFunction == IRP_MN_QUERY_PNP_DEVICE_STATE)
        ++StateQueries;
    if (Stack->MinorFunction == IRP_MN_QUERY_DEVICE_RELATIONS)
        ++RelationQueries;
    return CasePassDown(Device, Irp);
}
} // namespace

// The PnP manager asks again.
EXPORT_CASE(IoInvalidateDeviceState, IoInvalidateDeviceRelations) {
    StateQueries = RelationQueries = 0;
    CaseHook[IRP_MJ_PNP] = CountPnp;
    IoInvalidateDeviceState(Case.PhysicalDevice);
    CaseSleep(20);
    EXPECT_EQ(StateQueries, 1);
    EXPECT_EQ(RelationQueries, 0);
    IoInvalidateDeviceRelations(Case.PhysicalDevice, BusRelations);
    CaseSleep(20);
    EXPECT_EQ(RelationQueries, 1);
    CaseHook[IRP_MJ_PNP] = nullptr;
}

// What the bus driver below answers: capabilities, ids, a bus interface that gives adapters.
EXPORT_CASE(IofCallDriver, IoBuildSynchronousFsdRequest) {
    ULONG_PTR Information = 0;
    IO_STACK_LOCATION Query = {};
    DEVICE_CAPABILITIES Capabilities = {};
    Capabilities.Size = sizeof Capabilities;
    Capabilities.Version = 1;
    Query.Parameters.DeviceCapabilities.Capabilities = &Capabilities;
    EXPECT_SUCCESS(Ask(Case.LowerDevice, IRP_MN_QUERY_CAPABILITIES, &Query, &Information));
    EXPECT_EQ(Capabilities.DeviceState[PowerSystemWorking], PowerDeviceD0);

    Query.Parameters.QueryId.IdType = BusQueryInstanceID;
    EXPECT_SUCCESS(Ask(Case.LowerDevice, IRP_MN_QUERY_ID, &Query, &Information));
    EXPECT_NE(*(WCHAR *)Information, 0);
    ExFreePool((PVOID)Information);

    BUS_INTERFACE_STANDARD Bus = {};
    Query.Parameters.QueryInterface.InterfaceType = &BusInterface;
    Query.Parameters.QueryInterface.Size = sizeof Bus;
    Query.Parameters.QueryInterface.Version = 1;
    Query.Parameters.QueryInterface.Interface = (PINTERFACE)&Bus;
    REQUIRE_SUCCESS(Ask(Case.LowerDevice, IRP_MN_QUERY_INTERFACE, &Query, &Information));
    ULONG Data = 0;
    EXPECT_EQ(Bus.GetBusData(Bus.Context, PCI_WHICHSPACE_CONFIG, &Data, 0, sizeof Data), 0);
    PHYSICAL_ADDRESS From, To = {};
    From.QuadPart = 0x1000;
    ULONG Space = 0;
    EXPECT_TRUE(Bus.TranslateBusAddress(Bus.Context, From, 16, &Space, &To));
    EXPECT_EQ(To.QuadPart, 0x1000);
    Bus.InterfaceDereference(Bus.Context);
}
