// What the PnP manager and setup leave in the registry about a device.
#include "nt/io/device_registry.h"

#include "base/unicode.h"
#include "nt/cm/registry.h"
#include "nt/io/driver_object.h"
#include "nt/kernel.h"

namespace ksbox::io {

namespace {

constexpr std::u16string_view control_set = u"\\Registry\\Machine\\System\\CurrentControlSet\\";

std::u16string four_digits(unsigned number) {
    std::u16string text(4, u'0');
    for (int i = 3; i >= 0; --i, number /= 10)
        text[static_cast<std::size_t>(i)] = static_cast<char16_t>(u'0' + number % 10);
    return text;
}

} // namespace

std::u16string lower_guid(const Guid &guid) {
    auto text = to_utf16(guid.to_string());
    for (auto &unit : text)
        if (unit >= u'A' && unit <= u'F')
            unit = static_cast<char16_t>(unit - u'A' + u'a');
    return text;
}

std::u16string enum_key(const DeviceNode &node) {
    return std::u16string(control_set) + u"Enum\\" + node.instance_path;
}

std::u16string hardware_key(const DeviceNode &node) {
    return enum_key(node) + u"\\Device Parameters";
}

std::u16string software_key(const DeviceNode &node) {
    return std::u16string(control_set) + u"Control\\Class\\" + node.class_key;
}

void Pnp::write_registry(DeviceNode &node) {
    const auto &facts = node.facts;
    auto &registry = io_.kernel().registry();
    const auto key = enum_key(node);
    // A device that comes back keeps its driver key.
    if (const auto known = registry.value(key, u"Driver"); known) {
        const auto &data = known->data;
        node.class_key.assign(reinterpret_cast<const char16_t *>(data.data()), data.size() / 2);
        while (!node.class_key.empty() && node.class_key.back() == u'\0')
            node.class_key.pop_back();
    } else {
        node.class_key = lower_guid(facts.class_guid) + u'\\' + four_digits(class_instances_++);
    }
    const auto set = [&](const std::u16string &path, std::u16string_view name,
                         std::u16string_view text) {
        if (!text.empty())
            (void)registry.set_string(path, name, text);
    };
    const auto set_list = [&](std::u16string_view name, const std::vector<std::u16string> &list) {
        std::u16string text;
        for (const auto &item : list)
            (text += item) += u'\0';
        text += u'\0';
        (void)registry.set_value(key, name, REG_MULTI_SZ,
                                 std::as_bytes(std::span(text.data(), text.size())));
    };
    set(key, u"DeviceDesc", facts.description);
    set(key, u"FriendlyName", facts.friendly_name);
    set(key, u"Mfg", facts.manufacturer);
    set(key, u"LocationInformation", facts.location);
    set(key, u"Class", facts.class_name);
    set(key, u"ClassGUID", lower_guid(facts.class_guid));
    set(key, u"Driver", node.class_key);
    const auto &service = body_of(node.function_driver).extension.ServiceKeyName;
    set(key, u"Service", {reinterpret_cast<const char16_t *>(service.Buffer), service.Length / 2u});
    set_list(u"HardwareID", facts.hardware_ids);
    set_list(u"CompatibleIDs", facts.compatible_ids);
    (void)registry.create_key(hardware_key(node));
    set(software_key(node), u"DriverDesc", facts.description);
    set(software_key(node), u"ProviderName", facts.manufacturer);
}

} // namespace ksbox::io
