// Files as drivers open, read and write them; devices by handle.
#include "support/case.h"

namespace {

OBJECT_ATTRIBUTES Attributes(UNICODE_STRING *Name, const WCHAR *Text) {
    OBJECT_ATTRIBUTES Made;
    RtlInitUnicodeString(Name, Text);
    InitializeObjectAttributes(&Made, Name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, nullptr,
                               nullptr);
    return Made;
}

constexpr const WCHAR *Path = L"\\SystemRoot\\case_file.bin";
constexpr ULONG Synchronous = FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE;

HANDLE Create(ULONG Disposition, ULONG ExpectedInformation) {
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Named = Attributes(&Name, Path);
    IO_STATUS_BLOCK Block = {};
    HANDLE File = nullptr;
    EXPECT_SUCCESS(ZwCreateFile(&File, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &Named, &Block,
                                nullptr, FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ | FILE_SHARE_DELETE,
                                Disposition, Synchronous, nullptr, 0));
    EXPECT_EQ(Block.Information, ExpectedInformation);
    return File;
}

void Delete() {
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Named = Attributes(&Name, Path);
    EXPECT_SUCCESS(ZwDeleteFile(&Named));
    EXPECT_EQ(ZwDeleteFile(&Named), STATUS_OBJECT_NAME_NOT_FOUND);
}

} // namespace

EXPORT_CASE(ZwCreateFile, ZwOpenFile, ZwDeleteFile) {
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Named = Attributes(&Name, Path);
    IO_STATUS_BLOCK Block = {};
    HANDLE File = nullptr, Second = nullptr;
    EXPECT_EQ(ZwOpenFile(&File, GENERIC_READ | SYNCHRONIZE, &Named, &Block, 0, Synchronous),
              STATUS_OBJECT_NAME_NOT_FOUND);
    File = Create(FILE_CREATE, FILE_CREATED);
    EXPECT_EQ(ZwCreateFile(&Second, GENERIC_READ | SYNCHRONIZE, &Named, &Block, nullptr, 0,
                           FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_CREATE, Synchronous, nullptr,
                           0),
              STATUS_OBJECT_NAME_COLLISION);
    EXPECT_EQ(ZwOpenFile(&Second, GENERIC_READ | SYNCHRONIZE, &Named, &Block, FILE_SHARE_READ,
                         Synchronous),
              STATUS_SHARING_VIOLATION); // the first writes, and this one does not share that
    EXPECT_SUCCESS(ZwOpenFile(&Second, GENERIC_READ | SYNCHRONIZE, &Named, &Block,
                              FILE_SHARE_READ | FILE_SHARE_WRITE, Synchronous));
    EXPECT_EQ(Block.Information, FILE_OPENED);
    EXPECT_SUCCESS(ZwClose(Second));
    // Synchronous without SYNCHRONIZE: only user mode is refused.
    EXPECT_SUCCESS(ZwOpenFile(&Second, FILE_READ_DATA, &Named, &Block,
                              FILE_SHARE_READ | FILE_SHARE_WRITE, Synchronous));
    EXPECT_SUCCESS(ZwClose(Second));
    EXPECT_SUCCESS(ZwClose(File));
    EXPECT_SUCCESS(ZwClose(Create(FILE_OVERWRITE_IF, FILE_OVERWRITTEN)));
    Delete();
}

