// Zw*File, Nt*File and IoCreateFile: files as drivers open and use them.
#include <vector>

#include "abi/export.h"
#include "nt/exports.h"
#include "nt/io/device_object.h"
#include "nt/io/file_object.h"
#include "nt/io/file_services.h"
#include "nt/ke/thread.h"
#include "nt/ob/object_manager.h"

using namespace ksbox;

namespace {

constexpr GENERIC_MAPPING file_mapping{FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE,
                                       FILE_ALL_ACCESS};

KPROCESSOR_MODE previous_mode() {
    return ke::current_thread().previous_mode;
}

struct CreateArguments {
    PHANDLE handle;
    ACCESS_MASK access;
    POBJECT_ATTRIBUTES attributes;
    PIO_STATUS_BLOCK block;
    PLARGE_INTEGER allocation;
    ULONG file_attributes, share, disposition, options;
    PVOID ea;
    ULONG ea_bytes;
};

/// NtCreateFile with the mode of its caller.
NTSTATUS create(const CreateArguments &asked, KPROCESSOR_MODE mode) {
    auto captured = ob::capture_attributes(asked.attributes, mode);
    if (!captured)
        return captured.error().value();
    if (!asked.attributes)
        return STATUS_INVALID_PARAMETER;
    io::FileOpen request;
    request.attributes = std::move(*captured);
    request.access = asked.access;
    request.file_attributes = asked.file_attributes;
    request.share = asked.share;
    request.disposition = asked.disposition;
    request.options = asked.options;
    request.mode = mode;
    if (asked.allocation) {
        auto read = ob::read_caller(&request.allocation_size, asked.allocation,
                                    sizeof request.allocation_size, mode);
        if (!read)
            return read.error().value();
    }
    std::vector<std::byte> ea(asked.ea ? asked.ea_bytes : 0);
    if (auto read = ob::read_caller(ea.data(), asked.ea, ea.size(), mode); !read)
        return read.error().value();
    if (!ea.empty()) {
        request.ea = ea.data();
        request.ea_bytes = static_cast<ULONG>(ea.size());
    }
    auto opened = io::open_file(current_kernel(), request);
    IO_STATUS_BLOCK result{};
    result.Status = opened ? STATUS_SUCCESS : opened.error().value();
    result.Information = opened ? opened->information : 0;
    const HANDLE handle = opened ? opened->handle : nullptr;
    (void)ob::write_caller(asked.block, &result, sizeof result, mode);
    if (opened)
        if (auto written = ob::write_caller(asked.handle, &handle, sizeof handle, mode); !written)
            return written.error().value();
    return result.Status;
}

/// "This parameter is reserved. Device and intermediate drivers should set this pointer to NULL":
/// whoever does not is refused, since nothing would call it.
bool has_apc(PIO_APC_ROUTINE routine) {
    return routine != nullptr;
}

NTSTATUS control(HANDLE file, HANDLE event, PIO_APC_ROUTINE routine, PIO_STATUS_BLOCK block,
                 const io::ControlRequest &request, KPROCESSOR_MODE mode) {
    if (has_apc(routine))
        return STATUS_NOT_SUPPORTED;
    auto with_file = request;
    with_file.file = file;
    return io::control(current_kernel(), with_file, {.block = block, .event = event}, mode);
}

NTSTATUS transfer(const io::TransferRequest &request, HANDLE event, PIO_APC_ROUTINE routine,
                  PIO_STATUS_BLOCK block, KPROCESSOR_MODE mode) {
    if (has_apc(routine))
        return STATUS_NOT_SUPPORTED;
    return io::transfer(current_kernel(), request, {.block = block, .event = event}, mode);
}

} // namespace

extern "C" {

/// @doc NF:ntddk.IoGetFileObjectGenericMapping
PGENERIC_MAPPING NTAPI IoGetFileObjectGenericMapping(VOID) {
    return const_cast<PGENERIC_MAPPING>(&file_mapping);
}

/// @doc NF:wdm.ZwCreateFile
NTSTATUS NTAPI ZwCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                            POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                            PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
                            ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
                            ULONG EaLength) {
    return create({FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, AllocationSize,
                   FileAttributes, ShareAccess, CreateDisposition, CreateOptions, EaBuffer,
                   EaLength},
                  KernelMode);
}

