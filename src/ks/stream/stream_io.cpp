// KsStreamIo, KsReadFile and their kin: kernel clients of a file object that they hold referenced.
#include "ks/data_exports.h"

#include "abi/windows.h"
#include "ks/internal_code.h"
#include "nt/io/irp.h"
#include "nt/kernel.h"
#include "nt/mm/memory.h"
#include "nt/ob/object_manager.h"

using namespace ksbox;

namespace {

/// Who asks, and how the end of the request is told.
struct Request {
    PFILE_OBJECT file;
    PKEVENT event; ///< null: the file object's
    PVOID port_context;
    PIO_STATUS_BLOCK block;
    KPROCESSOR_MODE mode;
    /// The event is memory of the caller's, and the driver may treat the IRP as synchronous.
    bool synchronous;
    bool wait_here;
    PDEVICE_OBJECT device = IoGetRelatedDeviceObject(file);

    PKEVENT told() const { return event ? event : &file->Event; }
};

/// Sends the IRP, which tells request.told().
NTSTATUS send(PIRP irp, const Request &request) {
    PFILE_OBJECT const file = request.file;
    irp->RequestorMode = request.mode;
    irp->Overlay.AsynchronousParameters.UserApcContext = request.port_context;
    irp->Tail.Overlay.OriginalFileObject = file;
    IoGetNextIrpStackLocation(irp)->FileObject = file;
    if (!request.synchronous)
        irp->Flags &= ~ULONG(IRP_SYNCHRONOUS_API);
    // The I/O manager gives these references back when it finishes the IRP.
    ObReferenceObject(file);
    // @observed An event that is no object, against the page, is left alone: drivers get away with
    // it.
    if (request.event && !request.synchronous &&
        current_kernel().objects().is_object(request.event)) {
        ObReferenceObject(request.event);
        io::trailer_of(irp)->event_referenced = true;
    }
    KeClearEvent(&file->Event);
    const NTSTATUS status = IoCallDriver(request.device, irp);
    if (status != STATUS_PENDING || !request.wait_here)
        return status;
    KeWaitForSingleObject(&file->Event, Executive, KernelMode, FALSE, nullptr);
    return file->FinalStatus;
}

/// The driver's routine when the request may take the fast path, and the table is long enough.
template <typename Routine>
Routine fast_routine(const Request &request, Routine FAST_IO_DISPATCH::*member) {
    const FAST_IO_DISPATCH *const table = request.device->DriverObject->FastIoDispatch;
    if (!table || (request.mode != KernelMode && ExGetPreviousMode() == KernelMode))
        return nullptr;
    const auto *const place = &(table->*member);
    const auto end = reinterpret_cast<ULONG_PTR>(place + 1) - reinterpret_cast<ULONG_PTR>(table);
    return end <= table->SizeOfFastIoDispatch ? *place : nullptr;
}

/// True when the fast path has served the request; its end is told.
template <typename Routine, typename... A>
bool served_fast(const char *name, const Request &request, Routine FAST_IO_DISPATCH::*member,
                 A... arguments) {
    const Routine routine = fast_routine(request, member);
    if (!routine || !ks::call_code(name, request.file, routine, request.file, arguments...,
                                   request.block, request.device))
        return false;
    KeSetEvent(request.told(), IO_NO_INCREMENT, FALSE);
    return true;
}

/// What a user-mode requestor names must be its own memory.
bool probed(const Request &request, const void *buffer, ULONG length, bool write) {
    const mm::Memory &memory = current_kernel().memory();
    return request.mode == KernelMode || !length ||
           (memory.is_client(buffer, length) && memory.accessible(buffer, length, write));
}

NTSTATUS read_or_write(ULONG major, const Request &request, PVOID buffer, ULONG length, ULONG key) {
    const bool read = major == IRP_MJ_READ;
    if (!probed(request, buffer, length, read))
        return STATUS_ACCESS_VIOLATION;
    LARGE_INTEGER offset = request.file->CurrentByteOffset;
    constexpr BOOLEAN wait = TRUE;
    if (read ? served_fast("FAST_IO_DISPATCH.FastIoRead", request, &FAST_IO_DISPATCH::FastIoRead,
                           &offset, length, wait, key, buffer)
             : served_fast("FAST_IO_DISPATCH.FastIoWrite", request, &FAST_IO_DISPATCH::FastIoWrite,
                           &offset, length, wait, key, buffer))
        return request.block->Status;
    PIRP const irp = IoBuildSynchronousFsdRequest(major, request.device, buffer, length, &offset,
                                                  request.told(), request.block);
    if (!irp)
        return STATUS_INSUFFICIENT_RESOURCES;
    PIO_STACK_LOCATION const next = IoGetNextIrpStackLocation(irp);
    (read ? next->Parameters.Read.Key : next->Parameters.Write.Key) = key;
    return send(irp, request);
}

/// A read or write is synchronous when its file is.
Request file_request(PFILE_OBJECT file, PKEVENT event, PVOID port_context, PIO_STATUS_BLOCK block,
                     KPROCESSOR_MODE mode) {
    const bool synchronous = file->Flags & FO_SYNCHRONOUS_IO;
    return {file, event, port_context, block, mode, synchronous, synchronous && !event};
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
    // QueryFile begins with the same two.
    next->Parameters.SetFile.Length = length;
    next->Parameters.SetFile.FileInformationClass = information_class;
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
    const bool synchronous_file = FileObject->Flags & FO_SYNCHRONOUS_IO;
    const bool synchronous = (Flags & KSSTREAM_SYNCHRONOUS) || synchronous_file;
    // inferred: a synchronous IRP that nobody could be waiting for is waited for here.
    const bool wait_here = !Event && (synchronous_file || (synchronous && !CompletionRoutine));
    const Request request{FileObject,    Event,       PortContext, IoStatusBlock,
                          RequestorMode, synchronous, wait_here};
    const ULONG code = Flags & KSSTREAM_WRITE ? IOCTL_KS_WRITE_STREAM : IOCTL_KS_READ_STREAM;
    constexpr BOOLEAN wait = TRUE;
    // Only an IRP has a completion routine.
    if (!CompletionRoutine && served_fast("FAST_IO_DISPATCH.FastIoDeviceControl", request,
                                          &FAST_IO_DISPATCH::FastIoDeviceControl, wait, nullptr,
                                          ULONG(0), StreamHeaders, Length, code))
        return IoStatusBlock->Status;
    PIRP const irp = IoBuildDeviceIoControlRequest(code, request.device, nullptr, 0, StreamHeaders,
                                                   Length, FALSE, request.told(), IoStatusBlock);
    if (!irp)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (CompletionRoutine)
        IoSetCompletionRoutine(irp, CompletionRoutine, CompletionContext,
                               (CompletionInvocationFlags & KsInvokeOnSuccess) != 0,
                               (CompletionInvocationFlags & KsInvokeOnError) != 0,
                               (CompletionInvocationFlags & KsInvokeOnCancel) != 0);
    return send(irp, request);
}

NTSTATUS NTAPI KsReadFile(PFILE_OBJECT FileObject, PKEVENT Event, PVOID PortContext,
                          PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length, ULONG Key,
                          KPROCESSOR_MODE RequestorMode) {
    return read_or_write(IRP_MJ_READ,
                         file_request(FileObject, Event, PortContext, IoStatusBlock, RequestorMode),
                         Buffer, Length, Key);
}

NTSTATUS NTAPI KsWriteFile(PFILE_OBJECT FileObject, PKEVENT Event, PVOID PortContext,
                           PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length, ULONG Key,
                           KPROCESSOR_MODE RequestorMode) {
    return read_or_write(IRP_MJ_WRITE,
                         file_request(FileObject, Event, PortContext, IoStatusBlock, RequestorMode),
                         Buffer, Length, Key);
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
        KS_DATA_EXPORT(done, KsStreamIo),           KS_DATA_EXPORT(done, KsReadFile),
        KS_DATA_EXPORT(done, KsWriteFile),          KS_DATA_EXPORT(done, KsQueryInformationFile),
        KS_DATA_EXPORT(done, KsSetInformationFile),
    };
    return table;
}
