// Processes by handle.
#include "support/case.h"
#include "support/import.h"

IMPORT(NTSTATUS, ZwQueryInformationProcess, HANDLE, PROCESSINFOCLASS, PVOID, ULONG, PULONG);
IMPORT(NTSTATUS, ZwOpenProcess, PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES, PCLIENT_ID);

EXPORT_CASE(ZwOpenProcess, ZwQueryInformationProcess) {
    OBJECT_ATTRIBUTES Attributes;
    InitializeObjectAttributes(&Attributes, nullptr, OBJ_KERNEL_HANDLE, nullptr, nullptr);
    CLIENT_ID Client = {(HANDLE)0x7FFFC, nullptr};
    HANDLE Process = nullptr;
    EXPECT_EQ(Import_ZwOpenProcess(&Process, PROCESS_ALL_ACCESS, &Attributes, &Client),
              STATUS_INVALID_CID);
    EXPECT_EQ(Import_ZwOpenProcess(&Process, PROCESS_ALL_ACCESS, &Attributes, nullptr),
              STATUS_INVALID_PARAMETER_MIX);
    Client.UniqueProcess = PsGetCurrentProcessId();
    REQUIRE_SUCCESS(Import_ZwOpenProcess(&Process, PROCESS_ALL_ACCESS, &Attributes, &Client));
    PROCESS_BASIC_INFORMATION Basic = {};
    ULONG Needed = 0;
    EXPECT_SUCCESS(Import_ZwQueryInformationProcess(Process, ProcessBasicInformation, &Basic,
                                                    sizeof Basic, &Needed));
    EXPECT_EQ(Basic.UniqueProcessId, (ULONG_PTR)PsGetCurrentProcessId());
    EXPECT_EQ(Basic.ExitStatus, STATUS_PENDING);
    EXPECT_EQ(Needed, sizeof Basic);
    EXPECT_EQ(
        Import_ZwQueryInformationProcess(Process, ProcessBasicInformation, &Basic, 4, nullptr),
        STATUS_INFO_LENGTH_MISMATCH);
    union {
        UNICODE_STRING Name;
        UCHAR Room[512];
    } Image;
    EXPECT_SUCCESS(Import_ZwQueryInformationProcess(NtCurrentProcess(), ProcessImageFileName,
                                                    &Image, sizeof Image, &Needed));
    EXPECT_TRUE(Image.Name.Length > 4 && Image.Name.Buffer[0] == L'\\');
    ULONG_PTR Wow64 = 1;
    EXPECT_SUCCESS(Import_ZwQueryInformationProcess(Process, ProcessWow64Information, &Wow64,
                                                    sizeof Wow64, nullptr));
    EXPECT_EQ(Wow64, 0);
    EXPECT_EQ(Import_ZwQueryInformationProcess(Process, (PROCESSINFOCLASS)9999, &Wow64, 8, nullptr),
              STATUS_INVALID_INFO_CLASS);
    ZwClose(Process);
}
