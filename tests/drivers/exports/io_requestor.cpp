// Who asks, and on what stack: requestors, access rights, stack limits, versions.
#include "support/case.h"

EXPORT_CASE(IoGetRequestorProcess, IoGetRequestorProcessId, IoGetRequestorSessionId) {
    EXPECT_EQ(IoGetRequestorProcess(Case.Irp), PsGetCurrentProcess());
    EXPECT_EQ(IoGetRequestorProcessId(Case.Irp), (ULONG)(ULONG_PTR)PsGetCurrentProcessId());
    ULONG Session = 77;
    EXPECT_SUCCESS(IoGetRequestorSessionId(Case.Irp, &Session));
    EXPECT_EQ(Session, 0);
    // Nobody's.
    PIRP Irp = IoAllocateIrp(1, FALSE);
    REQUIRE(Irp != nullptr);
    EXPECT_EQ(IoGetRequestorProcess(Irp), nullptr);
    EXPECT_EQ(IoGetRequestorProcessId(Irp), 0);
    EXPECT_EQ(IoGetRequestorSessionId(Irp, &Session), STATUS_UNSUCCESSFUL);
    EXPECT_EQ(Session, (ULONG)-1);
    IoFreeIrp(Irp);
}

EXPORT_CASE(IoIsOperationSynchronous, IoIs32bitProcess) {
    FILE_OBJECT *File = IoGetCurrentIrpStackLocation(Case.Irp)->FileObject;
    EXPECT_EQ(IoIsOperationSynchronous(Case.Irp), (File->Flags & FO_SYNCHRONOUS_IO) != 0);
    PIRP Irp = IoAllocateIrp(1, FALSE);
    REQUIRE(Irp != nullptr);
    IoSetNextIrpStackLocation(Irp);
    EXPECT_FALSE(IoIsOperationSynchronous(Irp));
    Irp->Flags |= IRP_SYNCHRONOUS_API;
    EXPECT_TRUE(IoIsOperationSynchronous(Irp));
    IoFreeIrp(Irp);
    EXPECT_FALSE(IoIs32bitProcess(Case.Irp));
    EXPECT_FALSE(IoIs32bitProcess(nullptr));
}

EXPORT_CASE(IoIsSystemThread) {
    EXPECT_FALSE(IoIsSystemThread(PsGetCurrentThread()));
    CaseThread System([] { EXPECT_TRUE(IoIsSystemThread(PsGetCurrentThread())); });
    System.Join();
}

