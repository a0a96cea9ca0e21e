// IRPs: memory, initialisation, the list of a thread's requests.
#include "nt/io/irp.h"

#include <cstring>

#include "abi/export.h"
#include "base/assert.h"
#include "nt/exports.h"
#include "nt/io/reasons.h"
#include "nt/io/state.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/thread.h"
#include "nt/mm/pool.h"
#include "nt/ps/process.h"

namespace ksbox::io {

namespace {

constexpr std::uint32_t irp_tag = 0x20'70'72'49; // "Irp "
constexpr ULONG verifier_iomanager_violation = 0xc9;

std::size_t irp_bytes(CCHAR stack_size) {
    return sizeof(IRP) + static_cast<UCHAR>(stack_size) * sizeof(IO_STACK_LOCATION);
}

void initialise(PIRP irp, USHORT bytes, CCHAR stack_size, UCHAR allocation_flags) {
    std::memset(irp, 0, bytes);
    irp->Type = IO_TYPE_IRP;
    irp->Size = bytes;
    irp->StackCount = stack_size;
    irp->CurrentLocation = stack_size + 1;
    irp->AllocationFlags = allocation_flags;
    irp->Tail.Overlay.CurrentStackLocation =
        reinterpret_cast<PIO_STACK_LOCATION>(irp + 1) + static_cast<UCHAR>(stack_size);
    InitializeListHead(&irp->ThreadListEntry);
}

void start_trailer(IoManager &io, PIRP irp) {
    auto *trailer = reinterpret_cast<IrpTrailer *>(reinterpret_cast<std::uint8_t *>(irp) +
                                                   irp_bytes(irp->StackCount));
    std::memset(trailer, 0, sizeof *trailer);
    trailer->magic = IrpTrailer::expected;
    trailer->irp = irp;
    trailer->number = ke::add_shared(io.state().next_irp, decltype(io.state().next_irp)(1));
}

std::size_t whole_bytes(CCHAR stack_size) {
    return irp_bytes(stack_size) + sizeof(IrpTrailer);
}

PIRP made_of(Kernel &kernel, void *memory, CCHAR stack_size) {
    auto *irp = static_cast<PIRP>(memory);
    if (!irp)
        return nullptr;
    initialise(irp, static_cast<USHORT>(irp_bytes(stack_size)), stack_size, irp_with_trailer);
    start_trailer(kernel.io(), irp);
    return irp;
}

} // namespace

PIRP allocate_irp(Kernel &kernel, CCHAR stack_size, const void *caller) {
    return made_of(kernel,
                   kernel.pool().allocate_blank(mm::PoolKind::nonpaged, whole_bytes(stack_size),
                                                irp_tag, caller),
                   stack_size);
}

PIRP allocate_essential_irp(Kernel &kernel, CCHAR stack_size) {
    if (auto *irp = allocate_irp(kernel, stack_size))
        return irp;
    return made_of(kernel,
                   kernel.pool().allocate_essential(mm::PoolKind::nonpaged, whole_bytes(stack_size),
                                                    irp_tag, nullptr),
                   stack_size);
}

void free_irp(Kernel &kernel, PIRP irp) {
    if (!is_irp(irp))
        bug_check(verifier_iomanager_violation, 0x01, reinterpret_cast<std::uint64_t>(irp), 0, 0,
                  "IoFreeIrp of something that is no IRP, or of one that was freed before");
    if (!IsListEmpty(&irp->ThreadListEntry))
        bug_check(verifier_iomanager_violation, 0x02, reinterpret_cast<std::uint64_t>(irp), 0, 0,
                  "IoFreeIrp of an IRP that its thread still waits for");
    irp->Type = 0;
    if (auto *trailer = trailer_of(irp)) {
        if (trailer->has_reason)
            Reasons::drop(kernel, *trailer);
        trailer->magic = 0;
    }
    kernel.pool().free(irp, 0, nullptr);
}

void queue_to_thread(Kernel &kernel, PIRP irp, ps::Process *client) {
    auto &thread = ke::current_thread();
    irp->Tail.Overlay.Thread = reinterpret_cast<PETHREAD>(thread.body);
    ke::HostLockGuard guard(kernel.io().state().thread_irps_lock);
    InsertHeadList(&thread.irps, &irp->ThreadListEntry);
    if (client) {
        auto *trailer = trailer_of(irp);
        trailer->process = client;
        client->request_issued();
        InsertHeadList(&client->irps, &trailer->of_process);
    }
}

bool remove_from_thread(Kernel &kernel, PIRP irp) {
    ke::HostLockGuard guard(kernel.io().state().thread_irps_lock);
    const bool listed = !IsListEmpty(&irp->ThreadListEntry);
    if (listed) {
        RemoveEntryList(&irp->ThreadListEntry);
        InitializeListHead(&irp->ThreadListEntry);
    }
    if (auto *trailer = trailer_of(irp); trailer && trailer->process)
        RemoveEntryList(&trailer->of_process);
    return listed;
}

NTSTATUS send_and_wait(Kernel &, PDEVICE_OBJECT device, PIRP irp, ULONG_PTR *information) {
    IO_STATUS_BLOCK block{};
    KEVENT event;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    irp->UserIosb = &block;
    irp->UserEvent = &event;
    trailer_of(irp)->kernel_block = true;
    auto status = IofCallDriver(device, irp);
    if (status == STATUS_PENDING) {
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
        status = block.Status;
    }
    if (information)
        *information = block.Information;
    return status;
}

} // namespace ksbox::io

