// Friendly names of pins and nodes: strings in the registry, MediaCategories\{GUID}\Name of the
// device's software key and of the Control key. @doc
// audio/friendly-names-for-audio-endpoint-devices
#pragma once

#include <initializer_list>

#include "abi/windows.h"

namespace ksbox::ks {

/// Answers the IRP with the name, null-terminated, of the first of the GUIDs that has one; each is
/// looked for in the software key of the IRP's device, then in the global one, then among the
/// standard names, which a system's ks.inf and kscaptur.inf write into the global one and a box
/// does not. Null GUIDs are skipped. STATUS_NOT_FOUND without a name [inferred]. PASSIVE.
NTSTATUS answer_name(PIRP irp, void *data, std::initializer_list<const GUID *> guids);

} // namespace ksbox::ks
