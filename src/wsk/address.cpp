// Kinds of addresses, and their text.
#include "wsk/address.h"

#include <algorithm>
#include <arpa/inet.h>

namespace ksbox::wsk {

bool Address::is_any() const {
    return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

bool Address::is_loopback() const {
    return ipv6 ? same_host(loopback(true, 0)) : bytes[0] == 127;
}

bool Address::is_multicast() const {
    return ipv6 ? bytes[0] == 0xff : bytes[0] >= 224 && bytes[0] < 240;
}

bool Address::is_broadcast() const {
    return !ipv6 && std::all_of(bytes.begin(), bytes.begin() + 4,
                                [](std::uint8_t byte) { return byte == 255; });
}

Address Address::loopback(bool ipv6, std::uint16_t port) {
    Address made;
    made.ipv6 = ipv6;
    made.port = port;
    if (ipv6) {
        made.bytes[15] = 1;
    } else {
        made.bytes[0] = 127;
        made.bytes[3] = 1;
    }
    return made;
}

std::optional<Address> Address::parse(std::string_view text) {
    const std::string terminated(text);
    Address read;
    if (inet_pton(AF_INET, terminated.c_str(), read.bytes.data()) == 1)
        return read;
    read.ipv6 = true;
    if (inet_pton(AF_INET6, terminated.c_str(), read.bytes.data()) == 1)
        return read;
    return std::nullopt;
}

std::string Address::host_text() const {
    char buffer[INET6_ADDRSTRLEN];
    const char *text = inet_ntop(ipv6 ? AF_INET6 : AF_INET, bytes.data(), buffer, sizeof buffer);
    return text ? text : "";
}

std::string Address::text() const {
    const std::string host = ipv6 ? "[" + host_text() + "]" : host_text();
    return host + ":" + std::to_string(port);
}

} // namespace ksbox::wsk
