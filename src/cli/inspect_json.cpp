#include <cstdint>
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/inspect.h"
#include "cli/inspect_json.h"
#include "ksbox/guid_names.h"

namespace ksbox::cli {

Json guid_json(const Guid &guid, const char *prefix) {
    return {{"name", guid_name(guid, prefix)}, {"guid", guid.to_string()}};
}

Json jack_json(const JackFacts &jack) {
    return {{"connected", jack.connected},
            {"connection", jack_connection(jack)},
            {"location", jack_location(jack)},
            {"channel_mask", jack.channel_mask},
            {"color", jack.color}};
}

namespace {

constexpr int format_version = 1;

Json identifier_json(const Identifier &identifier, const std::string &name) {
    return {{"name", name},
            {"set", identifier.set.to_string()},
            {"id", identifier.id},
            {"flags", identifier.flags}};
}

Json version_json(const std::array<std::uint16_t, 4> &version) {
    return fmt::format("{}.{}.{}.{}", version[0], version[1], version[2], version[3]);
}

Json image_json(const ImageFacts &image) {
    Json json;
    json["file"] = image.file_name;
    json["machine"] = image.machine;
    json["subsystem"] = image.subsystem;
    json["dll"] = image.dll;
    json["pe32_plus"] = image.pe32_plus;
    json["signed"] = image.is_signed;
    json["timestamp"] = image.timestamp;
    json["checksum"] = image.checksum;
    json["file_bytes"] = image.file_bytes;
    json["image_bytes"] = image.image_bytes;
    json["preferred_base"] = image.preferred_base;
    json["entry_rva"] = image.entry_rva;
    json["sections"] = Json::array();
    for (const ImageFacts::Section &section : image.sections)
        json["sections"].push_back({{"name", section.name},
                                    {"rva", section.rva},
                                    {"memory_bytes", section.memory_bytes},
                                    {"file_bytes", section.file_bytes},
                                    {"executable", section.executable},
                                    {"writable", section.writable},
                                    {"discardable", section.discardable}});
    json["pdb"] = nullptr;
    if (image.pdb)
        json["pdb"] = {{"path", image.pdb->path},
                       {"guid", image.pdb->guid.to_string()},
                       {"age", image.pdb->age}};
    json["version"] = nullptr;
    if (image.version)
        json["version"] = {{"file", version_json(image.version->file)},
                           {"product", version_json(image.version->product)},
                           {"company", image.version->company},
                           {"description", image.version->description},
                           {"product_name", image.version->product_name}};
    json["damage"] = image.damage;
    json["refusal"] = image.refusal.empty() ? Json() : Json(image.refusal);
    return json;
}

Json imports_json(const ImageFacts &image) {
    Json modules = Json::array();
    for (const ImageFacts::Module &module : image.modules) {
        Json functions = Json::array();
        for (const ImageFacts::Import &import : module.imports)
            functions.push_back({{"name", import.name},
                                 {"state", to_string(import.state)},
                                 {"page", import.page.empty() ? Json() : Json(import.page)}});
        modules.push_back({{"module", module.name}, {"functions", std::move(functions)}});
    }
    return modules;
}

Json range_json(const DataRange &range) {
    Json json{{"text", range.to_string()},
              {"major", guid_json(range.major, "KSDATAFORMAT_TYPE_")},
              {"subtype", guid_json(range.subtype, "KSDATAFORMAT_SUBTYPE_")},
              {"specifier", guid_json(range.specifier, "KSDATAFORMAT_SPECIFIER_")},
              {"sample_bytes", range.sample_bytes}};
    if (range.audio)
        json["audio"] = {{"maximum_channels", range.audio->maximum_channels == UINT32_MAX
                                                  ? Json()
                                                  : Json(range.audio->maximum_channels)},
                         {"minimum_bits", range.audio->minimum_bits},
                         {"maximum_bits", range.audio->maximum_bits},
                         {"minimum_hz", range.audio->minimum_hz},
                         {"maximum_hz", range.audio->maximum_hz}};
    if (range.video)
        json["video"] = {{"width", range.video->width},
                         {"height", range.video->height},
                         {"bits", range.video->bits},
                         {"minimum_frame_100ns", range.video->minimum_frame_100ns},
                         {"maximum_frame_100ns", range.video->maximum_frame_100ns},
                         {"default_frame_100ns", range.video->default_frame_100ns}};
    if (range.music)
        json["music"] = {{"technology", guid_json(range.music->technology, "KSMUSIC_TECHNOLOGY_")},
                         {"channels", range.music->channels},
                         {"notes", range.music->notes}};
    return json;
}

Json pin_json(const PinFacts &pin) {
    Json json;
    json["id"] = pin.id;
    json["dataflow"] = to_string(pin.data_flow);
    json["communication"] = to_string(pin.communication);
    json["category"] = pin.category ? guid_json(*pin.category, "PINNAME_") : Json();
    json["name"] = pin.name.empty() ? Json() : Json(pin.name);
    json["instances"] = {
        {"possible", pin.instances.possible < 0 ? Json() : Json(pin.instances.possible)},
        {"current", pin.instances.current},
        {"necessary", pin.instances.necessary}};
    json["interfaces"] = Json::array();
    for (const Identifier &identifier : pin.interfaces)
        json["interfaces"].push_back(identifier_json(identifier, interface_name(identifier)));
    json["mediums"] = Json::array();
    for (const Identifier &identifier : pin.mediums)
        json["mediums"].push_back(identifier_json(identifier, medium_name(identifier)));
    json["ranges"] = Json::array();
    for (const DataRange &range : pin.ranges)
        json["ranges"].push_back(range_json(range));
    return json;
}

Json end_json(std::int64_t node, std::uint32_t pin) {
    return {{"node", node < 0 ? Json() : Json(node)}, {"pin", pin}};
}

} // namespace

Json filter_json(const FilterReport &filter) {
    Json json;
    json["name"] = filter.label;
    json["reference"] = filter.interface.name;
    json["friendly_name"] =
        filter.interface.friendly_name.empty() ? Json() : Json(filter.interface.friendly_name);
    json["path"] = filter.interface.path;
    json["categories"] = Json::array();
    for (const Guid &category : filter.facts.categories)
        json["categories"].push_back(guid_json(category, "KSCATEGORY_"));
    json["pins"] = Json::array();
    for (const PinFacts &pin : filter.facts.pins)
        json["pins"].push_back(pin_json(pin));
    json["nodes"] = Json::array();
    for (const NodeFacts &node : filter.facts.nodes)
        json["nodes"].push_back({{"id", node.id},
                                 {"type", guid_json(node.type, "KSNODETYPE_")},
                                 {"name", node.name.empty() ? Json() : Json(node.name)}});
    json["connections"] = Json::array();
    for (const ConnectionFacts &connection : filter.facts.connections)
        json["connections"].push_back(
            {{"from", end_json(connection.from_node, connection.from_pin)},
             {"to", end_json(connection.to_node, connection.to_pin)}});
    return json;
}

namespace {

// JSON has no number for silence.
Json decibels_json(std::int32_t level) {
    return level == INT32_MIN ? Json() : Json(double(level) / 65536);
}

Json endpoint_pin_json(const EndpointPin &pin) {
    return {{"filter", pin.filter}, {"pin", pin.id}};
}

Json endpoint_json(const EndpointReport &one) {
    const EndpointFacts &facts = one.facts;
    Json json;
    json["name"] = facts.name;
    json["full_name"] = facts.full_name();
    json["dataflow"] = to_string(facts.data_flow);
    json["category"] = facts.category ? guid_json(*facts.category, "KSNODETYPE_") : Json();
    json["plugged"] = one.plugged;
    json["pins"] = Json::array();
    for (const EndpointPin &pin : facts.pins)
        json["pins"].push_back(endpoint_pin_json(pin));
    json["bridge"] = endpoint_pin_json(facts.bridge);
    json["jacks"] = Json::array();
    for (const JackFacts &jack : one.jacks)
        json["jacks"].push_back(jack_json(jack));
    json["volumes"] = Json::array();
    for (const VolumeFacts &volume : one.volumes) {
        Json levels{{"filter", volume.node.filter}, {"node", volume.node.id}};
        levels["level_db"] = Json::array();
        for (const std::int32_t level : volume.level)
            levels["level_db"].push_back(decibels_json(level));
        levels["range_db"] = nullptr;
        if (volume.range)
            levels["range_db"] = {{"minimum", decibels_json(volume.range->minimum)},
                                  {"maximum", decibels_json(volume.range->maximum)},
                                  {"step", double(volume.range->step) / 65536}};
        json["volumes"].push_back(std::move(levels));
    }
    json["mutes"] = Json::array();
    for (const MuteFacts &mute : one.mutes)
        json["mutes"].push_back(
            {{"filter", mute.node.filter}, {"node", mute.node.id}, {"on", mute.muted}});
    return json;
}

} // namespace

std::string to_json(const InspectReport &report) {
    Json json;
    json["version"] = format_version;
    json["image"] = image_json(report.image);
    json["imports"] = imports_json(report.image);
    json["devices"] = nullptr;
    if (report.ran) {
        json["devices"] = Json::array();
        for (const DeviceReport &device : report.devices) {
            Json filters = Json::array();
            for (const FilterReport &filter : device.filters)
                filters.push_back(filter_json(filter));
            json["devices"].push_back({{"id", device.id}, {"filters", std::move(filters)}});
        }
    }
    json["endpoints"] = nullptr;
    if (report.ran) {
        json["endpoints"] = Json::array();
        for (const EndpointReport &one : report.endpoints)
            json["endpoints"].push_back(endpoint_json(one));
    }
    json["findings"] = report.findings;
    // Names in a driver's file may be any bytes.
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace ksbox::cli
