// PortCls's state in one box: its adapters, and the ports that drivers have made.
#pragma once

#include <memory>
#include <vector>

#include "abi/windows.h"
#include "nt/kernel.h"

namespace ksbox::portcls {

class Adapter;
class Port;
class Stream;

class PortClass final : public KernelExtension {
  public:
    explicit PortClass(Kernel &) {}
    /// Gives up the streams that a stopped box's pins still have.
    ~PortClass() override;
    static PortClass &current() { return current_kernel().extension<PortClass>(); }

    // IRQL of all: <= DISPATCH_LEVEL.
    void add(std::shared_ptr<Adapter> adapter);
    void remove(const Adapter &adapter);
    /// Null when the device object is no adapter's.
    std::shared_ptr<Adapter> adapter_of(PDEVICE_OBJECT fdo) const;

    void add(Port &port);
    void remove(Port &port);
    /// From NewStream to the pin's close; only their pins' contexts name them meanwhile.
    void add(Stream &stream);
    void remove(Stream &stream);
    /// Port::release_miniport() of each of the adapter's. PASSIVE.
    void release_miniports(const Adapter &adapter);
    /// The port behind any of its interfaces; null if it is none of ours. PASSIVE: asks the object.
    Port *port_of(IUnknown *object) const;

  private:
    mutable KSPIN_LOCK lock_ = 0; ///< guards the lists; a leaf
    std::vector<std::shared_ptr<Adapter>> adapters_;
    std::vector<Port *> ports_;
    std::vector<Stream *> streams_;
};

} // namespace ksbox::portcls
