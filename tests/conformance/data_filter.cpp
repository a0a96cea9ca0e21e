#include "conformance/data_filter.h"

namespace ksbox::testing {

namespace {
constexpr Guid data_set{
    0xb1e0c0e5, 0x7b57, 0x4f05, {0x8a, 0x2c, 0x5d, 0x4a, 0x3b, 0x16, 0xf7, 0xd1}};
} // namespace

std::vector<DATA_RESULT> DataPin::execute(std::span<const DATA_STEP> steps) {
    std::vector<std::byte> request(sizeof(KSPROPERTY) + steps.size_bytes());
    const auto &set = reinterpret_cast<const GUID &>(data_set);
    const KSPROPERTY property{set, KSPROPERTY_DATA_EXECUTE, KSPROPERTY_TYPE_GET};
    std::memcpy(request.data(), &property, sizeof property);
    std::memcpy(request.data() + sizeof property, steps.data(), steps.size_bytes());
    std::vector<DATA_RESULT> results(steps.size());
    const IoResult result = pin.property(request, std::as_writable_bytes(std::span(results)));
    if (!result.success())
        throw Error(std::uint32_t(result.status), "the steps were not executed");
    return results;
}

void DataPin::program(std::initializer_list<DATA_STEP> steps) {
    pin.set(data_set, KSPROPERTY_DATA_PROGRAM,
            std::as_bytes(std::span(steps.begin(), steps.size())));
}

DataPin::Look DataPin::look(std::uint32_t slot) {
    const DATA_RESULT seen = execute(step(DATA_LOOK, slot));
    return {seen.Values[0] != 0,           std::uint32_t(seen.Values[1]),
            std::uint32_t(seen.Values[2]), std::uint32_t(seen.Values[3]),
            std::uint32_t(seen.Values[4]), seen.Values[5] != 0};
}

DataPin DataFilter::open(std::uint32_t pin_id, PinState state) {
    DataPin result(filter.connect({.pin_id = pin_id, .format = stereo}));
    for (PinState next : {PinState::acquire, PinState::pause, PinState::run})
        if (next <= state)
            result.pin.set_state(next);
    return result;
}

Transfer DataFilter::write(const DataPin &pin, std::uint32_t extent, std::uint32_t count) {
    Transfer result(client, Transfer::write, {.count = count, .extent = extent});
    result.start(pin.pin);
    return result;
}

Transfer DataFilter::read(const DataPin &pin, std::uint32_t extent, std::uint32_t count) {
    Transfer result(client, Transfer::read, {.count = count, .extent = extent});
    result.start(pin.pin);
    return result;
}

} // namespace ksbox::testing
