// Capturing METHOD_NEITHER requests.
#include "ks/request.h"

#include "abi/export.h"
#include "base/quad.h"
#include "ks/internal_code.h"
#include "nt/kernel.h"
#include "nt/mm/layout.h"
#include "nt/mm/memory.h"

namespace ksbox::ks {
namespace {

KS_ASSERT_MS_ABI(PFNKSALLOCATOR);
constexpr ULONG request_tag = 0x7152734b; // 'KsRq'
constexpr ULONG data_limit = 0x4000'0000; // beyond it the sum of both buffers could wrap

bool is_user_range(const void *address, std::size_t bytes) {
    const auto start = reinterpret_cast<std::uintptr_t>(address);
    return start + bytes >= start && start + bytes <= mm::layout::user_probe_address;
}

struct Buffers {
    const void *in;
    ULONG in_bytes;
    void *out;
    ULONG out_bytes;
};

Buffers buffers_of(PIRP irp) {
    const auto &p = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl;
    return {p.Type3InputBuffer, p.InputBufferLength, irp->UserBuffer, p.OutputBufferLength};
}

Request view(PIRP irp, const Buffers &buffers) {
    auto *base = static_cast<std::byte *>(irp->AssociatedIrp.SystemBuffer);
    return {irp, reinterpret_cast<KSIDENTIFIER *>(base + quad_aligned(buffers.out_bytes)),
            buffers.in_bytes, buffers.out_bytes ? base : nullptr, buffers.out_bytes};
}

} // namespace

Result<void> copy_from_requestor(KPROCESSOR_MODE mode, void *to, const void *from,
                                 std::size_t bytes) {
    if ((mode != KernelMode && !is_user_range(from, bytes)) || !mm::guarded_copy(to, from, bytes))
        return fail(STATUS_ACCESS_VIOLATION);
    return {};
}

Result<void> probe_for_write(KPROCESSOR_MODE mode, const void *address, std::size_t bytes) {
    if (mode != KernelMode && bytes &&
        (!is_user_range(address, bytes) ||
         !current_kernel().memory().accessible(address, bytes, true)))
        return fail(STATUS_ACCESS_VIOLATION);
    return {};
}

Result<void> peek_request(PIRP irp, void *copy, ULONG bytes) {
    const Buffers buffers = buffers_of(irp);
    if (buffers.in_bytes < bytes)
        return fail(STATUS_INVALID_BUFFER_SIZE);
    return copy_from_requestor(irp->RequestorMode, copy, buffers.in, bytes);
}

Result<KSIDENTIFIER> peek_identifier(PIRP irp) {
    KSIDENTIFIER identifier;
    KS_CHECK(peek_request(irp, &identifier, sizeof identifier));
    return identifier;
}

KSIDENTIFIER *captured_identifier(PIRP irp) {
    return irp->AssociatedIrp.SystemBuffer ? view(irp, buffers_of(irp)).identifier : nullptr;
}

Result<Request> capture_request(PIRP irp, DataUse use, PFNKSALLOCATOR allocator) {
    const Buffers buffers = buffers_of(irp);
    if (irp->AssociatedIrp.SystemBuffer)
        return view(irp, buffers);
    if (buffers.out_bytes > data_limit || buffers.in_bytes > data_limit)
        return fail(STATUS_INVALID_BUFFER_SIZE);
    const bool in = use == DataUse::in || use == DataUse::in_out;
    const bool out = use == DataUse::out || use == DataUse::in_out;
    if (out)
        KS_CHECK(probe_for_write(irp->RequestorMode, buffers.out, buffers.out_bytes));
    const ULONG bytes = quad_aligned(buffers.out_bytes) + buffers.in_bytes;
    if (allocator) {
        const NTSTATUS status =
            call_code("KsAllocator", irp, allocator, irp, bytes, static_cast<BOOLEAN>(out));
        if (!NT_SUCCESS(status))
            return fail(status);
    } else {
        void *memory = ExAllocatePoolWithTag(NonPagedPool, bytes, request_tag);
        if (!memory)
            return fail(STATUS_INSUFFICIENT_RESOURCES);
        irp->AssociatedIrp.SystemBuffer = memory;
        irp->Flags |= IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER;
        // Without an output buffer there is nothing to copy back, whatever Information says.
        if (out && buffers.out_bytes)
            irp->Flags |= IRP_INPUT_OPERATION;
    }
    const Request request = view(irp, buffers);
    KS_CHECK(
        copy_from_requestor(irp->RequestorMode, request.identifier, buffers.in, buffers.in_bytes));
    if (in && request.data)
        KS_CHECK(
            copy_from_requestor(irp->RequestorMode, request.data, buffers.out, buffers.out_bytes));
    else if (request.data)
        RtlZeroMemory(request.data, buffers.out_bytes);
    return request;
}

} // namespace ksbox::ks
