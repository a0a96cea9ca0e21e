// Io…DeviceInterface…: registering, enabling, listing, keys and properties of interfaces.
#include <cstring>
#include <optional>

#include "abi/export.h"
#include "abi/guid.h"
#include "nt/cm/registry.h"
#include "nt/exports.h"
#include "nt/io/device_object.h"
#include "nt/io/driver_object.h"
#include "nt/io/interfaces.h"
#include "nt/io/property_store.h"
#include "nt/mm/pool.h"

using namespace ksbox;

namespace {

std::u16string_view text_of(const UNICODE_STRING &string) {
    return {reinterpret_cast<const char16_t *>(string.Buffer), string.Length / 2u};
}

io::Interfaces &interfaces() {
    return current_kernel().io().interfaces();
}

/// DEVPKEY_DeviceInterface_Enabled and _ClassGuid, which the system keeps itself.
std::optional<io::PropertyValue> system_property(const io::Interface &interface,
                                                 const DEVPROPKEY &key) {
    constexpr Guid device_interface{
        0x026e516e, 0xb814, 0x414b, {0x83, 0xcd, 0x85, 0x6d, 0x6f, 0xef, 0x48, 0x22}};
    constexpr ULONG enabled = 3, class_guid = 4;
    constexpr ULONG boolean = 0x11, guid = 0x0d; // DEVPROP_TYPE_*
    if (to_guid(key.fmtid) != device_interface)
        return std::nullopt;
    io::PropertyValue value{};
    if (key.pid == enabled) {
        value.type = boolean;
        value.data = {std::byte(interface.enabled ? 0xff : 0)}; // DEVPROP_TRUE
    } else if (key.pid == class_guid) {
        value.type = guid;
        const GUID category = to_windows(interface.category);
        value.data.resize(sizeof category);
        std::memcpy(value.data.data(), &category, sizeof category);
    } else {
        return std::nullopt;
    }
    return value;
}

/// A REG_MULTI_SZ in paged pool for the caller to free; null: no memory.
PWSTR give_list(const std::vector<io::Interface *> &list) {
    std::u16string text;
    for (const auto *interface : list)
        (text += interface->link) += u'\0';
    constexpr ULONG tag = 0x66'49'6f'49; // "IoIf"
    const auto bytes = (text.size() + 1) * 2;
    auto *copy = static_cast<PWSTR>(ExAllocatePoolWithTag(PagedPool, bytes, tag));
    if (copy) {
        std::memcpy(copy, text.data(), text.size() * 2);
        copy[text.size()] = 0;
    }
    return copy;
}

} // namespace

