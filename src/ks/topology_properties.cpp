// KSPROPSETID_Topology and KSPROPSETID_General of filters (stream/ksproperty-topology-nodes and its
// sisters, stream/ksproperty-general-componentid).
#include "ks/own_sets.h"

#include <vector>

#include "ks/filter.h"
#include "ks/item_tables.h"
#include "ks/ks_names.h"
#include "ks/sized_answer.h"
#include "ks/topology.h"

namespace ksbox::ks {
namespace {

/// The properties are those of filters' file objects alone.
Filter &filter_of(PIRP irp) {
    return *Filter::of(IoGetCurrentIrpStackLocation(irp)->FileObject);
}

NTSTATUS NTAPI get_topology(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    Filter &filter = filter_of(irp);
    MutexGuard guard(filter.control);
    const Topology topology(filter);
    return KsTopologyPropertyHandler(irp, request, data, &topology.abi());
}

NTSTATUS NTAPI get_component_id(PIRP irp, PKSIDENTIFIER, PVOID data) {
    Filter &filter = filter_of(irp);
    const KSCOMPONENTID *id = filter.descriptor().ComponentId;
    return id ? answer_value(irp, data, id, sizeof *id) : STATUS_NOT_FOUND;
}

const KSPROPERTY_ITEM topology_items[] = {
    property_item(KSPROPERTY_TOPOLOGY_CATEGORIES, get_topology, nullptr, sizeof(KSPROPERTY), 0),
    property_item(KSPROPERTY_TOPOLOGY_NODES, get_topology, nullptr, sizeof(KSPROPERTY), 0),
    property_item(KSPROPERTY_TOPOLOGY_CONNECTIONS, get_topology, nullptr, sizeof(KSPROPERTY), 0),
    property_item(KSPROPERTY_TOPOLOGY_NAME, get_topology, nullptr, sizeof(KSP_NODE), 0),
};

const KSPROPERTY_ITEM general_items[] = {
    property_item(KSPROPERTY_GENERAL_COMPONENTID, get_component_id, nullptr, sizeof(KSPROPERTY),
                  sizeof(KSCOMPONENTID)),
};

} // namespace

std::span<const KSPROPERTY_SET> filter_property_sets() {
    static const KSPROPERTY_SET sets[] = {
        {&KSPROPSETID_Pin, pin_factory_item_count, pin_factory_items, 0, nullptr},
        {&KSPROPSETID_Topology, std::size(topology_items), topology_items, 0, nullptr},
        {&KSPROPSETID_General, std::size(general_items), general_items, 0, nullptr},
    };
    return sets;
}

} // namespace ksbox::ks
