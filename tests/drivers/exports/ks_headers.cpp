// Device and object headers: create items, targets, power, security.
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
    KsSetTargetDeviceObject(Header, NULL);
    KsRecalculateStackDepth(Plain.Header, FALSE);
    EXPECT_EQ(Plain.Device->StackSize, Lower + 1);
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
    KsSetPowerDispatch(CasePlainDevice::Of(File.Object)->Header, NULL, NULL);
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

static NTSTATUS SendSecurity(const CasePlainDevice &Plain, const CaseFile &File, UCHAR Major,
                             SECURITY_INFORMATION Which, PVOID Descriptor, ULONG Bytes,
                             ULONG_PTR *Information) {
    CaseIrp Request(Plain.Device, Major);
    Request.Stack->FileObject = File.Object;
    if (Major == IRP_MJ_QUERY_SECURITY) {
        Request.Irp->UserBuffer = Descriptor;
        Request.Stack->Parameters.QuerySecurity.SecurityInformation = Which;
        Request.Stack->Parameters.QuerySecurity.Length = Bytes;
    } else {
        Request.Stack->Parameters.SetSecurity.SecurityInformation = Which;
        Request.Stack->Parameters.SetSecurity.SecurityDescriptor = Descriptor;
    }
    const NTSTATUS Status = Request.Send();
    *Information = Request.Irp->IoStatus.Information;
    return Status;
}

static NTSTATUS NTAPI DispatchSecurity(PDEVICE_OBJECT Device, PIRP Irp) {
    return CaseStack(Irp)->MajorFunction == IRP_MJ_QUERY_SECURITY
               ? KsDispatchQuerySecurity(Device, Irp)
               : KsDispatchSetSecurity(Device, Irp);
}

