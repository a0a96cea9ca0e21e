// Files by handle, on the box's own drive.
#include "support/case.h"
#include "support/import.h"

IMPORT(NTSTATUS, ZwDeleteFile, POBJECT_ATTRIBUTES);
IMPORT(NTSTATUS, ZwFlushBuffersFile, HANDLE, PIO_STATUS_BLOCK);
IMPORT(NTSTATUS, ZwQueryVolumeInformationFile, HANDLE, PIO_STATUS_BLOCK, PVOID, ULONG,
       FS_INFORMATION_CLASS);
IMPORT(NTSTATUS, NtCreateFile, PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES, PIO_STATUS_BLOCK,
       PLARGE_INTEGER, ULONG, ULONG, ULONG, ULONG, PVOID, ULONG);
IMPORT(NTSTATUS, NtOpenFile, PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES, PIO_STATUS_BLOCK, ULONG,
       ULONG);
IMPORT(NTSTATUS, NtReadFile, HANDLE, HANDLE, PIO_APC_ROUTINE, PVOID, PIO_STATUS_BLOCK, PVOID, ULONG,
       PLARGE_INTEGER, PULONG);
IMPORT(NTSTATUS, NtWriteFile, HANDLE, HANDLE, PIO_APC_ROUTINE, PVOID, PIO_STATUS_BLOCK, PVOID,
       ULONG, PLARGE_INTEGER, PULONG);
IMPORT(NTSTATUS, IoCreateFile, PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES, PIO_STATUS_BLOCK,
       PLARGE_INTEGER, ULONG, ULONG, ULONG, ULONG, PVOID, ULONG, CREATE_FILE_TYPE, PVOID, ULONG);

struct PATH {
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Attributes;
    explicit PATH(PCWSTR Text = L"\\??\\C:\\case.bin", HANDLE Root = nullptr) {
        RtlInitUnicodeString(&Name, Text);
        InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE,
                                   Root, nullptr);
    }
};

static const ULONG ShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
static const ULONG Synchronous = FILE_SYNCHRONOUS_IO_NONALERT;

static NTSTATUS Open(PATH &Path, PHANDLE File, ACCESS_MASK Access, ULONG Share, ULONG Disposition,
                     ULONG Options = Synchronous, PULONG_PTR Information = nullptr) {
    IO_STATUS_BLOCK Block = {};
    const NTSTATUS Status =
        ZwCreateFile(File, Access | SYNCHRONIZE, &Path.Attributes, &Block, nullptr,
                     FILE_ATTRIBUTE_NORMAL, Share, Disposition, Options, nullptr, 0);
    if (Information != nullptr)
        *Information = Block.Information;
    return Status;
}

static NTSTATUS Write(HANDLE File, const char *Text, LONGLONG Offset) {
    IO_STATUS_BLOCK Block;
    LARGE_INTEGER Where;
    Where.QuadPart = Offset;
    ULONG Length = 0;
    while (Text[Length] != 0)
        ++Length;
    return ZwWriteFile(File, nullptr, nullptr, nullptr, &Block, (PVOID)Text, Length,
                       Offset < 0 ? nullptr : &Where, nullptr);
}

