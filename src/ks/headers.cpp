// KSDEVICE_HEADER and KSOBJECT_HEADER.
#include "ks/headers.h"

#include <algorithm>

#include "ks/misuse.h"
#include "nt/ke/thread.h"
#include "nt/mm/memory.h"

namespace ksbox::ks {
namespace {

ACCESS_MASK access_of(PIRP create) {
    auto *security = IoGetCurrentIrpStackLocation(create)->Parameters.Create.SecurityContext;
    return security ? security->DesiredAccess : 0;
}

} // namespace

DeviceHeader::DeviceHeader(PKSOBJECT_CREATE_ITEM list, ULONG count) : items(list, count) {
    ex::resource_initialize(security_lock);
}

DeviceHeader::~DeviceHeader() {
    // What a header left over in a kernel that ends has locked, goes with its pool.
    if (ke::current_thread_or_null())
        ex::resource_delete(security_lock);
    magic_ = 0;
}

DeviceHeader &DeviceHeader::from(KSDEVICE_HEADER header) {
    auto *object = static_cast<DeviceHeader *>(header);
    if (!header || !has_magic(&object->magic_, expected))
        misuse(Rule::foreign_object, header, "not a KSDEVICE_HEADER");
    return *object;
}

DeviceHeader &DeviceHeader::of(PDEVICE_OBJECT device) {
    KSDEVICE_HEADER header = nullptr;
    if (!device->DeviceExtension ||
        !mm::guarded_copy(&header, device->DeviceExtension, sizeof header))
        misuse(Rule::foreign_object, device,
               "a device object without a KSDEVICE_HEADER reached a KS function");
    return from(header);
}

void DeviceHeader::recalculate_stack_depth(bool reuse_location) {
    CCHAR depth = 0;
    if (pnp_object)
        depth = pnp_object->StackSize;
    for (const ObjectHeader *object : targets)
        if (object->target_state == KSTARGET_STATE_ENABLED)
            depth = std::max(depth, object->target->StackSize);
    if (!reuse_location)
        ++depth;
    if (base_object)
        base_object->StackSize = std::max<CCHAR>(depth, 1);
}

ObjectHeader::ObjectHeader(PKSOBJECT_CREATE_ITEM list, ULONG count, PIRP create,
                           const KSDISPATCH_TABLE *table)
    : items(list, count), table(table),
      create_item(create ? KSCREATE_ITEM_IRP_STORAGE(create) : nullptr),
      access(create ? access_of(create) : 0),
      device(create ? IoGetCurrentIrpStackLocation(create)->DeviceObject : nullptr) {}

ObjectHeader::~ObjectHeader() {
    if (ke::current_thread_or_null()) {
        set_target(nullptr);
        set_power_dispatch(nullptr, nullptr);
    }
    magic_ = 0;
}

ObjectHeader &ObjectHeader::from(KSOBJECT_HEADER header) {
    auto *object = static_cast<ObjectHeader *>(header);
    if (!header || !has_magic(&object->magic_, expected))
        misuse(Rule::foreign_object, header, "not a KSOBJECT_HEADER");
    return *object;
}

ObjectHeader *ObjectHeader::of(PFILE_OBJECT file) {
    ObjectHeader *header = nullptr;
    if (!file || !file->FsContext || !mm::guarded_copy(&header, file->FsContext, sizeof header) ||
        !header || !has_magic(&header->magic_, expected))
        return nullptr;
    return header;
}

void ObjectHeader::set_target(PDEVICE_OBJECT new_target) {
    if (!device || target == new_target)
        return;
    auto &list = DeviceHeader::of(device).targets;
    if (!target)
        list.push_back(this);
    else if (!new_target)
        std::erase(list, this);
    target = new_target;
    target_state = KSTARGET_STATE_DISABLED;
}

void ObjectHeader::set_power_dispatch(PFNKSCONTEXT_DISPATCH function, void *context) {
    if (!device || (!power_dispatch && !function))
        return;
    auto &list = DeviceHeader::of(device).powered;
    if (!power_dispatch)
        list.push_back(this);
    else if (!function)
        std::erase(list, this);
    power_dispatch = function;
    power_context = context;
}

} // namespace ksbox::ks
