// IoCsq*: IRP queues whose cancellation races the I/O manager settles. The queue itself and its
// lock are the driver's; DriverContext[3] of a queued IRP points back here.
#include <bit>

#include "abi/export.h"
#include "nt/call_driver.h"
#include "nt/exports.h"
#include "nt/io/cancel_flag.h"
#include "nt/kernel.h"

using namespace ksbox;

namespace {

// IO_CSQ.Type and IO_CSQ_IRP_CONTEXT.Type of the public csq.h.
constexpr ULONG type_irp_context = 1;
constexpr ULONG type_csq = 2;
constexpr ULONG type_csq_ex = 3;

KIRQL acquire(PIO_CSQ queue) {
    KIRQL irql = PASSIVE_LEVEL;
    call_driver_changing_irql("CsqAcquireLock", queue, nullptr, queue->CsqAcquireLock, queue,
                              &irql);
    return irql;
}

void release(PIO_CSQ queue, KIRQL irql) {
    call_driver_changing_irql("CsqReleaseLock", queue, nullptr, queue->CsqReleaseLock, queue, irql);
}

void remove(PIO_CSQ queue, PIRP irp) {
    call_driver("CsqRemoveIrp", irp, queue->CsqRemoveIrp, queue, irp);
}

/// What DriverContext[3] of a queued IRP names: the driver's context, or the queue itself.
PIO_CSQ queue_of(PVOID mark, PIO_CSQ_IRP_CONTEXT *context) {
    *context = nullptr;
    if (static_cast<PIO_CSQ>(mark)->Type != type_irp_context)
        return static_cast<PIO_CSQ>(mark);
    *context = static_cast<PIO_CSQ_IRP_CONTEXT>(mark);
    return (*context)->Csq;
}

void NTAPI cancel_queued(PDEVICE_OBJECT, PIRP irp) {
    IoReleaseCancelSpinLock(irp->CancelIrql);
    PIO_CSQ_IRP_CONTEXT context;
    auto *queue = queue_of(irp->Tail.Overlay.DriverContext[3], &context);
    const auto irql = acquire(queue);
    remove(queue, irp);
    if (context)
        context->Irp = nullptr;
    irp->Tail.Overlay.DriverContext[3] = nullptr;
    release(queue, irql);
    call_driver("CsqCompleteCanceledIrp", irp, queue->CsqCompleteCanceledIrp, queue, irp);
}

void initialise(PIO_CSQ queue, ULONG type) {
    queue->Type = type;
    queue->ReservePointer = nullptr;
}

} // namespace

