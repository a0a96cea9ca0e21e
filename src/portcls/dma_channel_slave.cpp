// Transfers that the system's DMA controller makes for a device that cannot.
// @doc NN:portcls.IDmaChannelSlave
#include "portcls/dma_channel.h"

namespace ksbox::portcls {

/// The map registers stay until Stop, unless the channel has come too late.
IO_ALLOCATION_ACTION NTAPI DmaChannel::granted(PDEVICE_OBJECT, PIRP, PVOID registers,
                                               PVOID context) {
    auto &channel = *static_cast<DmaChannel *>(context);
    if (!channel.starting_)
        return DeallocateObject;
    channel.registers_ = registers;
    return KeepObject;
}

NTSTATUS DmaChannel::Start(ULONG MapSize, BOOLEAN WriteToDevice) noexcept {
    if (map_size_)
        return STATUS_UNSUCCESSFUL;
    if (MapSize == 0 || MapSize > allocated_)
        return STATUS_INVALID_PARAMETER;
    mdl_ = IoAllocateMdl(address_, MapSize, FALSE, FALSE, nullptr);
    if (!mdl_)
        return STATUS_INSUFFICIENT_RESOURCES;
    MmBuildMdlForNonPagedPool(mdl_);
    registers_ = nullptr;
    const KIRQL before = KfRaiseIrql(DISPATCH_LEVEL);
    const ULONG count = ADDRESS_AND_SIZE_TO_SPAN_PAGES(address_, MapSize);
    starting_ = true;
    const NTSTATUS status =
        adapter_->DmaOperations->AllocateAdapterChannel(adapter_, device_, count, granted, this);
    starting_ = false;
    if (NT_SUCCESS(status) && registers_) {
        ULONG mapped = MapSize;
        adapter_->DmaOperations->MapTransfer(adapter_, mdl_, registers_, address_, &mapped,
                                             WriteToDevice);
        map_size_ = MapSize;
        to_device_ = WriteToDevice;
    }
    KeLowerIrql(before);
    if (map_size_)
        return STATUS_SUCCESS;
    IoFreeMdl(std::exchange(mdl_, nullptr));
    return NT_SUCCESS(status) ? STATUS_UNSUCCESSFUL : status; // someone else holds the channel
}

NTSTATUS DmaChannel::Stop() noexcept {
    if (!map_size_)
        return STATUS_SUCCESS;
    adapter_->DmaOperations->FlushAdapterBuffers(adapter_, mdl_, registers_, address_, map_size_,
                                                 to_device_);
    const KIRQL before = KfRaiseIrql(DISPATCH_LEVEL);
    adapter_->DmaOperations->FreeAdapterChannel(adapter_);
    KeLowerIrql(before);
    IoFreeMdl(std::exchange(mdl_, nullptr));
    registers_ = nullptr;
    map_size_ = 0;
    return STATUS_SUCCESS;
}

ULONG DmaChannel::ReadCounter() noexcept {
    return map_size_ ? adapter_->DmaOperations->ReadDmaCounter(adapter_) : 0;
}

NTSTATUS DmaChannel::WaitForTC(ULONG Timeout) noexcept {
    constexpr ULONG step_us = 10;
    for (ULONG waited = 0;; waited += step_us) {
        if (ReadCounter() == 0)
            return STATUS_SUCCESS;
        if (waited + step_us > Timeout)
            return STATUS_IO_TIMEOUT;
        KeStallExecutionProcessor(step_us);
    }
}

} // namespace ksbox::portcls
