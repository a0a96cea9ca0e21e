// A datagram in the driver's hands: in the buffers of a receive, or in an indication of ours.
#pragma once

#include "wsk/host_socket.h"
#include "wsk/irps.h"

namespace ksbox {
class Kernel;
}

namespace ksbox::wsk {

/// Copies the datagram to where the receive wants it, and completes it. IRQL <= DISPATCH_LEVEL.
NTSTATUS complete_receive(const Receive &receive, const Datagram &datagram);

/// Calls WskReceiveFromEvent with it at DISPATCH_LEVEL; what that answers. The memory is freed
/// unless it answers STATUS_PENDING. STATUS_SUCCESS without a call when there is no memory: the
/// datagram is lost.
NTSTATUS indicate_datagram(Kernel &kernel, PWSK_SOCKET handle, std::uint64_t socket,
                           PFN_WSK_RECEIVE_FROM_EVENT event, PVOID context,
                           const Datagram &datagram);

/// WskRelease. STATUS_INVALID_PARAMETER: no indication that this socket's driver kept.
NTSTATUS release_indication(Kernel &kernel, std::uint64_t socket,
                            PWSK_DATAGRAM_INDICATION indication);

} // namespace ksbox::wsk
