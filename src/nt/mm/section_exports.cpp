// Sections and views as drivers see them. PASSIVE_LEVEL (views in system space: APC_LEVEL).
#include <array>

#include "abi/windows.h"

#include "nt/exports.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/mm/section.h"
#include "nt/mm/verifier.h"
#include "nt/ob/object_attributes.h"
#include "nt/ob/object_manager.h"
#include "nt/ob/services.h"
#include "nt/ps/process.h"

namespace ksbox::mm {
namespace {

Views &views() {
    return current_kernel().extension<Views>();
}

ob::ObjectManager &objects() {
    return current_kernel().objects();
}

NTSTATUS value(const Result<void> &result) {
    return result ? STATUS_SUCCESS : result.error().value();
}

/// Names the section and gives it a handle; takes over the caller's reference.
NTSTATUS publish(void *section, const ob::CapturedAttributes &attributes, ACCESS_MASK access,
                 PHANDLE handle) {
    NTSTATUS status = STATUS_SUCCESS;
    if (attributes.has_name && !attributes.name.empty()) {
        auto named =
            objects().insert_name(attributes.name, section, attributes.attributes & OBJ_PERMANENT);
        if (!named) {
            objects().dereference(section);
            if (named.error() != Status(STATUS_OBJECT_NAME_COLLISION) ||
                !(attributes.attributes & OBJ_OPENIF))
                return named.error().value();
            auto existing = objects().open(attributes.name, ob::ObjectType::section);
            if (!existing)
                return existing.error().value();
            section = *existing;
            status = STATUS_OBJECT_NAME_EXISTS;
        }
    }
    auto made = objects().create_handle(ob::target_process(attributes.attributes), section, access,
                                        attributes.attributes);
    objects().dereference(section);
    if (!made)
        return made.error().value();
    *handle = *made;
    return status;
}

Result<void *> make(PLARGE_INTEGER size, ULONG protection, ULONG attributes, PFILE_OBJECT file) {
    SectionRequest request;
    request.bytes = size ? static_cast<std::uint64_t>(size->QuadPart) : 0;
    request.protection = protection;
    request.attributes = attributes;
    request.file = file;
    return views().create(request);
}

/// The file behind a handle, or null for none; referenced.
Result<PFILE_OBJECT> file_of(HANDLE handle) {
    if (handle == nullptr)
        return nullptr;
    auto entry = KS_TRY(objects().resolve_typed(ob::handle_process(handle), handle,
                                                ob::ObjectType::file, 0, false));
    return static_cast<PFILE_OBJECT>(entry.body);
}

/// A process handle's PEPROCESS; null for the system process.
Result<void *> process_of(HANDLE handle) {
    if (handle == NtCurrentProcess())
        return ke::current_thread().process;
    auto entry = KS_TRY(objects().resolve_typed(ob::handle_process(handle), handle,
                                                ob::ObjectType::process, 0, false));
    objects().dereference(entry.body); // the handle holds it
    return entry.body;
}

NTSTATUS map_view(void *section, void *process, PVOID *base, PLARGE_INTEGER offset, PSIZE_T bytes,
                  ULONG protection) {
    ViewRequest request;
    request.process = process;
    request.at = static_cast<std::byte *>(*base);
    request.offset = offset ? static_cast<std::uint64_t>(offset->QuadPart) : 0;
    request.bytes = *bytes;
    request.protection = protection;
    const auto view = views().map(section, request);
    if (!view)
        return view.error().value();
    *base = *view;
    *bytes = request.bytes;
    if (offset)
        offset->QuadPart = static_cast<LONGLONG>(request.offset);
    return STATUS_SUCCESS;
}

ACCESS_MASK access_for(ULONG protection) {
    return protection & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE) ? SECTION_MAP_WRITE
                                                                  : SECTION_MAP_READ;
}

constexpr ULONG_PTR most_zero_bits = 20;

} // namespace

