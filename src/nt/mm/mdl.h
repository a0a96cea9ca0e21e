// Memory descriptor lists: which pages a buffer lies on, and mappings of them. The runtime's own
// layers use these; drivers come in through mdl_exports.cpp. Statuses come back, nothing raises.
#pragma once

#include <cstddef>
#include <span>

#include "abi/windows.h"

#include "base/result.h"
#include "nt/mm/memory.h"

namespace ksbox::mm {

class Pool;

/// Pages that a buffer touches; the MDL's array has that many entries.
std::size_t mdl_pages(const MDL &mdl);
std::span<Pfn> mdl_pfns(MDL &mdl);
/// The buffer's first byte, as it was given (a client address, often).
std::byte *mdl_address(const MDL &mdl);
/// Bytes an MDL for this buffer takes, with its array.
std::size_t mdl_bytes(const void *address, std::size_t length);

/// An MDL in nonpaged pool for [address, address + length), without pages yet; null when the pool
/// is exhausted or the length is over the documented maximum (4 GiB less a page).
MDL *mdl_allocate(Pool &pool, void *address, std::size_t length, const void *caller);
/// Unmaps a partial MDL that was mapped, and frees it. @doc NF:wdm.IoFreeMdl
void mdl_free(Memory &memory, Pool &pool, MDL *mdl, const void *caller);

/// Describes system memory of the box. STATUS_ACCESS_VIOLATION when it is not committed.
/// @doc NF:wdm.MmBuildMdlForNonPagedPool
Result<void> mdl_build_nonpaged(Memory &memory, MDL &mdl);
/// Checks access and holds the pages. STATUS_ACCESS_VIOLATION. @doc NF:wdm.MmProbeAndLockPages
Result<void> mdl_lock(Memory &memory, MDL &mdl, KPROCESSOR_MODE mode, LOCK_OPERATION operation,
                      void *process);
/// Takes a system mapping back first. @doc NF:wdm.MmUnlockPages
void mdl_unlock(Memory &memory, MDL &mdl);

/// The address of the buffer's first byte in a new mapping. A system mapping is noted in the MDL.
Result<std::byte *> mdl_map_system(Memory &memory, MDL &mdl, Protection protection);
/// `at` null: anywhere; else the page that the buffer's first byte is to lie in.
/// STATUS_CONFLICTING_ADDRESSES when that is not free.
Result<std::byte *> mdl_map_client(Memory &memory, MDL &mdl, Protection protection,
                                   std::byte *at = nullptr);
/// The buffer's system address, mapping it if needed (MmGetSystemAddressForMdlSafe).
Result<std::byte *> mdl_system_address(Memory &memory, MDL &mdl);
/// False when the address lies in no mapping. @doc NF:wdm.MmUnmapLockedPages
bool mdl_unmap(Memory &memory, MDL &mdl, void *address);

/// @doc NF:wdm.IoBuildPartialMdl. False when the range is no part of the source's.
bool mdl_build_partial(const MDL &source, MDL &target, void *address, std::size_t length);
/// STATUS_INVALID_PARAMETER_2 beyond the end. @doc NF:wdm.MmAdvanceMdl
Result<void> mdl_advance(Memory &memory, MDL &mdl, std::size_t bytes);

/// Pages that are mapped nowhere a driver may touch, in an MDL of their own; null when there are
/// none. With `contiguous` they follow each other, else they are deliberately out of order.
/// @doc NF:wdm.MmAllocatePagesForMdlEx
MDL *mdl_allocate_pages(Memory &memory, Pool &pool, const PhysicalLimits &limits, std::size_t bytes,
                        bool contiguous, bool whole, const void *caller);
/// @doc NF:wdm.MmFreePagesFromMdl
void mdl_free_pages(Memory &memory, MDL &mdl);

} // namespace ksbox::mm