EXPORT_CASE(KsDispatchQuerySecurity, KsDispatchSetSecurity) {
    CASE_PLAIN Handlers = {};
    Handlers.Security = DispatchSecurity;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    ULONG_PTR Bytes = 0;
    SECURITY_DESCRIPTOR_RELATIVE Found = {};
    const SECURITY_INFORMATION Dacl = DACL_SECURITY_INFORMATION;
    EXPECT_EQ(SendSecurity(Plain, File, IRP_MJ_QUERY_SECURITY, Dacl, &Found, sizeof Found, &Bytes),
              STATUS_NO_SECURITY_ON_OBJECT);
    // A descriptor in a piece of pool of its own, without an access list.
    Plain.Item.SecurityDescriptor = ExAllocatePoolWithTag(PagedPool, sizeof Found, 'esaC');
    REQUIRE(Plain.Item.SecurityDescriptor != NULL);
    Found.Revision = SECURITY_DESCRIPTOR_REVISION;
    Found.Control = SE_SELF_RELATIVE;
    RtlCopyMemory(Plain.Item.SecurityDescriptor, &Found, sizeof Found);
    // One with an empty list, which nobody passes.
    struct {
        SECURITY_DESCRIPTOR_RELATIVE Descriptor;
        ACL List;
    } Closed = {};
    Closed.Descriptor = Found;
    Closed.Descriptor.Control = SE_SELF_RELATIVE | SE_DACL_PRESENT;
    Closed.Descriptor.Dacl = sizeof Closed.Descriptor;
    Closed.List.AclRevision = ACL_REVISION;
    Closed.List.AclSize = sizeof Closed.List;
    EXPECT_SUCCESS(
        SendSecurity(Plain, File, IRP_MJ_SET_SECURITY, Dacl, &Closed, sizeof Closed, &Bytes));
    EXPECT_TRUE(Plain.Item.Flags & KSCREATE_ITEM_SECURITYCHANGED);
    EXPECT_EQ(SendSecurity(Plain, File, IRP_MJ_QUERY_SECURITY, Dacl, &Found, sizeof Found, &Bytes),
              STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(Bytes, sizeof Closed);
    auto Answer = Closed;
    RtlZeroMemory(&Answer, sizeof Answer);
    EXPECT_SUCCESS(
        SendSecurity(Plain, File, IRP_MJ_QUERY_SECURITY, Dacl, &Answer, sizeof Answer, &Bytes));
    EXPECT_TRUE(Answer.Descriptor.Control & SE_DACL_PRESENT);
    EXPECT_EQ(Answer.List.AclSize, sizeof Answer.List);
    ExFreePool(Plain.Item.SecurityDescriptor);
    Plain.Item.SecurityDescriptor = NULL;
}

// A parent whose list is passed on to what it contains.
namespace {
struct PARENT {
    SECURITY_DESCRIPTOR_RELATIVE Descriptor;
    ACL List;
    ACCESS_ALLOWED_ACE Entry;
    ULONG More[3]; // of a SID with two parts
};
} // namespace

EXPORT_CASE(KsCreateDefaultSecurity) {
    PSECURITY_DESCRIPTOR Made = NULL;
    REQUIRE_SUCCESS(KsCreateDefaultSecurity(NULL, &Made));
    const auto *Bare = static_cast<SECURITY_DESCRIPTOR_RELATIVE *>(Made);
    EXPECT_EQ(Bare->Revision, SECURITY_DESCRIPTOR_REVISION);
    EXPECT_EQ(Bare->Control, SE_SELF_RELATIVE);
    EXPECT_TRUE(Bare->Owner != 0 && Bare->Group != 0);
    EXPECT_EQ(Bare->Dacl, 0u);
    const ULONG Head = sizeof *Bare;
    EXPECT_SUCCESS(SeDeassignSecurity(&Made));
    // Administrators may read: files are what KS objects are.
    PARENT Parent = {};
    Parent.Descriptor.Revision = SECURITY_DESCRIPTOR_REVISION;
    Parent.Descriptor.Control = SE_SELF_RELATIVE | SE_DACL_PRESENT;
    Parent.Descriptor.Dacl = Head;
    Parent.List.AclRevision = ACL_REVISION;
    Parent.List.AclSize = sizeof Parent - Head;
    Parent.List.AceCount = 1;
    Parent.Entry.Header.AceType = ACCESS_ALLOWED_ACE_TYPE;
    Parent.Entry.Header.AceFlags = OBJECT_INHERIT_ACE | INHERIT_ONLY_ACE;
    Parent.Entry.Header.AceSize = sizeof Parent.Entry + sizeof Parent.More;
    Parent.Entry.Mask = GENERIC_READ;
    ULONG *const Sid = &Parent.Entry.SidStart;
    Sid[0] = SID_REVISION | 2 << 8;
    reinterpret_cast<UCHAR *>(Sid)[7] = 5;
    Sid[2] = 32;
    Sid[3] = 544;
    REQUIRE_SUCCESS(KsCreateDefaultSecurity(&Parent, &Made));
    const auto *Found = static_cast<SECURITY_DESCRIPTOR_RELATIVE *>(Made);
    EXPECT_EQ(Found->Control, SE_SELF_RELATIVE | SE_DACL_PRESENT);
    if (EXPECT_TRUE(Found->Dacl != 0)) {
        const ACL *List = reinterpret_cast<ACL *>(static_cast<UCHAR *>(Made) + Found->Dacl);
        const auto *Entry = reinterpret_cast<const ACCESS_ALLOWED_ACE *>(List + 1);
        EXPECT_EQ(List->AceCount, 1);
        EXPECT_EQ(Entry->Header.AceFlags, 0);
        EXPECT_EQ(Entry->Mask, (ACCESS_MASK)FILE_GENERIC_READ);
    }
    EXPECT_SUCCESS(SeDeassignSecurity(&Made));
    Parent.List.AceCount = 9; // more than there is room for
    EXPECT_EQ(KsCreateDefaultSecurity(&Parent, &Made), STATUS_INVALID_ACL);
}
