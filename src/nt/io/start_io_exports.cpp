// IoStartPacket and its family: one IRP at a time through a driver's StartIo routine, over the
// device object's own queue.
#include "abi/export.h"
#include "nt/call_driver.h"
#include "nt/exports.h"
#include "nt/io/cancel_flag.h"
#include "nt/io/device_object.h"
#include "nt/io/io_manager.h"

using namespace ksbox;

namespace {

/// StartIo runs at DISPATCH_LEVEL.
void start(PDEVICE_OBJECT device, PIRP irp) {
    const KIRQL irql = KfRaiseIrql(DISPATCH_LEVEL);
    call_driver("StartIo", irp, device->DriverObject->DriverStartIo, device, irp);
    KeLowerIrql(irql);
}

PIRP irp_of(PKDEVICE_QUEUE_ENTRY entry) {
    return CONTAINING_RECORD(entry, IRP, Tail.Overlay.DeviceQueueEntry);
}

void start_next(PDEVICE_OBJECT device, BOOLEAN cancelable, const ULONG *key) {
    auto &record = io::record_of(device);
    if (record.start_io_deferred && record.start_io_active) {
        // The StartIo on this stack loops when it has returned.
        record.start_io_again = true;
        record.start_io_again_key = key != nullptr;
        record.start_io_key = key ? *key : 0;
        return;
    }
    for (;;) {
        KIRQL irql = PASSIVE_LEVEL;
        if (cancelable)
            IoAcquireCancelSpinLock(&irql);
        device->CurrentIrp = nullptr;
        auto *entry = key ? KeRemoveByKeyDeviceQueue(&device->DeviceQueue, *key)
                          : KeRemoveDeviceQueue(&device->DeviceQueue);
        auto *irp = entry ? irp_of(entry) : nullptr;
        if (irp) {
            device->CurrentIrp = irp;
            if (cancelable && record.start_io_no_cancel)
                (void)IoSetCancelRoutine(irp, nullptr);
        }
        if (cancelable)
            IoReleaseCancelSpinLock(irql);
        if (!irp)
            return;
        record.start_io_active = true;
        start(device, irp);
        record.start_io_active = false;
        if (!record.start_io_deferred || !record.start_io_again)
            return;
        record.start_io_again = false;
        key = record.start_io_again_key ? &record.start_io_key : nullptr;
    }
}

} // namespace

extern "C" {

/// @doc NF:wdm.IoStartPacket
VOID NTAPI IoStartPacket(PDEVICE_OBJECT DeviceObject, PIRP Irp, PULONG Key,
                         PDRIVER_CANCEL CancelFunction) {
    auto &record = io::record_of(DeviceObject);
    const KIRQL outer = KfRaiseIrql(DISPATCH_LEVEL);
    KIRQL irql = DISPATCH_LEVEL;
    if (CancelFunction) {
        IoAcquireCancelSpinLock(&irql);
        (void)IoSetCancelRoutine(Irp, CancelFunction);
    }
    auto *entry = &Irp->Tail.Overlay.DeviceQueueEntry;
    const bool queued = Key ? KeInsertByKeyDeviceQueue(&DeviceObject->DeviceQueue, entry, *Key)
                            : KeInsertDeviceQueue(&DeviceObject->DeviceQueue, entry);
    if (!queued) {
        DeviceObject->CurrentIrp = Irp;
        if (CancelFunction) {
            if (record.start_io_no_cancel)
                (void)IoSetCancelRoutine(Irp, nullptr);
            IoReleaseCancelSpinLock(irql);
        }
        record.start_io_active = true;
        start(DeviceObject, Irp);
        record.start_io_active = false;
        if (record.start_io_deferred && record.start_io_again) {
            record.start_io_again = false;
            start_next(DeviceObject, CancelFunction != nullptr,
                       record.start_io_again_key ? &record.start_io_key : nullptr);
        }
    } else if (CancelFunction) {
        // Cancelled before it had a routine: cancel it now.
        const auto routine = io::is_cancelled(Irp) ? IoSetCancelRoutine(Irp, nullptr) : nullptr;
        if (routine) {
            Irp->CancelIrql = irql;
            call_driver_changing_irql("Cancel", Irp, &irql, routine, DeviceObject, Irp);
        } else {
            IoReleaseCancelSpinLock(irql);
        }
    }
    KeLowerIrql(outer);
}

/// @doc NF:wdm.IoStartNextPacket
VOID NTAPI IoStartNextPacket(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable) {
    start_next(DeviceObject, Cancelable, nullptr);
}

/// @doc NF:wdm.IoStartNextPacketByKey
VOID NTAPI IoStartNextPacketByKey(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable, ULONG Key) {
    start_next(DeviceObject, Cancelable, &Key);
}

/// @doc NF:ntifs.IoSetStartIoAttributes
VOID NTAPI IoSetStartIoAttributes(PDEVICE_OBJECT DeviceObject, BOOLEAN DeferredStartIo,
                                  BOOLEAN NonCancelable) {
    auto &record = io::record_of(DeviceObject);
    record.start_io_deferred = DeferredStartIo;
    record.start_io_no_cancel = NonCancelable;
}

} // extern "C"

namespace ksbox {

std::span<const Export> start_io_exports() {
    static const Export table[] = {
        done<IoStartPacket>("IoStartPacket", "NF:wdm.IoStartPacket"),
        done<IoStartNextPacket>("IoStartNextPacket", "NF:wdm.IoStartNextPacket"),
        done<IoStartNextPacketByKey>("IoStartNextPacketByKey", "NF:wdm.IoStartNextPacketByKey"),
        done<IoSetStartIoAttributes>("IoSetStartIoAttributes", "NF:ntifs.IoSetStartIoAttributes"),
    };
    return table;
}

} // namespace ksbox
