// Device and object headers: create items, targets, power, the lock of their security.
#include "ks_fixture.h"

static NTSTATUS NTAPI NoCreate(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    return CaseFinish(Irp, STATUS_NOT_SUPPORTED);
}
static LONG ItemsFreed;
static void NTAPI CountItem(PKSOBJECT_CREATE_ITEM Item) {
    UNREFERENCED_PARAMETER(Item);
    ++ItemsFreed;
}

EXPORT_CASE(KsAllocateDeviceHeader, KsFreeDeviceHeader, KsAddObjectCreateItemToDeviceHeader) {
    KSOBJECT_CREATE_ITEM Items[2] = {};
    KSDEVICE_HEADER Header = NULL;
    static WCHAR First[] = L"first", Second[] = L"second", Third[] = L"third";
    REQUIRE_SUCCESS(KsAllocateDeviceHeader(&Header, SIZEOF_ARRAY(Items), Items));
    // Items without a create routine are slots to fill.
    EXPECT_SUCCESS(KsAddObjectCreateItemToDeviceHeader(Header, NoCreate, &Case, First, NULL));
    EXPECT_EQ(Items[0].Create, NoCreate);
    EXPECT_EQ(Items[0].Context, (PVOID)&Case);
    EXPECT_SUCCESS(KsAddObjectCreateItemToDeviceHeader(Header, NoCreate, NULL, Second, NULL));
    EXPECT_EQ(KsAddObjectCreateItemToDeviceHeader(Header, NoCreate, NULL, Third, NULL),
              STATUS_ALLOTTED_SPACE_EXCEEDED);
    KsFreeDeviceHeader(Header);
}

EXPORT_CASE(KsAllocateObjectCreateItem, KsFreeObjectCreateItem, KsFreeObjectCreateItemsByContext) {
    KSDEVICE_HEADER Header = NULL;
    ItemsFreed = 0;
    REQUIRE_SUCCESS(KsAllocateDeviceHeader(&Header, 0, NULL));
    KSOBJECT_CREATE_ITEM Item = {};
    Item.Create = NoCreate;
    Item.Context = &ItemsFreed;
    RtlInitUnicodeString(&Item.ObjectClass, L"one");
    // A callback needs an item that KS allocates itself.
    EXPECT_EQ(KsAllocateObjectCreateItem(Header, &Item, FALSE, CountItem),
              STATUS_INVALID_PARAMETER_4);
    EXPECT_SUCCESS(KsAllocateObjectCreateItem(Header, &Item, TRUE, CountItem));
    RtlInitUnicodeString(&Item.ObjectClass, L"two");
    EXPECT_SUCCESS(KsAllocateObjectCreateItem(Header, &Item, TRUE, CountItem));
    RtlInitUnicodeString(&Item.ObjectClass, L"three");
    EXPECT_SUCCESS(KsAllocateObjectCreateItem(Header, &Item, TRUE, CountItem));
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, L"TWO");
    EXPECT_SUCCESS(KsFreeObjectCreateItem(Header, &Name));
    EXPECT_EQ(ItemsFreed, 1);
    EXPECT_EQ(KsFreeObjectCreateItem(Header, &Name), STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_SUCCESS(KsFreeObjectCreateItemsByContext(Header, &ItemsFreed));
    EXPECT_EQ(ItemsFreed, 3);
    EXPECT_EQ(KsFreeObjectCreateItemsByContext(Header, &ItemsFreed), STATUS_OBJECT_NAME_NOT_FOUND);
    KsFreeDeviceHeader(Header);
}

EXPORT_CASE(KsSetDevicePnpAndBaseObject, KsQueryDevicePnpObject) {
    KSDEVICE_HEADER Header = NULL;
    REQUIRE_SUCCESS(KsAllocateDeviceHeader(&Header, 0, NULL));
    EXPECT_EQ(KsQueryDevicePnpObject(Header), (PDEVICE_OBJECT)NULL);
    KsSetDevicePnpAndBaseObject(Header, Case.LowerDevice, Case.Device);
    EXPECT_EQ(KsQueryDevicePnpObject(Header), Case.LowerDevice);
    KsFreeDeviceHeader(Header);
}

