// Options and I/O controls of sockets. Those that pages name and ksbox has not are
// STATUS_NOT_SUPPORTED.
#include <cstring>
#include <utility>

#include "wsk/network.h"
#include "wsk/provider.h"

namespace ksbox::wsk {
namespace {

/// A switch, for a socket in the right state.
Outcome set_switch(ULONG &value, const ControlBuffers &buffers, bool allowed = true) {
    const auto wanted = buffers.input<ULONG>();
    if (!wanted)
        return {STATUS_INVALID_PARAMETER};
    if (!allowed)
        return {STATUS_INVALID_DEVICE_STATE}; // bound already; inferred
    value = *wanted != 0;
    return {STATUS_SUCCESS};
}

Outcome set_socket_option(Network &network, Socket &socket, ULONG code,
                          const ControlBuffers &buffers) {
    Outcome outcome{STATUS_NOT_SUPPORTED};
    switch (code) {
    case SO_BROADCAST:
        outcome = set_switch(socket.broadcast, buffers);
        network.apply(socket, HostOption::broadcast, socket.broadcast);
        break;
    case SO_REUSEADDR:
        outcome = set_switch(socket.reuse_address, buffers, !socket.local);
        break;
    case ULONG(SO_EXCLUSIVEADDRUSE):
        outcome = set_switch(socket.exclusive_address, buffers, !socket.local);
        break;
    case SO_RCVBUF:
        if (const auto bytes = buffers.input<ULONG>(); bytes) {
            socket.receive_buffer = *bytes;
            network.apply(socket, HostOption::receive_buffer, *bytes);
            outcome = {STATUS_SUCCESS};
        } else {
            outcome = {STATUS_INVALID_PARAMETER};
        }
        break;
    default:
        break;
    }
    return outcome;
}

Outcome get_socket_option(const Socket &socket, ULONG code, const ControlBuffers &buffers) {
    switch (code) {
    case SO_BROADCAST:
        return buffers.output(socket.broadcast);
    case SO_REUSEADDR:
        return buffers.output(socket.reuse_address);
    case ULONG(SO_EXCLUSIVEADDRUSE):
        return buffers.output(socket.exclusive_address);
    case SO_RCVBUF:
        return buffers.output(socket.receive_buffer);
    default:
        return {STATUS_NOT_SUPPORTED};
    }
}

std::optional<HostOption> number_option(ULONG code) {
    static_assert(IP_TTL == IPV6_UNICAST_HOPS && IP_MULTICAST_TTL == IPV6_MULTICAST_HOPS &&
                  IP_MULTICAST_LOOP == IPV6_MULTICAST_LOOP);
    switch (code) {
    case IP_TTL:
        return HostOption::ttl;
    case IP_MULTICAST_TTL:
        return HostOption::multicast_ttl;
    case IP_MULTICAST_LOOP:
        return HostOption::multicast_loop;
    default:
        return std::nullopt;
    }
}

ULONG default_of(HostOption option) {
    constexpr ULONG windows_ttl = 128;
    return option == HostOption::ttl ? windows_ttl : 1;
}

Address ipv4(const IN_ADDR &in) {
    Address made;
    std::memcpy(made.bytes.data(), &in, sizeof in);
    return made;
}

/// A group is somebody else's network: under loopback there is none.
Outcome change_membership(Network &network, Socket &socket, bool join,
                          const ControlBuffers &buffers, const void *caller) {
    const auto request = buffers.input<IP_MREQ>();
    if (!request || !ipv4(request->imr_multiaddr).is_multicast())
        return {STATUS_INVALID_PARAMETER};
    if (network.access() != Access::all) {
        network.refuse(caller,
                       "membership in " + ipv4(request->imr_multiaddr).host_text() + " is refused",
                       Access::all);
        return {STATUS_NETWORK_UNREACHABLE};
    }
    if (!socket.local)
        return {STATUS_INVALID_DEVICE_STATE};
    if (!network.simulated() && socket.host.change_membership(ipv4(request->imr_multiaddr),
                                                              ipv4(request->imr_interface), join))
        return {STATUS_INVALID_ADDRESS_COMPONENT};
    return {STATUS_SUCCESS};
}

Outcome set_ip_option(Network &network, Socket &socket, ULONG code, const ControlBuffers &buffers,
                      const void *caller) {
    if (const auto option = number_option(code)) {
        const auto value = buffers.input<ULONG>();
        if (!value || *value > 255)
            return {STATUS_INVALID_PARAMETER};
        socket.numbers[*option] = *value;
        network.apply(socket, *option, *value);
        return {STATUS_SUCCESS};
    }
    if (socket.ipv6)
        return {STATUS_NOT_SUPPORTED};
    if (code == IP_MULTICAST_IF) {
        const auto interface = buffers.input<IN_ADDR>();
        if (!interface)
            return {STATUS_INVALID_PARAMETER};
        socket.multicast_interface = ipv4(*interface);
        if (socket.host && !network.simulated() &&
            socket.host.set_multicast_interface(*socket.multicast_interface))
            return {STATUS_INVALID_ADDRESS_COMPONENT};
        return {STATUS_SUCCESS};
    }
    if (code == IP_ADD_MEMBERSHIP || code == IP_DROP_MEMBERSHIP)
        return change_membership(network, socket, code == IP_ADD_MEMBERSHIP, buffers, caller);
    return {STATUS_NOT_SUPPORTED};
}

Outcome get_ip_option(const Socket &socket, ULONG code, const ControlBuffers &buffers) {
    const auto option = number_option(code);
    if (!option)
        return {STATUS_NOT_SUPPORTED};
    const auto set = socket.numbers.find(*option);
    return buffers.output(set == socket.numbers.end() ? default_of(*option) : set->second);
}

/// @doc network/sio-wsk-set-remote-address, network/sio-wsk-set-sendto-address
Outcome fix_address(Socket &socket, std::optional<Address> &fixed, const ControlBuffers &buffers) {
    if (!socket.local)
        return {STATUS_INVALID_DEVICE_STATE};
    if (buffers.in_bytes == 0 && !buffers.in) {
        fixed.reset();
        return {STATUS_SUCCESS};
    }
    if (buffers.in_bytes < sockaddr_bytes(socket.ipv6))
        return {STATUS_INVALID_PARAMETER};
    const auto address = read_address(static_cast<const SOCKADDR *>(buffers.in), socket.ipv6);
    if (!address)
        return {address.error().value()};
    fixed = *address;
    return {STATUS_SUCCESS};
}

} // namespace

Outcome socket_option(Network &network, Socket &socket, bool set, ULONG level, ULONG code,
                      const ControlBuffers &buffers, const void *caller) {
    if (level == SOL_SOCKET)
        return set ? set_socket_option(network, socket, code, buffers)
                   : get_socket_option(socket, code, buffers);
    if (level == (socket.ipv6 ? ULONG(IPPROTO_IPV6) : ULONG(IPPROTO_IP)))
        return set ? set_ip_option(network, socket, code, buffers, caller)
                   : get_ip_option(socket, code, buffers);
    return {STATUS_NOT_SUPPORTED};
}

Outcome socket_ioctl(Socket &socket, ULONG code, const ControlBuffers &buffers) {
    switch (code) {
    case SIO_WSK_SET_REMOTE_ADDRESS:
        return fix_address(socket, socket.remote, buffers);
    case SIO_WSK_SET_SENDTO_ADDRESS:
        return fix_address(socket, socket.destination, buffers);
    default:
        return {STATUS_NOT_SUPPORTED};
    }
}

} // namespace ksbox::wsk
