// Connecting lines and messages, raising them, and synchronising with their service routines.
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
constexpr std::uint32_t table_tag = 0x67'73'4d'4b;     // "KMsg"

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

bool is_message(const CM_PARTIAL_RESOURCE_DESCRIPTOR &resource) {
    return resource.Type == CmResourceTypeInterrupt &&
           resource.Flags & CM_RESOURCE_INTERRUPT_MESSAGE;
}

/// The device's interrupt line.
const CM_PARTIAL_RESOURCE_DESCRIPTOR *line_of(PDEVICE_OBJECT physical) {
    const auto *node = record_of(physical).node;
    if (!node)
        return nullptr;
    const auto &all = node->facts.resources;
    const auto found = std::ranges::find_if(all, [](const auto &resource) {
        return resource.Type == CmResourceTypeInterrupt && !is_message(resource);
    });
    return found == all.end() ? nullptr : &*found;
}

/// The device's messages, a descriptor each, as in a translated resource list.
std::vector<const CM_PARTIAL_RESOURCE_DESCRIPTOR *> messages_of(PDEVICE_OBJECT physical) {
    std::vector<const CM_PARTIAL_RESOURCE_DESCRIPTOR *> found;
    if (const auto *node = record_of(physical).node)
        for (const auto &resource : node->facts.resources)
            if (is_message(resource))
                found.push_back(&resource);
    return found;
}

/// Connects to the line that the device was assigned.
NTSTATUS connect_line(PDEVICE_OBJECT physical, PKSERVICE_ROUTINE routine, PVOID context,
                      PKSPIN_LOCK lock, KIRQL synchronize, PKINTERRUPT *out) {
    *out = nullptr;
    const auto *line = line_of(physical);
    if (!line)
        return STATUS_NOT_FOUND;
    const auto irql = static_cast<KIRQL>(line->u.Interrupt.Level);
    _KINTERRUPT facts{};
    facts.routine = routine;
    facts.context = context;
    facts.lock = lock;
    facts.vector = line->u.Interrupt.Vector;
    facts.irql = irql;
    facts.synchronize_irql = std::max(irql, synchronize);
    facts.shared = line->ShareDisposition == CmResourceShareShared;
    auto made = interrupts().connect(facts);
    if (!made)
        return made.error().value();
    *out = *made;
    return STATUS_SUCCESS;
}

/// Messages where the device has some and the driver takes them, else the line.
NTSTATUS connect_message_based(IO_CONNECT_INTERRUPT_PARAMETERS &parameters) {
    auto &message = parameters.MessageBased;
    _KINTERRUPT facts{};
    facts.message_routine = message.MessageServiceRoutine;
    facts.context = message.ServiceContext;
    facts.lock = message.SpinLock;
    facts.synchronize_irql = message.SynchronizeIrql;
    auto table = interrupts().connect_messages(message.PhysicalDeviceObject, facts);
    if (table) {
        *message.ConnectionContext.InterruptMessageTable = *table;
        return STATUS_SUCCESS;
    }
    if (table.error() != Status(STATUS_NOT_FOUND) || !message.FallBackServiceRoutine)
        return table.error().value();
    parameters.Version = CONNECT_LINE_BASED;
    return connect_line(message.PhysicalDeviceObject, message.FallBackServiceRoutine,
                        message.ServiceContext, message.SpinLock, message.SynchronizeIrql,
                        message.ConnectionContext.InterruptObject);
}

