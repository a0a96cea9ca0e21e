// What a virtual device offers: pin factories, each with the graphs that can serve it, and the
// topology of all filters together. Made once from facts, then only read. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sysaudio/search.h"

namespace ksbox::sysaudio {

/// A pin factory of the virtual device.
struct Factory {
    /// The pin of a filter that it stands for: the device's, which a graph ends at.
    PinOf end;
    /// In order of preference; none: a bridge pin, which nobody creates.
    std::vector<Path> paths;
    /// Tried after those: through an interface transform, should the device's pin turn out to be
    /// one of WaveRT that is not registered as such.
    std::vector<Path> otherwise;
    bool shared = false; ///< any number of clients: the first path leads through a mixer

    ULONG possible(const std::vector<FilterFacts> &filters) const;
};

/// Which factory of a device it is, in either arrangement: where it ends, and whether it is shared.
using FactoryKey = std::pair<PinOf, bool>;
inline FactoryKey key_of(const Factory &factory) {
    return {factory.end, factory.shared};
}

/// A node of the virtual device: which node of which filter.
struct NodeOf {
    std::size_t filter = 0;
    ULONG node = 0;
    bool operator==(const NodeOf &) const = default;
};

/// The pin factories in one of two arrangements, with the descriptors that KS's handlers read.
/// "If the pins are not combined, then hardware-accelerated pins and software-emulated pins are
/// exposed through separate pin factories" (@doc NS:ksmedia.SYSAUDIO_INSTANCE_INFO).
struct Arrangement {
    std::vector<Factory> factories;
    std::vector<KSPIN_DESCRIPTOR> descriptors;
    std::vector<KSTOPOLOGY_CONNECTION> connections;
    std::vector<std::vector<PKSDATARANGE>> ranges; ///< what descriptors point at
};

class Plan {
  public:
    /// `filters`: the wave filter first, then whatever may belong to its graphs: topology filters
    /// that wires lead to, mixers, adapters, transforms.
    explicit Plan(std::vector<FilterFacts> filters);
    Plan(const Plan &) = delete;
    Plan &operator=(const Plan &) = delete;

    const std::vector<FilterFacts> &filters() const { return filters_; }
    const Arrangement &arrangement(bool separate) const { return separate ? separate_ : combined_; }
    const std::vector<NodeOf> &nodes() const { return nodes_; }
    KSTOPOLOGY topology(bool separate) const;
    /// The graph for a pin of that factory which includes the filter; why there is none.
    Found path_through(const Factory &factory, std::size_t filter) const;
    /// What was chosen and why not other ways, a sentence each.
    const std::vector<std::string> &explanation() const { return explanation_; }
    /// Whether a client could create any pin.
    bool useful() const;

  private:
    void choose_paths();
    std::vector<Path> paths_by_adapters(PinOf end, Through through) const;
    void add_bridges();
    void add_nodes();
    void describe(Arrangement &arrangement);
    bool is_used(std::size_t filter) const;

    std::vector<FilterFacts> filters_;
    Arrangement combined_, separate_;
    std::vector<bool> used_; ///< by filter
    std::vector<NodeOf> nodes_;
    std::vector<GUID> node_types_;
    std::vector<std::string> explanation_;
};

} // namespace ksbox::sysaudio