EXPORT_CASE(ZwCreateFile, ZwOpenFile, ZwDeleteFile) {
    PATH Path;
    HANDLE File = nullptr;
    IO_STATUS_BLOCK Block;
    ULONG_PTR Information = 0;
    EXPECT_EQ(Open(Path, &File, GENERIC_READ, ShareAll, FILE_OPEN), STATUS_OBJECT_NAME_NOT_FOUND);
    REQUIRE_SUCCESS(Open(Path, &File, GENERIC_WRITE, 0, FILE_CREATE, Synchronous, &Information));
    EXPECT_EQ(Information, FILE_CREATED);
    // Nobody else while it is not shared.
    HANDLE Second = nullptr;
    EXPECT_EQ(ZwOpenFile(&Second, GENERIC_READ | SYNCHRONIZE, &Path.Attributes, &Block, ShareAll,
                         Synchronous),
              STATUS_SHARING_VIOLATION);
    ZwClose(File);
    EXPECT_EQ(Open(Path, &File, GENERIC_WRITE, 0, FILE_CREATE), STATUS_OBJECT_NAME_COLLISION);
    REQUIRE_SUCCESS(
        Open(Path, &File, GENERIC_WRITE, ShareAll, FILE_OVERWRITE_IF, Synchronous, &Information));
    EXPECT_EQ(Information, FILE_OVERWRITTEN);
    REQUIRE_SUCCESS(ZwOpenFile(&Second, GENERIC_READ | SYNCHRONIZE, &Path.Attributes, &Block,
                               ShareAll, Synchronous));
    EXPECT_EQ(Block.Information, FILE_OPENED);
    ZwClose(Second);
    ZwClose(File);
    EXPECT_EQ(
        Open(Path, &File, GENERIC_READ, ShareAll, FILE_OPEN, Synchronous | FILE_DIRECTORY_FILE),
        STATUS_NOT_A_DIRECTORY);
    EXPECT_EQ(Open(Path, &File, GENERIC_READ, ShareAll, 9), STATUS_INVALID_PARAMETER);
    // A folder, and a name relative to it.
    PATH FolderPath(L"\\??\\C:\\folder");
    HANDLE Folder = nullptr;
    REQUIRE_SUCCESS(Open(FolderPath, &Folder, GENERIC_READ, ShareAll, FILE_CREATE,
                         Synchronous | FILE_DIRECTORY_FILE));
    PATH Inside(L"inside.txt", Folder);
    REQUIRE_SUCCESS(Open(Inside, &File, GENERIC_WRITE, ShareAll, FILE_CREATE));
    ZwClose(File);
    EXPECT_SUCCESS(Import_ZwDeleteFile(&Inside.Attributes));
    ZwClose(Folder);
    EXPECT_SUCCESS(Import_ZwDeleteFile(&Path.Attributes));
    EXPECT_EQ(Import_ZwDeleteFile(&Path.Attributes), STATUS_OBJECT_NAME_NOT_FOUND);
}

EXPORT_CASE(ZwReadFile, ZwWriteFile, ZwFlushBuffersFile) {
    PATH Path;
    HANDLE File = nullptr;
    IO_STATUS_BLOCK Block = {};
    REQUIRE_SUCCESS(Open(Path, &File, GENERIC_READ | GENERIC_WRITE, 0, FILE_CREATE));
    EXPECT_SUCCESS(Write(File, "hello", -1)); // at the current position
    EXPECT_SUCCESS(Write(File, " you", -1));
    EXPECT_SUCCESS(Write(File, "J", 0));
    char Buffer[16] = {};
    LARGE_INTEGER Offset = {};
    EXPECT_SUCCESS(ZwReadFile(File, nullptr, nullptr, nullptr, &Block, Buffer, sizeof Buffer,
                              &Offset, nullptr));
    EXPECT_EQ(Block.Information, 9);
    EXPECT_TRUE(Buffer[0] == 'J' && Buffer[8] == 'u');
    EXPECT_EQ(ZwReadFile(File, nullptr, nullptr, nullptr, &Block, Buffer, sizeof Buffer, nullptr,
                         nullptr),
              STATUS_END_OF_FILE);
    EXPECT_SUCCESS(Import_ZwFlushBuffersFile(File, &Block));
    ZwClose(File);
    // Appending goes to the end wherever it is aimed at.
    REQUIRE_SUCCESS(Open(Path, &File, FILE_APPEND_DATA, 0, FILE_OPEN));
    EXPECT_SUCCESS(Write(File, "!", 0));
    EXPECT_EQ(ZwReadFile(File, nullptr, nullptr, nullptr, &Block, Buffer, 1, nullptr, nullptr),
              STATUS_ACCESS_DENIED);
    ZwClose(File);
    REQUIRE_SUCCESS(Open(Path, &File, GENERIC_READ, 0, FILE_OPEN));
    Offset.QuadPart = 9;
    EXPECT_SUCCESS(
        ZwReadFile(File, nullptr, nullptr, nullptr, &Block, Buffer, 4, &Offset, nullptr));
    EXPECT_TRUE(Block.Information == 1 && Buffer[0] == '!');
    EXPECT_EQ(Write(File, "x", 0), STATUS_ACCESS_DENIED);
    // APC routines are not for drivers.
    EXPECT_FALSE(NT_SUCCESS(ZwReadFile(File, nullptr, (PIO_APC_ROUTINE)(PVOID)Open, nullptr, &Block,
                                       Buffer, 4, &Offset, nullptr)));
    ZwClose(File);
}

