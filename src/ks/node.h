// Topology nodes as file objects below a filter (@doc NF:ks.KsCreateTopologyNode).
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

/// KSOBJECT_CREATE_ITEM.Create of topology nodes. STATUS_INVALID_PARAMETER for a node ID out of
/// range or create flags [inferred].
NTSTATUS NTAPI node_create(PDEVICE_OBJECT device, PIRP irp);

} // namespace ksbox::ks
