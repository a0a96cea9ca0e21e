// KsUnserializeObjectPropertiesFromRegistry: property sets out of the registry into an object, by
// KSPROPERTY_TYPE_UNSERIALIZESET requests.
#include <cstring>
#include <vector>

#include "abi/windows.h"
#include "base/quad.h"
#include "ks/exports.h"

using namespace ksbox;

namespace {

/// A key opened here is closed here.
class Key {
  public:
    Key() = default;
    ~Key() {
        if (handle_)
            ZwClose(handle_);
    }
    Key(const Key &) = delete;
    Key &operator=(const Key &) = delete;

    NTSTATUS open(HANDLE parent, PUNICODE_STRING path) {
        OBJECT_ATTRIBUTES attributes;
        InitializeObjectAttributes(&attributes, path, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                                   parent, nullptr);
        return ZwOpenKey(&handle_, KEY_READ, &attributes);
    }
    HANDLE handle() const { return handle_; }

  private:
    HANDLE handle_ = nullptr;
};

using Buffer = std::vector<std::uint64_t>;

/// Calls `query` with a null buffer, then with one as large as it said.
template <typename Q> NTSTATUS query_all(Buffer &buffer, Q query) {
    ULONG bytes = 0;
    NTSTATUS status = query(nullptr, 0, &bytes);
    if (status != STATUS_BUFFER_TOO_SMALL && status != STATUS_BUFFER_OVERFLOW)
        return status;
    buffer.assign(quads(bytes), 0);
    return query(buffer.data(), bytes, &bytes);
}

/// One value: what KSPROPERTY_TYPE_SERIALIZESET once answered.
NTSTATUS apply(PFILE_OBJECT file, void *data, ULONG bytes) {
    KSPROPERTY_SERIALHDR header;
    if (bytes < sizeof header)
        return STATUS_INVALID_BUFFER_SIZE;
    std::memcpy(&header, data, sizeof header);
    KSPROPERTY property{};
    property.Set = header.PropertySet;
    property.Flags = KSPROPERTY_TYPE_UNSERIALIZESET;
    ULONG returned = 0;
    return KsSynchronousIoControlDevice(file, KernelMode, IOCTL_KS_PROPERTY, &property,
                                        sizeof property, data, bytes, &returned);
}

/// The values of a key, in their order; their names do not matter.
NTSTATUS apply_values(PFILE_OBJECT file, HANDLE key) {
    for (ULONG index = 0;; ++index) {
        Buffer buffer;
        const NTSTATUS status =
            query_all(buffer, [&](void *to, ULONG bytes, ULONG *needed) -> NTSTATUS {
                return ZwEnumerateValueKey(key, index, KeyValuePartialInformation, to, bytes,
                                           needed);
            });
        if (status == STATUS_NO_MORE_ENTRIES)
            return STATUS_SUCCESS;
        if (!NT_SUCCESS(status))
            return status;
        auto *value = reinterpret_cast<KEY_VALUE_PARTIAL_INFORMATION *>(buffer.data());
        if (value->Type != REG_BINARY)
            return STATUS_INVALID_PARAMETER;
        if (const NTSTATUS applied = apply(file, value->Data, value->DataLength);
            !NT_SUCCESS(applied))
            return applied;
    }
}

NTSTATUS apply_subkeys(PFILE_OBJECT file, HANDLE key) {
    for (ULONG index = 0;; ++index) {
        Buffer buffer;
        NTSTATUS status = query_all(buffer, [&](void *to, ULONG bytes, ULONG *needed) -> NTSTATUS {
            return ZwEnumerateKey(key, index, KeyBasicInformation, to, bytes, needed);
        });
        if (status == STATUS_NO_MORE_ENTRIES)
            return STATUS_SUCCESS;
        if (!NT_SUCCESS(status))
            return status;
        auto *basic = reinterpret_cast<KEY_BASIC_INFORMATION *>(buffer.data());
        const auto length = static_cast<USHORT>(basic->NameLength);
        UNICODE_STRING name{length, length, basic->Name};
        Key subkey;
        status = subkey.open(key, &name);
        if (NT_SUCCESS(status))
            status = apply_values(file, subkey.handle());
        if (!NT_SUCCESS(status))
            return status;
    }
}

} // namespace

extern "C" {

NTSTATUS NTAPI KsUnserializeObjectPropertiesFromRegistry(PFILE_OBJECT FileObject, HANDLE ParentKey,
                                                         PUNICODE_STRING RegistryPath) {
    if (!ParentKey && !RegistryPath)
        return STATUS_INVALID_PARAMETER;
    Key opened;
    HANDLE key = ParentKey;
    if (RegistryPath) {
        if (const NTSTATUS status = opened.open(ParentKey, RegistryPath); !NT_SUCCESS(status))
            return status;
        key = opened.handle();
    }
    // The page speaks both of the key's values and of subkeys as property sets: both are applied.
    const NTSTATUS status = apply_values(FileObject, key);
    return NT_SUCCESS(status) ? apply_subkeys(FileObject, key) : status;
}

} // extern "C"

std::span<const Export> ksbox::ks::unserialize_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsUnserializeObjectPropertiesFromRegistry),
    };
    return table;
}
