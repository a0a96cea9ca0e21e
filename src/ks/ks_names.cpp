// Friendly names out of the registry.
#include "ks/ks_names.h"

#include <string>
#include <vector>

#include "base/quad.h"
#include "ks/sized_answer.h"

namespace ksbox::ks {
namespace {

constexpr std::u16string_view categories =
    u"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\MediaCategories\\";

UNICODE_STRING counted(std::u16string_view text) {
    const auto bytes = static_cast<USHORT>(text.size() * sizeof(WCHAR));
    return {bytes, bytes, const_cast<PWCH>(text.data())};
}

HANDLE open_category(const GUID &guid) {
    UNICODE_STRING text{};
    if (!NT_SUCCESS(RtlStringFromGUID(guid, &text)))
        return nullptr;
    std::u16string path(categories);
    path.append(text.Buffer, text.Length / sizeof(WCHAR));
    RtlFreeUnicodeString(&text);
    UNICODE_STRING name = counted(path);
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               nullptr, nullptr);
    HANDLE key = nullptr;
    return NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &attributes)) ? key : nullptr;
}

} // namespace

NTSTATUS answer_name(PIRP irp, void *data, const GUID &guid) {
    HANDLE key = open_category(guid);
    if (!key)
        return STATUS_NOT_FOUND;
    UNICODE_STRING value = counted(u"Name");
    ULONG bytes = 0;
    ZwQueryValueKey(key, &value, KeyValuePartialInformation, nullptr, 0, &bytes);
    std::vector<std::uint64_t> buffer(quads(bytes));
    auto *information = reinterpret_cast<KEY_VALUE_PARTIAL_INFORMATION *>(buffer.data());
    const NTSTATUS status =
        bytes ? ZwQueryValueKey(key, &value, KeyValuePartialInformation, information, bytes, &bytes)
              : STATUS_NOT_FOUND;
    ZwClose(key);
    if (!NT_SUCCESS(status) || information->Type != REG_SZ)
        return STATUS_NOT_FOUND;
    return answer_value(irp, data, information->Data, information->DataLength);
}

} // namespace ksbox::ks