/// @doc NF:ntifs.NtCreateFile
NTSTATUS NTAPI NtCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                            POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                            PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
                            ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
                            ULONG EaLength) {
    return create({FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, AllocationSize,
                   FileAttributes, ShareAccess, CreateDisposition, CreateOptions, EaBuffer,
                   EaLength},
                  previous_mode());
}

/// @doc NF:wdm.IoCreateFile
NTSTATUS NTAPI IoCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                            POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                            PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
                            ULONG Disposition, ULONG CreateOptions, PVOID EaBuffer, ULONG EaLength,
                            CREATE_FILE_TYPE CreateFileType, PVOID InternalParameters,
                            ULONG Options) {
    if (CreateFileType != CreateFileTypeNone || InternalParameters)
        return STATUS_INVALID_PARAMETER; // pipes and mailslots: a box has none
    const auto mode = Options & IO_NO_PARAMETER_CHECKING ? KernelMode : previous_mode();
    return create({FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, AllocationSize,
                   FileAttributes, ShareAccess, Disposition, CreateOptions, EaBuffer, EaLength},
                  mode);
}

/// @doc NF:wdm.ZwOpenFile
NTSTATUS NTAPI ZwOpenFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                          POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                          ULONG ShareAccess, ULONG OpenOptions) {
    return ZwCreateFile(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, nullptr, 0,
                        ShareAccess, FILE_OPEN, OpenOptions, nullptr, 0);
}

/// @doc NF:ntifs.NtOpenFile
NTSTATUS NTAPI NtOpenFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
                          POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
                          ULONG ShareAccess, ULONG OpenOptions) {
    return NtCreateFile(FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, nullptr, 0,
                        ShareAccess, FILE_OPEN, OpenOptions, nullptr, 0);
}

/// @doc NF:wdm.ZwReadFile
NTSTATUS NTAPI ZwReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID,
                          PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length,
                          PLARGE_INTEGER ByteOffset, PULONG Key) {
    return transfer({FileHandle, true, Buffer, Length, ByteOffset, Key}, Event, ApcRoutine,
                    IoStatusBlock, KernelMode);
}

/// @doc NF:ntifs.NtReadFile
NTSTATUS NTAPI NtReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID,
                          PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length,
                          PLARGE_INTEGER ByteOffset, PULONG Key) {
    return transfer({FileHandle, true, Buffer, Length, ByteOffset, Key}, Event, ApcRoutine,
                    IoStatusBlock, previous_mode());
}

/// @doc NF:wdm.ZwWriteFile
NTSTATUS NTAPI ZwWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID,
                           PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length,
                           PLARGE_INTEGER ByteOffset, PULONG Key) {
    return transfer({FileHandle, false, Buffer, Length, ByteOffset, Key}, Event, ApcRoutine,
                    IoStatusBlock, KernelMode);
}

/// @doc NF:ntifs.NtWriteFile
NTSTATUS NTAPI NtWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID,
                           PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length,
                           PLARGE_INTEGER ByteOffset, PULONG Key) {
    return transfer({FileHandle, false, Buffer, Length, ByteOffset, Key}, Event, ApcRoutine,
                    IoStatusBlock, previous_mode());
}

/// @doc NF:ntddk.ZwDeviceIoControlFile
NTSTATUS NTAPI ZwDeviceIoControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                                     PVOID, PIO_STATUS_BLOCK IoStatusBlock, ULONG IoControlCode,
                                     PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer,
                                     ULONG OutputBufferLength) {
    return control(FileHandle, Event, ApcRoutine, IoStatusBlock,
                   {FileHandle, IoControlCode, InputBuffer, InputBufferLength, OutputBuffer,
                    OutputBufferLength},
                   KernelMode);
}

/// @doc NF:ntifs.NtDeviceIoControlFile
NTSTATUS NTAPI NtDeviceIoControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                                     PVOID, PIO_STATUS_BLOCK IoStatusBlock, ULONG IoControlCode,
                                     PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer,
                                     ULONG OutputBufferLength) {
    return control(FileHandle, Event, ApcRoutine, IoStatusBlock,
                   {FileHandle, IoControlCode, InputBuffer, InputBufferLength, OutputBuffer,
                    OutputBufferLength},
                   previous_mode());
}

