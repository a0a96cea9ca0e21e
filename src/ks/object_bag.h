// Object bags: memory that goes when an AVStream object goes, shared between the bags of one device
// by reference count (stream/object-bags).
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox {
class Kernel;
}

namespace ksbox::ks {

/// The items of all bags of one device, with the number of bags each is in. Its bags lie under
/// different mutexes, so it has a lock of its own.
class BagItems {
  public:
    struct Item {
        ULONG bags;
        PFNKSFREE free; ///< null: ExFreePool
    };
    /// One bag more. `free` counts at the first.
    void add(void *item, PFNKSFREE free);
    /// One bag less: the entry as it was before.
    Item remove(void *item);
    PFNKSFREE free_of(void *item) const;

  private:
    mutable KSPIN_LOCK lock_ = 0;
    // lint-allow(pointer_order): looked up only, never walked.
    std::unordered_map<void *, Item> items_;
};

/// Not locked: callers hold the mutex that their bag documents.
class ObjectBag {
  public:
    ObjectBag(Kernel &kernel, std::shared_ptr<BagItems> items);
    ~ObjectBag();
    ObjectBag(const ObjectBag &) = delete;
    ObjectBag &operator=(const ObjectBag &) = delete;

    /// The bag behind a KSOBJECT_BAG.
    static ObjectBag &from(KSOBJECT_BAG bag);

    /// Adding an item twice to one bag counts once. @doc NF:ks.KsAddItemToObjectBag
    void add(void *item, PFNKSFREE free);
    /// Number of references before the removal; 0: it was not in this bag. Freed when that was the
    /// last one and `free`. @doc NF:ks.KsRemoveItemFromObjectBag
    ULONG remove(void *item, bool free);
    bool contains(const void *item) const;
    /// @doc NF:ks.KsCopyObjectBagItems
    void copy_from(const ObjectBag &source);
    /// Removes and frees, the last added first.
    void clear();
    std::size_t size() const { return contents_.size(); }
    const std::shared_ptr<BagItems> &items() const { return items_; }
    std::size_t place = 0; ///< KsClass's

  private:
    static constexpr std::uint64_t expected_magic = 0x6761426b73626fULL;
    std::uint64_t magic_ = expected_magic;
    Kernel &kernel_;
    std::shared_ptr<BagItems> items_;
    std::vector<void *> contents_;
};

} // namespace ksbox::ks
