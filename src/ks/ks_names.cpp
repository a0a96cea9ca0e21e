// Friendly names out of the registry.
#include "ks/ks_names.h"

#include <optional>
#include <string>
#include <string_view>

#include "abi/guid.h"
#include "abi/standard_names.h"
#include "base/unicode.h"
#include "ks/sized_answer.h"
#include "nt/cm/registry.h"
#include "nt/io/device_registry.h"
#include "nt/io/pnp.h"
#include "nt/kernel.h"

namespace ksbox::ks {
namespace {

constexpr std::u16string_view control_key =
    u"\\Registry\\Machine\\System\\CurrentControlSet\\Control";

std::u16string category_key(std::u16string_view parent, const Guid &guid) {
    return std::u16string(parent) + u"\\MediaCategories\\" + to_utf16(guid.to_string());
}

std::optional<cm::Value> name_below(std::u16string_view parent, const Guid &guid) {
    auto name = current_kernel().registry().value(category_key(parent, guid), u"Name");
    if (!name || name->type != REG_SZ)
        return std::nullopt;
    return std::move(*name);
}

std::optional<cm::Value> name_by_standard(const Guid &guid) {
    const std::string name = standard_name(guid);
    if (name.empty())
        return std::nullopt;
    const std::u16string text = to_utf16(name);
    const auto *bytes = reinterpret_cast<const std::byte *>(text.c_str());
    return cm::Value{{}, REG_SZ, {bytes, bytes + (text.size() + 1) * sizeof(char16_t)}};
}

} // namespace

NTSTATUS answer_name(PIRP irp, void *data, std::initializer_list<const GUID *> guids) {
    const auto *node =
        current_kernel().io().pnp().node_below(IoGetCurrentIrpStackLocation(irp)->DeviceObject);
    const std::u16string own = node ? io::software_key(*node) : std::u16string();
    for (const GUID *guid : guids) {
        if (!guid)
            continue;
        std::optional<cm::Value> name;
        if (!own.empty())
            name = name_below(own, to_guid(*guid));
        if (!name)
            name = name_below(control_key, to_guid(*guid));
        if (!name)
            name = name_by_standard(to_guid(*guid));
        if (name)
            return answer_value(irp, data, name->data.data(),
                                static_cast<ULONG>(name->data.size()));
    }
    return STATUS_NOT_FOUND;
}

} // namespace ksbox::ks
