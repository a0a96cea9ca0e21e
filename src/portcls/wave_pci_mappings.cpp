// GetMapping, ReleaseMapping, RevokeMappings: a client's frames as runs of physical memory.
#include <algorithm>
#include <iterator>
#include <vector>

#include "nt/spin_guard.h"
#include "portcls/wave_pci_stream.h"

namespace ksbox::portcls {
namespace {

constexpr ULONG page_bytes = 4096;
/// "GetMapping never outputs a mapping that spans more than 16 pages."
constexpr ULONG largest_mapping_pages = 16;

/// Bytes from `address` on that are contiguous in physical memory, at most `limit`.
ULONG contiguous_bytes(char *address, ULONG limit, PHYSICAL_ADDRESS &physical) {
    physical = MmGetPhysicalAddress(address);
    ULONG bytes = page_bytes - ULONG(reinterpret_cast<ULONG_PTR>(address) % page_bytes);
    for (ULONG pages = 1; bytes < limit && pages < largest_mapping_pages; ++pages) {
        if (MmGetPhysicalAddress(address + bytes).QuadPart != physical.QuadPart + LONGLONG(bytes))
            break;
        bytes += page_bytes;
    }
    return std::min(bytes, limit);
}

} // namespace

NTSTATUS WavePciStream::get_mapping(void *tag, PHYSICAL_ADDRESS &physical, void *&address,
                                    ULONG &bytes, ULONG &flags) {
    for (;;) {
        Mapping mapping{tag, nullptr, 0};
        ks::StreamPointer *empty = nullptr;
        Taken taken;
        {
            SpinGuard guard(edge_lock_);
            taken = take(mapping, address, flags, empty);
        }
        if (taken == Taken::mapping) {
            physical = MmGetPhysicalAddress(address);
            bytes = mapping.bytes;
            return STATUS_SUCCESS;
        }
        if (taken == Taken::nothing)
            return STATUS_NOT_FOUND;
        queue_.remove(*empty); // which may complete the IRP: without the lock
    }
}

/// The next run of the leading edge's frame. Its offset moves by hand, Count as Remaining: what the
/// queue would otherwise take for DataUsed is only known when mappings are released.
WavePciStream::Taken WavePciStream::take(Mapping &mapping, void *&address, ULONG &flags,
                                         ks::StreamPointer *&empty) {
    ks::StreamPointer &edge = queue_.leading_edge();
    if (!NT_SUCCESS(queue_.lock(edge))) {
        refused_ = true;
        // One may have come before it was said.
        if (!NT_SUCCESS(queue_.lock(edge)))
            return Taken::nothing;
        refused_ = false;
    }
    KSSTREAM_POINTER_OFFSET &offset = edge.offset();
    if (!offset.Remaining) {
        if (NT_SUCCESS(queue_.clone(edge, nullptr, 0, &empty)))
            queue_.unlock(*empty);
        queue_.eject_and_unlock(edge);
        return empty ? Taken::empty_frame : Taken::nothing;
    }
    const ks::Frame &frame = *edge.frame;
    if (looped_) {
        SpinGuard guard(lock_);
        loop_bytes_ = capture_ ? frame.header->FrameExtent : frame.header->DataUsed;
    }
    PHYSICAL_ADDRESS physical;
    mapping.bytes =
        contiguous_bytes(reinterpret_cast<char *>(offset.Data), offset.Remaining, physical);
    address = offset.Data;
    if (const NTSTATUS status = keep(edge, mapping); !NT_SUCCESS(status)) {
        refused_ = true;
        queue_.unlock(edge);
        return Taken::nothing;
    }
    offset.Data += mapping.bytes;
    offset.Count = offset.Remaining -= mapping.bytes;
    const bool end = offset.Remaining == 0;
    flags = end && frame.index + 1 == frame.owner->frames.size();
    if (end && looped_) {
        offset.Data = static_cast<PUCHAR>(frame.header->Data);
        offset.Count = offset.Remaining = loop_bytes_;
    }
    if (end && !looped_)
        queue_.eject_and_unlock(edge);
    else
        queue_.unlock(edge);
    return Taken::mapping;
}

/// A clone for the mapping, while the edge is locked: its IRP cannot be cancelled meanwhile.
NTSTATUS WavePciStream::keep(ks::StreamPointer &edge, Mapping &mapping) {
    const NTSTATUS status = queue_.clone(edge, frame_cancelled, sizeof(Kept), &mapping.clone);
    if (!NT_SUCCESS(status))
        return status;
    static_cast<Kept *>(mapping.clone->abi.Context)->stream = this;
    mapping.clone->offset() = {};
    {
        SpinGuard guard(lock_);
        mappings_.push_back(mapping);
        mapped_bytes_ += mapping.bytes;
    }
    queue_.unlock(*mapping.clone);
    return STATUS_SUCCESS;
}

NTSTATUS WavePciStream::release_mapping(void *tag) {
    Mapping mapping{};
    {
        SpinGuard guard(lock_);
        const auto found = std::ranges::find(mappings_, tag, &Mapping::tag);
        if (found == mappings_.end())
            return STATUS_NOT_FOUND; // never had, or revoked. inferred
        mapping = *found;
        mappings_.erase(found);
        released_bytes_ += mapping.bytes;
    }
    // Locked, the frame does not go while it is told what it holds.
    if (NT_SUCCESS(queue_.lock(*mapping.clone))) {
        KSSTREAM_HEADER &header = *mapping.clone->abi.StreamHeader;
        if (capture_)
            header.DataUsed = std::min<ULONG>(header.DataUsed + mapping.bytes, header.FrameExtent);
        queue_.unlock(*mapping.clone);
    }
    queue_.remove(*mapping.clone);
    return STATUS_SUCCESS;
}

NTSTATUS WavePciStream::terminate_packet() {
    ks::StreamPointer *last = nullptr; // keeps the IRP until the lock is free
    {
        SpinGuard guard(edge_lock_);
        ks::StreamPointer &edge = queue_.leading_edge();
        if (!NT_SUCCESS(queue_.lock(edge)))
            return STATUS_SUCCESS; // no packet is being mapped
        const ks::Frame &frame = *edge.frame;
        const ks::StreamIrp *const packet = frame.owner;
        const bool begun = frame.index || edge.offset().Data != frame.header->Data;
        if (begun && NT_SUCCESS(queue_.clone(edge, nullptr, 0, &last))) {
            queue_.unlock(*last);
            while (edge.locked && edge.frame->owner == packet && NT_SUCCESS(queue_.advance(edge))) {
            }
        }
        queue_.unlock(edge);
    }
    if (last)
        queue_.remove(*last);
    return STATUS_SUCCESS;
}

/// Called with the queue's lock held, for each clone of the frames of an IRP that goes.
void NTAPI WavePciStream::frame_cancelled(PKSSTREAM_POINTER pointer) {
    ks::StreamPointer &clone = ks::StreamPointer::from(pointer);
    static_cast<Kept *>(pointer->Context)->stream->revoke(*clone.frame->owner);
}

/// All mappings of the IRP at once: they follow each other.
void WavePciStream::revoke(const ks::StreamIrp &irp) {
    std::vector<Mapping> revoked;
    {
        SpinGuard guard(lock_);
        const auto of_irp = [&](const Mapping &mapping) {
            return mapping.clone->frame && mapping.clone->frame->owner == &irp;
        };
        std::ranges::copy_if(mappings_, std::back_inserter(revoked), of_irp);
        std::erase_if(mappings_, of_irp);
    }
    if (revoked.empty())
        return; // one that ReleaseMapping is about to remove
    ULONG count = 0;
    call_method("IMiniportWavePciStream.RevokeMappings", stream_.get(),
                &IMiniportWavePciStream::RevokeMappings, revoked.front().tag, revoked.back().tag,
                &count);
    for (const Mapping &mapping : revoked)
        queue_.remove(*mapping.clone);
}

} // namespace ksbox::portcls
