// UDP through the host's own calls.
#include "wsk/host_socket.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace ksbox::wsk {
namespace {

struct HostAddress {
    sockaddr_storage storage{};
    socklen_t bytes = sizeof storage;
    sockaddr *pointer() { return reinterpret_cast<sockaddr *>(&storage); }
};

HostAddress to_host(const Address &address) {
    HostAddress made;
    if (address.ipv6) {
        auto &in = reinterpret_cast<sockaddr_in6 &>(made.storage);
        in.sin6_family = AF_INET6;
        in.sin6_port = htons(address.port);
        in.sin6_scope_id = address.scope;
        std::memcpy(&in.sin6_addr, address.bytes.data(), 16);
        made.bytes = sizeof in;
    } else {
        auto &in = reinterpret_cast<sockaddr_in &>(made.storage);
        in.sin_family = AF_INET;
        in.sin_port = htons(address.port);
        std::memcpy(&in.sin_addr, address.bytes.data(), 4);
        made.bytes = sizeof in;
    }
    return made;
}

Address from_host(const HostAddress &host) {
    Address made;
    made.ipv6 = host.storage.ss_family == AF_INET6;
    if (made.ipv6) {
        const auto &in = reinterpret_cast<const sockaddr_in6 &>(host.storage);
        made.port = ntohs(in.sin6_port);
        made.scope = in.sin6_scope_id;
        std::memcpy(made.bytes.data(), &in.sin6_addr, 16);
    } else {
        const auto &in = reinterpret_cast<const sockaddr_in &>(host.storage);
        made.port = ntohs(in.sin_port);
        std::memcpy(made.bytes.data(), &in.sin_addr, 4);
    }
    return made;
}

in_addr ipv4(const Address &address) {
    in_addr made;
    std::memcpy(&made, address.bytes.data(), sizeof made);
    return made;
}

/// Whether the datagram was sent to a group: the destination stands in its control data.
bool was_multicast(const msghdr &message) {
    for (cmsghdr *one = CMSG_FIRSTHDR(&message); one;
         one = CMSG_NXTHDR(const_cast<msghdr *>(&message), one))
        if (one->cmsg_level == IPPROTO_IP && one->cmsg_type == IP_PKTINFO) {
            in_pktinfo info;
            std::memcpy(&info, CMSG_DATA(one), sizeof info);
            return IN_MULTICAST(ntohl(info.ipi_addr.s_addr));
        }
    return false;
}

} // namespace

std::expected<HostSocket, int> HostSocket::open(bool ipv6) {
    HostSocket made;
    made.ipv6_ = ipv6;
    made.descriptor_ = FileDescriptor(
        socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!made.descriptor_)
        return std::unexpected(errno);
    const int one = 1;
    const int failed =
        ipv6 ? setsockopt(made.descriptor(), IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one)
             : setsockopt(made.descriptor(), IPPROTO_IP, IP_PKTINFO, &one, sizeof one);
    if (failed)
        return std::unexpected(errno);
    return made;
}

std::expected<Address, int> HostSocket::bind(const Address &local) {
    HostAddress host = to_host(local);
    if (::bind(descriptor(), host.pointer(), host.bytes) != 0)
        return std::unexpected(errno);
    HostAddress got;
    if (getsockname(descriptor(), got.pointer(), &got.bytes) != 0)
        return std::unexpected(errno);
    return from_host(got);
}

int HostSocket::send(const Address &to, std::span<const std::byte> bytes) {
    HostAddress host = to_host(to);
    const auto sent =
        sendto(descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL, host.pointer(), host.bytes);
    return sent < 0 ? errno : 0;
}

std::expected<Datagram, int> HostSocket::receive() {
    constexpr std::size_t longest = 65536;
    Datagram got;
    got.bytes.resize(longest);
    HostAddress from;
    std::array<std::byte, 256> control;
    iovec piece{got.bytes.data(), got.bytes.size()};
    msghdr message{};
    message.msg_name = &from.storage;
    message.msg_namelen = from.bytes;
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto bytes = recvmsg(descriptor(), &message, 0);
    if (bytes < 0)
        return std::unexpected(errno);
    got.bytes.resize(std::size_t(bytes));
    got.bytes.shrink_to_fit();
    got.from = from_host(from);
    got.multicast = was_multicast(message);
    return got;
}

int HostSocket::set(HostOption option, std::uint32_t value) {
    struct Name {
        int level, name;
    };
    const auto name = [&]() -> Name {
        switch (option) {
        case HostOption::broadcast:
            return {SOL_SOCKET, SO_BROADCAST};
        case HostOption::reuse_address:
            return {SOL_SOCKET, SO_REUSEADDR};
        case HostOption::receive_buffer:
            return {SOL_SOCKET, SO_RCVBUF};
        case HostOption::ttl:
            return ipv6_ ? Name{IPPROTO_IPV6, IPV6_UNICAST_HOPS} : Name{IPPROTO_IP, IP_TTL};
        case HostOption::multicast_ttl:
            return ipv6_ ? Name{IPPROTO_IPV6, IPV6_MULTICAST_HOPS}
                         : Name{IPPROTO_IP, IP_MULTICAST_TTL};
        case HostOption::multicast_loop:
            return ipv6_ ? Name{IPPROTO_IPV6, IPV6_MULTICAST_LOOP}
                         : Name{IPPROTO_IP, IP_MULTICAST_LOOP};
        }
        return {-1, -1};
    }();
    const int number = int(value);
    return setsockopt(descriptor(), name.level, name.name, &number, sizeof number) == 0 ? 0 : errno;
}

int HostSocket::set_multicast_interface(const Address &address) {
    const in_addr in = ipv4(address);
    return setsockopt(descriptor(), IPPROTO_IP, IP_MULTICAST_IF, &in, sizeof in) == 0 ? 0 : errno;
}

int HostSocket::change_membership(const Address &group, const Address &interface, bool join) {
    const ip_mreq request{ipv4(group), ipv4(interface)};
    return setsockopt(descriptor(), IPPROTO_IP, join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP,
                      &request, sizeof request) == 0
               ? 0
               : errno;
}

std::expected<HostPoll, int> HostPoll::open() {
    HostPoll made;
    made.descriptor_ = FileDescriptor(epoll_create1(EPOLL_CLOEXEC));
    if (!made.descriptor_)
        return std::unexpected(errno);
    return made;
}

int HostPoll::add(const HostSocket &socket, std::uint64_t id) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = id;
    return epoll_ctl(descriptor(), EPOLL_CTL_ADD, socket.descriptor(), &event) == 0 ? 0 : errno;
}

std::vector<std::uint64_t> HostPoll::ready() {
    std::array<epoll_event, 32> events;
    const int count = epoll_wait(descriptor(), events.data(), int(events.size()), 0);
    std::vector<std::uint64_t> ids;
    for (int i = 0; i < count; ++i) {
        const std::uint64_t id = events[std::size_t(i)].data.u64; // packed: no reference to it
        ids.push_back(id);
    }
    return ids;
}

} // namespace ksbox::wsk
