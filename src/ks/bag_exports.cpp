// DDIs of object bags.
#include "ks/device.h"
#include "ks/exports.h"
#include "ks/ks_class.h"
#include "ks/object_bag.h"

#include <algorithm>
#include <cstring>

using namespace ksbox;
using namespace ksbox::ks;

extern "C" {

NTSTATUS NTAPI KsAllocateObjectBag(PKSDEVICE Device, KSOBJECT_BAG *ObjectBag) {
    KsClass &owner = KsClass::current();
    *ObjectBag = owner.add(make_in_pool<ks::ObjectBag>(owner.kernel, owner.kernel,
                                                       ks::Device::from(Device).bag().items()));
    return *ObjectBag ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

void NTAPI KsFreeObjectBag(KSOBJECT_BAG ObjectBag) {
    KsClass::current().remove(ks::ObjectBag::from(ObjectBag));
}

NTSTATUS NTAPI KsAddItemToObjectBag(KSOBJECT_BAG ObjectBag, PVOID Item, PFNKSFREE Free) {
    ks::ObjectBag::from(ObjectBag).add(Item, Free);
    return STATUS_SUCCESS;
}

ULONG NTAPI KsRemoveItemFromObjectBag(KSOBJECT_BAG ObjectBag, PVOID Item, BOOLEAN Free) {
    return ks::ObjectBag::from(ObjectBag).remove(Item, Free);
}

NTSTATUS NTAPI KsCopyObjectBagItems(KSOBJECT_BAG ObjectBagDestination,
                                    KSOBJECT_BAG ObjectBagSource) {
    ks::ObjectBag::from(ObjectBagDestination).copy_from(ks::ObjectBag::from(ObjectBagSource));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI _KsEdit(KSOBJECT_BAG ObjectBag, PVOID *PointerToPointerToItem, ULONG NewSize,
                       ULONG OldSize, ULONG Tag) {
    ks::ObjectBag &bag = ks::ObjectBag::from(ObjectBag);
    void *old_item = *PointerToPointerToItem;
    // Its own and big enough: there is nothing to do.
    if (bag.contains(old_item) && NewSize <= OldSize)
        return STATUS_SUCCESS;
    void *item = ExAllocatePoolWithTag(NonPagedPool, NewSize, Tag);
    if (!item)
        return STATUS_INSUFFICIENT_RESOURCES;
    const ULONG kept = old_item ? std::min(NewSize, OldSize) : 0;
    if (kept)
        std::memcpy(item, old_item, kept);
    std::memset(static_cast<char *>(item) + kept, 0, NewSize - kept);
    bag.add(item, nullptr);
    *PointerToPointerToItem = item;
    if (bag.contains(old_item))
        bag.remove(old_item, true);
    return STATUS_SUCCESS;
}

} // extern "C"

std::span<const Export> ksbox::ks::bag_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsAllocateObjectBag),  KS_EXPORT(done, KsFreeObjectBag),
        KS_EXPORT(done, KsAddItemToObjectBag), KS_EXPORT(done, KsRemoveItemFromObjectBag),
        KS_EXPORT(done, KsCopyObjectBagItems), KS_EXPORT(done, _KsEdit),
    };
    return table;
}
