// ksbox bridge: a driver's pins as nodes of a PipeWire graph, as long as the command runs.
#include <algorithm>
#include <cctype>
#include <cstdio>

#include <fmt/format.h>

#include "cli/bridge_formats.h"
#include "cli/bridge_pin.h"
#include "cli/endpoints.h"
#include "cli/failures.h"
#include "pipewire/connection.h"

namespace ksbox::cli {

namespace {

constexpr std::chrono::milliseconds look_period(50);
constexpr std::uint64_t second_ns = 1'000'000'000;
constexpr std::uint64_t known_limit_ns = 10 * second_ns;

std::unique_ptr<pipewire::Connection> connect() {
    try {
        return std::make_unique<pipewire::Connection>();
    } catch (const pipewire::Unreachable &error) {
        throw BadInput(error.what());
    }
}

// "ksbox.speaker.Wave.0": letters that every configuration file takes.
std::string node_name(const Session &session, const FoundPin &pin) {
    std::string name = fmt::format("ksbox.{}.{}.{}", session.options().driver.stem().string(),
                                   filter_label(pin.interface), pin.facts.id);
    for (char &c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '-')
            c = '_';
    return name;
}

class Bridge {
  public:
    Bridge(const BridgeOptions &options, Session &session, pipewire::Connection &connection)
        : options_(options), session_(session), connection_(connection) {}

    int run();

  private:
    int stream();
    void end();
    void add_pins();
    void add(FoundPin pin, const std::vector<Endpoint> &endpoints);
    bool wanted(const FoundPin &pin) const;
    void wait_until_known();
    void watch();
    void tell_connection();
    int conclude();
    bool interrupted() const { return session_.worker().interrupted() != 0; }

    const BridgeOptions &options_;
    Session &session_;
    pipewire::Connection &connection_;
    std::optional<Endpoint> only_;
    std::vector<std::unique_ptr<BridgedPin>> pins_;
    std::vector<Client::Thread> threads_;
    bool there_ = true;
};

bool Bridge::wanted(const FoundPin &pin) const {
    if (only_)
        return std::ranges::find(only_->facts().pins,
                                 EndpointPin{pin.interface.path, pin.facts.id}) !=
               only_->facts().pins.end();
    return !options_.run.pin || *options_.run.pin == pin.facts.id;
}

void Bridge::add(FoundPin pin, const std::vector<Endpoint> &endpoints) {
    std::optional<Endpoint> endpoint;
    for (const Endpoint &one : endpoints)
        for (const EndpointPin &through : one.facts().pins)
            if (!endpoint && through == EndpointPin{pin.interface.path, pin.facts.id})
                endpoint = one;
    pipewire::NodeNames names{.name = node_name(session_, pin)};
    names.description = endpoint ? endpoint->facts().full_name()
                                 : fmt::format("{} pin {} ({})", filter_label(pin.interface),
                                               pin.facts.id, pin.interface.device_name);
    names.nick = endpoint ? endpoint->facts().name : names.description;
    const bool renders = pin.facts.data_flow == DataFlow::in;
    const std::string label = names.description;
    std::unique_ptr<BridgedPin> made;
    if (!offered_formats(pin, {}).ranges.empty())
        made = (renders ? bridge_render : bridge_capture)(connection_, std::move(pin), endpoint,
                                                          names, options_);
    else if (!renders && carries(pin.facts, Media::video))
        made = bridge_camera(connection_, std::move(pin), names);
    if (made)
        pins_.push_back(std::move(made));
    else
        print_finding(label + ": not bridged, its formats are none that PipeWire has");
}

void Bridge::add_pins() {
    if (!options_.endpoint.empty())
        only_ = find_endpoint(session_, std::nullopt, options_.endpoint);
    const std::vector<InterfaceFacts> filters = session_.filters();
    const std::vector<Endpoint> endpoints = find_endpoints(session_.client(), filters);
    for (const InterfaceFacts &interface : filters) {
        auto filter = std::make_shared<Filter>(session_.client().open_filter(interface.path));
        const std::uint32_t count = filter->pin_count();
        for (std::uint32_t id = 0; id < count; ++id) {
            FoundPin pin{filter, interface, filter->pin_facts(id)};
            if (streams(pin.facts) && wanted(pin) &&
                (carries(pin.facts, Media::audio) || carries(pin.facts, Media::video)))
                add(std::move(pin), endpoints);
        }
    }
    if (pins_.empty())
        throw BadInput(session_.driver().name() + " has no pin to bridge");
}

void Bridge::wait_until_known() {
    const std::uint64_t limit = pipewire::now_ns() + known_limit_ns;
    for (const auto &pin : pins_) {
        while (!pin->node().exists() && pin->node().refusal().empty() && !interrupted() &&
               pipewire::now_ns() < limit)
            session_.box().run_for(look_period);
        if (interrupted())
            return;
        if (!pin->node().exists()) {
            const std::string why = pin->node().refusal();
            throw BadInput(fmt::format("PipeWire does not take {}: {}", pin->label(),
                                       why.empty() ? "no answer" : why));
        }
        fmt::print("{} is the {} {}\n", pin->label(), pin->kind(), pin->node().names().name);
    }
    std::fflush(stdout);
}

void Bridge::tell_connection() {
    const pipewire::Connection::Status status = connection_.status();
    if (status.there == there_)
        return;
    there_ = status.there;
    if (there_)
        print_finding(
            fmt::format("PipeWire is back after {:.3f} s", double(status.last_gap_ns) / second_ns));
    else
        print_finding("PipeWire has gone; the driver runs on, and the bridge waits for it");
}

void Bridge::watch() {
    const std::uint64_t begun = pipewire::now_ns();
    while (!interrupted()) {
        session_.box().run_for(look_period);
        tell_connection();
        if (std::ranges::all_of(pins_, [](const auto &pin) { return pin->over(); }))
            return;
        if (options_.seconds &&
            double(pipewire::now_ns() - begun) >= *options_.seconds * double(second_ns))
            return;
    }
}

int Bridge::conclude() {
    int code = exit_done;
    for (const auto &pin : pins_) {
        fmt::print("{}\n", pin->summary());
        if (pin->failed() || pin->lost_frames() != 0)
            code = exit_finding;
    }
    return code;
}

// Nothing of the client's may outlive the command's work.
void Bridge::end() {
    for (const auto &pin : pins_)
        pin->stop();
    for (Client::Thread &thread : threads_)
        thread.join();
    threads_.clear();
}

int Bridge::run() {
    try {
        return stream();
    } catch (const BoxStopped &) {
        throw;
    } catch (...) {
        end();
        pins_.clear();
        throw;
    }
}

int Bridge::stream() {
    add_pins();
    wait_until_known();
    for (const auto &pin : pins_)
        threads_.push_back(
            session_.client().spawn(pin->node().names().name, [one = pin.get()] { one->run(); }));
    watch();
    end();
    const int code = conclude();
    pins_.clear();
    return code;
}

} // namespace

int bridge(const BridgeOptions &options, Worker &worker) {
    std::unique_ptr<pipewire::Connection> connection = connect();
    Session session(options.run, worker);
    auto bridge = std::make_unique<Bridge>(options, session, *connection);
    try {
        return session.run([&] { return bridge->run(); });
    } catch (const BoxStopped &) {
        // Its threads may still be on their way out of the host's code: what they use stays.
        (void)bridge.release();
        (void)connection.release();
        throw;
    }
}

} // namespace ksbox::cli
