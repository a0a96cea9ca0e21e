// DMA adapters; see dma_adapter.h.
#include "nt/hal/dma_adapter.h"

#include <algorithm>
#include <cstring>

#include "nt/call_driver.h"
#include "nt/ke/bug_check.h"
#include "nt/mm/layout.h"
#include "nt/mm/mdl.h"
#include "nt/mm/pool.h"

namespace ksbox::hal {
namespace {

using mm::layout::page_bytes;

constexpr std::uint32_t hal_misuse = 0xc4; // DRIVER_VERIFIER_DETECTED_VIOLATION
constexpr ULONG most_registers = 1 << 20;

/// Calls visit(mdl, offset in its buffer, bytes) along the chain; false when the chain ends first.
template <typename Visit> bool along(const Transfer &transfer, Visit visit) {
    MDL *mdl = transfer.mdl;
    std::size_t left = transfer.bytes;
    if (transfer.address < mm::mdl_address(*mdl))
        return false;
    std::size_t offset = static_cast<std::size_t>(transfer.address - mm::mdl_address(*mdl));
    for (; mdl != nullptr; mdl = mdl->Next) {
        if (offset <= mdl->ByteCount) {
            const std::size_t bytes = std::min<std::size_t>(left, mdl->ByteCount - offset);
            if (bytes != 0)
                visit(*mdl, offset, bytes);
            left -= bytes;
            offset = 0;
        } else {
            offset -= mdl->ByteCount;
        }
        if (left == 0)
            return true;
    }
    return false;
}

void copy(mm::Memory &memory, const Transfer &transfer, std::byte *bounce, bool to_bounce) {
    along(transfer, [&](MDL &mdl, std::size_t offset, std::size_t bytes) {
        const auto address = mm::mdl_system_address(memory, mdl);
        if (!address)
            bug_check(hal_misuse, 0x85, reinterpret_cast<std::uint64_t>(&mdl), 0, 0,
                      "a DMA buffer could not be mapped");
        if (to_bounce)
            std::memcpy(bounce, *address + offset, bytes);
        else
            std::memcpy(*address + offset, bounce, bytes);
        bounce += bytes;
    });
}

std::uint64_t limit_of(const DEVICE_DESCRIPTION &description) {
    // Version 3 says it in bits, where it says anything.
    if (description.Version == 3 && description.DmaAddressWidth != 0)
        return description.DmaAddressWidth >= 64
                   ? UINT64_MAX
                   : (std::uint64_t(1) << description.DmaAddressWidth) - 1;
    if (description.Dma64BitAddresses)
        return UINT64_MAX;
    // ISA masters have 24 address lines.
    if (!description.Dma32BitAddresses && description.InterfaceType == Isa)
        return 0xff'ffff;
    return 0xffff'ffff;
}

} // namespace

BounceBuffer::~BounceBuffer() {
    if (base_ != nullptr)
        pool_.free(base_, mm::contiguous_tag, nullptr);
}

bool BounceBuffer::allocate(std::size_t bytes, std::uint64_t highest) {
    mm::PhysicalLimits limits;
    limits.highest = highest;
    base_ = static_cast<std::byte *>(pool_.allocate_contiguous(bytes, limits, nullptr));
    bytes_ = bytes;
    return base_ != nullptr;
}

std::optional<std::uint64_t> BounceBuffer::add(const Transfer &transfer, bool to_device) {
    if (base_ == nullptr || bytes_ - used_ < transfer.bytes)
        return std::nullopt;
    const std::size_t offset = used_;
    if (to_device)
        copy(memory_, transfer, base_ + offset, true);
    parts_.push_back({transfer, offset});
    used_ += transfer.bytes;
    std::byte *at = base_ + offset;
    return *memory_.pfn_of(at) * page_bytes + reinterpret_cast<std::uint64_t>(at) % page_bytes;
}

void BounceBuffer::flush(bool to_device) {
    if (!to_device)
        for (const Part &part : parts_)
            copy(memory_, part.transfer, base_ + part.offset, false);
    parts_.clear();
    used_ = 0;
}

Adapter::Adapter(mm::Memory &memory, mm::Pool &pool, const DEVICE_DESCRIPTION &description,
                 const DMA_OPERATIONS &operations)
    : header{}, master(description.Master != FALSE), memory_(memory), pool_(pool),
      highest_(limit_of(description)), scatters_(description.ScatterGather != FALSE) {
    header.Version = 1;
    header.Size = sizeof(DMA_ADAPTER);
    header.DmaOperations = const_cast<DMA_OPERATIONS *>(&operations);
    // One more than the pages of the longest transfer: it need not start on a page.
    const std::uint64_t pages =
        (std::uint64_t(description.MaximumLength) + page_bytes - 1) / page_bytes;
    map_registers_ = static_cast<ULONG>(std::min<std::uint64_t>(pages + 1, most_registers));
}

std::size_t Adapter::registers_for(const Transfer &transfer) const {
    std::size_t pages = 0;
    along(transfer, [&](MDL &mdl, std::size_t offset, std::size_t bytes) {
        const std::size_t in_page = (mdl.ByteOffset + offset) % page_bytes;
        pages += (in_page + bytes + page_bytes - 1) / page_bytes;
    });
    return pages;
}

Result<std::vector<Piece>> Adapter::pieces(const Transfer &transfer) {
    std::vector<Piece> pieces;
    const bool whole = along(transfer, [&](MDL &mdl, std::size_t offset, std::size_t bytes) {
        const auto pfns = mm::mdl_pfns(mdl);
        while (bytes != 0) {
            const std::size_t at = mdl.ByteOffset + offset;
            const std::size_t in_page = at % page_bytes;
            const std::size_t part = std::min(bytes, page_bytes - in_page);
            const std::uint64_t physical = pfns[at / page_bytes] * page_bytes + in_page;
            if (!pieces.empty() && pieces.back().physical + pieces.back().bytes == physical)
                pieces.back().bytes += part;
            else
                pieces.push_back({physical, part});
            offset += part;
            bytes -= part;
        }
    });
    if (!whole)
        return fail(STATUS_BUFFER_TOO_SMALL);
    return pieces;
}

bool Adapter::reaches(const std::vector<Piece> &pieces) const {
    return (scatters_ || pieces.size() <= 1) &&
           std::all_of(pieces.begin(), pieces.end(), [&](const Piece &piece) {
               return piece.physical + piece.bytes - 1 <= highest_;
           });
}

Result<MapRegisters *> Adapter::make_registers(ULONG count) {
    if (count > map_registers_)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    registers_.emplace_back(count, memory_, pool_);
    MapRegisters &made = registers_.back();
    KeReleaseSpinLock(&lock_, irql);
    const bool may_bounce = !scatters_ || highest_ != UINT64_MAX;
    if (may_bounce && count != 0 && !made.bounce.allocate(count * page_bytes, highest_)) {
        free_registers(&made);
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    return &made;
}

Result<void> Adapter::allocate_channel(PDEVICE_OBJECT device, ULONG registers,
                                       PDRIVER_CONTROL routine, void *context, const void *key) {
    MapRegisters *made = KS_TRY(make_registers(registers));
    const Request request{device, routine, context, made, key};
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    const bool wait = busy_;
    if (wait)
        waiting_.push_back(request);
    busy_ = true;
    KeReleaseSpinLock(&lock_, irql);
    if (!wait)
        run(request);
    return {};
}

Result<MapRegisters *> Adapter::take_channel(ULONG registers) {
    MapRegisters *made = KS_TRY(make_registers(registers));
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    const bool free = !busy_;
    if (free) {
        busy_ = true;
        current_ = made;
    }
    KeReleaseSpinLock(&lock_, irql);
    if (free)
        return made;
    free_registers(made);
    return fail(STATUS_INSUFFICIENT_RESOURCES);
}

bool Adapter::cancel(const void *key) {
    std::list<Request> gone;
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const Request &each) { return each.key == key; });
    if (found != waiting_.end())
        gone.splice(gone.begin(), waiting_, found);
    KeReleaseSpinLock(&lock_, irql);
    if (gone.empty())
        return false;
    free_registers(gone.front().registers);
    return true;
}

