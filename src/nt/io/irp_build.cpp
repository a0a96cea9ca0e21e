// IRPs that drivers have built for them: control codes, reads and writes, synchronous or not.
#include <algorithm>
#include <cstring>

#include "abi/export.h"
#include "nt/exports.h"
#include "nt/io/cancel_flag.h"
#include "nt/io/irp.h"
#include "nt/io/irp_buffers.h"
#include "nt/ke/thread.h"
#include "nt/mm/pool.h"

namespace ksbox::io {

namespace {

constexpr std::uint32_t buffer_tag = 0x42'73'79'53; // "SysB"

/// AssociatedIrp.SystemBuffer of `bytes`, freed at completion.
bool add_system_buffer(Kernel &kernel, PIRP irp, std::size_t bytes) {
    auto *buffer = kernel.pool().allocate(mm::PoolKind::nonpaged, bytes, buffer_tag, nullptr, true);
    if (!buffer)
        return false;
    irp->AssociatedIrp.SystemBuffer = buffer;
    irp->Flags |= IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER;
    return true;
}

/// Describes and locks the caller's buffer. The caller has probed it.
bool add_locked_mdl(PIRP irp, void *buffer, ULONG bytes, LOCK_OPERATION operation) {
    if (!IoAllocateMdl(buffer, bytes, FALSE, FALSE, irp))
        return false;
    MmProbeAndLockPages(irp->MdlAddress, KernelMode, operation);
    return true;
}

} // namespace

Result<void> attach_control_buffers(Kernel &kernel, PIRP irp, IO_STACK_LOCATION &stack,
                                    const ControlBuffers &buffers) {
    auto &control = stack.Parameters.DeviceIoControl;
    control.IoControlCode = buffers.code;
    control.InputBufferLength = buffers.input_bytes;
    control.OutputBufferLength = buffers.output_bytes;
    const auto method = buffers.code & 3;
    if (method == METHOD_NEITHER) {
        control.Type3InputBuffer = const_cast<void *>(buffers.input);
        irp->UserBuffer = buffers.output;
        return {};
    }
    const ULONG bytes = method == METHOD_BUFFERED
                            ? std::max(buffers.input_bytes, buffers.output_bytes)
                            : buffers.input_bytes;
    if (bytes) {
        if (!add_system_buffer(kernel, irp, bytes))
            return fail(STATUS_INSUFFICIENT_RESOURCES);
        KS_CHECK(ob::read_caller(irp->AssociatedIrp.SystemBuffer, buffers.input,
                                 buffers.input_bytes, buffers.mode));
    }
    if (method == METHOD_BUFFERED) {
        irp->UserBuffer = buffers.output;
        if (buffers.output_bytes)
            irp->Flags |= IRP_INPUT_OPERATION;
    } else if (buffers.output_bytes) {
        const auto access = method == METHOD_IN_DIRECT ? IoReadAccess : IoWriteAccess;
        if (!add_locked_mdl(irp, buffers.output, buffers.output_bytes, access))
            return fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    return {};
}

Result<void> attach_transfer_buffer(Kernel &kernel, PIRP irp, ULONG device_flags, bool read,
                                    void *buffer, ULONG bytes, KPROCESSOR_MODE mode) {
    irp->Flags |= read ? IRP_READ_OPERATION : IRP_WRITE_OPERATION;
    if (device_flags & DO_BUFFERED_IO) {
        if (!bytes)
            return {};
        if (!add_system_buffer(kernel, irp, bytes))
            return fail(STATUS_INSUFFICIENT_RESOURCES);
        irp->UserBuffer = buffer;
        if (read)
            irp->Flags |= IRP_INPUT_OPERATION;
        else
            KS_CHECK(ob::read_caller(irp->AssociatedIrp.SystemBuffer, buffer, bytes, mode));
    } else if (device_flags & DO_DIRECT_IO) {
        if (bytes && !add_locked_mdl(irp, buffer, bytes, read ? IoWriteAccess : IoReadAccess))
            return fail(STATUS_INSUFFICIENT_RESOURCES);
    } else {
        irp->UserBuffer = buffer;
    }
    return {};
}

void discard_irp(Kernel &kernel, PIRP irp) {
    for (auto *mdl = irp->MdlAddress; mdl; mdl = mdl->Next)
        if (mdl->MdlFlags & MDL_PAGES_LOCKED)
            MmUnlockPages(mdl);
    while (auto *mdl = irp->MdlAddress) {
        irp->MdlAddress = mdl->Next;
        IoFreeMdl(mdl);
    }
    if (irp->Flags & IRP_DEALLOCATE_BUFFER)
        kernel.pool().free(irp->AssociatedIrp.SystemBuffer, 0, nullptr);
    free_irp(kernel, irp);
}

} // namespace ksbox::io

using namespace ksbox;

namespace {

/// IoBuild…FsdRequest: a read, write, flush, shutdown, or a PnP IRP.
PIRP build_fsd(ULONG major, PDEVICE_OBJECT device, PVOID buffer, ULONG length,
               PLARGE_INTEGER offset, const void *caller) {
    auto &kernel = current_kernel();
    auto *irp = io::allocate_irp(kernel, device->StackSize, caller);
    if (!irp)
        return nullptr;
    auto *stack = IoGetNextIrpStackLocation(irp);
    stack->MajorFunction = static_cast<UCHAR>(major);
    if (major == IRP_MJ_READ || major == IRP_MJ_WRITE) {
        const bool read = major == IRP_MJ_READ;
        if (!io::attach_transfer_buffer(kernel, irp, device->Flags, read, buffer, length,
                                        KernelMode)) {
            io::discard_irp(kernel, irp);
            return nullptr;
        }
        // The two share their layout.
        stack->Parameters.Read.Length = length;
        if (offset)
            stack->Parameters.Read.ByteOffset = *offset;
    }
    irp->Tail.Overlay.Thread = reinterpret_cast<PETHREAD>(ke::current_thread().body);
    return irp;
}

void make_synchronous(PIRP irp, PKEVENT event, PIO_STATUS_BLOCK block) {
    irp->UserEvent = event;
    irp->UserIosb = block;
    irp->Flags |= IRP_SYNCHRONOUS_API;
    // Windows skips both when nothing pended and the status is an error; telling them always is
    // what every driver that works there survives.
    io::trailer_of(irp)->kernel_block = true;
    io::queue_to_thread(current_kernel(), irp, nullptr);
}

} // namespace

extern "C" {

/// @doc NF:wdm.IoBuildDeviceIoControlRequest
PIRP NTAPI IoBuildDeviceIoControlRequest(ULONG IoControlCode, PDEVICE_OBJECT DeviceObject,
                                         PVOID InputBuffer, ULONG InputBufferLength,
                                         PVOID OutputBuffer, ULONG OutputBufferLength,
                                         BOOLEAN InternalDeviceIoControl, PKEVENT Event,
                                         PIO_STATUS_BLOCK IoStatusBlock) {
    auto &kernel = current_kernel();
    auto *irp = io::allocate_irp(kernel, DeviceObject->StackSize, __builtin_return_address(0));
    if (!irp)
        return nullptr;
    auto *stack = IoGetNextIrpStackLocation(irp);
    stack->MajorFunction =
        InternalDeviceIoControl ? IRP_MJ_INTERNAL_DEVICE_CONTROL : IRP_MJ_DEVICE_CONTROL;
    const io::ControlBuffers buffers{IoControlCode, InputBuffer,        InputBufferLength,
                                     OutputBuffer,  OutputBufferLength, KernelMode};
    if (!io::attach_control_buffers(kernel, irp, *stack, buffers)) {
        io::discard_irp(kernel, irp);
        return nullptr;
    }
    make_synchronous(irp, Event, IoStatusBlock);
    return irp;
}

/// @doc NF:wdm.IoBuildSynchronousFsdRequest
PIRP NTAPI IoBuildSynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject,
                                        PVOID Buffer, ULONG Length, PLARGE_INTEGER StartingOffset,
                                        PKEVENT Event, PIO_STATUS_BLOCK IoStatusBlock) {
    auto *irp = build_fsd(MajorFunction, DeviceObject, Buffer, Length, StartingOffset,
                          __builtin_return_address(0));
    if (irp)
        make_synchronous(irp, Event, IoStatusBlock);
    return irp;
}

/// @doc NF:wdm.IoBuildAsynchronousFsdRequest
PIRP NTAPI IoBuildAsynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject,
                                         PVOID Buffer, ULONG Length, PLARGE_INTEGER StartingOffset,
                                         PIO_STATUS_BLOCK IoStatusBlock) {
    auto *irp = build_fsd(MajorFunction, DeviceObject, Buffer, Length, StartingOffset,
                          __builtin_return_address(0));
    if (irp)
        irp->UserIosb = IoStatusBlock;
    return irp;
}

