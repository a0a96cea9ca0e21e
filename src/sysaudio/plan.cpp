// What a virtual device offers.
#include "sysaudio/plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "sysaudio/plain_streaming.h"
#include "sysaudio/wiring.h"

namespace ksbox::sysaudio {
namespace {

// KSCATEGORY_AUDIO_DEVICE.
constexpr GUID categories[] = {
    guid_from(0xfbf6f530, 0x07b9, 0x11d2, 0xa7, 0x1e, 0x00, 0x00, 0xf8, 0x00, 0x47, 0x88)};

void add_range(std::vector<PKSDATARANGE> &ranges, const DataRange &range) {
    ranges.push_back(const_cast<PKSDATARANGE>(&range.get()));
}

} // namespace

ULONG Factory::possible(const std::vector<FilterFacts> &filters) const {
    if (paths.empty())
        return 0;
    return shared ? KSINSTANCE_INDETERMINATE : filters[end.filter].pins[end.pin].possible;
}

Plan::Plan(std::vector<FilterFacts> filters)
    : filters_(std::move(filters)), used_(filters_.size()) {
    used_[0] = true;
    choose_paths();
    add_bridges();
    add_nodes();
    describe(combined_);
    describe(separate_);
}

std::vector<Path> Plan::paths_by_adapters(PinOf end, Through through) const {
    std::vector<Path> paths;
    const PinFacts &pin = filters_[end.filter].pins[end.pin];
    if (offers(pin, KSINTERFACE_STANDARD_STREAMING) &&
        offers(pin, KSINTERFACE_STANDARD_LOOPED_STREAMING))
        for (std::size_t filter = 0; filter < filters_.size(); ++filter)
            if (filters_[filter].kind == FilterKind::adapter)
                if (auto found = find_path(filters_, {end, through, filter}); found.path)
                    paths.push_back(std::move(*found.path));
    return paths;
}

// For each pin of the device that streams. Sound for it goes through the mixer where that is
// possible, and straight where a mixer does not take the format; sound from it comes straight, and
// through the mixer, which converts it, where the pin does not have the format (@doc
// audio/wave-and-directsound-components).
void Plan::choose_paths() {
    for (const PinFacts &pin : filters_[0].pins) {
        if (!streams_sound(pin))
            continue;
        const PinOf end{0, pin.id};
        const std::string name = sysaudio::describe(filters_[0], pin.id);
        Factory all{end, {}, {}, false};
        Found mixed = find_path(filters_, {end, Through::mixing, {}});
        Found straight = find_path(filters_, {end, Through::nothing, {}});
        const bool rendering = pin.flow == KSPIN_DATAFLOW_IN;
        if (!straight.path && !(mixed.path && rendering))
            straight = find_path(filters_, {end, Through::adapters, {}});
        if (!straight.path && !mixed.path)
            straight = find_path(filters_, {end, Through::anything, {}});
        const Found &first = rendering ? mixed : straight, &second = rendering ? straight : mixed;
        for (const Found *found : {&first, &second}) {
            if (found->path) {
                explanation_.push_back(
                    fmt::format("{}: {}{}", name, sysaudio::describe(filters_, *found->path),
                                found == &first || !first.path ? ""
                                : rendering ? ", for formats that the mixer does not take"
                                            : ", for formats that the pin does not have"));
                for (const Step &step : found->path->steps)
                    used_[step.filter] = true;
                all.paths.push_back(*found->path);
            }
            for (const std::string &why : found->why_not)
                if (std::ranges::find(explanation_, why) == explanation_.end())
                    explanation_.push_back(why);
        }
        if (all.paths.empty()) {
            explanation_.push_back(name + ": no graph leads to it");
            continue;
        }
        all.shared = rendering && mixed.path;
        for (const Path &path : all.paths) {
            const bool mixes = mixed.path && path == *mixed.path;
            const auto others = paths_by_adapters(end, mixes ? Through::mixing : Through::adapters);
            all.otherwise.insert(all.otherwise.end(), others.begin(), others.end());
            if (rendering)
                separate_.factories.push_back({end, {path}, others, mixes});
        }
        combined_.factories.push_back(all);
        if (!rendering) // nothing to separate: each client has a pin of the device's to itself
            separate_.factories.push_back(all);
    }
}

// The ends of what is wired to the device: loudspeakers, microphones.
void Plan::add_bridges() {
    const auto all = wires(filters_);
    for (std::size_t reached = 0; reached < filters_.size(); ++reached)
        for (const auto &[out, in] : all)
            if (used_[out.filter] || used_[in.filter])
                used_[out.filter] = used_[in.filter] = true;
    for (const auto &[out, in] : all)
        if (used_[out.filter])
            explanation_.push_back(fmt::format("{} is wired to {}",
                                               sysaudio::describe(filters_[out.filter], out.pin),
                                               sysaudio::describe(filters_[in.filter], in.pin)));
    for (std::size_t filter = 0; filter < filters_.size(); ++filter) {
        const FilterKind kind = filters_[filter].kind;
        if (!used_[filter] || (kind != FilterKind::wave && kind != FilterKind::topology))
            continue;
        for (const PinFacts &pin : filters_[filter].pins) {
            const PinOf which{filter, pin.id};
            const bool wired = std::ranges::any_of(
                all, [&](const auto &wire) { return wire.first == which || wire.second == which; });
            const bool bridge = pin.communication == KSPIN_COMMUNICATION_BRIDGE ||
                                pin.communication == KSPIN_COMMUNICATION_NONE;
            if (bridge && !wired)
                for (Arrangement *one : {&combined_, &separate_})
                    one->factories.push_back({which, {}, {}, false});
        }
    }
}

// Nodes of filters that are always there first, so that their numbers stay when others come.
void Plan::add_nodes() {
    std::vector<bool> optional(filters_.size());
    for (std::size_t filter = 0; filter < filters_.size(); ++filter)
        optional[filter] =
            !used_[filter] && std::ranges::any_of(combined_.factories, [&](const Factory &one) {
                return !one.paths.empty() && path_through(one, filter).path.has_value();
            });
    for (const auto *included : {&used_, &optional})
        for (std::size_t filter = 0; filter < filters_.size(); ++filter)
            if ((*included)[filter])
                for (ULONG node = 0; node < filters_[filter].nodes.size(); ++node) {
                    nodes_.push_back({filter, node});
                    node_types_.push_back(filters_[filter].nodes[node]);
                }
}

void Plan::describe(Arrangement &arrangement) {
    Wiring wiring{filters_, used_, {}, {}, {}};
    for (std::size_t i = nodes_.size(); i-- > 0;)
        wiring.first_node[nodes_[i].filter] = ULONG(i) - nodes_[i].node;
    for (const auto &[out, in] : wires(filters_))
        wiring.joins.emplace(out, in);
    for (ULONG id = 0; id < arrangement.factories.size(); ++id) {
        const Factory &factory = arrangement.factories[id];
        const PinFacts &end = filters_[factory.end.filter].pins[factory.end.pin];
        const bool rendering = end.flow == KSPIN_DATAFLOW_IN;
        auto &ranges = arrangement.ranges.emplace_back();
        if (factory.paths.empty()) {
            for (const DataRange &range : end.ranges)
                add_range(ranges, range);
            wiring.virtual_pins.emplace(factory.end, id);
        }
        for (const Path &path : factory.paths) {
            const PinOf entry = path.entry(), formats = format_pin(filters_, path);
            for (const DataRange &range : filters_[formats.filter].pins[formats.pin].ranges)
                // What the mixer takes it takes in every number of bits; the rest goes straight.
                if (&path == &factory.paths.front() || !factory.shared || !is_pcm(range.get()))
                    add_range(ranges, range);
            wiring.virtual_pins.emplace(entry, id);
            for (std::size_t i = 0; i < path.steps.size(); ++i) {
                const PinOf far{path.steps[i].filter, path.steps[i].far_pin};
                const PinOf behind = path.behind(i);
                const auto joined = rendering ? std::pair(far, behind) : std::pair(behind, far);
                const auto [first, last] = wiring.joins.equal_range(joined.first);
                if (std::none_of(first, last,
                                 [&](const auto &one) { return one.second == joined.second; }))
                    wiring.joins.insert(joined);
            }
        }
    }
    for (std::size_t id = 0; id < arrangement.factories.size(); ++id) {
        const Factory &factory = arrangement.factories[id];
        const PinFacts &end = filters_[factory.end.filter].pins[factory.end.pin];
        KSPIN_DESCRIPTOR descriptor{};
        descriptor.InterfacesCount = 1;
        // Clients never see which interface or medium the pins behind it have.
        descriptor.Interfaces = &plain_streaming;
        descriptor.MediumsCount = 1;
        descriptor.Mediums = &standard_medium;
        descriptor.DataRangesCount = ULONG(arrangement.ranges[id].size());
        descriptor.DataRanges = arrangement.ranges[id].data();
        descriptor.DataFlow = end.flow;
        descriptor.Communication =
            factory.paths.empty() ? KSPIN_COMMUNICATION_BRIDGE : KSPIN_COMMUNICATION_SINK;
        descriptor.Category = end.category ? &*end.category : nullptr;
        arrangement.descriptors.push_back(descriptor);
    }
    arrangement.connections = join(wiring);
}

KSTOPOLOGY Plan::topology(bool separate) const {
    const auto &connections = arrangement(separate).connections;
    KSTOPOLOGY topology{};
    topology.CategoriesCount = 1;
    topology.Categories = categories;
    topology.TopologyNodesCount = ULONG(node_types_.size());
    topology.TopologyNodes = node_types_.data();
    topology.TopologyConnectionsCount = ULONG(connections.size());
    topology.TopologyConnections = connections.data();
    return topology;
}

// With the mixer, too, where the pin has one.
Found Plan::path_through(const Factory &factory, std::size_t filter) const {
    if (filters_[filter].kind == FilterKind::wave || filters_[filter].kind == FilterKind::topology)
        return {
            std::nullopt,
            {filters_[filter].name + " is no filter that stands between a client and a device"}};
    Found found = find_path(
        filters_, {factory.end, factory.shared ? Through::mixing : Through::adapters, filter});
    return found;
}

bool Plan::useful() const {
    return std::ranges::any_of(combined_.factories,
                               [](const Factory &one) { return !one.paths.empty(); });
}

} // namespace ksbox::sysaudio
