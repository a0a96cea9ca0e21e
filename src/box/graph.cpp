// The graph of a box: first what is open, from KS's objects, then what the drivers describe, from
// the drivers.
#include "ksbox/graph.h"

#include <algorithm>

#include "abi/guid.h"
#include "base/unicode.h"
#include "box/answers.h"
#include "box/physical_connection.h"
#include "box/state.h"
#include "ks/device.h"
#include "ksbox/filter.h"
#include "nt/io/pnp.h"
#include "nt/ob/object_manager.h"

namespace ksbox {

ks::OpenObjects LoadedDriver::open_objects() {
    ks::OpenObjects all;
    if (object_ == nullptr)
        return all;
    for (PDEVICE_OBJECT made = object_->DeviceObject; made != nullptr; made = made->NextDevice)
        if (ks::Device *device = ks::Device::of(made)) {
            ks::OpenObjects one = ks::open_objects(*device);
            std::ranges::move(one.filters, std::back_inserter(all.filters));
            std::ranges::move(one.busy, std::back_inserter(all.busy));
            all.device_busy |= one.device_busy;
        }
    return all;
}

bool LoadedDriver::owns(const DEVICE_OBJECT *device) {
    if (object_ == nullptr || device == nullptr)
        return false;
    const io::DeviceNode *node =
        box_.kernel->io().pnp().node_of(const_cast<PDEVICE_OBJECT>(device));
    return device->DriverObject == object_ || (node && node->function_driver == object_);
}

namespace {

bool same_name(std::u16string_view a, std::u16string_view b) {
    return std::ranges::equal(a, b, {}, upcase, upcase);
}

class GraphBuilder {
  public:
    explicit GraphBuilder(Box &box) : box_(box), state_(box.state()) {}
    GraphFacts build();

  private:
    struct Seen {
        LoadedDriver *driver;
        ks::OpenObjects open;
    };
    void look_at_handles();
    std::string owner_of(const void *file) const;
    void look();
    void add_open();
    void add_open(std::size_t driver, const ks::OpenFilterView &view);
    std::size_t filter_for(std::size_t driver, const ks::OpenFilterView &view);
    void add_links();
    void add_link(std::size_t pin, const ks::OpenPinView &view);
    void add_outside(GraphLink &link, const ks::ForeignPin &foreign);
    std::optional<std::size_t> filter_of(std::string_view path) const;
    void ask();
    void ask_filter(Client &client, std::size_t filter);
    void add_wire(Filter &filter, GraphPin from, DataFlow flow);
    void count_instances(GraphFilter &filter, std::size_t index);

