// Where the wire behind a pin factory leads. @doc stream/ksproperty-pin-physicalconnection
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ksbox/filter.h"

namespace ksbox::box {

struct PhysicalEnd {
    std::string link; ///< device interface of the other filter
    std::uint32_t pin = 0;
};

/// Nothing when the pin factory has none.
std::optional<PhysicalEnd> physical_connection(Filter &filter, std::uint32_t pin);

/// A filter's device and reference string: its interfaces of other categories are the same filter.
std::u16string identity_of(std::string_view path);

} // namespace ksbox::box
