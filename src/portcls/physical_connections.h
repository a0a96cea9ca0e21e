// Physical connections between subdevices, or a subdevice and another adapter's filter, as the
// driver has registered them: what KSPROPERTY_PIN_PHYSICALCONNECTION answers from.
// @doc NF:portcls.PcRegisterPhysicalConnection
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::portcls {

class Port;

/// One end: a pin factory of a port of ours, or of a filter known by its symbolic link only.
struct PhysicalPin {
    std::variant<Port *, std::u16string> filter;
    ULONG pin_id;
    bool operator==(const PhysicalPin &) const = default;
};

class PhysicalConnections {
  public:
    /// IRQL of all: <= DISPATCH_LEVEL. STATUS_OBJECTID_EXISTS for one that is there [inferred].
    Result<void> add(PhysicalPin from, PhysicalPin to);
    /// STATUS_NOT_FOUND [inferred].
    Result<void> remove(const PhysicalPin &from, const PhysicalPin &to);
    /// The other end of the first connection of a port's pin factory.
    std::optional<PhysicalPin> other_end(Port &port, ULONG pin_id) const;
    /// Every connection of a port that goes.
    void remove_all(const Port &port);
    void clear();

  private:
    struct Connection {
        PhysicalPin from, to;
        bool operator==(const Connection &) const = default;
    };
    mutable KSPIN_LOCK lock_ = 0; ///< a leaf
    std::vector<Connection> connections_;
};

} // namespace ksbox::portcls