// A file opened for asynchronous requests: the offset is the caller's, the event tells the end.
EXPORT_CASE(ZwReadFile, ZwWriteFile) {
    PATH Path;
    HANDLE File = nullptr;
    REQUIRE_SUCCESS(Open(Path, &File, GENERIC_READ | GENERIC_WRITE, 0, FILE_CREATE, 0));
    UNICODE_STRING Name = CaseString(L"\\BaseNamedObjects\\KsboxCase");
    HANDLE Event = nullptr;
    PKEVENT Object = IoCreateNotificationEvent(&Name, &Event);
    REQUIRE(Object != nullptr);
    KeClearEvent(Object);
    IO_STATUS_BLOCK Block = {};
    LARGE_INTEGER Offset = {};
    char Text[] = "abc";
    EXPECT_EQ(ZwWriteFile(File, Event, nullptr, nullptr, &Block, Text, 3, nullptr, nullptr),
              STATUS_INVALID_PARAMETER); // no current position here
    NTSTATUS Status = ZwWriteFile(File, Event, nullptr, nullptr, &Block, Text, 3, &Offset, nullptr);
    EXPECT_TRUE(Status == STATUS_SUCCESS || Status == STATUS_PENDING);
    EXPECT_SUCCESS(KeWaitForSingleObject(Object, Executive, KernelMode, FALSE, nullptr));
    EXPECT_SUCCESS(Block.Status);
    EXPECT_EQ(Block.Information, 3);
    KeClearEvent(Object);
    Status = ZwReadFile(File, Event, nullptr, nullptr, &Block, Text, 3, &Offset, nullptr);
    EXPECT_TRUE(Status == STATUS_SUCCESS || Status == STATUS_PENDING);
    EXPECT_SUCCESS(KeWaitForSingleObject(Object, Executive, KernelMode, FALSE, nullptr));
    EXPECT_EQ(Block.Information, 3);
    ZwClose(Event);
    ZwClose(File);
}

EXPORT_CASE(ZwQueryInformationFile, ZwSetInformationFile) {
    PATH Path;
    HANDLE File = nullptr;
    IO_STATUS_BLOCK Block = {};
    REQUIRE_SUCCESS(
        Open(Path, &File, GENERIC_READ | GENERIC_WRITE | DELETE, ShareAll, FILE_CREATE));
    Write(File, "hello", 0);
    FILE_STANDARD_INFORMATION Standard = {};
    EXPECT_SUCCESS(
        ZwQueryInformationFile(File, &Block, &Standard, sizeof Standard, FileStandardInformation));
    EXPECT_EQ(Standard.EndOfFile.QuadPart, 5);
    EXPECT_FALSE(Standard.Directory || Standard.DeletePending);
    EXPECT_EQ(Block.Information, sizeof Standard);
    EXPECT_EQ(ZwQueryInformationFile(File, &Block, &Standard, 4, FileStandardInformation),
              STATUS_INFO_LENGTH_MISMATCH);
    FILE_POSITION_INFORMATION Position = {};
    EXPECT_SUCCESS(
        ZwQueryInformationFile(File, &Block, &Position, sizeof Position, FilePositionInformation));
    EXPECT_EQ(Position.CurrentByteOffset.QuadPart, 5);
    Position.CurrentByteOffset.QuadPart = 1;
    EXPECT_SUCCESS(
        ZwSetInformationFile(File, &Block, &Position, sizeof Position, FilePositionInformation));
    char Byte = 0;
    EXPECT_SUCCESS(ZwReadFile(File, nullptr, nullptr, nullptr, &Block, &Byte, 1, nullptr, nullptr));
    EXPECT_EQ(Byte, 'e');
    FILE_END_OF_FILE_INFORMATION End = {};
    End.EndOfFile.QuadPart = 2;
    EXPECT_SUCCESS(ZwSetInformationFile(File, &Block, &End, sizeof End, FileEndOfFileInformation));
    EXPECT_SUCCESS(
        ZwQueryInformationFile(File, &Block, &Standard, sizeof Standard, FileStandardInformation));
    EXPECT_EQ(Standard.EndOfFile.QuadPart, 2);
    FILE_BASIC_INFORMATION Basic = {};
    EXPECT_SUCCESS(
        ZwQueryInformationFile(File, &Block, &Basic, sizeof Basic, FileBasicInformation));
    EXPECT_TRUE(Basic.LastWriteTime.QuadPart > 0 && Basic.FileAttributes != 0);
    FILE_DISPOSITION_INFORMATION Gone = {TRUE};
    EXPECT_SUCCESS(
        ZwSetInformationFile(File, &Block, &Gone, sizeof Gone, FileDispositionInformation));
    ZwClose(File);
    EXPECT_EQ(Open(Path, &File, GENERIC_READ, ShareAll, FILE_OPEN), STATUS_OBJECT_NAME_NOT_FOUND);
}

