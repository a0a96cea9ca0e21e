// Ks*CancelableQueue: IRP lists of drivers that do without AVStream's queues. The list's own spin
// lock and the atomic exchange of Irp->CancelRoutine decide every race; an IRP without a cancel
// routine is acquired. @doc NF:ks.KsAddIrpToCancelableQueue
#include "ks/data_exports.h"

#include <vector>

#include "abi/windows.h"
#include "nt/call_driver.h"
#include "nt/io/cancel_flag.h"
#include "nt/spin_guard.h"

using namespace ksbox;

namespace {

PIRP irp_of(PLIST_ENTRY entry) {
    return CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);
}

/// Calls a driver's cancel routine, or ours, as IoCancelIrp does: cancel spin lock held.
void call_cancel(PIRP irp, PDRIVER_CANCEL routine) {
    KIRQL irql;
    IoAcquireCancelSpinLock(&irql);
    irp->CancelIrql = irql;
    PDEVICE_OBJECT const device = IoGetCurrentIrpStackLocation(irp)->DeviceObject;
    if (routine == &KsCancelRoutine)
        KsCancelRoutine(device, irp);
    else
        call_driver_changing_irql("DriverCancel", irp, &irql, routine, device, irp);
}

/// Lets the IRP be cancelled; true when it was cancelled before and is the caller's to finish off.
bool set_cancelable(PIRP irp, PDRIVER_CANCEL routine) {
    IoSetCancelRoutine(irp, routine);
    return io::is_cancelled(irp) && IoSetCancelRoutine(irp, nullptr) != nullptr;
}

} // namespace

