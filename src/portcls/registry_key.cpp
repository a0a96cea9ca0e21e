// Registry keys over the Zw functions.
#include "portcls/registry_key.h"

namespace ksbox::portcls {
namespace {

/// The physical device under any device of a stack. PASSIVE.
class PhysicalDevice {
  public:
    explicit PhysicalDevice(PDEVICE_OBJECT device) : pdo_(IoGetDeviceAttachmentBaseRef(device)) {}
    ~PhysicalDevice() { ObfDereferenceObject(pdo_); }
    PhysicalDevice(const PhysicalDevice &) = delete;
    PhysicalDevice &operator=(const PhysicalDevice &) = delete;
    PDEVICE_OBJECT get() const { return pdo_; }

  private:
    PDEVICE_OBJECT pdo_;
};

NTSTATUS open_device_key(const KeyRequest &request, ULONG which, HANDLE *handle) {
    if (!request.device)
        return STATUS_INVALID_PARAMETER;
    const PhysicalDevice physical(request.device);
    return IoOpenDeviceRegistryKey(physical.get(), which, request.access, handle);
}

NTSTATUS open_key(const KeyRequest &request, HANDLE *handle) {
    switch (request.type) {
    case GeneralRegistryKey:
        if (!request.attributes)
            return STATUS_INVALID_PARAMETER;
        return ZwCreateKey(handle, request.access, request.attributes, 0, nullptr,
                           request.create_options, request.disposition);
    case DeviceRegistryKey:
        return open_device_key(request, PLUGPLAY_REGKEY_DEVICE, handle);
    case DriverRegistryKey:
        return open_device_key(request, PLUGPLAY_REGKEY_DRIVER, handle);
    case HwProfileRegistryKey: // which of the two keys of the profile is inferred
        return open_device_key(request, PLUGPLAY_REGKEY_DRIVER | PLUGPLAY_REGKEY_CURRENT_HWPROFILE,
                               handle);
    case DeviceInterfaceRegistryKey:
        if (!request.interface_link)
            return STATUS_INVALID_PARAMETER;
        return IoOpenDeviceInterfaceRegistryKey(request.interface_link, request.access, handle);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

NTSTATUS hand_over_key(Kernel &kernel, IUnknown *outer, HANDLE handle, IRegistryKey **key) {
    *key = make_com<RegistryKey>(kernel, outer, handle);
    if (*key)
        return STATUS_SUCCESS;
    ZwClose(handle);
    return STATUS_INSUFFICIENT_RESOURCES;
}

} // namespace

NTSTATUS new_registry_key(Kernel &kernel, IUnknown *outer, const KeyRequest &request,
                          IRegistryKey **key) {
    if (!key)
        return STATUS_INVALID_PARAMETER;
    *key = nullptr;
    HANDLE handle = nullptr;
    const NTSTATUS status = open_key(request, &handle);
    return NT_SUCCESS(status) ? hand_over_key(kernel, outer, handle, key) : status;
}

void RegistryKey::close() {
    if (const HANDLE handle = std::exchange(handle_, nullptr); handle && runs_driver_code())
        ZwClose(handle);
}

NTSTATUS RegistryKey::QueryKey(KEY_INFORMATION_CLASS KeyInformationClass, PVOID KeyInformation,
                               ULONG Length, PULONG ResultLength) noexcept {
    return ZwQueryKey(handle_, KeyInformationClass, KeyInformation, Length, ResultLength);
}

NTSTATUS RegistryKey::EnumerateKey(ULONG Index, KEY_INFORMATION_CLASS KeyInformationClass,
                                   PVOID KeyInformation, ULONG Length,
                                   PULONG ResultLength) noexcept {
    return ZwEnumerateKey(handle_, Index, KeyInformationClass, KeyInformation, Length,
                          ResultLength);
}

NTSTATUS RegistryKey::QueryValueKey(PUNICODE_STRING ValueName,
                                    KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                                    PVOID KeyValueInformation, ULONG Length,
                                    PULONG ResultLength) noexcept {
    UNICODE_STRING unnamed{};
    return ZwQueryValueKey(handle_, ValueName ? ValueName : &unnamed, KeyValueInformationClass,
                           KeyValueInformation, Length, ResultLength);
}

NTSTATUS RegistryKey::EnumerateValueKey(ULONG Index,
                                        KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                                        PVOID KeyValueInformation, ULONG Length,
                                        PULONG ResultLength) noexcept {
    return ZwEnumerateValueKey(handle_, Index, KeyValueInformationClass, KeyValueInformation,
                               Length, ResultLength);
}

NTSTATUS RegistryKey::SetValueKey(PUNICODE_STRING ValueName, ULONG Type, PVOID Data,
                                  ULONG DataSize) noexcept {
    UNICODE_STRING unnamed{};
    return ZwSetValueKey(handle_, ValueName ? ValueName : &unnamed, 0, Type, Data, DataSize);
}

NTSTATUS RegistryKey::QueryRegistryValues(PRTL_QUERY_REGISTRY_TABLE QueryTable,
                                          PVOID Context) noexcept {
    if (!QueryTable)
        return STATUS_INVALID_PARAMETER;
    return RtlQueryRegistryValues(RTL_REGISTRY_HANDLE, reinterpret_cast<PCWSTR>(handle_),
                                  QueryTable, Context, nullptr);
}

NTSTATUS RegistryKey::NewSubKey(IRegistryKey **RegistrySubKey, PUNKNOWN OuterUnknown,
                                ACCESS_MASK DesiredAccess, PUNICODE_STRING SubKeyName,
                                ULONG CreateOptions, PULONG Disposition) noexcept {
    if (!RegistrySubKey)
        return STATUS_INVALID_PARAMETER;
    *RegistrySubKey = nullptr;
    if (!SubKeyName)
        return STATUS_INVALID_PARAMETER;
    if (!handle_) // without a root the name would be looked up from the registry's own
        return STATUS_INVALID_HANDLE;
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, SubKeyName, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               handle_, nullptr);
    HANDLE handle = nullptr;
    const NTSTATUS status =
        ZwCreateKey(&handle, DesiredAccess, &attributes, 0, nullptr, CreateOptions, Disposition);
    return NT_SUCCESS(status) ? hand_over_key(kernel, OuterUnknown, handle, RegistrySubKey)
                              : status;
}

NTSTATUS RegistryKey::DeleteKey() noexcept {
    const NTSTATUS status = ZwDeleteKey(handle_);
    if (NT_SUCCESS(status))
        close(); // @doc NF:portcls.IRegistryKey.DeleteKey: "discards its registry-key handle"
    return status;
}

IUnknown *RegistryKey::interface_of(const GUID &id) {
    return id == IID_IRegistryKey ? static_cast<IRegistryKey *>(this) : nullptr;
}

} // namespace ksbox::portcls