/// @doc NF:ntifs.ZwFsControlFile
NTSTATUS NTAPI ZwFsControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID,
                               PIO_STATUS_BLOCK IoStatusBlock, ULONG FsControlCode,
                               PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer,
                               ULONG OutputBufferLength) {
    return control(FileHandle, Event, ApcRoutine, IoStatusBlock,
                   {FileHandle, FsControlCode, InputBuffer, InputBufferLength, OutputBuffer,
                    OutputBufferLength, IRP_MJ_FILE_SYSTEM_CONTROL},
                   KernelMode);
}

/// @doc NF:wdm.ZwQueryInformationFile
NTSTATUS NTAPI ZwQueryInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                      PVOID FileInformation, ULONG Length,
                                      FILE_INFORMATION_CLASS FileInformationClass) {
    return io::information(current_kernel(),
                           {FileHandle, IRP_MJ_QUERY_INFORMATION, ULONG(FileInformationClass),
                            FileInformation, Length},
                           IoStatusBlock, KernelMode);
}

/// @doc NF:wdm.ZwSetInformationFile
NTSTATUS NTAPI ZwSetInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                    PVOID FileInformation, ULONG Length,
                                    FILE_INFORMATION_CLASS FileInformationClass) {
    return io::information(
        current_kernel(),
        {FileHandle, IRP_MJ_SET_INFORMATION, ULONG(FileInformationClass), FileInformation, Length},
        IoStatusBlock, KernelMode);
}

/// @doc NF:ntifs.ZwQueryVolumeInformationFile
NTSTATUS NTAPI ZwQueryVolumeInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
                                            PVOID FsInformation, ULONG Length,
                                            FS_INFORMATION_CLASS FsInformationClass) {
    return io::information(current_kernel(),
                           {FileHandle, IRP_MJ_QUERY_VOLUME_INFORMATION, ULONG(FsInformationClass),
                            FsInformation, Length},
                           IoStatusBlock, KernelMode);
}

/// @doc NF:ntifs.ZwQueryDirectoryFile
NTSTATUS NTAPI ZwQueryDirectoryFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                                    PVOID, PIO_STATUS_BLOCK IoStatusBlock, PVOID FileInformation,
                                    ULONG Length, FILE_INFORMATION_CLASS FileInformationClass,
                                    BOOLEAN ReturnSingleEntry, PUNICODE_STRING FileName,
                                    BOOLEAN RestartScan) {
    if (has_apc(ApcRoutine))
        return STATUS_NOT_SUPPORTED;
    return io::query_directory(current_kernel(),
                               {FileHandle, Event, FileName, ULONG(FileInformationClass),
                                FileInformation, Length, ReturnSingleEntry != FALSE,
                                RestartScan != FALSE},
                               IoStatusBlock, KernelMode);
}

/// Opens, asks and closes. @doc NF:wdm.ZwQueryFullAttributesFile
NTSTATUS NTAPI ZwQueryFullAttributesFile(POBJECT_ATTRIBUTES ObjectAttributes,
                                         PFILE_NETWORK_OPEN_INFORMATION FileInformation) {
    HANDLE handle;
    IO_STATUS_BLOCK block;
    NTSTATUS status = ZwOpenFile(&handle, FILE_READ_ATTRIBUTES | SYNCHRONIZE, ObjectAttributes,
                                 &block, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                 FILE_SYNCHRONOUS_IO_NONALERT);
    if (!NT_SUCCESS(status))
        return status;
    status = ZwQueryInformationFile(handle, &block, FileInformation, sizeof *FileInformation,
                                    FileNetworkOpenInformation);
    ZwClose(handle);
    return status;
}

/// @doc NF:ntifs.ZwFlushBuffersFile
NTSTATUS NTAPI ZwFlushBuffersFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock) {
    return io::information(current_kernel(), {FileHandle, IRP_MJ_FLUSH_BUFFERS, 0, nullptr, 0},
                           IoStatusBlock, KernelMode);
}

