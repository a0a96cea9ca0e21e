// IoGetDmaAdapter and the operations behind DMA_ADAPTER.
#include <algorithm>
#include <array>
#include <new>

#include "abi/windows.h"

#include "nt/call_driver.h"
#include "nt/exports.h"
#include "nt/hal/dma_adapter.h"
#include "nt/hal/dma_operations.h"
#include "nt/kernel.h"
#include "nt/mm/mdl.h"
#include "nt/mm/pool.h"

namespace ksbox::hal {
namespace {

constexpr ULONG adapter_tag = 0x4161'6d44; // 'DmaA'
constexpr ULONG list_tag = 0x4c61'6d44;    // 'DmaL'

PHYSICAL_ADDRESS address_of(std::uint64_t physical) {
    PHYSICAL_ADDRESS address;
    address.QuadPart = static_cast<LONGLONG>(physical);
    return address;
}

Transfer transfer_of(PMDL mdl, PVOID address, ULONG bytes) {
    return {mdl, static_cast<std::byte *>(address), bytes};
}

} // namespace

std::size_t list_bytes(std::size_t elements) {
    return offsetof(SCATTER_GATHER_LIST, Elements) + elements * sizeof(SCATTER_GATHER_ELEMENT);
}

NTSTATUS scatter_gather(const ListRequest &request, const Transfer &transfer) {
    Adapter &adapter = Adapter::of(request.adapter);
    Kernel &kernel = current_kernel();
    auto pieces = Adapter::pieces(transfer);
    if (!pieces)
        return pieces.error().value();
    if (adapter.registers_for(transfer) > adapter.map_registers())
        return STATUS_INSUFFICIENT_RESOURCES;
    void *buffer = request.buffer;
    auto *record = new ScatterGather{transfer, BounceBuffer(kernel.memory(), kernel.pool()),
                                     buffer == nullptr};
    if (!adapter.reaches(*pieces)) {
        if (!record->bounce.allocate(transfer.bytes, adapter.highest())) {
            delete record;
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        *pieces = {{*record->bounce.add(transfer, request.to_device), transfer.bytes}};
    }
    const std::size_t bytes = list_bytes(pieces->size());
    if (buffer == nullptr)
        buffer =
            kernel.pool().allocate(mm::PoolKind::nonpaged, bytes, list_tag, request.caller, true);
    else if (request.buffer_bytes < bytes)
        buffer = nullptr;
    if (buffer == nullptr) {
        const bool own = record->owns_list;
        delete record;
        return own ? STATUS_INSUFFICIENT_RESOURCES : STATUS_BUFFER_TOO_SMALL;
    }
    auto *list = static_cast<PSCATTER_GATHER_LIST>(buffer);
    list->NumberOfElements = static_cast<ULONG>(pieces->size());
    list->Reserved = reinterpret_cast<ULONG_PTR>(record);
    for (std::size_t i = 0; i < pieces->size(); ++i)
        list->Elements[i] = {address_of((*pieces)[i].physical),
                             static_cast<ULONG>((*pieces)[i].bytes), 0};
    if (request.list != nullptr)
        *request.list = list;
    if (request.routine == nullptr)
        return STATUS_SUCCESS;
    PIRP irp = request.device->CurrentIrp;
    const KIRQL irql = KfRaiseIrql(DISPATCH_LEVEL);
    call_driver("DRIVER_LIST_CONTROL", irp, request.routine, request.device, irp, list,
                request.context);
    KeLowerIrql(irql);
    return STATUS_SUCCESS;
}

PVOID common_buffer(PDMA_ADAPTER adapter, std::uint64_t lowest, std::uint64_t highest,
                    std::size_t bytes, PPHYSICAL_ADDRESS logical, const void *caller) {
    if (bytes == 0)
        return nullptr;
    Kernel &kernel = current_kernel();
    mm::PhysicalLimits limits;
    limits.lowest = lowest;
    limits.highest = std::min(highest, Adapter::of(adapter).highest());
    void *buffer = kernel.pool().allocate_contiguous(bytes, limits, caller);
    if (buffer != nullptr)
        *logical = address_of(*kernel.memory().pfn_of(buffer) * PAGE_SIZE);
    return buffer;
}

extern "C" {

static VOID NTAPI put_adapter(PDMA_ADAPTER DmaAdapter) {
    Adapter::of(DmaAdapter).~Adapter();
    current_kernel().pool().free(DmaAdapter, adapter_tag, __builtin_return_address(0));
}

/// PASSIVE_LEVEL. @doc NC:wdm.PALLOCATE_COMMON_BUFFER
PVOID NTAPI ksbox_HalAllocateCommonBuffer(PDMA_ADAPTER DmaAdapter, ULONG Length,
                                          PPHYSICAL_ADDRESS LogicalAddress, BOOLEAN) {
    return common_buffer(DmaAdapter, 0, UINT64_MAX, Length, LogicalAddress,
                         __builtin_return_address(0));
}

/// @doc NC:wdm.PFREE_COMMON_BUFFER
VOID NTAPI ksbox_HalFreeCommonBuffer(PDMA_ADAPTER, ULONG, PHYSICAL_ADDRESS, PVOID VirtualAddress,
                                     BOOLEAN) {
    current_kernel().pool().free(VirtualAddress, mm::contiguous_tag, __builtin_return_address(0));
}

/// DISPATCH_LEVEL. @doc NC:wdm.PALLOCATE_ADAPTER_CHANNEL
NTSTATUS NTAPI ksbox_IoAllocateAdapterChannel(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject,
                                              ULONG NumberOfMapRegisters,
                                              PDRIVER_CONTROL ExecutionRoutine, PVOID Context) {
    const auto allocated =
        Adapter::of(DmaAdapter)
            .allocate_channel(DeviceObject, NumberOfMapRegisters, ExecutionRoutine, Context);
    return allocated ? STATUS_SUCCESS : allocated.error().value();
}

/// @doc NC:wdm.PFLUSH_ADAPTER_BUFFERS
BOOLEAN NTAPI ksbox_IoFlushAdapterBuffers(PDMA_ADAPTER, PMDL, PVOID MapRegisterBase, PVOID, ULONG,
                                          BOOLEAN WriteToDevice) {
    if (MapRegisterBase != nullptr)
        static_cast<MapRegisters *>(MapRegisterBase)->bounce.flush(WriteToDevice != FALSE);
    return TRUE;
}

/// @doc NC:wdm.PFREE_ADAPTER_CHANNEL
VOID NTAPI ksbox_IoFreeAdapterChannel(PDMA_ADAPTER DmaAdapter) {
    Adapter::of(DmaAdapter).free_channel();
}

/// @doc NC:wdm.PFREE_MAP_REGISTERS
VOID NTAPI ksbox_IoFreeMapRegisters(PDMA_ADAPTER DmaAdapter, PVOID MapRegisterBase, ULONG) {
    Adapter::of(DmaAdapter).free_registers(static_cast<MapRegisters *>(MapRegisterBase));
}

/// @doc NC:wdm.PMAP_TRANSFER
PHYSICAL_ADDRESS NTAPI ksbox_IoMapTransfer(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase,
                                           PVOID CurrentVa, PULONG Length, BOOLEAN WriteToDevice) {
    Transfer transfer = transfer_of(Mdl, CurrentVa, *Length);
    const std::uint64_t logical =
        Adapter::of(DmaAdapter)
            .map(*static_cast<MapRegisters *>(MapRegisterBase), transfer, WriteToDevice != FALSE);
    *Length = static_cast<ULONG>(transfer.bytes);
    Adapter::of(DmaAdapter).counter = *Length;
    return address_of(logical);
}

/// Any address will do. @doc NC:wdm.PGET_DMA_ALIGNMENT
static ULONG NTAPI get_alignment(PDMA_ADAPTER) {
    return 1;
}

/// Of the system's DMA controller. @doc NC:wdm.PREAD_DMA_COUNTER
ULONG NTAPI ksbox_HalReadDmaCounter(PDMA_ADAPTER DmaAdapter) {
    const Adapter &adapter = Adapter::of(DmaAdapter);
    return adapter.master ? 0 : adapter.counter.load();
}

/// IRQL <= DISPATCH_LEVEL. @doc NC:wdm.PGET_SCATTER_GATHER_LIST
static NTSTATUS NTAPI get_list(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl,
                               PVOID CurrentVa, ULONG Length, PDRIVER_LIST_CONTROL ExecutionRoutine,
                               PVOID Context, BOOLEAN WriteToDevice) {
    return scatter_gather({DmaAdapter, DeviceObject, ExecutionRoutine, Context,
                           WriteToDevice != FALSE, nullptr, 0, nullptr,
                           __builtin_return_address(0)},
                          transfer_of(Mdl, CurrentVa, Length));
}

/// @doc NC:wdm.PPUT_SCATTER_GATHER_LIST
static VOID NTAPI put_list(PDMA_ADAPTER, PSCATTER_GATHER_LIST ScatterGather,
                           BOOLEAN WriteToDevice) {
    hal::ScatterGather *record = &hal::ScatterGather::of(ScatterGather);
    record->bounce.flush(WriteToDevice != FALSE);
    Kernel &kernel = current_kernel();
    if (record->built != nullptr)
        mm::mdl_free(kernel.memory(), kernel.pool(), record->built, nullptr);
    if (record->owns_list)
        kernel.pool().free(ScatterGather, list_tag, __builtin_return_address(0));
    delete record;
}

/// @doc NC:wdm.PCALCULATE_SCATTER_GATHER_LIST_SIZE
static NTSTATUS NTAPI calculate_list(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID CurrentVa,
                                     ULONG Length, PULONG ScatterGatherListSize,
                                     PULONG pNumberOfMapRegisters) {
    const Adapter &adapter = Adapter::of(DmaAdapter);
    std::size_t pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(CurrentVa, std::size_t(Length));
    if (Mdl != nullptr) {
        const Transfer transfer = transfer_of(Mdl, CurrentVa, Length);
        if (const auto pieces = Adapter::pieces(transfer); !pieces)
            return pieces.error().value();
        pages = adapter.registers_for(transfer);
    }
    if (pages > adapter.map_registers())
        return STATUS_INSUFFICIENT_RESOURCES;
    *ScatterGatherListSize = static_cast<ULONG>(list_bytes(pages));
    if (pNumberOfMapRegisters != nullptr)
        *pNumberOfMapRegisters = static_cast<ULONG>(pages);
    return STATUS_SUCCESS;
}

/// @doc NC:wdm.PBUILD_SCATTER_GATHER_LIST
static NTSTATUS NTAPI build_list(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl,
                                 PVOID CurrentVa, ULONG Length,
                                 PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context,
                                 BOOLEAN WriteToDevice, PVOID ScatterGatherBuffer,
                                 ULONG ScatterGatherLength) {
    return scatter_gather({DmaAdapter, DeviceObject, ExecutionRoutine, Context,
                           WriteToDevice != FALSE, ScatterGatherBuffer, ScatterGatherLength,
                           nullptr, __builtin_return_address(0)},
                          transfer_of(Mdl, CurrentVa, Length));
}

/// @doc NC:wdm.PBUILD_MDL_FROM_SCATTER_GATHER_LIST
static NTSTATUS NTAPI build_mdl(PDMA_ADAPTER, PSCATTER_GATHER_LIST ScatterGather, PMDL OriginalMdl,
                                PMDL *TargetMdl) {
    if (OriginalMdl == nullptr)
        return STATUS_INVALID_PARAMETER;
    hal::ScatterGather &record = hal::ScatterGather::of(ScatterGather);
    if (!record.bounce.allocated()) {
        *TargetMdl = OriginalMdl; // the device works on the buffer itself
        return STATUS_SUCCESS;
    }
    if (record.built != nullptr)
        return STATUS_NONE_MAPPED;
    Kernel &kernel = current_kernel();
    record.built =
        mm::mdl_allocate(kernel.pool(), record.bounce.base(), record.transfer.bytes, nullptr);
    if (record.built == nullptr || !mm::mdl_build_nonpaged(kernel.memory(), *record.built))
        return STATUS_INSUFFICIENT_RESOURCES;
    *TargetMdl = record.built;
    return STATUS_SUCCESS;
}

} // extern "C"

namespace {

const DMA_OPERATIONS &operations(ULONG version) {
    static const std::array<DMA_OPERATIONS, 2> tables = [] {
        DMA_OPERATIONS first{};
        first.Size = offsetof(DMA_OPERATIONS, CalculateScatterGatherList);
        first.PutDmaAdapter = put_adapter;
        first.AllocateCommonBuffer = ksbox_HalAllocateCommonBuffer;
        first.FreeCommonBuffer = ksbox_HalFreeCommonBuffer;
        first.AllocateAdapterChannel = ksbox_IoAllocateAdapterChannel;
        first.FlushAdapterBuffers = ksbox_IoFlushAdapterBuffers;
        first.FreeAdapterChannel = ksbox_IoFreeAdapterChannel;
        first.FreeMapRegisters = ksbox_IoFreeMapRegisters;
        first.MapTransfer = ksbox_IoMapTransfer;
        first.GetDmaAlignment = get_alignment;
        first.ReadDmaCounter = ksbox_HalReadDmaCounter;
        first.GetScatterGatherList = get_list;
        first.PutScatterGatherList = put_list;
        DMA_OPERATIONS second = first;
        second.Size = offsetof(DMA_OPERATIONS, BuildMdlFromScatterGatherList) +
                      sizeof(second.BuildMdlFromScatterGatherList);
        second.CalculateScatterGatherList = calculate_list;
        second.BuildScatterGatherList = build_list;
        second.BuildMdlFromScatterGatherList = build_mdl;
        return std::array{first, second};
    }();
    if (version == device_description_version3)
        return operations3(tables[1]);
    return tables[version < DEVICE_DESCRIPTION_VERSION2 ? 0 : 1];
}

} // namespace

extern "C" {

/// Null for unknown versions, and for slaves that no channel of an ISA bus's controller serves.
/// PASSIVE_LEVEL. @doc NF:wdm.IoGetDmaAdapter
PDMA_ADAPTER NTAPI IoGetDmaAdapter(PDEVICE_OBJECT, PDEVICE_DESCRIPTION DeviceDescription,
                                   PULONG NumberOfMapRegisters) {
    constexpr ULONG cascade = 4, channels = 8; // of the two controllers behind each other
    const bool served = DeviceDescription->Master || (DeviceDescription->InterfaceType == Isa &&
                                                      DeviceDescription->DmaChannel < channels &&
                                                      DeviceDescription->DmaChannel != cascade);
    if (DeviceDescription->Version > device_description_version3 || !served)
        return nullptr;
    Kernel &kernel = current_kernel();
    void *block = kernel.pool().allocate(mm::PoolKind::nonpaged, sizeof(Adapter), adapter_tag,
                                         __builtin_return_address(0), true);
    if (block == nullptr)
        return nullptr;
    auto *adapter = new (block) Adapter(kernel.memory(), kernel.pool(), *DeviceDescription,
                                        operations(DeviceDescription->Version));
    *NumberOfMapRegisters = adapter->map_registers();
    return &adapter->header;
}

} // extern "C"
} // namespace ksbox::hal

namespace ksbox {

std::span<const Export> dma_exports() {
    using namespace hal;
    static const std::array table{
        done<&IoGetDmaAdapter>("IoGetDmaAdapter", "NF:wdm.IoGetDmaAdapter"),
        done<&ksbox_HalAllocateCommonBuffer>("HalAllocateCommonBuffer",
                                             "NC:wdm.PALLOCATE_COMMON_BUFFER"),
        done<&ksbox_HalFreeCommonBuffer>("HalFreeCommonBuffer", "NC:wdm.PFREE_COMMON_BUFFER"),
        done<&ksbox_IoAllocateAdapterChannel>("IoAllocateAdapterChannel",
                                              "NC:wdm.PALLOCATE_ADAPTER_CHANNEL"),
        done<&ksbox_IoFlushAdapterBuffers>("IoFlushAdapterBuffers",
                                           "NC:wdm.PFLUSH_ADAPTER_BUFFERS"),
        done<&ksbox_IoFreeAdapterChannel>("IoFreeAdapterChannel", "NC:wdm.PFREE_ADAPTER_CHANNEL"),
        done<&ksbox_IoFreeMapRegisters>("IoFreeMapRegisters", "NC:wdm.PFREE_MAP_REGISTERS"),
        done<&ksbox_IoMapTransfer>("IoMapTransfer", "NC:wdm.PMAP_TRANSFER"),
        done<&ksbox_HalReadDmaCounter>("HalReadDmaCounter", "NC:wdm.PREAD_DMA_COUNTER"),
    };
    return table;
}

} // namespace ksbox
