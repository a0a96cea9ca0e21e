// Object bags, and the DDIs over them.
#include "ks/object_bag.h"

#include <algorithm>

#include "abi/export.h"
#include "base/assert.h"
#include "ks/alive.h"
#include "ks/misuse.h"
#include "nt/call_driver.h"
#include "nt/kernel.h"
#include "nt/spin_guard.h"

namespace ksbox::ks {
namespace {

KS_ASSERT_MS_ABI(PFNKSFREE);

void free_item(void *item, PFNKSFREE free) {
    if (free)
        call_driver("KsAddItemToObjectBag.Free", item, free, item);
    else
        ExFreePoolWithTag(item, 0);
}

} // namespace

void BagItems::add(void *item, PFNKSFREE free) {
    SpinGuard guard(lock_);
    ++items_.try_emplace(item, Item{0, free}).first->second.bags;
}

BagItems::Item BagItems::remove(void *item) {
    SpinGuard guard(lock_);
    const auto place = items_.find(item);
    KS_ASSERT(place != items_.end() && place->second.bags > 0);
    const Item before = place->second;
    if (--place->second.bags == 0)
        items_.erase(place);
    return before;
}

PFNKSFREE BagItems::free_of(void *item) const {
    SpinGuard guard(lock_);
    return items_.at(item).free;
}

ObjectBag::ObjectBag(Kernel &kernel, std::shared_ptr<BagItems> items)
    : kernel_(kernel), items_(std::move(items)) {}

ObjectBag::~ObjectBag() {
    if (alive(kernel_))
        clear();
    magic_ = 0;
}

ObjectBag &ObjectBag::from(KSOBJECT_BAG bag) {
    auto *object = static_cast<ObjectBag *>(bag);
    if (!bag || !has_magic(&object->magic_, expected_magic))
        misuse(Rule::foreign_object, bag,
               "the driver passed an address that is no living object bag");
    return *object;
}

bool ObjectBag::contains(const void *item) const {
    return std::ranges::find(contents_, item) != contents_.end();
}

void ObjectBag::add(void *item, PFNKSFREE free) {
    if (contains(item))
        return;
    contents_.push_back(item);
    items_->add(item, free);
}

ULONG ObjectBag::remove(void *item, bool free) {
    auto place = std::ranges::find(contents_, item);
    if (place == contents_.end())
        return 0;
    contents_.erase(place);
    const BagItems::Item entry = items_->remove(item);
    if (entry.bags == 1 && free)
        free_item(item, entry.free);
    return entry.bags;
}

void ObjectBag::copy_from(const ObjectBag &source) {
    KS_ASSERT(items_ == source.items_ || source.contents_.empty());
    for (void *item : source.contents_)
        add(item, source.items_->free_of(item));
}

void ObjectBag::clear() {
    while (!contents_.empty())
        remove(contents_.back(), true);
}

} // namespace ksbox::ks
