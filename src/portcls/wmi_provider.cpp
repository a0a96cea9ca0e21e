// Registration of WMI data blocks.
#include "portcls/wmi_provider.h"

#include <cstring>
#include <string_view>

#include "abi/export.h"
#include "ks/dispatch.h"
#include "nt/call_driver.h"
#include "nt/spin_guard.h"
#include "portcls/adapter.h"
#include "portcls/port_services.h"

namespace ksbox::portcls {
namespace {

KS_ASSERT_MS_ABI(PWMI_QUERY_REGINFO);

// Actions of IoWMIRegistrationControl.
constexpr ULONG action_register = 1, action_deregister = 2;

/// A string in the answer: its bytes as a USHORT, then itself.
ULONG string_bytes(const UNICODE_STRING &string) {
    return sizeof(USHORT) + string.Length;
}
ULONG put_string(UCHAR *answer, ULONG &offset, const UNICODE_STRING &string) {
    const ULONG place = offset;
    std::memcpy(answer + place, &string.Length, sizeof string.Length);
    if (string.Length)
        std::memcpy(answer + place + sizeof string.Length, string.Buffer, string.Length);
    offset += string_bytes(string);
    return place;
}

/// IRP_MN_REGINFO(_EX) into the IRP's buffer; `information`: the bytes of it. What QueryWmiRegInfo
/// answers; STATUS_BUFFER_TOO_SMALL with the number of bytes needed.
NTSTATUS describe(const WMILIB_CONTEXT &context, PDEVICE_OBJECT fdo, void *buffer, ULONG bytes,
                  ULONG_PTR &information) {
    ULONG flags = 0;
    UNICODE_STRING base_name{}, resource_name{};
    PUNICODE_STRING registry_path = nullptr;
    PDEVICE_OBJECT pdo = nullptr;
    const NTSTATUS status = call_driver("DpWmiQueryReginfo", fdo, context.QueryWmiRegInfo, fdo,
                                        &flags, &base_name, &registry_path, &resource_name, &pdo);
    const bool has_base = flags & WMIREG_FLAG_INSTANCE_BASENAME;
    const UNICODE_STRING path = registry_path ? *registry_path : UNICODE_STRING{};
    const ULONG head = sizeof(WMIREGINFOW) + context.GuidCount * sizeof(WMIREGGUIDW);
    const ULONG needed = head + string_bytes(path) + string_bytes(resource_name) +
                         (has_base ? string_bytes(base_name) : 0);
    const bool fits = bytes >= needed;
    if (NT_SUCCESS(status) && fits) {
        std::memset(buffer, 0, needed);
        auto *const answer = static_cast<UCHAR *>(buffer);
        ULONG offset = head;
        auto &info = *static_cast<WMIREGINFOW *>(buffer);
        info.BufferSize = needed;
        info.RegistryPath = put_string(answer, offset, path);
        info.MofResourceName = put_string(answer, offset, resource_name);
        info.GuidCount = context.GuidCount;
        const ULONG base = has_base ? put_string(answer, offset, base_name) : 0;
        for (ULONG i = 0; i < context.GuidCount; ++i) {
            const WMIGUIDREGINFO &block = context.GuidList[i];
            WMIREGGUIDW &out = info.WmiRegGuid[i];
            out.Guid = *block.Guid;
            out.Flags = block.Flags | flags;
            out.InstanceCount = block.InstanceCount;
            if (flags & WMIREG_FLAG_INSTANCE_PDO)
                out.Pdo = reinterpret_cast<ULONG_PTR>(pdo);
            else if (has_base)
                out.BaseNameOffset = base;
        }
        information = needed;
    }
    if (has_base && base_name.Buffer)
        ExFreePool(base_name.Buffer); // "WMI frees the string"
    if (!NT_SUCCESS(status) || fits)
        return status;
    if (bytes >= sizeof needed) {
        std::memcpy(buffer, &needed, sizeof needed);
        information = sizeof needed;
    }
    return STATUS_BUFFER_TOO_SMALL;
}

} // namespace

bool WmiProviders::add(PDEVICE_OBJECT fdo, const WMILIB_CONTEXT &context) {
    SpinGuard guard(lock_);
    return contexts_.try_emplace(fdo, &context).second;
}

const WMILIB_CONTEXT *WmiProviders::find(PDEVICE_OBJECT fdo) const {
    SpinGuard guard(lock_);
    const auto found = contexts_.find(fdo);
    return found == contexts_.end() ? nullptr : found->second;
}

bool WmiProviders::remove(PDEVICE_OBJECT fdo) {
    SpinGuard guard(lock_);
    return contexts_.erase(fdo) != 0;
}

NTSTATUS dispatch_wmi(PDEVICE_OBJECT fdo, PIRP irp) {
    const IO_STACK_LOCATION &stack = *IoGetCurrentIrpStackLocation(irp);
    const auto &wmi = stack.Parameters.WMI;
    const WMILIB_CONTEXT *const context = WmiProviders::current().find(fdo);
    const bool asks =
        stack.MinorFunction == IRP_MN_REGINFO || stack.MinorFunction == IRP_MN_REGINFO_EX;
    if (!context || !asks || wmi.ProviderId != reinterpret_cast<ULONG_PTR>(fdo))
        return KsDefaultForwardIrp(fdo, irp);
    ULONG_PTR information = 0;
    const NTSTATUS status = describe(*context, fdo, wmi.Buffer, wmi.BufferSize, information);
    irp->IoStatus.Information = information;
    return ks::complete(irp, status);
}

NTSTATUS PortWmi::RegisterWMIProvider(PDEVICE_OBJECT fdo, PVOID provider) noexcept {
    const auto adapter = Adapter::of(fdo);
    const auto *context = static_cast<const WMILIB_CONTEXT *>(provider);
    // QueryWmiRegInfo is "a required entry point".
    if (!adapter || !context || !context->GuidCount || !context->GuidList ||
        !context->QueryWmiRegInfo)
        return STATUS_INVALID_PARAMETER;
    if (!WmiProviders::current().add(fdo, *context)) {
        adapter->finding("IPortWMIRegistration::RegisterWMIProvider: called twice for an adapter");
        return STATUS_INVALID_PARAMETER;
    }
    const NTSTATUS status = IoWMIRegistrationControl(fdo, action_register);
    if (!NT_SUCCESS(status))
        WmiProviders::current().remove(fdo);
    return status;
}

NTSTATUS PortWmi::UnregisterWMIProvider(PDEVICE_OBJECT fdo) noexcept {
    if (!Adapter::of(fdo))
        return STATUS_INVALID_PARAMETER;
    if (!WmiProviders::current().remove(fdo))
        return STATUS_NOT_FOUND;
    return IoWMIRegistrationControl(fdo, action_deregister);
}

} // namespace ksbox::portcls
