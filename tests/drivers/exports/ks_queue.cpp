// IRP lists that can be cancelled, and streaming IRPs of drivers that keep them on such lists.
#include "ks_fixture.h"

namespace {
struct QUEUE {
    LIST_ENTRY Head;
    KSPIN_LOCK Lock;
    QUEUE() {
        InitializeListHead(&Head);
        KeInitializeSpinLock(&Lock);
    }
    void Add(const CaseIrp &Request, KSLIST_ENTRY_LOCATION Where = KsListEntryTail,
             PDRIVER_CANCEL Cancel = NULL) {
        KsAddIrpToCancelableQueue(&Head, &Lock, Request.Irp, Where, Cancel);
    }
    PIRP Remove(KSLIST_ENTRY_LOCATION Where, KSIRP_REMOVAL_OPERATION How) {
        return KsRemoveIrpFromCancelableQueue(&Head, &Lock, Where, How);
    }
};
} // namespace

EXPORT_CASE(KsAddIrpToCancelableQueue, KsRemoveIrpFromCancelableQueue) {
    CaseIrp First(Case.Device, IRP_MJ_READ), Second(Case.Device, IRP_MJ_READ),
        Third(Case.Device, IRP_MJ_READ);
    QUEUE Queue;
    EXPECT_EQ(Queue.Remove(KsListEntryHead, KsAcquireAndRemove), (PIRP)NULL);
    Queue.Add(First);
    Queue.Add(Second);
    Queue.Add(Third, KsListEntryHead);
    EXPECT_EQ(Queue.Remove(KsListEntryHead, KsAcquireAndRemove), Third.Irp);
    EXPECT_EQ(Queue.Remove(KsListEntryTail, KsAcquireAndRemoveOnlySingleItem), Second.Irp);
    EXPECT_EQ(Queue.Remove(KsListEntryHead, KsAcquireAndRemove), First.Irp);
    EXPECT_TRUE(IsListEmpty(&Queue.Head));
    EXPECT_FALSE(First.Completed());
}

// Acquired IRPs stay on the list and cannot be cancelled until they are released.
EXPORT_CASE(KsReleaseIrpOnCancelableQueue, KsRemoveSpecificIrpFromCancelableQueue) {
    CaseIrp First(Case.Device, IRP_MJ_READ), Second(Case.Device, IRP_MJ_READ);
    QUEUE Queue;
    Queue.Add(First);
    Queue.Add(Second);
    EXPECT_EQ(Queue.Remove(KsListEntryHead, KsAcquireOnly), First.Irp);
    // The next that is not acquired, or none of the others.
    EXPECT_EQ(Queue.Remove(KsListEntryHead, KsAcquireOnlySingleItem), (PIRP)NULL);
    EXPECT_EQ(Queue.Remove(KsListEntryHead, KsAcquireOnly), Second.Irp);
    IoCancelIrp(First.Irp);
    EXPECT_FALSE(First.Completed());
    KsReleaseIrpOnCancelableQueue(First.Irp, NULL);
    EXPECT_TRUE(First.Completed());
    EXPECT_EQ(First.Status(), STATUS_CANCELLED);
    KsRemoveSpecificIrpFromCancelableQueue(Second.Irp);
    EXPECT_TRUE(IsListEmpty(&Queue.Head));
    EXPECT_FALSE(Second.Completed());
}

static LONG Cancelled;
static VOID NTAPI CountCancel(PDEVICE_OBJECT Device, PIRP Irp) {
    ++Cancelled;
    KsCancelRoutine(Device, Irp);
}

EXPORT_CASE(KsCancelRoutine, KsAddIrpToCancelableQueue) {
    CaseIrp Request(Case.Device, IRP_MJ_READ), Late(Case.Device, IRP_MJ_READ);
    QUEUE Queue;
    Cancelled = 0;
    Queue.Add(Request, KsListEntryTail, CountCancel);
    EXPECT_TRUE(IoCancelIrp(Request.Irp));
    EXPECT_EQ(Cancelled, 1);
    EXPECT_TRUE(Request.Completed());
    EXPECT_EQ(Request.Status(), STATUS_CANCELLED);
    EXPECT_TRUE(IsListEmpty(&Queue.Head));
    // Cancelled before it got there.
    EXPECT_FALSE(IoCancelIrp(Late.Irp));
    Queue.Add(Late, KsListEntryTail, CountCancel);
    EXPECT_EQ(Cancelled, 2);
    EXPECT_EQ(Late.Status(), STATUS_CANCELLED);
}

