// A UDP socket of the host, without a blocking call. Errors are the host's errno.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <vector>

#include "base/file_descriptor.h"
#include "wsk/address.h"

namespace ksbox::wsk {

struct Datagram {
    Address from;
    std::vector<std::byte> bytes;
    bool multicast = false; ///< its destination was
};

/// What a socket can be told, by name; the values are small integers.
enum class HostOption : std::uint8_t {
    broadcast,
    reuse_address,
    receive_buffer,
    ttl,
    multicast_ttl,
    multicast_loop,
};

class HostSocket {
  public:
    HostSocket() = default;
    static std::expected<HostSocket, int> open(bool ipv6);

    explicit operator bool() const { return bool(descriptor_); }
    int descriptor() const { return descriptor_.get(); }

    /// The address it got: with a port where `local` had none.
    std::expected<Address, int> bind(const Address &local);
    /// 0, or errno.
    int send(const Address &to, std::span<const std::byte> bytes);
    /// Nothing when there is nothing more to read.
    std::expected<Datagram, int> receive();
    int set(HostOption option, std::uint32_t value);
    /// The IPv4 interface of outgoing multicast, or a group to be in or to leave.
    int set_multicast_interface(const Address &address);
    int change_membership(const Address &group, const Address &interface, bool join);

  private:
    FileDescriptor descriptor_;
    bool ipv6_ = false;
};

/// Which of many sockets have something to read. Sockets that are closed leave by themselves.
class HostPoll {
  public:
    static std::expected<HostPoll, int> open();
    /// To be waited for with ke::wait_for_host.
    int descriptor() const { return descriptor_.get(); }
    int add(const HostSocket &socket, std::uint64_t id);
    /// The identifiers of those that are ready now.
    std::vector<std::uint64_t> ready();

  private:
    FileDescriptor descriptor_;
};

} // namespace ksbox::wsk
