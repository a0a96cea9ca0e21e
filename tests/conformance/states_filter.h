// The test driver states.sys as its tests use it: its pins' states, formats and frames.
#pragma once

#include <gtest/gtest.h>

#include "support/journal.h"
#include "support/raw_connect.h"
#include "support/status.h"
#include "support/traced_box.h"

#include "drivers/states/states.h"

namespace ksbox::testing {

constexpr Guid states_set{
    0x6d2d6d34, 0x6c4b, 0x4b5c, {0x9b, 0x3c, 0x0e, 0x1a, 0x55, 0xc8, 0xf1, 0xb7}};

/// A SetDeviceState as the driver saw it.
struct Step {
    std::uint32_t pin_id;
    PinState from, to;
    PinState device_state, client_state; ///< of the KSPIN meanwhile
    bool operator==(const Step &) const = default;
};
void PrintTo(const Step &step, std::ostream *stream);

/// Two filters on the driver's device, opened by one client.
class StatesFilter : public InBothModes {
  protected:
    /// A pin for the client, or connected to `to`; the request may be changed before.
    Pin create(std::uint32_t pin_id, Filter &on, Handle to = 0);
    Pin create(std::uint32_t pin_id) { return create(pin_id, filter); }

    /// KSPROPERTY_CONNECTION_STATE: its NTSTATUS.
    std::uint32_t ask_state(Pin &pin, PinState state);
    /// The steps since forget_journal().
    std::vector<Step> steps() { return steps_in(journal(filter)); }
    static std::vector<Step> steps_in(const std::vector<JournalEntry> &entries);
    /// The plain steps of a pin that is alone and told to go to `to`.
    static std::vector<Step> way(std::uint32_t pin_id, PinState from, PinState to);

    /// Every entry called `what`: its first two values.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> pairs(std::string_view what);
    /// Lets the box run until the journal has so many entries called `what`, at most 10 s.
    bool wait_for(std::string_view what, std::size_t count = 1);

    /// Whether it has completed by now.
    static bool ended(Request &request) { return request.wait_for(0).has_value(); }

    /// A frame with `number` at its start.
    Frame numbered(std::uint32_t number, std::size_t bytes = STATES_FRAME_BYTES);
    Frame empty(std::size_t bytes = STATES_FRAME_BYTES) { return {Buffer(client, bytes)}; }

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("states");
    Filter filter = client.open_filter(driver.filters().at(0).path);
    Filter other = client.open_filter(driver.filters().at(0).path);
    const DataFormat stereo = DataFormat::audio({});
};

} // namespace ksbox::testing