EXPORT_CASE(KsCancelIo) {
    CaseIrp First(Case.Device, IRP_MJ_READ), Second(Case.Device, IRP_MJ_READ),
        Taken(Case.Device, IRP_MJ_READ);
    QUEUE Queue;
    Queue.Add(Taken);
    Queue.Add(First);
    Queue.Add(Second);
    EXPECT_EQ(Queue.Remove(KsListEntryHead, KsAcquireOnlySingleItem), Taken.Irp);
    KsCancelIo(&Queue.Head, &Queue.Lock);
    EXPECT_EQ(First.Status(), STATUS_CANCELLED);
    EXPECT_EQ(Second.Status(), STATUS_CANCELLED);
    EXPECT_FALSE(Taken.Completed());
    KsRemoveSpecificIrpFromCancelableQueue(Taken.Irp);
    EXPECT_TRUE(IsListEmpty(&Queue.Head));
}

static LONG Asked;
static NTSTATUS NTAPI MoveReads(PIRP Irp, PVOID Context) {
    ++Asked;
    EXPECT_EQ(Context, (PVOID)&Asked);
    if (Irp == NULL) // the end of the list
        return STATUS_SUCCESS;
    return CaseStack(Irp)->MajorFunction == IRP_MJ_READ ? STATUS_SUCCESS : STATUS_NO_MATCH;
}

EXPORT_CASE(KsMoveIrpsOnCancelableQueue) {
    CaseIrp First(Case.Device, IRP_MJ_READ), Second(Case.Device, IRP_MJ_WRITE),
        Third(Case.Device, IRP_MJ_READ);
    QUEUE From, To;
    From.Add(First);
    From.Add(Second);
    From.Add(Third);
    Asked = 0;
    EXPECT_SUCCESS(KsMoveIrpsOnCancelableQueue(&From.Head, &From.Lock, &To.Head, &To.Lock,
                                               KsListEntryHead, MoveReads, &Asked));
    EXPECT_EQ(Asked, 4);
    EXPECT_EQ(To.Remove(KsListEntryHead, KsAcquireAndRemove), First.Irp);
    EXPECT_EQ(To.Remove(KsListEntryHead, KsAcquireAndRemove), Third.Irp);
    EXPECT_EQ(From.Remove(KsListEntryHead, KsAcquireAndRemove), Second.Irp);
    EXPECT_TRUE(IsListEmpty(&From.Head) && IsListEmpty(&To.Head));
}

// What a driver sees of a streaming IRP after probing it.
static LONG ExtraChecks;
static NTSTATUS NTAPI ProbeStream(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    const NTSTATUS Status = KsProbeStreamIrp(
        Irp, KSSTREAM_WRITE | KSPROBE_ALLOCATEMDL | KSPROBE_PROBEANDLOCK | KSPROBE_SYSTEMADDRESS,
        sizeof(KSSTREAM_HEADER));
    if (!NT_SUCCESS(Status))
        return CaseFinish(Irp, Status);
    const PKSSTREAM_HEADER Header = static_cast<PKSSTREAM_HEADER>(Irp->AssociatedIrp.SystemBuffer);
    EXPECT_NE(Header, (PKSSTREAM_HEADER)Irp->UserBuffer);
    EXPECT_EQ(Header->DataUsed, 32u);
    if (EXPECT_TRUE(Irp->MdlAddress != NULL)) {
        EXPECT_EQ(MmGetMdlByteCount(Irp->MdlAddress), 32u);
        EXPECT_TRUE(Irp->MdlAddress->MdlFlags & (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL));
        const UCHAR *Data = static_cast<const UCHAR *>(
            MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority));
        EXPECT_EQ(Data[31], 31);
    }
    PVOID Extra = NULL;
    if (EXPECT_SUCCESS(KsAllocateExtraData(Irp, 16, &Extra))) {
        EXPECT_EQ(static_cast<PKSSTREAM_HEADER>(Extra)->DataUsed, 32u);
        const ULONGLONG *Own =
            reinterpret_cast<const ULONGLONG *>(static_cast<UCHAR *>(Extra) + Header->Size);
        EXPECT_EQ(Own[0], 0ull);
        EXPECT_EQ(Own[1], 0ull);
        ExFreePool(Extra);
        ++ExtraChecks;
    }
    return CaseFinish(Irp, STATUS_SUCCESS);
}

