// ksbox inspect: what a driver's file says, and what its filters say once it runs.
#include "cli/inspect.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/failures.h"
#include "cli/session.h"
#include "ksbox/guid_names.h"

namespace ksbox::cli {

const char *to_string(DataFlow flow) {
    return flow == DataFlow::in ? "in" : "out";
}

const char *to_string(Communication communication) {
    switch (communication) {
    case Communication::none:
        return "none";
    case Communication::sink:
        return "sink";
    case Communication::source:
        return "source";
    case Communication::both:
        return "both";
    case Communication::bridge:
        return "bridge";
    }
    return "unknown";
}

std::string interface_name(const Identifier &identifier) {
    constexpr const char *standard[] = {"STREAMING", "LOOPED_STREAMING", "CONTROL"};
    std::string set = guid_name(identifier.set, "KSINTERFACESETID_");
    if (set == "KSINTERFACESETID_Standard" && identifier.id < std::size(standard))
        return set + "." + standard[identifier.id];
    return fmt::format("{}.{}", set, identifier.id);
}

std::string medium_name(const Identifier &identifier) {
    std::string set = guid_name(identifier.set, "KSMEDIUMSETID_");
    if (set == "KSMEDIUMSETID_Standard" && identifier.id == 0)
        return set + ".DEVIO";
    return fmt::format("{}.{}", set, identifier.id);
}

namespace {

void ask_filters(Session &session, InspectReport &report) {
    report.ran = true;
    for (const InterfaceFacts &interface : session.interfaces()) {
        std::string id = device_of(interface);
        auto device = std::ranges::find(report.devices, id, &DeviceReport::id);
        if (device == report.devices.end())
            device = report.devices.insert(device, DeviceReport{id, {}});
        Filter filter = session.client().open_filter(interface.path);
        device->filters.push_back({filter_label(interface), interface, filter.facts()});
    }
}

void ask_endpoints(Session &session, InspectReport &report) {
    const std::vector<InterfaceFacts> filters = session.interfaces();
    for (Endpoint &one : find_endpoints(session.client(), filters))
        report.endpoints.push_back(
            {one.facts(), one.volumes(), one.mutes(), one.jacks(), one.plugged()});
}

} // namespace

const FilterReport *filter_of(const InspectReport &report, const std::string &path) {
    for (const DeviceReport &device : report.devices)
        for (const FilterReport &filter : device.filters)
            if (filter.interface.path == path)
                return &filter;
    return nullptr;
}

// EPcxConnectionType.
std::string jack_connection(const JackFacts &jack) {
    constexpr const char *names[] = {
        "",        "3.5 mm jack",     "6.35 mm jack", "internal connector", "RCA",
        "optical", "digital",         "analog",       "multichannel DIN",   "XLR",
        "RJ-11",   "combination jack"};
    return jack.connection_type < std::size(names) ? names[jack.connection_type] : "";
}

// EPcxGeoLocation.
std::string jack_location(const JackFacts &jack) {
    constexpr const char *names[] = {"",          "rear",   "front",       "left",  "right",
                                     "top",       "bottom", "rear panel",  "riser", "inside lid",
                                     "drive bay", "HDMI",   "outside lid", "ATAPI"};
    return jack.geometric_location < std::size(names) ? names[jack.geometric_location] : "";
}

int inspect(const InspectOptions &options, Worker &worker) {
    InspectReport report;
    report.image = read_image_facts(options.run.driver);
    int code = exit_done;
    if (!options.no_run) {
        if (!report.image.refusal.empty())
            throw BadInput(fmt::format("{}: {} (--no-run shows what the file says)",
                                       options.run.driver.string(), report.image.refusal));
        Session session(options.run, worker);
        bool whole = false;
        code = session.run([&] {
            ask_filters(session, report);
            ask_endpoints(session, report);
            report.findings = session.driver().findings();
            whole = true;
            return exit_done;
        });
        if (!whole)
            return code;
    }
    fmt::print("{}", options.json ? to_json(report) : to_text(report, options.all_imports));
    return code;
}

} // namespace ksbox::cli
