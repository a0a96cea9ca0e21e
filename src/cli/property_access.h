// Getting and setting a property by its name, with what its request carries.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ksbox/filter.h"
#include "ksbox/property_names.h"

namespace ksbox::cli {

struct PropertyPlace {
    std::optional<std::uint32_t> node, pin;
    std::optional<std::int32_t> channel; ///< the master channel unless given
};

// Throw Error: refused.
std::vector<std::byte> get_value(KsObject &object, const PropertyName &property,
                                 const PropertyPlace &place);
void set_value(KsObject &object, const PropertyName &property, const PropertyPlace &place,
               std::span<const std::byte> value);

} // namespace ksbox::cli