EXPORT_CASE(KsProbeStreamIrp, KsAllocateExtraData, KsStreamIo) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = ProbeStream;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    ExtraChecks = 0;
    CaseFrame Frame(File, KSSTREAM_WRITE, 32);
    EXPECT_SUCCESS(Frame.Wait());
    EXPECT_EQ(ExtraChecks, 1);
    // A header that says it is smaller than any.
    KSSTREAM_HEADER Wrong = {};
    IO_STATUS_BLOCK IoStatus = {};
    Wrong.Size = 8;
    EXPECT_EQ(KsStreamIo(File.Object, NULL, NULL, NULL, NULL, KsInvokeOnSuccess, &IoStatus, &Wrong,
                         sizeof Wrong, KSSTREAM_WRITE | KSSTREAM_SYNCHRONOUS, KernelMode),
              STATUS_INVALID_BUFFER_SIZE);
}

static NTSTATUS NTAPI ReadSome(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    EXPECT_EQ(CaseStack(Irp)->Parameters.Read.Length, 8u);
    EXPECT_EQ(CaseStack(Irp)->Parameters.Read.Key, 3u);
    RtlFillMemory(Irp->UserBuffer, 4, 0x5a);
    Irp->IoStatus.Information = 4;
    return CaseFinish(Irp, STATUS_SUCCESS);
}
static NTSTATUS NTAPI WriteSome(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    Irp->IoStatus.Information = *static_cast<const ULONG *>(Irp->UserBuffer);
    return CaseFinish(Irp, STATUS_SUCCESS);
}

EXPORT_CASE(KsReadFile, KsWriteFile) {
    CASE_PLAIN Handlers = {};
    Handlers.Read = ReadSome;
    Handlers.Write = WriteSome;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    ULONG Data[2] = {};
    IO_STATUS_BLOCK IoStatus = {};
    EXPECT_SUCCESS(
        KsReadFile(File.Object, NULL, NULL, &IoStatus, Data, sizeof Data, 3, KernelMode));
    EXPECT_EQ(IoStatus.Information, 4u);
    EXPECT_EQ(Data[0], 0x5a5a5a5au);
    Data[0] = 7;
    EXPECT_SUCCESS(
        KsWriteFile(File.Object, NULL, NULL, &IoStatus, Data, sizeof Data, 0, KernelMode));
    EXPECT_EQ(IoStatus.Information, 7u);
}

EXPORT_CASE(KsQueryInformationFile, KsSetInformationFile) {
    // A file of the system's: KS objects keep no file information.
    CaseFile File;
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK IoStatus = {};
    HANDLE Handle = NULL;
    RtlInitUnicodeString(&Name, L"\\SystemRoot\\kscase.dat");
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    const NTSTATUS Opened =
        ZwCreateFile(&Handle, GENERIC_READ | GENERIC_WRITE | DELETE | SYNCHRONIZE, &Attributes,
                     &IoStatus, NULL, FILE_ATTRIBUTE_NORMAL, 0, FILE_OVERWRITE_IF,
                     FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE, NULL, 0);
    REQUIRE_SUCCESS(Opened);
    File.Adopt(Handle);
    LARGE_INTEGER Start = {};
    char Text[10] = {};
    EXPECT_SUCCESS(
        ZwWriteFile(Handle, NULL, NULL, NULL, &IoStatus, Text, sizeof Text, &Start, NULL));
    FILE_STANDARD_INFORMATION Standard = {};
    EXPECT_SUCCESS(
        KsQueryInformationFile(File.Object, &Standard, sizeof Standard, FileStandardInformation));
    EXPECT_EQ(Standard.EndOfFile.QuadPart, (LONGLONG)sizeof Text);
    FILE_END_OF_FILE_INFORMATION End = {};
    End.EndOfFile.QuadPart = 4;
    EXPECT_SUCCESS(KsSetInformationFile(File.Object, &End, sizeof End, FileEndOfFileInformation));
    EXPECT_SUCCESS(
        KsQueryInformationFile(File.Object, &Standard, sizeof Standard, FileStandardInformation));
    EXPECT_EQ(Standard.EndOfFile.QuadPart, 4);
    FILE_DISPOSITION_INFORMATION Disposition = {TRUE};
    EXPECT_SUCCESS(KsSetInformationFile(File.Object, &Disposition, sizeof Disposition,
                                        FileDispositionInformation));
}
