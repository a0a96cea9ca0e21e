#include "base/status_names.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace ksbox {

namespace {
struct Name {
    std::uint32_t value;
    std::string_view name;
};
// Sorted by value; the first name of a value is the one the header gives first.
constexpr Name names[] = {
#include "status_names.inc"
};
} // namespace

std::string_view status_name(std::int32_t status) {
    auto value = static_cast<std::uint32_t>(status);
    const auto *found = std::ranges::lower_bound(names, value, {}, &Name::value);
    return found != std::end(names) && found->value == value ? found->name : std::string_view();
}

std::optional<std::int32_t> status_by_name(std::string_view name) {
    const auto *found = std::ranges::find(names, name, &Name::name);
    if (found == std::end(names))
        return std::nullopt;
    return static_cast<std::int32_t>(found->value);
}

std::string describe_status(std::int32_t status) {
    std::string_view name = status_name(status);
    auto value = static_cast<std::uint32_t>(status);
    return name.empty() ? fmt::format("{:#010x}", value)
                        : fmt::format("{} ({:#010x})", name, value);
}

} // namespace ksbox
