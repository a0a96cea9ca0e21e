// Properties that every port answers although its miniport has a handler, too: "the port driver
// uses its own handler and ignores the miniport driver's". @doc
// audio/filter--pin--and-node-properties
#pragma once

#include <span>

#include "abi/windows.h"

namespace ksbox::portcls {

struct BuiltInSet {
    const GUID *set;
    std::span<const ULONG> ids;
};
using BuiltIn = std::span<const BuiltInSet>;

/// Of filters: KSPROPSETID_Pin and KSPROPSETID_Topology, but for the formats that only the miniport
/// can judge: PROPOSEDATAFORMAT, PROPOSEDATAFORMAT2, CONSTRAINEDDATARANGES. inferred: real
/// miniports handle those, and the page lists them as the port's.
BuiltIn filter_built_in();
/// Of pins with those flags (KSPIN_FLAG_*): state and format of the connection; allocator and clock
/// of the stream where frames travel, for without KS's transport nobody else answers.
BuiltIn pin_built_in(ULONG pin_flags);

} // namespace ksbox::portcls
