// Processes as drivers see them, and the system threads they start.
#include <string>

#include "abi/export.h"
#include "base/unicode.h"
#include "nt/call_driver.h"
#include "nt/exports.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/ke/thread.h"
#include "nt/ob/object_manager.h"
#include "nt/ob/services.h"
#include "nt/ps/process.h"

using namespace ksbox;

namespace {

ps::ProcessBody *body_of(PEPROCESS process) {
    return reinterpret_cast<ps::ProcessBody *>(process);
}

ke::ThreadBody *body_of(PETHREAD thread) {
    return reinterpret_cast<ke::ThreadBody *>(thread);
}

ps::ProcessBody *current_process() {
    return ps::process_or_system(current_kernel(), ke::current_thread().process);
}

HANDLE as_handle(std::uint64_t id) {
    return reinterpret_cast<HANDLE>(id);
}

/// The current thread ends: what IoCreateSystemThread held for it.
void release_io_object() {
    if (void *object = std::exchange(ke::current_thread().io_object, nullptr))
        ObfDereferenceObject(object);
}

} // namespace

extern "C" {

/// @doc NF:wdm.IoGetCurrentProcess
PEPROCESS NTAPI IoGetCurrentProcess(VOID) {
    return reinterpret_cast<PEPROCESS>(current_process());
}

/// @doc NF:ntddk.PsGetCurrentProcessId
HANDLE NTAPI PsGetCurrentProcessId(VOID) {
    return as_handle(current_process()->process->id);
}

/// @doc NF:ntddk.PsGetProcessId
HANDLE NTAPI PsGetProcessId(PEPROCESS Process) {
    return as_handle(body_of(Process)->process->id);
}

/// @doc NF:ntifs.PsLookupProcessByProcessId
NTSTATUS NTAPI PsLookupProcessByProcessId(HANDLE ProcessId, PEPROCESS *Process) {
    auto found = current_kernel().extension<ps::Processes>().find(
        reinterpret_cast<std::uint64_t>(ProcessId));
    *Process = found ? reinterpret_cast<PEPROCESS>(*found) : nullptr;
    return found ? STATUS_SUCCESS : found.error().value();
}

/// @doc NF:ntifs.IoThreadToProcess
PEPROCESS NTAPI IoThreadToProcess(PETHREAD Thread) {
    auto *thread = body_of(Thread)->thread;
    return reinterpret_cast<PEPROCESS>(
        ps::process_or_system(current_kernel(), thread ? thread->process : nullptr));
}

/// @doc NF:ntddk.PsGetCurrentThreadId
HANDLE NTAPI PsGetCurrentThreadId(VOID) {
    return as_handle(ke::current_thread().id);
}

/// @doc NF:ntddk.PsGetThreadId
HANDLE NTAPI PsGetThreadId(PETHREAD Thread) {
    auto *thread = body_of(Thread)->thread;
    return thread ? as_handle(thread->id) : nullptr;
}

/// @doc NF:ntddk.PsGetThreadProcessId
HANDLE NTAPI PsGetThreadProcessId(PETHREAD Thread) {
    return PsGetProcessId(IoThreadToProcess(Thread));
}

/// @doc NF:wdm.PsIsSystemThread
BOOLEAN NTAPI PsIsSystemThread(PETHREAD Thread) {
    return IoIsSystemThread(Thread);
}

/// @doc NF:wdm.ExGetPreviousMode
KPROCESSOR_MODE NTAPI ExGetPreviousMode(VOID) {
    return ke::current_thread().previous_mode;
}

/// @doc NF:ntddk.SeLocateProcessImageName
NTSTATUS NTAPI SeLocateProcessImageName(PEPROCESS Process, PUNICODE_STRING *pImageFileName) {
    const auto name = u"\\Device\\HarddiskVolume1\\Clients\\" +
                      to_utf16(body_of(Process)->process->name) + u".exe";
    // One block, as the caller frees it: the string after its header.
    constexpr ULONG tag = 0x6e'49'65'53; // "SeIn"
    const auto bytes = name.size() * 2;
    auto *string = static_cast<PUNICODE_STRING>(
        ExAllocatePoolWithTag(PagedPool, sizeof(UNICODE_STRING) + bytes + 2, tag));
    if (!string)
        return STATUS_INSUFFICIENT_RESOURCES;
    auto *text = reinterpret_cast<WCHAR *>(string + 1);
    std::memcpy(text, name.c_str(), bytes + 2);
    *string = {static_cast<USHORT>(bytes), static_cast<USHORT>(bytes + 2), text};
    *pImageFileName = string;
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.PsCreateSystemThread
NTSTATUS NTAPI PsCreateSystemThread(PHANDLE ThreadHandle, ULONG DesiredAccess,
                                    POBJECT_ATTRIBUTES ObjectAttributes, HANDLE ProcessHandle,
                                    PCLIENT_ID ClientId, PKSTART_ROUTINE StartRoutine,
                                    PVOID StartContext) {
    return IoCreateSystemThread(nullptr, ThreadHandle, DesiredAccess, ObjectAttributes,
                                ProcessHandle, ClientId, StartRoutine, StartContext);
}

/// Holds the device or driver object until the thread has ended. @doc NF:wdm.IoCreateSystemThread
NTSTATUS NTAPI IoCreateSystemThread(PVOID IoObject, PHANDLE ThreadHandle, ULONG DesiredAccess,
                                    POBJECT_ATTRIBUTES ObjectAttributes, HANDLE ProcessHandle,
                                    PCLIENT_ID ClientId, PKSTART_ROUTINE StartRoutine,
                                    PVOID StartContext) {
    auto &kernel = current_kernel();
    void *process = nullptr;
    if (ProcessHandle && ProcessHandle != NtCurrentProcess()) {
        auto entry = kernel.objects().resolve_typed(
            ob::handle_process(ProcessHandle), ProcessHandle, ob::ObjectType::process, 0, false);
        if (!entry)
            return entry.error().value();
        kernel.objects().dereference(entry->body);
        process = ps::is_system_process(entry->body) ? nullptr : entry->body;
    } else if (ProcessHandle) {
        process = ke::current_thread().process;
    }
    if (IoObject)
        ObfReferenceObject(IoObject);
    auto made = kernel.scheduler().create_thread({.name = "driver thread",
                                                  .kind = ke::ThreadKind::system,
                                                  .entry =
                                                      [=] {
                                                          // Inside a critical region, with normal
                                                          // kernel APCs disabled (the page).
                                                          ke::current_thread().io_object = IoObject;
                                                          KeEnterCriticalRegion();
                                                          call_driver("ThreadStart", StartContext,
                                                                      StartRoutine, StartContext);
                                                          KeLeaveCriticalRegion();
                                                          release_io_object();
                                                      },
                                                  .process = process});
    if (!made) {
        if (IoObject)
            ObfDereferenceObject(IoObject);
        return made.error().value();
    }
    auto *body = (*made)->body;
    const auto id = (*made)->id;
    const ULONG attributes = ObjectAttributes ? ObjectAttributes->Attributes : 0;
    auto handle = kernel.objects().create_handle(ob::target_process(attributes), body,
                                                 DesiredAccess, attributes);
    kernel.objects().dereference(body);
    if (!handle)
        return handle.error().value();
    *ThreadHandle = *handle;
    if (ClientId) {
        ClientId->UniqueProcess =
            PsGetProcessId(reinterpret_cast<PEPROCESS>(ps::process_or_system(kernel, process)));
        ClientId->UniqueThread = as_handle(id);
    }
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.PsTerminateSystemThread
NTSTATUS NTAPI PsTerminateSystemThread(NTSTATUS ExitStatus) {
    auto &thread = ke::current_thread();
    release_io_object();
    if (!ps::is_system_process(thread.process) || thread.kind == ke::ThreadKind::client)
        return STATUS_INVALID_PARAMETER;
    constexpr ULONG irql_not_passive = 0xa;
    if (thread.irql != PASSIVE_LEVEL)
        bug_check(irql_not_passive, 0, thread.irql, 0, 0,
                  "PsTerminateSystemThread above PASSIVE_LEVEL");
    thread.kernel.scheduler().exit_thread(ExitStatus);
}

} // extern "C"

namespace ksbox {

std::span<const Export> process_exports() {
    static const Export table[] = {
        data("PsInitialSystemProcess", nullptr, "ntddk"), // Kernel::box_data() has this box's
        done<IoGetCurrentProcess>("IoGetCurrentProcess", "NF:wdm.IoGetCurrentProcess"),
        done<IoGetCurrentProcess>("PsGetCurrentProcess", "NF:ntddk.PsGetCurrentProcess"),
        done<PsGetCurrentProcessId>("PsGetCurrentProcessId", "NF:ntddk.PsGetCurrentProcessId"),
        done<PsGetProcessId>("PsGetProcessId", "NF:ntddk.PsGetProcessId"),
        done<PsLookupProcessByProcessId>("PsLookupProcessByProcessId",
                                         "NF:ntifs.PsLookupProcessByProcessId"),
        done<IoThreadToProcess>("IoThreadToProcess", "NF:ntifs.IoThreadToProcess"),
        done<IoThreadToProcess>("PsGetThreadProcess", ""),
        done<PsGetCurrentThreadId>("PsGetCurrentThreadId", "NF:ntddk.PsGetCurrentThreadId"),
        done<PsGetThreadId>("PsGetThreadId", "NF:ntddk.PsGetThreadId"),
        done<PsGetThreadProcessId>("PsGetThreadProcessId", "NF:ntddk.PsGetThreadProcessId"),
        done<PsIsSystemThread>("PsIsSystemThread", "NF:ntifs.PsIsSystemThread"),
        done<ExGetPreviousMode>("ExGetPreviousMode", "NF:wdm.ExGetPreviousMode"),
        done<SeLocateProcessImageName>("SeLocateProcessImageName",
                                       "NF:ntifs.SeLocateProcessImageName"),
        done<PsCreateSystemThread>("PsCreateSystemThread", "NF:wdm.PsCreateSystemThread"),
        done<IoCreateSystemThread>("IoCreateSystemThread", "NF:wdm.IoCreateSystemThread"),
        done<PsTerminateSystemThread>("PsTerminateSystemThread", "NF:wdm.PsTerminateSystemThread"),
    };
    return table;
}

} // namespace ksbox
