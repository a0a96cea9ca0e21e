// The operations that DMA adapters of version 3 have beyond those of version 2. Bus masters only:
// what steers the system's DMA controller says that there is none.
#include "nt/hal/dma_operations.h"

#include <cstring>

#include "nt/hal/dma_adapter.h"
#include "nt/kernel.h"
#include "nt/mm/layout.h"
#include "nt/mm/mdl.h"
#include "nt/mm/pool.h"
#include "nt/unimplemented.h"

namespace ksbox::hal {

/// What AllocateCommonBufferVector gives: equal pieces, each of which can be freed by itself.
struct CommonBufferVector {
    ULONG count;
    std::size_t bytes;
    struct Element {
        PVOID address;
        PHYSICAL_ADDRESS logical;
    } elements[1];
};

namespace {

constexpr ULONG vector_tag = 0x5661'6d44; // 'DmaV'
constexpr ULONG synchronous_callback = 1; // DMA_SYNCHRONOUS_CALLBACK
/// DMA_TRANSFER_CONTEXT is 128 bytes of which Windows says nothing: ours begins so.
struct TransferContext {
    ULONG64 mark;
};
constexpr ULONG64 context_mark = 0x7478'6574'6e6f'4344;

Transfer transfer_at(PMDL mdl, ULONGLONG offset, ULONG bytes) {
    return {mdl, mm::mdl_address(*mdl) + offset, bytes};
}

std::uint64_t bound(PPHYSICAL_ADDRESS address, std::uint64_t otherwise) {
    return address ? static_cast<std::uint64_t>(address->QuadPart) : otherwise;
}

} // namespace

extern "C" {

/// @doc NC:wdm.PGET_DMA_ADAPTER_INFO
static NTSTATUS NTAPI get_adapter_info(PDMA_ADAPTER adapter, AdapterInformation *information) {
    if (information->Version != 1)
        return STATUS_NOT_SUPPORTED;
    const std::uint64_t highest = Adapter::of(adapter).highest();
    information->ReadDmaCounterAvailable = FALSE; // the system controller's
    information->ScatterGatherLimit = Adapter::of(adapter).map_registers();
    information->DmaAddressWidth =
        highest == UINT64_MAX ? 64 : static_cast<ULONG>(64 - __builtin_clzll(highest));
    information->Flags = 0;
    information->MinimumTransferUnit = 1;
    return STATUS_SUCCESS;
}

/// @doc NC:wdm.PGET_DMA_TRANSFER_INFO
static NTSTATUS NTAPI get_transfer_info(PDMA_ADAPTER adapter, PMDL mdl, ULONGLONG offset,
                                        ULONG bytes, BOOLEAN, TransferInformation *information) {
    if (information->Version != 1 && information->Version != 2)
        return STATUS_NOT_SUPPORTED;
    const Transfer transfer = transfer_at(mdl, offset, bytes);
    const auto pieces = Adapter::pieces(transfer);
    if (!pieces)
        return pieces.error().value();
    const auto registers = static_cast<ULONG>(Adapter::of(adapter).registers_for(transfer));
    information->MapRegisterCount = registers;
    information->ScatterGatherElementCount = static_cast<ULONG>(pieces->size());
    information->ScatterGatherListSize = static_cast<ULONG>(list_bytes(pieces->size()));
    if (information->Version == 2)
        information->LogicalPageCount = registers;
    return STATUS_SUCCESS;
}

/// @doc NC:wdm.PINITIALIZE_DMA_TRANSFER_CONTEXT
static NTSTATUS NTAPI initialize_context(PDMA_ADAPTER, PVOID context) {
    *static_cast<TransferContext *>(context) = {context_mark};
    return STATUS_SUCCESS;
}

/// @doc NC:wdm.PALLOCATE_COMMON_BUFFER_EX
static PVOID NTAPI allocate_buffer_ex(PDMA_ADAPTER adapter, PPHYSICAL_ADDRESS highest, ULONG bytes,
                                      PPHYSICAL_ADDRESS logical, BOOLEAN, NODE_REQUIREMENT) {
    return common_buffer(adapter, 0, bound(highest, UINT64_MAX), bytes, logical,
                         __builtin_return_address(0));
}

/// @doc NC:wdm.PALLOCATE_COMMON_BUFFER_WITH_BOUNDS
static PVOID NTAPI allocate_buffer_bounds(PDMA_ADAPTER adapter, PPHYSICAL_ADDRESS lowest,
                                          PPHYSICAL_ADDRESS highest, ULONG bytes, ULONG,
                                          MEMORY_CACHING_TYPE *, NODE_REQUIREMENT,
                                          PPHYSICAL_ADDRESS logical) {
    return common_buffer(adapter, bound(lowest, 0), bound(highest, UINT64_MAX), bytes, logical,
                         __builtin_return_address(0));
}

/// DISPATCH_LEVEL. Without a routine the call is synchronous: the registers come back at once, or
/// not at all. @doc NC:wdm.PALLOCATE_ADAPTER_CHANNEL_EX
static NTSTATUS NTAPI allocate_channel_ex(PDMA_ADAPTER adapter, PDEVICE_OBJECT device,
                                          PVOID context, ULONG registers, ULONG flags,
                                          PDRIVER_CONTROL routine, PVOID routine_context,
                                          PVOID *base) {
    if (static_cast<TransferContext *>(context)->mark != context_mark)
        return STATUS_INVALID_PARAMETER;
    Adapter &own = Adapter::of(adapter);
    if (routine == nullptr) {
        if (!(flags & synchronous_callback) || base == nullptr)
            return STATUS_INVALID_PARAMETER;
        const auto taken = own.take_channel(registers);
        if (!taken)
            return taken.error().value();
        *base = *taken;
        return STATUS_SUCCESS;
    }
    const auto allocated =
        own.allocate_channel(device, registers, routine, routine_context, context);
    if (!allocated)
        return allocated.error().value();
    if (base != nullptr)
        *base = own.current_registers();
    return STATUS_SUCCESS;
}

/// @doc NC:wdm.PCONFIGURE_ADAPTER_CHANNEL
static NTSTATUS NTAPI configure_channel(PDMA_ADAPTER, ULONG, PVOID) {
    return STATUS_NOT_IMPLEMENTED;
}

/// @doc NC:wdm.PCANCEL_ADAPTER_CHANNEL
static BOOLEAN NTAPI cancel_channel(PDMA_ADAPTER adapter, PDEVICE_OBJECT, PVOID context) {
    return Adapter::of(adapter).cancel(context);
}

/// @doc NC:wdm.PMAP_TRANSFER_EX
static NTSTATUS NTAPI map_transfer_ex(PDMA_ADAPTER adapter, PMDL mdl, PVOID base, ULONGLONG offset,
                                      ULONG, PULONG bytes, BOOLEAN to_device,
                                      PSCATTER_GATHER_LIST list, ULONG list_size,
                                      CompletionRoutine *, PVOID) {
    if (list == nullptr || list_size < list_bytes(1))
        return list == nullptr ? STATUS_INVALID_PARAMETER : STATUS_BUFFER_TOO_SMALL;
    const Transfer whole = transfer_at(mdl, offset, *bytes);
    if (const auto pieces = Adapter::pieces(whole); !pieces)
        return pieces.error().value();
    ULONG done = 0;
    list->NumberOfElements = 0;
    list->Reserved = 0;
    while (done < *bytes && list_bytes(list->NumberOfElements + 1) <= list_size) {
        Transfer rest = transfer_at(mdl, offset + done, *bytes - done);
        const std::uint64_t logical =
            Adapter::of(adapter).map(*static_cast<MapRegisters *>(base), rest, to_device != FALSE);
        auto &element = list->Elements[list->NumberOfElements++];
        element.Address.QuadPart = static_cast<LONGLONG>(logical);
        element.Length = static_cast<ULONG>(rest.bytes);
        element.Reserved = 0;
        done += static_cast<ULONG>(rest.bytes);
    }
    *bytes = done;
    return STATUS_SUCCESS;
}

/// @doc NC:wdm.PGET_SCATTER_GATHER_LIST_EX
static NTSTATUS NTAPI get_list_ex(PDMA_ADAPTER adapter, PDEVICE_OBJECT device, PVOID, PMDL mdl,
                                  ULONGLONG offset, ULONG bytes, ULONG,
                                  PDRIVER_LIST_CONTROL routine, PVOID context, BOOLEAN to_device,
                                  CompletionRoutine *, PVOID, PSCATTER_GATHER_LIST *list) {
    if (routine == nullptr && list == nullptr)
        return STATUS_INVALID_PARAMETER;
    return scatter_gather({adapter, device, routine, context, to_device != FALSE, nullptr, 0, list,
                           __builtin_return_address(0)},
                          transfer_at(mdl, offset, bytes));
}

/// @doc NC:wdm.PBUILD_SCATTER_GATHER_LIST_EX
static NTSTATUS NTAPI build_list_ex(PDMA_ADAPTER adapter, PDEVICE_OBJECT device, PVOID, PMDL mdl,
                                    ULONGLONG offset, ULONG bytes, ULONG,
                                    PDRIVER_LIST_CONTROL routine, PVOID context, BOOLEAN to_device,
                                    PVOID buffer, ULONG buffer_bytes, CompletionRoutine *, PVOID,
                                    PVOID list) {
    if (buffer == nullptr || (routine == nullptr && list == nullptr))
        return STATUS_INVALID_PARAMETER;
    return scatter_gather({adapter, device, routine, context, to_device != FALSE, buffer,
                           buffer_bytes, static_cast<PSCATTER_GATHER_LIST *>(list),
                           __builtin_return_address(0)},
                          transfer_at(mdl, offset, bytes));
}

/// @doc NC:wdm.PFLUSH_ADAPTER_BUFFERS_EX
static NTSTATUS NTAPI flush_ex(PDMA_ADAPTER, PMDL, PVOID base, ULONGLONG, ULONG,
                               BOOLEAN to_device) {
    if (base != nullptr)
        static_cast<MapRegisters *>(base)->bounce.flush(to_device != FALSE);
    return STATUS_SUCCESS;
}

/// @doc NC:wdm.PFREE_ADAPTER_OBJECT
static VOID NTAPI free_object(PDMA_ADAPTER adapter, IO_ALLOCATION_ACTION action) {
    Adapter &own = Adapter::of(adapter);
    if (action == KeepObject)
        return;
    if (action == DeallocateObject && own.current_registers() != nullptr)
        own.free_registers(own.current_registers());
    own.free_channel();
}

/// A bus master's transfers are its own to cancel. @doc NC:wdm.PCANCEL_MAPPED_TRANSFER
static NTSTATUS NTAPI cancel_transfer(PDMA_ADAPTER, PVOID) {
    return STATUS_NOT_SUPPORTED;
}

/// @doc NC:wdm.PALLOCATE_DOMAIN_COMMON_BUFFER
static NTSTATUS NTAPI allocate_domain_buffer(PDMA_ADAPTER adapter, HANDLE domain,
                                             PPHYSICAL_ADDRESS highest, ULONG bytes, ULONG,
                                             MEMORY_CACHING_TYPE *, NODE_REQUIREMENT,
                                             PPHYSICAL_ADDRESS logical, PVOID *address) {
    if (domain != nullptr)
        return STATUS_NOT_SUPPORTED; // a box has no IOMMU, and one domain
    *address = common_buffer(adapter, 0, bound(highest, UINT64_MAX), bytes, logical,
                             __builtin_return_address(0));
    return *address ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/// Memory is coherent. @doc NC:wdm.PFLUSH_DMA_BUFFER
static NTSTATUS NTAPI flush_dma_buffer(PDMA_ADAPTER, PMDL, BOOLEAN) {
    return STATUS_SUCCESS;
}

/// @doc NC:wdm.PJOIN_DMA_DOMAIN
static NTSTATUS NTAPI join_domain(PDMA_ADAPTER, HANDLE) {
    return STATUS_NOT_SUPPORTED;
}
/// @doc NC:wdm.PLEAVE_DMA_DOMAIN
static NTSTATUS NTAPI leave_domain(PDMA_ADAPTER) {
    return STATUS_NOT_SUPPORTED;
}
/// @doc NC:wdm.PGET_DMA_DOMAIN
static HANDLE NTAPI get_domain(PDMA_ADAPTER) {
    return nullptr;
}

static VOID NTAPI free_from_vector(PDMA_ADAPTER, CommonBufferVector *vector, ULONG index) {
    auto &element = vector->elements[index];
    if (element.address != nullptr)
        current_kernel().pool().free(element.address, mm::contiguous_tag,
                                     __builtin_return_address(0));
    element.address = nullptr;
}

/// @doc NC:wdm.PFREE_COMMON_BUFFER_VECTOR
static VOID NTAPI free_vector(PDMA_ADAPTER adapter, CommonBufferVector *vector) {
    for (ULONG i = 0; i < vector->count; ++i)
        free_from_vector(adapter, vector, i);
    current_kernel().pool().free(vector, vector_tag, __builtin_return_address(0));
}

/// @doc NC:wdm.PALLOCATE_COMMON_BUFFER_VECTOR
static NTSTATUS NTAPI allocate_vector(PDMA_ADAPTER adapter, PHYSICAL_ADDRESS low,
                                      PHYSICAL_ADDRESS high, MEMORY_CACHING_TYPE, ULONG, ULONG,
                                      ULONG count, ULONGLONG bytes, CommonBufferVector **out) {
    *out = nullptr;
    if (count == 0 || bytes == 0)
        return STATUS_INVALID_PARAMETER;
    const void *caller = __builtin_return_address(0);
    const std::size_t size = offsetof(CommonBufferVector, elements) +
                             std::size_t(count) * sizeof(CommonBufferVector::Element);
    auto *vector = static_cast<CommonBufferVector *>(
        current_kernel().pool().allocate(mm::PoolKind::nonpaged, size, vector_tag, caller, true));
    if (vector == nullptr)
        return STATUS_INSUFFICIENT_RESOURCES;
    vector->count = count;
    vector->bytes = bytes;
    for (ULONG i = 0; i < count; ++i)
        vector->elements[i] = {};
    for (ULONG i = 0; i < count; ++i) {
        auto &element = vector->elements[i];
        element.address = common_buffer(adapter, static_cast<std::uint64_t>(low.QuadPart),
                                        static_cast<std::uint64_t>(high.QuadPart), bytes,
                                        &element.logical, caller);
        if (element.address == nullptr) {
            free_vector(adapter, vector);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
    }
    *out = vector;
    return STATUS_SUCCESS;
}

/// @doc NC:wdm.PGET_COMMON_BUFFER_FROM_VECTOR_BY_INDEX
static VOID NTAPI get_from_vector(PDMA_ADAPTER, CommonBufferVector *vector, ULONG index,
                                  PVOID *address, PPHYSICAL_ADDRESS logical) {
    *address = vector->elements[index].address;
    *logical = vector->elements[index].logical;
}

static NTSTATUS NTAPI create_from_mdl(PDMA_ADAPTER, PMDL, PPHYSICAL_ADDRESS, ULONG) {
    unimplemented("DMA_OPERATIONS.CreateCommonBufferFromMdl");
}

} // extern "C"

const DMA_OPERATIONS &operations3(const DMA_OPERATIONS &second) {
    static const Operations3 table = [&] {
        Operations3 made{{},
                         get_adapter_info,
                         get_transfer_info,
                         initialize_context,
                         allocate_buffer_ex,
                         allocate_channel_ex,
                         configure_channel,
                         cancel_channel,
                         map_transfer_ex,
                         get_list_ex,
                         build_list_ex,
                         flush_ex,
                         free_object,
                         cancel_transfer,
                         allocate_domain_buffer,
                         flush_dma_buffer,
                         join_domain,
                         leave_domain,
                         get_domain,
                         allocate_buffer_bounds,
                         allocate_vector,
                         get_from_vector,
                         free_from_vector,
                         free_vector,
                         create_from_mdl};
        DMA_OPERATIONS base = second;
        base.Size = sizeof made;
        std::memcpy(made.second, &base, sizeof made.second);
        return made;
    }();
    return reinterpret_cast<const DMA_OPERATIONS &>(table);
}

} // namespace ksbox::hal
