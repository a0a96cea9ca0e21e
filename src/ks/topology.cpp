// A filter's topology.
#include "ks/topology.h"

#include "ks/filter.h"

namespace ksbox::ks {

Topology::Topology(Filter &filter) {
    const KSFILTER_DESCRIPTOR &descriptor = filter.descriptor();
    for (ULONG i = 0; i < descriptor.NodeDescriptorsCount; ++i) {
        const KSNODE_DESCRIPTOR &node = filter.node_descriptor(i);
        const GUID type = node.Type ? *node.Type : GUID{};
        nodes_.push_back(type);
        names_.push_back(node.Name ? *node.Name : type);
    }
    if (descriptor.ConnectionsCount) {
        connections_.assign(descriptor.Connections,
                            descriptor.Connections + descriptor.ConnectionsCount);
    } else {
        for (ULONG i = 0; i < descriptor.PinDescriptorsCount; ++i) {
            if (filter.pin_descriptor(i).PinDescriptor.DataFlow == KSPIN_DATAFLOW_IN)
                connections_.push_back({KSFILTER_NODE, i, 0, i});
            else
                connections_.push_back({0, i, KSFILTER_NODE, i});
        }
    }
    abi_.CategoriesCount = descriptor.CategoriesCount;
    abi_.Categories = descriptor.Categories;
    abi_.TopologyNodesCount = static_cast<ULONG>(nodes_.size());
    abi_.TopologyNodes = nodes_.data();
    abi_.TopologyConnectionsCount = static_cast<ULONG>(connections_.size());
    abi_.TopologyConnections = connections_.data();
    abi_.TopologyNodesNames = names_.data();
}

} // namespace ksbox::ks