using namespace ksbox;

extern "C" {

/// @doc NF:wdm.IoAllocateIrp
PIRP NTAPI IoAllocateIrp(CCHAR StackSize, BOOLEAN) {
    return io::allocate_irp(current_kernel(), StackSize, __builtin_return_address(0));
}

/// @doc NF:wdm.IoFreeIrp
VOID NTAPI IoFreeIrp(PIRP Irp) {
    io::free_irp(current_kernel(), Irp);
}

/// @doc NF:wdm.IoInitializeIrp
VOID NTAPI IoInitializeIrp(PIRP Irp, USHORT PacketSize, CCHAR StackSize) {
    io::initialise(Irp, PacketSize, StackSize, 0);
}

/// @doc NF:wdm.IoReuseIrp
VOID NTAPI IoReuseIrp(PIRP Irp, NTSTATUS Iostatus) {
    auto *trailer = io::trailer_of(Irp);
    if (trailer && trailer->has_reason)
        io::Reasons::drop(current_kernel(), *trailer);
    io::initialise(Irp, Irp->Size, Irp->StackCount, Irp->AllocationFlags);
    Irp->IoStatus.Status = Iostatus;
    if (trailer)
        io::start_trailer(current_kernel().io(), Irp);
}

/// @doc NF:ntddk.IoMakeAssociatedIrp
PIRP NTAPI IoMakeAssociatedIrp(PIRP Irp, CCHAR StackSize) {
    auto *irp = io::allocate_irp(current_kernel(), StackSize, __builtin_return_address(0));
    if (!irp)
        return nullptr;
    irp->Flags |= IRP_ASSOCIATED_IRP;
    irp->AssociatedIrp.MasterIrp = Irp;
    irp->Tail.Overlay.Thread = Irp->Tail.Overlay.Thread;
    return irp;
}

/// @doc NF:ntifs.IoQueueThreadIrp
VOID NTAPI IoQueueThreadIrp(PIRP Irp) {
    io::queue_to_thread(current_kernel(), Irp, nullptr);
}

} // extern "C"

namespace ksbox {

std::span<const Export> irp_exports() {
    static const Export table[] = {
        done<IoAllocateIrp>("IoAllocateIrp", "NF:wdm.IoAllocateIrp"),
        done<IoFreeIrp>("IoFreeIrp", "NF:wdm.IoFreeIrp"),
        done<IoInitializeIrp>("IoInitializeIrp", "NF:wdm.IoInitializeIrp"),
        done<IoReuseIrp>("IoReuseIrp", "NF:wdm.IoReuseIrp"),
        done<IoMakeAssociatedIrp>("IoMakeAssociatedIrp", "NF:ntddk.IoMakeAssociatedIrp"),
        done<IoQueueThreadIrp>("IoQueueThreadIrp", "NF:ntifs.IoQueueThreadIrp"),
    };
    return table;
}

} // namespace ksbox
