// From an adapter's scatter/gather list to the table of KSMAPPINGs that drivers program.
#include "ks/stream/frame_mappings.h"

#include <algorithm>

namespace ksbox::ks {

namespace {

constexpr ULONG pool_tag = 'pMsK';

PDMA_OPERATIONS operations_of(PADAPTER_OBJECT adapter) {
    return reinterpret_cast<PDMA_ADAPTER>(adapter)->DmaOperations;
}

} // namespace

Result<std::unique_ptr<FrameMappings>> FrameMappings::create(Device &device, PMDL mdl, ULONG bytes,
                                                             bool to_device) {
    const Device::Dma &dma = device.dma;
    if (!dma.adapter)
        return fail(STATUS_DEVICE_NOT_READY);
    std::unique_ptr<FrameMappings> mappings(new FrameMappings);
    mappings->adapter_ = dma.adapter;
    mappings->to_device_ = to_device;
    mappings->stride_ = std::max<ULONG>(dma.mapping_stride, sizeof(KSMAPPING));
    // The adapter calls back at once unless map registers are short. Such a lock fails; the late
    // callback finds its object abandoned and returns the list.
    const NTSTATUS status =
        operations_of(dma.adapter)
            ->GetScatterGatherList(reinterpret_cast<PDMA_ADAPTER>(dma.adapter), device.fdo(), mdl,
                                   MmGetMdlVirtualAddress(mdl), bytes, &list_ready, mappings.get(),
                                   to_device);
    if (!NT_SUCCESS(status))
        return fail(STATUS_DEVICE_NOT_READY);
    if (!mappings->list_) {
        mappings.release()->abandoned_ = true;
        return fail(STATUS_DEVICE_NOT_READY);
    }
    KS_CHECK(mappings->fill(dma.max_mapping_bytes));
    return mappings;
}

void NTAPI FrameMappings::list_ready(PDEVICE_OBJECT, PIRP, PSCATTER_GATHER_LIST list,
                                     PVOID context) {
    auto *mappings = static_cast<FrameMappings *>(context);
    mappings->list_ = list;
    if (mappings->abandoned_)
        delete mappings;
}

Result<void> FrameMappings::fill(ULONG max_bytes) {
    const ULONG limit = max_bytes ? max_bytes : ~0u;
    for (ULONG i = 0; i < list_->NumberOfElements; ++i)
        count_ += (list_->Elements[i].Length - 1) / limit + 1;
    table_ = static_cast<PKSMAPPING>(
        ExAllocatePoolWithTag(NonPagedPool, std::size_t(count_) * stride_, pool_tag));
    if (!table_)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    std::memset(static_cast<void *>(table_), 0, std::size_t(count_) * stride_);
    auto *entry = reinterpret_cast<std::byte *>(table_);
    for (ULONG i = 0; i < list_->NumberOfElements; ++i) {
        const SCATTER_GATHER_ELEMENT &element = list_->Elements[i];
        for (ULONG done = 0; done < element.Length; entry += stride_) {
            auto *mapping = reinterpret_cast<PKSMAPPING>(entry);
            mapping->PhysicalAddress.QuadPart = element.Address.QuadPart + done;
            mapping->ByteCount = std::min(limit, element.Length - done);
            done += mapping->ByteCount;
        }
    }
    return {};
}

FrameMappings::~FrameMappings() {
    if (list_)
        operations_of(adapter_)->PutScatterGatherList(reinterpret_cast<PDMA_ADAPTER>(adapter_),
                                                      list_, to_device_);
    if (table_)
        ExFreePoolWithTag(table_, pool_tag);
}

} // namespace ksbox::ks
