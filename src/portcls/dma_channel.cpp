// DMA channels over the HAL's adapter objects.
#include "portcls/dma_channel.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace ksbox::portcls {

NTSTATUS DmaChannel::open(PDEVICE_OBJECT device, const DEVICE_DESCRIPTION &description) {
    device_ = IoGetDeviceAttachmentBaseRef(device);
    master_ = description.Master;
    // Before version 3 the structure ended where DmaAddressWidth is now.
    DEVICE_DESCRIPTION asked{};
    std::memcpy(&asked, &description,
                description.Version >= 3 ? sizeof asked
                                         : offsetof(DEVICE_DESCRIPTION, DmaAddressWidth));
    ULONG registers = 0;
    adapter_ = IoGetDmaAdapter(device_, &asked, &registers);
    if (!adapter_)
        return STATUS_INSUFFICIENT_RESOURCES;
    maximum_ = description.MaximumLength;
    return STATUS_SUCCESS;
}

DmaChannel::~DmaChannel() {
    if (!runs_driver_code())
        return;
    Stop();
    FreeBuffer();
    if (adapter_)
        adapter_->DmaOperations->PutDmaAdapter(adapter_);
    if (device_)
        ObfDereferenceObject(device_);
}

/// Whether only bits of `varying` differ between the first and the last address.
bool DmaChannel::fits(const PHYSICAL_ADDRESS &start, ULONG bytes,
                      const PHYSICAL_ADDRESS *varying) const {
    const std::uint64_t first = static_cast<std::uint64_t>(start.QuadPart);
    return !varying ||
           ((first ^ (first + bytes - 1)) & ~static_cast<std::uint64_t>(varying->QuadPart)) == 0;
}

NTSTATUS DmaChannel::AllocateBuffer(ULONG BufferSize,
                                    PPHYSICAL_ADDRESS PhysicalAddressConstraint) noexcept {
    if (common_)
        return STATUS_UNSUCCESSFUL;
    if (BufferSize == 0 || BufferSize > maximum_)
        return STATUS_INVALID_PARAMETER;
    // Where a buffer may cross a boundary that it must not, one of twice the size has a half that
    // does not, if any does.
    for (const ULONG times : {1u, 2u}) {
        if (BufferSize > std::numeric_limits<ULONG>::max() / times)
            break;
        common_bytes_ = BufferSize * times;
        common_ = static_cast<char *>(adapter_->DmaOperations->AllocateCommonBuffer(
            adapter_, common_bytes_, &common_physical_, TRUE));
        if (!common_)
            break;
        ULONG skipped = 0;
        if (times == 2 && PhysicalAddressConstraint) {
            const auto varying = static_cast<std::uint64_t>(PhysicalAddressConstraint->QuadPart);
            const auto first = static_cast<std::uint64_t>(common_physical_.QuadPart);
            skipped = static_cast<ULONG>(
                std::min<std::uint64_t>((varying + 1) - (first & varying), BufferSize));
        }
        PHYSICAL_ADDRESS start = common_physical_;
        for (const ULONG offset : {0u, skipped}) {
            start.QuadPart = common_physical_.QuadPart + offset;
            if (!fits(start, BufferSize, PhysicalAddressConstraint))
                continue;
            address_ = common_ + offset;
            physical_ = start;
            allocated_ = size_ = BufferSize;
            return STATUS_SUCCESS;
        }
        FreeBuffer();
    }
    return STATUS_INSUFFICIENT_RESOURCES;
}

void DmaChannel::FreeBuffer() noexcept {
    if (char *common = std::exchange(common_, nullptr))
        adapter_->DmaOperations->FreeCommonBuffer(adapter_, common_bytes_, common_physical_, common,
                                                  TRUE);
    address_ = nullptr;
    physical_.QuadPart = 0;
    allocated_ = size_ = 0;
}

PADAPTER_OBJECT DmaChannel::GetAdapterObject() noexcept {
    return reinterpret_cast<PADAPTER_OBJECT>(adapter_);
}

void DmaChannel::CopyTo(PVOID Destination, PVOID Source, ULONG ByteCount) noexcept {
    std::memcpy(Destination, Source, ByteCount);
}

void DmaChannel::CopyFrom(PVOID Destination, PVOID Source, ULONG ByteCount) noexcept {
    std::memcpy(Destination, Source, ByteCount);
}

IUnknown *DmaChannel::interface_of(const GUID &id) {
    if (id == IID_IDmaChannel || (id == IID_IDmaChannelSlave && !master_))
        return static_cast<IDmaChannelSlave *>(this);
    return nullptr;
}

} // namespace ksbox::portcls
