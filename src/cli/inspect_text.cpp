#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cli/inspect.h"
#include "cli/terminal.h"
#include "ksbox/guid_names.h"

namespace ksbox::cli {

namespace {

class TextReport {
  public:
    TextReport(const InspectReport &report, bool all_imports)
        : report_(report), all_imports_(all_imports) {}
    std::string make() {
        image();
        sections();
        imports();
        for (const DeviceReport &device : report_.devices)
            this->device(device);
        if (report_.ran && report_.devices.empty())
            text_ += paint_.heading("No filters: the driver registered no device interface") + "\n";
        endpoints();
        if (!report_.findings.empty())
            heading("Findings");
        for (const std::string &finding : report_.findings)
            text_ += "  " + finding + "\n";
        return std::move(text_);
    }

  private:
    void heading(const std::string &title) { text_ += paint_.heading(title) + ":\n"; }
    void line(int indent, std::string_view key, const std::string &value) {
        std::string padded(key);
        padded.resize(std::max<std::size_t>(padded.size(), std::size_t(26 - indent)), ' ');
        text_ += std::string(indent, ' ') + paint_.name(padded) + value + "\n";
    }
    void image();
    void sections();
    void imports();
    void device(const DeviceReport &device);
    void filter(const FilterReport &filter);
    void pin(const PinFacts &pin);
    void endpoints();
    void endpoint(const EndpointReport &one);
    std::string label_of(const std::string &path) const;
    std::string end_of(std::int64_t node, std::uint32_t pin, const FilterFacts &facts) const;
    std::string painted(ImportState state) const;

