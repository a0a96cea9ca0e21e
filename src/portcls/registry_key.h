// A registry key as a COM object. @doc NN:portcls.IRegistryKey
#pragma once

#include "base/result.h"
#include "portcls/part_object.h"

namespace ksbox::portcls {

/// Which key PcNewRegistryKey and IPort.NewRegistryKey mean.
struct KeyRequest {
    ULONG type = GeneralRegistryKey;
    ACCESS_MASK access = 0;
    /// Any device of the stack; not for general and interface keys.
    PDEVICE_OBJECT device = nullptr;
    /// GeneralRegistryKey only.
    POBJECT_ATTRIBUTES attributes = nullptr;
    ULONG create_options = 0;
    PULONG disposition = nullptr; ///< out, may be null
    /// DeviceInterfaceRegistryKey only: the interface's symbolic link.
    PUNICODE_STRING interface_link = nullptr;
};

/// Opens the key, or makes a general one that is not there, and an object of it with one reference,
/// the caller's. PASSIVE. STATUS_INVALID_PARAMETER for a type that is none, or whose members are
/// missing; else what the opening function answers.
/// @doc NF:portcls.PcNewRegistryKey, NF:portcls.IPort.NewRegistryKey
NTSTATUS new_registry_key(Kernel &kernel, IUnknown *outer, const KeyRequest &request,
                          IRegistryKey **key);

/// Methods have their Zw functions' IRQL, PASSIVE, and statuses.
class RegistryKey final : public PartObject<IRegistryKey> {
  public:
    /// Owns the handle.
    RegistryKey(Kernel &kernel, IUnknown *outer, HANDLE handle)
        : PartObject(kernel, outer), handle_(handle) {}
    ~RegistryKey() override { close(); }

    STDMETHODIMP_(NTSTATUS)
    QueryKey(KEY_INFORMATION_CLASS KeyInformationClass, PVOID KeyInformation, ULONG Length,
             PULONG ResultLength) noexcept override;
    STDMETHODIMP_(NTSTATUS)
    EnumerateKey(ULONG Index, KEY_INFORMATION_CLASS KeyInformationClass, PVOID KeyInformation,
                 ULONG Length, PULONG ResultLength) noexcept override;
    STDMETHODIMP_(NTSTATUS)
    QueryValueKey(PUNICODE_STRING ValueName, KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                  PVOID KeyValueInformation, ULONG Length, PULONG ResultLength) noexcept override;
    STDMETHODIMP_(NTSTATUS)
    EnumerateValueKey(ULONG Index, KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                      PVOID KeyValueInformation, ULONG Length,
                      PULONG ResultLength) noexcept override;
    STDMETHODIMP_(NTSTATUS)
    SetValueKey(PUNICODE_STRING ValueName, ULONG Type, PVOID Data,
                ULONG DataSize) noexcept override;
    STDMETHODIMP_(NTSTATUS)
    QueryRegistryValues(PRTL_QUERY_REGISTRY_TABLE QueryTable, PVOID Context) noexcept override;
    STDMETHODIMP_(NTSTATUS)
    NewSubKey(IRegistryKey **RegistrySubKey, PUNKNOWN OuterUnknown, ACCESS_MASK DesiredAccess,
              PUNICODE_STRING SubKeyName, ULONG CreateOptions,
              PULONG Disposition) noexcept override;
    STDMETHODIMP_(NTSTATUS) DeleteKey() noexcept override;

  private:
    IUnknown *interface_of(const GUID &id) override;
    void close();
    HANDLE handle_; ///< null once the key is deleted: the Zw functions refuse it
};

} // namespace ksbox::portcls
