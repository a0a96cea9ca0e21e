// Interrupts, as drivers connect and synchronise with them.
#include "abi/windows.h"

#include "abi/export.h"
#include "nt/call_driver.h"
#include "nt/ke/exports/exports.h"
#include "nt/ke/interrupt.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"

using namespace ksbox;
using namespace ksbox::ke;

namespace {

constexpr ULONG interrupt_tag = 0x746e4900; // "\0Int"

Interrupt &interrupt_of(PKINTERRUPT interrupt) {
    return *reinterpret_cast<Interrupt *>(interrupt);
}

} // namespace

extern "C" {

NTSTATUS NTAPI IoConnectInterrupt(PKINTERRUPT *InterruptObject, PKSERVICE_ROUTINE ServiceRoutine,
                                  PVOID ServiceContext, PKSPIN_LOCK SpinLock, ULONG Vector,
                                  KIRQL Irql, KIRQL SynchronizeIrql, KINTERRUPT_MODE, BOOLEAN,
                                  KAFFINITY, BOOLEAN) {
    if (Irql <= DISPATCH_LEVEL || SynchronizeIrql < Irql || SynchronizeIrql > HIGH_LEVEL)
        return STATUS_INVALID_PARAMETER;
    auto *interrupt = static_cast<Interrupt *>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(Interrupt), interrupt_tag));
    if (interrupt == nullptr)
        return STATUS_INSUFFICIENT_RESOURCES;
    *interrupt = {ServiceRoutine, ServiceContext, Vector, Irql, SynchronizeIrql, 0, nullptr};
    interrupt->lock = SpinLock != nullptr ? SpinLock : &interrupt->own_lock;
    *InterruptObject = reinterpret_cast<PKINTERRUPT>(interrupt);
    return STATUS_SUCCESS;
}

void NTAPI IoDisconnectInterrupt(PKINTERRUPT InterruptObject) {
    ExFreePoolWithTag(InterruptObject, interrupt_tag);
}

KIRQL NTAPI KeAcquireInterruptSpinLock(PKINTERRUPT InterruptObject) {
    Interrupt &interrupt = interrupt_of(InterruptObject);
    KIRQL before = current_thread().irql;
    Scheduler &scheduler = current_kernel().scheduler();
    scheduler.raise_irql(interrupt.synchronize_irql);
    scheduler.acquire_spin_lock(interrupt.lock);
    return before;
}

void NTAPI KeReleaseInterruptSpinLock(PKINTERRUPT InterruptObject, KIRQL OldIrql) {
    Scheduler &scheduler = current_kernel().scheduler();
    scheduler.release_spin_lock(interrupt_of(InterruptObject).lock);
    scheduler.lower_irql(OldIrql);
}

BOOLEAN NTAPI KeSynchronizeExecution(PKINTERRUPT InterruptObject,
                                     PKSYNCHRONIZE_ROUTINE SynchronizeRoutine,
                                     PVOID SynchronizeContext) {
    KIRQL before = KeAcquireInterruptSpinLock(InterruptObject);
    BOOLEAN result = call_driver("KSYNCHRONIZE_ROUTINE", InterruptObject, SynchronizeRoutine,
                                 SynchronizeContext);
    KeReleaseInterruptSpinLock(InterruptObject, before);
    return result;
}

} // extern "C"

std::span<const Export> ksbox::ke::interrupt_exports() {
    static const Export exports[] = {
        partial<&IoConnectInterrupt>("IoConnectInterrupt", "NF:wdm.IoConnectInterrupt"),
        done<&IoDisconnectInterrupt>("IoDisconnectInterrupt", "NF:wdm.IoDisconnectInterrupt"),
        done<&KeAcquireInterruptSpinLock>("KeAcquireInterruptSpinLock",
                                          "NF:wdm.KeAcquireInterruptSpinLock"),
        done<&KeReleaseInterruptSpinLock>("KeReleaseInterruptSpinLock",
                                          "NF:wdm.KeReleaseInterruptSpinLock"),
        done<&KeSynchronizeExecution>("KeSynchronizeExecution", "NF:wdm.KeSynchronizeExecution"),
    };
    return exports;
}
