// The KS class driver's state in one box: its devices, what drivers registered, and the lock over
// pin-to-pin connections.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "abi/windows.h"
#include "ks/headers.h"
#include "ks/object_bag.h"
#include "nt/kernel.h"

namespace ksbox::ks {

class Device;

class KsClass final : public KernelExtension {
  public:
    explicit KsClass(Kernel &kernel);
    ~KsClass() override;

    /// The class state of the current thread's box.
    static KsClass &current() { return current_kernel().extension<KsClass>(); }

    Kernel &kernel;

    /// What KsInitializeDriver was given; null descriptor: default device.
    std::unordered_map<PDRIVER_OBJECT, const KSDEVICE_DESCRIPTOR *> drivers;

    /// Headers that drivers (or this class) have allocated and not freed yet.
    std::vector<PoolPtr<DeviceHeader>> device_headers;
    std::vector<PoolPtr<ObjectHeader>> object_headers;
    /// Bags of KsAllocateObjectBag.
    std::vector<PoolPtr<ObjectBag>> bags;

    /// Guards Pin::peer, connected_file and the claim of a pin for a connection. A leaf: nothing
    /// blocks and no driver code runs while it is held. IRQL: <= DISPATCH.
    KSPIN_LOCK connections = 0;

    /// Devices in creation order; destroyed before the headers.
    std::vector<std::unique_ptr<Device>> devices;
    Device *device_of(PDEVICE_OBJECT fdo) const;
};

} // namespace ksbox::ks