/// Calls act(interrupt) for what a connection context stands for.
template <typename Act> void each_of(ULONG version, PVOID context, Act act) {
    if (version != CONNECT_MESSAGE_BASED) {
        act(*static_cast<PKINTERRUPT>(context));
        return;
    }
    auto *table = static_cast<PIO_INTERRUPT_MESSAGE_INFO>(context);
    for (ULONG i = 0; i < table->MessageCount; ++i)
        act(*table->MessageInfo[i].InterruptObject);
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

Result<PIO_INTERRUPT_MESSAGE_INFO> Interrupts::connect_messages(PDEVICE_OBJECT physical,
                                                                const _KINTERRUPT &facts) {
    const auto messages = messages_of(physical);
    if (messages.empty())
        return fail(STATUS_NOT_FOUND);
    const std::size_t bytes = offsetof(IO_INTERRUPT_MESSAGE_INFO, MessageInfo) +
                              messages.size() * sizeof(IO_INTERRUPT_MESSAGE_INFO_ENTRY);
    auto *table = static_cast<PIO_INTERRUPT_MESSAGE_INFO>(
        kernel_.pool().allocate(mm::PoolKind::nonpaged, bytes, table_tag, nullptr, true));
    if (!table)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    KIRQL highest = facts.synchronize_irql;
    for (const auto *message : messages)
        highest =
            std::max(highest, static_cast<KIRQL>(message->u.MessageInterrupt.Translated.Level));
    // One lock of the driver's own for all messages means one IRQL for all of them.
    table->UnifiedIrql = facts.lock || facts.synchronize_irql ? highest : KIRQL(0);
    table->MessageCount = 0;
    for (const auto *message : messages) {
        const auto &translated = message->u.MessageInterrupt.Translated;
        _KINTERRUPT each = facts;
        each.vector = translated.Vector;
        each.irql = static_cast<KIRQL>(translated.Level);
        each.synchronize_irql = table->UnifiedIrql ? highest : each.irql;
        each.message = table->MessageCount;
        auto made = connect(each);
        if (!made) {
            disconnect(table);
            return fail(made.error());
        }
        auto &entry = table->MessageInfo[table->MessageCount++];
        entry = {};
        entry.TargetProcessorSet = translated.Affinity;
        entry.InterruptObject = *made;
        entry.MessageData = translated.Vector;
        entry.Vector = translated.Vector;
        entry.Irql = each.irql;
        entry.Mode = Latched;
        entry.Polarity = InterruptActiveHigh;
    }
    return table;
}

void Interrupts::disconnect(PIO_INTERRUPT_MESSAGE_INFO table) {
    for (ULONG i = 0; i < table->MessageCount; ++i)
        disconnect(table->MessageInfo[i].InterruptObject);
    kernel_.pool().free(table, table_tag, nullptr);
}

bool Interrupts::raise(ULONG vector) {
    std::vector<PKINTERRUPT> chain;
    {
        ke::HostLockGuard guard(lock_);
        for (auto *interrupt : connected_)
            if (interrupt->vector == vector && !interrupt->inactive)
                chain.push_back(interrupt);
    }
    for (auto *interrupt : chain) {
        Synchronised held(*interrupt);
        const bool taken =
            interrupt->message_routine
                ? call_driver("InterruptMessageService", interrupt, interrupt->message_routine,
                              interrupt, interrupt->context, interrupt->message)
                : call_driver("InterruptService", interrupt, interrupt->routine, interrupt,
                              interrupt->context);
        if (taken)
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
    _KINTERRUPT facts{};
    facts.routine = ServiceRoutine;
    facts.context = ServiceContext;
    facts.lock = SpinLock;
    facts.vector = Vector;
    facts.irql = Irql;
    facts.synchronize_irql = SynchronizeIrql;
    facts.shared = ShareVector != FALSE;
    auto made = io::interrupts().connect(facts);
    if (!made)
        return made.error().value();
    *InterruptObject = *made;
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoDisconnectInterrupt
VOID NTAPI IoDisconnectInterrupt(PKINTERRUPT InterruptObject) {
    io::interrupts().disconnect(InterruptObject);
}

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
    case CONNECT_MESSAGE_BASED:
        return io::connect_message_based(*Parameters);
    default:
        Parameters->Version = CONNECT_FULLY_SPECIFIED; // the oldest that is supported
        return STATUS_NOT_SUPPORTED;
    }
}

/// @doc NF:wdm.IoDisconnectInterruptEx
VOID NTAPI IoDisconnectInterruptEx(PIO_DISCONNECT_INTERRUPT_PARAMETERS Parameters) {
    if (Parameters->Version == CONNECT_MESSAGE_BASED)
        io::interrupts().disconnect(Parameters->ConnectionContext.InterruptMessageTable);
    else
        io::interrupts().disconnect(Parameters->ConnectionContext.InterruptObject);
}

/// An inactive routine is not called, and keeps its connection.
/// @doc NF:wdm.IoReportInterruptActive
VOID NTAPI IoReportInterruptActive(PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Parameters) {
    io::each_of(Parameters->Version, Parameters->ConnectionContext.Generic,
                [](_KINTERRUPT &interrupt) { interrupt.inactive = false; });
}

/// @doc NF:wdm.IoReportInterruptInactive
VOID NTAPI IoReportInterruptInactive(PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Parameters) {
    io::each_of(Parameters->Version, Parameters->ConnectionContext.Generic,
                [](_KINTERRUPT &interrupt) { interrupt.inactive = true; });
}

/// Interrupts of a box go to whichever processor runs the hardware: all of group 0.
/// @doc NF:wdm.IoGetAffinityInterrupt
NTSTATUS NTAPI IoGetAffinityInterrupt(PKINTERRUPT InterruptObject, PGROUP_AFFINITY GroupAffinity) {
    if (!InterruptObject)
        return STATUS_INVALID_PARAMETER;
    *GroupAffinity = {};
    GroupAffinity->Mask = KeQueryActiveProcessors();
    return STATUS_SUCCESS;
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
        done<IoConnectInterruptEx>("IoConnectInterruptEx", "NF:wdm.IoConnectInterruptEx"),
        done<IoDisconnectInterruptEx>("IoDisconnectInterruptEx", "NF:wdm.IoDisconnectInterruptEx"),
        done<IoReportInterruptActive>("IoReportInterruptActive", "NF:wdm.IoReportInterruptActive"),
        done<IoReportInterruptInactive>("IoReportInterruptInactive",
                                        "NF:wdm.IoReportInterruptInactive"),
        done<IoGetAffinityInterrupt>("IoGetAffinityInterrupt", "NF:wdm.IoGetAffinityInterrupt"),
        done<KeSynchronizeExecution>("KeSynchronizeExecution", "NF:wdm.KeSynchronizeExecution"),
        done<KeAcquireInterruptSpinLock>("KeAcquireInterruptSpinLock",
                                         "NF:wdm.KeAcquireInterruptSpinLock"),
        done<KeReleaseInterruptSpinLock>("KeReleaseInterruptSpinLock",
                                         "NF:wdm.KeReleaseInterruptSpinLock"),
    };
    return table;
}

} // namespace ksbox
