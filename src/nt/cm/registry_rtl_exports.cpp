// RtlQueryRegistryValues and the other Rtl functions that reach keys by a well-known place and a
// path. All at PASSIVE_LEVEL.
#include <array>

#include "nt/cm/query_table.h"
#include "nt/cm/registry.h"
#include "nt/exports.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"

namespace ksbox::cm {
namespace {

constexpr ULONG place_mask = 0x0000'FFFF;

/// Where a RelativeTo value points. STATUS_INVALID_PARAMETER for no known place.
Result<std::u16string_view> place_of(ULONG relative_to) {
    switch (relative_to & place_mask) {
    case RTL_REGISTRY_ABSOLUTE:
        return std::u16string_view();
    case RTL_REGISTRY_SERVICES:
        return services_path;
    case RTL_REGISTRY_CONTROL:
        return u"\\Registry\\Machine\\System\\CurrentControlSet\\Control";
    case RTL_REGISTRY_WINDOWS_NT:
        return u"\\Registry\\Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion";
    case RTL_REGISTRY_DEVICEMAP:
        return u"\\Registry\\Machine\\Hardware\\DeviceMap";
    case RTL_REGISTRY_USER: // of the system process, in whose name drivers run
        return u"\\Registry\\User\\.Default";
    default:
        return fail(STATUS_INVALID_PARAMETER);
    }
}

Result<std::u16string> full_path(ULONG relative_to, PCWSTR path) {
    std::u16string full(KS_TRY(place_of(relative_to)));
    if (path && *path) {
        if (!full.empty() && *path != u'\\')
            full += u'\\';
        full += path;
    }
    return full;
}

Result<KeyPointer> open(Registry &registry, ULONG relative_to, PCWSTR path) {
    if (relative_to & RTL_REGISTRY_HANDLE)
        return registry.key_of_handle(const_cast<PWSTR>(path), 0);
    const std::u16string full = KS_TRY(full_path(relative_to, path));
    const Registry::Locked locked(registry);
    return registry.tree().open(full);
}

/// As open(), adding the last key of the path when only that is missing.
Result<KeyPointer> create(Registry &registry, ULONG relative_to, PCWSTR path) {
    if (relative_to & RTL_REGISTRY_HANDLE)
        return registry.key_of_handle(const_cast<PWSTR>(path), 0);
    const std::u16string full = KS_TRY(full_path(relative_to, path));
    std::u16string_view rest = full;
    if (!rest.starts_with(u'\\'))
        return fail(STATUS_OBJECT_PATH_SYNTAX_BAD);
    const Registry::Locked locked(registry);
    auto &tree = registry.tree();
    if (!equal_ignoring_case(take_name(rest), tree.root()->name))
        return fail(STATUS_OBJECT_NAME_NOT_FOUND);
    auto created = tree.create(tree.root(), rest, {}, false);
    // Below \Registry\Machine\Hardware only volatile keys can be (inferred: drivers write
    // DeviceMap by this function, which has no flag for it).
    if (!created && created.error() == Status(STATUS_CHILD_MUST_BE_VOLATILE))
        created = tree.create(tree.root(), rest, {}, true);
    return KS_TRY(std::move(created)).key;
}

template <typename Work> NTSTATUS status_of(Work work) {
    const Result<void> done = work();
    return done ? STATUS_SUCCESS : done.error().value();
}

std::u16string_view name_view(PCWSTR name) {
    return name ? std::u16string_view(name) : std::u16string_view();
}

extern "C" {

/// @doc NF:wdm.RtlQueryRegistryValues
NTSTATUS NTAPI RtlQueryRegistryValues(ULONG RelativeTo, PCWSTR Path,
                                      PRTL_QUERY_REGISTRY_TABLE QueryTable, PVOID Context,
                                      PVOID Environment) {
    const void *caller = __builtin_return_address(0);
    return status_of([&] -> Result<void> {
        auto &kernel = current_kernel();
        auto key = open(kernel.registry(), RelativeTo, Path);
        const bool is_optional = RelativeTo & RTL_REGISTRY_OPTIONAL;
        if (!key && !(is_optional && key.error() == Status(STATUS_OBJECT_NAME_NOT_FOUND)))
            return std::unexpected(key.error());
        // Without its optional key, each entry gets its default (inferred).
        return run_query_table({kernel, key ? *key : nullptr, Context, Environment, caller},
                               QueryTable);
    });
}

/// @doc NF:wdm.RtlWriteRegistryValue
NTSTATUS NTAPI RtlWriteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName,
                                     ULONG ValueType, PVOID ValueData, ULONG ValueLength) {
    return status_of([&] -> Result<void> {
        auto &registry = current_kernel().registry();
        const std::u16string name(name_view(ValueName));
        const auto *begin = static_cast<const std::byte *>(ValueData);
        const std::vector<std::byte> data(begin, begin + ValueLength);
        const auto key = KS_TRY(create(registry, RelativeTo, Path));
        const Registry::Locked locked(registry);
        registry.tree().set_value(*key, name, ValueType, data);
        return {};
    });
}

/// @doc NF:wdm.RtlDeleteRegistryValue
NTSTATUS NTAPI RtlDeleteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName) {
    return status_of([&] -> Result<void> {
        auto &registry = current_kernel().registry();
        const std::u16string name(name_view(ValueName));
        const auto key = KS_TRY(open(registry, RelativeTo, Path));
        const Registry::Locked locked(registry);
        return registry.tree().delete_value(*key, name);
    });
}

/// @doc NF:wdm.RtlCheckRegistryKey
NTSTATUS NTAPI RtlCheckRegistryKey(ULONG RelativeTo, PWSTR Path) {
    return status_of([&] -> Result<void> {
        auto &kernel = current_kernel();
        const auto key = open(kernel.registry(), RelativeTo, Path);
        if (!key)
            return std::unexpected(key.error());
        // The page's warning: a handle that is passed gets closed.
        if (RelativeTo & RTL_REGISTRY_HANDLE)
            return kernel.objects().close_handle(ob::handle_process(Path), Path);
        return {};
    });
}

/// @doc NF:wdm.RtlCreateRegistryKey
NTSTATUS NTAPI RtlCreateRegistryKey(ULONG RelativeTo, PWSTR Path) {
    return status_of([&] -> Result<void> {
        KS_TRY(create(current_kernel().registry(), RelativeTo, Path));
        return {};
    });
}

} // extern "C"
} // namespace

} // namespace ksbox::cm

namespace ksbox {

std::span<const Export> registry_rtl_exports() {
    static const std::array table{
        done<&cm::RtlQueryRegistryValues>("RtlQueryRegistryValues",
                                          "NF:wdm.RtlQueryRegistryValues"),
        done<&cm::RtlWriteRegistryValue>("RtlWriteRegistryValue", "NF:wdm.RtlWriteRegistryValue"),
        done<&cm::RtlDeleteRegistryValue>("RtlDeleteRegistryValue",
                                          "NF:wdm.RtlDeleteRegistryValue"),
        done<&cm::RtlCheckRegistryKey>("RtlCheckRegistryKey", "NF:wdm.RtlCheckRegistryKey"),
        done<&cm::RtlCreateRegistryKey>("RtlCreateRegistryKey", "NF:wdm.RtlCreateRegistryKey"),
    };
    return table;
}

} // namespace ksbox
