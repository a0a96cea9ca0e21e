// Scatter/gather mappings of a queued frame: what KSPIN_FLAG_GENERATE_MAPPINGS promises a bus
// master (stream/packet-based-dma-in-avstream).
#pragma once

#include <memory>

#include "abi/windows.h"
#include "base/result.h"
#include "ks/device.h"

namespace ksbox::ks {

class FrameMappings {
  public:
    /// Maps `bytes` of the MDL through the device's registered adapter. IRQL: DISPATCH_LEVEL.
    /// STATUS_DEVICE_NOT_READY without a registered adapter or when map registers are short,
    /// STATUS_INSUFFICIENT_RESOURCES. @doc NF:ks.KsDeviceRegisterAdapterObject
    static Result<std::unique_ptr<FrameMappings>> create(Device &device, PMDL mdl, ULONG bytes,
                                                         bool to_device);
    /// Returns the list to the adapter. IRQL: DISPATCH_LEVEL.
    ~FrameMappings();
    FrameMappings(const FrameMappings &) = delete;
    FrameMappings &operator=(const FrameMappings &) = delete;

    PKSMAPPING table() const { return table_; }
    ULONG count() const { return count_; }
    /// Bytes from one table entry to the next: the minidriver's MappingTableStride.
    ULONG stride() const { return stride_; }

  private:
    FrameMappings() = default;
    static void NTAPI list_ready(PDEVICE_OBJECT device, PIRP irp, PSCATTER_GATHER_LIST list,
                                 PVOID context);
    Result<void> fill(ULONG max_bytes);

    PADAPTER_OBJECT adapter_ = nullptr;
    PSCATTER_GATHER_LIST list_ = nullptr;
    bool to_device_ = false;
    bool abandoned_ = false;     ///< its frame gave up waiting for map registers
    PKSMAPPING table_ = nullptr; ///< nonpaged pool
    ULONG count_ = 0;
    ULONG stride_ = sizeof(KSMAPPING);
};

} // namespace ksbox::ks