void Adapter::run(const Request &request) {
    const KIRQL irql = KfRaiseIrql(DISPATCH_LEVEL);
    current_ = request.registers;
    const IO_ALLOCATION_ACTION action = call_driver(
        "DRIVER_CONTROL", request.device->CurrentIrp, request.routine, request.device,
        request.device->CurrentIrp, static_cast<PVOID>(request.registers), request.context);
    if (action != KeepObject) {
        if (action == DeallocateObject)
            free_registers(request.registers);
        free_channel();
    }
    KeLowerIrql(irql);
}

void Adapter::free_channel() {
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    std::list<Request> next;
    current_ = nullptr;
    if (waiting_.empty())
        busy_ = false;
    else
        next.splice(next.begin(), waiting_, waiting_.begin());
    KeReleaseSpinLock(&lock_, irql);
    if (!next.empty())
        run(next.front());
}

void Adapter::free_registers(MapRegisters *registers) {
    std::list<MapRegisters> gone;
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    const auto found = std::find_if(registers_.begin(), registers_.end(),
                                    [&](const MapRegisters &each) { return &each == registers; });
    if (found != registers_.end())
        gone.splice(gone.begin(), registers_, found);
    if (current_ == registers)
        current_ = nullptr;
    KeReleaseSpinLock(&lock_, irql);
    if (gone.empty())
        bug_check(hal_misuse, 0x10, reinterpret_cast<std::uint64_t>(registers), 0, 0,
                  "map registers were freed that are not allocated");
}

std::uint64_t Adapter::map(MapRegisters &registers, Transfer &transfer, bool to_device) {
    const auto all = pieces(transfer);
    if (!all || all->empty())
        bug_check(hal_misuse, 0x12, reinterpret_cast<std::uint64_t>(transfer.mdl),
                  reinterpret_cast<std::uint64_t>(transfer.address), transfer.bytes,
                  "MapTransfer was given a range that is not in the MDL");
    const Piece &first = all->front();
    const bool direct = first.physical + first.bytes - 1 <= highest_ &&
                        (scatters_ || first.bytes == transfer.bytes);
    if (scatters_)
        transfer.bytes = first.bytes;
    if (direct)
        return first.physical;
    const auto bounced = registers.bounce.add(transfer, to_device);
    if (!bounced)
        bug_check(hal_misuse, 0x13, reinterpret_cast<std::uint64_t>(&registers), registers.count,
                  transfer.bytes, "MapTransfer was asked for more than its map registers hold");
    return *bounced;
}

} // namespace ksbox::hal
