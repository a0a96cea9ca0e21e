// Object bags, and the DDIs over them.
#include "ks/object_bag.h"

#include <algorithm>

#include "abi/export.h"
#include "base/assert.h"
#include "ks/alive.h"
#include "nt/call_driver.h"
#include "nt/ke/bug_check.h"
#include "nt/kernel.h"
#include "nt/mm/memory.h"

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

ObjectBag::ObjectBag(Kernel &kernel, std::shared_ptr<BagItems> items)
    : kernel_(kernel), items_(std::move(items)) {}

ObjectBag::~ObjectBag() {
    if (alive(kernel_))
        clear();
    magic_ = 0;
}

ObjectBag &ObjectBag::from(KSOBJECT_BAG bag) {
    std::uint64_t magic = 0;
    auto *object = static_cast<ObjectBag *>(bag);
    if (!bag || !mm::guarded_copy(&magic, &object->magic_, sizeof magic) || magic != expected_magic)
        bug_check(0xC4, 0x81000, reinterpret_cast<std::uint64_t>(bag), 0, 0,
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
    auto [entry, fresh] = items_->items.try_emplace(item, BagItems::Item{0, free});
    ++entry->second.bags;
}

ULONG ObjectBag::remove(void *item, bool free) {
    auto place = std::ranges::find(contents_, item);
    if (place == contents_.end())
        return 0;
    contents_.erase(place);
    auto entry = items_->items.find(item);
    KS_ASSERT(entry != items_->items.end() && entry->second.bags > 0);
    const ULONG references = entry->second.bags--;
    if (references == 1) {
        // Out of the table first: the free function may put things into bags itself.
        const PFNKSFREE function = entry->second.free;
        items_->items.erase(entry);
        if (free)
            free_item(item, function);
    }
    return references;
}

void ObjectBag::copy_from(const ObjectBag &source) {
    KS_ASSERT(items_ == source.items_ || source.contents_.empty());
    for (void *item : source.contents_)
        add(item, source.items_->items.at(item).free);
}

void ObjectBag::clear() {
    while (!contents_.empty())
        remove(contents_.back(), true);
}

} // namespace ksbox::ks
