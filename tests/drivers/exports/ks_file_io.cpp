// Reads, writes and streaming of a kernel client: who waits, what is signalled, and the fast path.
#include "ks_fixture.h"

namespace {
// A device whose reads stay until they are let go.
struct HELD {
    PIRP Irp;
    BOOLEAN Synchronous;
    PVOID PortContext;
};
} // namespace
static HELD Held;

static NTSTATUS NTAPI Hold(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    Held.Irp = Irp;
    Held.Synchronous = IoIsOperationSynchronous(Irp);
    Held.PortContext = Irp->Overlay.AsynchronousParameters.UserApcContext;
    IoMarkIrpPending(Irp);
    return STATUS_PENDING;
}
static void LetGo() {
    Held.Irp->IoStatus.Information = 3;
    CaseFinish(Held.Irp, STATUS_BUFFER_OVERFLOW);
}

static NTSTATUS OpenSynchronous(CaseFile &File) {
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK IoStatus;
    HANDLE Handle = NULL;
    RtlInitUnicodeString(&Name, L"\\Device\\KsCase\\object");
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    const NTSTATUS Status =
        ZwCreateFile(&Handle, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &Attributes, &IoStatus,
                     NULL, 0, 0, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0);
    return NT_SUCCESS(Status) ? File.Adopt(Handle) : Status;
}

namespace {
// An event of the object manager's, as asynchronous callers must pass.
class ObjectEvent {
  public:
    ObjectEvent() {
        OBJECT_ATTRIBUTES Attributes;
        InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
        EXPECT_SUCCESS(
            ZwCreateEvent(&Handle_, EVENT_ALL_ACCESS, &Attributes, NotificationEvent, FALSE));
        EXPECT_SUCCESS(ObReferenceObjectByHandle(Handle_, 0, NULL, KernelMode,
                                                 reinterpret_cast<PVOID *>(&Event), NULL));
    }
    // The request may outlive the caller's hold on it.
    void GiveUp() {
        ObDereferenceObject(Event);
        ZwClose(Handle_);
    }
    ObjectEvent(const ObjectEvent &) = delete;
    ObjectEvent &operator=(const ObjectEvent &) = delete;
    PKEVENT Event = NULL;

  private:
    HANDLE Handle_ = NULL;
};
} // namespace