extern "C" {

/// @doc NF:wdm.IoRegisterDeviceInterface
NTSTATUS NTAPI IoRegisterDeviceInterface(PDEVICE_OBJECT PhysicalDeviceObject,
                                         const GUID *InterfaceClassGuid,
                                         PUNICODE_STRING ReferenceString,
                                         PUNICODE_STRING SymbolicLinkName) {
    const auto reference = ReferenceString ? text_of(*ReferenceString) : std::u16string_view();
    auto added = interfaces().add(PhysicalDeviceObject, to_guid(*InterfaceClassGuid), reference);
    if (!added)
        return added.error().value();
    *SymbolicLinkName = io::pool_string(current_kernel(), added->interface->link);
    if (!SymbolicLinkName->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    return added->is_new ? STATUS_SUCCESS : STATUS_OBJECT_NAME_EXISTS;
}

/// @doc NF:wdm.IoSetDeviceInterfaceState
NTSTATUS NTAPI IoSetDeviceInterfaceState(PUNICODE_STRING SymbolicLinkName, BOOLEAN Enable) {
    auto set = interfaces().set_state(text_of(*SymbolicLinkName), Enable);
    return set ? *set : set.error().value();
}

/// @doc NF:wdm.IoGetDeviceInterfaces
NTSTATUS NTAPI IoGetDeviceInterfaces(const GUID *InterfaceClassGuid,
                                     PDEVICE_OBJECT PhysicalDeviceObject, ULONG Flags,
                                     PWSTR *SymbolicLinkList) {
    *SymbolicLinkList = nullptr;
    if (PhysicalDeviceObject && !io::record_of(PhysicalDeviceObject).node)
        return STATUS_INVALID_DEVICE_REQUEST;
    const auto list = interfaces().list(to_guid(*InterfaceClassGuid), PhysicalDeviceObject,
                                        Flags & DEVICE_INTERFACE_INCLUDE_NONACTIVE);
    *SymbolicLinkList = give_list(list);
    return *SymbolicLinkList ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/// @doc NF:wdm.IoGetDeviceInterfaceAlias
NTSTATUS NTAPI IoGetDeviceInterfaceAlias(PUNICODE_STRING SymbolicLinkName,
                                         const GUID *AliasInterfaceClassGuid,
                                         PUNICODE_STRING AliasSymbolicLinkName) {
    auto *known = interfaces().find(text_of(*SymbolicLinkName));
    if (!known)
        return STATUS_INVALID_HANDLE;
    for (auto *other : interfaces().list(to_guid(*AliasInterfaceClassGuid), nullptr, true)) {
        if (other->instance != known->instance || other->reference != known->reference)
            continue;
        *AliasSymbolicLinkName = io::pool_string(current_kernel(), other->link);
        return AliasSymbolicLinkName->Buffer ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_OBJECT_NAME_NOT_FOUND;
}

/// @doc NF:wdm.IoOpenDeviceInterfaceRegistryKey
NTSTATUS NTAPI IoOpenDeviceInterfaceRegistryKey(PUNICODE_STRING SymbolicLinkName,
                                                ACCESS_MASK DesiredAccess,
                                                PHANDLE DeviceInterfaceRegKey) {
    *DeviceInterfaceRegKey = nullptr;
    auto *known = interfaces().find(text_of(*SymbolicLinkName));
    if (!known)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    auto key = current_kernel().registry().open_handle(known->key + u"\\Device Parameters",
                                                       DesiredAccess, true, nullptr);
    if (!key)
        return key.error().value();
    *DeviceInterfaceRegKey = *key;
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoSetDeviceInterfacePropertyData
NTSTATUS NTAPI IoSetDeviceInterfacePropertyData(PUNICODE_STRING SymbolicLinkName,
                                                const DEVPROPKEY *PropertyKey, LCID, ULONG,
                                                DEVPROPTYPE Type, ULONG Size, PVOID Data) {
    auto *known = interfaces().find(text_of(*SymbolicLinkName));
    if (!known)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    io::set_property(known->properties, *PropertyKey, Type, Size, Data);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoGetDeviceInterfacePropertyData
NTSTATUS NTAPI IoGetDeviceInterfacePropertyData(PUNICODE_STRING SymbolicLinkName,
                                                const DEVPROPKEY *PropertyKey, LCID, ULONG,
                                                ULONG Size, PVOID Data, PULONG RequiredSize,
                                                DEVPROPTYPE *Type) {
    auto *known = interfaces().find(text_of(*SymbolicLinkName));
    if (!known)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    const auto status =
        io::get_property(known->properties, *PropertyKey, Size, Data, RequiredSize, Type);
    if (status != STATUS_OBJECT_NAME_NOT_FOUND)
        return status;
    const auto fact = system_property(*known, *PropertyKey);
    return fact ? io::give_property(*fact, Size, Data, RequiredSize, Type) : status;
}

} // extern "C"

namespace ksbox {

std::span<const Export> device_interface_exports() {
    static const Export table[] = {
        done<IoRegisterDeviceInterface>("IoRegisterDeviceInterface",
                                        "NF:wdm.IoRegisterDeviceInterface"),
        done<IoSetDeviceInterfaceState>("IoSetDeviceInterfaceState",
                                        "NF:wdm.IoSetDeviceInterfaceState"),
        done<IoGetDeviceInterfaces>("IoGetDeviceInterfaces", "NF:wdm.IoGetDeviceInterfaces"),
        done<IoGetDeviceInterfaceAlias>("IoGetDeviceInterfaceAlias",
                                        "NF:wdm.IoGetDeviceInterfaceAlias"),
        done<IoOpenDeviceInterfaceRegistryKey>("IoOpenDeviceInterfaceRegistryKey",
                                               "NF:wdm.IoOpenDeviceInterfaceRegistryKey"),
        done<IoSetDeviceInterfacePropertyData>("IoSetDeviceInterfacePropertyData",
                                               "NF:wdm.IoSetDeviceInterfacePropertyData"),
        done<IoGetDeviceInterfacePropertyData>("IoGetDeviceInterfacePropertyData",
                                               "NF:wdm.IoGetDeviceInterfacePropertyData"),
    };
    return table;
}

} // namespace ksbox
