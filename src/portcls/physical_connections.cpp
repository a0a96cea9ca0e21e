// Physical connections between subdevices.
#include "portcls/physical_connections.h"

#include <algorithm>

#include "nt/spin_guard.h"

namespace ksbox::portcls {

Result<void> PhysicalConnections::add(PhysicalPin from, PhysicalPin to) {
    Connection made{std::move(from), std::move(to)};
    SpinGuard guard(lock_);
    if (std::ranges::find(connections_, made) != connections_.end())
        return fail(STATUS_OBJECTID_EXISTS);
    connections_.push_back(std::move(made));
    return {};
}

Result<void> PhysicalConnections::remove(const PhysicalPin &from, const PhysicalPin &to) {
    SpinGuard guard(lock_);
    if (std::erase(connections_, Connection{from, to}) == 0)
        return fail(STATUS_NOT_FOUND);
    return {};
}

std::optional<PhysicalPin> PhysicalConnections::other_end(Port &port, ULONG pin_id) const {
    const PhysicalPin wanted{&port, pin_id};
    SpinGuard guard(lock_);
    for (const Connection &one : connections_) {
        if (one.from == wanted)
            return one.to;
        if (one.to == wanted)
            return one.from;
    }
    return std::nullopt;
}

void PhysicalConnections::remove_all(const Port &port) {
    const auto is_its = [&](const PhysicalPin &pin) {
        const auto *const *ours = std::get_if<Port *>(&pin.filter);
        return ours && *ours == &port;
    };
    SpinGuard guard(lock_);
    std::erase_if(connections_,
                  [&](const Connection &one) { return is_its(one.from) || is_its(one.to); });
}

void PhysicalConnections::clear() {
    SpinGuard guard(lock_);
    connections_.clear();
}

} // namespace ksbox::portcls
