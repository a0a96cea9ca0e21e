// Whom a request is for: the port of its file object, the stream if that is a pin's, the node.
#pragma once

#include "abi/windows.h"

namespace ksbox::portcls {

class Port;
class Stream;

struct RequestTarget {
    Port *port;     ///< null when the file object is no PortCls filter's or pin's
    Stream *stream; ///< null on filters
    ULONG pin_id;   ///< ULONG(-1) on filters
    ULONG node_id;  ///< ULONG(-1): no node

    IUnknown *major() const; ///< the miniport as IPort::Init got it
    IUnknown *minor() const; ///< the miniport's stream; null on filters

    static RequestTarget of(PFILE_OBJECT file);
    /// With the node that the request names.
    static RequestTarget of(PIRP irp, const KSIDENTIFIER &request);
};

/// The port that a filter belongs to, and the stream of a pin (null until NewStream has succeeded).
Port &port_of(const KSFILTER &filter);
Port &port_of(PKSPIN pin);
Stream *stream_of(const KSPIN &pin);

} // namespace ksbox::portcls