EXPORT_CASE(ZwQueryVolumeInformationFile) {
    PATH Path;
    HANDLE File = nullptr;
    IO_STATUS_BLOCK Block = {};
    REQUIRE_SUCCESS(Open(Path, &File, GENERIC_READ, ShareAll, FILE_CREATE));
    FILE_FS_DEVICE_INFORMATION Device = {};
    EXPECT_SUCCESS(Import_ZwQueryVolumeInformationFile(File, &Block, &Device, sizeof Device,
                                                       FileFsDeviceInformation));
    EXPECT_EQ(Device.DeviceType, FILE_DEVICE_DISK);
    FILE_FS_SIZE_INFORMATION Size = {};
    EXPECT_SUCCESS(Import_ZwQueryVolumeInformationFile(File, &Block, &Size, sizeof Size,
                                                       FileFsSizeInformation));
    EXPECT_TRUE(Size.BytesPerSector != 0 && Size.SectorsPerAllocationUnit != 0);
    EXPECT_TRUE(Size.AvailableAllocationUnits.QuadPart <= Size.TotalAllocationUnits.QuadPart);
    UCHAR Room[64];
    EXPECT_SUCCESS(Import_ZwQueryVolumeInformationFile(File, &Block, Room, sizeof Room,
                                                       FileFsAttributeInformation));
    EXPECT_EQ(((FILE_FS_ATTRIBUTE_INFORMATION *)Room)->MaximumComponentNameLength, 255);
    EXPECT_EQ(Import_ZwQueryVolumeInformationFile(File, &Block, Room, 2, FileFsSizeInformation),
              STATUS_INFO_LENGTH_MISMATCH);
    ZwClose(File);
}

