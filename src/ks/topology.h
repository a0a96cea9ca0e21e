// A filter's topology as the KSTOPOLOGY that property handling works on.
#pragma once

#include <vector>

#include "abi/windows.h"

namespace ksbox::ks {

class Filter;

class Topology {
  public:
    /// Control mutex held. Without connections in the descriptor the default ones: one node, each
    /// pin connected to its own number on it (NS:ks._KSFILTER_DESCRIPTOR).
    explicit Topology(Filter &filter);
    const KSTOPOLOGY &abi() const { return abi_; }

  private:
    std::vector<GUID> nodes_;
    std::vector<GUID> names_; ///< a node without a name has its type
    std::vector<KSTOPOLOGY_CONNECTION> connections_;
    KSTOPOLOGY abi_{};
};

} // namespace ksbox::ks
