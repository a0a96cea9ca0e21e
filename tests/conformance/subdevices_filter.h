// The test driver subdevices.sys as its tests use it: an adapter whose Topology subdevices come and
// go as they are told through its filter "Control".
#pragma once

#include <algorithm>

#include <gmock/gmock.h>

#include "support/journal.h"
#include "support/raw_request.h"
#include "support/status.h"
#include "support/traced_box.h"

#include "drivers/subdevices/subdevices.h"

namespace ksbox::testing {

using namespace status;

constexpr Guid subdevices_set{
    0x6e0c6e4c, 0x7b7d, 0x4d0e, {0x8e, 0x0b, 0x5b, 0x0b, 0x7b, 0x6f, 0x2c, 0x11}};
constexpr Guid probe_set{
    0x0f1b6c59, 0x0b67, 0x4e0f, {0x9d, 0x62, 0x8e, 0x9f, 0x5c, 0x6b, 0x7a, 0x01}};
constexpr Guid pin_set = *Guid::parse("8C134960-51AD-11CF-878A-94F801C10000");

/// Ports of the driver by number.
enum : std::uint32_t { port_control, port_a, port_b, port_c };

class Subdevices : public InBothModes {
  protected:
    using Values = std::vector<std::uint32_t>;
    /// Has the driver call the function; returns what that returned.
    std::uint32_t command(SUBDEVICES_ITEM item, const Values &values = {},
                          std::u16string_view text = {}) {
        SUBDEVICES_COMMAND value{};
        std::ranges::copy(values, value.Values);
        std::ranges::copy(text, value.Text);
        return send(client, control.handle(), IOCTL_KS_PROPERTY,
                    identifier(subdevices_set, item, KSPROPERTY_TYPE_SET), bytes_of(value))
            .status;
    }
    /// The reference strings of the enabled interfaces, sorted.
    std::vector<std::string> references() {
        std::vector<std::string> found;
        for (const InterfaceFacts &facts : driver.filters())
            found.push_back(reference_of(facts.path));
        std::ranges::sort(found);
        return found;
    }
    Filter open(const std::string &reference) { return client.open_filter(path_of(reference)); }
    std::string path_of(const std::string &reference) {
        for (const InterfaceFacts &facts : driver.filters())
            if (reference_of(facts.path) == reference)
                return facts.path;
        ADD_FAILURE() << "no subdevice " << reference;
        return {};
    }
    static std::string reference_of(const std::string &path) {
        return path.substr(path.rfind('\\') + 1);
    }
    std::vector<JournalEntry> entries(std::string_view what) {
        return only(journal(control), what);
    }

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("subdevices");
    Filter control = open("Control");
};

} // namespace ksbox::testing
