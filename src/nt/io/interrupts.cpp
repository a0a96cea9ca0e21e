// Connecting, raising and synchronising with interrupts.
#include "nt/io/interrupts.h"

#include <algorithm>
#include <utility>

#include "abi/export.h"
#include "nt/call_driver.h"
#include "nt/exports.h"
#include "nt/io/device_object.h"
#include "nt/io/pnp.h"
#include "nt/ke/scheduler.h"
#include "nt/mm/pool.h"

namespace ksbox::io {

namespace {

constexpr std::uint32_t interrupt_tag = 0x74'6e'49'4b; // "KInt"

/// At the interrupt's IRQL with its lock held, for a scope.
class Synchronised {
  public:
    explicit Synchronised(_KINTERRUPT &interrupt)
        : scheduler_(current_kernel().scheduler()), lock_(interrupt.lock),
          before_(KeGetCurrentIrql()) {
        scheduler_.raise_irql(interrupt.synchronize_irql);
        scheduler_.acquire_spin_lock(lock_);
    }
    ~Synchronised() {
        scheduler_.release_spin_lock(lock_);
        scheduler_.lower_irql(before_);
    }
    Synchronised(const Synchronised &) = delete;
    Synchronised &operator=(const Synchronised &) = delete;

  private:
    ke::Scheduler &scheduler_;
    PKSPIN_LOCK lock_;
    KIRQL before_;
};

Interrupts &interrupts() {
    return current_kernel().extension<Interrupts>();
}

/// The device's interrupt resource.
const CM_PARTIAL_RESOURCE_DESCRIPTOR *interrupt_of(PDEVICE_OBJECT physical) {
    const auto *node = record_of(physical).node;
    if (!node)
        return nullptr;
    const auto found = std::ranges::find(node->facts.resources, CmResourceTypeInterrupt,
                                         &CM_PARTIAL_RESOURCE_DESCRIPTOR::Type);
    return found == node->facts.resources.end() ? nullptr : &*found;
}

/// Connects to the line that the device was assigned.
NTSTATUS connect_line(PDEVICE_OBJECT physical, PKSERVICE_ROUTINE routine, PVOID context,
                      PKSPIN_LOCK lock, KIRQL synchronize, PKINTERRUPT *out) {
    const auto *line = interrupt_of(physical);
    if (!line)
        return STATUS_NOT_FOUND;
    const auto irql = static_cast<KIRQL>(line->u.Interrupt.Level);
    auto made = interrupts().connect({routine, context, lock, 0, line->u.Interrupt.Vector, irql,
                                      std::max(irql, synchronize),
                                      line->ShareDisposition == CmResourceShareShared});
    *out = made ? *made : nullptr;
    return made ? STATUS_SUCCESS : made.error().value();
}

} // namespace

Interrupts::~Interrupts() {
    for (auto *interrupt : connected_)
        kernel_.pool().free(interrupt, interrupt_tag, nullptr);
}

Result<PKINTERRUPT> Interrupts::connect(const _KINTERRUPT &facts) {
    auto *made = static_cast<PKINTERRUPT>(kernel_.pool().allocate(
        mm::PoolKind::nonpaged, sizeof(_KINTERRUPT), interrupt_tag, nullptr, true));
    if (!made)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    *made = facts;
    if (!made->lock)
        made->lock = &made->own_lock;
    {
        ke::HostLockGuard guard(lock_);
        const bool clash = std::ranges::any_of(connected_, [&](PKINTERRUPT other) {
            return other->vector == made->vector && !(other->shared && made->shared);
        });
        if (!clash) {
            connected_.push_back(made);
            return made;
        }
    }
    kernel_.pool().free(made, interrupt_tag, nullptr);
    return fail(STATUS_INVALID_PARAMETER);
}

void Interrupts::disconnect(PKINTERRUPT interrupt) {
    {
        ke::HostLockGuard guard(lock_);
        std::erase(connected_, interrupt);
    }
    // A service routine in flight holds the lock.
    {
        Synchronised wait(*interrupt);
    }
    kernel_.pool().free(interrupt, interrupt_tag, nullptr);
}

bool Interrupts::raise(ULONG vector) {
    std::vector<PKINTERRUPT> chain;
    {
        ke::HostLockGuard guard(lock_);
        for (auto *interrupt : connected_)
            if (interrupt->vector == vector)
                chain.push_back(interrupt);
    }
    for (auto *interrupt : chain) {
        Synchronised held(*interrupt);
        if (call_driver("InterruptService", interrupt, interrupt->routine, interrupt,
                        interrupt->context))
            return true;
    }
    return false;
}

} // namespace ksbox::io

using namespace ksbox;

