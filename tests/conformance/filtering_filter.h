// The test driver filtering.sys as its tests use it: filters that tell what their Process is given.
#pragma once

#include <map>

#include "conformance/data_filter.h"

#include "drivers/filtering/filtering.h"

namespace ksbox::testing {

constexpr Guid filtering_set{
    0x2c8d8c7b, 0x55b8, 0x4a3b, {0x9c, 0x06, 0x8c, 0x22, 0xe6, 0xd7, 0xa5, 0x9f}};

/// A KSPROCESSPIN as Process saw it.
struct ProcessPin {
    std::uint32_t pin_id, index, count;
    std::uint32_t bytes; ///< BytesAvailable
    bool has_pointer, has_data;
    std::uint32_t flags;
    std::uint32_t copy_source, delegate_branch; ///< pins by their numbers; 0: NULL
};

class FilteringFilter : public InBothModes {
  protected:
    Filter open_filter(FILTERING_FILTER which) {
        return client.open_filter(driver.filters().at(which).path);
    }
    DataPin open(Filter &on, std::uint32_t pin_id, PinState state = PinState::run) {
        DataPin result(on.connect({.pin_id = pin_id, .format = stereo}));
        go(result, state);
        return result;
    }
    DataPin open(std::uint32_t pin_id, PinState state = PinState::run) {
        return open(filter, pin_id, state);
    }
    static void go(DataPin &pin, PinState state) {
        const PinState now = pin.pin.state();
        for (int next = int(now) + 1; next <= int(state); ++next)
            pin.pin.set_state(PinState(next));
        for (int next = int(now) - 1; next >= int(state); --next)
            pin.pin.set_state(PinState(next));
    }
    Transfer write(const DataPin &pin, std::uint32_t extent = 64, std::uint32_t options = 0) {
        Transfer result(client, Transfer::write, {.extent = extent});
        result.header().OptionsFlags = options;
        result.start(pin.pin);
        return result;
    }
    Transfer read(const DataPin &pin, std::uint32_t extent = 64) {
        Transfer result(client, Transfer::read, {.extent = extent});
        result.start(pin.pin);
        return result;
    }
    /// What Process does with the pins of each kind from now on.
    void act(const std::map<std::uint32_t, FILTERING_ACTION> &actions) {
        std::vector<FILTERING_ACTION> list(FILTERING_PINS);
        for (const auto &[pin_id, action] : actions)
            list.at(pin_id) = action;
        filter.set(filtering_set, KSPROPERTY_FILTERING_ACTIONS, std::as_bytes(std::span(list)));
    }
    std::size_t calls() { return only(journal(filter), "process").size(); }
    std::size_t calls_after_a_while() {
        traced.box().run_for(std::chrono::milliseconds(50));
        return calls();
    }
    /// All that Process has seen, call by call.
    std::vector<ProcessPin> seen() {
        std::vector<ProcessPin> result;
        for (const JournalEntry &entry : only(journal(filter), "pin"))
            result.push_back({std::uint32_t(entry.values[0]), part(entry.values[0], 32),
                              part(entry.values[0], 48), std::uint32_t(entry.values[1]),
                              part(entry.values[1], 32) != 0, part(entry.values[1], 48) != 0,
                              std::uint32_t(entry.values[2]), part(entry.values[2], 32),
                              part(entry.values[2], 48)});
        return result;
    }
    static std::uint32_t part(std::uint64_t packed, unsigned shift) {
        return std::uint32_t(packed >> shift & 0xffff);
    }

    static constexpr FILTERING_ACTION everything{0xffffffff, 0, 0, 0};
    static constexpr FILTERING_ACTION everything_and_send{0xffffffff, 1, 0, 0};

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("filtering");
    Filter filter = open_filter(FILTERING_PLAIN);
    const DataFormat stereo = DataFormat::audio({});
};

} // namespace ksbox::testing
