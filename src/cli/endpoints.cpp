#include "cli/endpoints.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/failures.h"
#include "cli/property_value.h"

namespace ksbox::cli {

namespace {

const char *verb_of(DataFlow flow) {
    return flow == DataFlow::in ? "plays" : "records";
}

std::string names_of(const std::vector<const Endpoint *> &endpoints) {
    std::string text;
    for (const Endpoint *one : endpoints)
        text += (text.empty() ? "" : ", ") + one->facts().full_name();
    return text;
}

// The closest kind of match that any has.
std::vector<const Endpoint *> matches(const std::vector<Endpoint> &all, const std::string &wanted,
                                      const std::vector<InterfaceFacts> &filters) {
    const std::string text = lower(wanted);
    // Of the filters at both ends of its way, as their .inf file calls them.
    const auto filter_names = [&](const EndpointFacts &facts) {
        std::string names;
        for (const InterfaceFacts &filter : filters)
            if (filter.path == facts.bridge.filter || filter.path == facts.pins.front().filter)
                names += "\n" + lower(filter.friendly_name);
        return names;
    };
    const std::function<bool(const EndpointFacts &, std::size_t)> kinds[] = {
        [&](const EndpointFacts &, std::size_t number) { return std::to_string(number) == text; },
        [&](const EndpointFacts &facts, std::size_t) { return lower(facts.full_name()) == text; },
        [&](const EndpointFacts &facts, std::size_t) { return lower(facts.name) == text; },
        [&](const EndpointFacts &facts, std::size_t) {
            return lower(facts.full_name()).starts_with(text);
        },
        [&](const EndpointFacts &facts, std::size_t) {
            return lower(facts.full_name()).find(text) != std::string::npos;
        },
        [&](const EndpointFacts &facts, std::size_t) {
            return filter_names(facts).find(text) != std::string::npos;
        },
    };
    for (const auto &fits : kinds) {
        std::vector<const Endpoint *> found;
        for (std::size_t i = 0; i < all.size(); ++i)
            if (fits(all[i].facts(), i))
                found.push_back(&all[i]);
        if (!found.empty())
            return found;
    }
    return {};
}

std::vector<const Endpoint *> with_flow(std::vector<const Endpoint *> endpoints,
                                        std::optional<DataFlow> flow) {
    std::erase_if(endpoints,
                  [&](const Endpoint *one) { return flow && one->facts().data_flow != *flow; });
    return endpoints;
}

template <typename T> T value_of(ValueKind kind, const std::string &text) {
    const std::vector<std::byte> bytes = parse_value(kind, text);
    T value{};
    std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
    return value;
}

} // namespace

void add_endpoint_options(CLI::App &command, EndpointOptions &options, const std::string &verb) {
    auto *name = command
                     .add_option("--endpoint", options.name,
                                 "the endpoint to " + verb +
                                     ", by its name, a part of it, or its number in inspect's list")
                     ->type_name("NAME");
    for (const char *other : {"--pin", "--filter"})
        name->excludes(command.get_option(other));
    command
        .add_option("--volume", options.volume,
                    "sets the endpoint's volume first: '-6 dB', silence")
        ->needs(name)
        ->type_name("DB");
    command.add_option("--mute", options.mute, "sets the endpoint's mute first")
        ->needs(name)
        ->check(CLI::IsMember({"on", "off"}))
        ->type_name("on|off");
}

Endpoint find_endpoint(Session &session, std::optional<DataFlow> flow, const std::string &name) {
    const std::vector<InterfaceFacts> filters = session.interfaces();
    const std::vector<Endpoint> all = find_endpoints(session.client(), filters);
    std::vector<const Endpoint *> listed;
    for (const Endpoint &one : all)
        listed.push_back(&one);
    const auto usable = with_flow(listed, flow);
    const std::string have =
        usable.empty() && flow ? fmt::format("none that {}", verb_of(*flow)) : names_of(usable);
    const auto named = matches(all, name, filters);
    const auto found = with_flow(named, flow);
    if (all.empty())
        throw BadInput(session.names() + " has no audio endpoint");
    if (named.empty())
        throw BadInput(
            fmt::format("{} has no endpoint '{}'; it has {}", session.names(), name, have));
    if (found.empty())
        throw BadInput(fmt::format("{} {}, so it cannot be used here; {} has {}", names_of(named),
                                   verb_of(named.front()->facts().data_flow), session.names(),
                                   have));
    if (found.size() > 1)
        throw BadInput(fmt::format("'{}' is ambiguous: {}; say more of the name, or the number in "
                                   "inspect's list",
                                   name, names_of(found)));
    return *found.front();
}

std::vector<FoundPin> pins_of(Session &session, const Endpoint &endpoint) {
    std::vector<FoundPin> found;
    for (const EndpointPin &pin : endpoint.facts().pins)
        for (const InterfaceFacts &interface : session.interfaces())
            if (interface.path == pin.filter) {
                auto filter = std::make_shared<Filter>(session.client().open_filter(pin.filter));
                PinFacts facts = filter->pin_facts(pin.id);
                found.push_back({std::move(filter), interface, std::move(facts)});
            }
    return found;
}

std::vector<FoundPin> open_endpoint(Session &session, DataFlow flow,
                                    const EndpointOptions &options) {
    Endpoint endpoint = find_endpoint(session, flow, options.name);
    if (options.volume)
        endpoint.set_volume(value_of<std::int32_t>(ValueKind::decibels, *options.volume));
    if (options.mute)
        endpoint.set_mute(*options.mute == "on");
    return pins_of(session, endpoint);
}

} // namespace ksbox::cli
