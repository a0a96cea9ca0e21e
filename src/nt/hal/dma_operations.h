// Version 3 of the operations behind DMA_ADAPTER, which mingw-w64's headers lack. The names and the
// order are Windows's.
#pragma once

#include <cstddef>
#include <cstdint>

#include "abi/windows.h"

namespace ksbox::hal {

struct Transfer;

inline constexpr ULONG device_description_version3 = 3;

/// @doc NS:wdm._DMA_ADAPTER_INFO
struct AdapterInformation {
    ULONG Version; ///< 1
    ULONG ReadDmaCounterAvailable;
    ULONG ScatterGatherLimit;
    ULONG DmaAddressWidth;
    ULONG Flags;
    ULONG MinimumTransferUnit;
};

/// @doc NS:wdm._DMA_TRANSFER_INFO
struct TransferInformation {
    ULONG Version; ///< 1, or 2 with LogicalPageCount
    ULONG MapRegisterCount;
    ULONG ScatterGatherElementCount;
    ULONG ScatterGatherListSize;
    ULONG LogicalPageCount;
};

struct CommonBufferVector;
typedef VOID NTAPI CompletionRoutine(PDMA_ADAPTER, PDEVICE_OBJECT, PVOID, ULONG);

/// @doc NS:wdm._DMA_OPERATIONS
struct Operations3 {
    /// The host's DMA_OPERATIONS has room for version 3: this is it up to there.
    static constexpr std::size_t second_bytes =
        offsetof(DMA_OPERATIONS, BuildMdlFromScatterGatherList) + sizeof(void *);
    alignas(void *) std::byte second[second_bytes];
    NTSTATUS(NTAPI *GetDmaAdapterInfo)(PDMA_ADAPTER, AdapterInformation *);
    NTSTATUS(NTAPI *GetDmaTransferInfo)(PDMA_ADAPTER, PMDL, ULONGLONG, ULONG, BOOLEAN,
                                        TransferInformation *);
    NTSTATUS(NTAPI *InitializeDmaTransferContext)(PDMA_ADAPTER, PVOID);
    PVOID(NTAPI *AllocateCommonBufferEx)(PDMA_ADAPTER, PPHYSICAL_ADDRESS, ULONG, PPHYSICAL_ADDRESS,
                                         BOOLEAN, NODE_REQUIREMENT);
    NTSTATUS(NTAPI *AllocateAdapterChannelEx)(PDMA_ADAPTER, PDEVICE_OBJECT, PVOID, ULONG, ULONG,
                                              PDRIVER_CONTROL, PVOID, PVOID *);
    NTSTATUS(NTAPI *ConfigureAdapterChannel)(PDMA_ADAPTER, ULONG, PVOID);
    BOOLEAN(NTAPI *CancelAdapterChannel)(PDMA_ADAPTER, PDEVICE_OBJECT, PVOID);
    NTSTATUS(NTAPI *MapTransferEx)(PDMA_ADAPTER, PMDL, PVOID, ULONGLONG, ULONG, PULONG, BOOLEAN,
                                   PSCATTER_GATHER_LIST, ULONG, CompletionRoutine *, PVOID);
    NTSTATUS(NTAPI *GetScatterGatherListEx)(PDMA_ADAPTER, PDEVICE_OBJECT, PVOID, PMDL, ULONGLONG,
                                            ULONG, ULONG, PDRIVER_LIST_CONTROL, PVOID, BOOLEAN,
                                            CompletionRoutine *, PVOID, PSCATTER_GATHER_LIST *);
    NTSTATUS(NTAPI *BuildScatterGatherListEx)(PDMA_ADAPTER, PDEVICE_OBJECT, PVOID, PMDL, ULONGLONG,
                                              ULONG, ULONG, PDRIVER_LIST_CONTROL, PVOID, BOOLEAN,
                                              PVOID, ULONG, CompletionRoutine *, PVOID, PVOID);
    NTSTATUS(NTAPI *FlushAdapterBuffersEx)(PDMA_ADAPTER, PMDL, PVOID, ULONGLONG, ULONG, BOOLEAN);
    VOID(NTAPI *FreeAdapterObject)(PDMA_ADAPTER, IO_ALLOCATION_ACTION);
    NTSTATUS(NTAPI *CancelMappedTransfer)(PDMA_ADAPTER, PVOID);
    NTSTATUS(NTAPI *AllocateDomainCommonBuffer)(PDMA_ADAPTER, HANDLE, PPHYSICAL_ADDRESS, ULONG,
                                                ULONG, MEMORY_CACHING_TYPE *, NODE_REQUIREMENT,
                                                PPHYSICAL_ADDRESS, PVOID *);
    NTSTATUS(NTAPI *FlushDmaBuffer)(PDMA_ADAPTER, PMDL, BOOLEAN);
    NTSTATUS(NTAPI *JoinDmaDomain)(PDMA_ADAPTER, HANDLE);
    NTSTATUS(NTAPI *LeaveDmaDomain)(PDMA_ADAPTER);
    HANDLE(NTAPI *GetDmaDomain)(PDMA_ADAPTER);
    PVOID(NTAPI *AllocateCommonBufferWithBounds)(PDMA_ADAPTER, PPHYSICAL_ADDRESS, PPHYSICAL_ADDRESS,
                                                 ULONG, ULONG, MEMORY_CACHING_TYPE *,
                                                 NODE_REQUIREMENT, PPHYSICAL_ADDRESS);
    NTSTATUS(NTAPI *AllocateCommonBufferVector)(PDMA_ADAPTER, PHYSICAL_ADDRESS, PHYSICAL_ADDRESS,
                                                MEMORY_CACHING_TYPE, ULONG, ULONG, ULONG, ULONGLONG,
                                                CommonBufferVector **);
    VOID(NTAPI *GetCommonBufferFromVectorByIndex)(PDMA_ADAPTER, CommonBufferVector *, ULONG,
                                                  PVOID *, PPHYSICAL_ADDRESS);
    VOID(NTAPI *FreeCommonBufferFromVector)(PDMA_ADAPTER, CommonBufferVector *, ULONG);
    VOID(NTAPI *FreeCommonBufferVector)(PDMA_ADAPTER, CommonBufferVector *);
    NTSTATUS(NTAPI *CreateCommonBufferFromMdl)(PDMA_ADAPTER, PMDL, PPHYSICAL_ADDRESS, ULONG);
};

static_assert(sizeof(Operations3) == sizeof(DMA_OPERATIONS));

/// Version 3's table on the base of version 2's.
const DMA_OPERATIONS &operations3(const DMA_OPERATIONS &second);

/// What a scatter/gather operation was given; `buffer` null: the list is allocated.
struct ListRequest {
    PDMA_ADAPTER adapter;
    PDEVICE_OBJECT device;
    PDRIVER_LIST_CONTROL routine; ///< null: only `list` is told (version 3)
    PVOID context;
    bool to_device;
    void *buffer = nullptr;
    std::size_t buffer_bytes = 0;
    PSCATTER_GATHER_LIST *list = nullptr;
    const void *caller = nullptr;
};
/// Fills a list for the transfer and calls the routine with it at DISPATCH_LEVEL.
NTSTATUS scatter_gather(const ListRequest &request, const Transfer &transfer);
std::size_t list_bytes(std::size_t elements);

/// Memory that the adapter's device reaches, at physical addresses within the bounds; null: none.
PVOID common_buffer(PDMA_ADAPTER adapter, std::uint64_t lowest, std::uint64_t highest,
                    std::size_t bytes, PPHYSICAL_ADDRESS logical, const void *caller);

} // namespace ksbox::hal
