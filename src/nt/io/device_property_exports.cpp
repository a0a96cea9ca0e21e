// What drivers ask and say about their device: properties, registry keys, state.
#include <cstring>
#include <optional>

#include "abi/export.h"
#include "abi/guid.h"
#include "base/unicode.h"
#include "nt/cm/registry.h"
#include "nt/exports.h"
#include "nt/io/device_object.h"
#include "nt/io/device_registry.h"
#include "nt/io/driver_object.h"
#include "nt/io/property_store.h"
#include "nt/io/root_bus.h"
#include "nt/mm/pool.h"
#include "nt/ob/object_manager.h"

namespace ksbox::io {

namespace {

PropertyKey key_of(const DEVPROPKEY &key) {
    return {to_guid(key.fmtid), key.pid};
}

} // namespace

void set_property(Properties &properties, const DEVPROPKEY &key, DEVPROPTYPE type, ULONG bytes,
                  const void *data) {
    if (!data) {
        properties.erase(key_of(key));
        return;
    }
    const auto *begin = static_cast<const std::byte *>(data);
    properties[key_of(key)] = {type, {begin, begin + bytes}};
}

NTSTATUS give_property(const PropertyValue &value, ULONG bytes, void *data, ULONG *required,
                       DEVPROPTYPE *type) {
    *required = static_cast<ULONG>(value.data.size());
    *type = value.type;
    if (bytes < value.data.size())
        return STATUS_BUFFER_TOO_SMALL;
    std::memcpy(data, value.data.data(), value.data.size());
    return STATUS_SUCCESS;
}

NTSTATUS get_property(const Properties &properties, const DEVPROPKEY &key, ULONG bytes, void *data,
                      ULONG *required, DEVPROPTYPE *type) {
    const auto found = properties.find(key_of(key));
    if (found == properties.end()) {
        *required = 0;
        *type = 0; // DEVPROP_TYPE_EMPTY
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    return give_property(found->second, bytes, data, required, type);
}

} // namespace ksbox::io

using namespace ksbox;

namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(const void *data, std::size_t bytes) {
    const auto *begin = static_cast<const std::byte *>(data);
    return {begin, begin + bytes};
}
Bytes text_bytes(std::u16string_view text) {
    const std::u16string copy(text);
    return bytes_of(copy.c_str(), (copy.size() + 1) * 2);
}
Bytes list_bytes(const std::vector<std::u16string> &list) {
    std::u16string text;
    for (const auto &item : list)
        (text += item) += u'\0';
    return text_bytes(text);
}
template <typename T> Bytes value_bytes(const T &value) {
    return bytes_of(&value, sizeof value);
}

/// A resource list as a value, without the pool.
Bytes resource_bytes(Kernel &kernel, const io::DeviceNode &node, bool requirements) {
    void *list = requirements ? static_cast<void *>(io::resource_requirements(kernel, node))
                              : static_cast<void *>(io::resource_list(kernel, node));
    if (!list)
        return {};
    const auto count = node.facts.resources.size();
    const auto bytes =
        requirements
            ? sizeof(IO_RESOURCE_REQUIREMENTS_LIST) + (count - 1) * sizeof(IO_RESOURCE_DESCRIPTOR)
            : sizeof(CM_RESOURCE_LIST) + (count - 1) * sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR);
    auto copy = bytes_of(list, bytes);
    kernel.pool().free(list, io::pnp_tag, nullptr);
    return copy;
}

/// The value of a property, or nothing where the device has none.
std::optional<Bytes> property(Kernel &kernel, const io::DeviceNode &node,
                              DEVICE_REGISTRY_PROPERTY which) {
    const auto &facts = node.facts;
    const auto text = [](const std::u16string &value) -> std::optional<Bytes> {
        return value.empty() ? std::nullopt : std::optional(text_bytes(value));
    };
    switch (which) {
    case DevicePropertyDeviceDescription:
        return text(facts.description);
    case DevicePropertyHardwareID:
        return list_bytes(facts.hardware_ids);
    case DevicePropertyCompatibleIDs:
        return list_bytes(facts.compatible_ids);
    case DevicePropertyBootConfiguration:
    case DevicePropertyBootConfigurationTranslated:
    case DevicePropertyAllocatedResources:
        return resource_bytes(kernel, node, false);
    case DevicePropertyResourceRequirements:
        return resource_bytes(kernel, node, true);
    case DevicePropertyClassName:
        return text(facts.class_name);
    case DevicePropertyClassGuid:
        return text_bytes(io::lower_guid(facts.class_guid));
    case DevicePropertyDriverKeyName:
        return text_bytes(node.class_key);
    case DevicePropertyManufacturer:
        return text(facts.manufacturer);
    case DevicePropertyFriendlyName:
        return text(facts.friendly_name);
    case DevicePropertyLocationInformation:
        return text(facts.location);
    case DevicePropertyPhysicalDeviceObjectName:
        return text_bytes(kernel.objects().name_of(node.physical));
    case DevicePropertyBusTypeGuid:
        return value_bytes(GUID_BUS_TYPE_INTERNAL);
    case DevicePropertyLegacyBusType:
        return value_bytes(facts.bus_type);
    case DevicePropertyBusNumber:
        return value_bytes(facts.bus_number);
    case DevicePropertyEnumeratorName:
        return text_bytes(facts.device_id.substr(0, facts.device_id.find(u'\\')));
    case DevicePropertyAddress:
        if (facts.address == ULONG(-1))
            return std::nullopt;
        return value_bytes(facts.address);
    case DevicePropertyUINumber:
        return std::nullopt;
    case DevicePropertyInstallState:
        return value_bytes(InstallStateInstalled);
    case DevicePropertyRemovalPolicy:
        return value_bytes(RemovalPolicyExpectNoRemoval);
    case DevicePropertyContainerID:
        return text_bytes(u"{00000000-0000-0000-ffff-ffffffffffff}");
    default:
        return std::nullopt;
    }
}

