// A transport address as the runtime handles it, in the headers of neither world: Windows's and the
// host's give the same names to different things.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ksbox::wsk {

struct Address {
    bool ipv6 = false;
    std::array<std::uint8_t, 16> bytes{}; ///< in network order; IPv4 has the first four
    std::uint16_t port = 0;
    std::uint32_t scope = 0; ///< of IPv6

    bool operator==(const Address &) const = default;

    bool is_any() const;
    bool is_loopback() const; ///< 127.0.0.0/8, ::1
    bool is_multicast() const;
    bool is_broadcast() const; ///< 255.255.255.255
    bool same_host(const Address &other) const {
        return ipv6 == other.ipv6 && bytes == other.bytes;
    }

    /// 127.0.0.1 or ::1.
    static Address loopback(bool ipv6, std::uint16_t port);
    /// Dotted decimal or hexadecimal with colons, no port; nothing else is one.
    static std::optional<Address> parse(std::string_view text);
    std::string host_text() const; ///< "127.0.0.1", "::1"
    std::string text() const;      ///< "127.0.0.1:4010", "[::1]:4010"
};

} // namespace ksbox::wsk
