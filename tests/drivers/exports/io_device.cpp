// Device objects: creating, stacking, finding, timers, remove locks.
#include "support/case.h"

static NTSTATUS NTAPI Succeed(PDEVICE_OBJECT, PIRP Irp) {
    return CaseComplete(Irp, STATUS_SUCCESS, 0);
}

static UNICODE_STRING Text(const WCHAR *Literal) {
    UNICODE_STRING String;
    RtlInitUnicodeString(&String, Literal);
    return String;
}

EXPORT_CASE(IoCreateDevice, IoDeleteDevice) {
    UNICODE_STRING Name = Text(L"\\Device\\CaseOne");
    PDEVICE_OBJECT Device = nullptr;
    REQUIRE_SUCCESS(IoCreateDevice(Case.Driver, 40, &Name, FILE_DEVICE_UNKNOWN,
                                   FILE_DEVICE_SECURE_OPEN, TRUE, &Device));
    EXPECT_EQ(Device->DriverObject, Case.Driver);
    EXPECT_EQ(Device->Type, 3); // IO_TYPE_DEVICE
    EXPECT_EQ(Device->StackSize, 1);
    EXPECT_EQ(Device->DeviceType, FILE_DEVICE_UNKNOWN);
    EXPECT_TRUE(Device->Characteristics & FILE_DEVICE_SECURE_OPEN);
    EXPECT_TRUE(Device->Flags & DO_DEVICE_INITIALIZING);
    EXPECT_TRUE(Device->Flags & DO_EXCLUSIVE);
    EXPECT_EQ(Case.Driver->DeviceObject, Device);
    const UCHAR *Extension = static_cast<UCHAR *>(Device->DeviceExtension);
    for (ULONG i = 0; i < 40; ++i)
        EXPECT_EQ(Extension[i], 0);
    PDEVICE_OBJECT Other = Device;
    EXPECT_EQ(IoCreateDevice(Case.Driver, 0, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE, &Other),
              STATUS_OBJECT_NAME_COLLISION);
    EXPECT_EQ(Other, nullptr);
    IoDeleteDevice(Device);
    EXPECT_NE(Case.Driver->DeviceObject, Device);
    REQUIRE_SUCCESS(IoCreateDevice(Case.Driver, 0, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device));
    EXPECT_EQ(Device->DeviceExtension, nullptr);
    IoDeleteDevice(Device);
}

extern "C" NTSTATUS NTAPI ImportedSecure(PDRIVER_OBJECT, ULONG, PUNICODE_STRING, DEVICE_TYPE, ULONG,
                                         BOOLEAN, PCUNICODE_STRING, LPCGUID, PDEVICE_OBJECT *)
    IMPORT_OF(IoCreateDeviceSecure);
extern "C" NTSTATUS NTAPI ImportedWdmlibSecure(PDRIVER_OBJECT, ULONG, PUNICODE_STRING, DEVICE_TYPE,
                                               ULONG, BOOLEAN, PCUNICODE_STRING, LPCGUID,
                                               PDEVICE_OBJECT *)
    IMPORT_OF(WdmlibIoCreateDeviceSecure);

EXPORT_CASE(IoCreateDeviceSecure, WdmlibIoCreateDeviceSecure) {
    UNICODE_STRING Name = Text(L"\\Device\\CaseSecure");
    UNICODE_STRING Sddl = Text(L"D:P(A;;GA;;;SY)(A;;GA;;;BA)");
    UNICODE_STRING Empty = {};
    PDEVICE_OBJECT Device = nullptr;
    decltype(&ImportedSecure) const Both[] = {ImportedSecure, ImportedWdmlibSecure};
    for (auto *Create : Both) {
        EXPECT_EQ(
            Create(Case.Driver, 0, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE, &Empty, nullptr, &Device),
            STATUS_INVALID_PARAMETER);
        REQUIRE_SUCCESS(
            Create(Case.Driver, 16, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE, &Sddl, nullptr, &Device));
        EXPECT_NE(Device->DeviceExtension, nullptr);
        IoDeleteDevice(Device);
    }
}

