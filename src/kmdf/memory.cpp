#include "kmdf/memory.h"

#include <cstring>

#include "kmdf/create.h"
#include "kmdf/exports.h"
#include "nt/irql_check.h"
#include "nt/ke/thread.h"
#include "nt/mm/pool.h"

namespace ksbox::kmdf {

Memory::~Memory() {
    // A box that is taken apart gives its pool back as a whole.
    if (owned_ && ke::current_thread_or_null())
        client().kernel().pool().free(buffer_, 0, nullptr);
}

namespace {

mm::PoolKind kind_of(POOL_TYPE type) {
    if (type & PagedPool)
        return mm::PoolKind::paged;
    return type & POOL_NX_ALLOCATION ? mm::PoolKind::nonpaged : mm::PoolKind::nonpaged_execute;
}

NTSTATUS NTAPI WdfMemoryCreate(Globals Globals, PWDF_OBJECT_ATTRIBUTES Attributes,
                               POOL_TYPE PoolType, ULONG PoolTag, size_t BufferSize,
                               WDFMEMORY *Memory, PVOID *Buffer) {
    constexpr const char *function = "WdfMemoryCreate";
    const mm::PoolKind kind = kind_of(PoolType);
    require_irql(kind == mm::PoolKind::paged ? APC_LEVEL : DISPATCH_LEVEL, function);
    if (Buffer)
        *Buffer = nullptr;
    Creation creation =
        begin_creation(Globals, function, __builtin_return_address(0), Attributes, Memory);
    if (BufferSize == 0)
        return STATUS_INVALID_PARAMETER;
    if (const NTSTATUS status = check(creation, {}); !NT_SUCCESS(status))
        return status;
    mm::Pool &pool = creation.client.kernel().pool();
    void *const block = pool.allocate(kind, BufferSize, PoolTag ? PoolTag : creation.client.tag(),
                                      creation.caller, (PoolType & POOL_ZERO_ALLOCATION) != 0);
    if (block == nullptr)
        return STATUS_INSUFFICIENT_RESOURCES;
    // The object owns the block from here on, also when it does not come to be.
    const NTSTATUS status = finish_creation<kmdf::Memory>(creation, Memory, block, BufferSize, true,
                                                          kind == mm::PoolKind::paged);
    if (NT_SUCCESS(status) && Buffer)
        *Buffer = block;
    return status;
}

NTSTATUS NTAPI WdfMemoryCreatePreallocated(Globals Globals, PWDF_OBJECT_ATTRIBUTES Attributes,
                                           PVOID Buffer, size_t BufferSize, WDFMEMORY *Memory) {
    constexpr const char *function = "WdfMemoryCreatePreallocated";
    require_irql(DISPATCH_LEVEL, function);
    Creation creation =
        begin_creation(Globals, function, __builtin_return_address(0), Attributes, Memory);
    require_parameter(Buffer, function, "Buffer");
    if (BufferSize == 0)
        return STATUS_INVALID_PARAMETER;
    if (const NTSTATUS status = check(creation, {}); !NT_SUCCESS(status))
        return status;
    return finish_creation<kmdf::Memory>(creation, Memory, Buffer, BufferSize, false, false);
}

PVOID NTAPI WdfMemoryGetBuffer(Globals, WDFMEMORY Memory, size_t *BufferSize) {
    const auto &memory = object_of<kmdf::Memory>(Memory, "WdfMemoryGetBuffer");
    if (BufferSize)
        *BufferSize = memory.size();
    return memory.data();
}

NTSTATUS NTAPI WdfMemoryAssignBuffer(Globals, WDFMEMORY Memory, PVOID Buffer, size_t BufferSize) {
    constexpr const char *function = "WdfMemoryAssignBuffer";
    auto &memory = object_of<kmdf::Memory>(Memory, function);
    require_parameter(Buffer, function, "Buffer");
    if (BufferSize == 0)
        return STATUS_INVALID_PARAMETER;
    if (memory.owned()) // the page: "not to a memory object that WdfMemoryCreate created"
        return STATUS_INVALID_DEVICE_REQUEST;
    memory.assign(Buffer, BufferSize);
    return STATUS_SUCCESS;
}

NTSTATUS check_copy(const kmdf::Memory &memory, size_t offset, size_t bytes) {
    if (bytes == 0)
        return STATUS_INVALID_PARAMETER;
    return offset > memory.size() || bytes > memory.size() - offset ? STATUS_BUFFER_TOO_SMALL
                                                                    : STATUS_SUCCESS;
}

NTSTATUS NTAPI WdfMemoryCopyToBuffer(Globals, WDFMEMORY SourceMemory, size_t SourceOffset,
                                     PVOID Buffer, size_t NumBytesToCopyTo) {
    constexpr const char *function = "WdfMemoryCopyToBuffer";
    const auto &memory = object_of<Memory>(SourceMemory, function);
    require_parameter(Buffer, function, "Buffer");
    const NTSTATUS status = check_copy(memory, SourceOffset, NumBytesToCopyTo);
    if (NT_SUCCESS(status))
        std::memcpy(Buffer, memory.data() + SourceOffset, NumBytesToCopyTo);
    return status;
}

NTSTATUS NTAPI WdfMemoryCopyFromBuffer(Globals, WDFMEMORY DestinationMemory,
                                       size_t DestinationOffset, PVOID Buffer,
                                       size_t NumBytesToCopyFrom) {
    constexpr const char *function = "WdfMemoryCopyFromBuffer";
    const auto &memory = object_of<Memory>(DestinationMemory, function);
    require_parameter(Buffer, function, "Buffer");
    NTSTATUS status = check_copy(memory, DestinationOffset, NumBytesToCopyFrom);
    if (status == STATUS_BUFFER_TOO_SMALL && DestinationOffset >= memory.size())
        status = STATUS_INVALID_BUFFER_SIZE; // the page tells the two apart, that of the other not
    if (NT_SUCCESS(status))
        std::memcpy(memory.data() + DestinationOffset, Buffer, NumBytesToCopyFrom);
    return status;
}

} // namespace

std::span<const Export> memory_exports() {
    static const Export table[] = {
        WDF_EXPORT(done, wdfmemory, WdfMemoryCreate),
        WDF_EXPORT(done, wdfmemory, WdfMemoryCreatePreallocated),
        WDF_EXPORT(done, wdfmemory, WdfMemoryGetBuffer),
        WDF_EXPORT(done, wdfmemory, WdfMemoryAssignBuffer),
        WDF_EXPORT(done, wdfmemory, WdfMemoryCopyToBuffer),
        WDF_EXPORT(done, wdfmemory, WdfMemoryCopyFromBuffer),
    };
    return table;
}

} // namespace ksbox::kmdf