EXPORT_CASE(KsReadFile, KsWriteFile) {
    CASE_PLAIN Handlers = {};
    Handlers.Read = Hold;
    Handlers.Write = Hold;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File, Synchronous;
    REQUIRE_SUCCESS(Plain.Open(File));
    REQUIRE_SUCCESS(OpenSynchronous(Synchronous));
    UCHAR Data[8] = {};
    IO_STATUS_BLOCK IoStatus = {};
    Held = {};
    // No event: the file object's.
    EXPECT_EQ(KsReadFile(File.Object, NULL, &Held, &IoStatus, Data, sizeof Data, 0, KernelMode),
              STATUS_PENDING);
    EXPECT_FALSE(Held.Synchronous);
    EXPECT_EQ(Held.PortContext, (PVOID)&Held);
    EXPECT_EQ(KeReadStateEvent(&File.Object->Event), 0);
    EXPECT_EQ(Held.Irp->RequestorMode, KernelMode);
    LetGo();
    EXPECT_EQ(KeReadStateEvent(&File.Object->Event), 1);
    EXPECT_EQ(IoStatus.Status, STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(IoStatus.Information, 3u);
    // An event of the caller's.
    ObjectEvent Own;
    REQUIRE(Own.Event != NULL);
    EXPECT_EQ(
        KsWriteFile(File.Object, Own.Event, NULL, &IoStatus, Data, sizeof Data, 0, KernelMode),
        STATUS_PENDING);
    EXPECT_EQ(KeReadStateEvent(Own.Event), 0);
    LetGo();
    EXPECT_EQ(KeReadStateEvent(Own.Event), 1);
    KeClearEvent(Own.Event);
    EXPECT_EQ(
        KsWriteFile(File.Object, Own.Event, NULL, &IoStatus, Data, sizeof Data, 0, KernelMode),
        STATUS_PENDING);
    Own.GiveUp();
    LetGo();
    // A synchronous file is waited for.
    Held = {};
    CaseThread Helper([] {
        while (Held.Irp == NULL)
            CaseSleep(10);
        LetGo();
    });
    IoStatus = {};
    EXPECT_EQ(
        KsReadFile(Synchronous.Object, NULL, NULL, &IoStatus, Data, sizeof Data, 0, KernelMode),
        STATUS_BUFFER_OVERFLOW);
    Helper.Join();
    EXPECT_TRUE(Held.Synchronous);
    EXPECT_EQ(IoStatus.Information, 3u);
    // Memory that is not a user's.
    EXPECT_EQ(KsReadFile(File.Object, NULL, NULL, &IoStatus, Data, sizeof Data, 0, UserMode),
              STATUS_ACCESS_VIOLATION);
    EXPECT_EQ(KsWriteFile(File.Object, NULL, NULL, &IoStatus, Data, sizeof Data, 0, UserMode),
              STATUS_ACCESS_VIOLATION);
}

// A user's memory is taken for a user, and so is none at all.
EXPORT_CASE(KsReadFile, KsWriteFile) {
    CASE_PLAIN Handlers = {};
    Handlers.Read = Hold;
    Handlers.Write = Hold;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    UCHAR *const Page =
        static_cast<UCHAR *>(ExAllocatePoolWithTag(NonPagedPool, PAGE_SIZE, 'rsUK'));
    REQUIRE(Page != NULL);
    const PMDL Mdl = IoAllocateMdl(Page, PAGE_SIZE, FALSE, FALSE, NULL);
    REQUIRE(Mdl != NULL);
    MmBuildMdlForNonPagedPool(Mdl);
    const PVOID User =
        MmMapLockedPagesSpecifyCache(Mdl, UserMode, MmCached, NULL, FALSE, NormalPagePriority);
    IO_STATUS_BLOCK IoStatus = {};
    const ULONG Lengths[] = {8, 0};
    for (const ULONG Length : Lengths) {
        const PVOID Data = Length ? User : NULL;
        Held = {};
        EXPECT_EQ(KsReadFile(File.Object, NULL, NULL, &IoStatus, Data, Length, 0, UserMode),
                  STATUS_PENDING);
        REQUIRE(Held.Irp != NULL);
        EXPECT_EQ(CaseStack(Held.Irp)->Parameters.Read.Length, Length);
        LetGo();
        Held = {};
        EXPECT_EQ(KsWriteFile(File.Object, NULL, NULL, &IoStatus, Data, Length, 0, UserMode),
                  STATUS_PENDING);
        REQUIRE(Held.Irp != NULL);
        EXPECT_EQ(CaseStack(Held.Irp)->Parameters.Write.Length, Length);
        LetGo();
    }
    MmUnmapLockedPages(User, Mdl);
    IoFreeMdl(Mdl);
    ExFreePoolWithTag(Page, 'rsUK');
}

static LONG Completions;
static NTSTATUS NTAPI CountCompletion(PDEVICE_OBJECT Device, PIRP Irp, PVOID Context) {
    UNREFERENCED_PARAMETER(Device);
    EXPECT_EQ(Irp->IoStatus.Information, 3u);
    if (Irp->PendingReturned)
        EXPECT_EQ(Context, (PVOID)&Completions);
    ++Completions;
    return STATUS_SUCCESS;
}

EXPORT_CASE(KsStreamIo) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = Hold;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File, Synchronous;
    REQUIRE_SUCCESS(Plain.Open(File));
    REQUIRE_SUCCESS(OpenSynchronous(Synchronous));
    KSSTREAM_HEADER Header = {};
    Header.Size = sizeof Header;
    IO_STATUS_BLOCK IoStatus = {};
    Completions = 0;
    const auto Send = [&](const CaseFile &To, PKEVENT Event, PIO_COMPLETION_ROUTINE Routine,
                          ULONG When, ULONG Flags) {
        Held = {};
        IoStatus = {};
        return KsStreamIo(To.Object, Event, &Held, Routine, &Completions,
                          static_cast<KSCOMPLETION_INVOCATION>(When), &IoStatus, &Header,
                          sizeof Header, Flags, KernelMode);
    };
    // The completion routine runs only when it is to.
    EXPECT_EQ(Send(File, NULL, CountCompletion, KsInvokeOnSuccess, KSSTREAM_READ), STATUS_PENDING);
    EXPECT_EQ(CaseStack(Held.Irp)->Parameters.DeviceIoControl.IoControlCode,
              (ULONG)IOCTL_KS_READ_STREAM);
    EXPECT_EQ(CaseStack(Held.Irp)->Parameters.DeviceIoControl.OutputBufferLength, sizeof Header);
    EXPECT_EQ(CaseStack(Held.Irp)->FileObject, File.Object);
    EXPECT_EQ(Held.Irp->UserBuffer, (PVOID)&Header);
    EXPECT_EQ(Held.PortContext, (PVOID)&Held);
    EXPECT_FALSE(Held.Synchronous);
    LetGo();
    EXPECT_EQ(Completions, 0);
    EXPECT_EQ(KeReadStateEvent(&File.Object->Event), 1);
    EXPECT_EQ(IoStatus.Status, STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(Send(File, NULL, CountCompletion, KsInvokeOnError, KSSTREAM_WRITE), STATUS_PENDING);
    EXPECT_EQ(CaseStack(Held.Irp)->Parameters.DeviceIoControl.IoControlCode,
              (ULONG)IOCTL_KS_WRITE_STREAM);
    LetGo();
    EXPECT_EQ(Completions, 1);
    // An event of the object manager's is held until the end; one of the caller's own, with
    // KSSTREAM_SYNCHRONOUS, is not touched but to be set.
    ObjectEvent Own;
    REQUIRE(Own.Event != NULL);
    EXPECT_EQ(Send(File, Own.Event, NULL, 0, KSSTREAM_READ), STATUS_PENDING);
    LetGo();
    EXPECT_EQ(KeReadStateEvent(Own.Event), 1);
    EXPECT_EQ(Send(File, Own.Event, NULL, 0, KSSTREAM_READ), STATUS_PENDING);
    Own.GiveUp();
    LetGo();
    KEVENT Local;
    KeInitializeEvent(&Local, NotificationEvent, FALSE);
    EXPECT_EQ(Send(File, &Local, NULL, 0, KSSTREAM_READ | KSSTREAM_SYNCHRONOUS), STATUS_PENDING);
    EXPECT_TRUE(Held.Synchronous);
    EXPECT_EQ(KeReadStateEvent(&Local), 0);
    LetGo();
    EXPECT_EQ(KeReadStateEvent(&Local), 1);
    // Waited for: a synchronous file, and a synchronous request that nobody else could wait for.
    const CaseFile *const Waiting[] = {&Synchronous, &File};
    for (const CaseFile *To : Waiting) {
        Held = {};
        CaseThread Helper([] {
            while (Held.Irp == NULL)
                CaseSleep(10);
            LetGo();
        });
        EXPECT_EQ(Send(*To, NULL, NULL, 0,
                       To == &File ? KSSTREAM_READ | KSSTREAM_SYNCHRONOUS : KSSTREAM_READ),
                  STATUS_BUFFER_OVERFLOW);
        EXPECT_EQ(IoStatus.Information, 3u);
        EXPECT_TRUE(Held.Synchronous);
    }
}

// The driver's fast path, which may decline.
static LONG Fast;
static BOOLEAN FastAnswer;
static BOOLEAN NTAPI FastTransfer(PFILE_OBJECT File, PLARGE_INTEGER Offset, ULONG Length,
                                  BOOLEAN Wait, ULONG Key, PVOID Buffer, PIO_STATUS_BLOCK IoStatus,
                                  PDEVICE_OBJECT Device) {
    ++Fast;
    EXPECT_EQ(Offset->QuadPart, 0);
    EXPECT_TRUE(Wait);
    EXPECT_EQ(Key, 7u);
    EXPECT_EQ(Length, 8u);
    EXPECT_EQ(Device, File->DeviceObject);
    if (!FastAnswer)
        return FALSE;
    *static_cast<UCHAR *>(Buffer) = 0x77;
    IoStatus->Status = STATUS_END_OF_FILE;
    IoStatus->Information = 1;
    return TRUE;
}
static BOOLEAN NTAPI FastControl(PFILE_OBJECT File, BOOLEAN Wait, PVOID In, ULONG InBytes,
                                 PVOID Out, ULONG OutBytes, ULONG Code, PIO_STATUS_BLOCK IoStatus,
                                 PDEVICE_OBJECT Device) {
    ++Fast;
    EXPECT_TRUE(Wait);
    EXPECT_TRUE(In == NULL && InBytes == 0);
    EXPECT_EQ(OutBytes, sizeof(KSSTREAM_HEADER));
    EXPECT_EQ(Code, (ULONG)IOCTL_KS_WRITE_STREAM);
    EXPECT_EQ(Device, File->DeviceObject);
    if (!FastAnswer)
        return FALSE;
    static_cast<PKSSTREAM_HEADER>(Out)->DataUsed = 5;
    IoStatus->Status = STATUS_SUCCESS;
    IoStatus->Information = 2;
    return TRUE;
}

EXPORT_CASE(KsReadFile, KsWriteFile, KsStreamIo) {
    CASE_PLAIN Handlers = {};
    Handlers.Read = Handlers.Write = Handlers.Control = Hold;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    FAST_IO_DISPATCH Table = {};
    Table.SizeOfFastIoDispatch = sizeof Table;
    Table.FastIoRead = FastTransfer;
    Table.FastIoWrite = FastTransfer;
    Table.FastIoDeviceControl = FastControl;
    PFAST_IO_DISPATCH const Before = Case.Driver->FastIoDispatch;
    Case.Driver->FastIoDispatch = &Table;
    UCHAR Data[8] = {};
    KSSTREAM_HEADER Header = {};
    Header.Size = sizeof Header;
    IO_STATUS_BLOCK IoStatus = {};
    KEVENT Event;
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    const auto Read = [&](PKEVENT Told) {
        return KsReadFile(File.Object, Told, NULL, &IoStatus, Data, sizeof Data, 7, KernelMode);
    };
    const auto Stream = [&](PIO_COMPLETION_ROUTINE Routine) {
        return KsStreamIo(File.Object, &Event, NULL, Routine, NULL, KsInvokeOnSuccess, &IoStatus,
                          &Header, sizeof Header, KSSTREAM_WRITE | KSSTREAM_SYNCHRONOUS,
                          KernelMode);
    };
    Fast = 0;
    FastAnswer = TRUE;
    Held = {};
    EXPECT_EQ(Read(&Event), STATUS_END_OF_FILE);
    EXPECT_EQ(IoStatus.Information, 1u);
    EXPECT_EQ(Data[0], 0x77);
    EXPECT_EQ(KeResetEvent(&Event), 1);
    EXPECT_EQ(Read(NULL), STATUS_END_OF_FILE);
    EXPECT_EQ(KeReadStateEvent(&File.Object->Event), 1);
    EXPECT_EQ(KsWriteFile(File.Object, NULL, NULL, &IoStatus, Data, sizeof Data, 7, KernelMode),
              STATUS_END_OF_FILE);
    EXPECT_SUCCESS(Stream(NULL));
    EXPECT_EQ(Header.DataUsed, 5u);
    EXPECT_EQ(KeResetEvent(&Event), 1);
    EXPECT_EQ(Fast, 4);
    EXPECT_EQ(Held.Irp, (PIRP)NULL);
    // Declined; not in the table; in one that ends before it; and one that wants an IRP completed.
    FastAnswer = FALSE;
    EXPECT_EQ(Read(NULL), STATUS_PENDING);
    LetGo();
    EXPECT_EQ(Fast, 5);
    FastAnswer = TRUE;
    Table.FastIoRead = NULL;
    EXPECT_EQ(Read(NULL), STATUS_PENDING);
    LetGo();
    const auto Write = [&] {
        return KsWriteFile(File.Object, NULL, NULL, &IoStatus, Data, sizeof Data, 7, KernelMode);
    };
    Table.SizeOfFastIoDispatch = FIELD_OFFSET(FAST_IO_DISPATCH, FastIoWrite) + sizeof(PVOID) - 1;
    EXPECT_EQ(Write(), STATUS_PENDING);
    LetGo();
    EXPECT_EQ(Fast, 5);
    Table.SizeOfFastIoDispatch++;
    EXPECT_EQ(Write(), STATUS_END_OF_FILE);
    EXPECT_EQ(Fast, 6);
    Table.SizeOfFastIoDispatch = sizeof Table;
    EXPECT_EQ(Stream(CountCompletion), STATUS_PENDING);
    LetGo();
    EXPECT_EQ(KeReadStateEvent(&Event), 1);
    EXPECT_EQ(Fast, 6);
    Case.Driver->FastIoDispatch = Before;
}

// File information from a driver that takes its time.
static PIRP InformationIrp;
static NTSTATUS NTAPI HoldInformation(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    InformationIrp = Irp;
    IoMarkIrpPending(Irp);
    return STATUS_PENDING;
}

EXPORT_CASE(KsQueryInformationFile, KsSetInformationFile) {
    CasePlainDevice Plain(Case, {});
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    PDRIVER_DISPATCH *const Handlers = Case.Driver->MajorFunction;
    const PDRIVER_DISPATCH Query = Handlers[IRP_MJ_QUERY_INFORMATION],
                           Set = Handlers[IRP_MJ_SET_INFORMATION];
    Handlers[IRP_MJ_QUERY_INFORMATION] = Handlers[IRP_MJ_SET_INFORMATION] = HoldInformation;
    FILE_STANDARD_INFORMATION Standard = {};
    for (int Round = 0; Round < 2; ++Round) {
        InformationIrp = NULL;
        CaseThread Helper([&] {
            while (InformationIrp == NULL)
                CaseSleep(10);
            const PIO_STACK_LOCATION Stack = CaseStack(InformationIrp);
            EXPECT_EQ(Stack->FileObject, File.Object);
            EXPECT_EQ(InformationIrp->RequestorMode, KernelMode);
            EXPECT_EQ(InformationIrp->AssociatedIrp.SystemBuffer, (PVOID)&Standard);
            EXPECT_EQ(InformationIrp->Tail.Overlay.Thread != NULL, TRUE);
            if (Round == 0) {
                EXPECT_EQ(Stack->MajorFunction, IRP_MJ_QUERY_INFORMATION);
                EXPECT_EQ(Stack->Parameters.QueryFile.Length, sizeof Standard);
                EXPECT_EQ(Stack->Parameters.QueryFile.FileInformationClass,
                          FileStandardInformation);
            } else {
                EXPECT_EQ(Stack->MajorFunction, IRP_MJ_SET_INFORMATION);
                EXPECT_EQ(Stack->Parameters.SetFile.Length, 8u);
                EXPECT_EQ(Stack->Parameters.SetFile.FileInformationClass, FileEndOfFileInformation);
            }
            CaseFinish(InformationIrp, STATUS_DEVICE_BUSY);
        });
        EXPECT_EQ(Round == 0
                      ? KsQueryInformationFile(File.Object, &Standard, sizeof Standard,
                                               FileStandardInformation)
                      : KsSetInformationFile(File.Object, &Standard, 8, FileEndOfFileInformation),
                  STATUS_DEVICE_BUSY);
    }
    Handlers[IRP_MJ_QUERY_INFORMATION] = Query;
    Handlers[IRP_MJ_SET_INFORMATION] = Set;
}
