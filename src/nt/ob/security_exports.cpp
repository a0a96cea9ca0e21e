// Security descriptors of objects: kept and handed out as they were set, never asked (in a box
// every client holds every right). PASSIVE_LEVEL.
#include <cstring>
#include <vector>

#include "abi/export.h"
#include "nt/exports.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"
#include "nt/rtl/security_descriptor.h"
#include "nt/se/well_known.h"

using namespace ksbox;

namespace {

constexpr ULONG tag = 0x63'65'53'4F; // "OSec"

/// A part that is not asked for, or not replaced, is left out of the copy.
rtl::SecurityParts selected(rtl::SecurityParts parts, SECURITY_INFORMATION wanted) {
    const auto drop = [&](SECURITY_INFORMATION part, auto &pointer, int flags) {
        if (wanted & part)
            return;
        pointer = nullptr;
        parts.control = static_cast<SECURITY_DESCRIPTOR_CONTROL>(parts.control & ~flags);
    };
    drop(OWNER_SECURITY_INFORMATION, parts.owner, SE_OWNER_DEFAULTED);
    drop(GROUP_SECURITY_INFORMATION, parts.group, SE_GROUP_DEFAULTED);
    drop(DACL_SECURITY_INFORMATION, parts.dacl, SE_DACL_PRESENT | SE_DACL_DEFAULTED);
    drop(SACL_SECURITY_INFORMATION, parts.sacl, SE_SACL_PRESENT | SE_SACL_DEFAULTED);
    return parts;
}

std::vector<std::byte> packed(const rtl::SecurityParts &parts) {
    std::vector<std::byte> bytes(rtl::self_relative_bytes(parts));
    rtl::write_self_relative(parts, bytes.data());
    return bytes;
}

/// The object's descriptor; one that says nothing where none was set.
std::vector<std::byte> descriptor_of(const void *body) {
    auto bytes = current_kernel().objects().security(body);
    return bytes.empty() ? packed({}) : bytes;
}

/// What is set replaces the parts that `what` names; the others stay.
NTSTATUS set_security(void *body, SECURITY_INFORMATION what, PSECURITY_DESCRIPTOR descriptor) {
    if (!RtlValidSecurityDescriptor(descriptor))
        return STATUS_INVALID_SECURITY_DESCR;
    auto before = descriptor_of(body);
    rtl::SecurityParts parts = selected(rtl::parts_of(before.data()), ~what);
    const rtl::SecurityParts added = selected(rtl::parts_of(descriptor), what);
    parts.owner = added.owner ? added.owner : parts.owner;
    parts.group = added.group ? added.group : parts.group;
    parts.dacl = added.dacl ? added.dacl : parts.dacl;
    parts.sacl = added.sacl ? added.sacl : parts.sacl;
    parts.control = static_cast<SECURITY_DESCRIPTOR_CONTROL>(parts.control | added.control);
    current_kernel().objects().set_security(body, packed(parts));
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

/// @doc NF:ntifs.ZwSetSecurityObject
NTSTATUS NTAPI ZwSetSecurityObject(HANDLE Handle, SECURITY_INFORMATION SecurityInformation,
                                   PSECURITY_DESCRIPTOR SecurityDescriptor) {
    auto &objects = current_kernel().objects();
    const auto entry = objects.resolve(ob::handle_process(Handle), Handle);
    if (!entry)
        return entry.error().value();
    const NTSTATUS status = set_security(entry->body, SecurityInformation, SecurityDescriptor);
    objects.dereference(entry->body);
    return status;
}

/// @doc NF:ntifs.ZwQuerySecurityObject
NTSTATUS NTAPI ZwQuerySecurityObject(HANDLE Handle, SECURITY_INFORMATION SecurityInformation,
                                     PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Length,
                                     PULONG LengthNeeded) {
    auto &objects = current_kernel().objects();
    const auto entry = objects.resolve(ob::handle_process(Handle), Handle);
    if (!entry)
        return entry.error().value();
    auto whole = descriptor_of(entry->body);
    objects.dereference(entry->body);
    const auto bytes = packed(selected(rtl::parts_of(whole.data()), SecurityInformation));
    *LengthNeeded = static_cast<ULONG>(bytes.size());
    if (Length < bytes.size())
        return STATUS_BUFFER_TOO_SMALL;
    std::memcpy(SecurityDescriptor, bytes.data(), bytes.size());
    return STATUS_SUCCESS;
}

/// The copy is the caller's until ObReleaseObjectSecurity. An object without a descriptor gives
/// null, as the page says of objects whose type has none. @doc NF:wdm.ObGetObjectSecurity
NTSTATUS NTAPI ObGetObjectSecurity(PVOID Object, PSECURITY_DESCRIPTOR *SecurityDescriptor,
                                   PBOOLEAN MemoryAllocated) {
    *SecurityDescriptor = nullptr;
    *MemoryAllocated = FALSE;
    const auto bytes = current_kernel().objects().security(Object);
    if (bytes.empty())
        return STATUS_SUCCESS;
    void *copy = ExAllocatePoolWithTag(PagedPool, bytes.size(), tag);
    if (!copy)
        return STATUS_INSUFFICIENT_RESOURCES;
    std::memcpy(copy, bytes.data(), bytes.size());
    *SecurityDescriptor = copy;
    *MemoryAllocated = TRUE;
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.ObReleaseObjectSecurity
VOID NTAPI ObReleaseObjectSecurity(PSECURITY_DESCRIPTOR SecurityDescriptor,
                                   BOOLEAN MemoryAllocated) {
    if (MemoryAllocated && SecurityDescriptor)
        ExFreePoolWithTag(SecurityDescriptor, tag);
}

} // extern "C"

namespace ksbox {

std::span<const Export> object_security_exports() {
    static const Export table[] = {
        data("SeExports", &se::exports, "NS:ntifs._SE_EXPORTS"),
        done<ZwSetSecurityObject>("ZwSetSecurityObject", "NF:ntifs.ZwSetSecurityObject"),
        done<ZwQuerySecurityObject>("ZwQuerySecurityObject", "NF:ntifs.ZwQuerySecurityObject"),
        done<ObGetObjectSecurity>("ObGetObjectSecurity", "NF:wdm.ObGetObjectSecurity"),
        done<ObReleaseObjectSecurity>("ObReleaseObjectSecurity", "NF:wdm.ObReleaseObjectSecurity"),
    };
    return table;
}

} // namespace ksbox
