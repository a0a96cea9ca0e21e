// The requester's end of an IRP. Windows queues an APC to the requesting thread for this; in a box
// every process shares one address space, so it is done where the IRP was completed.
#include <algorithm>

#include "base/assert.h"
#include "nt/io/irp.h"
#include "nt/io/reasons.h"
#include "nt/ke/bug_check.h"
#include "nt/kernel.h"
#include "nt/mm/memory.h"
#include "nt/mm/pool.h"
#include "nt/ob/object_manager.h"
#include "nt/ps/process.h"
#include "nt/trace.h"

namespace ksbox::io {

namespace {

void release_mdls(PIRP irp) {
    for (auto *mdl = irp->MdlAddress; mdl; mdl = mdl->Next)
        if (mdl->MdlFlags & MDL_PAGES_LOCKED)
            MmUnlockPages(mdl);
    while (auto *mdl = irp->MdlAddress) {
        irp->MdlAddress = mdl->Next;
        IoFreeMdl(mdl);
    }
}

/// METHOD_BUFFERED output: success and warnings copy Information bytes to the requester. A driver
/// that claims more than its buffer holds would hand out foreign pool on Windows; here it is cut.
void copy_buffered(Kernel &kernel, PIRP irp, bool abandoned) {
    if (!(irp->Flags & IRP_BUFFERED_IO))
        return;
    auto *buffer = irp->AssociatedIrp.SystemBuffer;
    if (irp->Flags & IRP_INPUT_OPERATION && !NT_ERROR(irp->IoStatus.Status) && buffer &&
        !abandoned) {
        std::size_t bytes = irp->IoStatus.Information;
        if (const auto block = kernel.pool().find(buffer); block && block->address == buffer)
            bytes = std::min(bytes, block->bytes);
        if (bytes && !mm::guarded_copy(irp->UserBuffer, buffer, bytes)) {
            irp->IoStatus.Status = STATUS_ACCESS_VIOLATION;
            irp->IoStatus.Information = 0;
        }
    }
    if (irp->Flags & IRP_DEALLOCATE_BUFFER && buffer)
        kernel.pool().free(buffer, 0, nullptr);
    irp->Flags &= ~(IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER);
}

/// An associated IRP ends; with the last one its master is completed.
void finish_associated(Kernel &kernel, PIRP irp, CCHAR boost) {
    auto *master = irp->AssociatedIrp.MasterIrp;
    release_mdls(irp);
    free_irp(kernel, irp);
    if (__atomic_sub_fetch(&master->AssociatedIrp.IrpCount, 1, __ATOMIC_ACQ_REL) == 0)
        IofCompleteRequest(master, boost);
}

struct Requester {
    PFILE_OBJECT file;
    PKEVENT event;
    ps::Process *process;
    IrpTrailer trailer;
};

/// Status block and the file object's event: whether the rest is told too. An error that the caller
/// saw as the call's result (nothing pended) is told nobody a second time.
bool tell_file(PIRP irp, const Requester &requester, CCHAR boost) {
    const auto result = irp->IoStatus;
    const bool told_by_return = NT_ERROR(result.Status) && !irp->PendingReturned;
    const bool kernel_block = requester.trailer.kernel_block;
    if (requester.file)
        __atomic_store_n(&requester.file->FinalStatus, result.Status, __ATOMIC_RELAXED);
    if (told_by_return && !kernel_block) {
        // A synchronous caller that waits on the file object was not told to.
        return false;
    }
    if (irp->UserIosb) {
        if (kernel_block)
            *irp->UserIosb = result;
        else
            (void)mm::guarded_copy(irp->UserIosb, &result, sizeof result);
    }
    if (requester.file && !kernel_block)
        KeSetEvent(&requester.file->Event, boost, FALSE);
    return true;
}

} // namespace

void finish_irp(Kernel &kernel, PIRP irp, CCHAR boost) {
    if (irp->Flags & IRP_ASSOCIATED_IRP) {
        finish_associated(kernel, irp, boost);
        return;
    }
    auto *known = trailer_of(irp);
    // IRPs that a driver allocated for itself are the driver's: its completion routine keeps them
    // (STATUS_MORE_PROCESSING_REQUIRED) and frees them. Windows faults here.
    const bool issued = known && remove_from_thread(kernel, irp);
    if (!known || (!issued && !known->kernel_block && !known->abandoned))
        bug_check(0xc9, 0x02, reinterpret_cast<std::uint64_t>(irp), 0, 0,
                  "completion of an IRP from IoAllocateIrp went past its owner: no completion "
                  "routine returned STATUS_MORE_PROCESSING_REQUIRED");
    copy_buffered(kernel, irp, known->abandoned);
    release_mdls(irp);
    if (known->has_reason)
        Reasons::deliver(kernel, irp);
    const Requester requester{irp->Tail.Overlay.OriginalFileObject, irp->UserEvent, known->process,
                              *known};
    const auto result = irp->IoStatus;
    const bool telling = !known->abandoned && tell_file(irp, requester, boost);
    irp->UserEvent = nullptr;
    const bool synchronous_api = irp->Flags & (IRP_CLOSE_OPERATION | IRP_CREATE_OPERATION);
    free_irp(kernel, irp);
    // Create, cleanup and close hold no reference of the request's own. Whoever waits for the
    // request may close its handle at once, and that is then the last one, as it is on Windows,
    // where this is done in the requesting thread.
    if (requester.file && !synchronous_api)
        kernel.objects().dereference(requester.file);
    if (telling && requester.trailer.routine)
        requester.trailer.routine(requester.trailer.context, result.Status, result.Information);
    if (telling && requester.event)
        KeSetEvent(requester.event, boost, FALSE);
    if (requester.trailer.event_referenced)
        kernel.objects().dereference(requester.event);
    if (requester.process)
        requester.process->request_finished();
}

} // namespace ksbox::io
