// Finding audio endpoints: from each pin that a client streams through along connections to the
// bridge pin at the end, through as many filters as physical connections lead to.
// @doc audio/audio-endpoint-builder-algorithm
#include <algorithm>
#include <deque>
#include <memory>
#include <set>
#include <tuple>

#include "abi/guid.h"
#include "abi/standard_names.h"
#include "abi/windows.h"
#include "box/answers.h"
#include "box/physical_connection.h"
#include "ksbox/endpoint.h"
#include "ksbox/filter.h"

namespace ksbox {

namespace {

// Whether a client streams sound through it.
bool streams_audio(const PinFacts &pin) {
    const bool serves_clients =
        pin.communication == Communication::sink || pin.communication == Communication::both;
    return serves_clients && pin.instances.possible != 0 &&
           std::ranges::any_of(pin.ranges, [](const DataRange &range) {
               return range.major == to_guid(KSDATAFORMAT_TYPE_AUDIO);
           });
}

struct OpenedFilter {
    InterfaceFacts interface;
    Filter filter;
    FilterFacts facts;
};

// Somewhere on the way: a node that was entered, or (node -1) a pin of the filter.
struct Place {
    std::size_t filter = 0;
    std::int64_t node = -1;
    std::uint32_t pin = 0;
    std::vector<EndpointNode> way;
};

class EndpointSearch {
  public:
    EndpointSearch(Client &client, std::span<const InterfaceFacts> filters) : client_(client) {
        for (const InterfaceFacts &facts : filters)
            open(facts);
    }
    std::vector<Endpoint> find() {
        const std::size_t given = filters_.size();
        for (std::size_t filter = 0; filter < given; ++filter)
            for (std::uint32_t pin = 0; pin < filters_[filter]->facts.pins.size(); ++pin)
                if (streams_audio(filters_[filter]->facts.pins[pin]))
                    walk_from(filter, pin);
        std::vector<Endpoint> endpoints;
        for (EndpointFacts &facts : found_)
            endpoints.emplace_back(client_, std::move(facts));
        return endpoints;
    }

  private:
    void open(const InterfaceFacts &facts) {
        Filter filter = client_.open_filter(facts.path);
        FilterFacts said = filter.facts();
        filters_.push_back(std::make_unique<OpenedFilter>(
            OpenedFilter{facts, std::move(filter), std::move(said)}));
    }
    void walk_from(std::size_t filter, std::uint32_t pin);
    bool step(Place from, bool playing, std::deque<Place> &next);
    void arrive(Place at, std::deque<Place> &next);
    std::optional<Place> across(const Place &at);
    void add(const Place &end);