/// @doc NF:ntifs.ZwDeleteFile
NTSTATUS NTAPI ZwDeleteFile(POBJECT_ATTRIBUTES ObjectAttributes) {
    HANDLE handle;
    IO_STATUS_BLOCK block;
    const auto status =
        ZwOpenFile(&handle, DELETE, ObjectAttributes, &block,
                   FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, FILE_DELETE_ON_CLOSE);
    return NT_SUCCESS(status) ? ZwClose(handle) : status;
}

/// @doc NF:wdm.IoGetDeviceObjectPointer
NTSTATUS NTAPI IoGetDeviceObjectPointer(PUNICODE_STRING ObjectName, ACCESS_MASK DesiredAccess,
                                        PFILE_OBJECT *FileObject, PDEVICE_OBJECT *DeviceObject) {
    auto &kernel = current_kernel();
    io::FileOpen request;
    request.attributes.name.assign(reinterpret_cast<const char16_t *>(ObjectName->Buffer),
                                   ObjectName->Length / 2u);
    request.attributes.has_name = true;
    request.attributes.attributes = OBJ_KERNEL_HANDLE;
    request.access = DesiredAccess;
    request.options = FILE_NON_DIRECTORY_FILE;
    auto opened = io::open_file(kernel, request);
    if (!opened)
        return opened.error().value();
    auto entry = kernel.objects().resolve(nullptr, opened->handle);
    // The reference stays with the caller; the handle, and IRP_MJ_CLEANUP with it, goes at once.
    *FileObject = static_cast<PFILE_OBJECT>(entry->body);
    *DeviceObject = IoGetRelatedDeviceObject(*FileObject);
    (void)kernel.objects().close_handle(nullptr, opened->handle);
    return STATUS_SUCCESS;
}

} // extern "C"

namespace ksbox {

std::span<const Export> file_exports() {
    static const Export table[] = {
        done<IoGetFileObjectGenericMapping>("IoGetFileObjectGenericMapping",
                                            "NF:ntddk.IoGetFileObjectGenericMapping"),
        done<ZwCreateFile>("ZwCreateFile", "NF:wdm.ZwCreateFile"),
        done<NtCreateFile>("NtCreateFile", "NF:ntifs.NtCreateFile"),
        done<IoCreateFile>("IoCreateFile", "NF:wdm.IoCreateFile"),
        done<ZwOpenFile>("ZwOpenFile", "NF:wdm.ZwOpenFile"),
        done<NtOpenFile>("NtOpenFile", "NF:ntifs.NtOpenFile"),
        done<ZwReadFile>("ZwReadFile", "NF:wdm.ZwReadFile"),
        done<NtReadFile>("NtReadFile", "NF:ntifs.NtReadFile"),
        done<ZwWriteFile>("ZwWriteFile", "NF:wdm.ZwWriteFile"),
        done<NtWriteFile>("NtWriteFile", "NF:ntifs.NtWriteFile"),
        done<ZwDeviceIoControlFile>("ZwDeviceIoControlFile", "NF:ntddk.ZwDeviceIoControlFile"),
        done<NtDeviceIoControlFile>("NtDeviceIoControlFile", "NF:ntifs.NtDeviceIoControlFile"),
        done<ZwFsControlFile>("ZwFsControlFile", "NF:ntifs.ZwFsControlFile"),
        done<ZwQueryInformationFile>("ZwQueryInformationFile", "NF:wdm.ZwQueryInformationFile"),
        done<ZwSetInformationFile>("ZwSetInformationFile", "NF:wdm.ZwSetInformationFile"),
        done<ZwQueryVolumeInformationFile>("ZwQueryVolumeInformationFile",
                                           "NF:ntifs.ZwQueryVolumeInformationFile"),
        done<ZwQueryDirectoryFile>("ZwQueryDirectoryFile", "NF:ntifs.ZwQueryDirectoryFile"),
        done<ZwQueryFullAttributesFile>("ZwQueryFullAttributesFile",
                                        "NF:wdm.ZwQueryFullAttributesFile"),
        done<ZwFlushBuffersFile>("ZwFlushBuffersFile", "NF:ntifs.ZwFlushBuffersFile"),
        done<ZwDeleteFile>("ZwDeleteFile", "NF:ntifs.ZwDeleteFile"),
        done<IoGetDeviceObjectPointer>("IoGetDeviceObjectPointer",
                                       "NF:wdm.IoGetDeviceObjectPointer"),
    };
    return table;
}

} // namespace ksbox
