// ExQueueWorkItem and the I/O work items.
#include <array>

#include "abi/windows.h"

#include "nt/call_driver.h"
#include "nt/ex/executive.h"
#include "nt/ex/io_work_item.h"
#include "nt/ex/work_queue.h"
#include "nt/exports.h"
#include "nt/ke/bug_check.h"
#include "nt/kernel.h"
#include "nt/mm/pool.h"
#include "nt/ob/object_manager.h"

namespace ksbox::ex {
namespace {

constexpr std::uint32_t worker_invalid = 0xe4;
constexpr ULONG work_item_tag = 0x6957'6f49; // 'IoWi'

std::uint64_t number(const void *address) {
    return reinterpret_cast<std::uint64_t>(address);
}

void initialize(PIO_WORKITEM item, void *object) {
    if (!current_kernel().objects().is_object(object))
        bug_check(worker_invalid, 3, number(item), number(object), 0,
                  "an I/O work item was made for something that is no object");
    *item = {};
    ExInitializeWorkItem(&item->item, run_io_work_item, item);
    item->object = object;
}

void refuse_queued(PIO_WORKITEM item) {
    if (__atomic_load_n(&item->queued, __ATOMIC_ACQUIRE) == 0)
        return;
    const void *routine = item->routine != nullptr
                              ? reinterpret_cast<const void *>(item->routine)
                              : reinterpret_cast<const void *>(item->routine_ex);
    bug_check(worker_invalid, 2, number(item), number(routine), 0,
              "an I/O work item was freed while it was queued");
}

void queue(WORK_QUEUE_ITEM *item, ULONG type) {
    WorkQueue *target = current_kernel().executive().work_queues().of(type);
    if (target == nullptr)
        bug_check(worker_invalid, 1, number(item), type, 0,
                  "a work item was queued to a queue that does not exist");
    target->queue(item);
}

void queue(PIO_WORKITEM item, ULONG type, void *context) {
    if (__atomic_exchange_n(&item->queued, 1, __ATOMIC_ACQ_REL) != 0)
        bug_check(worker_invalid, 1, number(item), type, 0,
                  "an I/O work item was queued that is queued already");
    item->context = context;
    current_kernel().objects().reference(item->object);
    queue(&item->item, type);
}

} // namespace

void NTAPI run_io_work_item(void *work_item) {
    auto *item = static_cast<PIO_WORKITEM>(work_item);
    // The routine may free the item, or queue it again.
    const struct _IO_WORKITEM run = *item;
    __atomic_store_n(&item->queued, 0, __ATOMIC_RELEASE);
    if (run.routine_ex != nullptr)
        call_driver("IO_WORKITEM_ROUTINE_EX", item, run.routine_ex, run.object, run.context, item);
    else
        call_driver("IO_WORKITEM_ROUTINE", item, run.routine,
                    static_cast<PDEVICE_OBJECT>(run.object), run.context);
    current_kernel().objects().dereference(run.object);
}

extern "C" {

/// IRQL <= DISPATCH_LEVEL. @doc NF:wdm.ExQueueWorkItem
VOID NTAPI ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType) {
    queue(WorkItem, QueueType);
}

/// IRQL <= DISPATCH_LEVEL. @doc NF:wdm.IoAllocateWorkItem
PIO_WORKITEM NTAPI IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject) {
    auto *item = static_cast<PIO_WORKITEM>(
        current_kernel().pool().allocate(mm::PoolKind::nonpaged, sizeof(struct _IO_WORKITEM),
                                         work_item_tag, __builtin_return_address(0), true));
    if (item != nullptr)
        initialize(item, DeviceObject);
    return item;
}

/// @doc NF:wdm.IoFreeWorkItem
VOID NTAPI IoFreeWorkItem(PIO_WORKITEM IoWorkItem) {
    refuse_queued(IoWorkItem);
    current_kernel().pool().free(IoWorkItem, work_item_tag, __builtin_return_address(0));
}

/// @doc NF:wdm.IoSizeofWorkItem
ULONG NTAPI IoSizeofWorkItem() {
    return sizeof(struct _IO_WORKITEM);
}

/// @doc NF:wdm.IoInitializeWorkItem
VOID NTAPI IoInitializeWorkItem(PVOID IoObject, PIO_WORKITEM IoWorkItem) {
    initialize(IoWorkItem, IoObject);
}

/// @doc NF:wdm.IoUninitializeWorkItem
VOID NTAPI IoUninitializeWorkItem(PIO_WORKITEM IoWorkItem) {
    refuse_queued(IoWorkItem);
}

/// IRQL <= DISPATCH_LEVEL. @doc NF:wdm.IoQueueWorkItem
VOID NTAPI IoQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE WorkerRoutine,
                           WORK_QUEUE_TYPE QueueType, PVOID Context) {
    IoWorkItem->routine = WorkerRoutine;
    IoWorkItem->routine_ex = nullptr;
    queue(IoWorkItem, QueueType, Context);
}

/// IRQL <= DISPATCH_LEVEL. @doc NF:wdm.IoQueueWorkItemEx
VOID NTAPI IoQueueWorkItemEx(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX WorkerRoutine,
                             WORK_QUEUE_TYPE QueueType, PVOID Context) {
    IoWorkItem->routine = nullptr;
    IoWorkItem->routine_ex = WorkerRoutine;
    queue(IoWorkItem, QueueType, Context);
}

} // extern "C"
} // namespace ksbox::ex

namespace ksbox {

std::span<const Export> work_item_exports() {
    static const std::array table{
        done<&ExQueueWorkItem>("ExQueueWorkItem", "NF:wdm.ExQueueWorkItem"),
        done<&IoAllocateWorkItem>("IoAllocateWorkItem", "NF:wdm.IoAllocateWorkItem"),
        done<&IoFreeWorkItem>("IoFreeWorkItem", "NF:wdm.IoFreeWorkItem"),
        done<&IoSizeofWorkItem>("IoSizeofWorkItem", "NF:wdm.IoSizeofWorkItem"),
        done<&IoInitializeWorkItem>("IoInitializeWorkItem", "NF:wdm.IoInitializeWorkItem"),
        done<&IoUninitializeWorkItem>("IoUninitializeWorkItem", "NF:wdm.IoUninitializeWorkItem"),
        done<&IoQueueWorkItem>("IoQueueWorkItem", "NF:wdm.IoQueueWorkItem"),
        done<&IoQueueWorkItemEx>("IoQueueWorkItemEx", "NF:wdm.IoQueueWorkItemEx"),
    };
    return table;
}

} // namespace ksbox
