// ZwCreateKey and its family: handles to keys, and what is done with them. All at PASSIVE_LEVEL.
#include <array>

#include "nt/cm/key_information.h"
#include "nt/cm/registry.h"
#include "nt/exports.h"
#include "nt/kernel.h"
#include "nt/ob/object_attributes.h"
#include "nt/ob/services.h"

namespace ksbox::cm {
namespace {

/// Where OBJECT_ATTRIBUTES lead: a key to start from, and a path below it.
struct Target {
    KeyPointer from;
    std::u16string path;
    void *process; ///< whose table the new handle goes into
};

std::u16string_view view(const UNICODE_STRING *text) {
    return text && text->Buffer ? std::u16string_view(text->Buffer, text->Length / sizeof(WCHAR))
                                : std::u16string_view();
}

/// STATUS_INVALID_PARAMETER, STATUS_OBJECT_NAME_INVALID, STATUS_OBJECT_PATH_SYNTAX_BAD,
/// STATUS_OBJECT_NAME_NOT_FOUND, and what the root handle may give.
Result<Target> target_of(Registry &registry, const OBJECT_ATTRIBUTES *attributes) {
    if (!attributes)
        return fail(STATUS_INVALID_PARAMETER);
    auto captured = KS_TRY(ob::capture_attributes(attributes, KernelMode));
    void *process = ob::target_process(captured.attributes);
    if (captured.root) {
        if (captured.name.starts_with(u'\\'))
            return fail(STATUS_OBJECT_PATH_SYNTAX_BAD);
        return Target{KS_TRY(registry.key_of_handle(captured.root, 0)), std::move(captured.name),
                      process};
    }
    if (!captured.name.starts_with(u'\\'))
        return fail(STATUS_OBJECT_PATH_SYNTAX_BAD);
    std::u16string_view path = captured.name;
    const KeyPointer root = registry.tree().root();
    if (!equal_ignoring_case(take_name(path), root->name))
        return fail(STATUS_OBJECT_NAME_NOT_FOUND);
    return Target{root, std::u16string(path), process};
}

/// A function that returns a Result<void> becomes one that returns its status.
template <typename Work> NTSTATUS status_of(Work work) {
    const Result<void> done = work();
    return done ? STATUS_SUCCESS : done.error().value();
}

constexpr ULONG known_options = REG_OPTION_VOLATILE | REG_OPTION_BACKUP_RESTORE;

extern "C" {

/// @doc NF:wdm.ZwCreateKey
NTSTATUS NTAPI ZwCreateKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                           POBJECT_ATTRIBUTES ObjectAttributes, ULONG TitleIndex,
                           PUNICODE_STRING Class, ULONG CreateOptions, PULONG Disposition) {
    return status_of([&] -> Result<void> {
        auto &registry = current_kernel().registry();
        // Links are not for device drivers (the page), and nothing here could follow them.
        if (CreateOptions & ~known_options)
            return fail(STATUS_INVALID_PARAMETER);
        const Target target = KS_TRY(target_of(registry, ObjectAttributes));
        const std::u16string class_name(view(Class));
        KeyTree::Created created;
        {
            const Registry::Locked locked(registry);
            created = KS_TRY(registry.tree().create(target.from, target.path, class_name,
                                                    CreateOptions & REG_OPTION_VOLATILE));
        }
        *KeyHandle = KS_TRY(registry.create_handle(created.key, DesiredAccess, target.process));
        if (Disposition)
            *Disposition = created.is_new ? REG_CREATED_NEW_KEY : REG_OPENED_EXISTING_KEY;
        return {};
    });
}

/// @doc NF:wdm.ZwOpenKeyEx
NTSTATUS NTAPI ZwOpenKeyEx(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                           POBJECT_ATTRIBUTES ObjectAttributes, ULONG OpenOptions) {
    return status_of([&] -> Result<void> {
        auto &registry = current_kernel().registry();
        if (OpenOptions & ~REG_OPTION_BACKUP_RESTORE)
            return fail(STATUS_INVALID_PARAMETER_4);
        const Target target = KS_TRY(target_of(registry, ObjectAttributes));
        KeyPointer key;
        {
            const Registry::Locked locked(registry);
            key = KS_TRY(registry.tree().open(target.from, target.path));
        }
        *KeyHandle = KS_TRY(registry.create_handle(key, DesiredAccess, target.process));
        return {};
    });
}

/// @doc NF:wdm.ZwOpenKey
NTSTATUS NTAPI ZwOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                         POBJECT_ATTRIBUTES ObjectAttributes) {
    return ZwOpenKeyEx(KeyHandle, DesiredAccess, ObjectAttributes, 0);
}

/// @doc NF:wdm.ZwQueryValueKey
NTSTATUS NTAPI ZwQueryValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName,
                               KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                               PVOID KeyValueInformation, ULONG Length, PULONG ResultLength) {
    return status_of([&] -> Result<void> {
        auto &registry = current_kernel().registry();
        const auto key = KS_TRY(registry.key_of_handle(KeyHandle, KEY_QUERY_VALUE));
        const std::u16string name(view(ValueName));
        Information information;
        {
            const Registry::Locked locked(registry);
            const Value *value = key->find_value(name);
            if (!value)
                return fail(STATUS_OBJECT_NAME_NOT_FOUND);
            information = KS_TRY(value_information(*value, KeyValueInformationClass));
        }
        const auto status = deliver(information, KeyValueInformation, Length, ResultLength);
        return status == STATUS_SUCCESS ? Result<void>() : fail(status);
    });
}

