// The file system's driver: IRPs on the volume, translated to FileSystem. Every IRP is completed in
// the caller's context, at PASSIVE_LEVEL.
#include "nt/fs/file_information.h"
#include "nt/fs/file_system.h"
#include "nt/fs/volume_information.h"
#include "nt/kernel.h"

namespace ksbox::fs {
namespace {

// LowPart of the offsets with HighPart -1 (NF:ntifs.NtReadFile, NF:ntifs.NtWriteFile).
constexpr ULONG use_position = 0xFFFF'FFFE;
constexpr ULONG end_of_file = 0xFFFF'FFFF;

FileSystem &files() {
    return current_kernel().files();
}

OpenFile *open_file(const FILE_OBJECT *object) {
    return static_cast<OpenFile *>(object->FsContext);
}

NTSTATUS complete(PIRP irp, NTSTATUS status, ULONG_PTR information = 0) {
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

/// The file's path on the volume: relative names stand below the related file's.
std::u16string path_of(const FILE_OBJECT *object) {
    const std::u16string name(object->FileName.Buffer, object->FileName.Length / sizeof(WCHAR));
    if (!object->RelatedFileObject || !object->RelatedFileObject->FsContext)
        return name;
    std::u16string path = open_file(object->RelatedFileObject)->path;
    if (!path.ends_with(u'\\') && !name.empty())
        path += u'\\';
    return path + name;
}

/// @doc kernel/irp-mj-create
NTSTATUS NTAPI create(PDEVICE_OBJECT, PIRP irp) {
    const IO_STACK_LOCATION *stack = IoGetCurrentIrpStackLocation(irp);
    const auto &parameters = stack->Parameters.Create;
    OpenRequest request;
    request.path = path_of(stack->FileObject);
    request.access = parameters.SecurityContext->DesiredAccess;
    request.share = parameters.ShareAccess;
    request.disposition = parameters.Options >> 24;
    request.options = parameters.Options & 0x00FF'FFFF;
    request.attributes = parameters.FileAttributes;
    const auto opened = files().open(request);
    if (!opened)
        return complete(irp, opened.error().value());
    stack->FileObject->FsContext = opened->file;
    return complete(irp, STATUS_SUCCESS, opened->information);
}

NTSTATUS NTAPI cleanup(PDEVICE_OBJECT, PIRP irp) {
    if (auto *file = open_file(IoGetCurrentIrpStackLocation(irp)->FileObject))
        files().cleanup(*file);
    return complete(irp, STATUS_SUCCESS);
}

NTSTATUS NTAPI close(PDEVICE_OBJECT, PIRP irp) {
    FILE_OBJECT *object = IoGetCurrentIrpStackLocation(irp)->FileObject;
    if (auto *file = open_file(object))
        files().close(*file);
    object->FsContext = nullptr;
    return complete(irp, STATUS_SUCCESS);
}

/// The position of a synchronous file moves with what was transferred.
void advance(FILE_OBJECT &object, std::uint64_t offset, ULONG bytes) {
    if (object.Flags & FO_SYNCHRONOUS_IO)
        object.CurrentByteOffset.QuadPart = static_cast<LONGLONG>(offset + bytes);
}

NTSTATUS NTAPI read(PDEVICE_OBJECT, PIRP irp) {
    const IO_STACK_LOCATION *stack = IoGetCurrentIrpStackLocation(irp);
    FILE_OBJECT &object = *stack->FileObject;
    LARGE_INTEGER offset = stack->Parameters.Read.ByteOffset;
    if (offset.HighPart == -1 && offset.LowPart == use_position)
        offset = object.CurrentByteOffset;
    if (offset.QuadPart < 0)
        return complete(irp, STATUS_INVALID_PARAMETER);
    const auto start = static_cast<std::uint64_t>(offset.QuadPart);
    const auto done = files().read(*open_file(&object), irp->AssociatedIrp.SystemBuffer,
                                   stack->Parameters.Read.Length, start);
    if (!done)
        return complete(irp, done.error().value());
    advance(object, start, *done);
    return complete(irp, STATUS_SUCCESS, *done);
}

NTSTATUS NTAPI write(PDEVICE_OBJECT, PIRP irp) {
    const IO_STACK_LOCATION *stack = IoGetCurrentIrpStackLocation(irp);
    FILE_OBJECT &object = *stack->FileObject;
    OpenFile &file = *open_file(&object);
    LARGE_INTEGER offset = stack->Parameters.Write.ByteOffset;
    const bool appends = (file.access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) == FILE_APPEND_DATA;
    if (offset.HighPart == -1 && offset.LowPart == use_position)
        offset = object.CurrentByteOffset;
    if (appends || (offset.HighPart == -1 && offset.LowPart == end_of_file)) {
        const auto end = files().size(file);
        if (!end)
            return complete(irp, end.error().value());
        offset.QuadPart = static_cast<LONGLONG>(*end);
    }
    if (offset.QuadPart < 0)
        return complete(irp, STATUS_INVALID_PARAMETER);
    const auto start = static_cast<std::uint64_t>(offset.QuadPart);
    const auto done =
        files().write(file, irp->AssociatedIrp.SystemBuffer, stack->Parameters.Write.Length, start);
    if (!done)
        return complete(irp, done.error().value());
    advance(object, start, *done);
    return complete(irp, STATUS_SUCCESS, *done);
}

NTSTATUS NTAPI query(PDEVICE_OBJECT, PIRP irp) {
    const IO_STACK_LOCATION *stack = IoGetCurrentIrpStackLocation(irp);
    const auto &parameters = stack->Parameters.QueryFile;
    ULONG written = 0;
    const NTSTATUS status = query_information(
        files(), *stack->FileObject, *open_file(stack->FileObject), parameters.FileInformationClass,
        irp->AssociatedIrp.SystemBuffer, parameters.Length, &written);
    return complete(irp, status, written);
}

NTSTATUS NTAPI set(PDEVICE_OBJECT, PIRP irp) {
    const IO_STACK_LOCATION *stack = IoGetCurrentIrpStackLocation(irp);
    const auto &parameters = stack->Parameters.SetFile;
    return complete(irp, set_information(files(), *stack->FileObject, *open_file(stack->FileObject),
                                         parameters.FileInformationClass,
                                         irp->AssociatedIrp.SystemBuffer, parameters.Length));
}

NTSTATUS NTAPI query_drive(PDEVICE_OBJECT, PIRP irp) {
    const auto &parameters = IoGetCurrentIrpStackLocation(irp)->Parameters.QueryVolume;
    ULONG written = 0;
    const NTSTATUS status =
        query_volume(parameters.FsInformationClass, irp->AssociatedIrp.SystemBuffer,
                     parameters.Length, &written);
    return complete(irp, status, written);
}

/// @doc ifs/irp-mj-directory-control
NTSTATUS NTAPI directory(PDEVICE_OBJECT, PIRP irp) {
    const IO_STACK_LOCATION *stack = IoGetCurrentIrpStackLocation(irp);
    if (stack->MinorFunction != IRP_MN_QUERY_DIRECTORY)
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    const auto &parameters = stack->Parameters.QueryDirectory;
    FileSystem::ScanRequest request{{},
                                    parameters.FileInformationClass,
                                    (stack->Flags & SL_RETURN_SINGLE_ENTRY) != 0,
                                    (stack->Flags & SL_RESTART_SCAN) != 0};
    if (const UNICODE_STRING *pattern = parameters.FileName)
        request.pattern = {pattern->Buffer, pattern->Length / sizeof(WCHAR)};
    ULONG written = 0;
    const NTSTATUS status =
        files().scan(*open_file(stack->FileObject), request, irp->AssociatedIrp.SystemBuffer,
                     parameters.Length, &written);
    return complete(irp, status, written);
}

/// Writes go to the host at once; there is nothing of ours to flush.
NTSTATUS NTAPI flush(PDEVICE_OBJECT, PIRP irp) {
    return complete(irp, STATUS_SUCCESS);
}

} // namespace

NTSTATUS NTAPI initialize_volume_driver(PDRIVER_OBJECT driver, PUNICODE_STRING) {
    driver->MajorFunction[IRP_MJ_CREATE] = create;
    driver->MajorFunction[IRP_MJ_CLEANUP] = cleanup;
    driver->MajorFunction[IRP_MJ_CLOSE] = close;
    driver->MajorFunction[IRP_MJ_READ] = read;
    driver->MajorFunction[IRP_MJ_WRITE] = write;
    driver->MajorFunction[IRP_MJ_QUERY_INFORMATION] = query;
    driver->MajorFunction[IRP_MJ_SET_INFORMATION] = set;
    driver->MajorFunction[IRP_MJ_FLUSH_BUFFERS] = flush;
    driver->MajorFunction[IRP_MJ_QUERY_VOLUME_INFORMATION] = query_drive;
    driver->MajorFunction[IRP_MJ_DIRECTORY_CONTROL] = directory;

    std::u16string name(FileSystem::volume_name);
    UNICODE_STRING volume_name;
    volume_name.Buffer = name.data();
    volume_name.Length = static_cast<USHORT>(name.size() * sizeof(WCHAR));
    volume_name.MaximumLength = volume_name.Length;
    PDEVICE_OBJECT device = nullptr;
    const NTSTATUS status =
        IoCreateDevice(driver, 0, &volume_name, FILE_DEVICE_DISK_FILE_SYSTEM, 0, FALSE, &device);
    if (!NT_SUCCESS(status))
        return status;
    device->Flags |= DO_BUFFERED_IO;
    device->Flags &= ~static_cast<ULONG>(DO_DEVICE_INITIALIZING);
    return STATUS_SUCCESS;
}

} // namespace ksbox::fs