// The object's create and close make and free the header (ks_fixture.cpp).
EXPORT_CASE(KsAllocateObjectHeader, KsFreeObjectHeader, KsAddObjectCreateItemToObjectHeader) {
    CasePlainDevice Plain(Case, {});
    CaseFile File, Child;
    static WCHAR Name[] = L"child";
    REQUIRE_SUCCESS(Plain.Open(File));
    CASE_PLAIN_OBJECT *const Object = CasePlainDevice::Of(File.Object);
    EXPECT_SUCCESS(
        KsAddObjectCreateItemToObjectHeader(Object->Header, NoCreate, &Case, Name, NULL));
    EXPECT_EQ(Object->Slot[0].Create, NoCreate);
    EXPECT_EQ(Object->Slot[0].ObjectClass.Length, 5 * sizeof(WCHAR));
    EXPECT_EQ(KsAddObjectCreateItemToObjectHeader(Object->Header, NoCreate, &Case, Name, NULL),
              STATUS_ALLOTTED_SPACE_EXCEEDED);
    File.Close();
    EXPECT_TRUE(File.Object == NULL);
}

EXPORT_CASE(KsQueryObjectAccessMask, KsQueryObjectCreateItem) {
    CasePlainDevice Plain(Case, {});
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    const KSOBJECT_HEADER Header = CasePlainDevice::Of(File.Object)->Header;
    EXPECT_EQ(KsQueryObjectCreateItem(Header), &Plain.Item);
    const ACCESS_MASK Wanted = FILE_READ_DATA | FILE_WRITE_DATA;
    EXPECT_EQ(KsQueryObjectAccessMask(Header) & Wanted, Wanted);
    EXPECT_EQ(KsQueryObjectAccessMask(Header) & DELETE, 0u);
}

// The base device's stack must be deep enough for the deepest enabled target.
EXPORT_CASE(KsRecalculateStackDepth, KsSetTargetDeviceObject, KsSetTargetState) {
    CasePlainDevice Plain(Case, {});
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    const KSOBJECT_HEADER Header = CasePlainDevice::Of(File.Object)->Header;
    PDEVICE_OBJECT Target = NULL;
    REQUIRE_SUCCESS(IoCreateDevice(Case.Driver, sizeof(KSDEVICE_HEADER), NULL, FILE_DEVICE_KS, 0,
                                   FALSE, &Target));
    const CCHAR Lower = Case.LowerDevice->StackSize;
    Target->StackSize = Lower + 5;
    KsSetTargetDeviceObject(Header, Target);
    // Targets begin disabled.
    KsRecalculateStackDepth(Plain.Header, FALSE);
    EXPECT_EQ(Plain.Device->StackSize, Lower + 1);
    KsSetTargetState(Header, KSTARGET_STATE_ENABLED);
    KsRecalculateStackDepth(Plain.Header, FALSE);
    EXPECT_EQ(Plain.Device->StackSize, Lower + 6);
    KsRecalculateStackDepth(Plain.Header, TRUE);
    EXPECT_EQ(Plain.Device->StackSize, Lower + 5);
    // Another target begins disabled, too; one that is less deep changes nothing.
    KsSetTargetDeviceObject(Header, Case.LowerDevice);
    KsRecalculateStackDepth(Plain.Header, FALSE);
    EXPECT_EQ(Plain.Device->StackSize, Lower + 1);
    KsSetTargetState(Header, KSTARGET_STATE_ENABLED);
    KsSetTargetDeviceObject(Header, Case.LowerDevice); // the one it has
    KsRecalculateStackDepth(Plain.Header, FALSE);
    EXPECT_EQ(Plain.Device->StackSize, Lower + 1);
    KsSetTargetDeviceObject(Header, Target); // and back
    KsSetTargetState(Header, KSTARGET_STATE_ENABLED);
    KsRecalculateStackDepth(Plain.Header, FALSE);
    EXPECT_EQ(Plain.Device->StackSize, Lower + 6);
    KsSetTargetDeviceObject(Header, Target); // stays enabled
    KsRecalculateStackDepth(Plain.Header, FALSE);
    EXPECT_EQ(Plain.Device->StackSize, Lower + 6);
    KsSetTargetDeviceObject(Header, NULL);
    KsRecalculateStackDepth(Plain.Header, FALSE);
    EXPECT_EQ(Plain.Device->StackSize, Lower + 1);
    // At least one location is needed, and a header without a base has nothing to change.
    KsSetDevicePnpAndBaseObject(Plain.Header, NULL, Plain.Device);
    KsRecalculateStackDepth(Plain.Header, TRUE);
    EXPECT_EQ(Plain.Device->StackSize, 1);
    KsRecalculateStackDepth(Plain.Header, FALSE);
    EXPECT_EQ(Plain.Device->StackSize, 1);
    Plain.Device->StackSize = Lower + 3;
    KsSetDevicePnpAndBaseObject(Plain.Header, Case.LowerDevice, NULL);
    KsRecalculateStackDepth(Plain.Header, FALSE);
    EXPECT_EQ(Plain.Device->StackSize, Lower + 3);
    KsSetDevicePnpAndBaseObject(Plain.Header, Case.LowerDevice, Plain.Device);
    IoDeleteDevice(Target);
}

