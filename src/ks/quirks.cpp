// The names of the quirks.
#include "ks/quirks.h"

namespace ksbox::ks {

namespace {
constexpr std::string_view quirk_names[] = {"clone-delete-in-cancel", "busy-pin-not-ready",
                                            "constrained-ranges-too-small"};
} // namespace

std::span<const std::string_view> Quirks::names() {
    return quirk_names;
}

bool Quirks::enable(std::string_view name) {
    if (name == quirk_names[0])
        clone_delete_in_cancel = true;
    else if (name == quirk_names[1])
        busy_pin_not_ready = true;
    else if (name == quirk_names[2])
        constrained_ranges_too_small = true;
    else
        return false;
    return true;
}

} // namespace ksbox::ks