EXPORT_CASE(ZwReadFile, ZwWriteFile, ZwFlushBuffersFile, ZwQueryInformationFile,
            ZwSetInformationFile) {
    HANDLE File = Create(FILE_CREATE, FILE_CREATED);
    IO_STATUS_BLOCK Block = {};
    char Text[] = "0123456789", Read[16] = {};
    EXPECT_SUCCESS(
        ZwWriteFile(File, nullptr, nullptr, nullptr, &Block, Text, 10, nullptr, nullptr));
    EXPECT_EQ(Block.Information, 10);
    EXPECT_EQ(ZwReadFile(File, nullptr, nullptr, nullptr, &Block, Read, 10, nullptr, nullptr),
              STATUS_END_OF_FILE);
    LARGE_INTEGER Offset;
    Offset.QuadPart = 4;
    EXPECT_SUCCESS(ZwReadFile(File, nullptr, nullptr, nullptr, &Block, Read, 16, &Offset, nullptr));
    EXPECT_EQ(Block.Information, 6);
    EXPECT_EQ(Read[0], '4');
    FILE_POSITION_INFORMATION Position = {};
    EXPECT_SUCCESS(
        ZwQueryInformationFile(File, &Block, &Position, sizeof Position, FilePositionInformation));
    EXPECT_EQ(Position.CurrentByteOffset.QuadPart, 10);
    Position.CurrentByteOffset.QuadPart = 2;
    EXPECT_SUCCESS(
        ZwSetInformationFile(File, &Block, &Position, sizeof Position, FilePositionInformation));
    EXPECT_SUCCESS(ZwReadFile(File, nullptr, nullptr, nullptr, &Block, Read, 1, nullptr, nullptr));
    EXPECT_EQ(Read[0], '2');
    FILE_STANDARD_INFORMATION Standard = {};
    EXPECT_EQ(ZwQueryInformationFile(File, &Block, &Standard, 4, FileStandardInformation),
              STATUS_INFO_LENGTH_MISMATCH);
    EXPECT_SUCCESS(
        ZwQueryInformationFile(File, &Block, &Standard, sizeof Standard, FileStandardInformation));
    EXPECT_EQ(Standard.EndOfFile.QuadPart, 10);
    FILE_END_OF_FILE_INFORMATION End;
    End.EndOfFile.QuadPart = 3;
    EXPECT_SUCCESS(ZwSetInformationFile(File, &Block, &End, sizeof End, FileEndOfFileInformation));
    EXPECT_SUCCESS(ZwFlushBuffersFile(File, &Block));
    EXPECT_SUCCESS(
        ZwQueryInformationFile(File, &Block, &Standard, sizeof Standard, FileStandardInformation));
    EXPECT_EQ(Standard.EndOfFile.QuadPart, 3);
    EXPECT_EQ(ZwReadFile((HANDLE)(ULONG_PTR)0x7ffc, nullptr, nullptr, nullptr, &Block, Read, 1,
                         nullptr, nullptr),
              STATUS_INVALID_HANDLE);
    EXPECT_SUCCESS(ZwClose(File));
    Delete();
}

EXPORT_CASE(ZwQueryVolumeInformationFile) {
    HANDLE File = Create(FILE_CREATE, FILE_CREATED);
    IO_STATUS_BLOCK Block = {};
    FILE_FS_DEVICE_INFORMATION Device = {};
    EXPECT_SUCCESS(ZwQueryVolumeInformationFile(File, &Block, &Device, sizeof Device,
                                                FileFsDeviceInformation));
    EXPECT_EQ(Device.DeviceType, FILE_DEVICE_DISK);
    EXPECT_SUCCESS(ZwClose(File));
    Delete();
}

// The client's own calls: previous mode decides, and here it is the client's thread in the kernel.
EXPORT_CASE(NtCreateFile, NtOpenFile, NtReadFile, NtWriteFile, IoCreateFile) {
    CaseThread System([] {
        UNICODE_STRING Name;
        OBJECT_ATTRIBUTES Named = Attributes(&Name, Path);
        IO_STATUS_BLOCK Block = {};
        HANDLE File = nullptr;
        char Text[] = "abc", Read[4] = {};
        LARGE_INTEGER Begin = {};
        EXPECT_SUCCESS(NtCreateFile(&File, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &Named,
                                    &Block, nullptr, FILE_ATTRIBUTE_NORMAL, 0, FILE_CREATE,
                                    Synchronous, nullptr, 0));
        EXPECT_SUCCESS(
            NtWriteFile(File, nullptr, nullptr, nullptr, &Block, Text, 3, &Begin, nullptr));
        EXPECT_SUCCESS(
            NtReadFile(File, nullptr, nullptr, nullptr, &Block, Read, 3, &Begin, nullptr));
        EXPECT_EQ(Read[2], 'c');
        EXPECT_SUCCESS(ZwClose(File));
        EXPECT_SUCCESS(
            NtOpenFile(&File, GENERIC_READ | SYNCHRONIZE, &Named, &Block, 0, Synchronous));
        EXPECT_SUCCESS(ZwClose(File));
        EXPECT_EQ(IoCreateFile(&File, GENERIC_READ | SYNCHRONIZE, &Named, &Block, nullptr, 0, 0,
                               FILE_OPEN, Synchronous, nullptr, 0, CreateFileTypeMailslot, nullptr,
                               0),
                  STATUS_INVALID_PARAMETER);
        EXPECT_SUCCESS(IoCreateFile(&File, GENERIC_READ | SYNCHRONIZE, &Named, &Block, nullptr, 0,
                                    0, FILE_OPEN, Synchronous, nullptr, 0, CreateFileTypeNone,
                                    nullptr, IO_NO_PARAMETER_CHECKING));
        EXPECT_SUCCESS(ZwClose(File));
    });
    System.Join();
    Delete();
}

