// Allocator file objects: what IRP_MJ_CREATE with KSNAME_Allocator makes,
// KSPROPSETID_StreamAllocator and KSMETHODSETID_StreamAllocator on it. @doc
// stream/default-allocators
#pragma once

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

/// Where frames come from when it is not the pool. All or none of the functions but Initialize and
/// Delete are set; they are a driver's.
struct ExternalAllocator {
    PVOID initialize_context = nullptr;
    PFNKSDEFAULTALLOCATE allocate = nullptr;
    PFNKSDEFAULTFREE free = nullptr;
    PFNKSINITIALIZEALLOCATOR initialize = nullptr;
    PFNKSDELETEALLOCATOR remove = nullptr;
};

/// Makes the create IRP's file object an allocator with `framing`.
/// STATUS_INVALID_PARAMETER: without an external allocator, framing that does not ask for system
/// memory (behaviour I9) or has no frames; STATUS_INSUFFICIENT_RESOURCES; the driver's status.
NTSTATUS create_allocator_file(PIRP irp, const KSALLOCATOR_FRAMING &framing,
                               const ExternalAllocator &external);

} // namespace ksbox::ks
