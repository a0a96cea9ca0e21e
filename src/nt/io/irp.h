// The private side of IRPs: what the I/O manager knows about one beyond the public structure, and
// how it makes, sends and finishes them. Drivers see IoAllocateIrp, IofCallDriver and their like.
#pragma once

#include <cstdint>

#include "abi/windows.h"

#include "nt/kernel.h"

namespace ksbox::ps {
class Process;
}

namespace ksbox::io {

/// Stands behind the last stack location of every IRP from allocate_irp().
struct IrpTrailer {
    static constexpr std::uint64_t expected = 0x2170'7269'2e6f'6921;
    std::uint64_t magic;
    std::uint64_t number; ///< "irp 7": counted per box
    PIRP irp;
    void (*routine)(void *context, NTSTATUS status, ULONG_PTR information);
    void *context;
    ps::Process *process;   ///< the client whose request it is
    LIST_ENTRY of_process;  ///< in Process::irps
    PIO_STATUS_BLOCK block; ///< identifies the request to CancelIoEx
    bool kernel_block;      ///< UserIosb and UserEvent are the runtime's or a driver's: always told
    bool event_referenced;  ///< UserEvent is an object to dereference
    ACCESS_MASK granted;    ///< of the handle the request came through
    bool system_wake;       ///< PoSetSystemWake
    bool has_priority;      ///< IoSetIoPriorityHint
    bool has_activity;      ///< IoSetActivityIdIrp
    bool has_reason;        ///< Reasons knows why it is being refused
    IO_PRIORITY_HINT priority;
    GUID activity;
    bool abandoned; ///< the requester is gone: no block, no event
};

/// AllocationFlags bit of our own: a trailer follows.
inline constexpr UCHAR irp_with_trailer = 0x80;

/// Null for an IRP in memory of a driver's own.
inline IrpTrailer *trailer_of(PIRP irp) {
    if (!(irp->AllocationFlags & irp_with_trailer))
        return nullptr;
    auto *trailer = reinterpret_cast<IrpTrailer *>(
        reinterpret_cast<std::uint8_t *>(irp) + sizeof(IRP) +
        static_cast<UCHAR>(irp->StackCount) * sizeof(IO_STACK_LOCATION));
    return trailer->magic == IrpTrailer::expected ? trailer : nullptr;
}

/// Looks at memory that may be freed already: that is the question.
[[gnu::noinline]] __attribute__((no_sanitize("address", "thread"))) inline bool is_irp(PIRP irp) {
    return irp->Type == IO_TYPE_IRP;
}

/// 0 for an IRP in memory of a driver's own.
inline std::uint64_t irp_number(PIRP irp) {
    auto *trailer = trailer_of(irp);
    return trailer ? trailer->number : 0;
}

/// Null: no memory. `caller`: return address in the driver, for leak lists. IRQL <= DISPATCH_LEVEL.
PIRP allocate_irp(Kernel &kernel, CCHAR stack_size, const void *caller = nullptr);
/// For requests that cannot fail, as a close or a removal. Null only when the host has no memory.
PIRP allocate_essential_irp(Kernel &kernel, CCHAR stack_size);
void free_irp(Kernel &kernel, PIRP irp);

/// Ties the IRP to the current thread: it is cancelled when the thread or its process ends, and
/// completion tells UserIosb and UserEvent. `client`: it is a request of that process.
void queue_to_thread(Kernel &kernel, PIRP irp, ps::Process *client);
/// Whether it was tied to one.
bool remove_from_thread(Kernel &kernel, PIRP irp);

/// The IRP has left its highest stack location: copies buffers, tells the requester, frees it.
/// IRQL <= DISPATCH_LEVEL.
void finish_irp(Kernel &kernel, PIRP irp, CCHAR boost);

/// Sends an IRP of the runtime's own and waits until it is completed. UserIosb and UserEvent are
/// set here, completion frees it. PASSIVE_LEVEL.
NTSTATUS send_and_wait(Kernel &kernel, PDEVICE_OBJECT device, PIRP irp,
                       ULONG_PTR *information = nullptr);

} // namespace ksbox::io
