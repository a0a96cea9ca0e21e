// The common half of AVStream objects: their block in the pool, and the way from what a driver
// holds back to them.
#include "ks/object.h"

#include "base/assert.h"
#include "ks/alive.h"
#include "ks/device.h"
#include "ks/event_list.h"
#include "ks/ks_class.h"
#include "ks/misuse.h"
#include "ks/object_bag.h"
#include "nt/kernel.h"
#include "nt/mm/memory.h"
#include "nt/mm/pool.h"

namespace ksbox::ks {
namespace {

constexpr std::uint32_t object_tag = 0x624f734b; // 'KsOb'

} // namespace

Object::Object(Kernel &kernel, KSOBJECTTYPE type, Object *parent, std::size_t abi_bytes)
    : kernel(kernel), type(type), parent(parent) {
    auto *tag = static_cast<ObjectTag *>(kernel.pool().allocate(
        mm::PoolKind::nonpaged, sizeof(ObjectTag) + abi_bytes, object_tag, nullptr, true));
    if (tag) {
        tag->magic = ObjectTag::expected;
        tag->object = this;
        abi_ = tag + 1;
    }
    // Items are counted per device: every bag of a device shares one table.
    auto items = parent ? parent->bag().items() : std::make_shared<BagItems>();
    bag_ = std::make_unique<ObjectBag>(kernel, std::move(items));
    events_ = std::make_unique<EventList>();
}

Object::~Object() {
    if (!abi_)
        return;
    auto *tag = static_cast<ObjectTag *>(abi_) - 1;
    // A crashed box keeps its memory as it was for the report.
    if (alive(kernel)) {
        tag->magic = 0;
        kernel.pool().free(tag, object_tag, nullptr);
    }
}

Object &Object::from(void *abi) {
    ObjectTag tag{};
    const void *where = abi ? static_cast<ObjectTag *>(abi) - 1 : nullptr;
    if (!where || !mm::guarded_copy(&tag, where, sizeof tag) || tag.magic != ObjectTag::expected ||
        tag.object->abi_address() != abi)
        misuse(Rule::foreign_object, abi,
               "the driver passed an address that is no living AVStream object");
    return *tag.object;
}

Device &Object::device() {
    Object *object = this;
    while (object->parent)
        object = object->parent;
    KS_ASSERT(object->type == KsObjectTypeDevice);
    return static_cast<Device &>(*object);
}

void Object::empty_bag() {
    bag_->clear();
}

} // namespace ksbox::ks
