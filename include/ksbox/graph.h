// A box's graph at one moment: its filters, what is open of them, and what is connected to what.
// Box::graph() takes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ksbox/endpoint.h"
#include "ksbox/facts.h"
#include "ksbox/format.h"

namespace ksbox {

/// How data cross a link.
enum class Carrier : std::uint8_t {
    pipe, ///< the queues of two AVStream pins are one circuit, without IRPs
    irps, ///< streaming IRPs, of a client or of an AVStream pin
    own   ///< the driver's own way, as through a cyclic buffer
};

/// What a driver offers as a device interface.
struct GraphFilter {
    std::string driver; ///< "gain.sys"
    /// `path` is empty when only what is open of it is left: its device is gone or disabled.
    InterfaceFacts interface;
    /// As Filter::facts(), but that PinFacts::instances counts over all that is open. Empty when
    /// it has no path, or the driver refused to be asked (GraphFacts::unread).
    FilterFacts facts;
};

struct OpenFilter {
    std::size_t filter = 0; ///< in GraphFacts::filters
    std::string name;       ///< "gain/1", as traces call it
    std::string owner;      ///< the client that has it; empty: none, as of the kernel's
};

struct OpenPin {
    std::size_t filter = 0; ///< in GraphFacts::open_filters
    std::string name;       ///< "gain/1/0.2"
    std::uint32_t id = 0;   ///< of its pin factory
    DataFlow data_flow{};
    Communication communication{}; ///< its part in the connection: sink or source
    PinState state{};
    PinState asked{}; ///< for what its client has asked: connected pins wait for each other
    DataFormat format;
    std::string owner;
    std::size_t frames = 0; ///< in its queue
};

struct GraphPin {           ///< a pin factory
    std::size_t filter = 0; ///< in GraphFacts::filters
    std::uint32_t id = 0;
    bool operator==(const GraphPin &) const = default;
};

/// Data flow along it: between two open pins, or between one and somebody else.
struct GraphLink {
    std::optional<std::size_t> from, to; ///< in GraphFacts::open_pins; at least one of them
    Carrier carrier{};
    std::string outside; ///< where one of the two is missing: a client's name, "the kernel", or the
                         ///< driver that speaks KS without AVStream
    std::optional<GraphPin> outside_pin; ///< the pin of such a driver
};

/// KSPROPERTY_PIN_PHYSICALCONNECTION, in the direction of data.
struct GraphWire {
    GraphPin from, to;
    bool operator==(const GraphWire &) const = default;
};

/// A bridge pin that is an audio endpoint.
struct GraphEndpoint {
    GraphPin pin;
    EndpointFacts facts;
    std::vector<JackFacts> jacks;
    bool plugged = true;
};

struct GraphFacts {
    std::vector<GraphFilter> filters;     ///< in the order of loading
    std::vector<OpenFilter> open_filters; ///< in the order of creation, driver by driver
    std::vector<OpenPin> open_pins;       ///< likewise
    std::vector<GraphLink> links;
    std::vector<GraphWire> wires;
    std::vector<GraphEndpoint> endpoints;
    /// What could not be looked at, one sentence each.
    std::vector<std::string> unread;
};

} // namespace ksbox
