// Stream headers from their sender, and their data buffers as MDLs.
#include "ks/stream/probe.h"

#include <string>
#include <vector>

#include "ks/data_exports.h"
#include "ks/refusal.h"
#include "nt/kernel.h"
#include "nt/mm/mdl.h"
#include "nt/mm/memory.h"

namespace ksbox::ks {

namespace {

constexpr ULONG pool_tag = 'hSsK';

/// Bytes of the data buffer that the transfer may touch.
ULONG buffer_bytes(const KSSTREAM_HEADER &header, bool write) {
    return write ? header.DataUsed : header.FrameExtent;
}

template <typename F> void for_each_header(PIRP irp, ULONG bytes, F function) {
    auto *position = static_cast<std::byte *>(irp->AssociatedIrp.SystemBuffer);
    for (std::byte *const end = position + bytes; position < end;) {
        auto &header = *reinterpret_cast<KSSTREAM_HEADER *>(position);
        function(header);
        position += header.Size;
    }
}

/// A copy in pool: nothing that the sender does to its own list matters from here on.
NTSTATUS capture_headers(PIRP irp, const SentHeaders &sent, ULONG flags, ULONG header_bytes) {
    if (sent.bytes < sizeof(KSSTREAM_HEADER))
        return refused(irp, STATUS_INVALID_BUFFER_SIZE,
                       "the request has " + std::to_string(sent.bytes) +
                           " bytes of stream headers; a KSSTREAM_HEADER has " +
                           std::to_string(sizeof(KSSTREAM_HEADER)));
    mm::Memory &memory = current_kernel().memory();
    if (irp->RequestorMode != KernelMode && !memory.is_client(sent.address, sent.bytes))
        return STATUS_ACCESS_VIOLATION;
    void *const copy = ExAllocatePoolWithTag(NonPagedPool, sent.bytes, pool_tag);
    if (!copy)
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = STATUS_SUCCESS;
    if (!mm::guarded_copy(copy, sent.address, sent.bytes))
        status = STATUS_ACCESS_VIOLATION;
    else if (const auto checked =
                 check_headers({static_cast<std::byte *>(copy), sent.bytes}, flags, header_bytes);
             !checked)
        status = checked.error().value();
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(copy, pool_tag);
        return status;
    }
    irp->AssociatedIrp.SystemBuffer = copy;
    irp->UserBuffer = sent.address;
    irp->Flags |= IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER;
    // Headers of a read go back to their sender, those of a write are never modified.
    if (!(flags & KSPROBE_STREAMWRITE))
        irp->Flags |= IRP_INPUT_OPERATION;
    return STATUS_SUCCESS;
}

void free_mdls(PIRP irp) {
    for (PMDL mdl = std::exchange(irp->MdlAddress, nullptr); mdl;) {
        PMDL const next = mdl->Next;
        if (mdl->MdlFlags & MDL_PAGES_LOCKED)
            MmUnlockPages(mdl);
        IoFreeMdl(mdl);
        mdl = next;
    }
}

NTSTATUS allocate_mdls(PIRP irp, ULONG bytes, bool write) {
    NTSTATUS status = STATUS_SUCCESS;
    for_each_header(irp, bytes, [&](KSSTREAM_HEADER &header) {
        const ULONG length = buffer_bytes(header, write);
        if (!header.Data || length == 0) {
            header.Data = nullptr;
            return;
        }
        if (NT_SUCCESS(status) &&
            !IoAllocateMdl(header.Data, length, irp->MdlAddress != nullptr, FALSE, irp))
            status = STATUS_INSUFFICIENT_RESOURCES;
    });
    if (!NT_SUCCESS(status))
        free_mdls(irp);
    return status;
}

NTSTATUS lock_mdls(PIRP irp, ULONG flags) {
    mm::Memory &memory = current_kernel().memory();
    LOCK_OPERATION operation = IoWriteAccess;
    if (flags & KSPROBE_STREAMWRITE)
        operation = flags & KSPROBE_MODIFY ? IoModifyAccess : IoReadAccess;
    for (PMDL mdl = irp->MdlAddress; mdl; mdl = mdl->Next) {
        if (mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL))
            continue;
        const bool nonpaged =
            irp->RequestorMode == KernelMode && memory.is_system(mm::mdl_address(*mdl));
        const auto locked = nonpaged ? mm::mdl_build_nonpaged(memory, *mdl)
                                     : mm::mdl_lock(memory, *mdl, irp->RequestorMode, operation,
                                                    IoGetCurrentProcess());
        if (!locked)
            return locked.error().value();
    }
    return STATUS_SUCCESS;
}

