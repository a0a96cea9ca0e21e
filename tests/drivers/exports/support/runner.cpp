// The table of cases that the linker collects, the report they write into, and their helpers.
#include "runner.h"

// The linker sorts by what follows the dollar sign.
__attribute__((section(".xcase$a"), used)) static const EXPORT_CASE_RECORD *const FirstCase =
    nullptr;
__attribute__((section(".xcase$z"), used)) static const EXPORT_CASE_RECORD *const LastCase =
    nullptr;

static EXPORT_CASE_REPORT Report;
static ULONG ReportIsLost; // the case stops the box

static void CopyText(char *To, ULONG Bytes, const char *From) {
    ULONG Index = 0;
    for (; Index + 1 < Bytes && From[Index] != 0; ++Index)
        To[Index] = From[Index];
    for (; Index < Bytes; ++Index)
        To[Index] = 0;
}

bool CaseCheck(bool Holds, const char *File, ULONG Line, const char *Text, bool HasValues,
               ULONGLONG Actual, ULONGLONG Expected) {
    InterlockedIncrement((volatile LONG *)&Report.Checks);
    if (Holds)
        return true;
    if (ReportIsLost)
        KeBugCheckEx(EXPORT_CASE_NOT_MET, Line, Actual, Expected, 0);
    const ULONG Index = (ULONG)InterlockedIncrement((volatile LONG *)&Report.Failures) - 1;
    if (Index < EXPORT_CASE_MAXIMUM_FAILURES) {
        EXPORT_CASE_FAILURE &Failure = Report.Failure[Index];
        CopyText(Failure.File, sizeof Failure.File, File);
        CopyText(Failure.Text, sizeof Failure.Text, Text);
        Failure.Line = Line;
        Failure.HasValues = HasValues;
        Failure.Actual = Actual;
        Failure.Expected = Expected;
    }
    return false;
}

void CaseExpectFinding(const char *Sentence) {
    if (CaseCheck(Report.Findings < EXPORT_CASE_MAXIMUM_FINDINGS, __FILE_NAME__, __LINE__, Sentence,
                  false, 0, 0))
        CopyText(Report.Finding[Report.Findings++], EXPORT_CASE_TEXT_BYTES, Sentence);
}

// The entries between the two ends that are no padding, counted.
static const EXPORT_CASE_RECORD *FindCase(ULONG Number) {
    const EXPORT_CASE_RECORD *const volatile *Entry = &FirstCase;
    for (; Entry != &LastCase; ++Entry) {
        if (*Entry != nullptr && Number-- == 0)
            return *Entry;
    }
    return nullptr;
}

const EXPORT_CASE_REPORT *RunExportCase(ULONG Number, CASE_CONTEXT &Case) {
    Report.Checks = 0;
    Report.Failures = 0;
    Report.Findings = 0;
    if (Number == EXPORT_CASE_NONE)
        return &Report;
    const bool MayStop = (Number & ~EXPORT_CASE_NUMBER_MASK) == EXPORT_CASE_MAY_STOP;
    const EXPORT_CASE_RECORD *Record =
        FindCase(MayStop ? Number & EXPORT_CASE_NUMBER_MASK : Number);
    if (Record == nullptr || (Record->Target == EXPORT_CASE_ON_PIN && Case.Pin == NULL) ||
        (Record->StopCode != 0 && !MayStop))
        return nullptr;
    ReportIsLost = Record->StopCode != 0;
    Record->Run(Case);
    ReportIsLost = 0;
    CaseCheck(KeGetCurrentIrql() == PASSIVE_LEVEL, Record->File, Record->Line,
              "the case returns at PASSIVE_LEVEL", true, KeGetCurrentIrql(), PASSIVE_LEVEL);
    --Report.Checks; // not one of the case's own
    return &Report;
}

const EXPORT_CASE_REPORT *LastExportCaseReport() {
    return &Report;
}

UNICODE_STRING KeptRegistryPath;
static WCHAR RegistryPathText[256];

NTSTATUS KeepRegistryPath(PUNICODE_STRING RegistryPath) {
    if (RegistryPath->Length > sizeof RegistryPathText - sizeof(WCHAR))
        return STATUS_NAME_TOO_LONG;
    RtlCopyMemory(RegistryPathText, RegistryPath->Buffer, RegistryPath->Length);
    KeptRegistryPath.Buffer = RegistryPathText;
    KeptRegistryPath.Length = RegistryPath->Length;
    KeptRegistryPath.MaximumLength = sizeof RegistryPathText;
    return STATUS_SUCCESS;
}

NTSTATUS CaseStartThread(PKSTART_ROUTINE Routine, PVOID Context, PVOID *Thread) {
    OBJECT_ATTRIBUTES Attributes;
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    HANDLE Handle;
    NTSTATUS Status =
        PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, &Attributes, NULL, NULL, Routine, Context);
    if (!NT_SUCCESS(Status))
        return Status;
    Status = ObReferenceObjectByHandle(Handle, THREAD_ALL_ACCESS, NULL, KernelMode, Thread, NULL);
    ZwClose(Handle);
    return Status;
}

void CaseJoinThread(PVOID Thread) {
    KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(Thread);
}

NTSTATUS CaseComplete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information) {
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

NTSTATUS CaseCreateDevice(CASE_CONTEXT &Case, PDRIVER_DISPATCH Dispatch, ULONG ExtensionBytes,
                          PDEVICE_OBJECT *Device) {
    const NTSTATUS Status = IoCreateDevice(Case.Driver, sizeof(CASE_DEVICE) + ExtensionBytes, NULL,
                                           FILE_DEVICE_UNKNOWN, 0, FALSE, Device);
    if (NT_SUCCESS(Status)) {
        static_cast<CASE_DEVICE *>((*Device)->DeviceExtension)->Dispatch = Dispatch;
        (*Device)->Flags &= ~DO_DEVICE_INITIALIZING;
    }
    return Status;
}