extern "C" {

/// @doc NF:wdm.ZwCreateSection
NTSTATUS NTAPI ZwCreateSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess,
                               POBJECT_ATTRIBUTES ObjectAttributes, PLARGE_INTEGER MaximumSize,
                               ULONG SectionPageProtection, ULONG AllocationAttributes,
                               HANDLE FileHandle) {
    auto captured = ob::capture_attributes(ObjectAttributes, KernelMode);
    if (!captured)
        return captured.error().value();
    auto file = file_of(FileHandle);
    if (!file)
        return file.error().value();
    auto section = make(MaximumSize, SectionPageProtection, AllocationAttributes, *file);
    if (*file)
        objects().dereference(*file);
    if (!section)
        return section.error().value();
    return publish(*section, *captured, DesiredAccess, SectionHandle);
}

/// @doc NF:ntifs.NtCreateSection
NTSTATUS NTAPI NtCreateSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess,
                               POBJECT_ATTRIBUTES ObjectAttributes, PLARGE_INTEGER MaximumSize,
                               ULONG SectionPageProtection, ULONG AllocationAttributes,
                               HANDLE FileHandle) {
    return ZwCreateSection(SectionHandle, DesiredAccess, ObjectAttributes, MaximumSize,
                           SectionPageProtection, AllocationAttributes, FileHandle);
}

/// @doc NF:wdm.ZwOpenSection
NTSTATUS NTAPI ZwOpenSection(PHANDLE SectionHandle, ACCESS_MASK DesiredAccess,
                             POBJECT_ATTRIBUTES ObjectAttributes) {
    auto captured = ob::capture_attributes(ObjectAttributes, KernelMode);
    if (!captured)
        return captured.error().value();
    auto section = objects().open(captured->name, ob::ObjectType::section);
    if (!section)
        return section.error().value();
    auto made = objects().create_handle(ob::target_process(captured->attributes), *section,
                                        DesiredAccess, captured->attributes);
    objects().dereference(*section);
    if (!made)
        return made.error().value();
    *SectionHandle = *made;
    return STATUS_SUCCESS;
}

/// A view of the system process lies in system memory. @doc NF:wdm.ZwMapViewOfSection
NTSTATUS NTAPI ZwMapViewOfSection(HANDLE SectionHandle, HANDLE ProcessHandle, PVOID *BaseAddress,
                                  ULONG_PTR ZeroBits, SIZE_T, PLARGE_INTEGER SectionOffset,
                                  PSIZE_T ViewSize, SECTION_INHERIT InheritDisposition, ULONG,
                                  ULONG Win32Protect) {
    if (InheritDisposition != ViewShare && InheritDisposition != ViewUnmap)
        return STATUS_INVALID_PARAMETER_8;
    if (ZeroBits > most_zero_bits)
        return STATUS_INVALID_PARAMETER_4;
    auto process = process_of(ProcessHandle);
    if (!process)
        return process.error().value();
    auto entry = objects().resolve_typed(ob::handle_process(SectionHandle), SectionHandle,
                                         ob::ObjectType::section, access_for(Win32Protect), true);
    if (!entry)
        return entry.error().value();
    const NTSTATUS status =
        map_view(entry->body, *process, BaseAddress, SectionOffset, ViewSize, Win32Protect);
    objects().dereference(entry->body);
    return status;
}

/// @doc NF:wdm.ZwUnmapViewOfSection
NTSTATUS NTAPI ZwUnmapViewOfSection(HANDLE ProcessHandle, PVOID BaseAddress) {
    auto process = process_of(ProcessHandle);
    if (!process)
        return process.error().value();
    return value(views().unmap(*process, BaseAddress));
}

