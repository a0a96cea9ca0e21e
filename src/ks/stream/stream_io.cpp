// KsStreamIo, KsReadFile and their kin: kernel clients of a file object that they hold referenced.
// Requests always go as IRPs; no file object here has a fast path.
#include "ks/data_exports.h"

#include "abi/windows.h"

using namespace ksbox;

namespace {

/// Sends the built IRP on behalf of the file object. STATUS_PENDING unless it is done or waited
/// for.
NTSTATUS send(PIRP irp, PFILE_OBJECT file, PDEVICE_OBJECT device, KPROCESSOR_MODE mode) {
    irp->RequestorMode = mode;
    irp->Tail.Overlay.OriginalFileObject = file;
    IoGetNextIrpStackLocation(irp)->FileObject = file;
    // The I/O manager gives this reference back when it finishes an IRP with a file object.
    ObReferenceObject(file);
    KeClearEvent(&file->Event);
    return IoCallDriver(device, irp);
}

NTSTATUS read_or_write(ULONG major, PFILE_OBJECT file, PKEVENT event, PIO_STATUS_BLOCK status_block,
                       PVOID buffer, ULONG length, ULONG key, KPROCESSOR_MODE mode) {
    PDEVICE_OBJECT const device = IoGetRelatedDeviceObject(file);
    LARGE_INTEGER offset = file->CurrentByteOffset;
    KEVENT done;
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    // Without an event the caller waits for nothing we could signal on its behalf: wait here.
    PIRP const irp = IoBuildSynchronousFsdRequest(major, device, buffer, length, &offset,
                                                  event ? event : &done, status_block);
    if (!irp)
        return STATUS_INSUFFICIENT_RESOURCES;
    PIO_STACK_LOCATION const next = IoGetNextIrpStackLocation(irp);
    (major == IRP_MJ_READ ? next->Parameters.Read.Key : next->Parameters.Write.Key) = key;
    NTSTATUS status = send(irp, file, device, mode);
    if (status == STATUS_PENDING && !event) {
        KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, nullptr);
        status = status_block->Status;
    }
    return status;
}

/// The IRP is ours: it comes back here instead of being finished by the I/O manager.
NTSTATUS NTAPI caught(PDEVICE_OBJECT, PIRP, PVOID done) {
    KeSetEvent(static_cast<PKEVENT>(done), IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS file_information(ULONG major, PFILE_OBJECT file, PVOID information, ULONG length,
                          FILE_INFORMATION_CLASS information_class) {
    PDEVICE_OBJECT const device = IoGetRelatedDeviceObject(file);
    PIRP const irp = IoAllocateIrp(device->StackSize, FALSE);
    if (!irp)
        return STATUS_INSUFFICIENT_RESOURCES;
    KEVENT done;
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    irp->AssociatedIrp.SystemBuffer = information;
    irp->RequestorMode = KernelMode;
    irp->Tail.Overlay.Thread = PsGetCurrentThread();
    PIO_STACK_LOCATION const next = IoGetNextIrpStackLocation(irp);
    next->MajorFunction = static_cast<UCHAR>(major);
    next->FileObject = file;
    if (major == IRP_MJ_QUERY_INFORMATION) {
        next->Parameters.QueryFile.Length = length;
        next->Parameters.QueryFile.FileInformationClass = information_class;
    } else {
        next->Parameters.SetFile.Length = length;
        next->Parameters.SetFile.FileInformationClass = information_class;
    }
    IoSetCompletionRoutine(irp, &caught, &done, TRUE, TRUE, TRUE);
    if (IoCallDriver(device, irp) == STATUS_PENDING)
        KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, nullptr);
    const NTSTATUS status = irp->IoStatus.Status;
    irp->AssociatedIrp.SystemBuffer = nullptr;
    IoFreeIrp(irp);
    return status;
}

} // namespace

extern "C" {

NTSTATUS NTAPI KsStreamIo(PFILE_OBJECT FileObject, PKEVENT Event, PVOID PortContext,
                          PIO_COMPLETION_ROUTINE CompletionRoutine, PVOID CompletionContext,
                          KSCOMPLETION_INVOCATION CompletionInvocationFlags,
                          PIO_STATUS_BLOCK IoStatusBlock, PVOID StreamHeaders, ULONG Length,
                          ULONG Flags, KPROCESSOR_MODE RequestorMode) {
    PDEVICE_OBJECT const device = IoGetRelatedDeviceObject(FileObject);
    const ULONG code = Flags & KSSTREAM_WRITE ? IOCTL_KS_WRITE_STREAM : IOCTL_KS_READ_STREAM;
    KEVENT done;
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    const bool wait = (Flags & KSSTREAM_SYNCHRONOUS) && !Event;
    PIRP const irp = IoBuildDeviceIoControlRequest(code, device, nullptr, 0, StreamHeaders, Length,
                                                   FALSE, wait ? &done : Event, IoStatusBlock);
    if (!irp)
        return STATUS_INSUFFICIENT_RESOURCES;
    irp->Overlay.AsynchronousParameters.UserApcContext = PortContext;
    if (CompletionRoutine)
        IoSetCompletionRoutine(irp, CompletionRoutine, CompletionContext,
                               (CompletionInvocationFlags & KsInvokeOnSuccess) != 0,
                               (CompletionInvocationFlags & KsInvokeOnError) != 0,
                               (CompletionInvocationFlags & KsInvokeOnCancel) != 0);
    NTSTATUS status = send(irp, FileObject, device, RequestorMode);
    if (status == STATUS_PENDING && wait) {
        KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, nullptr);
        status = IoStatusBlock->Status;
    }
    return status;
}

NTSTATUS NTAPI KsReadFile(PFILE_OBJECT FileObject, PKEVENT Event, PVOID,
                          PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length, ULONG Key,
                          KPROCESSOR_MODE RequestorMode) {
    return read_or_write(IRP_MJ_READ, FileObject, Event, IoStatusBlock, Buffer, Length, Key,
                         RequestorMode);
}

NTSTATUS NTAPI KsWriteFile(PFILE_OBJECT FileObject, PKEVENT Event, PVOID,
                           PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length, ULONG Key,
                           KPROCESSOR_MODE RequestorMode) {
    return read_or_write(IRP_MJ_WRITE, FileObject, Event, IoStatusBlock, Buffer, Length, Key,
                         RequestorMode);
}

NTSTATUS NTAPI KsQueryInformationFile(PFILE_OBJECT FileObject, PVOID FileInformation, ULONG Length,
                                      FILE_INFORMATION_CLASS FileInformationClass) {
    return file_information(IRP_MJ_QUERY_INFORMATION, FileObject, FileInformation, Length,
                            FileInformationClass);
}

NTSTATUS NTAPI KsSetInformationFile(PFILE_OBJECT FileObject, PVOID FileInformation, ULONG Length,
                                    FILE_INFORMATION_CLASS FileInformationClass) {
    return file_information(IRP_MJ_SET_INFORMATION, FileObject, FileInformation, Length,
                            FileInformationClass);
}

} // extern "C"

std::span<const Export> ksbox::ks::stream_io_exports() {
    static const Export table[] = {
        KS_DATA_EXPORT(partial, KsStreamIo),        KS_DATA_EXPORT(partial, KsReadFile),
        KS_DATA_EXPORT(partial, KsWriteFile),       KS_DATA_EXPORT(done, KsQueryInformationFile),
        KS_DATA_EXPORT(done, KsSetInformationFile),
    };
    return table;
}
