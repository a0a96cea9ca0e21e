// Zw* on objects: handles, events, directories, symbolic links.
#include <cstring>

#include "abi/export.h"
#include "nt/exports.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/ob/object_attributes.h"
#include "nt/ob/object_manager.h"
#include "nt/ob/services.h"
#include "nt/ps/process.h"

using namespace ksbox;

namespace {

ob::ObjectManager &objects() {
    return current_kernel().objects();
}

KPROCESSOR_MODE previous_mode() {
    return ke::current_thread().previous_mode;
}

std::u16string_view text_of(const UNICODE_STRING &string) {
    return {reinterpret_cast<const char16_t *>(string.Buffer), string.Length / 2u};
}

/// Opens an existing named object of a type.
NTSTATUS open_named(PHANDLE handle, ACCESS_MASK access, POBJECT_ATTRIBUTES attributes,
                    ob::ObjectType type) {
    if (!attributes)
        return STATUS_INVALID_PARAMETER;
    auto captured = ob::capture_attributes(attributes, KernelMode);
    if (!captured)
        return captured.error().value();
    void *root = nullptr;
    if (captured->root) {
        auto entry = objects().resolve_typed(ob::handle_process(captured->root), captured->root,
                                             ob::ObjectType::directory, 0, false);
        if (!entry)
            return entry.error().value();
        root = entry->body;
    }
    auto found = objects().open(captured->name, type, root);
    if (root)
        objects().dereference(root);
    if (!found)
        return found.error().value();
    auto made = objects().create_handle(ob::target_process(captured->attributes), *found, access,
                                        captured->attributes);
    objects().dereference(*found);
    if (!made)
        return made.error().value();
    *handle = *made;
    return STATUS_SUCCESS;
}

/// IoCreate…Event: opens or creates the event, signalled, with a kernel handle.
PKEVENT open_or_create_event(PUNICODE_STRING name, PHANDLE handle, EVENT_TYPE type) {
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, name, OBJ_OPENIF | OBJ_KERNEL_HANDLE, nullptr, nullptr);
    const auto status =
        ob::create_event(handle, EVENT_ALL_ACCESS, &attributes, type, true, KernelMode);
    if (!NT_SUCCESS(status))
        return nullptr;
    // The handle keeps the event alive; the pointer carries no reference of its own.
    auto entry = objects().resolve(nullptr, *handle);
    objects().dereference(entry->body);
    return static_cast<PKEVENT>(entry->body);
}

/// A process handle, or the pseudo handle of the current process, as its PEPROCESS.
Result<void *> process_from(HANDLE handle) {
    if (handle == NtCurrentProcess()) {
        void *process = ke::current_thread().process;
        return ps::is_system_process(process) ? nullptr : process;
    }
    auto entry = KS_TRY(objects().resolve_typed(ob::handle_process(handle), handle,
                                                ob::ObjectType::process, 0, false));
    // The handle holds it; a process named by a handle outlives this call.
    objects().dereference(entry.body);
    return entry.body;
}

} // namespace

