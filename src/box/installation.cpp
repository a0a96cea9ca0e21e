// Installing a driver by its .inf file.
#include "box/installation.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include "base/read_file.h"
#include "base/unicode.h"
#include "ksbox/error.h"
#include "nt/cm/registry.h"
#include "nt/io/device_registry.h"
#include "nt/io/interfaces.h"
#include "nt/kernel.h"
#include "nt/trace.h"

namespace ksbox::box {
namespace {

constexpr std::uint32_t bad_file = 0xC000000D; // STATUS_INVALID_PARAMETER

std::string place(const std::filesystem::path &file, const inf::InfError &error) {
    std::string text = file.string() + ":";
    if (error.line)
        text += std::to_string(error.line) + ":";
    if (error.column)
        text += std::to_string(error.column) + ":";
    return text + " " + error.text;
}

std::expected<inf::InfDevice, inf::InfError>
read(const std::filesystem::path &file, const std::string &driver, unsigned windows_version) {
    const auto bytes = read_file(file.string());
    if (!bytes)
        return std::unexpected(inf::InfError{0, 0, "cannot be read"});
    const auto span = bytes->span();
    const auto parsed =
        inf::InfFile::parse({reinterpret_cast<const char *>(span.data()), span.size()});
    if (!parsed)
        return std::unexpected(parsed.error());
    return inf::device_for(*parsed, driver, windows_version);
}

/// The .inf files of a folder, by name.
std::vector<std::filesystem::path> inf_files(const std::filesystem::path &folder) {
    std::vector<std::filesystem::path> found;
    std::error_code error;
    for (const auto &entry : std::filesystem::directory_iterator(
             folder.empty() ? std::filesystem::path(".") : folder, error))
        if (inf::same_text(entry.path().extension().string(), ".inf"))
            found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
}

std::u16string root_path(const std::string &root) {
    if (root == "HKLM")
        return u"\\Registry\\Machine";
    if (root == "HKCR")
        return u"\\Registry\\Machine\\Software\\Classes";
    if (root == "HKCU")
        return u"\\Registry\\User\\.Default";
    return u"\\Registry\\User"; // HKU
}

/// The strings of a REG_MULTI_SZ, as one text with a zero behind each.
std::u16string strings_of(std::span<const std::byte> data) {
    std::u16string text(data.size() / sizeof(char16_t), u'\0');
    std::memcpy(text.data(), data.data(), text.size() * sizeof(char16_t));
    while (!text.empty() && text.back() == u'\0')
        text.pop_back();
    return text.empty() ? text : text + u'\0';
}

/// "The specified string value is not appended if it already exists."
std::vector<std::byte> appended(std::span<const std::byte> to, std::span<const std::byte> more) {
    std::u16string text = strings_of(to);
    const std::u16string one = strings_of(more);
    if ((u'\0' + text).find(u'\0' + one) == text.npos)
        text += one;
    text += u'\0';
    const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
    return {bytes.begin(), bytes.end()};
}

std::unexpected<inf::InfError> refused(unsigned line, std::string why) {
    return std::unexpected(inf::InfError{line, 0, std::move(why)});
}

Installation::Written write(Kernel &kernel, const std::vector<inf::RegistryValue> &values,
                            const std::u16string &relative_root) {
    cm::Registry &registry = kernel.registry();
    for (const inf::RegistryValue &value : values) {
        std::u16string key = value.root == "HKR" ? relative_root : root_path(value.root);
        if (!value.subkey.empty())
            key += u"\\" + to_utf16(value.subkey);
        const std::u16string name = to_utf16(value.name);
        const auto known = registry.value(key, name);
        if (value.remove) {
            (void)registry.delete_value(key, name); // absent is as good
            continue;
        }
        if (known ? value.keep : value.only_if_there)
            continue;
        const std::vector<std::byte> data =
            value.append && known ? appended(known->data, value.data) : value.data;
        const auto written = value.key_only ? registry.create_key(key)
                                            : registry.set_value(key, name, value.type, data);
        if (!written)
            return refused(value.line, "the registry refuses " + to_utf8(key));
    }
    return {};
}

} // namespace

std::string Installation::message(const inf::InfError &error) const {
    return place(file_, error);
}

std::optional<Installation> Installation::find(const std::filesystem::path &driver,
                                               const std::filesystem::path &inf,
                                               unsigned windows_version) {
    const std::string name = driver.filename().string();
    const auto demand = [&](const std::filesystem::path &file) {
        auto device = read(file, name, windows_version);
        if (!device)
            throw Error(bad_file, place(file, device.error()));
        return Installation(file, std::move(*device));
    };
    if (!inf.empty())
        return demand(inf);
    const auto beside = inf_files(driver.parent_path());
    for (const auto &file : beside)
        if (inf::same_text(file.stem().string(), driver.stem().string()))
            return demand(file);
    for (const auto &file : beside)
        if (auto device = read(file, name, windows_version))
            return Installation(file, std::move(*device));
    return std::nullopt;
}

Installation::Written Installation::write_service(Kernel &kernel,
                                                  const std::u16string &service_key) const {
    return write(kernel, device_.service_values, service_key);
}

Installation::Written Installation::describe(io::DeviceFacts &facts) const {
    facts.description = to_utf16(device_.description);
    facts.friendly_name = facts.description;
    facts.manufacturer = to_utf16(device_.manufacturer);
    if (!device_.class_name.empty())
        facts.class_name = to_utf16(device_.class_name);
    if (!device_.class_guid.empty()) {
        const auto guid = Guid::parse(device_.class_guid);
        if (!guid)
            return refused(0, "ClassGuid is \"" + device_.class_guid + "\", which is no GUID");
        facts.class_guid = *guid;
    }
    facts.hardware_ids.clear();
    for (const std::string &id : device_.hardware_ids)
        (facts.hardware_ids.empty() ? facts.hardware_ids : facts.compatible_ids)
            .push_back(to_utf16(id));
    // The instance path begins with it: an enumerator and a device.
    if (!facts.hardware_ids.empty() && std::ranges::count(facts.hardware_ids[0], u'\\') == 1)
        facts.device_id = facts.hardware_ids[0];
    return {};
}

Installation::Written Installation::write_device(Kernel &kernel, const io::DeviceNode &node) const {
    for (const std::string &what : device_.left_out)
        kernel.trace().event("install.left_out", {{"what", std::string_view(what)}});
    if (auto done = write(kernel, device_.driver_values, io::software_key(node)); !done)
        return done;
    if (auto done = write(kernel, device_.device_values, io::hardware_key(node)); !done)
        return done;
    for (const inf::InfInterface &one : device_.interfaces) {
        const auto guid = Guid::parse(one.class_guid);
        if (!guid)
            return refused(one.line, "\"" + one.class_guid + "\" is no GUID of an interface class");
        const auto added =
            kernel.io().interfaces().add(node.physical, *guid, to_utf16(one.reference));
        if (!added)
            return refused(one.line, "the reference string \"" + one.reference + "\" is no name");
        const std::u16string key = added->interface->key + u"\\Device Parameters";
        if (auto done = write(kernel, one.values, key); !done)
            return done;
    }
    return {};
}

} // namespace ksbox::box
