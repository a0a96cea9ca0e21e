#include "conformance/states_filter.h"

#include <algorithm>
#include <chrono>
#include <ostream>

namespace ksbox::testing {

namespace {
constexpr const char *state_names[] = {"stop", "acquire", "pause", "run"};
} // namespace

void PrintTo(const Step &step, std::ostream *stream) {
    const auto name = [](PinState state) { return state_names[int(state) & 3]; };
    *stream << step.pin_id << ": " << name(step.from) << " to " << name(step.to) << " (device "
            << name(step.device_state) << ", client " << name(step.client_state) << ')';
}

Pin StatesFilter::create(std::uint32_t pin_id, Filter &on, Handle to) {
    PinRequest request{.pin_id = pin_id, .format = stereo, .pin_to_handle = to};
    if (pin_id == STATES_OTHER_MEDIUM || pin_id == STATES_FORCED)
        request.medium = Identifier{
            {0x0c8f2d11, 0x33a5, 0x4f0a, {0x8e, 0x55, 0x1f, 0x7b, 0x6a, 0x1f, 0x0e, 0x21}}, 0};
    return on.connect(request);
}

std::uint32_t StatesFilter::ask_state(Pin &pin, PinState state) {
    const KSPROPERTY request{KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE,
                             KSPROPERTY_TYPE_SET};
    return std::uint32_t(pin.property(std::as_bytes(std::span(&request, 1)),
                                      std::as_writable_bytes(std::span(&state, 1)))
                             .status);
}

std::vector<Step> StatesFilter::steps_in(const std::vector<JournalEntry> &entries) {
    std::vector<Step> steps;
    for (const JournalEntry &entry : only(entries, "set state"))
        steps.push_back({std::uint32_t(entry.values[0]), PinState(entry.values[1] / 16),
                         PinState(entry.values[1] % 16), PinState(entry.values[2] / 16),
                         PinState(entry.values[2] % 16)});
    return steps;
}

std::vector<Step> StatesFilter::way(std::uint32_t pin_id, PinState from, PinState to) {
    std::vector<Step> steps;
    for (int now = int(from); now != int(to);) {
        const int next = now < int(to) ? now + 1 : now - 1;
        steps.push_back({pin_id, PinState(now), PinState(next), to, PinState(next)});
        now = next;
    }
    return steps;
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> StatesFilter::pairs(std::string_view what) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> result;
    for (const JournalEntry &entry : only(journal(filter), what))
        result.emplace_back(entry.values[0], entry.values[1]);
    return result;
}

bool StatesFilter::wait_for(std::string_view what, std::size_t count) {
    for (int i = 0; i < 1000; ++i) {
        if (only(journal(filter), what).size() >= count)
            return true;
        traced.box().run_for(std::chrono::milliseconds(10));
    }
    return false;
}

Frame StatesFilter::numbered(std::uint32_t number, std::size_t bytes) {
    Frame frame{Buffer(client, bytes)};
    std::memcpy(frame.buffer.data(), &number, sizeof number);
    frame.used = std::uint32_t(bytes);
    return frame;
}

} // namespace ksbox::testing
