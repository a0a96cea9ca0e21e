// What DirectShow reads about filters without opening them: FilterData of a device interface, and
// the medium cache, a registry key a medium that names the interfaces with such pins.
#include <string>

#include "ks/data_range.h"
#include "ks/exports.h"
#include "ks/filter_data.h"
#include "ks/filter_factory.h"

using namespace ksbox;
using namespace ksbox::ks;

namespace {

UNICODE_STRING counted(std::u16string_view text) {
    const auto bytes = static_cast<USHORT>(text.size() * sizeof(WCHAR));
    return {bytes, bytes, const_cast<PWCH>(text.data())};
}

/// Opens or makes `path` below `parent` (null: absolute) and gives back the parent.
NTSTATUS create_key(HANDLE parent, std::u16string_view path, HANDLE *key) {
    UNICODE_STRING name = counted(path);
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, parent,
                               nullptr);
    const NTSTATUS status =
        ZwCreateKey(key, KEY_ALL_ACCESS, &attributes, 0, nullptr, REG_OPTION_NON_VOLATILE, nullptr);
    if (parent)
        ZwClose(parent);
    return status;
}

std::u16string hexadecimal(ULONG value) {
    std::u16string text;
    do
        text.insert(text.begin(), u"0123456789abcdef"[value & 15]);
    while (value >>= 4);
    return text;
}

/// @doc NF:ks.KsCacheMedium: \MediumCache\GUID\DWORD\DWORD. The digits' form is inferred.
NTSTATUS cache_medium(const UNICODE_STRING &link, const KSPIN_MEDIUM &medium, ULONG output) {
    UNICODE_STRING set{};
    NTSTATUS status = RtlStringFromGUID(medium.Set, &set);
    if (!NT_SUCCESS(status))
        return status;
    const std::u16string guid(set.Buffer, set.Length / sizeof(WCHAR));
    RtlFreeUnicodeString(&set);
    HANDLE key = nullptr;
    status = create_key(
        nullptr, u"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\MediumCache", &key);
    for (const std::u16string &part : {guid, hexadecimal(medium.Id), hexadecimal(medium.Flags)})
        if (NT_SUCCESS(status))
            status = create_key(key, part, &key);
    if (!NT_SUCCESS(status))
        return status;
    UNICODE_STRING name = link;
    status = ZwSetValueKey(key, &name, 0, REG_DWORD, &output, sizeof output);
    ZwClose(key);
    return status;
}

NTSTATUS store_filter_data(UNICODE_STRING link, const std::vector<FilterDataPin> &pins) {
    HANDLE key = nullptr;
    NTSTATUS status = IoOpenDeviceInterfaceRegistryKey(&link, KEY_ALL_ACCESS, &key);
    if (!NT_SUCCESS(status))
        return status;
    std::vector<std::byte> data = filter_data(pins);
    UNICODE_STRING name = counted(u"FilterData");
    status = ZwSetValueKey(key, &name, 0, REG_BINARY, data.data(), static_cast<ULONG>(data.size()));
    ZwClose(key);
    return status;
}

/// Any two pins with the standard medium can be connected: it tells nothing.
bool tells_something(const KSPIN_MEDIUM &medium) {
    return !same_guid(medium.Set, KSMEDIUMSETID_Standard) && !same_guid(medium.Set, GUID_NULL);
}

NTSTATUS store(const UNICODE_STRING &link, const std::vector<FilterDataPin> &pins) {
    NTSTATUS status = store_filter_data(link, pins);
    for (const FilterDataPin &pin : pins)
        for (const KSPIN_MEDIUM &medium : pin.mediums)
            if (NT_SUCCESS(status) && tells_something(medium))
                status = cache_medium(link, medium, pin.output);
    return status;
}