extern "C" {

/// @doc NF:ntifs.ZwClose
NTSTATUS NTAPI ZwClose(HANDLE Handle) {
    return ob::close(Handle, KernelMode);
}

/// @doc NF:ntifs.NtClose
NTSTATUS NTAPI NtClose(HANDLE Handle) {
    return ob::close(Handle, previous_mode());
}

/// @doc NF:ntifs.ZwDuplicateObject
NTSTATUS NTAPI ZwDuplicateObject(HANDLE SourceProcessHandle, HANDLE SourceHandle,
                                 HANDLE TargetProcessHandle, PHANDLE TargetHandle,
                                 ACCESS_MASK DesiredAccess, ULONG HandleAttributes, ULONG Options) {
    auto source = process_from(SourceProcessHandle);
    if (!source)
        return source.error().value();
    Result<void *> target = static_cast<void *>(nullptr);
    if (TargetProcessHandle) {
        target = process_from(TargetProcessHandle);
        if (!target)
            return target.error().value();
    }
    auto made = ob::duplicate(*source, SourceHandle, *target, TargetProcessHandle && TargetHandle,
                              DesiredAccess, HandleAttributes, Options);
    if (!made)
        return made.error().value();
    if (TargetHandle)
        *TargetHandle = *made;
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.ZwMakeTemporaryObject
NTSTATUS NTAPI ZwMakeTemporaryObject(HANDLE Handle) {
    auto entry = objects().resolve(ob::handle_process(Handle), Handle);
    if (!entry)
        return entry.error().value();
    objects().make_temporary(entry->body);
    objects().dereference(entry->body);
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.ZwCreateEvent
NTSTATUS NTAPI ZwCreateEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                             POBJECT_ATTRIBUTES ObjectAttributes, EVENT_TYPE EventType,
                             BOOLEAN InitialState) {
    return ob::create_event(EventHandle, DesiredAccess, ObjectAttributes, EventType, InitialState,
                            KernelMode);
}

/// @doc NF:wdm.ZwOpenEvent
NTSTATUS NTAPI ZwOpenEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
                           POBJECT_ATTRIBUTES ObjectAttributes) {
    return open_named(EventHandle, DesiredAccess, ObjectAttributes, ob::ObjectType::event);
}

/// @doc NF:ntifs.ZwSetEvent
NTSTATUS NTAPI ZwSetEvent(HANDLE EventHandle, PLONG PreviousState) {
    auto entry = objects().resolve_typed(ob::handle_process(EventHandle), EventHandle,
                                         ob::ObjectType::event, EVENT_MODIFY_STATE, false);
    if (!entry)
        return entry.error().value();
    const LONG before = KeSetEvent(static_cast<PKEVENT>(entry->body), 1, FALSE);
    objects().dereference(entry->body);
    if (PreviousState)
        *PreviousState = before;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ZwClearEvent(HANDLE EventHandle) {
    auto entry = objects().resolve_typed(ob::handle_process(EventHandle), EventHandle,
                                         ob::ObjectType::event, EVENT_MODIFY_STATE, false);
    if (!entry)
        return entry.error().value();
    KeClearEvent(static_cast<PKEVENT>(entry->body));
    objects().dereference(entry->body);
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.ZwWaitForSingleObject
NTSTATUS NTAPI ZwWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, PLARGE_INTEGER Timeout) {
    return ob::wait(Handle, Alertable, Timeout, KernelMode);
}

/// @doc NF:wdm.ZwCreateDirectoryObject
NTSTATUS NTAPI ZwCreateDirectoryObject(PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess,
                                       POBJECT_ATTRIBUTES ObjectAttributes) {
    auto captured = ob::capture_attributes(ObjectAttributes, KernelMode);
    if (!captured)
        return captured.error().value();
    if (!captured->has_name)
        return STATUS_OBJECT_PATH_SYNTAX_BAD;
    auto made = objects().create_directory(captured->name, captured->attributes & OBJ_PERMANENT);
    const bool exists = !made && made.error() == Status(STATUS_OBJECT_NAME_COLLISION) &&
                        captured->attributes & OBJ_OPENIF;
    if (!made && !exists)
        return made.error().value();
    const auto status =
        open_named(DirectoryHandle, DesiredAccess, ObjectAttributes, ob::ObjectType::directory);
    return NT_SUCCESS(status) && exists ? STATUS_OBJECT_NAME_EXISTS : status;
}

/// @doc NF:ntifs.ZwOpenDirectoryObject
NTSTATUS NTAPI ZwOpenDirectoryObject(PHANDLE DirectoryHandle, ACCESS_MASK DesiredAccess,
                                     POBJECT_ATTRIBUTES ObjectAttributes) {
    return open_named(DirectoryHandle, DesiredAccess, ObjectAttributes, ob::ObjectType::directory);
}

/// @doc NF:wdm.ZwOpenSymbolicLinkObject
NTSTATUS NTAPI ZwOpenSymbolicLinkObject(PHANDLE LinkHandle, ACCESS_MASK DesiredAccess,
                                        POBJECT_ATTRIBUTES ObjectAttributes) {
    return open_named(LinkHandle, DesiredAccess, ObjectAttributes, ob::ObjectType::symbolic_link);
}

/// @doc NF:wdm.ZwQuerySymbolicLinkObject
NTSTATUS NTAPI ZwQuerySymbolicLinkObject(HANDLE LinkHandle, PUNICODE_STRING LinkTarget,
                                         PULONG ReturnedLength) {
    auto entry = objects().resolve_typed(ob::handle_process(LinkHandle), LinkHandle,
                                         ob::ObjectType::symbolic_link, 0, false);
    if (!entry)
        return entry.error().value();
    const auto target = *objects().link_target(entry->body);
    objects().dereference(entry->body);
    const auto bytes = target.size() * 2;
    if (ReturnedLength)
        *ReturnedLength = static_cast<ULONG>(bytes + 2);
    if (LinkTarget->MaximumLength < bytes)
        return STATUS_BUFFER_TOO_SMALL;
    std::memcpy(LinkTarget->Buffer, target.data(), bytes);
    LinkTarget->Length = static_cast<USHORT>(bytes);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoCreateNotificationEvent
PKEVENT NTAPI IoCreateNotificationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle) {
    return open_or_create_event(EventName, EventHandle, NotificationEvent);
}

/// @doc NF:wdm.IoCreateSynchronizationEvent
PKEVENT NTAPI IoCreateSynchronizationEvent(PUNICODE_STRING EventName, PHANDLE EventHandle) {
    return open_or_create_event(EventName, EventHandle, SynchronizationEvent);
}

/// @doc NF:wdm.IoCreateSymbolicLink
NTSTATUS NTAPI IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName) {
    auto made = objects().create_link(text_of(*SymbolicLinkName), text_of(*DeviceName));
    return made ? STATUS_SUCCESS : made.error().value();
}

/// @doc NF:wdm.IoCreateUnprotectedSymbolicLink
NTSTATUS NTAPI IoCreateUnprotectedSymbolicLink(PUNICODE_STRING SymbolicLinkName,
                                               PUNICODE_STRING DeviceName) {
    return IoCreateSymbolicLink(SymbolicLinkName, DeviceName);
}

/// @doc NF:wdm.IoDeleteSymbolicLink
NTSTATUS NTAPI IoDeleteSymbolicLink(PUNICODE_STRING SymbolicLinkName) {
    auto gone = objects().delete_link(text_of(*SymbolicLinkName));
    return gone ? STATUS_SUCCESS : gone.error().value();
}

} // extern "C"