    const InspectReport &report_;
    bool all_imports_;
    Paint paint_;
    std::string text_;
};

void TextReport::image() {
    const ImageFacts &image = report_.image;
    heading("Image");
    line(2, "File", fmt::format("{} ({} bytes)", image.file_name, image.file_bytes));
    line(2, "Machine",
         fmt::format("{}, {}{}, {}", image.machine, image.subsystem, image.dll ? " DLL" : "",
                     image.pe32_plus ? "PE32+" : "PE32"));
    line(2, "Timestamp",
         fmt::format("{:#010x} ({:%Y-%m-%d %H:%M:%S} UTC, if it is a time)", image.timestamp,
                     fmt::gmtime(static_cast<std::time_t>(image.timestamp))));
    line(2, "In memory",
         fmt::format("{} bytes, entry at +{:#x}", image.image_bytes, image.entry_rva));
    line(2, "PDB",
         image.pdb ? fmt::format("{}, {} age {}", image.pdb->path, image.pdb->guid.to_string(),
                                 image.pdb->age)
                   : "none");
    if (image.version) {
        const auto &v = image.version->file;
        line(2, "Version",
             fmt::format("{}.{}.{}.{} {}", v[0], v[1], v[2], v[3], image.version->description));
        if (!image.version->company.empty())
            line(2, "Company", image.version->company);
    } else {
        line(2, "Version", "none");
    }
    line(2, "Signature", image.is_signed ? "present (not checked)" : "none");
    if (image.exports != 0)
        line(2, "Exports", std::to_string(image.exports));
    for (const std::string &damage : image.damage)
        line(2, "Damage", paint_.bad(damage));
    if (!image.refusal.empty())
        line(2, "Does not run here", paint_.bad(image.refusal));
}

void TextReport::sections() {
    text_ += "\n";
    heading("Sections");
    for (const ImageFacts::Section &section : report_.image.sections)
        line(2, section.name,
             fmt::format("+{:#08x}  {:8} bytes  {}{}{}", section.rva, section.memory_bytes,
                         section.executable ? "code" : "data", section.writable ? ", writable" : "",
                         section.discardable ? ", discardable" : ""));
}

std::string TextReport::painted(ImportState state) const {
    switch (state) {
    case ImportState::done:
        return paint_.good(to_string(state));
    case ImportState::missing:
    case ImportState::stub:
        return paint_.bad(to_string(state));
    case ImportState::partial:
        break;
    }
    return to_string(state);
}

void TextReport::imports() {
    text_ += "\n";
    heading("Imports");
    if (report_.image.modules.empty())
        text_ += "  none\n";
    for (const ImageFacts::Module &module : report_.image.modules) {
        std::string counts;
        for (ImportState state :
             {ImportState::done, ImportState::partial, ImportState::stub, ImportState::missing}) {
            auto count = std::ranges::count(module.imports, state, &ImageFacts::Import::state);
            if (count != 0)
                counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, painted(state));
        }
        line(2, module.name, fmt::format("{}: {}", module.imports.size(), counts));
        for (const ImageFacts::Import &import : module.imports)
            if (all_imports_ || import.state != ImportState::done)
                text_ += fmt::format("    {:48}{}\n", import.name, painted(import.state));
    }
}

void TextReport::device(const DeviceReport &device) {
    text_ += "\n";
    heading("Device " + device.id);
    for (const FilterReport &filter : device.filters)
        this->filter(filter);
}

std::string TextReport::end_of(std::int64_t node, std::uint32_t pin,
                               const FilterFacts &facts) const {
    if (node < 0)
        return fmt::format("pin {}", pin);
    std::string type = std::size_t(node) < facts.nodes.size()
                           ? guid_name(facts.nodes[std::size_t(node)].type, "KSNODETYPE_")
                           : "unknown";
    return fmt::format("node {} ({}) pin {}", node, type, pin);
}

void TextReport::filter(const FilterReport &filter) {
    text_ += "  " + paint_.heading("Filter " + filter.label) + "\n";
    std::string categories;
    for (const Guid &category : filter.facts.categories)
        categories += (categories.empty() ? "" : ", ") + guid_name(category, "KSCATEGORY_");
    line(4, "Categories", categories.empty() ? "none" : categories);
    if (!filter.interface.friendly_name.empty())
        line(4, "Friendly name", filter.interface.friendly_name);
    line(4, "Path", filter.interface.path);
    line(4, "Pin factories", std::to_string(filter.facts.pins.size()));
    for (const PinFacts &pin : filter.facts.pins)
        this->pin(pin);
    if (!filter.facts.nodes.empty())
        line(4, "Nodes", std::to_string(filter.facts.nodes.size()));
    for (const NodeFacts &node : filter.facts.nodes)
        text_ += fmt::format("      {}: {}{}\n", node.id, guid_name(node.type, "KSNODETYPE_"),
                             node.name.empty() ? "" : " '" + node.name + "'");
    if (!filter.facts.connections.empty())
        line(4, "Connections", std::to_string(filter.facts.connections.size()));
    for (const ConnectionFacts &one : filter.facts.connections)
        text_ += fmt::format("      {} -> {}\n", end_of(one.from_node, one.from_pin, filter.facts),
                             end_of(one.to_node, one.to_pin, filter.facts));
}

void TextReport::pin(const PinFacts &pin) {
    text_ += "      " + paint_.heading(fmt::format("Pin {}", pin.id)) +
             (pin.name.empty() ? "" : " '" + pin.name + "'") + "\n";
    line(8, "Data flow", to_string(pin.data_flow));
    line(8, "Communication", to_string(pin.communication));
    line(8, "Category", pin.category ? guid_name(*pin.category, "PINNAME_") : "none");
    line(8, "Instances",
         fmt::format("{} open, {} possible, {} necessary", pin.instances.current,
                     pin.instances.possible < 0 ? "any number"
                                                : std::to_string(pin.instances.possible),
                     pin.instances.necessary));
    std::string names;
    for (const Identifier &one : pin.interfaces)
        names += (names.empty() ? "" : ", ") + interface_name(one);
    line(8, "Interfaces", names.empty() ? "none" : names);
    names.clear();
    for (const Identifier &one : pin.mediums)
        names += (names.empty() ? "" : ", ") + medium_name(one);
    line(8, "Mediums", names.empty() ? "none" : names);
    line(8, "Data ranges", std::to_string(pin.ranges.size()));
    for (const DataRange &range : pin.ranges)
        text_ += fmt::format("          {}, {}\n", range.to_string(),
                             guid_name(range.specifier, "KSDATAFORMAT_SPECIFIER_"));
}

std::string TextReport::label_of(const std::string &path) const {
    const FilterReport *filter = filter_of(report_, path);
    return filter != nullptr ? filter->label : path;
}

void TextReport::endpoints() {
    if (report_.endpoints.empty())
        return;
    text_ += "\n";
    heading("Endpoints");
    for (std::size_t i = 0; i < report_.endpoints.size(); ++i) {
        text_ += "  " +
                 paint_.heading(
                     fmt::format("Endpoint {}: {}", i, report_.endpoints[i].facts.full_name())) +
                 "\n";
        endpoint(report_.endpoints[i]);
    }
}

/// To a thousandth, and 0 without a sign.
std::string decibels(std::int32_t level) {
    const double rounded = std::round(double(level) / 65.536) / 1000;
    return level == INT32_MIN ? "silence" : fmt::format("{:g} dB", rounded + 0.0);
}

void TextReport::endpoint(const EndpointReport &one) {
    const auto pin_text = [&](const EndpointPin &pin) {
        return fmt::format("pin {} of {}", pin.id, label_of(pin.filter));
    };
    const auto node_text = [&](const EndpointNode &node) {
        return fmt::format("node {} of {}", node.id, label_of(node.filter));
    };
    const EndpointFacts &facts = one.facts;
    std::string pins;
    for (const EndpointPin &pin : facts.pins)
        pins += (pins.empty() ? "" : ", ") + pin_text(pin);
    line(4, facts.data_flow == DataFlow::in ? "Plays through" : "Records through", pins);
    if (facts.pins.front() != facts.bridge) {
        std::string jack = pin_text(facts.bridge);
        for (const JackFacts &part : one.jacks)
            for (const std::string &word : {jack_connection(part), jack_location(part)})
                jack += word.empty() ? "" : ", " + word;
        if (!one.jacks.empty())
            jack += one.plugged ? ", plugged in" : ", " + paint_.bad("not plugged in");
        line(4, "Jack", jack);
    }
    for (const VolumeFacts &volume : one.volumes) {
        std::string levels;
        for (const std::int32_t level : volume.level)
            levels += (levels.empty() ? "" : ", ") + decibels(level);
        levels += " (" + node_text(volume.node);
        if (volume.range)
            levels += fmt::format("; {:g} to {}", double(volume.range->minimum) / 65536,
                                  decibels(volume.range->maximum));
        if (volume.range && volume.range->step != 0)
            levels += fmt::format(" in steps of {:g} dB", double(volume.range->step) / 65536);
        line(4, "Volume", levels + ")");
    }
    for (const MuteFacts &mute : one.mutes)
        line(4, "Mute", fmt::format("{} ({})", mute.muted ? "on" : "off", node_text(mute.node)));
    const char *key = "Formats";
    for (const EndpointPin &pin : facts.pins)
        // A filter that could not be described has none of its pins here.
        if (const FilterReport *filter = filter_of(report_, pin.filter);
            filter && pin.id < filter->facts.pins.size())
            for (const DataRange &range : filter->facts.pins[pin.id].ranges)
                line(4, std::exchange(key, ""), range.to_string());
}

} // namespace

std::string to_text(const InspectReport &report, bool all_imports) {
    return TextReport(report, all_imports).make();
}

} // namespace ksbox::cli
