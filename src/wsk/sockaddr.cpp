// SOCKADDR_IN and SOCKADDR_IN6, in and out.
#include <bit>
#include <cstring>

#include "wsk/wsk.h"

namespace ksbox::wsk {

std::size_t sockaddr_bytes(bool ipv6) {
    return ipv6 ? sizeof(SOCKADDR_IN6) : sizeof(SOCKADDR_IN);
}

Result<Address> read_address(const SOCKADDR *from, bool ipv6) {
    if (!from || from->sa_family != (ipv6 ? AF_INET6 : AF_INET))
        return fail(STATUS_INVALID_PARAMETER);
    Address read;
    read.ipv6 = ipv6;
    if (ipv6) {
        SOCKADDR_IN6 in;
        std::memcpy(&in, from, sizeof in);
        read.port = std::byteswap(in.sin6_port);
        read.scope = in.sin6_scope_id;
        std::memcpy(read.bytes.data(), &in.sin6_addr, 16);
    } else {
        SOCKADDR_IN in;
        std::memcpy(&in, from, sizeof in);
        read.port = std::byteswap(in.sin_port);
        std::memcpy(read.bytes.data(), &in.sin_addr, 4);
    }
    return read;
}

void write_address(const Address &address, PSOCKADDR to) {
    if (!to)
        return;
    if (address.ipv6) {
        SOCKADDR_IN6 in{};
        in.sin6_family = AF_INET6;
        in.sin6_port = std::byteswap(address.port);
        in.sin6_scope_id = address.scope;
        std::memcpy(&in.sin6_addr, address.bytes.data(), 16);
        std::memcpy(to, &in, sizeof in);
    } else {
        SOCKADDR_IN in{};
        in.sin_family = AF_INET;
        in.sin_port = std::byteswap(address.port);
        std::memcpy(&in.sin_addr, address.bytes.data(), 4);
        std::memcpy(to, &in, sizeof in);
    }
}

} // namespace ksbox::wsk
