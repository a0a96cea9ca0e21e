// The test driver automation.sys as its tests use it: raw requests to its filter, nodes and pins.
#pragma once

#include <gtest/gtest.h>

#include "support/journal.h"
#include "support/raw_connect.h"
#include "support/raw_request.h"
#include "support/traced_box.h"

#include "drivers/automation/automation.h"

namespace ksbox::testing {

constexpr std::uint32_t success = 0, pending = 0x103;
constexpr std::uint32_t buffer_overflow = 0x80000005, buffer_too_small = 0xC0000023,
                        not_found = 0xC0000225, propset_not_found = 0xC0000230,
                        invalid_parameter = 0xC000000D, invalid_buffer_size = 0xC0000206,
                        access_violation = 0xC0000005, unsuccessful = 0xC0000001,
                        invalid_device_request = 0xC0000010, no_more_entries = 0x8000001A,
                        device_busy = 0x80000011, unknown_node = invalid_parameter;

constexpr Guid automation_set{
    0x5b8f0c71, 0x2d34, 0x4e0a, {0x9c, 0x11, 0x7f, 0x6a, 0x3d, 0x20, 0x9e, 0x42}};
constexpr Guid serial_set{
    0x5b8f0c72, 0x2d34, 0x4e0a, {0x9c, 0x11, 0x7f, 0x6a, 0x3d, 0x20, 0x9e, 0x42}};
constexpr Guid control_set{
    0x5b8f0c73, 0x2d34, 0x4e0a, {0x9c, 0x11, 0x7f, 0x6a, 0x3d, 0x20, 0x9e, 0x42}};
constexpr Guid no_set{0x1};

class AutomationFilter : public InBothModes {
  protected:
    /// IOCTL_KS_PROPERTY of AutomationSet to the filter.
    Answer property(std::uint32_t id, std::uint32_t flags, std::vector<std::byte> data = {},
                    const Guid &set = automation_set) {
        return send(client, filter.handle(), IOCTL_KS_PROPERTY, identifier(set, id, flags),
                    std::move(data));
    }
    Answer node_property(std::uint32_t node, std::uint32_t id, std::uint32_t flags,
                         std::vector<std::byte> data = {}, const Guid &set = automation_set) {
        return send(client, filter.handle(), IOCTL_KS_PROPERTY,
                    node_identifier(set, id, flags, node), std::move(data));
    }
    Answer method(std::uint32_t id, std::uint32_t flags, std::vector<std::byte> data = {},
                  const Guid &set = automation_set) {
        return send(client, filter.handle(), IOCTL_KS_METHOD, identifier(set, id, flags),
                    std::move(data));
    }
    Created create_pin(std::uint32_t pin_id) {
        return create_pin2(filter, RawConnect(pin_id, DataFormat::audio({})).get());
    }
    /// The entries of that name since the last forget().
    std::vector<JournalEntry> entries(std::string_view what) { return only(journal(filter), what); }
    void forget() { forget_journal(filter); }

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("automation");
    Filter filter = client.open_filter(driver.filters().at(0).path);
    Filter other = client.open_filter(driver.filters().at(0).path);
};

inline JournalEntry entry(std::string what, std::uint64_t first = 0, std::uint64_t second = 0,
                          std::uint64_t third = 0) {
    return {std::move(what), {first, second, third}, 0};
}

} // namespace ksbox::testing