/// DEVPKEY_Device_*: what the unified model shows of the same facts.
std::optional<io::PropertyValue> unified(Kernel &kernel, const io::DeviceNode &node,
                                         const DEVPROPKEY &key) {
    constexpr Guid device{
        0xa45c254e, 0xdf1c, 0x4efd, {0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50, 0xe0}};
    constexpr Guid instance{
        0x78c34fc8, 0x104a, 0x4aca, {0x9e, 0xa4, 0x52, 0x4d, 0x52, 0x99, 0x6e, 0x57}};
    constexpr ULONG string = 0x12, list = 0x2012, guid = 0x0d; // DEVPROP_TYPE_*
    const auto category = to_guid(key.fmtid);
    if (category == instance && key.pid == 256)
        return io::PropertyValue{string, text_bytes(node.instance_path)};
    if (category != device)
        return std::nullopt;
    struct Row {
        ULONG id;
        DEVICE_REGISTRY_PROPERTY property;
        ULONG type;
    };
    constexpr Row rows[] = {{2, DevicePropertyDeviceDescription, string},
                            {3, DevicePropertyHardwareID, list},
                            {4, DevicePropertyCompatibleIDs, list},
                            {9, DevicePropertyClassName, string},
                            {11, DevicePropertyDriverKeyName, string},
                            {13, DevicePropertyManufacturer, string},
                            {14, DevicePropertyFriendlyName, string},
                            {15, DevicePropertyLocationInformation, string},
                            {16, DevicePropertyPhysicalDeviceObjectName, string},
                            {24, DevicePropertyEnumeratorName, string}};
    if (key.pid == 10)
        return io::PropertyValue{guid, value_bytes(node.facts.class_guid)};
    for (const auto &row : rows)
        if (row.id == key.pid)
            if (auto value = property(kernel, node, row.property))
                return io::PropertyValue{row.type, std::move(*value)};
    return std::nullopt;
}

io::DeviceNode *node_of(PDEVICE_OBJECT device) {
    return io::record_of(device).node;
}

/// The key in which the current hardware profile has what differs in it.
std::u16string in_profile(const std::u16string &path) {
    constexpr std::u16string_view machine = u"\\Registry\\Machine\\";
    return std::u16string(machine) + u"System\\CurrentControlSet\\Hardware Profiles\\Current\\" +
           path.substr(machine.size());
}

