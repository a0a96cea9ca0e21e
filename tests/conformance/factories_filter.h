// The test driver factories.sys as its tests use it: its filters by name, its pins, and what it
// does when asked.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/journal.h"
#include "support/raw_connect.h"
#include "support/traced_box.h"

#include "drivers/factories/factories.h"

namespace ksbox::testing {

constexpr Guid factories_set{
    0x7c4b2e90, 0x1d5f, 0x4a63, {0x9b, 0x0c, 0x5e, 0x7a, 0x61, 0xf3, 0xd2, 0x84}};

/// What a property came to: the raw call's result and its bytes, cut to Information.
struct Answer {
    std::uint32_t status = 0;
    std::uint64_t information = 0;
    std::vector<std::byte> bytes; ///< of the buffer, at most `information`
};
template <typename T> T read_at(const std::vector<std::byte> &bytes, std::size_t offset = 0) {
    T value{};
    EXPECT_LE(offset + sizeof value, bytes.size());
    if (offset + sizeof value <= bytes.size())
        std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

/// KSPROPSETID_Pin of a pin factory: KSP_PIN and what may follow it, a buffer of `offered` bytes.
Answer pin_property(Filter &filter, std::uint32_t property, std::uint32_t pin_id,
                    std::size_t offered, std::uint32_t flags = KSPROPERTY_TYPE_GET,
                    std::span<const std::byte> more = {}, std::span<const std::byte> value = {});

class FactoriesFilter : public InBothModes {
  protected:
    explicit FactoriesFilter(BoxOptions options = mode()) : traced(std::move(options)) {}

    /// The path of the filter "creation" with another reference string.
    std::string path(const std::string &reference);
    Filter open(const std::string &reference) { return client.open_filter(path(reference)); }
    /// The NTSTATUS of opening; 0 if it opens.
    std::uint32_t try_open(const std::string &reference);

    /// A ULONG property of the driver's set whose request is a KSP_PIN.
    std::uint32_t ask(Filter &filter, KSPROPERTY_FACTORIES property, std::uint32_t number = 0,
                      std::uint32_t reserved = 0);
    std::uint32_t which(Filter &filter) { return ask(filter, KSPROPERTY_FACTORIES_WHICH); }
    /// Ends what the driver holds; the NTSTATUS of the property.
    std::uint32_t finish(Filter &filter, std::uint32_t status);
    std::vector<std::byte> create_string(Filter &filter) {
        return filter.get(factories_set, KSPROPERTY_FACTORIES_CREATE_STRING);
    }

    Created create(const Filter &on, std::uint32_t pin_id, ACCESS_MASK access = GENERIC_WRITE) {
        return create_pin2(on, RawConnect(pin_id, stereo).get(), access);
    }
    /// Runs the box until the journal has an entry called `what`; fails the test if it does not
    /// come within a second.
    void wait_for(Filter &filter, const std::string &what);
    /// The filter's count of a pin factory's instances.
    KSPIN_CINSTANCES instances(Filter &filter, std::uint32_t pin_id,
                               std::uint32_t property = KSPROPERTY_PIN_CINSTANCES);

    TracedBox traced;
    Client &client = traced.client();
    Driver &driver = traced.load("factories");
    const DataFormat stereo = DataFormat::audio({});
};

} // namespace ksbox::testing
