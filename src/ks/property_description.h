// The answer to basic-support and default-value queries, out of a property item's Values
// (audio/basic-support-queries-for-audio-properties).
#pragma once

#include "ks/request.h"

namespace ksbox::ks {

/// A ULONG-sized buffer gets the access flags, one of sizeof(KSPROPERTY_DESCRIPTION) the
/// description, a larger one the members too; other sizes STATUS_BUFFER_TOO_SMALL, none the size
/// and STATUS_BUFFER_OVERFLOW. `defaults_only`: members marked as default values.
NTSTATUS describe_property(const KSPROPERTY_ITEM &item, const Request &request, bool defaults_only);

} // namespace ksbox::ks