FilterDataPin pin_of(const KSPIN_DESCRIPTOR_EX &descriptor) {
    const KSPIN_DESCRIPTOR &plain = descriptor.PinDescriptor;
    FilterDataPin pin;
    pin.output = plain.DataFlow == KSPIN_DATAFLOW_OUT;
    pin.many = descriptor.InstancesPossible > 1;
    pin.instances =
        descriptor.InstancesPossible == KSINSTANCE_INDETERMINATE ? 0 : descriptor.InstancesPossible;
    pin.category = plain.Category;
    pin.mediums.assign(plain.Mediums, plain.Mediums + plain.MediumsCount);
    for (ULONG i = 0; i < plain.DataRangesCount; ++i)
        pin.types.push_back({plain.DataRanges[i]->MajorFormat, plain.DataRanges[i]->SubFormat});
    return pin;
}

std::vector<FilterDataPin> pins_of(const KSFILTER_DESCRIPTOR &descriptor) {
    std::vector<FilterDataPin> pins;
    const auto *bytes = reinterpret_cast<const char *>(descriptor.PinDescriptors);
    for (ULONG i = 0; i < descriptor.PinDescriptorsCount; ++i)
        pins.push_back(pin_of(*reinterpret_cast<const KSPIN_DESCRIPTOR_EX *>(
            bytes + std::size_t(i) * descriptor.PinDescriptorSize)));
    return pins;
}

} // namespace

extern "C" {

NTSTATUS NTAPI KsCacheMedium(PUNICODE_STRING SymbolicLink, PKSPIN_MEDIUM Medium,
                             ULONG PinDirection) {
    return cache_medium(*SymbolicLink, *Medium, PinDirection);
}

NTSTATUS NTAPI KsFilterFactoryUpdateCacheData(PKSFILTERFACTORY FilterFactory,
                                              const KSFILTER_DESCRIPTOR *FilterDescriptor) {
    auto &factory = ks::FilterFactory::from(FilterFactory);
    const KSFILTER_DESCRIPTOR &descriptor =
        FilterDescriptor ? *FilterDescriptor : *factory.abi().FilterDescriptor;
    const std::vector<FilterDataPin> pins = pins_of(descriptor);
    for (ULONG i = 0; i < descriptor.CategoriesCount; ++i) {
        bool found = false;
        for (const auto &one : factory.interfaces) {
            if (!same_guid(one.category, descriptor.Categories[i]))
                continue;
            found = true;
            if (const NTSTATUS status = store(one.symbolic_link, pins); !NT_SUCCESS(status))
                return status;
        }
        if (!found)
            return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI KsRegisterFilterWithNoKSPins(PDEVICE_OBJECT DeviceObject,
                                            const GUID *InterfaceClassGUID, ULONG PinCount,
                                            WINBOOL *PinDirection, KSPIN_MEDIUM *MediumList,
                                            GUID *CategoryList) {
    PWSTR links = nullptr;
    NTSTATUS status = IoGetDeviceInterfaces(InterfaceClassGUID, DeviceObject,
                                            DEVICE_INTERFACE_INCLUDE_NONACTIVE, &links);
    if (!NT_SUCCESS(status))
        return status;
    // Of several interfaces in the class, the first (NF:ks.KsFilterFactoryUpdateCacheData).
    if (*links) {
        std::vector<FilterDataPin> pins(PinCount);
        for (ULONG i = 0; i < PinCount; ++i) {
            pins[i].output = PinDirection[i];
            pins[i].instances = 1;
            pins[i].category = CategoryList ? &CategoryList[i] : nullptr;
            pins[i].mediums.assign(1, MediumList[i]);
        }
        UNICODE_STRING link;
        RtlInitUnicodeString(&link, links);
        status = store(link, pins);
    } else {
        status = STATUS_NO_SUCH_DEVICE; // inferred
    }
    ExFreePoolWithTag(links, 0);
    return status;
}

} // extern "C"

std::span<const Export> ksbox::ks::cache_data_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsCacheMedium),
        KS_EXPORT(done, KsFilterFactoryUpdateCacheData),
        KS_EXPORT(done, KsRegisterFilterWithNoKSPins),
    };
    return table;
}
