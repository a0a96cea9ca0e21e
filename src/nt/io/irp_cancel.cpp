// Cancelling: one IRP, or all that a thread or process has issued.
#include "abi/export.h"
#include "nt/call_driver.h"
#include "nt/exports.h"
#include "nt/io/cancel_flag.h"
#include "nt/io/irp.h"
#include "nt/io/state.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/ps/process.h"
#include "nt/trace.h"

using namespace ksbox;

namespace ksbox::io {

namespace {

/// Visits the IRPs of a thread or process until `visit` says false; none is freed meanwhile.
template <typename Visit> void visit_irps(ke::Thread &thread, Visit visit) {
    for (auto *entry = thread.irps.Flink; entry != &thread.irps; entry = entry->Flink)
        if (!visit(CONTAINING_RECORD(entry, IRP, ThreadListEntry)))
            return;
}

template <typename Visit> void visit_irps(ps::Process &process, Visit visit) {
    for (auto *entry = process.irps.Flink; entry != &process.irps; entry = entry->Flink)
        if (!visit(CONTAINING_RECORD(entry, IrpTrailer, of_process)->irp))
            return;
}

/// Calls the routine with the cancel spin lock held; the routine releases it, to CancelIrql.
void call_cancel_routine(PIRP irp, PDRIVER_CANCEL routine, KIRQL irql) {
    irp->CancelIrql = irql;
    call_driver_changing_irql("Cancel", irp, &irql, routine,
                              IoGetCurrentIrpStackLocation(irp)->DeviceObject, irp);
}

/// Cancels what `chosen` says of the owner's IRPs; how many it was.
template <typename Owner, typename Chosen>
unsigned cancel_irps(IoManager &io, Owner &owner, Chosen chosen) {
    unsigned count = 0;
    for (;;) {
        KIRQL irql;
        PIRP found = nullptr;
        PDRIVER_CANCEL routine = nullptr;
        // With the cancel lock held, an IRP whose cancel routine was taken stays till that has run.
        IoAcquireCancelSpinLock(&irql);
        {
            ke::HostLockGuard guard(io.state().thread_irps_lock);
            visit_irps(owner, [&](PIRP irp) {
                if (is_cancelled(irp) || !chosen(irp))
                    return true;
                ++count;
                set_cancelled(irp);
                routine = IoSetCancelRoutine(irp, nullptr);
                found = irp;
                return !routine; // one without a routine is marked, and that is all
            });
        }
        if (!routine) {
            IoReleaseCancelSpinLock(irql);
            return count;
        }
        call_cancel_routine(found, routine, irql);
    }
}

/// Frees the IRPs of their requester.
template <typename Owner> void abandon_irps(IoManager &io, Owner &owner) {
    ke::HostLockGuard guard(io.state().thread_irps_lock);
    for (;;) {
        PIRP first = nullptr;
        visit_irps(owner, [&](PIRP irp) {
            first = irp;
            return false;
        });
        if (!first)
            return;
        RemoveEntryList(&first->ThreadListEntry);
        InitializeListHead(&first->ThreadListEntry);
        if (auto *trailer = trailer_of(first)) {
            if (trailer->process)
                RemoveEntryList(&trailer->of_process);
            trailer->process = nullptr;
            trailer->abandoned = true;
            io.kernel().trace().event("irp.abandoned", {{"irp", trailer->number}});
        }
    }
}

} // namespace

void IoManager::cancel_thread_io(ke::Thread &thread) {
    cancel_irps(*this, thread, [](PIRP) { return true; });
}

void IoManager::cancel_process_io(ps::Process &process) {
    cancel_irps(*this, process, [](PIRP) { return true; });
}

unsigned IoManager::cancel_file_io(ps::Process &process, PFILE_OBJECT file,
                                   const IO_STATUS_BLOCK *block) {
    return cancel_irps(*this, process, [&](PIRP irp) {
        const auto *trailer = trailer_of(irp);
        return irp->Tail.Overlay.OriginalFileObject == file &&
               (!block || (trailer && trailer->block == block));
    });
}

void IoManager::cancel_own_irp(PIRP irp, std::uint64_t number) {
    cancel_irps(*this, ke::current_thread(), [&](PIRP candidate) {
        return candidate == irp && irp_number(candidate) == number;
    });
}

void IoManager::abandon_process_io(ps::Process &process) {
    abandon_irps(*this, process);
}

void IoManager::run_down_thread_io(ke::Thread &thread) {
    cancel_thread_io(thread);
    // As Windows: looks again every 100 ms, for five minutes.
    for (int tries = 0; tries < 3000; ++tries) {
        {
            ke::HostLockGuard guard(state_->thread_irps_lock);
            if (IsListEmpty(&thread.irps))
                return;
        }
        LARGE_INTEGER interval;
        interval.QuadPart = -100ll * 10'000;
        KeDelayExecutionThread(KernelMode, FALSE, &interval);
    }
    abandon_irps(*this, thread);
}

} // namespace ksbox::io

extern "C" {

/// @doc NF:wdm.IoAcquireCancelSpinLock
VOID NTAPI IoAcquireCancelSpinLock(PKIRQL Irql) {
    *Irql = KeAcquireSpinLockRaiseToDpc(&current_kernel().io().state().cancel_lock);
}

/// @doc NF:wdm.IoReleaseCancelSpinLock
VOID NTAPI IoReleaseCancelSpinLock(KIRQL Irql) {
    KeReleaseSpinLock(&current_kernel().io().state().cancel_lock, Irql);
}

/// @doc NF:wdm.IoCancelIrp
BOOLEAN NTAPI IoCancelIrp(PIRP Irp) {
    constexpr ULONG cancel_state_in_completed_irp = 0x48;
    KIRQL irql;
    IoAcquireCancelSpinLock(&irql);
    io::set_cancelled(Irp);
    const auto routine = IoSetCancelRoutine(Irp, nullptr);
    if (!routine) {
        IoReleaseCancelSpinLock(irql);
        return FALSE;
    }
    if (Irp->CurrentLocation > Irp->StackCount + 1)
        bug_check(cancel_state_in_completed_irp, reinterpret_cast<std::uint64_t>(Irp),
                  reinterpret_cast<std::uint64_t>(routine), 0, 0,
                  "IoCancelIrp of a completed IRP that has a cancel routine");
    io::call_cancel_routine(Irp, routine, irql);
    return TRUE;
}

} // extern "C"

namespace ksbox {

std::span<const Export> irp_cancel_exports() {
    static const Export table[] = {
        done<IoAcquireCancelSpinLock>("IoAcquireCancelSpinLock", "NF:wdm.IoAcquireCancelSpinLock"),
        done<IoReleaseCancelSpinLock>("IoReleaseCancelSpinLock", "NF:wdm.IoReleaseCancelSpinLock"),
        done<IoCancelIrp>("IoCancelIrp", "NF:wdm.IoCancelIrp"),
    };
    return table;
}

} // namespace ksbox
