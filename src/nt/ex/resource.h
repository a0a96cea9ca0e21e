// Reader/writer locks in the driver's ERESOURCE. ActiveCount counts owning threads, OwnerEntry is
// the exclusive owner or the first shared one, OwnerTable the others (its first entry holds the
// table's size); who waits is counted, and gets ownership handed over at release.
#pragma once

#include "abi/windows.h"

#include "base/result.h"

namespace ksbox::ex {

enum class SharedPolicy : std::uint8_t {
    normal,            ///< waits behind exclusive waiters unless it already has access
    starve_exclusive,  ///< passes exclusive waiters
    wait_for_exclusive ///< waits behind them even if it already has shared access
};

void resource_initialize(ERESOURCE &resource);
void resource_delete(ERESOURCE &resource);
/// False when `wait` is false and access cannot be had at once. IRQL <= APC_LEVEL.
bool resource_acquire_exclusive(ERESOURCE &resource, bool wait);
bool resource_acquire_shared(ERESOURCE &resource, bool wait, SharedPolicy policy);
/// Bug check RESOURCE_NOT_OWNED when `owner` has no access.
void resource_release(ERESOURCE &resource, ERESOURCE_THREAD owner);
void resource_convert_to_shared(ERESOURCE &resource);
/// Gives the current thread's ownership another name (ExSetResourceOwnerPointer).
void resource_set_owner(ERESOURCE &resource, ERESOURCE_THREAD owner);
/// How often the current thread has acquired it.
ULONG resource_count(ERESOURCE &resource);
bool resource_is_exclusive(ERESOURCE &resource);

} // namespace ksbox::ex