namespace ksbox {

std::span<const Export> object_service_exports() {
    static const Export table[] = {
        done<ZwClose>("ZwClose", "NF:ntifs.ZwClose"),
        done<NtClose>("NtClose", "NF:ntifs.NtClose"),
        done<ZwDuplicateObject>("ZwDuplicateObject", "NF:ntifs.ZwDuplicateObject"),
        done<ZwMakeTemporaryObject>("ZwMakeTemporaryObject", "NF:wdm.ZwMakeTemporaryObject"),
        done<ZwCreateEvent>("ZwCreateEvent", "NF:ntifs.ZwCreateEvent"),
        done<ZwOpenEvent>("ZwOpenEvent", "NF:wdm.ZwOpenEvent"),
        done<ZwSetEvent>("ZwSetEvent", "NF:ntifs.ZwSetEvent"),
        done<ZwClearEvent>("ZwClearEvent", ""),
        done<ZwWaitForSingleObject>("ZwWaitForSingleObject", "NF:ntifs.ZwWaitForSingleObject"),
        done<ZwCreateDirectoryObject>("ZwCreateDirectoryObject", "NF:wdm.ZwCreateDirectoryObject"),
        done<ZwOpenDirectoryObject>("ZwOpenDirectoryObject", "NF:ntifs.ZwOpenDirectoryObject"),
        done<ZwOpenSymbolicLinkObject>("ZwOpenSymbolicLinkObject",
                                       "NF:wdm.ZwOpenSymbolicLinkObject"),
        done<ZwQuerySymbolicLinkObject>("ZwQuerySymbolicLinkObject",
                                        "NF:wdm.ZwQuerySymbolicLinkObject"),
        done<IoCreateNotificationEvent>("IoCreateNotificationEvent",
                                        "NF:wdm.IoCreateNotificationEvent"),
        done<IoCreateSynchronizationEvent>("IoCreateSynchronizationEvent",
                                           "NF:wdm.IoCreateSynchronizationEvent"),
        done<IoCreateSymbolicLink>("IoCreateSymbolicLink", "NF:wdm.IoCreateSymbolicLink"),
        done<IoCreateUnprotectedSymbolicLink>("IoCreateUnprotectedSymbolicLink",
                                              "NF:wdm.IoCreateUnprotectedSymbolicLink"),
        done<IoDeleteSymbolicLink>("IoDeleteSymbolicLink", "NF:wdm.IoDeleteSymbolicLink"),
    };
    return table;
}

} // namespace ksbox
