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

    // What KsInitializeDriver was given; null descriptor: default device. IRQL: <= DISPATCH.
    void set_descriptor(PDRIVER_OBJECT driver, const KSDEVICE_DESCRIPTOR *descriptor);
    const KSDEVICE_DESCRIPTOR *descriptor_of(PDRIVER_OBJECT driver) const;

    // Headers and bags that drivers (or this class) have allocated and not freed yet; null without
    // memory. remove() destroys: PASSIVE.
    DeviceHeader *add(PoolPtr<DeviceHeader> header);
    ObjectHeader *add(PoolPtr<ObjectHeader> header);
    ObjectBag *add(PoolPtr<ObjectBag> bag);
    void remove(DeviceHeader &header);
    void remove(ObjectHeader &header);
    void remove(ObjectBag &bag);

    // Devices, in order of creation. take() hands the ownership back.
    void add(std::unique_ptr<Device> device);
    std::unique_ptr<Device> take(Device &device);
    Device *device_of(PDEVICE_OBJECT fdo) const;

    /// Guards Pin::peer, connected_file and the claim of a pin for a connection. A leaf: nothing
    /// blocks and no driver code runs while it is held. IRQL: <= DISPATCH.
    KSPIN_LOCK connections = 0;

  private:
    mutable KSPIN_LOCK lock_ = 0; ///< guards the lists; a leaf
    std::unordered_map<PDRIVER_OBJECT, const KSDEVICE_DESCRIPTOR *> drivers_;
    // In no order: each knows its place, which the last takes when it goes.
    std::vector<PoolPtr<DeviceHeader>> device_headers_;
    std::vector<PoolPtr<ObjectHeader>> object_headers_;
    std::vector<PoolPtr<ObjectBag>> bags_;
    std::vector<std::unique_ptr<Device>> devices_; ///< destroyed before the headers
};

} // namespace ksbox::ks