// The client's handle has both rights.
EXPORT_CASE(IoValidateDeviceIoControlAccess) {
    EXPECT_EQ(IoValidateDeviceIoControlAccess(Case.Irp, 0x80), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(IoValidateDeviceIoControlAccess(Case.Irp, FILE_READ_ACCESS));
    PIRP Irp = IoAllocateIrp(1, FALSE);
    REQUIRE(Irp != nullptr);
    Irp->RequestorMode = KernelMode;
    EXPECT_SUCCESS(IoValidateDeviceIoControlAccess(Irp, FILE_READ_ACCESS | FILE_WRITE_ACCESS));
    Irp->RequestorMode = UserMode;
    EXPECT_EQ(IoValidateDeviceIoControlAccess(Irp, FILE_WRITE_ACCESS), STATUS_ACCESS_DENIED);
    IoFreeIrp(Irp);
}

EXPORT_CASE(IoGetStackLimits, IoWithinStackLimits, IoGetInitialStack) {
    ULONG_PTR Low = 0, High = 0;
    IoGetStackLimits(&Low, &High);
    const ULONG_PTR Here = (ULONG_PTR)&Low;
    EXPECT_TRUE(Low < Here && Here < High);
    EXPECT_TRUE(High - Low >= 12 * 1024);
    EXPECT_TRUE(IoWithinStackLimits(Here, sizeof Low));
    EXPECT_FALSE(IoWithinStackLimits(High - 4, 8));
    EXPECT_FALSE(IoWithinStackLimits(Low - 4, 8));
    EXPECT_TRUE((ULONG_PTR)IoGetInitialStack() > Here);
    EXPECT_TRUE(IoGetRemainingStackSize() == Here - Low || IoGetRemainingStackSize() < High - Low);
}

EXPORT_CASE(IoIsWdmVersionAvailable) {
    EXPECT_TRUE(IoIsWdmVersionAvailable(1, 0x30));
    EXPECT_TRUE(IoIsWdmVersionAvailable(6, 0));
    EXPECT_FALSE(IoIsWdmVersionAvailable(7, 0));
}

EXPORT_CASE(IoAllocateErrorLogEntry, IoFreeErrorLogEntry, IoWriteErrorLogEntry) {
    constexpr UCHAR Bytes = sizeof(IO_ERROR_LOG_PACKET);
    EXPECT_EQ(IoAllocateErrorLogEntry(nullptr, Bytes), nullptr);
    EXPECT_EQ(IoAllocateErrorLogEntry(Case.Device, 4), nullptr);
    auto *Entry = static_cast<PIO_ERROR_LOG_PACKET>(IoAllocateErrorLogEntry(Case.Device, Bytes));
    REQUIRE(Entry != nullptr);
    IoFreeErrorLogEntry(Entry);
    Entry = static_cast<PIO_ERROR_LOG_PACKET>(IoAllocateErrorLogEntry(Case.Device, Bytes));
    REQUIRE(Entry != nullptr);
    RtlZeroMemory(Entry, Bytes);
    Entry->ErrorCode = STATUS_DEVICE_NOT_READY;
    IoWriteErrorLogEntry(Entry); // frees it: pool left behind would fail this case
}

// Nobody is there to show it to.
EXPORT_CASE(IoRaiseInformationalHardError) {
    EXPECT_FALSE(IoRaiseInformationalHardError(STATUS_DEVICE_NOT_READY, nullptr, nullptr));
}

static VOID NTAPI CountStart(PVOID Context) {
    EXPECT_TRUE(IoIsSystemThread(PsGetCurrentThread()));
    ++*static_cast<ULONG *>(Context);
}

static VOID NTAPI CountAndEnd(PVOID Context) {
    ++*static_cast<ULONG *>(Context);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

// The object stays until the thread has ended, whichever way it does.
EXPORT_CASE(IoCreateSystemThread) {
    ULONG Starts = 0;
    const PKSTART_ROUTINE Routines[] = {CountStart, CountAndEnd};
    for (PKSTART_ROUTINE Routine : Routines) {
        HANDLE Handle = nullptr;
        REQUIRE_SUCCESS(IoCreateSystemThread(Case.Device, &Handle, THREAD_ALL_ACCESS, nullptr,
                                             nullptr, nullptr, Routine, &Starts));
        EXPECT_SUCCESS(ZwWaitForSingleObject(Handle, FALSE, nullptr));
        EXPECT_SUCCESS(ZwClose(Handle));
    }
    EXPECT_EQ(Starts, 2);
    HANDLE Handle = nullptr;
    EXPECT_EQ(IoCreateSystemThread(Case.Device, &Handle, THREAD_ALL_ACCESS, nullptr,
                                   (HANDLE)(ULONG_PTR)0x7ffc, nullptr, CountStart, &Starts),
              STATUS_INVALID_HANDLE);
}

EXPORT_CASE(IoQueryFullDriverPath) {
    UNICODE_STRING Path = {};
    REQUIRE_SUCCESS(IoQueryFullDriverPath(Case.Driver, &Path));
    UNICODE_STRING Folder;
    RtlInitUnicodeString(&Folder, L"\\SystemRoot\\System32\\drivers\\");
    EXPECT_TRUE(RtlPrefixUnicodeString(&Folder, &Path, TRUE));
    EXPECT_EQ(Path.Buffer[Path.Length / 2 - 1], L's');
    ExFreePool(Path.Buffer);
}

static NTSTATUS CreateIn(HANDLE Directory, const WCHAR *Leaf) {
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, Leaf);
    OBJECT_ATTRIBUTES Attributes;
    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE, Directory, nullptr);
    HANDLE File = nullptr;
    IO_STATUS_BLOCK Block;
    const NTSTATUS Status = ZwCreateFile(&File, FILE_WRITE_DATA | SYNCHRONIZE, &Attributes, &Block,
                                         nullptr, FILE_ATTRIBUTE_NORMAL, 0, FILE_CREATE,
                                         FILE_SYNCHRONOUS_IO_NONALERT, nullptr, 0);
    if (NT_SUCCESS(Status))
        ZwClose(File);
    return Status;
}

EXPORT_CASE(IoGetDriverDirectory, IoGetDeviceDirectory) {
    HANDLE Directory = nullptr;
    EXPECT_EQ(IoGetDriverDirectory(Case.Driver, DriverDirectoryData, 1, &Directory),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(IoGetDriverDirectory(nullptr, DriverDirectoryData, 0, &Directory),
              STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(IoGetDriverDirectory(Case.Driver, DriverDirectoryData, 0, &Directory));
    EXPECT_SUCCESS(CreateIn(Directory, L"state.bin"));
    EXPECT_EQ(CreateIn(Directory, L"state.bin"), STATUS_OBJECT_NAME_COLLISION);
    EXPECT_SUCCESS(ZwClose(Directory));

    EXPECT_EQ(IoGetDeviceDirectory(Case.PhysicalDevice, DeviceDirectoryData, 0, &Case, &Directory),
              STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(
        IoGetDeviceDirectory(Case.PhysicalDevice, DeviceDirectoryData, 0, nullptr, &Directory));
    EXPECT_SUCCESS(CreateIn(Directory, L"state.bin"));
    EXPECT_SUCCESS(ZwClose(Directory));
}

// Outside DriverEntry nothing is called at once; the next load's turn would.
static VOID NTAPI Reinitialize(PDRIVER_OBJECT, PVOID Context, ULONG) {
    ++*static_cast<ULONG *>(Context);
}

EXPORT_CASE(IoRegisterDriverReinitialization, IoRegisterBootDriverReinitialization) {
    static ULONG Calls;
    IoRegisterDriverReinitialization(Case.Driver, Reinitialize, &Calls);
    IoRegisterBootDriverReinitialization(Case.Driver, Reinitialize, &Calls);
    CaseSleep(10);
    EXPECT_EQ(Calls, 0);
}
