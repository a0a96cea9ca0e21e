// Interrupt sync objects.
#include "portcls/interrupt_sync.h"

#include "nt/irql_check.h"
#include "nt/mm/pool.h"

namespace ksbox::portcls {
namespace {
constexpr std::uint32_t routine_tag = 0x53496350; // 'PcIS'
} // namespace

InterruptSync::InterruptSync(Kernel &kernel, IUnknown *outer,
                             const CM_PARTIAL_RESOURCE_DESCRIPTOR &interrupt,
                             INTERRUPTSYNCMODE mode)
    : PartObject(kernel, outer), resource_(interrupt), mode_(mode) {
    KeInitializeSpinLock(&lock_);
}

InterruptSync::~InterruptSync() {
    if (runs_driver_code())
        Disconnect();
    while (Entry *routine = routines_) {
        routines_ = routine->next;
        if (ks::alive(kernel))
            kernel.pool().free(routine, routine_tag, nullptr);
    }
}

template <typename Work> void InterruptSync::exclusively(Work work) {
    if (interrupt_) {
        KeSynchronizeExecution(
            interrupt_,
            [](PVOID context) __attribute__((ms_abi)) -> BOOLEAN {
                (*static_cast<Work *>(context))();
                return TRUE;
            },
            &work);
        return;
    }
    // No interrupt can come, but other callers can.
    const KIRQL before = KfRaiseIrql(static_cast<KIRQL>(resource_.u.Interrupt.Level));
    KeAcquireSpinLockAtDpcLevel(&lock_);
    work();
    KeReleaseSpinLockFromDpcLevel(&lock_);
    KeLowerIrql(before);
}

NTSTATUS InterruptSync::CallSynchronizedRoutine(PINTERRUPTSYNCROUTINE Routine,
                                                PVOID DynamicContext) noexcept {
    require_irql(static_cast<KIRQL>(resource_.u.Interrupt.Level),
                 "IInterruptSync.CallSynchronizedRoutine");
    if (!Routine)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = STATUS_UNSUCCESSFUL;
    exclusively([&] {
        status = call_driver("PINTERRUPTSYNCROUTINE", main(), Routine, main(), DynamicContext);
    });
    return status;
}

NTSTATUS InterruptSync::Connect() noexcept {
    require_irql(PASSIVE_LEVEL, "IInterruptSync.Connect");
    if (interrupt_)
        return STATUS_UNSUCCESSFUL;
    const auto &where = resource_.u.Interrupt;
    const auto irql = static_cast<KIRQL>(where.Level);
    return IoConnectInterrupt(
        &interrupt_, service, this, &lock_, where.Vector, irql, irql,
        resource_.Flags & CM_RESOURCE_INTERRUPT_LATCHED ? Latched : LevelSensitive,
        resource_.ShareDisposition != CmResourceShareDeviceExclusive, where.Affinity, FALSE);
}

void InterruptSync::Disconnect() noexcept {
    if (PKINTERRUPT interrupt = std::exchange(interrupt_, nullptr))
        IoDisconnectInterrupt(interrupt);
}

NTSTATUS InterruptSync::RegisterServiceRoutine(PINTERRUPTSYNCROUTINE Routine, PVOID DynamicContext,
                                               BOOLEAN First) noexcept {
    require_irql(DISPATCH_LEVEL, "IInterruptSync.RegisterServiceRoutine");
    if (!Routine)
        return STATUS_INVALID_PARAMETER;
    void *memory =
        kernel.pool().allocate(mm::PoolKind::nonpaged, sizeof(Entry), routine_tag, nullptr, true);
    if (!memory)
        return STATUS_INSUFFICIENT_RESOURCES;
    auto *added = new (memory) Entry{Routine, DynamicContext, nullptr};
    exclusively([&] {
        Entry **place = &routines_;
        while (!First && *place)
            place = &(*place)->next;
        added->next = *place;
        *place = added;
    });
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI InterruptSync::service(PKINTERRUPT, PVOID sync) {
    return static_cast<InterruptSync *>(sync)->run_list();
}

bool InterruptSync::run_once(bool all) {
    bool any = false;
    for (const Entry *routine = routines_; routine; routine = routine->next) {
        const NTSTATUS status = call_driver("PINTERRUPTSYNCROUTINE", main(), routine->function,
                                            main(), routine->context);
        if (status != STATUS_SUCCESS)
            continue;
        any = true;
        if (!all)
            break;
    }
    return any;
}

BOOLEAN InterruptSync::run_list() {
    if (mode_ != InterruptSyncModeRepeat)
        return run_once(mode_ == InterruptSyncModeAll);
    BOOLEAN any = FALSE;
    while (run_once(true))
        any = TRUE;
    return any;
}

IUnknown *InterruptSync::interface_of(const GUID &id) {
    return id == IID_IInterruptSync ? static_cast<IInterruptSync *>(this) : nullptr;
}

} // namespace ksbox::portcls
