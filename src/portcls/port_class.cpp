// PortCls's state in one box.
#include "portcls/port_class.h"

#include <algorithm>

#include "ks/alive.h"
#include "nt/spin_guard.h"
#include "portcls/adapter.h"
#include "portcls/port.h"
#include "portcls/stream.h"

namespace ksbox::portcls {

PortClass::~PortClass() {
    for (Stream *stream : streams_)
        ks::abandon(stream);
}

void PortClass::add(std::shared_ptr<Adapter> adapter) {
    SpinGuard guard(lock_);
    adapters_.push_back(std::move(adapter));
}

void PortClass::remove(const Adapter &adapter) {
    std::shared_ptr<Adapter> last; // destroyed without the lock
    SpinGuard guard(lock_);
    const auto place = std::ranges::find(adapters_, &adapter, &std::shared_ptr<Adapter>::get);
    if (place == adapters_.end())
        return;
    last = std::move(*place);
    adapters_.erase(place);
}

std::shared_ptr<Adapter> PortClass::adapter_of(PDEVICE_OBJECT fdo) const {
    SpinGuard guard(lock_);
    for (const auto &adapter : adapters_)
        if (adapter->fdo == fdo)
            return adapter;
    return nullptr;
}

void PortClass::add(Port &port) {
    SpinGuard guard(lock_);
    ports_.push_back(&port);
}

void PortClass::remove(Port &port) {
    SpinGuard guard(lock_);
    std::erase(ports_, &port);
}

void PortClass::release_miniports(const Adapter &adapter) {
    std::vector<ComPtr<IUnknown>> alive; // the last reference may be the miniport's
    std::vector<Port *> ports;
    {
        SpinGuard guard(lock_);
        for (Port *port : ports_)
            if (port->adapter() == &adapter)
                ports.push_back(port);
    }
    for (Port *port : ports)
        alive.push_back(ComPtr<IUnknown>::share(port->identity()));
    for (Port *port : ports)
        port->release_miniport();
}

void PortClass::add(Stream &stream) {
    SpinGuard guard(lock_);
    streams_.push_back(&stream);
}

void PortClass::remove(Stream &stream) {
    SpinGuard guard(lock_);
    std::erase(streams_, &stream);
}

Port *PortClass::port_of(IUnknown *object) const {
    // COM's rule of identity: whatever interface it is, its IUnknown is always the same.
    const auto identity = ComPtr<IUnknown>::query(object, iid_unknown);
    SpinGuard guard(lock_);
    for (Port *port : ports_)
        if (port->identity() == identity.get())
            return port;
    return nullptr;
}

} // namespace ksbox::portcls