NTSTATUS NTAPI MmCreateSection(PVOID *SectionObject, ACCESS_MASK, POBJECT_ATTRIBUTES,
                               PLARGE_INTEGER MaximumSize, ULONG SectionPageProtection,
                               ULONG AllocationAttributes, HANDLE FileHandle,
                               PFILE_OBJECT FileObject) {
    auto file = file_of(FileObject ? nullptr : FileHandle);
    if (!file)
        return file.error().value();
    auto section = make(MaximumSize, SectionPageProtection, AllocationAttributes,
                        FileObject ? FileObject : *file);
    if (*file)
        objects().dereference(*file);
    if (!section)
        return section.error().value();
    *SectionObject = *section;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI MmMapViewOfSection(PVOID SectionObject, PEPROCESS Process, PVOID *BaseAddress,
                                  ULONG_PTR, SIZE_T, PLARGE_INTEGER SectionOffset, PSIZE_T ViewSize,
                                  SECTION_INHERIT, ULONG, ULONG Win32Protect) {
    return map_view(SectionObject, Process, BaseAddress, SectionOffset, ViewSize, Win32Protect);
}

NTSTATUS NTAPI MmUnmapViewOfSection(PEPROCESS Process, PVOID BaseAddress) {
    return value(views().unmap(Process, BaseAddress));
}

/// The page says "true if the map view operation was successful"; the function's type is NTSTATUS
/// and STATUS_SUCCESS is what drivers test for (inferred). @doc NF:ntddk.MmMapViewInSystemSpace
NTSTATUS NTAPI MmMapViewInSystemSpace(PVOID Section, PVOID *MappedBase, PSIZE_T ViewSize) {
    *MappedBase = nullptr;
    ULONG protection = PAGE_READWRITE;
    NTSTATUS status = map_view(Section, nullptr, MappedBase, nullptr, ViewSize, protection);
    if (status == STATUS_SECTION_PROTECTION)
        status = map_view(Section, nullptr, MappedBase, nullptr, ViewSize, PAGE_READONLY);
    return status;
}

/// @doc NF:ntddk.MmUnmapViewInSystemSpace
NTSTATUS NTAPI MmUnmapViewInSystemSpace(PVOID MappedBase) {
    return value(views().unmap(nullptr, MappedBase));
}

/// @doc NF:ntddk.MmSecureVirtualMemory
HANDLE NTAPI MmSecureVirtualMemory(PVOID Address, SIZE_T Size, ULONG ProbeMode) {
    if (ProbeMode != PAGE_READWRITE && ProbeMode != PAGE_READONLY)
        return nullptr;
    return views().secure(ke::current_thread().process, Address, Size, ProbeMode == PAGE_READWRITE);
}

/// @doc NF:ntddk.MmUnsecureVirtualMemory
VOID NTAPI MmUnsecureVirtualMemory(HANDLE SecureHandle) {
    if (!views().unsecure(SecureHandle))
        bug_check(0x1a, 0, reinterpret_cast<std::uint64_t>(SecureHandle), 0, 0,
                  "MmUnsecureVirtualMemory was given a handle that secures nothing");
}

} // extern "C"
} // namespace ksbox::mm

namespace ksbox {

std::span<const Export> section_exports() {
    using namespace mm;
    static const std::array table{
        // An image, and pages that copy on write, stop the box.
        partial<&ZwCreateSection>("ZwCreateSection", "NF:wdm.ZwCreateSection"),
        partial<&NtCreateSection>("NtCreateSection", "NF:ntifs.NtCreateSection"),
        done<&ZwOpenSection>("ZwOpenSection", "NF:wdm.ZwOpenSection"),
        partial<&ZwMapViewOfSection>("ZwMapViewOfSection", "NF:wdm.ZwMapViewOfSection"),
        done<&ZwUnmapViewOfSection>("ZwUnmapViewOfSection", "NF:wdm.ZwUnmapViewOfSection"),
        partial<&MmCreateSection>("MmCreateSection", ""),
        partial<&MmMapViewOfSection>("MmMapViewOfSection", ""),
        done<&MmUnmapViewOfSection>("MmUnmapViewOfSection", ""),
        done<&MmMapViewInSystemSpace>("MmMapViewInSystemSpace", "NF:ntddk.MmMapViewInSystemSpace"),
        done<&MmUnmapViewInSystemSpace>("MmUnmapViewInSystemSpace",
                                        "NF:ntddk.MmUnmapViewInSystemSpace"),
        done<&MmSecureVirtualMemory>("MmSecureVirtualMemory", "NF:ntddk.MmSecureVirtualMemory"),
        done<&MmUnsecureVirtualMemory>("MmUnsecureVirtualMemory",
                                       "NF:ntddk.MmUnsecureVirtualMemory"),
    };
    return table;
}

} // namespace ksbox
