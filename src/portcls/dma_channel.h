// A DMA channel: an adapter object, the one buffer that driver and device share, and the size that
// port and miniport agree on. @doc NN:portcls.IDmaChannel, audio/dma-channel-objects
#pragma once

#include "portcls/part_object.h"

namespace ksbox::portcls {

/// Of a bus master, or of the system's controller (IDmaChannelSlave). Methods are not synchronised
/// with each other; the last Release: PASSIVE.
class DmaChannel final : public PartObject<IDmaChannelSlave> {
  public:
    DmaChannel(Kernel &kernel, IUnknown *outer) : PartObject(kernel, outer) {}
    ~DmaChannel() override;

    /// Gets the adapter object for any device of the stack. STATUS_INSUFFICIENT_RESOURCES when the
    /// HAL has none for the description. PASSIVE.
    NTSTATUS open(PDEVICE_OBJECT device, const DEVICE_DESCRIPTION &description);

    /// STATUS_UNSUCCESSFUL while there is a buffer, STATUS_INVALID_PARAMETER for none or more than
    /// the maximum (both inferred), STATUS_INSUFFICIENT_RESOURCES. PASSIVE.
    STDMETHODIMP_(NTSTATUS)
    AllocateBuffer(ULONG BufferSize, PPHYSICAL_ADDRESS PhysicalAddressConstraint) noexcept override;
    STDMETHODIMP_(void) FreeBuffer() noexcept override;
    /// What Start was told; 0 when not started.
    STDMETHODIMP_(ULONG) TransferCount() noexcept override { return map_size_; }
    STDMETHODIMP_(ULONG) MaximumBufferSize() noexcept override { return maximum_; }
    STDMETHODIMP_(ULONG) AllocatedBufferSize() noexcept override { return allocated_; }
    STDMETHODIMP_(ULONG) BufferSize() noexcept override { return size_; }
    STDMETHODIMP_(void) SetBufferSize(ULONG BufferSize) noexcept override { size_ = BufferSize; }
    STDMETHODIMP_(PVOID) SystemAddress() noexcept override { return address_; }
    STDMETHODIMP_(PPHYSICAL_ADDRESS)
    PhysicalAddress(PPHYSICAL_ADDRESS result) noexcept override {
        *result = physical_;
        return result;
    }
    STDMETHODIMP_(PADAPTER_OBJECT) GetAdapterObject() noexcept override;
    STDMETHODIMP_(void)
    CopyTo(PVOID Destination, PVOID Source, ULONG ByteCount) noexcept override;
    STDMETHODIMP_(void)
    CopyFrom(PVOID Destination, PVOID Source, ULONG ByteCount) noexcept override;

    /// STATUS_UNSUCCESSFUL when started, STATUS_INVALID_PARAMETER for no bytes or more than the
    /// buffer has. Up to DISPATCH_LEVEL.
    STDMETHODIMP_(NTSTATUS) Start(ULONG MapSize, BOOLEAN WriteToDevice) noexcept override;
    /// STATUS_SUCCESS even when it was not started (inferred).
    STDMETHODIMP_(NTSTATUS) Stop() noexcept override;
    /// The controller's count.
    STDMETHODIMP_(ULONG) ReadCounter() noexcept override;
    /// `Timeout` in microseconds. STATUS_IO_TIMEOUT (inferred). PASSIVE.
    STDMETHODIMP_(NTSTATUS) WaitForTC(ULONG Timeout) noexcept override;

  private:
    IUnknown *interface_of(const GUID &id) override;
    static IO_ALLOCATION_ACTION NTAPI granted(PDEVICE_OBJECT device, PIRP irp, PVOID registers,
                                              PVOID channel);
    bool fits(const PHYSICAL_ADDRESS &start, ULONG bytes, const PHYSICAL_ADDRESS *varying) const;

    PDMA_ADAPTER adapter_ = nullptr;
    PDEVICE_OBJECT device_ = nullptr; ///< referenced
    bool master_ = true;
    ULONG maximum_ = 0;
    ULONG size_ = 0;

    // The buffer, and the common buffer it lies in.
    char *address_ = nullptr;
    PHYSICAL_ADDRESS physical_{};
    ULONG allocated_ = 0;
    char *common_ = nullptr;
    PHYSICAL_ADDRESS common_physical_{};
    ULONG common_bytes_ = 0;

    // The transfer in progress.
    bool starting_ = false; ///< at DISPATCH_LEVEL only
    ULONG map_size_ = 0;
    BOOLEAN to_device_ = FALSE;
    PMDL mdl_ = nullptr;
    PVOID registers_ = nullptr;
};

} // namespace ksbox::portcls