EXPORT_CASE(IoAttachDeviceToDeviceStack, IoDetachDevice, IoGetAttachedDevice,
            IoGetAttachedDeviceReference, IoGetLowerDeviceObject, IoGetDeviceAttachmentBaseRef) {
    PDEVICE_OBJECT Lower, Upper;
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Succeed, 0, &Lower));
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Succeed, 0, &Upper));
    EXPECT_EQ(IoGetAttachedDevice(Lower), Lower);
    EXPECT_EQ(IoGetLowerDeviceObject(Upper), nullptr);
    EXPECT_EQ(IoAttachDeviceToDeviceStack(Upper, Lower), Lower);
    EXPECT_EQ(Lower->AttachedDevice, Upper);
    EXPECT_EQ(Upper->StackSize, 2);
    EXPECT_EQ(IoGetAttachedDevice(Lower), Upper);
    PDEVICE_OBJECT Top = IoGetAttachedDeviceReference(Lower);
    EXPECT_EQ(Top, Upper);
    ObDereferenceObject(Top);
    PDEVICE_OBJECT Below = IoGetLowerDeviceObject(Upper);
    EXPECT_EQ(Below, Lower);
    ObDereferenceObject(Below);
    PDEVICE_OBJECT Base = IoGetDeviceAttachmentBaseRef(Upper);
    EXPECT_EQ(Base, Lower);
    ObDereferenceObject(Base);
    Base = IoGetDeviceAttachmentBaseRef(Case.Device);
    EXPECT_EQ(Base, Case.PhysicalDevice);
    ObDereferenceObject(Base);
    IoDetachDevice(Lower);
    EXPECT_EQ(Lower->AttachedDevice, nullptr);
    EXPECT_EQ(IoGetAttachedDevice(Lower), Lower);
    IoDeleteDevice(Upper);
    IoDeleteDevice(Lower);
}

// A third device lands on the top, wherever the caller pointed.
EXPORT_CASE(IoAttachDeviceToDeviceStackSafe) {
    PDEVICE_OBJECT Lower, Middle, Upper;
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Succeed, 0, &Lower));
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Succeed, 0, &Middle));
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Succeed, 0, &Upper));
    PDEVICE_OBJECT On = nullptr;
    EXPECT_SUCCESS(IoAttachDeviceToDeviceStackSafe(Middle, Lower, &On));
    EXPECT_EQ(On, Lower);
    EXPECT_SUCCESS(IoAttachDeviceToDeviceStackSafe(Upper, Lower, &On));
    EXPECT_EQ(On, Middle);
    EXPECT_EQ(Upper->StackSize, 3);
    IoDetachDevice(Middle);
    IoDetachDevice(Lower);
    IoDeleteDevice(Upper);
    IoDeleteDevice(Middle);
    IoDeleteDevice(Lower);
}

EXPORT_CASE(IoAttachDevice, IoGetDeviceObjectPointer, IoGetRelatedDeviceObject) {
    UNICODE_STRING Name = Text(L"\\Device\\CaseNamed");
    UNICODE_STRING Missing = Text(L"\\Device\\NobodyThere");
    PDEVICE_OBJECT Target, Upper, On = nullptr;
    REQUIRE_SUCCESS(IoCreateDevice(Case.Driver, sizeof(CASE_DEVICE), &Name, FILE_DEVICE_UNKNOWN, 0,
                                   FALSE, &Target));
    static_cast<CASE_DEVICE *>(Target->DeviceExtension)->Dispatch = Succeed;
    Target->Flags &= ~DO_DEVICE_INITIALIZING;
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Succeed, 0, &Upper));

    PFILE_OBJECT File = nullptr;
    PDEVICE_OBJECT Found = nullptr;
    EXPECT_EQ(IoGetDeviceObjectPointer(&Missing, FILE_READ_DATA, &File, &Found),
              STATUS_OBJECT_NAME_NOT_FOUND);
    REQUIRE_SUCCESS(IoGetDeviceObjectPointer(&Name, FILE_READ_DATA, &File, &Found));
    EXPECT_EQ(Found, Target);
    EXPECT_EQ(File->DeviceObject, Target);
    EXPECT_EQ(IoGetRelatedDeviceObject(File), Target);

    EXPECT_EQ(IoAttachDevice(Upper, &Missing, &On), STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_SUCCESS(IoAttachDevice(Upper, &Name, &On));
    EXPECT_EQ(On, Target);
    EXPECT_EQ(IoGetRelatedDeviceObject(File), Upper);
    IoDetachDevice(Target);
    ObDereferenceObject(File);
    IoDeleteDevice(Upper);
    IoDeleteDevice(Target);
}

static VOID NTAPI CountTick(PDEVICE_OBJECT, PVOID Context) {
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    ++*static_cast<ULONG *>(Context);
}

// Once a second, until it is stopped.
EXPORT_CASE(IoInitializeTimer, IoStartTimer, IoStopTimer) {
    PDEVICE_OBJECT Device;
    ULONG Ticks = 0;
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Succeed, 0, &Device));
    EXPECT_SUCCESS(IoInitializeTimer(Device, CountTick, &Ticks));
    CaseSleep(1500);
    EXPECT_EQ(Ticks, 0);
    IoStartTimer(Device);
    CaseSleep(3500);
    EXPECT_EQ(Ticks, 3);
    IoStopTimer(Device);
    CaseSleep(3000);
    EXPECT_EQ(Ticks, 3);
    IoStartTimer(Device);
    CaseSleep(1500);
    EXPECT_EQ(Ticks, 4);
    IoStopTimer(Device);
    IoDeleteDevice(Device);
}

