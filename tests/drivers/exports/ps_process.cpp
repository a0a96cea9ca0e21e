// Processes and system threads. A case runs on a thread of a client, which is a process.
#include "support/case.h"

extern "C" {
PEPROCESS NTAPI ImportedIoGetProcess(VOID) IMPORT_OF(IoGetCurrentProcess);
PEPROCESS NTAPI ImportedPsGetProcess(VOID) IMPORT_OF(PsGetCurrentProcess);
PEPROCESS NTAPI ImportedThreadProcess(PETHREAD Thread) IMPORT_OF(PsGetThreadProcess);
HANDLE NTAPI ImportedThreadProcessId(PETHREAD Thread) IMPORT_OF(PsGetThreadProcessId);
HANDLE NTAPI ImportedProcessId(PEPROCESS Process) IMPORT_OF(PsGetProcessId);
HANDLE NTAPI ImportedThreadId(PETHREAD Thread) IMPORT_OF(PsGetThreadId);
NTSTATUS NTAPI ImportedImageName(PEPROCESS Process, PUNICODE_STRING *Name)
    IMPORT_OF(SeLocateProcessImageName);
}

static PETHREAD Self() {
    return reinterpret_cast<PETHREAD>(KeGetCurrentThread());
}

EXPORT_CASE(IoGetCurrentProcess, PsGetCurrentProcess, PsGetCurrentProcessId, PsGetProcessId,
            PsLookupProcessByProcessId, PsInitialSystemProcess) {
    PEPROCESS Process = ImportedIoGetProcess();
    EXPECT_EQ(ImportedPsGetProcess(), Process);
    EXPECT_NE(Process, PsInitialSystemProcess); // a client's
    EXPECT_NE(PsGetCurrentProcessId(), nullptr);
    EXPECT_EQ(ImportedProcessId(Process), PsGetCurrentProcessId());
    PEPROCESS Found = nullptr;
    REQUIRE_SUCCESS(PsLookupProcessByProcessId(PsGetCurrentProcessId(), &Found));
    EXPECT_EQ(Found, Process);
    ObDereferenceObject(Found);
    EXPECT_EQ(PsLookupProcessByProcessId(reinterpret_cast<HANDLE>(0x7ffffff0), &Found),
              STATUS_INVALID_CID);
    CaseThread System([] { EXPECT_EQ(ImportedPsGetProcess(), PsInitialSystemProcess); });
}

EXPORT_CASE(IoThreadToProcess, PsGetThreadProcess, PsGetCurrentThreadId, PsGetThreadId,
            PsGetThreadProcessId) {
    EXPECT_EQ(IoThreadToProcess(Self()), PsGetCurrentProcess());
    EXPECT_EQ(ImportedThreadProcess(Self()), PsGetCurrentProcess());
    EXPECT_NE(PsGetCurrentThreadId(), nullptr);
    EXPECT_EQ(ImportedThreadId(Self()), PsGetCurrentThreadId());
    EXPECT_EQ(ImportedThreadProcessId(Self()), PsGetCurrentProcessId());
    const HANDLE Own = PsGetCurrentThreadId();
    CaseThread Other([&] { EXPECT_NE(PsGetCurrentThreadId(), Own); });
}

EXPORT_CASE(PsCreateSystemThread, PsTerminateSystemThread, PsIsSystemThread) {
    EXPECT_FALSE(PsIsSystemThread(Self()));
    struct CONTEXT_OF {
        BOOLEAN System;
        KIRQL Irql;
        HANDLE Id;
    } Seen = {};
    HANDLE Thread;
    CLIENT_ID Id = {};
    REQUIRE_SUCCESS(PsCreateSystemThread(
        &Thread, THREAD_ALL_ACCESS, NULL, NULL, &Id,
        [](PVOID Context) {
            CONTEXT_OF *Into = static_cast<CONTEXT_OF *>(Context);
            Into->System = PsIsSystemThread(Self());
            Into->Irql = KeGetCurrentIrql();
            Into->Id = PsGetCurrentThreadId();
            PsTerminateSystemThread(STATUS_ABANDONED);
            EXPECT_TRUE(!"PsTerminateSystemThread returned");
        },
        &Seen));
    EXPECT_SUCCESS(ZwWaitForSingleObject(Thread, FALSE, NULL)); // the thread's end signals it
    ZwClose(Thread);
    EXPECT_TRUE(Seen.System);
    EXPECT_EQ(Seen.Irql, PASSIVE_LEVEL);
    EXPECT_EQ(Seen.Id, Id.UniqueThread);
}

EXPORT_CASE(PsIsThreadTerminating) {
    EXPECT_FALSE(PsIsThreadTerminating(Self()));
}

EXPORT_CASE(KeStackAttachProcess, KeUnstackDetachProcess) {
    PEPROCESS Own = PsGetCurrentProcess();
    KAPC_STATE State;
    KeStackAttachProcess(reinterpret_cast<PKPROCESS>(PsInitialSystemProcess), &State);
    EXPECT_EQ(PsGetCurrentProcess(), PsInitialSystemProcess);
    KeUnstackDetachProcess(&State);
    EXPECT_EQ(PsGetCurrentProcess(), Own);
}

EXPORT_CASE(PsGetVersion) {
    ULONG Major = 0;
    ULONG Minor = 99;
    ULONG Build = 0;
    PsGetVersion(&Major, &Minor, &Build, NULL);
    EXPECT_EQ(Major, 10);
    EXPECT_EQ(Minor, 0);
    EXPECT_TRUE(Build >= 10240);
}

EXPORT_CASE(SeLocateProcessImageName) {
    PUNICODE_STRING Name = nullptr;
    REQUIRE_SUCCESS(ImportedImageName(PsGetCurrentProcess(), &Name));
    EXPECT_TRUE(Name->Length > 0);
    EXPECT_EQ(Name->Buffer[0], L'\\');
    ExFreePool(Name);
}