namespace {
NTSTATUS NTAPI Answer(PDEVICE_OBJECT, PIRP Irp) {
    const PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    switch (Stack->MajorFunction) {
    case IRP_MJ_CREATE:
    case IRP_MJ_CLEANUP:
    case IRP_MJ_CLOSE:
        return CaseComplete(Irp, STATUS_SUCCESS, 0);
    default:
        // The code's function number comes back.
        if (Stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(ULONG))
            return CaseComplete(Irp, STATUS_BUFFER_TOO_SMALL, 0);
        *static_cast<PULONG>(Irp->AssociatedIrp.SystemBuffer) =
            (Stack->Parameters.DeviceIoControl.IoControlCode >> 2) & 0xfff;
        return CaseComplete(Irp, STATUS_SUCCESS, sizeof(ULONG));
    }
}
} // namespace

EXPORT_CASE(ZwDeviceIoControlFile, NtDeviceIoControlFile, ZwFsControlFile) {
    constexpr ULONG Code = CTL_CODE(FILE_DEVICE_UNKNOWN, 0x9a1, METHOD_BUFFERED, FILE_ANY_ACCESS);
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Named = Attributes(&Name, L"\\Device\\CaseControl");
    PDEVICE_OBJECT Device;
    REQUIRE_SUCCESS(IoCreateDevice(Case.Driver, sizeof(CASE_DEVICE), &Name, FILE_DEVICE_UNKNOWN, 0,
                                   FALSE, &Device));
    static_cast<CASE_DEVICE *>(Device->DeviceExtension)->Dispatch = Answer;
    Device->Flags &= ~DO_DEVICE_INITIALIZING;
    CaseThread System([&] {
        HANDLE File = nullptr;
        IO_STATUS_BLOCK Block = {};
        ULONG Output = 0;
        EXPECT_SUCCESS(ZwOpenFile(&File, GENERIC_READ | SYNCHRONIZE, &Named, &Block, 0,
                                  FILE_SYNCHRONOUS_IO_NONALERT));
        EXPECT_SUCCESS(ZwDeviceIoControlFile(File, nullptr, nullptr, nullptr, &Block, Code, nullptr,
                                             0, &Output, sizeof Output));
        EXPECT_EQ(Output, 0x9a1);
        EXPECT_EQ(Block.Information, 4);
        EXPECT_EQ(ZwDeviceIoControlFile(File, nullptr, nullptr, nullptr, &Block, Code, nullptr, 0,
                                        nullptr, 0),
                  STATUS_BUFFER_TOO_SMALL);
        Output = 0;
        EXPECT_SUCCESS(NtDeviceIoControlFile(File, nullptr, nullptr, nullptr, &Block, Code, nullptr,
                                             0, &Output, sizeof Output));
        EXPECT_EQ(Output, 0x9a1);
        Output = 0;
        EXPECT_SUCCESS(ZwFsControlFile(File, nullptr, nullptr, nullptr, &Block, Code, nullptr, 0,
                                       &Output, sizeof Output));
        EXPECT_EQ(Output, 0x9a1);
        EXPECT_SUCCESS(ZwClose(File));
    });
    System.Join();
    IoDeleteDevice(Device);
}
