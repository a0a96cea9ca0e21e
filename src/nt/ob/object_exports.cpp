// Ob*: references and handles by pointer, as drivers use them.
#include <cstring>

#include "abi/export.h"
#include "nt/exports.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"
#include "nt/ob/services.h"

using namespace ksbox;

namespace {

ob::ObjectManager &objects() {
    return current_kernel().objects();
}

NTSTATUS reference_by_handle(HANDLE handle, ACCESS_MASK access, POBJECT_TYPE type,
                             KPROCESSOR_MODE mode, PVOID *object,
                             POBJECT_HANDLE_INFORMATION information) {
    *object = nullptr;
    // A kernel handle is no business of user mode, whoever passes it on.
    void *process = ob::handle_process(handle);
    if (mode != KernelMode && reinterpret_cast<LONG_PTR>(handle) < 0)
        return STATUS_INVALID_HANDLE;
    auto entry = objects().resolve(process, handle);
    if (!entry)
        return entry.error().value();
    NTSTATUS status = STATUS_SUCCESS;
    if (type) {
        auto wanted = ob::type_from_pointer(type);
        if (!wanted || *wanted != objects().type_of(entry->body))
            status = STATUS_OBJECT_TYPE_MISMATCH;
    }
    const auto &mapping = objects().operations(objects().type_of(entry->body)).mapping;
    if (NT_SUCCESS(status) && mode != KernelMode &&
        (ob::map_access(access, mapping) & ~entry->access))
        status = STATUS_ACCESS_DENIED;
    if (!NT_SUCCESS(status)) {
        objects().dereference(entry->body);
        return status;
    }
    if (information) {
        information->HandleAttributes = entry->attributes;
        information->GrantedAccess = entry->access;
    }
    *object = entry->body;
    return STATUS_SUCCESS;
}

NTSTATUS reference_by_pointer(PVOID object, POBJECT_TYPE type, KPROCESSOR_MODE mode) {
    if (type) {
        auto wanted = ob::type_from_pointer(type);
        if (!wanted || *wanted != objects().type_of(object))
            return STATUS_OBJECT_TYPE_MISMATCH;
    } else if (mode != KernelMode) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    objects().reference(object);
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

/// @doc NF:wdm.ObReferenceObjectByHandle
NTSTATUS NTAPI ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess,
                                         POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                                         PVOID *Object,
                                         POBJECT_HANDLE_INFORMATION HandleInformation) {
    // The pseudo handles of the current process and thread.
    if (Handle == NtCurrentThread() || Handle == NtCurrentProcess()) {
        const bool thread = Handle == NtCurrentThread();
        PVOID body = thread ? static_cast<PVOID>(KeGetCurrentThread())
                            : static_cast<PVOID>(IoGetCurrentProcess());
        auto status = reference_by_pointer(body, ObjectType, KernelMode);
        *Object = NT_SUCCESS(status) ? body : nullptr;
        if (NT_SUCCESS(status) && HandleInformation)
            *HandleInformation = {0, STANDARD_RIGHTS_ALL | SPECIFIC_RIGHTS_ALL};
        return status;
    }
    return reference_by_handle(Handle, DesiredAccess, ObjectType, AccessMode, Object,
                               HandleInformation);
}

/// @doc NF:wdm.ObReferenceObjectByHandleWithTag
NTSTATUS NTAPI ObReferenceObjectByHandleWithTag(HANDLE Handle, ACCESS_MASK DesiredAccess,
                                                POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                                                ULONG, PVOID *Object,
                                                POBJECT_HANDLE_INFORMATION HandleInformation) {
    return ObReferenceObjectByHandle(Handle, DesiredAccess, ObjectType, AccessMode, Object,
                                     HandleInformation);
}

/// @doc NF:wdm.ObReferenceObjectByPointer
NTSTATUS NTAPI ObReferenceObjectByPointer(PVOID Object, ACCESS_MASK, POBJECT_TYPE ObjectType,
                                          KPROCESSOR_MODE AccessMode) {
    return reference_by_pointer(Object, ObjectType, AccessMode);
}

/// @doc NF:wdm.ObReferenceObjectByPointerWithTag
NTSTATUS NTAPI ObReferenceObjectByPointerWithTag(PVOID Object, ACCESS_MASK, POBJECT_TYPE ObjectType,
                                                 KPROCESSOR_MODE AccessMode, ULONG) {
    return reference_by_pointer(Object, ObjectType, AccessMode);
}

/// @doc NF:wdm.ObfReferenceObject
LONG_PTR NTAPI ObfReferenceObject(PVOID Object) {
    return objects().reference(Object);
}

/// @doc NF:wdm.ObReferenceObjectWithTag
LONG_PTR NTAPI ObfReferenceObjectWithTag(PVOID Object, ULONG) {
    return objects().reference(Object);
}

/// @doc NF:wdm.ObDereferenceObject
LONG_PTR NTAPI ObfDereferenceObject(PVOID Object) {
    return objects().dereference(Object);
}

/// @doc NF:wdm.ObDereferenceObjectWithTag
LONG_PTR NTAPI ObfDereferenceObjectWithTag(PVOID Object, ULONG) {
    return objects().dereference(Object);
}

/// Types whose end needs PASSIVE_LEVEL are deferred to a worker where the caller is above it; at
/// PASSIVE_LEVEL nothing is gained by deferring. @doc NF:wdm.ObDereferenceObjectDeferDelete
VOID NTAPI ObDereferenceObjectDeferDelete(PVOID Object) {
    objects().dereference(Object);
}

/// @doc NF:wdm.ObDereferenceObjectDeferDeleteWithTag
VOID NTAPI ObDereferenceObjectDeferDeleteWithTag(PVOID Object, ULONG) {
    objects().dereference(Object);
}

/// @doc NF:ntifs.ObOpenObjectByPointer
NTSTATUS NTAPI ObOpenObjectByPointer(PVOID Object, ULONG HandleAttributes,
                                     PACCESS_STATE PassedAccessState, ACCESS_MASK DesiredAccess,
                                     POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                                     PHANDLE Handle) {
    *Handle = nullptr;
    if (auto status = reference_by_pointer(Object, ObjectType, AccessMode); !NT_SUCCESS(status))
        return status;
    if (PassedAccessState)
        DesiredAccess |=
            PassedAccessState->RemainingDesiredAccess | PassedAccessState->PreviouslyGrantedAccess;
    void *process = HandleAttributes & OBJ_KERNEL_HANDLE ? nullptr : ke::current_thread().process;
    auto handle = objects().create_handle(process, Object, DesiredAccess, HandleAttributes);
    objects().dereference(Object);
    if (!handle)
        return handle.error().value();
    *Handle = *handle;
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.ObOpenObjectByPointerWithTag
NTSTATUS NTAPI ObOpenObjectByPointerWithTag(PVOID Object, ULONG HandleAttributes,
                                            PACCESS_STATE PassedAccessState,
                                            ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
                                            KPROCESSOR_MODE AccessMode, ULONG, PHANDLE Handle) {
    return ObOpenObjectByPointer(Object, HandleAttributes, PassedAccessState, DesiredAccess,
                                 ObjectType, AccessMode, Handle);
}

/// @doc NF:wdm.ObCloseHandle
NTSTATUS NTAPI ObCloseHandle(HANDLE Handle, KPROCESSOR_MODE PreviousMode) {
    return ob::close(Handle, PreviousMode);
}

/// Undocumented but widely used to find a driver or device by its path; @observed in public driver
/// sources: the object is returned referenced, links are followed.
NTSTATUS NTAPI ObReferenceObjectByName(PUNICODE_STRING ObjectName, ULONG, PACCESS_STATE,
                                       ACCESS_MASK, POBJECT_TYPE ObjectType, KPROCESSOR_MODE, PVOID,
                                       PVOID *Object) {
    *Object = nullptr;
    auto type = ob::type_from_pointer(ObjectType);
    if (!type)
        return STATUS_OBJECT_TYPE_MISMATCH;
    auto found = objects().open(
        {reinterpret_cast<const char16_t *>(ObjectName->Buffer), ObjectName->Length / 2u}, *type);
    if (!found)
        return found.error().value();
    *Object = *found;
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.ObQueryNameString
NTSTATUS NTAPI ObQueryNameString(PVOID Object, POBJECT_NAME_INFORMATION ObjectNameInfo,
                                 ULONG Length, PULONG ReturnLength) {
    const auto name = objects().name_of(Object);
    const ULONG bytes = static_cast<ULONG>(name.size() * 2);
    *ReturnLength = sizeof(OBJECT_NAME_INFORMATION) + (bytes ? bytes + 2 : 0);
    if (Length < *ReturnLength)
        return STATUS_INFO_LENGTH_MISMATCH;
    ObjectNameInfo->Name = {};
    if (bytes) {
        auto *text = reinterpret_cast<WCHAR *>(ObjectNameInfo + 1);
        std::memcpy(text, name.data(), bytes);
        text[bytes / 2] = 0;
        ObjectNameInfo->Name = {static_cast<USHORT>(bytes), static_cast<USHORT>(bytes + 2), text};
    }
    return STATUS_SUCCESS;
}

/// @doc NF:ntifs.ObMakeTemporaryObject
VOID NTAPI ObMakeTemporaryObject(PVOID Object) {
    objects().make_temporary(Object);
}

/// @doc NF:ntifs.ObIsKernelHandle
BOOLEAN NTAPI ObIsKernelHandle(HANDLE Handle) {
    return reinterpret_cast<LONG_PTR>(Handle) < 0 && Handle != NtCurrentProcess() &&
           Handle != NtCurrentThread();
}

/// @doc NF:ntifs.ObGetObjectType
POBJECT_TYPE NTAPI ObGetObjectType(PVOID Object) {
    return ob::object_type_pointer(objects().type_of(Object));
}

} // extern "C"

namespace ksbox {

std::span<const Export> object_exports() {
    static const Export table[] = {
        done<ObReferenceObjectByHandle>("ObReferenceObjectByHandle",
                                        "NF:wdm.ObReferenceObjectByHandle"),
        done<ObReferenceObjectByHandleWithTag>("ObReferenceObjectByHandleWithTag",
                                               "NF:wdm.ObReferenceObjectByHandleWithTag"),
        done<ObReferenceObjectByPointer>("ObReferenceObjectByPointer",
                                         "NF:wdm.ObReferenceObjectByPointer"),
        done<ObReferenceObjectByPointerWithTag>("ObReferenceObjectByPointerWithTag",
                                                "NF:wdm.ObReferenceObjectByPointerWithTag"),
        done<ObfReferenceObject>("ObfReferenceObject", "NF:wdm.ObfReferenceObject"),
        done<ObfReferenceObjectWithTag>("ObfReferenceObjectWithTag",
                                        "NF:wdm.ObReferenceObjectWithTag"),
        // What the headers have as macros for these; some drivers look the names up.
        done<ObfReferenceObject>("ObReferenceObject", "NF:wdm.ObReferenceObject"),
        done<ObfReferenceObjectWithTag>("ObReferenceObjectWithTag",
                                        "NF:wdm.ObReferenceObjectWithTag"),
        done<ObfDereferenceObject>("ObDereferenceObject", "NF:wdm.ObDereferenceObject"),
        done<ObfDereferenceObjectWithTag>("ObDereferenceObjectWithTag",
                                          "NF:wdm.ObDereferenceObjectWithTag"),
        done<ObfDereferenceObject>("ObfDereferenceObject", "NF:wdm.ObDereferenceObject"),
        done<ObfDereferenceObjectWithTag>("ObfDereferenceObjectWithTag",
                                          "NF:wdm.ObDereferenceObjectWithTag"),
        done<ObDereferenceObjectDeferDelete>("ObDereferenceObjectDeferDelete",
                                             "NF:wdm.ObDereferenceObjectDeferDelete"),
        done<ObDereferenceObjectDeferDeleteWithTag>("ObDereferenceObjectDeferDeleteWithTag",
                                                    "NF:wdm.ObDereferenceObjectDeferDeleteWithTag"),
        done<ObOpenObjectByPointer>("ObOpenObjectByPointer", "NF:ntifs.ObOpenObjectByPointer"),
        done<ObOpenObjectByPointerWithTag>("ObOpenObjectByPointerWithTag",
                                           "NF:ntifs.ObOpenObjectByPointerWithTag"),
        done<ObCloseHandle>("ObCloseHandle", "NF:wdm.ObCloseHandle"),
        done<ObReferenceObjectByName>("ObReferenceObjectByName", ""),
        done<ObQueryNameString>("ObQueryNameString", "NF:ntifs.ObQueryNameString"),
        done<ObMakeTemporaryObject>("ObMakeTemporaryObject", "NF:ntifs.ObMakeTemporaryObject"),
        done<ObIsKernelHandle>("ObIsKernelHandle", "NF:ntifs.ObIsKernelHandle"),
        done<ObGetObjectType>("ObGetObjectType", "NF:ntifs.ObGetObjectType"),
    };
    return table;
}

} // namespace ksbox