extern "C" {

/// @doc NF:wdm.IoCsqInitialize
NTSTATUS NTAPI IoCsqInitialize(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP CsqInsertIrp,
                               PIO_CSQ_REMOVE_IRP CsqRemoveIrp,
                               PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp,
                               PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock,
                               PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
                               PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp) {
    *Csq = {type_csq,       CsqInsertIrp,   CsqRemoveIrp,           CsqPeekNextIrp,
            CsqAcquireLock, CsqReleaseLock, CsqCompleteCanceledIrp, nullptr};
    initialise(Csq, type_csq);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoCsqInitializeEx
NTSTATUS NTAPI IoCsqInitializeEx(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP_EX CsqInsertIrp,
                                 PIO_CSQ_REMOVE_IRP CsqRemoveIrp,
                                 PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp,
                                 PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock,
                                 PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
                                 PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp) {
    IoCsqInitialize(Csq, std::bit_cast<PIO_CSQ_INSERT_IRP>(CsqInsertIrp), CsqRemoveIrp,
                    CsqPeekNextIrp, CsqAcquireLock, CsqReleaseLock, CsqCompleteCanceledIrp);
    initialise(Csq, type_csq_ex);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoCsqInsertIrpEx
NTSTATUS NTAPI IoCsqInsertIrpEx(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context,
                                PVOID InsertContext) {
    if (Context) {
        *Context = {type_irp_context, Irp, Csq};
        Irp->Tail.Overlay.DriverContext[3] = Context;
    } else {
        Irp->Tail.Overlay.DriverContext[3] = Csq;
    }
    const auto irql = acquire(Csq);
    NTSTATUS status = STATUS_SUCCESS;
    if (Csq->Type == type_csq_ex) {
        status = call_driver("CsqInsertIrpEx", Irp,
                             std::bit_cast<PIO_CSQ_INSERT_IRP_EX>(Csq->CsqInsertIrp), Csq, Irp,
                             InsertContext);
        if (!NT_SUCCESS(status)) {
            release(Csq, irql);
            return status;
        }
    } else {
        call_driver("CsqInsertIrp", Irp, Csq->CsqInsertIrp, Csq, Irp);
    }
    IoMarkIrpPending(Irp);
    (void)IoSetCancelRoutine(Irp, cancel_queued);
    // Cancelled before the routine was there: whoever takes the routine back completes the IRP.
    if (io::is_cancelled(Irp) && IoSetCancelRoutine(Irp, nullptr)) {
        remove(Csq, Irp);
        if (Context)
            Context->Irp = nullptr;
        Irp->Tail.Overlay.DriverContext[3] = nullptr;
        release(Csq, irql);
        call_driver("CsqCompleteCanceledIrp", Irp, Csq->CsqCompleteCanceledIrp, Csq, Irp);
        return status;
    }
    release(Csq, irql);
    return status;
}

/// @doc NF:wdm.IoCsqInsertIrp
VOID NTAPI IoCsqInsertIrp(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context) {
    (void)IoCsqInsertIrpEx(Csq, Irp, Context, nullptr);
}

/// @doc NF:wdm.IoCsqRemoveIrp
PIRP NTAPI IoCsqRemoveIrp(PIO_CSQ Csq, PIO_CSQ_IRP_CONTEXT Context) {
    const auto irql = acquire(Csq);
    auto *irp = Context->Irp;
    // No routine left: it is being cancelled, and the cancel routine will complete it.
    if (irp && IoSetCancelRoutine(irp, nullptr)) {
        remove(Csq, irp);
        Context->Irp = nullptr;
        irp->Tail.Overlay.DriverContext[3] = nullptr;
    } else {
        irp = nullptr;
    }
    release(Csq, irql);
    return irp;
}

/// @doc NF:wdm.IoCsqRemoveNextIrp
PIRP NTAPI IoCsqRemoveNextIrp(PIO_CSQ Csq, PVOID PeekContext) {
    const auto irql = acquire(Csq);
    PIRP irp = nullptr;
    while ((irp = call_driver("CsqPeekNextIrp", Csq, Csq->CsqPeekNextIrp, Csq, irp, PeekContext))) {
        if (!IoSetCancelRoutine(irp, nullptr))
            continue; // being cancelled: the next one
        remove(Csq, irp);
        PIO_CSQ_IRP_CONTEXT context;
        (void)queue_of(irp->Tail.Overlay.DriverContext[3], &context);
        if (context)
            context->Irp = nullptr;
        irp->Tail.Overlay.DriverContext[3] = nullptr;
        break;
    }
    release(Csq, irql);
    return irp;
}

} // extern "C"

namespace ksbox {

std::span<const Export> cancel_safe_queue_exports() {
    static const Export table[] = {
        done<IoCsqInitialize>("IoCsqInitialize", "NF:wdm.IoCsqInitialize"),
        done<IoCsqInitializeEx>("IoCsqInitializeEx", "NF:wdm.IoCsqInitializeEx"),
        done<IoCsqInsertIrp>("IoCsqInsertIrp", "NF:wdm.IoCsqInsertIrp"),
        done<IoCsqInsertIrpEx>("IoCsqInsertIrpEx", "NF:wdm.IoCsqInsertIrpEx"),
        done<IoCsqRemoveIrp>("IoCsqRemoveIrp", "NF:wdm.IoCsqRemoveIrp"),
        done<IoCsqRemoveNextIrp>("IoCsqRemoveNextIrp", "NF:wdm.IoCsqRemoveNextIrp"),
    };
    return table;
}

} // namespace ksbox