// Power IRPs pass the objects that asked for it, then go to the PnP stack.
static LONG PowerCalls;
static PVOID PowerContext;
static NTSTATUS NTAPI CountPower(PVOID Context, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    ++PowerCalls;
    PowerContext = Context;
    return STATUS_SUCCESS;
}
EXPORT_CASE(KsSetPowerDispatch, KsDefaultDispatchPower) {
    CasePlainDevice Plain(Case, {});
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    PowerCalls = 0;
    KsSetPowerDispatch(CasePlainDevice::Of(File.Object)->Header, CountPower, &File);
    CaseIrp Request(Plain.Device, IRP_MJ_POWER, IRP_MN_QUERY_POWER);
    Request.Stack->Parameters.Power.Type = DevicePowerState;
    Request.Stack->Parameters.Power.State.DeviceState = PowerDeviceD0;
    const NTSTATUS Status = KsDefaultDispatchPower(Plain.Device, Request.Irp);
    EXPECT_TRUE(NT_SUCCESS(Status));
    EXPECT_TRUE(Request.Completed());
    EXPECT_EQ(PowerCalls, 1);
    EXPECT_EQ(PowerContext, (PVOID)&File);
    // Another one takes its place; none is none.
    const KSOBJECT_HEADER Header = CasePlainDevice::Of(File.Object)->Header;
    const auto Query = [&] {
        CaseIrp Another(Plain.Device, IRP_MJ_POWER, IRP_MN_QUERY_POWER);
        Another.Stack->Parameters.Power.Type = DevicePowerState;
        Another.Stack->Parameters.Power.State.DeviceState = PowerDeviceD0;
        KsDefaultDispatchPower(Plain.Device, Another.Irp);
        EXPECT_TRUE(Another.Completed());
    };
    KsSetPowerDispatch(Header, CountPower, &Plain);
    Query();
    EXPECT_EQ(PowerCalls, 2);
    EXPECT_EQ(PowerContext, (PVOID)&Plain);
    KsSetPowerDispatch(Header, NULL, NULL);
    KsSetPowerDispatch(Header, NULL, NULL);
    Query();
    EXPECT_EQ(PowerCalls, 2);
    // It goes with its object.
    KsSetPowerDispatch(Header, CountPower, &Plain);
    File.Close();
    Query();
    EXPECT_EQ(PowerCalls, 2);
}

