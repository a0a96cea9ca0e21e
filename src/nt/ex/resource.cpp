// Reader/writer locks; see resource.h.
#include "nt/ex/resource.h"

#include <algorithm>

#include "nt/ke/bug_check.h"
#include "nt/kernel.h"
#include "nt/mm/pool.h"

namespace ksbox::ex {
namespace {

constexpr std::uint32_t resource_not_owned = 0xe3;
constexpr ULONG resource_tag = 0x6173'6552; // 'Resa'

ERESOURCE_THREAD self() {
    return reinterpret_cast<ERESOURCE_THREAD>(KeGetCurrentThread());
}

/// Holds the resource's spin lock.
class Guard {
  public:
    explicit Guard(ERESOURCE &resource)
        : lock_(&resource.SpinLock), irql_(KeAcquireSpinLockRaiseToDpc(lock_)) {}
    ~Guard() { unlock(); }
    Guard(const Guard &) = delete;
    Guard &operator=(const Guard &) = delete;
    void unlock() {
        if (lock_ != nullptr)
            KeReleaseSpinLock(lock_, irql_);
        lock_ = nullptr;
    }

  private:
    KSPIN_LOCK *lock_;
    KIRQL irql_;
};

void *allocate(std::size_t bytes) {
    void *block = current_kernel().pool().allocate(mm::PoolKind::nonpaged, bytes, resource_tag,
                                                   nullptr, true);
    if (block == nullptr)
        bug_check(0x4d, 0, bytes, 0, 0, "there is no pool left for a resource");
    return block;
}

void release_block(void *block) {
    if (block != nullptr)
        current_kernel().pool().free(block, resource_tag, nullptr);
}

bool is_exclusive(const ERESOURCE &resource) {
    return (resource.Flag & ResourceOwnedExclusive) != 0;
}

OWNER_ENTRY *find(ERESOURCE &resource, ERESOURCE_THREAD thread) {
    if (resource.OwnerEntry.OwnerThread == thread && resource.OwnerEntry.OwnerCount != 0)
        return &resource.OwnerEntry;
    if (resource.OwnerTable != nullptr)
        for (ULONG i = 1; i < resource.OwnerTable[0].TableSize; ++i)
            if (resource.OwnerTable[i].OwnerThread == thread &&
                resource.OwnerTable[i].OwnerCount != 0)
                return &resource.OwnerTable[i];
    return nullptr;
}

OWNER_ENTRY &free_entry(ERESOURCE &resource) {
    if (resource.OwnerEntry.OwnerCount == 0)
        return resource.OwnerEntry;
    const ULONG size = resource.OwnerTable == nullptr ? 0 : resource.OwnerTable[0].TableSize;
    for (ULONG i = 1; i < size; ++i)
        if (resource.OwnerTable[i].OwnerCount == 0)
            return resource.OwnerTable[i];
    const ULONG grown = size == 0 ? 4 : 2 * size;
    auto *table = static_cast<OWNER_ENTRY *>(allocate(grown * sizeof(OWNER_ENTRY)));
    std::copy_n(resource.OwnerTable, size, table);
    table[0].TableSize = grown;
    release_block(resource.OwnerTable);
    resource.OwnerTable = table;
    return table[size == 0 ? 1 : size];
}

void add_owner(ERESOURCE &resource, ERESOURCE_THREAD thread) {
    OWNER_ENTRY &entry = free_entry(resource);
    entry.OwnerThread = thread;
    entry.OwnerCount = 1;
}

/// Made at the first contention, before the resource's lock is taken.
void make_waiting_objects(ERESOURCE &resource) {
    Guard guard(resource);
    if (resource.SharedWaiters == nullptr) {
        auto *semaphore = static_cast<KSEMAPHORE *>(allocate(sizeof(KSEMAPHORE)));
        KeInitializeSemaphore(semaphore, 0, MAXLONG);
        resource.SharedWaiters = semaphore;
    }
    if (resource.ExclusiveWaiters == nullptr) {
        auto *event = static_cast<KEVENT *>(allocate(sizeof(KEVENT)));
        KeInitializeEvent(event, SynchronizationEvent, FALSE);
        resource.ExclusiveWaiters = event;
    }
}

/// Ownership passes to those who wait; they enter their names when they wake.
void hand_over(ERESOURCE &resource, bool was_exclusive) {
    const ULONG shared = resource.NumberOfSharedWaiters;
    if (shared != 0 && (was_exclusive || resource.NumberOfExclusiveWaiters == 0)) {
        resource.Flag &= ~ResourceOwnedExclusive;
        resource.ActiveCount = static_cast<SHORT>(shared);
        resource.NumberOfSharedWaiters = 0;
        KeReleaseSemaphore(resource.SharedWaiters, IO_NO_INCREMENT, static_cast<LONG>(shared),
                           FALSE);
    } else if (resource.NumberOfExclusiveWaiters != 0) {
        --resource.NumberOfExclusiveWaiters;
        resource.Flag |= ResourceOwnedExclusive;
        resource.ActiveCount = 1;
        KeSetEvent(resource.ExclusiveWaiters, IO_NO_INCREMENT, FALSE);
    } else {
        resource.Flag &= ~ResourceOwnedExclusive;
    }
}

} // namespace

void resource_initialize(ERESOURCE &resource) {
    resource = {};
    InitializeListHead(&resource.SystemResourcesList);
    KeInitializeSpinLock(&resource.SpinLock);
}

void resource_delete(ERESOURCE &resource) {
    release_block(resource.OwnerTable);
    release_block(resource.SharedWaiters);
    release_block(resource.ExclusiveWaiters);
    resource.OwnerTable = nullptr;
    resource.SharedWaiters = nullptr;
    resource.ExclusiveWaiters = nullptr;
}

bool resource_acquire_exclusive(ERESOURCE &resource, bool wait) {
    const ERESOURCE_THREAD thread = self();
    if (wait)
        make_waiting_objects(resource);
    Guard guard(resource);
    if (resource.ActiveCount == 0) {
        resource.Flag |= ResourceOwnedExclusive;
        resource.ActiveCount = 1;
        add_owner(resource, thread);
        return true;
    }
    if (is_exclusive(resource) && resource.OwnerEntry.OwnerThread == thread) {
        ++resource.OwnerEntry.OwnerCount;
        return true;
    }
    if (!wait)
        return false;
    ++resource.NumberOfExclusiveWaiters;
    ++resource.ContentionCount;
    guard.unlock();
    KeWaitForSingleObject(resource.ExclusiveWaiters, WrResource, KernelMode, FALSE, nullptr);
    Guard again(resource);
    add_owner(resource, thread);
    return true;
}

bool resource_acquire_shared(ERESOURCE &resource, bool wait, SharedPolicy policy) {
    const ERESOURCE_THREAD thread = self();
    if (wait)
        make_waiting_objects(resource);
    Guard guard(resource);
    if (resource.ActiveCount == 0) {
        resource.ActiveCount = 1;
        add_owner(resource, thread);
        return true;
    }
    OWNER_ENTRY *mine = find(resource, thread);
    const bool behind = resource.NumberOfExclusiveWaiters != 0;
    if (mine != nullptr &&
        (is_exclusive(resource) || policy != SharedPolicy::wait_for_exclusive || !behind)) {
        ++mine->OwnerCount;
        return true;
    }
    if (!is_exclusive(resource) && (policy == SharedPolicy::starve_exclusive || !behind)) {
        ++resource.ActiveCount;
        add_owner(resource, thread);
        return true;
    }
    if (!wait)
        return false;
    ++resource.NumberOfSharedWaiters;
    ++resource.ContentionCount;
    guard.unlock();
    KeWaitForSingleObject(resource.SharedWaiters, WrResource, KernelMode, FALSE, nullptr);
    Guard again(resource);
    if (OWNER_ENTRY *entry = find(resource, thread)) {
        // It had shared access already: one owner in two counts.
        ++entry->OwnerCount;
        --resource.ActiveCount;
    } else {
        add_owner(resource, thread);
    }
    return true;
}

void resource_release(ERESOURCE &resource, ERESOURCE_THREAD owner) {
    Guard guard(resource);
    OWNER_ENTRY *entry = find(resource, owner);
    if (entry == nullptr) {
        guard.unlock();
        bug_check(resource_not_owned, reinterpret_cast<std::uint64_t>(&resource), owner,
                  reinterpret_cast<std::uint64_t>(resource.OwnerTable), 2,
                  "a resource was released by a thread that does not own it");
    }
    if (--entry->OwnerCount != 0)
        return;
    entry->OwnerThread = 0;
    const bool was_exclusive = is_exclusive(resource);
    if (--resource.ActiveCount == 0)
        hand_over(resource, was_exclusive);
}

void resource_convert_to_shared(ERESOURCE &resource) {
    Guard guard(resource);
    resource.Flag &= ~ResourceOwnedExclusive;
    if (const ULONG shared = resource.NumberOfSharedWaiters) {
        resource.NumberOfSharedWaiters = 0;
        resource.ActiveCount = static_cast<SHORT>(resource.ActiveCount + shared);
        KeReleaseSemaphore(resource.SharedWaiters, IO_NO_INCREMENT, static_cast<LONG>(shared),
                           FALSE);
    }
}

void resource_set_owner(ERESOURCE &resource, ERESOURCE_THREAD owner) {
    Guard guard(resource);
    if (OWNER_ENTRY *entry = find(resource, self()))
        entry->OwnerThread = owner;
}

ULONG resource_count(ERESOURCE &resource) {
    Guard guard(resource);
    const OWNER_ENTRY *entry = find(resource, self());
    return entry == nullptr ? 0 : entry->OwnerCount;
}

bool resource_is_exclusive(ERESOURCE &resource) {
    Guard guard(resource);
    return is_exclusive(resource) && find(resource, self()) != nullptr;
}

} // namespace ksbox::ex