NTSTATUS map_mdls(PIRP irp) {
    for (PMDL mdl = irp->MdlAddress; mdl; mdl = mdl->Next)
        if (!mm::mdl_system_address(current_kernel().memory(), *mdl))
            return STATUS_INSUFFICIENT_RESOURCES;
    return STATUS_SUCCESS;
}

} // namespace

SentHeaders sent_headers(const IRP &irp) {
    const auto &parameters =
        IoGetCurrentIrpStackLocation(const_cast<PIRP>(&irp))->Parameters.DeviceIoControl;
    if (parameters.OutputBufferLength)
        return {irp.UserBuffer, parameters.OutputBufferLength};
    return {parameters.Type3InputBuffer, parameters.InputBufferLength};
}

} // namespace ksbox::ks

using namespace ksbox;
using namespace ksbox::ks;

extern "C" {

NTSTATUS NTAPI KsProbeStreamIrp(PIRP Irp, ULONG ProbeFlags, ULONG HeaderSize) {
    const SentHeaders sent = sent_headers(*Irp);
    const bool write = ProbeFlags & KSPROBE_STREAMWRITE;
    // Headers that are in a system buffer already were checked when they got there.
    if (!Irp->AssociatedIrp.SystemBuffer)
        if (const NTSTATUS status = capture_headers(Irp, sent, ProbeFlags, HeaderSize);
            !NT_SUCCESS(status))
            return status;
    if (!(ProbeFlags & KSPROBE_ALLOCATEMDL))
        return STATUS_SUCCESS;
    if (!Irp->MdlAddress)
        if (const NTSTATUS status = allocate_mdls(Irp, sent.bytes, write); !NT_SUCCESS(status))
            return status;
    if (!(ProbeFlags & KSPROBE_PROBEANDLOCK))
        return STATUS_SUCCESS;
    NTSTATUS status = lock_mdls(Irp, ProbeFlags);
    if (NT_SUCCESS(status) && (ProbeFlags & KSPROBE_SYSTEMADDRESS))
        status = map_mdls(Irp);
    if (!NT_SUCCESS(status))
        free_mdls(Irp);
    return status;
}

NTSTATUS NTAPI KsAllocateExtraData(PIRP Irp, ULONG ExtraSize, PVOID *ExtraBuffer) {
    const SentHeaders sent = sent_headers(*Irp);
    std::vector<KSSTREAM_HEADER *> headers;
    for_each_header(Irp, sent.bytes, [&](KSSTREAM_HEADER &header) { headers.push_back(&header); });
    auto *const buffer = static_cast<std::byte *>(
        ExAllocatePoolWithTag(NonPagedPool, sent.bytes + headers.size() * ExtraSize, pool_tag));
    if (!buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    std::byte *position = buffer;
    for (const KSSTREAM_HEADER *header : headers) {
        std::memcpy(position, header, header->Size);
        std::memset(position + header->Size, 0, ExtraSize);
        position += header->Size + ExtraSize;
    }
    *ExtraBuffer = buffer;
    return STATUS_SUCCESS;
}

} // extern "C"

std::span<const Export> ksbox::ks::probe_exports() {
    static const Export table[] = {
        KS_DATA_EXPORT(done, KsProbeStreamIrp),
        KS_DATA_EXPORT(done, KsAllocateExtraData),
    };
    return table;
}
