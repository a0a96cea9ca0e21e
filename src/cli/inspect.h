// What ksbox inspect shows, gathered once and printed in either form.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ksbox/endpoint.h"
#include "ksbox/facts.h"
#include "ksbox/image.h"

namespace ksbox::cli {

struct FilterReport {
    std::string label;
    InterfaceFacts interface;
    FilterFacts facts;
};

struct DeviceReport {
    std::string id; ///< "ROOT\camera\0000"
    std::vector<FilterReport> filters;
};

struct EndpointReport {
    EndpointFacts facts;
    std::vector<VolumeFacts> volumes;
    std::vector<MuteFacts> mutes;
    std::vector<JackFacts> jacks;
    bool plugged = true;
};

struct InspectReport {
    ImageFacts image;
    bool ran = false;
    std::vector<DeviceReport> devices;
    std::vector<EndpointReport> endpoints;
    std::vector<std::string> findings; ///< what the driver describes wrongly
};

/// Of the filters in the report; null when it is another driver's.
const FilterReport *filter_of(const InspectReport &report, const std::string &path);
/// "3.5 mm jack", "rear"; empty where the driver's number says nothing.
std::string jack_connection(const JackFacts &jack);
std::string jack_location(const JackFacts &jack);

std::string to_text(const InspectReport &report, bool all_imports);
/// docs/inspect-json.md describes it.
std::string to_json(const InspectReport &report);

const char *to_string(DataFlow flow);
const char *to_string(Communication communication);
/// "KSINTERFACESETID_Standard.STREAMING"
std::string interface_name(const Identifier &identifier);
/// "KSMEDIUMSETID_Standard.DEVIO"
std::string medium_name(const Identifier &identifier);

} // namespace ksbox::cli
