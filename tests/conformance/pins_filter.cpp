#include "conformance/pins_filter.h"

#include <algorithm>
#include <ostream>

namespace ksbox::testing {

void PrintTo(const PinEvent &event, std::ostream *stream) {
    *stream << event.what << ' ' << event.pin_id << " (" << event.value << ')';
}

std::vector<PinEvent> PinsFilter::pin_events() {
    std::vector<PinEvent> events;
    for (const JournalEntry &entry : journal(filter))
        events.push_back({entry.what, entry.values[0], entry.values[1]});
    return events;
}

std::size_t PinsFilter::calls(std::string_view what, std::uint32_t pin_id) {
    return std::size_t(std::ranges::count_if(pin_events(), [&](const PinEvent &event) {
        return event.what == what && event.pin_id == pin_id;
    }));
}

namespace {
/// A property whose request is a KSP_PIN.
template <typename T>
T ask(Filter &filter, std::uint32_t property, std::uint32_t pin_id, std::uint32_t reserved) {
    const std::uint32_t selector[2] = {pin_id, reserved};
    const std::vector<std::byte> bytes =
        filter.get(pins_set, property, {}, std::as_bytes(std::span(selector)));
    T value{};
    EXPECT_EQ(bytes.size(), sizeof value);
    std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
    return value;
}
} // namespace

PINS_PEER PinsFilter::peer(std::uint32_t pin_id, Filter &on) {
    return ask<PINS_PEER>(on, KSPROPERTY_PINS_PEER, pin_id, 0);
}

std::uint32_t PinsFilter::create_in_kernel(std::uint32_t pin_id, std::uint32_t irql) {
    return ask<std::uint32_t>(filter, KSPROPERTY_PINS_CREATE_IN_KERNEL, pin_id, irql);
}

Created PinsFilter::create(std::uint32_t pin_id, const Filter &on, Handle pin_to_handle) {
    const bool out = pin_id >= PINS_OUT_SINK && pin_id <= PINS_OUT_BOTH;
    return create_pin2(on, RawConnect(pin_id, stereo, pin_to_handle).get(),
                       out ? GENERIC_READ : GENERIC_WRITE);
}

} // namespace ksbox::testing
