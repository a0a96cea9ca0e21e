// IOCTL_KS_METHOD (stream/ksmethod-structure, NS:ks.KSMETHOD_ITEM).
#include "ks/automation_find.h"
#include "ks/internal_code.h"
#include "nt/kernel.h"
#include "nt/mm/memory.h"

namespace ksbox::ks {
namespace {

DataUse use_of(const KSMETHOD_ITEM &item) {
    switch (item.Flags & KSMETHOD_TYPE_MODIFY) {
    case KSMETHOD_TYPE_READ:
        return DataUse::in;
    case KSMETHOD_TYPE_WRITE:
        return DataUse::out;
    case KSMETHOD_TYPE_MODIFY:
        return DataUse::in_out;
    default:
        return DataUse::none;
    }
}

NTSTATUS run(const char *name, PFNKSHANDLER handler, const Request &request, void *data) {
    return call_code(name, request.irp, handler, request.irp, request.identifier, data);
}

/// KSMETHOD_TYPE_SOURCE: the handler gets the client's own pages, locked, instead of a copy.
NTSTATUS run_on_source(const KSMETHOD_ITEM &item, const Request &request) {
    PIRP irp = request.irp;
    if (!request.data_bytes || use_of(item) == DataUse::none)
        return run("KSMETHOD_ITEM.MethodHandler", item.MethodHandler, request, nullptr);
    if (auto probed = probe_for_write(irp->RequestorMode, irp->UserBuffer,
                                      use_of(item) == DataUse::in ? 0 : request.data_bytes);
        !probed)
        return probed.error().value();
    PMDL mdl = IoAllocateMdl(irp->UserBuffer, request.data_bytes, FALSE, FALSE, irp);
    if (!mdl)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (!current_kernel().memory().accessible(irp->UserBuffer, request.data_bytes, false)) {
        IoFreeMdl(mdl);
        irp->MdlAddress = nullptr;
        return STATUS_ACCESS_VIOLATION;
    }
    MmProbeAndLockPages(mdl, irp->RequestorMode,
                        use_of(item) == DataUse::in ? IoReadAccess : IoModifyAccess);
    // The I/O manager unlocks and frees the IRP's MDL when the IRP completes.
    void *address = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
    if (!address)
        return STATUS_INSUFFICIENT_RESOURCES;
    return run("KSMETHOD_ITEM.MethodHandler", item.MethodHandler, request, address);
}

NTSTATUS send(PIRP irp, const Found<KSMETHOD_SET, KSMETHOD_ITEM> &found, PFNKSALLOCATOR allocator) {
    const KSMETHOD_ITEM &item = *found.item;
    const bool source = (item.Flags & KSMETHOD_TYPE_SOURCE) != 0;
    auto request = capture_request(irp, source ? DataUse::none : use_of(item), allocator);
    if (!request)
        return request.error().value();
    KSMETHOD_SET_IRP_STORAGE(irp) = found.set;
    KSMETHOD_ITEM_IRP_STORAGE(irp) = found.item;
    KSMETHOD_TYPE_IRP_STORAGE(irp) = item.Flags & (KSMETHOD_TYPE_MODIFY | KSMETHOD_TYPE_SOURCE);
    if (!item.MethodHandler)
        return STATUS_NOT_FOUND;
    if (request->request_bytes < item.MinMethod)
        return STATUS_BUFFER_TOO_SMALL;
    if (request->data_bytes < item.MinData) {
        if (request->data_bytes)
            return STATUS_BUFFER_TOO_SMALL;
        irp->IoStatus.Information = item.MinData;
        return STATUS_BUFFER_OVERFLOW;
    }
    return source ? run_on_source(item, *request)
                  : run("KSMETHOD_ITEM.MethodHandler", item.MethodHandler, *request, request->data);
}

NTSTATUS basic_support(PIRP irp, const Found<KSMETHOD_SET, KSMETHOD_ITEM> &found,
                       PFNKSALLOCATOR allocator) {
    auto request = capture_request(irp, DataUse::out, allocator);
    if (!request)
        return request.error().value();
    KSMETHOD_SET_IRP_STORAGE(irp) = found.set;
    KSMETHOD_ITEM_IRP_STORAGE(irp) = found.item;
    if (found.item->SupportHandler) {
        const NTSTATUS status = run("KSMETHOD_ITEM.SupportHandler", found.item->SupportHandler,
                                    *request, request->data);
        if (status != STATUS_SOME_NOT_MAPPED)
            return status;
    }
    if (request->data_bytes == 0)
        return STATUS_SUCCESS;
    if (request->data_bytes < sizeof(ULONG))
        return STATUS_BUFFER_TOO_SMALL;
    *static_cast<ULONG *>(request->data) = found.item->Flags;
    irp->IoStatus.Information = sizeof(ULONG);
    return STATUS_SUCCESS;
}

} // namespace

NTSTATUS handle_method(PIRP irp, std::span<const MethodTable> tables, PFNKSALLOCATOR allocator) {
    irp->IoStatus.Information = 0;
    for (const MethodTable &table : tables)
        if (!valid_item_size<KSMETHOD_ITEM>(table.item_bytes))
            return STATUS_INVALID_PARAMETER;
    auto identifier = peek_identifier(irp);
    if (!identifier)
        return identifier.error().value();
    const ULONG kind = identifier->Flags & ~ULONG(KSMETHOD_TYPE_TOPOLOGY);
    if (kind == KSMETHOD_TYPE_SETSUPPORT && is_wildcard(identifier->Set))
        return answer_set_list(irp, DataUse::out, allocator, list_sets(tables));
    const auto found = find_item<KSMETHOD_ITEM>(tables, identifier->Set, identifier->Id);
    if (!found.set)
        return STATUS_PROPSET_NOT_FOUND;
    if (kind == KSMETHOD_TYPE_SETSUPPORT)
        return STATUS_SUCCESS;
    if (!found.item)
        return STATUS_NOT_FOUND;
    switch (kind) {
    case KSMETHOD_TYPE_BASICSUPPORT:
        return basic_support(irp, found, allocator);
    case KSMETHOD_TYPE_SEND:
    case KSMETHOD_TYPE_NONE: // clients that name the data's direction instead
    case KSMETHOD_TYPE_WRITE:
    case KSMETHOD_TYPE_MODIFY:
        return send(irp, found, allocator);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

} // namespace ksbox::ks