/// @doc NF:wdm.ZwEnumerateValueKey
NTSTATUS NTAPI ZwEnumerateValueKey(HANDLE KeyHandle, ULONG Index,
                                   KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                                   PVOID KeyValueInformation, ULONG Length, PULONG ResultLength) {
    return status_of([&] -> Result<void> {
        auto &registry = current_kernel().registry();
        const auto key = KS_TRY(registry.key_of_handle(KeyHandle, KEY_QUERY_VALUE));
        Information information;
        {
            const Registry::Locked locked(registry);
            if (Index >= key->values.size())
                return fail(STATUS_NO_MORE_ENTRIES);
            information = KS_TRY(value_information(key->values[Index], KeyValueInformationClass));
        }
        const auto status = deliver(information, KeyValueInformation, Length, ResultLength);
        return status == STATUS_SUCCESS ? Result<void>() : fail(status);
    });
}

/// @doc NF:wdm.ZwQueryKey
NTSTATUS NTAPI ZwQueryKey(HANDLE KeyHandle, KEY_INFORMATION_CLASS KeyInformationClass,
                          PVOID KeyInformation, ULONG Length, PULONG ResultLength) {
    return status_of([&] -> Result<void> {
        auto &registry = current_kernel().registry();
        const bool is_free = KeyInformationClass == KeyNameInformation ||
                             KeyInformationClass == KeyHandleTagsInformation;
        const auto key = KS_TRY(registry.key_of_handle(KeyHandle, is_free ? 0 : KEY_QUERY_VALUE));
        Information information;
        {
            const Registry::Locked locked(registry);
            information =
                KS_TRY(key_information(*key, registry.tree().path_of(key), KeyInformationClass));
        }
        const auto status = deliver(information, KeyInformation, Length, ResultLength);
        return status == STATUS_SUCCESS ? Result<void>() : fail(status);
    });
}

/// @doc NF:wdm.ZwEnumerateKey
NTSTATUS NTAPI ZwEnumerateKey(HANDLE KeyHandle, ULONG Index,
                              KEY_INFORMATION_CLASS KeyInformationClass, PVOID KeyInformation,
                              ULONG Length, PULONG ResultLength) {
    return status_of([&] -> Result<void> {
        auto &registry = current_kernel().registry();
        const auto key = KS_TRY(registry.key_of_handle(KeyHandle, KEY_ENUMERATE_SUB_KEYS));
        if (KeyInformationClass != KeyBasicInformation &&
            KeyInformationClass != KeyFullInformation && KeyInformationClass != KeyNodeInformation)
            return fail(STATUS_INVALID_PARAMETER);
        Information information;
        {
            const Registry::Locked locked(registry);
            if (Index >= key->subkeys.size())
                return fail(STATUS_NO_MORE_ENTRIES);
            const auto &subkey = std::next(key->subkeys.begin(), Index)->second;
            information = KS_TRY(key_information(*subkey, {}, KeyInformationClass));
        }
        const auto status = deliver(information, KeyInformation, Length, ResultLength);
        return status == STATUS_SUCCESS ? Result<void>() : fail(status);
    });
}