EXPORT_CASE(ZwQueryDirectoryFile, ZwQueryFullAttributesFile) {
    PATH FolderPath(L"\\??\\C:\\folder");
    HANDLE Folder = nullptr, File = nullptr;
    IO_STATUS_BLOCK Block = {};
    REQUIRE_SUCCESS(Open(FolderPath, &Folder, GENERIC_READ, ShareAll, FILE_CREATE,
                         Synchronous | FILE_DIRECTORY_FILE));
    static const PCWSTR Names[] = {L"b.txt", L"A.txt", L"c.bin"};
    for (PCWSTR Name : Names) {
        PATH Path(Name, Folder);
        REQUIRE_SUCCESS(Open(Path, &File, GENERIC_WRITE, ShareAll, FILE_CREATE));
        Write(File, "1234567", 0);
        ZwClose(File);
    }
    union {
        FILE_DIRECTORY_INFORMATION Entry;
        UCHAR Room[512];
    } Info;
    UNICODE_STRING Pattern = CaseString(L"*.txt");
    const auto Read = [&](ULONG Length, BOOLEAN One, BOOLEAN Restart) {
        return ZwQueryDirectoryFile(Folder, nullptr, nullptr, nullptr, &Block, &Info, Length,
                                    FileDirectoryInformation, One, &Pattern, Restart);
    };
    EXPECT_SUCCESS(Read(sizeof Info, FALSE, TRUE));
    EXPECT_TRUE(Info.Entry.FileName[0] == L'A' && Info.Entry.EndOfFile.QuadPart == 7);
    EXPECT_EQ(Info.Entry.FileNameLength, 10);
    auto *Second = (FILE_DIRECTORY_INFORMATION *)(Info.Room + Info.Entry.NextEntryOffset);
    EXPECT_EQ(Info.Entry.NextEntryOffset % 8, 0);
    EXPECT_TRUE(Second->FileName[0] == L'b' && Second->NextEntryOffset == 0);
    EXPECT_EQ(Read(sizeof Info, FALSE, FALSE), STATUS_NO_MORE_FILES);
    EXPECT_SUCCESS(Read(sizeof Info, TRUE, TRUE));
    EXPECT_EQ(Info.Entry.NextEntryOffset, 0);
    EXPECT_SUCCESS(Read(sizeof Info, TRUE, FALSE));
    EXPECT_EQ(Info.Entry.FileName[0], L'b');
    FILE_NETWORK_OPEN_INFORMATION Facts = {};
    PATH Known(L"\\??\\C:\\folder\\c.bin"), Unknown(L"\\??\\C:\\folder\\d.bin");
    EXPECT_SUCCESS(ZwQueryFullAttributesFile(&Known.Attributes, &Facts));
    EXPECT_EQ(Facts.EndOfFile.QuadPart, 7);
    EXPECT_EQ(ZwQueryFullAttributesFile(&Unknown.Attributes, &Facts), STATUS_OBJECT_NAME_NOT_FOUND);
    ZwClose(Folder);
    // Too small for the whole of the first entry; and nothing that fits the pattern.
    REQUIRE_SUCCESS(Open(FolderPath, &Folder, GENERIC_READ, ShareAll, FILE_OPEN,
                         Synchronous | FILE_DIRECTORY_FILE));
    EXPECT_EQ(Read(FIELD_OFFSET(FILE_DIRECTORY_INFORMATION, FileName) + 4, TRUE, FALSE),
              STATUS_BUFFER_OVERFLOW);
    ZwClose(Folder);
    REQUIRE_SUCCESS(Open(FolderPath, &Folder, GENERIC_READ, ShareAll, FILE_OPEN,
                         Synchronous | FILE_DIRECTORY_FILE));
    Pattern = CaseString(L"*.none");
    EXPECT_EQ(Read(sizeof Info, FALSE, FALSE), STATUS_NO_SUCH_FILE);
    ZwClose(Folder);
}

// On the client's thread the Nt functions take what the client could pass; here from a kernel
// thread they are the same as the Zw functions.
EXPORT_CASE(NtCreateFile, NtOpenFile, NtReadFile, NtWriteFile, IoCreateFile) {
    CaseThread Kernel([] {
        PATH Path;
        HANDLE File = nullptr;
        IO_STATUS_BLOCK Block = {};
        char Text[] = "abc";
        LARGE_INTEGER Offset = {};
        REQUIRE_SUCCESS(Import_NtCreateFile(&File, GENERIC_WRITE | SYNCHRONIZE, &Path.Attributes,
                                            &Block, nullptr, 0, ShareAll, FILE_CREATE, Synchronous,
                                            nullptr, 0));
        EXPECT_SUCCESS(
            Import_NtWriteFile(File, nullptr, nullptr, nullptr, &Block, Text, 3, &Offset, nullptr));
        EXPECT_EQ(Block.Information, 3);
        ZwClose(File);
        REQUIRE_SUCCESS(Import_NtOpenFile(&File, GENERIC_READ | SYNCHRONIZE, &Path.Attributes,
                                          &Block, ShareAll, Synchronous));
        EXPECT_SUCCESS(
            Import_NtReadFile(File, nullptr, nullptr, nullptr, &Block, Text, 3, &Offset, nullptr));
        EXPECT_EQ(Block.Information, 3);
        ZwClose(File);
        REQUIRE_SUCCESS(Import_IoCreateFile(&File, GENERIC_READ | SYNCHRONIZE, &Path.Attributes,
                                            &Block, nullptr, 0, ShareAll, FILE_OPEN, Synchronous,
                                            nullptr, 0, CreateFileTypeNone, nullptr,
                                            IO_NO_PARAMETER_CHECKING));
        EXPECT_EQ(Block.Information, FILE_OPENED);
        ZwClose(File);
    });
}