/// @doc NF:wdm.IoForwardIrpSynchronously
BOOLEAN NTAPI IoForwardIrpSynchronously(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    if (Irp->CurrentLocation <= 1)
        return FALSE;
    KEVENT event;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    const PIO_COMPLETION_ROUTINE keep = [](PDEVICE_OBJECT, PIRP, PVOID context) NTAPI -> NTSTATUS {
        KeSetEvent(static_cast<PKEVENT>(context), IO_NO_INCREMENT, FALSE);
        return STATUS_MORE_PROCESSING_REQUIRED;
    };
    IoSetCompletionRoutine(Irp, keep, &event, TRUE, TRUE, TRUE);
    if (IofCallDriver(DeviceObject, Irp) == STATUS_PENDING)
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
    return TRUE;
}

/// Holds the device alive until the routine has run, as the page promises. The context block is
/// freed by the routine that stands in for the driver's. @doc NF:wdm.IoSetCompletionRoutineEx
NTSTATUS NTAPI IoSetCompletionRoutineEx(PDEVICE_OBJECT DeviceObject, PIRP Irp,
                                        PIO_COMPLETION_ROUTINE CompletionRoutine, PVOID Context,
                                        BOOLEAN InvokeOnSuccess, BOOLEAN InvokeOnError,
                                        BOOLEAN InvokeOnCancel) {
    struct Block {
        PDEVICE_OBJECT device;
        PIO_COMPLETION_ROUTINE routine;
        PVOID context;
        bool success, error, cancel;
    };
    constexpr ULONG tag = 0x78'52'6f'49; // "IoRx"
    auto *block = static_cast<Block *>(ExAllocatePoolWithTag(NonPagedPool, sizeof(Block), tag));
    if (!block)
        return STATUS_INSUFFICIENT_RESOURCES;
    *block = {DeviceObject,         CompletionRoutine,  Context,
              InvokeOnSuccess != 0, InvokeOnError != 0, InvokeOnCancel != 0};
    ObfReferenceObject(DeviceObject);
    const PIO_COMPLETION_ROUTINE unload_safe = [](PDEVICE_OBJECT device, PIRP irp, PVOID context)
                                                   NTAPI -> NTSTATUS {
        const auto held = *static_cast<Block *>(context);
        ExFreePoolWithTag(context, tag);
        const bool wanted = (NT_SUCCESS(irp->IoStatus.Status) && held.success) ||
                            (!NT_SUCCESS(irp->IoStatus.Status) && held.error) ||
                            (io::is_cancelled(irp) && held.cancel);
        NTSTATUS status = STATUS_CONTINUE_COMPLETION;
        if (wanted)
            status = held.routine(device, irp, held.context);
        else if (irp->PendingReturned && irp->CurrentLocation <= irp->StackCount)
            IoMarkIrpPending(irp);
        ObfDereferenceObject(held.device);
        return status;
    };
    IoSetCompletionRoutine(Irp, unload_safe, block, TRUE, TRUE, TRUE);
    return STATUS_SUCCESS;
}

} // extern "C"

namespace ksbox {

std::span<const Export> irp_build_exports() {
    static const Export table[] = {
        done<IoBuildDeviceIoControlRequest>("IoBuildDeviceIoControlRequest",
                                            "NF:wdm.IoBuildDeviceIoControlRequest"),
        done<IoBuildSynchronousFsdRequest>("IoBuildSynchronousFsdRequest",
                                           "NF:wdm.IoBuildSynchronousFsdRequest"),
        done<IoBuildAsynchronousFsdRequest>("IoBuildAsynchronousFsdRequest",
                                            "NF:wdm.IoBuildAsynchronousFsdRequest"),
        done<IoForwardIrpSynchronously>("IoForwardIrpSynchronously",
                                        "NF:wdm.IoForwardIrpSynchronously"),
        done<IoSetCompletionRoutineEx>("IoSetCompletionRoutineEx",
                                       "NF:wdm.IoSetCompletionRoutineEx"),
    };
    return table;
}

} // namespace ksbox
