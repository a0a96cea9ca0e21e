// The small Io* functions: who asks, how much stack is left, error log, WMI, shutdown.
#include <algorithm>
#include <cstring>

#include "abi/export.h"
#include "nt/exports.h"
#include "nt/io/device_object.h"
#include "nt/io/irp.h"
#include "nt/io/state.h"
#include "nt/ke/thread.h"
#include "nt/mm/pool.h"
#include "nt/ob/object_manager.h"
#include "nt/ps/process.h"
#include "nt/trace.h"

using namespace ksbox;

namespace {

constexpr std::uint32_t error_log_tag = 0x72'45'6f'49; // "IoEr"

/// What precedes an entry that the driver fills.
struct alignas(16) ErrorLogHeader {
    const void *object;
    ULONG bytes;
};

/// The process that issued the IRP; null when its thread is unknown.
ps::ProcessBody *requestor(PIRP irp) {
    auto *thread = reinterpret_cast<ke::ThreadBody *>(irp->Tail.Overlay.Thread);
    if (!thread)
        return nullptr;
    void *process = thread->thread ? thread->thread->process : nullptr;
    return ps::process_or_system(current_kernel(), process);
}

} // namespace

extern "C" {

/// @doc NF:ntifs.IoGetRequestorProcess
PEPROCESS NTAPI IoGetRequestorProcess(PIRP Irp) {
    return reinterpret_cast<PEPROCESS>(requestor(Irp));
}

/// @doc NF:ntifs.IoGetRequestorProcessId
ULONG NTAPI IoGetRequestorProcessId(PIRP Irp) {
    auto *process = requestor(Irp);
    return process ? static_cast<ULONG>(process->process->id) : 0;
}

/// A box has one session. @doc NF:ntifs.IoGetRequestorSessionId
NTSTATUS NTAPI IoGetRequestorSessionId(PIRP Irp, PULONG pSessionId) {
    if (!requestor(Irp)) {
        *pSessionId = ULONG(-1);
        return STATUS_UNSUCCESSFUL;
    }
    *pSessionId = 0;
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoGetStackLimits
VOID NTAPI IoGetStackLimits(PULONG_PTR LowLimit, PULONG_PTR HighLimit) {
    const auto &thread = ke::current_thread();
    *LowLimit = reinterpret_cast<ULONG_PTR>(thread.stack_base);
    *HighLimit = reinterpret_cast<ULONG_PTR>(thread.stack_limit);
}

/// @doc NF:wdm.IoWithinStackLimits
ULONG NTAPI IoWithinStackLimits(ULONG_PTR RegionStart, SIZE_T RegionSize) {
    ULONG_PTR low, high;
    IoGetStackLimits(&low, &high);
    return RegionStart >= low && RegionStart + RegionSize <= high;
}

/// @doc NF:wdm.IoGetInitialStack
PVOID NTAPI IoGetInitialStack(VOID) {
    return ke::current_thread().stack_limit;
}

/// The version of the system: 6.0 since Windows Vista for this function. @doc
/// NF:wdm.IoIsWdmVersionAvailable
BOOLEAN NTAPI IoIsWdmVersionAvailable(UCHAR MajorVersion, UCHAR MinorVersion) {
    constexpr UCHAR major = 6, minor = 0;
    return MajorVersion < major || (MajorVersion == major && MinorVersion <= minor);
}

/// @doc NF:ntifs.IoIsSystemThread
BOOLEAN NTAPI IoIsSystemThread(PETHREAD Thread) {
    auto *body = reinterpret_cast<ke::ThreadBody *>(Thread);
    return body->thread && ps::is_system_process(body->thread->process);
}

/// @doc NF:ntifs.IoIsOperationSynchronous
BOOLEAN NTAPI IoIsOperationSynchronous(PIRP Irp) {
    const auto *file = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    return (file && file->Flags & FO_SYNCHRONOUS_IO) || Irp->Flags & IRP_SYNCHRONOUS_API;
}

/// @doc NF:wdm.IoIs32bitProcess
BOOLEAN NTAPI IoIs32bitProcess(PIRP) {
    return FALSE;
}

/// @doc NF:wdm.IoValidateDeviceIoControlAccess
NTSTATUS NTAPI IoValidateDeviceIoControlAccess(PIRP Irp, ULONG RequiredAccess) {
    if (RequiredAccess & ~ULONG(FILE_READ_ACCESS | FILE_WRITE_ACCESS))
        return STATUS_INVALID_PARAMETER;
    if (Irp->RequestorMode == KernelMode)
        return STATUS_SUCCESS;
    const auto *trailer = io::trailer_of(Irp);
    const ACCESS_MASK wanted = (RequiredAccess & FILE_READ_ACCESS ? FILE_READ_DATA : 0) |
                               (RequiredAccess & FILE_WRITE_ACCESS ? FILE_WRITE_DATA : 0);
    return trailer && !(wanted & ~trailer->granted) ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

/// The hint orders nothing in a box; an IRP in memory of a driver's own does not keep it.
/// @doc NF:wdm.IoSetIoPriorityHint
NTSTATUS NTAPI IoSetIoPriorityHint(PIRP Irp, IO_PRIORITY_HINT PriorityHint) {
    if (PriorityHint >= MaxIoPriorityTypes)
        return STATUS_INVALID_PARAMETER;
    if (auto *trailer = io::trailer_of(Irp)) {
        trailer->priority = PriorityHint;
        trailer->has_priority = true;
    }
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoGetIoPriorityHint
IO_PRIORITY_HINT NTAPI IoGetIoPriorityHint(PIRP Irp) {
    const auto *trailer = io::trailer_of(Irp);
    return trailer && trailer->has_priority ? trailer->priority : IoPriorityNormal;
}

/// @doc NF:wdm.IoRegisterShutdownNotification
NTSTATUS NTAPI IoRegisterShutdownNotification(PDEVICE_OBJECT DeviceObject) {
    auto &state = current_kernel().io().state();
    ke::HostLockGuard guard(state.database_lock);
    // The last to register is the first to be told.
    state.shutdown_devices.push_back(DeviceObject);
    DeviceObject->Flags |= DO_SHUTDOWN_REGISTERED;
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoUnregisterShutdownNotification
VOID NTAPI IoUnregisterShutdownNotification(PDEVICE_OBJECT DeviceObject) {
    auto &state = current_kernel().io().state();
    ke::HostLockGuard guard(state.database_lock);
    std::erase(state.shutdown_devices, DeviceObject);
    DeviceObject->Flags &= ~DO_SHUTDOWN_REGISTERED;
}

/// @doc NF:wdm.IoAllocateErrorLogEntry
PVOID NTAPI IoAllocateErrorLogEntry(PVOID IoObject, UCHAR EntrySize) {
    if (!IoObject || EntrySize < sizeof(IO_ERROR_LOG_PACKET) || EntrySize > ERROR_LOG_MAXIMUM_SIZE)
        return nullptr;
    auto *header = static_cast<ErrorLogHeader *>(current_kernel().pool().allocate(
        mm::PoolKind::nonpaged, sizeof(ErrorLogHeader) + EntrySize, error_log_tag, nullptr, true));
    if (!header)
        return nullptr;
    *header = {IoObject, EntrySize};
    return header + 1;
}

/// @doc NF:wdm.IoFreeErrorLogEntry
VOID NTAPI IoFreeErrorLogEntry(PVOID ElEntry) {
    current_kernel().pool().free(static_cast<ErrorLogHeader *>(ElEntry) - 1, error_log_tag,
                                 nullptr);
}

/// The event log of a box is its trace. @doc NF:wdm.IoWriteErrorLogEntry
VOID NTAPI IoWriteErrorLogEntry(PVOID ElEntry) {
    auto &kernel = current_kernel();
    const auto *header = static_cast<ErrorLogHeader *>(ElEntry) - 1;
    const auto &packet = *static_cast<PIO_ERROR_LOG_PACKET>(ElEntry);
    kernel.trace().event("error_log",
                         {{"object", TracedAddress{header->object}},
                          {"code", std::uint64_t(static_cast<ULONG>(packet.ErrorCode))},
                          {"unique", std::uint64_t(packet.UniqueErrorValue)},
                          {"status", std::uint64_t(static_cast<ULONG>(packet.FinalStatus))}});
    IoFreeErrorLogEntry(ElEntry);
}

/// There is nobody to show a message box to: FALSE says that it could not be queued.
/// @doc NF:ntddk.IoRaiseInformationalHardError
BOOLEAN NTAPI IoRaiseInformationalHardError(NTSTATUS ErrorStatus, PUNICODE_STRING, PKTHREAD) {
    current_kernel().trace().event("hard_error",
                                   {{"status", std::uint64_t(static_cast<ULONG>(ErrorStatus))}});
    return FALSE;
}

} // extern "C"

namespace ksbox {

std::span<const Export> io_misc_exports() {
    static const Export table[] = {
        done<IoGetRequestorProcess>("IoGetRequestorProcess", "NF:ntifs.IoGetRequestorProcess"),
        done<IoGetRequestorProcessId>("IoGetRequestorProcessId",
                                      "NF:ntifs.IoGetRequestorProcessId"),
        done<IoGetRequestorSessionId>("IoGetRequestorSessionId",
                                      "NF:ntifs.IoGetRequestorSessionId"),
        done<IoGetStackLimits>("IoGetStackLimits", "NF:wdm.IoGetStackLimits"),
        done<IoWithinStackLimits>("IoWithinStackLimits", "NF:wdm.IoWithinStackLimits"),
        done<IoGetInitialStack>("IoGetInitialStack", "NF:wdm.IoGetInitialStack"),
        done<IoIsWdmVersionAvailable>("IoIsWdmVersionAvailable", "NF:wdm.IoIsWdmVersionAvailable"),
        done<IoIsSystemThread>("IoIsSystemThread", "NF:ntifs.IoIsSystemThread"),
        done<IoIsOperationSynchronous>("IoIsOperationSynchronous",
                                       "NF:ntifs.IoIsOperationSynchronous"),
        done<IoIs32bitProcess>("IoIs32bitProcess", "NF:wdm.IoIs32bitProcess"),
        done<IoValidateDeviceIoControlAccess>("IoValidateDeviceIoControlAccess",
                                              "NF:wdm.IoValidateDeviceIoControlAccess"),
        done<IoSetIoPriorityHint>("IoSetIoPriorityHint", "NF:wdm.IoSetIoPriorityHint"),
        done<IoGetIoPriorityHint>("IoGetIoPriorityHint", "NF:wdm.IoGetIoPriorityHint"),
        done<IoRegisterShutdownNotification>("IoRegisterShutdownNotification",
                                             "NF:wdm.IoRegisterShutdownNotification"),
        done<IoUnregisterShutdownNotification>("IoUnregisterShutdownNotification",
                                               "NF:wdm.IoUnregisterShutdownNotification"),
        done<IoAllocateErrorLogEntry>("IoAllocateErrorLogEntry", "NF:wdm.IoAllocateErrorLogEntry"),
        done<IoFreeErrorLogEntry>("IoFreeErrorLogEntry", "NF:wdm.IoFreeErrorLogEntry"),
        done<IoWriteErrorLogEntry>("IoWriteErrorLogEntry", "NF:wdm.IoWriteErrorLogEntry"),
        done<IoRaiseInformationalHardError>("IoRaiseInformationalHardError",
                                            "NF:ntddk.IoRaiseInformationalHardError"),
    };
    return table;
}

} // namespace ksbox