/// @doc NF:wdm.ZwSetValueKey
NTSTATUS NTAPI ZwSetValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName, ULONG TitleIndex,
                             ULONG Type, PVOID Data, ULONG DataSize) {
    return status_of([&] -> Result<void> {
        auto &registry = current_kernel().registry();
        const auto key = KS_TRY(registry.key_of_handle(KeyHandle, KEY_SET_VALUE));
        const std::u16string name(view(ValueName));
        if (name.size() > longest_value_name)
            return fail(STATUS_INVALID_PARAMETER); // inferred
        // Copied before the lock is taken: the driver's pointer may be bad.
        const auto *begin = static_cast<const std::byte *>(Data);
        const std::vector<std::byte> data(begin, begin + DataSize);
        const Registry::Locked locked(registry);
        registry.tree().set_value(*key, name, Type, data);
        return {};
    });
}

/// @doc NF:wdm.ZwDeleteValueKey
NTSTATUS NTAPI ZwDeleteValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName) {
    return status_of([&] -> Result<void> {
        auto &registry = current_kernel().registry();
        const auto key = KS_TRY(registry.key_of_handle(KeyHandle, KEY_SET_VALUE));
        const std::u16string name(view(ValueName));
        const Registry::Locked locked(registry);
        return registry.tree().delete_value(*key, name);
    });
}

/// @doc NF:wdm.ZwDeleteKey
NTSTATUS NTAPI ZwDeleteKey(HANDLE KeyHandle) {
    return status_of([&] -> Result<void> {
        auto &registry = current_kernel().registry();
        const auto key = KS_TRY(registry.key_of_handle(KeyHandle, DELETE));
        const Registry::Locked locked(registry);
        return registry.tree().delete_key(key);
    });
}

/// Nothing is kept on a disk, so what is written is as durable as the box: only the handle can be
/// wrong. @doc NF:wdm.ZwFlushKey
NTSTATUS NTAPI ZwFlushKey(HANDLE KeyHandle) {
    return status_of([&] -> Result<void> {
        KS_TRY(current_kernel().registry().key_of_handle(KeyHandle, 0));
        return {};
    });
}

} // extern "C"
} // namespace

} // namespace ksbox::cm

namespace ksbox {

std::span<const Export> key_exports() {
    static const std::array table{
        done<&cm::ZwCreateKey>("ZwCreateKey", "NF:wdm.ZwCreateKey"),
        done<&cm::ZwOpenKey>("ZwOpenKey", "NF:wdm.ZwOpenKey"),
        done<&cm::ZwOpenKeyEx>("ZwOpenKeyEx", "NF:wdm.ZwOpenKeyEx"),
        done<&cm::ZwQueryValueKey>("ZwQueryValueKey", "NF:wdm.ZwQueryValueKey"),
        done<&cm::ZwEnumerateValueKey>("ZwEnumerateValueKey", "NF:wdm.ZwEnumerateValueKey"),
        done<&cm::ZwQueryKey>("ZwQueryKey", "NF:wdm.ZwQueryKey"),
        done<&cm::ZwEnumerateKey>("ZwEnumerateKey", "NF:wdm.ZwEnumerateKey"),
        done<&cm::ZwSetValueKey>("ZwSetValueKey", "NF:wdm.ZwSetValueKey"),
        done<&cm::ZwDeleteValueKey>("ZwDeleteValueKey", "NF:wdm.ZwDeleteValueKey"),
        done<&cm::ZwDeleteKey>("ZwDeleteKey", "NF:wdm.ZwDeleteKey"),
        done<&cm::ZwFlushKey>("ZwFlushKey", "NF:wdm.ZwFlushKey"),
    };
    return table;
}

} // namespace ksbox
