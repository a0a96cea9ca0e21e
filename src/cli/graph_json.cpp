#include "cli/graph_report.h"

#include "cli/inspect_json.h"
#include "cli/session.h"

namespace ksbox::cli {

namespace {

constexpr int format_version = 1;

const char *state_name(PinState state) {
    constexpr const char *names[] = {"stop", "acquire", "pause", "run"};
    return std::size_t(state) < std::size(names) ? names[std::size_t(state)] : "unknown";
}

const char *carrier_name(Carrier carrier) {
    constexpr const char *names[] = {"pipe", "irps", "own"};
    return names[std::size_t(carrier)];
}

Json text_json(const std::string &text) {
    return text.empty() ? Json() : Json(text);
}

template <typename T> Json optional_json(const std::optional<T> &value) {
    return value ? Json(*value) : Json();
}

Json pin_json(const GraphPin &pin) {
    return {{"filter", pin.filter}, {"pin", pin.id}};
}

Json graph_filter_json(const GraphFilter &filter) {
    Json json{
        {"driver", filter.driver},
        {"device", filter.interface.path.empty() ? Json() : Json(device_of(filter.interface))}};
    json.update(filter_json({filter_label(filter.interface), filter.interface, filter.facts}));
    if (filter.interface.path.empty())
        json["path"] = nullptr;
    return json;
}

Json format_json(const DataFormat &format) {
    return {{"text", format.to_string()},
            {"major", guid_json(format.major(), "KSDATAFORMAT_TYPE_")},
            {"subtype", guid_json(format.subtype(), "KSDATAFORMAT_SUBTYPE_")},
            {"specifier", guid_json(format.specifier(), "KSDATAFORMAT_SPECIFIER_")}};
}

Json open_pin_json(const OpenPin &pin) {
    return {{"name", pin.name},
            {"filter", pin.filter},
            {"pin", pin.id},
            {"dataflow", to_string(pin.data_flow)},
            {"communication", to_string(pin.communication)},
            {"state", state_name(pin.state)},
            {"asked", state_name(pin.asked)},
            {"format", format_json(pin.format)},
            {"owner", text_json(pin.owner)},
            {"frames", pin.frames}};
}

Json link_json(const GraphLink &link) {
    return {{"from", optional_json(link.from)},
            {"to", optional_json(link.to)},
            {"carrier", carrier_name(link.carrier)},
            {"outside", text_json(link.outside)},
            {"outside_pin", link.outside_pin ? pin_json(*link.outside_pin) : Json()}};
}

Json endpoint_json(const GraphEndpoint &endpoint) {
    Json json = pin_json(endpoint.pin);
    json["name"] = endpoint.facts.name;
    json["full_name"] = endpoint.facts.full_name();
    json["plugged"] = endpoint.plugged;
    json["jacks"] = Json::array();
    for (const JackFacts &jack : endpoint.jacks)
        json["jacks"].push_back(jack_json(jack));
    return json;
}

} // namespace

std::string to_json(const GraphFacts &graph) {
    Json json;
    json["version"] = format_version;
    const auto list = [&](const char *name, const auto &items, auto as_json) {
        json[name] = Json::array();
        for (const auto &item : items)
            json[name].push_back(as_json(item));
    };
    list("filters", graph.filters, graph_filter_json);
    list("open_filters", graph.open_filters, [](const OpenFilter &open) {
        return Json{{"name", open.name}, {"filter", open.filter}, {"owner", text_json(open.owner)}};
    });
    list("open_pins", graph.open_pins, open_pin_json);
    list("links", graph.links, link_json);
    list("physical_connections", graph.wires, [](const GraphWire &wire) {
        return Json{{"from", pin_json(wire.from)}, {"to", pin_json(wire.to)}};
    });
    list("endpoints", graph.endpoints, endpoint_json);
    json["unread"] = graph.unread;
    // Names in a driver may be any bytes.
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace ksbox::cli
