// Friendly names of pins and nodes: localized strings in the registry, under
// \Control\MediaCategories\{GUID}\Name (audio/friendly-names-for-audio-endpoint-devices).
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

/// Answers the IRP with the null-terminated name; STATUS_NOT_FOUND without one in the registry
/// [inferred].
NTSTATUS answer_name(PIRP irp, void *data, const GUID &guid);

} // namespace ksbox::ks
