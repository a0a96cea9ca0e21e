// One topology of many.
#include "sysaudio/wiring.h"

#include <algorithm>

#include "base/unicode.h"

namespace ksbox::sysaudio {
namespace {

/// An end of a connection in the whole: a node's pin, or (node KSFILTER_NODE) a pin.
struct End {
    ULONG node;
    ULONG pin;
};

class Joiner {
  public:
    explicit Joiner(const Wiring &wiring) : wiring_(wiring) {}

    std::vector<KSTOPOLOGY_CONNECTION> run() {
        for (std::size_t filter = 0; filter < wiring_.filters.size(); ++filter)
            if (wiring_.used[filter])
                for (const KSTOPOLOGY_CONNECTION &one : wiring_.filters[filter].connections)
                    add(filter, one);
        return std::move(made_);
    }

  private:
    void add(std::size_t filter, const KSTOPOLOGY_CONNECTION &one) {
        std::vector<End> to;
        targets(filter, one, to, 0);
        for (const End &end : to) {
            if (one.FromNode != KSFILTER_NODE)
                made_.push_back({node(filter, one.FromNode), one.FromNodePin, end.node, end.pin});
            else
                for (const End &from : virtual_ends({filter, one.FromNodePin}))
                    made_.push_back({from.node, from.pin, end.node, end.pin});
        }
    }

    /// Where the data of a connection arrives: on through links and wires until a node or a pin of
    /// the whole. `depth` bounds filters that are wired in a ring.
    void targets(std::size_t filter, const KSTOPOLOGY_CONNECTION &one, std::vector<End> &to,
                 std::size_t depth) {
        if (one.ToNode != KSFILTER_NODE) {
            to.push_back({node(filter, one.ToNode), one.ToNodePin});
            return;
        }
        const PinOf out{filter, one.ToNodePin};
        for (const End &end : virtual_ends(out))
            to.push_back(end);
        if (depth > wiring_.filters.size())
            return;
        const auto [first, last] = wiring_.joins.equal_range(out);
        for (auto join = first; join != last; ++join)
            for (const KSTOPOLOGY_CONNECTION &next :
                 wiring_.filters[join->second.filter].connections)
                if (next.FromNode == KSFILTER_NODE && next.FromNodePin == join->second.pin)
                    targets(join->second.filter, next, to, depth + 1);
    }

    std::vector<End> virtual_ends(PinOf pin) const {
        std::vector<End> ends;
        const auto [first, last] = wiring_.virtual_pins.equal_range(pin);
        for (auto one = first; one != last; ++one)
            ends.push_back({KSFILTER_NODE, one->second});
        return ends;
    }
    ULONG node(std::size_t filter, ULONG own) const { return wiring_.first_node.at(filter) + own; }

    const Wiring &wiring_;
    std::vector<KSTOPOLOGY_CONNECTION> made_;
};

std::u16string identity_of(std::u16string_view link) {
    std::u16string text(link);
    const std::size_t begin = text.find(u"#{"), end = text.find(u'}');
    if (begin != text.npos && end != text.npos && begin < end)
        text.erase(begin, end - begin);
    // The prefix has two spellings.
    return text.starts_with(u"\\??\\") || text.starts_with(u"\\\\?\\") ? text.substr(4) : text;
}

} // namespace

std::vector<KSTOPOLOGY_CONNECTION> join(const Wiring &wiring) {
    return Joiner(wiring).run();
}

bool same_filter(std::u16string_view a, std::u16string_view b) {
    return equal_ignoring_case(identity_of(a), identity_of(b));
}

std::vector<std::pair<PinOf, PinOf>> wires(std::span<const FilterFacts> filters) {
    std::vector<std::pair<PinOf, PinOf>> found;
    for (std::size_t i = 0; i < filters.size(); ++i)
        for (const PinFacts &pin : filters[i].pins) {
            if (!pin.wire)
                continue;
            const auto other = std::ranges::find_if(filters, [&](const FilterFacts &one) {
                return same_filter(one.link, pin.wire->link);
            });
            if (other == filters.end() || pin.wire->pin >= other->pins.size())
                continue;
            const PinOf here{i, pin.id};
            const PinOf there{std::size_t(other - filters.begin()), pin.wire->pin};
            const auto wire =
                pin.flow == KSPIN_DATAFLOW_OUT ? std::pair(here, there) : std::pair(there, here);
            if (std::ranges::find(found, wire) == found.end()) // both ends tell of it
                found.push_back(wire);
        }
    return found;
}

} // namespace ksbox::sysaudio