extern "C" {

void NTAPI KsCancelRoutine(PDEVICE_OBJECT, PIRP Irp) {
    KSPIN_LOCK *const lock = KSQUEUE_SPINLOCK_IRP_STORAGE(Irp);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    {
        SpinGuard guard(*lock);
        RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
    }
    Irp->IoStatus.Status = STATUS_CANCELLED;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
}

void NTAPI KsAddIrpToCancelableQueue(PLIST_ENTRY QueueHead, PKSPIN_LOCK SpinLock, PIRP Irp,
                                     KSLIST_ENTRY_LOCATION ListLocation,
                                     PDRIVER_CANCEL DriverCancel) {
    const PDRIVER_CANCEL cancel = DriverCancel ? DriverCancel : &KsCancelRoutine;
    bool cancelled;
    {
        SpinGuard guard(*SpinLock);
        KSQUEUE_SPINLOCK_IRP_STORAGE(Irp) = SpinLock;
        if (ListLocation == KsListEntryTail)
            InsertTailList(QueueHead, &Irp->Tail.Overlay.ListEntry);
        else
            InsertHeadList(QueueHead, &Irp->Tail.Overlay.ListEntry);
        cancelled = set_cancelable(Irp, cancel);
    }
    if (cancelled)
        call_cancel(Irp, cancel);
}

PIRP NTAPI KsRemoveIrpFromCancelableQueue(PLIST_ENTRY QueueHead, PKSPIN_LOCK SpinLock,
                                          KSLIST_ENTRY_LOCATION ListLocation,
                                          KSIRP_REMOVAL_OPERATION RemovalOperation) {
    const bool tail = ListLocation == KsListEntryTail;
    const bool single = RemovalOperation == KsAcquireOnlySingleItem ||
                        RemovalOperation == KsAcquireAndRemoveOnlySingleItem;
    const bool remove = RemovalOperation == KsAcquireAndRemove ||
                        RemovalOperation == KsAcquireAndRemoveOnlySingleItem;
    SpinGuard guard(*SpinLock);
    for (PLIST_ENTRY entry = tail ? QueueHead->Blink : QueueHead->Flink; entry != QueueHead;
         entry = tail ? entry->Blink : entry->Flink) {
        PIRP const irp = irp_of(entry);
        if (IoSetCancelRoutine(irp, nullptr)) {
            if (remove)
                RemoveEntryList(entry);
            return irp;
        }
        if (single)
            break;
    }
    return nullptr;
}

void NTAPI KsRemoveSpecificIrpFromCancelableQueue(PIRP Irp) {
    SpinGuard guard(*KSQUEUE_SPINLOCK_IRP_STORAGE(Irp));
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
}

void NTAPI KsReleaseIrpOnCancelableQueue(PIRP Irp, PDRIVER_CANCEL DriverCancel) {
    const PDRIVER_CANCEL cancel = DriverCancel ? DriverCancel : &KsCancelRoutine;
    bool cancelled;
    {
        SpinGuard guard(*KSQUEUE_SPINLOCK_IRP_STORAGE(Irp));
        cancelled = set_cancelable(Irp, cancel);
    }
    if (cancelled)
        call_cancel(Irp, cancel);
}

void NTAPI KsCancelIo(PLIST_ENTRY QueueHead, PKSPIN_LOCK SpinLock) {
    // One at a time: while a cancel routine runs the list may change in any way.
    for (;;) {
        PIRP found = nullptr;
        PDRIVER_CANCEL routine = nullptr;
        {
            SpinGuard guard(*SpinLock);
            for (PLIST_ENTRY entry = QueueHead->Flink; !found && entry != QueueHead;
                 entry = entry->Flink) {
                PIRP const irp = irp_of(entry);
                io::set_cancelled(irp);
                routine = IoSetCancelRoutine(irp, nullptr);
                found = routine ? irp : nullptr;
            }
        }
        if (!found)
            return;
        call_cancel(found, routine);
    }
}

NTSTATUS NTAPI KsMoveIrpsOnCancelableQueue(PLIST_ENTRY SourceList, PKSPIN_LOCK SourceLock,
                                           PLIST_ENTRY DestinationList, PKSPIN_LOCK DestinationLock,
                                           KSLIST_ENTRY_LOCATION ListLocation,
                                           PFNKSIRPLISTCALLBACK ListCallback, PVOID Context) {
    const bool tail = ListLocation == KsListEntryTail;
    NTSTATUS status = STATUS_SUCCESS;
    KIRQL irql = 0;
    // The lock an IRP names changes with its list: cancel routines must not look meanwhile.
    if (DestinationLock)
        IoAcquireCancelSpinLock(&irql);
    {
        SpinGuard source(*SourceLock);
        if (DestinationLock)
            KeAcquireSpinLockAtDpcLevel(DestinationLock);
        PLIST_ENTRY entry = tail ? SourceList->Blink : SourceList->Flink;
        while (entry != SourceList) {
            PLIST_ENTRY const next = tail ? entry->Blink : entry->Flink;
            PIRP const irp = irp_of(entry);
            status = call_driver("KStrIrpListCallback", irp, ListCallback, irp, Context);
            if (NT_SUCCESS(status)) {
                RemoveEntryList(entry);
                if (tail)
                    InsertHeadList(DestinationList, entry);
                else
                    InsertTailList(DestinationList, entry);
                if (DestinationLock)
                    KSQUEUE_SPINLOCK_IRP_STORAGE(irp) = DestinationLock;
            } else if (status != STATUS_NO_MATCH) {
                break;
            }
            status = STATUS_SUCCESS;
            entry = next;
        }
        if (NT_SUCCESS(status)) {
            status = call_driver("KStrIrpListCallback", nullptr, ListCallback, nullptr, Context);
            if (status == STATUS_NO_MATCH)
                status = STATUS_SUCCESS;
        }
        if (DestinationLock)
            KeReleaseSpinLockFromDpcLevel(DestinationLock);
    }
    if (DestinationLock)
        IoReleaseCancelSpinLock(irql);
    return status;
}

} // extern "C"

std::span<const Export> ksbox::ks::cancelable_queue_exports() {
    static const Export table[] = {
        KS_DATA_EXPORT(done, KsAddIrpToCancelableQueue),
        KS_DATA_EXPORT(done, KsRemoveIrpFromCancelableQueue),
        KS_DATA_EXPORT(done, KsRemoveSpecificIrpFromCancelableQueue),
        KS_DATA_EXPORT(done, KsReleaseIrpOnCancelableQueue),
        KS_DATA_EXPORT(done, KsMoveIrpsOnCancelableQueue),
        KS_DATA_EXPORT(done, KsCancelIo),
        KS_DATA_EXPORT(done, KsCancelRoutine),
    };
    return table;
}
