// FsContext of AVStream's file objects.
#include "ks/file_context.h"

#include "nt/kernel.h"
#include "nt/mm/memory.h"
#include "nt/mm/pool.h"

namespace ksbox::ks {
namespace {

constexpr std::uint32_t context_tag = 0x7843734b; // 'KsCx'

} // namespace

Result<FileContext *> FileContext::create(PIRP irp, Object &object, ULONG node_id,
                                          std::span<const KSOBJECT_CREATE_ITEM> items,
                                          const KSDISPATCH_TABLE *table) {
    mm::Pool &pool = current_kernel().pool();
    auto *context = static_cast<FileContext *>(
        pool.allocate(mm::PoolKind::nonpaged, sizeof(FileContext), context_tag, nullptr, true));
    if (!context)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    const NTSTATUS status =
        KsAllocateObjectHeader(&context->header, static_cast<ULONG>(items.size()),
                               const_cast<PKSOBJECT_CREATE_ITEM>(items.data()), irp, table);
    if (!NT_SUCCESS(status)) {
        pool.free(context, context_tag, nullptr);
        return fail(status);
    }
    context->magic = expected;
    context->object = &object;
    context->node_id = node_id;
    IoGetCurrentIrpStackLocation(irp)->FileObject->FsContext = context;
    return context;
}

FileContext *FileContext::of(PFILE_OBJECT file) {
    FileContext copy{};
    if (!file || !file->FsContext || !mm::guarded_copy(&copy, file->FsContext, sizeof copy) ||
        copy.magic != expected)
        return nullptr;
    return static_cast<FileContext *>(file->FsContext);
}

void FileContext::destroy(PFILE_OBJECT file) {
    FileContext *context = of(file);
    if (!context)
        return;
    file->FsContext = nullptr;
    context->magic = 0;
    KsFreeObjectHeader(context->header);
    current_kernel().pool().free(context, context_tag, nullptr);
}

} // namespace ksbox::ks
