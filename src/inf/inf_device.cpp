// From the sections of a setup information file to one device.
#include "inf/inf_device.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace ksbox::inf {
namespace {

std::unexpected<InfError> wrong(unsigned line, std::string text) {
    return std::unexpected(InfError{line, 0, std::move(text)});
}

/// A TargetOSVersion, "NTamd64.10.0...16299", as it concerns us. Empty: not for x64 or later than
/// `windows_version`.
std::optional<unsigned> target_rank(std::string_view decoration, unsigned windows_version) {
    std::string text = lower_case(decoration);
    if (!text.starts_with("nt"))
        return std::nullopt;
    text.erase(0, 2);
    const std::string platform = text.substr(0, text.find('.'));
    if (!platform.empty() && platform != "amd64")
        return std::nullopt;
    text.erase(0, platform.size());
    unsigned parts[2] = {};
    for (unsigned &part : parts) {
        if (!text.starts_with('.'))
            break;
        text.erase(0, 1);
        part = unsigned(std::strtoul(text.c_str(), nullptr, 10));
        text.erase(0, std::min(text.find('.'), text.size()));
    }
    const unsigned version = parts[0] * 100 + parts[1];
    if (version > windows_version)
        return std::nullopt;
    return 1 + version * 2 + !platform.empty();
}

/// The names that `section` may have on this system, the best first.
/// @doc install/inf-ddinstall-section
std::vector<std::string> decorated(const std::string &section) {
    return {section + ".NTamd64", section + ".NT", section};
}

class Reader {
  public:
    Reader(const InfFile &file, unsigned windows_version)
        : file_(file), windows_version_(windows_version) {}

    std::expected<InfDevice, InfError> device(std::string_view driver_file);

  private:
    const InfSection *first(const std::vector<std::string> &names) const {
        for (const std::string &name : names)
            if (const InfSection *found = file_.section(name))
                return found;
        return nullptr;
    }
    const InfSection *models(const InfLine &manufacturer) const;
    std::expected<std::optional<InfDevice>, InfError>
    model(const InfLine &manufacturer, const InfLine &line, std::string_view driver_file);
    std::expected<void, InfError> services(InfDevice &device, const InfSection &section,
                                           std::string_view driver_file);
    std::expected<void, InfError> interfaces(InfDevice &device, const InfSection &section);
    std::expected<void, InfError> add_values(std::vector<RegistryValue> &to,
                                             const InfSection &section, InfDevice &device);
    /// The section and those that it needs (Needs=) of this very file.
    std::vector<const InfSection *> with_needs(const InfSection &section, InfDevice &device) const;

