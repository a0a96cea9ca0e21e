// The test driver pins.sys as its tests use it: what its pins tell, and connecting them.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "support/journal.h"
#include "support/raw_connect.h"
#include "support/traced_box.h"

#include "drivers/pins/pins.h"

namespace ksbox::testing {

constexpr Guid pins_set{
    0x3d0c9a57, 0x6f11, 0x4e0b, {0x8e, 0x7c, 0x52, 0xb0, 0xa4, 0xc9, 0x7a, 0x10}};

/// What the driver journaled; printed as "connect 0 (1)".
struct PinEvent {
    std::string what;
    std::uint64_t pin_id = 0;
    std::uint64_t value = 0;
    bool operator==(const PinEvent &) const = default;
};
void PrintTo(const PinEvent &event, std::ostream *stream);

/// Two filters on the driver's device, opened by one client.
class PinsFilter : public InBothModes {
  protected:
    std::vector<PinEvent> pin_events();
    /// How often the pin factory's routine of that name was called since forget().
    std::size_t calls(std::string_view what, std::uint32_t pin_id);
    void forget() { forget_journal(filter); }
    PINS_PEER peer(std::uint32_t pin_id, Filter &on);
    PINS_PEER peer(std::uint32_t pin_id) { return peer(pin_id, filter); }
    /// KsCreatePin in kernel mode: its NTSTATUS.
    std::uint32_t create_in_kernel(std::uint32_t pin_id, std::uint32_t irql = 0);

    /// KsCreatePin2 with the access that the pin's data flow wants.
    Created create(std::uint32_t pin_id, const Filter &on, Handle pin_to_handle = 0);
    Created create(std::uint32_t pin_id) { return create(pin_id, filter); }
    /// On the other filter, naming a pin of the first one.
    Created connect(std::uint32_t pin_id, const Created &to) {
        return create(pin_id, other, as_handle(to.handle));
    }

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("pins");
    Filter filter = client.open_filter(driver.filters().at(0).path);
    Filter other = client.open_filter(driver.filters().at(0).path);
    const DataFormat stereo = DataFormat::audio({});
};

} // namespace ksbox::testing
