// The search for graphs: from a device's pin to a client, over the filters that may stand between.
// Pure functions over what filters say about their pins. @doc audio/data-intersection
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sysaudio/filter_facts.h"

namespace ksbox::sysaudio {

/// A filter on the way: its pin on the client's side, and its pin on the device's.
struct Step {
    std::size_t filter = 0;
    ULONG near_pin = 0;
    ULONG far_pin = 0;
    bool operator==(const Step &) const = default;
};

/// A graph: the steps from the client on, and the device's pin. Without steps the client's requests
/// go to that pin.
struct Path {
    std::vector<Step> steps;
    PinOf end;
    bool operator==(const Path &) const = default;

    /// The pin that a client's requests go to.
    PinOf entry() const {
        return steps.empty() ? end : PinOf{steps.front().filter, steps.front().near_pin};
    }
    /// The pin that step `i` is linked to, on the device's side.
    PinOf behind(std::size_t i) const {
        return i + 1 < steps.size() ? PinOf{steps[i + 1].filter, steps[i + 1].near_pin} : end;
    }
};

/// The pin that says which formats a client may have: the entry, but an adapter's passes on what
/// comes, so it is for the pin behind to say.
PinOf format_pin(std::span<const FilterFacts> filters, const Path &path);

/// Which filters may be steps.
enum class Through : std::uint8_t {
    nothing,  ///< the client's requests go to the device's pin, if it serves clients
    mixing,   ///< one of the steps is a mixer
    adapters, ///< mixers and adapters where they help
    anything  ///< transforms too
};

struct Wanted {
    PinOf end;
    Through through = Through::adapters;
    /// A filter that has to be one of the steps, whatever its kind.
    std::optional<std::size_t> filter;
};

struct Found {
    std::optional<Path> path;
    std::vector<std::string> why_not; ///< of the links that were tried, one sentence each
};

/// The shortest path; of several, the one whose filters come first, mixers before others, seen from
/// the device. At most three steps.
Found find_path(std::span<const FilterFacts> filters, const Wanted &wanted);

/// Why data cannot flow from `out` to `in`; nothing when it can.
std::optional<std::string> why_unlinked(const FilterFacts &from, const PinFacts &out,
                                        const FilterFacts &to, const PinFacts &in);

/// Whether two ranges have a format in common: GUIDs that agree, and of waves numbers that overlap.
/// Why not, with both values.
std::optional<std::string> why_apart(const DataRange &source, const DataRange &sink);

/// An interface and a medium that both pins have: the first of `a`'s. Nothing when there is none.
std::optional<KSPIN_INTERFACE> common_interface(const PinFacts &a, const PinFacts &b);
std::optional<KSPIN_MEDIUM> common_medium(const PinFacts &a, const PinFacts &b);

/// "client > kmixer pin 0, kmixer pin 1 > Wave pin 0".
std::string describe(std::span<const FilterFacts> filters, const Path &path);
/// "Wave pin 0".
std::string describe(const FilterFacts &filter, ULONG pin);

} // namespace ksbox::sysaudio