    Box &box_;
    Box::State &state_;
    std::vector<Seen> seen_;
    std::vector<std::pair<const void *, std::string>> clients_; ///< of file objects; compared only
    std::vector<std::vector<std::size_t>> filters_of_;          ///< by driver: those with a path
    std::vector<const ks::OpenPinView *> views_;                ///< by open pin
    GraphFacts facts_;
};

// Whose handle names which file object.
void GraphBuilder::look_at_handles() {
    ob::ObjectManager &objects = state_.kernel->objects();
    for (const auto &client : state_.clients)
        for (const broker::Handle handle : client->state().files.handles())
            if (const auto entry = objects.resolve(client->state().process->body,
                                                   reinterpret_cast<HANDLE>(handle))) {
                clients_.emplace_back(entry->body, client->name());
                objects.dereference(entry->body);
            }
}

std::string GraphBuilder::owner_of(const void *file) const {
    const auto found = std::ranges::find(clients_, file, [](const auto &one) { return one.first; });
    return found == clients_.end() ? std::string() : found->second;
}

// One driver behind the other, without waiting for anybody; names and paths are asked for later.
void GraphBuilder::look() {
    state_.run([&] {
        look_at_handles();
        for (const auto &driver : state_.drivers)
            if (!driver->unloaded())
                seen_.push_back({driver.get(), driver->open_objects()});
        for (const auto &driver : state_.host_drivers)
            if (driver->which.in_graph)
                seen_.push_back({driver.get(), driver->open_objects()});
    });
    for (const Seen &seen : seen_) {
        filters_of_.emplace_back();
        for (InterfaceFacts &interface : seen.driver->filters()) {
            filters_of_.back().push_back(facts_.filters.size());
            facts_.filters.push_back({seen.driver->name(), std::move(interface), {}});
        }
        facts_.unread.insert(facts_.unread.end(), seen.open.busy.begin(), seen.open.busy.end());
    }
}

// One without a path where the device is gone, or its interfaces are disabled.
std::size_t GraphBuilder::filter_for(std::size_t driver, const ks::OpenFilterView &view) {
    const auto is_it = [&](std::size_t filter) {
        return same_name(to_utf16(facts_.filters[filter].interface.name), view.reference);
    };
    if (!view.device_gone)
        if (const auto found = std::ranges::find_if(filters_of_[driver], is_it);
            found != filters_of_[driver].end())
            return *found;
    GraphFilter left{seen_[driver].driver->name(), {}, {}};
    left.interface.name = to_utf8(view.reference);
    facts_.filters.push_back(std::move(left));
    return facts_.filters.size() - 1;
}

void GraphBuilder::add_open(std::size_t driver, const ks::OpenFilterView &view) {
    const std::size_t filter = facts_.open_filters.size();
    facts_.open_filters.push_back({filter_for(driver, view), view.name, owner_of(view.file)});
    for (const ks::OpenPinView &pin : view.pins) {
        views_.push_back(&pin);
        facts_.open_pins.push_back({.filter = filter,
                                    .name = pin.name,
                                    .id = pin.id,
                                    .data_flow = DataFlow(pin.data_flow),
                                    .communication = Communication(pin.communication),
                                    .state = PinState(pin.state),
                                    .asked = PinState(pin.asked),
                                    .format = DataFormat(pin.format),
                                    .owner = owner_of(pin.file),
                                    .frames = pin.frames});
    }
}

void GraphBuilder::add_open() {
    for (std::size_t driver = 0; driver < seen_.size(); ++driver)
        for (const ks::OpenFilterView &view : seen_[driver].open.filters)
            add_open(driver, view);
}

void GraphBuilder::add_outside(GraphLink &link, const ks::ForeignPin &foreign) {
    for (std::size_t driver = 0; driver < seen_.size(); ++driver) {
        bool owned = false;
        state_.run([&] { owned = seen_[driver].driver->owns(foreign.device); });
        if (!owned)
            continue;
        link.outside = seen_[driver].driver->name();
        for (const std::size_t filter : filters_of_[driver])
            if (foreign.id &&
                same_name(to_utf16(facts_.filters[filter].interface.name), foreign.reference))
                link.outside_pin = GraphPin{filter, *foreign.id};
        return;
    }
    link.outside = "the kernel";
}

void GraphBuilder::add_link(std::size_t pin, const ks::OpenPinView &view) {
    GraphLink link;
    const bool flows_out = facts_.open_pins[pin].data_flow == DataFlow::out;
    (flows_out ? link.from : link.to) = pin;
    if (view.peer) {
        // Both have to say so; the data's source does for both.
        const auto peer = std::ranges::find(views_, view.peer, &ks::OpenPinView::key);
        if (!flows_out || peer == views_.end() || (*peer)->peer != view.key)
            return;
        link.to = std::size_t(peer - views_.begin());
        link.carrier = view.standard && (*peer)->standard ? Carrier::pipe : Carrier::irps;
    } else if (view.foreign) {
        link.carrier = Carrier::irps;
        add_outside(link, *view.foreign);
    } else if (view.unattached) {
        return;
    } else {
        link.carrier = view.standard ? Carrier::irps : Carrier::own;
        link.outside = facts_.open_pins[pin].owner;
        if (link.outside.empty())
            link.outside = "the kernel";
    }
    facts_.links.push_back(std::move(link));
}

void GraphBuilder::add_links() {
    for (std::size_t pin = 0; pin < views_.size(); ++pin)
        add_link(pin, *views_[pin]);
}

std::optional<std::size_t> GraphBuilder::filter_of(std::string_view path) const {
    const std::u16string identity = box::identity_of(path);
    for (std::size_t i = 0; i < facts_.filters.size(); ++i)
        if (box::identity_of(facts_.filters[i].interface.path) == identity)
            return i;
    return std::nullopt;
}

// Each connection is told of at both ends.
void GraphBuilder::add_wire(Filter &filter, GraphPin pin, DataFlow flow) {
    const auto end = box::physical_connection(filter, pin.id);
    const auto other = end ? filter_of(end->link) : std::nullopt;
    if (!other)
        return;
    const GraphPin there{*other, end->pin};
    const GraphWire wire = flow == DataFlow::out ? GraphWire{pin, there} : GraphWire{there, pin};
    if (std::ranges::find(facts_.wires, wire) == facts_.wires.end())
        facts_.wires.push_back(wire);
}

void GraphBuilder::count_instances(GraphFilter &filter, std::size_t index) {
    for (PinFacts &pin : filter.facts.pins)
        pin.instances.current = std::ranges::count_if(facts_.open_pins, [&](const OpenPin &open) {
            return open.id == pin.id && facts_.open_filters[open.filter].filter == index;
        });
}

void GraphBuilder::ask_filter(Client &client, std::size_t index) {
    GraphFilter &said = facts_.filters[index];
    try {
        Filter filter = client.open_filter(said.interface.path);
        said.facts = filter.facts();
        for (const PinFacts &pin : said.facts.pins)
            add_wire(filter, {index, pin.id}, pin.data_flow);
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &error) {
        if (box::is_want_of_memory(NTSTATUS(error.code())))
            throw;
        facts_.unread.push_back("filter " + said.interface.name + " of " + said.driver +
                                " does not tell what it has: " + error.what());
    }
    count_instances(said, index);
}

void GraphBuilder::ask() {
    struct Asking {
        Box &box;
        Client &client;
        ~Asking() { box.destroy(client); }
    } asking{box_, box_.client("graph")};
    std::vector<InterfaceFacts> told;
    for (std::size_t driver = 0; driver < seen_.size(); ++driver)
        for (const std::size_t filter : filters_of_[driver]) {
            if (seen_[driver].open.device_busy)
                continue; // it has been said
            ask_filter(asking.client, filter);
            if (!facts_.filters[filter].facts.pins.empty())
                told.push_back(facts_.filters[filter].interface);
        }
    for (Endpoint &one : find_endpoints(asking.client, told)) {
        const EndpointPin &bridge = one.facts().bridge;
        if (const auto filter = filter_of(bridge.filter))
            facts_.endpoints.push_back(
                {{*filter, bridge.id}, one.facts(), one.jacks(), one.plugged()});
    }
}

GraphFacts GraphBuilder::build() {
    look();
    add_open();
    add_links();
    ask();
    return std::move(facts_);
}

} // namespace

GraphFacts Box::graph() {
    return GraphBuilder(*this).build();
}

} // namespace ksbox