EXPORT_CASE(IoInitializeRemoveLockEx, IoAcquireRemoveLockEx, IoReleaseRemoveLockEx,
            IoReleaseRemoveLockAndWaitEx) {
    IO_REMOVE_LOCK Lock;
    IoInitializeRemoveLock(&Lock, 'esaC', 0, 0);
    EXPECT_SUCCESS(IoAcquireRemoveLock(&Lock, &Lock));
    EXPECT_SUCCESS(IoAcquireRemoveLock(&Lock, &Case));
    ULONG Released = 0;
    CaseThread Holder([&] {
        CaseSleep(50);
        EXPECT_EQ(IoAcquireRemoveLock(&Lock, nullptr), STATUS_DELETE_PENDING);
        Released = 1;
        IoReleaseRemoveLock(&Lock, &Case);
    });
    IoReleaseRemoveLockAndWait(&Lock, &Lock);
    EXPECT_EQ(Released, 1);
    EXPECT_EQ(IoAcquireRemoveLock(&Lock, nullptr), STATUS_DELETE_PENDING);
    Holder.Join();
}

EXPORT_CASE(IoAllocateDriverObjectExtension, IoGetDriverObjectExtension) {
    static int Identity;
    EXPECT_EQ(IoGetDriverObjectExtension(Case.Driver, &Identity), nullptr);
    PVOID Extension = nullptr;
    REQUIRE_SUCCESS(IoAllocateDriverObjectExtension(Case.Driver, &Identity, 64, &Extension));
    EXPECT_EQ(IoGetDriverObjectExtension(Case.Driver, &Identity), Extension);
    EXPECT_EQ(static_cast<UCHAR *>(Extension)[63], 0);
    PVOID Second = Extension;
    EXPECT_EQ(IoAllocateDriverObjectExtension(Case.Driver, &Identity, 64, &Second),
              STATUS_OBJECT_NAME_COLLISION);
    EXPECT_EQ(Second, nullptr);
}

EXPORT_CASE(IoRegisterShutdownNotification, IoUnregisterShutdownNotification) {
    PDEVICE_OBJECT Device;
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Succeed, 0, &Device));
    EXPECT_SUCCESS(IoRegisterShutdownNotification(Device));
    EXPECT_TRUE(Device->Flags & DO_SHUTDOWN_REGISTERED);
    IoUnregisterShutdownNotification(Device);
    EXPECT_FALSE(Device->Flags & DO_SHUTDOWN_REGISTERED);
    IoDeleteDevice(Device);
}

EXPORT_CASE(IoGetFileObjectGenericMapping) {
    const GENERIC_MAPPING *Mapping = IoGetFileObjectGenericMapping();
    EXPECT_EQ(Mapping->GenericRead, FILE_GENERIC_READ);
    EXPECT_EQ(Mapping->GenericWrite, FILE_GENERIC_WRITE);
    EXPECT_EQ(Mapping->GenericExecute, FILE_GENERIC_EXECUTE);
    EXPECT_EQ(Mapping->GenericAll, FILE_ALL_ACCESS);
}

// Readers exclude who does not share reading, and the other way round.
EXPORT_CASE(IoSetShareAccess, IoCheckShareAccess, IoUpdateShareAccess, IoRemoveShareAccess) {
    FILE_OBJECT First = {}, Second = {};
    SHARE_ACCESS Share;
    IoSetShareAccess(FILE_READ_DATA, FILE_SHARE_READ, &First, &Share);
    EXPECT_EQ(Share.OpenCount, 1);
    EXPECT_EQ(Share.Readers, 1);
    EXPECT_TRUE(First.ReadAccess && First.SharedRead && !First.WriteAccess);
    EXPECT_EQ(IoCheckShareAccess(FILE_WRITE_DATA, FILE_SHARE_READ, &Second, &Share, TRUE),
              STATUS_SHARING_VIOLATION);
    EXPECT_EQ(IoCheckShareAccess(FILE_READ_DATA, FILE_SHARE_WRITE, &Second, &Share, TRUE),
              STATUS_SHARING_VIOLATION);
    EXPECT_EQ(Share.OpenCount, 1);
    EXPECT_SUCCESS(IoCheckShareAccess(FILE_READ_DATA, FILE_SHARE_READ, &Second, &Share, FALSE));
    EXPECT_EQ(Share.OpenCount, 1);
    IoUpdateShareAccess(&Second, &Share);
    EXPECT_EQ(Share.OpenCount, 2);
    EXPECT_EQ(Share.SharedRead, 2);
    IoRemoveShareAccess(&Second, &Share);
    IoRemoveShareAccess(&First, &Share);
    EXPECT_EQ(Share.OpenCount, 0);
    EXPECT_SUCCESS(IoCheckShareAccess(FILE_WRITE_DATA, 0, &First, &Share, TRUE));
    EXPECT_EQ(Share.Writers, 1);
}