    Client &client_;
    std::vector<std::unique_ptr<OpenedFilter>> filters_;
    std::set<std::tuple<std::size_t, std::int64_t, std::uint32_t>> seen_;
    EndpointPin start_;
    DataFlow flow_ = DataFlow::in;
    std::vector<EndpointFacts> found_;
};

// The shortest way to each end.
void EndpointSearch::walk_from(std::size_t filter, std::uint32_t pin) {
    start_ = {filters_[filter]->interface.path, pin};
    flow_ = filters_[filter]->facts.pins[pin].data_flow;
    seen_.clear();
    std::deque<Place> next;
    if (!step({filter, -1, pin, {}}, flow_ == DataFlow::in, next)) {
        arrive({filter, -1, pin, {}}, next); // a pin without a way on is its own end
        return;
    }
    while (!next.empty()) {
        Place place = std::move(next.front());
        next.pop_front();
        step(std::move(place), flow_ == DataFlow::in, next);
    }
}

// All connections that lead on: with the data when playing, against it when recording. False: none.
bool EndpointSearch::step(Place from, bool playing, std::deque<Place> &next) {
    const OpenedFilter &filter = *filters_[from.filter];
    bool leads_on = false;
    for (const ConnectionFacts &one : filter.facts.connections) {
        const std::int64_t near_node = playing ? one.from_node : one.to_node;
        const std::uint32_t near_pin = playing ? one.from_pin : one.to_pin;
        if (near_node != from.node || (near_node < 0 && near_pin != from.pin))
            continue;
        Place to{from.filter, playing ? one.to_node : one.from_node,
                 playing ? one.to_pin : one.from_pin, from.way};
        // The connections that KS makes up for a filter without any lead to a node that is not.
        if (to.node >= std::int64_t(filter.facts.nodes.size()))
            continue;
        leads_on = true;
        // A node is entered once, by whichever of its pins.
        if (!seen_.emplace(to.filter, to.node, to.node < 0 ? to.pin : 0).second)
            continue;
        if (to.node < 0) {
            arrive(std::move(to), next);
        } else {
            const NodeFacts &node = filter.facts.nodes[std::size_t(to.node)];
            to.way.push_back({filter.interface.path, node.id, node.type});
            next.push_back(std::move(to));
        }
    }
    return leads_on;
}

// At a pin: on through the wire behind it, or this is the end.
void EndpointSearch::arrive(Place at, std::deque<Place> &next) {
    const std::vector<PinFacts> &pins = filters_[at.filter]->facts.pins;
    if (at.pin >= pins.size())
        return;
    const bool is_start = start_ == EndpointPin{filters_[at.filter]->interface.path, at.pin};
    if (!is_start && streams_audio(pins[at.pin]))
        return;
    if (std::optional<Place> other = across(at)) {
        if (seen_.emplace(other->filter, -1, other->pin).second)
            next.push_back(std::move(*other));
        return;
    }
    add(at);
}

// The pin at the other end of a physical connection.
std::optional<Place> EndpointSearch::across(const Place &at) {
    const auto end = box::physical_connection(filters_[at.filter]->filter, at.pin);
    if (!end)
        return std::nullopt;
    const std::u16string identity = box::identity_of(end->link);
    for (std::size_t i = 0; i < filters_.size(); ++i)
        if (box::identity_of(filters_[i]->interface.path) == identity)
            return Place{i, -1, end->pin, at.way};
    const auto opened = box::optionally([&] {
        open({end->link, {}, {}});
        return true;
    });
    if (!opened)
        return std::nullopt; // a filter that is gone
    return Place{filters_.size() - 1, -1, end->pin, at.way};
}

void EndpointSearch::add(const Place &end) {
    const OpenedFilter &filter = *filters_[end.filter];
    const PinFacts &pin = filter.facts.pins[end.pin];
    const EndpointPin bridge{filter.interface.path, end.pin};
    const auto same = [&](const EndpointFacts &one) {
        return one.bridge == bridge && one.data_flow == flow_;
    };
    if (auto known = std::ranges::find_if(found_, same); known != found_.end()) {
        known->pins.push_back(start_);
        return;
    }
    EndpointFacts facts{.data_flow = flow_,
                        .category = pin.category,
                        .pins = {start_},
                        .bridge = bridge,
                        .nodes = end.way};
    const std::string kind = pin.category ? endpoint_name(*pin.category, flow_) : std::string();
    // Speakers are always called that, and a standard name says no more than the kind, which knows
    // the data flow. @doc audio/audio-endpoint-builder-algorithm
    const bool speakers = pin.category == to_guid(KSNODETYPE_SPEAKER);
    facts.name =
        speakers || pin.name == standard_name(pin.category.value_or(Guid())) ? kind : pin.name;
    for (const std::string &name : {kind, filter.interface.friendly_name, filter.interface.name,
                                    filter.interface.device_name})
        if (facts.name.empty() && !Guid::parse(name))
            facts.name = name;
    // The adapter is where the stream enters: the device of the first filter.
    for (const auto &one : filters_)
        if (one->interface.path == start_.filter)
            facts.adapter = one->interface.device_name;
    found_.push_back(std::move(facts));
}

} // namespace

std::string EndpointFacts::full_name() const {
    return adapter.empty() || adapter == name ? name : name + " (" + adapter + ")";
}

std::vector<Endpoint> find_endpoints(Client &client, std::span<const InterfaceFacts> filters) {
    return EndpointSearch(client, filters).find();
}

} // namespace ksbox
