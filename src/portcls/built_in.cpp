// The ports' built-in properties.
#include "portcls/built_in.h"

#include "abi/guid.h"

namespace ksbox::portcls {
namespace {

constexpr ULONG pin_ids[] = {
    KSPROPERTY_PIN_CINSTANCES,
    KSPROPERTY_PIN_CTYPES,
    KSPROPERTY_PIN_DATAFLOW,
    KSPROPERTY_PIN_DATARANGES,
    KSPROPERTY_PIN_DATAINTERSECTION,
    KSPROPERTY_PIN_INTERFACES,
    KSPROPERTY_PIN_MEDIUMS,
    KSPROPERTY_PIN_COMMUNICATION,
    KSPROPERTY_PIN_GLOBALCINSTANCES,
    KSPROPERTY_PIN_NECESSARYINSTANCES,
    KSPROPERTY_PIN_PHYSICALCONNECTION,
    KSPROPERTY_PIN_CATEGORY,
    KSPROPERTY_PIN_NAME,
};
constexpr ULONG topology_ids[] = {
    KSPROPERTY_TOPOLOGY_CATEGORIES,
    KSPROPERTY_TOPOLOGY_NODES,
    KSPROPERTY_TOPOLOGY_CONNECTIONS,
    KSPROPERTY_TOPOLOGY_NAME,
};
constexpr ULONG connection_ids[] = {KSPROPERTY_CONNECTION_STATE, KSPROPERTY_CONNECTION_DATAFORMAT};
constexpr ULONG stream_ids[] = {KSPROPERTY_STREAM_ALLOCATOR, KSPROPERTY_STREAM_MASTERCLOCK};

} // namespace

BuiltIn filter_built_in() {
    static const BuiltInSet sets[] = {{&KSPROPSETID_Pin, pin_ids},
                                      {&KSPROPSETID_Topology, topology_ids}};
    return sets;
}

BuiltIn pin_built_in(ULONG pin_flags) {
    static const BuiltInSet sets[] = {{&KSPROPSETID_Connection, connection_ids},
                                      {&KSPROPSETID_Stream, stream_ids}};
    const bool transport = !(pin_flags & KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT);
    return BuiltIn(sets).first(transport ? 2 : 1);
}

} // namespace ksbox::portcls