NTSTATUS give_key(const std::u16string &path, ACCESS_MASK access, PHANDLE handle) {
    auto key = current_kernel().registry().open_handle(path, access, true, nullptr);
    if (!key)
        return key.error().value();
    *handle = *key;
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

/// @doc NF:wdm.IoGetDeviceProperty
NTSTATUS NTAPI IoGetDeviceProperty(PDEVICE_OBJECT DeviceObject,
                                   DEVICE_REGISTRY_PROPERTY DeviceProperty, ULONG BufferLength,
                                   PVOID PropertyBuffer, PULONG ResultLength) {
    const auto *node = node_of(DeviceObject);
    *ResultLength = 0;
    if (!node)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (DeviceProperty > DevicePropertyContainerID)
        return STATUS_INVALID_PARAMETER_2;
    const auto value = property(current_kernel(), *node, DeviceProperty);
    if (!value)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    *ResultLength = static_cast<ULONG>(value->size());
    if (BufferLength < value->size())
        return STATUS_BUFFER_TOO_SMALL;
    if (!value->empty())
        std::memcpy(PropertyBuffer, value->data(), value->size());
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoGetDevicePropertyData
NTSTATUS NTAPI IoGetDevicePropertyData(PDEVICE_OBJECT Pdo, const DEVPROPKEY *PropertyKey, LCID,
                                       ULONG, ULONG Size, PVOID Data, PULONG RequiredSize,
                                       PDEVPROPTYPE Type) {
    const auto *node = node_of(Pdo);
    if (!node)
        return STATUS_INVALID_DEVICE_REQUEST;
    const auto status =
        io::get_property(node->properties, *PropertyKey, Size, Data, RequiredSize, Type);
    if (status != STATUS_OBJECT_NAME_NOT_FOUND)
        return status;
    const auto fact = unified(current_kernel(), *node, *PropertyKey);
    return fact ? io::give_property(*fact, Size, Data, RequiredSize, Type) : status;
}

/// @doc NF:wdm.IoSetDevicePropertyData
NTSTATUS NTAPI IoSetDevicePropertyData(PDEVICE_OBJECT Pdo, const DEVPROPKEY *PropertyKey, LCID,
                                       ULONG, DEVPROPTYPE Type, ULONG Size, PVOID Data) {
    auto *node = node_of(Pdo);
    if (!node)
        return STATUS_INVALID_DEVICE_REQUEST;
    io::set_property(node->properties, *PropertyKey, Type, Size, Data);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoOpenDeviceRegistryKey
NTSTATUS NTAPI IoOpenDeviceRegistryKey(PDEVICE_OBJECT DeviceObject, ULONG DevInstKeyType,
                                       ACCESS_MASK DesiredAccess, PHANDLE DeviceRegKey) {
    *DeviceRegKey = nullptr;
    const auto *node = node_of(DeviceObject);
    const ULONG kind = DevInstKeyType & (PLUGPLAY_REGKEY_DEVICE | PLUGPLAY_REGKEY_DRIVER);
    if (!node || (kind != PLUGPLAY_REGKEY_DEVICE && kind != PLUGPLAY_REGKEY_DRIVER))
        return STATUS_INVALID_PARAMETER;
    const std::u16string path =
        kind == PLUGPLAY_REGKEY_DEVICE ? io::hardware_key(*node) : io::software_key(*node);
    return give_key(DevInstKeyType & PLUGPLAY_REGKEY_CURRENT_HWPROFILE ? in_profile(path) : path,
                    DesiredAccess, DeviceRegKey);
}

/// @doc NF:wdm.IoOpenDriverRegistryKey
NTSTATUS NTAPI IoOpenDriverRegistryKey(PDRIVER_OBJECT DriverObject, DRIVER_REGKEY_TYPE RegKeyType,
                                       ACCESS_MASK DesiredAccess, ULONG, PHANDLE DriverRegKey) {
    *DriverRegKey = nullptr;
    const auto &name = io::body_of(DriverObject).extension.ServiceKeyName;
    auto path = std::u16string(cm::services_path) + u'\\' +
                std::u16string(reinterpret_cast<const char16_t *>(name.Buffer), name.Length / 2u);
    switch (RegKeyType) {
    case DriverRegKeyParameters:
        return give_key(path + u"\\Parameters", DesiredAccess, DriverRegKey);
    case DriverRegKeyPersistentState:
        return give_key(path + u"\\State", DesiredAccess, DriverRegKey);
    case DriverRegKeySharedPersistentState:
        return give_key(path + u"\\SharedState", DesiredAccess, DriverRegKey);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

/// @doc NF:wdm.IoInvalidateDeviceRelations
VOID NTAPI IoInvalidateDeviceRelations(PDEVICE_OBJECT DeviceObject, DEVICE_RELATION_TYPE) {
    current_kernel().io().pnp().invalidate(DeviceObject, true);
}

/// @doc NF:wdm.IoInvalidateDeviceState
VOID NTAPI IoInvalidateDeviceState(PDEVICE_OBJECT PhysicalDeviceObject) {
    current_kernel().io().pnp().invalidate(PhysicalDeviceObject, false);
}

/// A box has one NUMA node. @doc NF:wdm.IoGetDeviceNumaNode
NTSTATUS NTAPI IoGetDeviceNumaNode(PDEVICE_OBJECT Pdo, PUSHORT NodeNumber) {
    if (!node_of(Pdo))
        return STATUS_INVALID_DEVICE_REQUEST;
    *NodeNumber = 0;
    return STATUS_SUCCESS;
}

} // extern "C"

namespace ksbox {

std::span<const Export> device_property_exports() {
    static const Export table[] = {
        done<IoGetDeviceProperty>("IoGetDeviceProperty", "NF:wdm.IoGetDeviceProperty"),
        done<IoGetDevicePropertyData>("IoGetDevicePropertyData", "NF:wdm.IoGetDevicePropertyData"),
        done<IoSetDevicePropertyData>("IoSetDevicePropertyData", "NF:wdm.IoSetDevicePropertyData"),
        done<IoOpenDeviceRegistryKey>("IoOpenDeviceRegistryKey", "NF:wdm.IoOpenDeviceRegistryKey"),
        done<IoOpenDriverRegistryKey>("IoOpenDriverRegistryKey", "NF:wdm.IoOpenDriverRegistryKey"),
        done<IoInvalidateDeviceRelations>("IoInvalidateDeviceRelations",
                                          "NF:wdm.IoInvalidateDeviceRelations"),
        done<IoInvalidateDeviceState>("IoInvalidateDeviceState", "NF:wdm.IoInvalidateDeviceState"),
        done<IoGetDeviceNumaNode>("IoGetDeviceNumaNode", "NF:wdm.IoGetDeviceNumaNode"),
    };
    return table;
}

} // namespace ksbox
