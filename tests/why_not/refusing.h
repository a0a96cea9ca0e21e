// The test driver refusing.sys as its tests use it: what was refused, and why.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "support/journal.h"
#include "support/raw_connect.h"
#include "support/traced_box.h"

#include "drivers/refusing/refusing.h"

namespace ksbox::testing {

constexpr std::uint32_t device_busy = 0x80000011; // STATUS_DEVICE_BUSY, a warning
constexpr std::uint32_t unsuccessful = 0xC0000001;
constexpr std::uint32_t invalid_parameter = 0xC000000D;
constexpr std::uint32_t no_match = 0xC0000272;
constexpr std::uint32_t pending = 0x00000103;

class Refusing : public InBothModes {
  protected:
    Filter open(REFUSING_FILTER which) {
        return client.open_filter(driver.filters().at(which).path);
    }

    /// KsCreatePin2; remembers its pin. The reason, "" when it succeeded or nothing was said.
    std::string create(Filter &on, PinRequest request);
    std::string create(std::uint32_t pin_id) { return create(filter, request_of(pin_id)); }
    /// The reason of what `work` throws.
    std::string reason_of(const std::function<void()> &work);
    PinRequest request_of(std::uint32_t pin_id) const {
        return {.pin_id = pin_id, .format = stereo};
    }
    /// A pin that must come to be.
    Pin pin(Filter &on, std::uint32_t pin_id, Handle to = 0);
    /// The same connection request with other bytes, by the raw call.
    std::string create_raw(const RawConnect &request, ACCESS_MASK access = GENERIC_WRITE);

    /// Returns when the driver's callback lingers there ("slow create"); let_go() ends that. By
    /// another filter than the callback's, which may be busy.
    void until_lingering(std::string_view where) {
        Filter outside = open(REFUSING_PINS);
        for (int i = 0; i < 10'000 && only(journal(outside), where).empty(); ++i)
            traced.box().run_for(std::chrono::milliseconds(1));
        EXPECT_FALSE(only(journal(outside), where).empty()) << where;
    }
    void let_go() {
        Filter outside = open(REFUSING_PINS);
        answer(outside, "go on", 1);
    }

    /// The trace's last refusal: "why".
    std::string traced_reason();

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("refusing");
    Filter filter = open(REFUSING_PINS);
    const DataFormat stereo = DataFormat::audio({});
    std::uint32_t code = 0; ///< of the last refusal
    std::vector<std::string> details;
};

} // namespace ksbox::testing
