// KSPROPERTY_TYPE_SERIALIZESET and UNSERIALIZESET: a set's properties as one block
// (stream/ksproperty-structure).
#pragma once

#include <span>

#include "ks/automation.h"

namespace ksbox::ks {

/// KSPROPERTY_SERIALHDR, then each serializable property (SerializedSize not 0) with its
/// KSPROPERTY_SERIAL; zero buffer: the size and STATUS_BUFFER_OVERFLOW.
NTSTATUS serialize_set(PIRP irp, std::span<const PropertyTable> tables, const GUID &set,
                       PFNKSALLOCATOR allocator);
/// What a property takes in such a block; its own answer where SerializedSize says that only it
/// knows. The property's error.
Result<ULONG> serialized_size(const Request &request, const KSPROPERTY_ITEM &item);
/// Sets every property of such a block; STATUS_INVALID_PARAMETER when it is malformed.
NTSTATUS unserialize_set(PIRP irp, std::span<const PropertyTable> tables, const GUID &set,
                         PFNKSALLOCATOR allocator);

} // namespace ksbox::ks