extern "C" {

/// @doc NF:wdm.IoConnectInterrupt
NTSTATUS NTAPI IoConnectInterrupt(PKINTERRUPT *InterruptObject, PKSERVICE_ROUTINE ServiceRoutine,
                                  PVOID ServiceContext, PKSPIN_LOCK SpinLock, ULONG Vector,
                                  KIRQL Irql, KIRQL SynchronizeIrql, KINTERRUPT_MODE,
                                  BOOLEAN ShareVector, KAFFINITY, BOOLEAN) {
    *InterruptObject = nullptr;
    if (SynchronizeIrql < Irql || Irql <= DISPATCH_LEVEL)
        return STATUS_INVALID_PARAMETER;
    auto made = io::interrupts().connect({ServiceRoutine, ServiceContext, SpinLock, 0, Vector, Irql,
                                          SynchronizeIrql, ShareVector != FALSE});
    if (!made)
        return made.error().value();
    *InterruptObject = *made;
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoDisconnectInterrupt
VOID NTAPI IoDisconnectInterrupt(PKINTERRUPT InterruptObject) {
    io::interrupts().disconnect(InterruptObject);
}

/// Message-signalled interrupts fall back to the line, as on a machine without them.
/// @doc NF:wdm.IoConnectInterruptEx
NTSTATUS NTAPI IoConnectInterruptEx(PIO_CONNECT_INTERRUPT_PARAMETERS Parameters) {
    switch (Parameters->Version) {
    case CONNECT_FULLY_SPECIFIED:
    case CONNECT_FULLY_SPECIFIED_GROUP: {
        const auto &full = Parameters->FullySpecified;
        return IoConnectInterrupt(full.InterruptObject, full.ServiceRoutine, full.ServiceContext,
                                  full.SpinLock, full.Vector, full.Irql, full.SynchronizeIrql,
                                  full.InterruptMode, full.ShareVector, full.ProcessorEnableMask,
                                  full.FloatingSave);
    }
    case CONNECT_LINE_BASED: {
        const auto &line = Parameters->LineBased;
        return io::connect_line(line.PhysicalDeviceObject, line.ServiceRoutine, line.ServiceContext,
                                line.SpinLock, line.SynchronizeIrql, line.InterruptObject);
    }
    case CONNECT_MESSAGE_BASED: {
        const auto &message = Parameters->MessageBased;
        if (!message.FallBackServiceRoutine)
            return STATUS_NOT_FOUND;
        Parameters->Version = CONNECT_LINE_BASED;
        return io::connect_line(message.PhysicalDeviceObject, message.FallBackServiceRoutine,
                                message.ServiceContext, message.SpinLock, message.SynchronizeIrql,
                                message.ConnectionContext.InterruptObject);
    }
    default:
        Parameters->Version = CONNECT_FULLY_SPECIFIED; // the oldest that is supported
        return STATUS_NOT_SUPPORTED;
    }
}

/// @doc NF:wdm.IoDisconnectInterruptEx
VOID NTAPI IoDisconnectInterruptEx(PIO_DISCONNECT_INTERRUPT_PARAMETERS Parameters) {
    IoDisconnectInterrupt(Parameters->ConnectionContext.InterruptObject);
}

/// @doc NF:wdm.KeSynchronizeExecution
BOOLEAN NTAPI KeSynchronizeExecution(PKINTERRUPT Interrupt,
                                     PKSYNCHRONIZE_ROUTINE SynchronizeRoutine,
                                     PVOID SynchronizeContext) {
    io::Synchronised held(*Interrupt);
    return call_driver("SynchCritSection", Interrupt, SynchronizeRoutine, SynchronizeContext);
}

/// @doc NF:wdm.KeAcquireInterruptSpinLock
KIRQL NTAPI KeAcquireInterruptSpinLock(PKINTERRUPT Interrupt) {
    const auto before = KeGetCurrentIrql();
    auto &scheduler = current_kernel().scheduler();
    scheduler.raise_irql(Interrupt->synchronize_irql);
    scheduler.acquire_spin_lock(Interrupt->lock);
    return before;
}

/// @doc NF:wdm.KeReleaseInterruptSpinLock
VOID NTAPI KeReleaseInterruptSpinLock(PKINTERRUPT Interrupt, KIRQL OldIrql) {
    auto &scheduler = current_kernel().scheduler();
    scheduler.release_spin_lock(Interrupt->lock);
    scheduler.lower_irql(OldIrql);
}

} // extern "C"

namespace ksbox {

std::span<const Export> interrupt_exports() {
    static const Export table[] = {
        done<IoConnectInterrupt>("IoConnectInterrupt", "NF:wdm.IoConnectInterrupt"),
        done<IoDisconnectInterrupt>("IoDisconnectInterrupt", "NF:wdm.IoDisconnectInterrupt"),
        partial<IoConnectInterruptEx>("IoConnectInterruptEx", "NF:wdm.IoConnectInterruptEx"),
        done<IoDisconnectInterruptEx>("IoDisconnectInterruptEx", "NF:wdm.IoDisconnectInterruptEx"),
        done<KeSynchronizeExecution>("KeSynchronizeExecution", "NF:wdm.KeSynchronizeExecution"),
        done<KeAcquireInterruptSpinLock>("KeAcquireInterruptSpinLock",
                                         "NF:wdm.KeAcquireInterruptSpinLock"),
        done<KeReleaseInterruptSpinLock>("KeReleaseInterruptSpinLock",
                                         "NF:wdm.KeReleaseInterruptSpinLock"),
    };
    return table;
}

} // namespace ksbox
