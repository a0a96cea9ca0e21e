// IRPs of sockets, and the buffers that come with them.
#include "wsk/irps.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "nt/io/cancel_flag.h"
#include "nt/ke/bug_check.h"
#include "nt/kernel.h"
#include "nt/mm/mdl.h"
#include "nt/spin_guard.h"
#include "wsk/network.h"

namespace ksbox::wsk {
namespace {

/// Of every IRP in a PendingIrps. @doc NC:wdm.DRIVER_CANCEL
VOID NTAPI cancel(PDEVICE_OBJECT, PIRP irp) {
    IoReleaseCancelSpinLock(irp->CancelIrql);
    const auto owner = reinterpret_cast<std::uint64_t>(
        IoGetCurrentIrpStackLocation(irp)->Parameters.Others.Argument1);
    Network &network = Network::current();
    network.forget_pending(owner, irp);
    complete(irp, STATUS_CANCELLED);
    network.leave(owner);
}

/// Calls `visit(address, bytes)` for each piece of the buffer.
template <typename Visit> Result<void> visit_pieces(const WSK_BUF &buffer, Visit visit) {
    std::size_t left = buffer.Length;
    std::size_t offset = buffer.Offset;
    for (PMDL mdl = buffer.Mdl; left > 0; mdl = mdl->Next, offset = 0) {
        if (!mdl || offset > mdl->ByteCount)
            return fail(STATUS_INVALID_PARAMETER);
        const std::size_t bytes = std::min<std::size_t>(left, mdl->ByteCount - offset);
        if (bytes == 0)
            continue;
        std::byte *address = KS_TRY(mm::mdl_system_address(current_kernel().memory(), *mdl));
        visit(address + offset, bytes);
        left -= bytes;
    }
    return {};
}

} // namespace

void take(PIRP irp) {
    constexpr ULONG no_more_irp_stack_locations = 0x35;
    if (irp->CurrentLocation <= 1)
        bug_check(no_more_irp_stack_locations, reinterpret_cast<std::uint64_t>(irp), 0, 0, 0,
                  "a function of Winsock Kernel: the IRP has no stack location left for it");
    IoSetNextIrpStackLocation(irp);
    auto *stack = IoGetCurrentIrpStackLocation(irp);
    stack->MajorFunction = IRP_MJ_INTERNAL_DEVICE_CONTROL;
    stack->DeviceObject = nullptr;
}

NTSTATUS complete(PIRP irp, NTSTATUS status, ULONG_PTR information) {
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IofCompleteRequest(irp, IO_NETWORK_INCREMENT);
    return status;
}

bool PendingIrps::add(const Receive &receive) {
    auto *stack = IoGetCurrentIrpStackLocation(receive.irp);
    stack->Parameters.Others.Argument1 = reinterpret_cast<PVOID>(owner_);
    IoSetCancelRoutine(receive.irp, cancel);
    if (io::is_cancelled(receive.irp) && IoSetCancelRoutine(receive.irp, nullptr))
        return false;
    // Being cancelled just now, its routine waits for the lock.
    IoMarkIrpPending(receive.irp);
    waiting_.push_back(receive);
    return true;
}

Receive PendingIrps::next() {
    for (auto one = waiting_.begin(); one != waiting_.end(); ++one)
        if (IoSetCancelRoutine(one->irp, nullptr)) {
            const Receive found = *one;
            waiting_.erase(one);
            return found;
        }
    return {};
}

std::vector<PIRP> PendingIrps::take_all() {
    std::vector<PIRP> all;
    for (Receive one = next(); one.irp; one = next())
        all.push_back(one.irp);
    return all;
}

void PendingIrps::remove(PIRP irp) {
    std::erase_if(waiting_, [&](const Receive &one) { return one.irp == irp; });
}

Result<std::vector<std::byte>> gather(const WSK_BUF &buffer) {
    std::vector<std::byte> bytes;
    KS_CHECK(visit_pieces(buffer, [&](const std::byte *from, std::size_t count) {
        bytes.insert(bytes.end(), from, from + count);
    }));
    return bytes;
}

Result<std::size_t> scatter(const WSK_BUF &buffer, std::span<const std::byte> bytes) {
    WSK_BUF used = buffer;
    used.Length = std::min<std::size_t>(buffer.Length, bytes.size());
    KS_CHECK(visit_pieces(used, [&](std::byte *to, std::size_t count) {
        std::memcpy(to, bytes.data(), count);
        bytes = bytes.subspan(count);
    }));
    return used.Length;
}

} // namespace ksbox::wsk