// Objects below an object: a slot that nobody has filled makes none, and what lies below a file
// must be a KS object.
static NTSTATUS NTAPI CreateClockBelow(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    PKSCLOCK_CREATE Request = NULL;
    const NTSTATUS Status = KsValidateClockCreateRequest(Irp, &Request);
    if (NT_SUCCESS(Status))
        EXPECT_EQ(Request->CreateFlags, 0u);
    return CaseFinish(Irp, NT_SUCCESS(Status) ? STATUS_NOT_SUPPORTED : Status);
}
EXPORT_CASE(KsAllocateObjectHeader, KsValidateClockCreateRequest) {
    CasePlainDevice Plain(Case, {});
    CaseFile File;
    static WCHAR Name[] = L"child\\\0\0\0";
    const USHORT NameBytes = 5 * sizeof(WCHAR);
    REQUIRE_SUCCESS(Plain.Open(File));
    KSOBJECT_CREATE_ITEM &Slot = CasePlainDevice::Of(File.Object)->Slot[0];
    RtlInitUnicodeString(&Slot.ObjectClass, L"child");
    EXPECT_EQ(CaseOpenBelow(File, Name, NameBytes), STATUS_OBJECT_NAME_NOT_FOUND);
    Slot.Create = CreateClockBelow;
    // Name, backslash and the request, no byte more or less.
    const USHORT Whole = NameBytes + sizeof(WCHAR) + sizeof(KSCLOCK_CREATE);
    EXPECT_EQ(CaseOpenBelow(File, Name, Whole), STATUS_NOT_SUPPORTED);
    const USHORT Wrong[] = {NameBytes, NameBytes + sizeof(WCHAR), Whole - 2, Whole + 2};
    for (const USHORT Bytes : Wrong)
        EXPECT_EQ(CaseOpenBelow(File, Name, Bytes), STATUS_INVALID_PARAMETER);
    Slot.Flags = KSCREATE_ITEM_NOPARAMETERS;
    EXPECT_EQ(CaseOpenBelow(File, Name, Whole), STATUS_OBJECT_NAME_INVALID);
    PVOID const Context = File.Object->FsContext;
    File.Object->FsContext = NULL;
    EXPECT_EQ(CaseOpenBelow(File, Name, Whole), STATUS_INVALID_PARAMETER);
    File.Object->FsContext = Context;
}

// An item of the driver's own memory, which is not copied.
EXPORT_CASE(KsAllocateObjectCreateItem, KsFreeObjectCreateItem) {
    KSDEVICE_HEADER Header = NULL;
    REQUIRE_SUCCESS(KsAllocateDeviceHeader(&Header, 0, NULL));
    KSOBJECT_CREATE_ITEM Item = {};
    Item.Create = NoCreate;
    RtlInitUnicodeString(&Item.ObjectClass, L"one");
    EXPECT_SUCCESS(KsAllocateObjectCreateItem(Header, &Item, FALSE, NULL));
    EXPECT_EQ(KsAllocateObjectCreateItem(Header, &Item, FALSE, NULL), STATUS_OBJECT_NAME_COLLISION);
    EXPECT_EQ(KsAllocateObjectCreateItem(Header, &Item, TRUE, NULL), STATUS_OBJECT_NAME_COLLISION);
    // It is found by the name that it has by then.
    UNICODE_STRING Before = Item.ObjectClass;
    RtlInitUnicodeString(&Item.ObjectClass, L"two");
    EXPECT_EQ(KsFreeObjectCreateItem(Header, &Before), STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_SUCCESS(KsFreeObjectCreateItem(Header, &Item.ObjectClass));
    KsFreeDeviceHeader(Header);
}

// Shared among readers, not with a writer.
EXPORT_CASE(KsAcquireDeviceSecurityLock, KsReleaseDeviceSecurityLock) {
    KSDEVICE_HEADER Header = NULL;
    KEVENT Got;
    LARGE_INTEGER Soon = CaseMilliseconds(50);
    REQUIRE_SUCCESS(KsAllocateDeviceHeader(&Header, 0, NULL));
    KsAcquireDeviceSecurityLock(Header, FALSE);
    const BOOLEAN Ways[] = {FALSE, TRUE};
    for (const BOOLEAN Exclusive : Ways) {
        KeInitializeEvent(&Got, NotificationEvent, FALSE);
        CaseThread Other([&] {
            KsAcquireDeviceSecurityLock(Header, Exclusive);
            KeSetEvent(&Got, IO_NO_INCREMENT, FALSE);
            KsReleaseDeviceSecurityLock(Header);
        });
        EXPECT_EQ(KeWaitForSingleObject(&Got, Executive, KernelMode, FALSE, &Soon),
                  Exclusive ? STATUS_TIMEOUT : STATUS_SUCCESS);
        if (Exclusive)
            KsReleaseDeviceSecurityLock(Header);
    }
    EXPECT_EQ(KeReadStateEvent(&Got), 1);
    KsFreeDeviceHeader(Header);
}