    const InfFile &file_;
    const unsigned windows_version_;
    std::string services_seen_;
};

const InfSection *Reader::models(const InfLine &manufacturer) const {
    const std::string name = manufacturer.value(0);
    unsigned best = 0;
    const InfSection *found = manufacturer.values.size() < 2 ? file_.section(name) : nullptr;
    for (std::size_t i = 1; i < manufacturer.values.size(); ++i) {
        const auto rank = target_rank(manufacturer.values[i], windows_version_);
        if (!rank || *rank <= best)
            continue;
        best = *rank;
        found = file_.section(name + "." + manufacturer.values[i]);
    }
    return found;
}

std::vector<const InfSection *> Reader::with_needs(const InfSection &section,
                                                   InfDevice &device) const {
    std::vector<const InfSection *> all = {&section};
    if (const InfLine *needs = section.find("Needs"))
        for (const std::string &name : needs->values) {
            if (const InfSection *needed = file_.section(name))
                all.push_back(needed);
            else
                device.left_out.push_back("line " + std::to_string(needs->line) + ": [" + name +
                                          "] is in a file of Windows' own");
        }
    return all;
}

std::expected<void, InfError> Reader::add_values(std::vector<RegistryValue> &to,
                                                 const InfSection &section, InfDevice &device) {
    for (const InfSection *one : with_needs(section, device))
        for (const InfLine &line : one->lines) {
            for (const char *other : {"DelReg", "BitReg", "AddProperty", "DelProperty"})
                if (same_text(line.key, other))
                    device.left_out.push_back("line " + std::to_string(line.line) + ": " + other +
                                              " is left out");
            if (!same_text(line.key, "AddReg"))
                continue;
            for (const std::string &name : line.values) {
                const InfSection *registry = file_.section(name);
                if (!registry)
                    return wrong(line.line, "AddReg names [" + name + "], and there is none");
                for (const InfLine &value : registry->lines) {
                    auto made = registry_value(value);
                    if (!made)
                        return std::unexpected(made.error());
                    to.push_back(std::move(*made));
                }
            }
        }
    return {};
}

std::expected<void, InfError> Reader::services(InfDevice &device, const InfSection &section,
                                               std::string_view driver_file) {
    for (const InfLine &line : section.lines) {
        if (!same_text(line.key, "AddService"))
            continue;
        // A service without a section (a null driver) installs nothing.
        if (line.value(2).empty())
            continue;
        const InfSection *install = file_.section(line.value(2));
        if (!install)
            return wrong(line.line, "AddService names [" + line.value(2) + "], and there is none");
        const InfLine *binary = install->find("ServiceBinary");
        if (!binary)
            return wrong(install->line, "[" + install->name + "] has no ServiceBinary");
        const std::string path = binary->value(0);
        const std::string file = path.substr(path.find_last_of("\\/") + 1);
        services_seen_ += (services_seen_.empty() ? "" : ", ") + file;
        if (!same_text(file, driver_file))
            continue;
        device.service = line.value(0);
        device.service_binary = file;
        return add_values(device.service_values, *install, device);
    }
    return {};
}

std::expected<void, InfError> Reader::interfaces(InfDevice &device, const InfSection &section) {
    for (const InfLine &line : section.lines) {
        if (!same_text(line.key, "AddInterface"))
            continue;
        InfInterface made;
        made.line = line.line;
        made.class_guid = line.value(0);
        made.reference = line.value(1);
        if (!line.value(2).empty()) {
            const InfSection *install = file_.section(line.value(2));
            if (!install)
                return wrong(line.line,
                             "AddInterface names [" + line.value(2) + "], and there is none");
            if (auto added = add_values(made.values, *install, device); !added)
                return added;
        }
        device.interfaces.push_back(std::move(made));
    }
    return {};
}

std::expected<std::optional<InfDevice>, InfError>
Reader::model(const InfLine &manufacturer, const InfLine &line, std::string_view driver_file) {
    InfDevice device;
    if (line.value(0).empty())
        return wrong(line.line, "a model without a section to install it by");
    const InfSection *install = first(decorated(line.value(0)));
    if (!install)
        return wrong(line.line, "the model's section [" + line.value(0) + "] is not there");
    const std::string &base = install->name;
    const auto part = [&](const char *suffix) {
        std::vector<std::string> names = {base + suffix};
        for (const std::string &name : decorated(line.value(0)))
            names.push_back(name + suffix);
        return first(names);
    };
    if (const InfSection *section = part(".Services"))
        if (auto read = services(device, *section, driver_file); !read)
            return std::unexpected(read.error());
    if (device.service.empty())
        return std::nullopt;
    device.description = line.key;
    device.manufacturer = manufacturer.key;
    device.hardware_ids.assign(line.values.begin() + 1, line.values.end());
    if (auto read = add_values(device.driver_values, *install, device); !read)
        return std::unexpected(read.error());
    if (const InfSection *section = part(".HW"))
        if (auto read = add_values(device.device_values, *section, device); !read)
            return std::unexpected(read.error());
    if (const InfSection *section = part(".Interfaces"))
        if (auto read = interfaces(device, *section); !read)
            return std::unexpected(read.error());
    const InfSection &version = *file_.section("Version");
    if (const InfLine *name = version.find("Class"))
        device.class_name = name->value(0);
    if (const InfLine *guid = version.find("ClassGuid"))
        device.class_guid = guid->value(0);
    return device;
}

std::expected<InfDevice, InfError> Reader::device(std::string_view driver_file) {
    const InfSection *manufacturers = file_.section("Manufacturer");
    if (!manufacturers)
        return wrong(0, "has no [Manufacturer] section: it installs no device");
    bool any = false;
    for (const InfLine &manufacturer : manufacturers->lines) {
        const InfSection *section = models(manufacturer);
        if (!section)
            continue;
        for (const InfLine &line : section->lines) {
            any = true;
            auto made = model(manufacturer, line, driver_file);
            if (!made)
                return std::unexpected(made.error());
            if (*made)
                return std::move(**made);
        }
    }
    if (!any)
        return wrong(manufacturers->line, "has no models for x64 and this version of Windows");
    return wrong(0, "installs no service of " + std::string(driver_file) +
                        (services_seen_.empty() ? "" : "; it has " + services_seen_));
}

} // namespace

std::expected<InfDevice, InfError> device_for(const InfFile &file, std::string_view driver_file,
                                              unsigned windows_version) {
    return Reader(file, windows_version).device(driver_file);
}

} // namespace ksbox::inf
