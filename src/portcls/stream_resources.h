// Interrupts and threads that drivers declare as those of their streams. Here they are only kept
// account of: no processor is set aside for them.
// @doc NF:portcls.PcAddStreamResource, NN:portcls.IPortClsStreamResourceManager
#pragma once

#include <vector>

#include "nt/kernel.h"

#include "abi/windows.h"

namespace ksbox::portcls {

class StreamResources final : public KernelExtension {
  public:
    explicit StreamResources(Kernel &) {}
    static StreamResources &current() { return current_kernel().extension<StreamResources>(); }

    /// STATUS_INVALID_PARAMETER for a descriptor that describes nothing. IRQL <= DISPATCH_LEVEL.
    NTSTATUS add(PDEVICE_OBJECT physical, PVOID resource_set,
                 const PCSTREAMRESOURCE_DESCRIPTOR *descriptor, PCSTREAMRESOURCE *handle);
    /// STATUS_INVALID_PARAMETER for a handle that is not, or no longer, one.
    NTSTATUS remove(PCSTREAMRESOURCE handle);

  private:
    KSPIN_LOCK lock_ = 0; ///< of what follows
    std::vector<std::uintptr_t> handles_;
    std::uintptr_t last_ = 0; ///< handles are numbers
};

} // namespace ksbox::portcls
