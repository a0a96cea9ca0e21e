// A socket: what a WSK_SOCKET of a driver's stands for. Everything here is under the network's
// lock.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "wsk/host_socket.h"
#include "wsk/irps.h"
#include "wsk/wsk.h"

namespace ksbox::wsk {

/// In nonpaged pool: what a driver holds in its hands.
struct SocketBlock {
    static constexpr std::uint64_t expected = 0x6b63'6f73'6b73'7731;
    WSK_SOCKET socket;
    std::uint64_t magic;
    std::uint64_t id;
};

struct Socket {
    Socket(std::uint64_t number, std::uint64_t of) : id(number), client(of), receives(number) {}

    const std::uint64_t id;
    const std::uint64_t client;
    SocketBlock *block = nullptr;
    bool ipv6 = false;

    // What the driver said about it.
    std::optional<Address> local;       ///< bound
    std::optional<Address> remote;      ///< SIO_WSK_SET_REMOTE_ADDRESS
    std::optional<Address> destination; ///< SIO_WSK_SET_SENDTO_ADDRESS
    ULONG reuse_address = 0;
    ULONG exclusive_address = 0;
    ULONG broadcast = 0;
    ULONG receive_buffer = 65536;        ///< bytes that wait for a reader, at most
    std::map<HostOption, ULONG> numbers; ///< of the IP levels
    std::optional<Address> multicast_interface;

    // What has arrived and who wants it.
    PendingIrps receives;
    std::deque<Datagram> backlog;
    std::size_t backlog_bytes = 0;

    // WskReceiveFromEvent.
    PVOID context = nullptr;
    PFN_WSK_RECEIVE_FROM_EVENT event = nullptr;
    bool event_enabled = false;
    bool event_static = false;   ///< by WSK_SET_STATIC_EVENT_CALLBACKS: stays enabled
    bool in_event = false;       ///< the callback runs just now
    bool disable_event = false;  ///< when it returns
    std::vector<PIRP> disabling; ///< to complete then

    bool pumping = false;   ///< somebody hands on what arrived
    unsigned busy = 0;      ///< who must leave before it may go
    PIRP closing = nullptr; ///< WskCloseSocket's

    HostSocket host; ///< real time, or what leaves a box in simulated time

    void keep(Datagram datagram);
    Datagram take_oldest();
};

} // namespace ksbox::wsk
