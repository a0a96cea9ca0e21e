// Binding and sending: who may, and over which network.
#include <cerrno>

#include "nt/spin_guard.h"
#include "nt/trace.h"
#include "wsk/network.h"

namespace ksbox::wsk {
namespace {

constexpr std::uint16_t first_ephemeral_port = 49152;
constexpr std::uint16_t last_ephemeral_port = 65535;

/// What Windows answers where the host says this. Inferred from Winsock's errors of both.
NTSTATUS status_of(int error) {
    switch (error) {
    case EADDRINUSE:
        return STATUS_ADDRESS_ALREADY_EXISTS;
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case EINVAL:
        return STATUS_INVALID_ADDRESS_COMPONENT;
    case EACCES:
    case EPERM:
        return STATUS_ACCESS_DENIED;
    case EMSGSIZE:
        return STATUS_INVALID_BUFFER_SIZE;
    case ENETUNREACH:
    case ENETDOWN:
        return STATUS_NETWORK_UNREACHABLE;
    case EHOSTUNREACH:
        return STATUS_HOST_UNREACHABLE;
    default:
        return STATUS_INSUFFICIENT_RESOURCES;
    }
}

/// The longest payload of UDP.
std::size_t longest(bool ipv6) {
    constexpr std::size_t headers4 = 20 + 8;
    constexpr std::size_t header6 = 8;
    return 65535 - (ipv6 ? header6 : headers4);
}

} // namespace

void Network::apply(Socket &socket, HostOption option, ULONG value) {
    if (socket.host)
        (void)socket.host.set(option, value); // a host without it sends as it would
}

NTSTATUS Network::open_host(Socket &socket) {
    auto opened = HostSocket::open(socket.ipv6);
    if (!opened)
        return status_of(opened.error());
    socket.host = std::move(*opened);
    apply(socket, HostOption::broadcast, socket.broadcast);
    apply(socket, HostOption::reuse_address, socket.reuse_address);
    apply(socket, HostOption::receive_buffer, socket.receive_buffer);
    for (const auto &[option, value] : socket.numbers)
        apply(socket, option, value);
    if (socket.multicast_interface)
        (void)socket.host.set_multicast_interface(*socket.multicast_interface);
    return STATUS_SUCCESS;
}

NTSTATUS Network::bind(Socket &socket, const Address &wanted, const void *caller) {
    if (wanted.is_multicast() || wanted.is_broadcast())
        return STATUS_INVALID_ADDRESS_COMPONENT;
    if (access_ != Access::all && !wanted.is_any() && !wanted.is_loopback()) {
        refuse(caller, "WskBind to " + wanted.text() + " is refused", Access::all);
        return STATUS_INVALID_ADDRESS_COMPONENT;
    }
    const NTSTATUS status =
        simulated() ? bind_in_box(socket, wanted) : bind_on_host(socket, wanted);
    if (NT_SUCCESS(status))
        kernel_.trace().event("wsk.bind", {{"socket", socket.id},
                                           {"address", std::string_view(socket.local->text())}});
    return status;
}

/// @doc network/so-reuseaddr, network/so-exclusiveaddruse. Who shares an address says so; the
/// host wants it of both.
bool Network::is_taken(const Socket &socket, const Address &address) {
    for (const auto &[id, other] : sockets_) {
        if (!other->local || other->ipv6 != address.ipv6 || other->local->port != address.port)
            continue;
        const bool overlap =
            other->local->is_any() || address.is_any() || other->local->same_host(address);
        if (overlap && (socket.reuse_address == 0 || other->exclusive_address != 0))
            return true;
        if (overlap)
            apply(*other, HostOption::reuse_address, 1);
    }
    return false;
}

NTSTATUS Network::bind_in_box(Socket &socket, Address wanted) {
    if (wanted.port == 0) {
        constexpr int ports = last_ephemeral_port - first_ephemeral_port + 1;
        for (int tries = 0; tries < ports; ++tries) {
            last_port_ = last_port_ < first_ephemeral_port || last_port_ == last_ephemeral_port
                             ? first_ephemeral_port
                             : std::uint16_t(last_port_ + 1);
            wanted.port = last_port_;
            if (!is_taken(socket, wanted)) {
                socket.local = wanted;
                return STATUS_SUCCESS;
            }
        }
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (is_taken(socket, wanted))
        return STATUS_ADDRESS_ALREADY_EXISTS;
    socket.local = wanted;
    return STATUS_SUCCESS;
}

NTSTATUS Network::bind_on_host(Socket &socket, Address wanted) {
    if (wanted.port != 0 && is_taken(socket, wanted))
        return STATUS_ADDRESS_ALREADY_EXISTS;
    if (const NTSTATUS opened = open_host(socket); !NT_SUCCESS(opened))
        return opened;
    Address there = wanted;
    if (access_ == Access::loopback && wanted.is_any())
        there = Address::loopback(socket.ipv6, wanted.port);
    const auto bound = socket.host.bind(there);
    NTSTATUS status = bound ? start_receiving() : status_of(bound.error());
    if (NT_SUCCESS(status) && host_poll_.add(socket.host, socket.id) != 0)
        status = STATUS_INSUFFICIENT_RESOURCES;
    if (!NT_SUCCESS(status)) {
        socket.host = HostSocket();
        return status;
    }
    wanted.port = bound->port;
    socket.local = wanted;
    return STATUS_SUCCESS;
}

NTSTATUS Network::judge(Socket &socket, const Address &to, std::size_t bytes, const void *caller) {
    if (to.port == 0 || to.is_any())
        return STATUS_INVALID_ADDRESS_COMPONENT;
    if (bytes > longest(socket.ipv6))
        return STATUS_INVALID_BUFFER_SIZE;
    if (to.is_loopback())
        return STATUS_SUCCESS;
    if (access_ != Access::all) {
        refuse(caller, "a datagram to " + to.text() + " is refused", Access::all);
        return STATUS_NETWORK_UNREACHABLE;
    }
    // @doc network/so-broadcast
    return to.is_broadcast() && socket.broadcast == 0 ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}

NTSTATUS Network::send(Socket &socket, const Address &to, std::vector<std::byte> bytes,
                       const void *caller) {
    NTSTATUS status;
    {
        SpinGuard guard(lock_);
        status = judge(socket, to, bytes.size(), caller);
        if (NT_SUCCESS(status)) {
            kernel_.trace().event("wsk.send", {{"socket", socket.id},
                                               {"to", std::string_view(to.text())},
                                               {"bytes", std::uint64_t(bytes.size())}});
            if (simulated() && to.is_loopback())
                send_in_box(socket, to, std::move(bytes));
            else
                status = send_from_host(socket, to, bytes);
        }
    }
    return status;
}

void Network::send_in_box(Socket &socket, const Address &to, std::vector<std::byte> bytes) {
    Flight flight;
    flight.to = to;
    flight.datagram.from =
        socket.local->is_any() ? Address::loopback(socket.ipv6, socket.local->port) : *socket.local;
    flight.datagram.bytes = std::move(bytes);
    in_flight_.push_back(std::move(flight));
    KeInsertQueueDpc(&dpc_, nullptr, nullptr);
}

// In simulated time nothing that the host answers may show: the next run could have another answer.
NTSTATUS Network::send_from_host(Socket &socket, const Address &to,
                                 std::span<const std::byte> bytes) {
    if (simulated() && !socket.host)
        (void)open_host(socket);
    const int error = socket.host.send(to, bytes);
    // A full queue of the host's is a datagram lost on the way.
    return simulated() || error == 0 || error == EAGAIN || error == ENOBUFS ? STATUS_SUCCESS
                                                                            : status_of(error);
}

Socket *Network::receiver_of(const Address &to) {
    for (const auto &[id, socket] : sockets_)
        if (socket->local && !socket->closing && socket->local->port == to.port &&
            socket->ipv6 == to.ipv6 && (socket->local->is_any() || socket->local->same_host(to)))
            return socket.get();
    return nullptr;
}

} // namespace ksbox::wsk
