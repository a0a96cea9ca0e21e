// IOCTL_KS_PROPERTY, _METHOD, _ENABLE_EVENT and _DISABLE_EVENT as a client sends them, and what
// came back: status, Information and every byte of the buffer.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "ksbox/filter.h"
#include "ksbox/ks.h"

namespace ksbox::testing {

constexpr std::byte untouched{0xcd};

/// What a request came to.
struct Answer {
    std::uint32_t status = 0;
    std::uint64_t information = 0;
    std::vector<std::byte> bytes; ///< the whole buffer: what nobody wrote is `untouched`

    template <typename T> T as(std::size_t offset = 0) const {
        T value{};
        if (offset + sizeof value <= bytes.size())
            std::memcpy(&value, bytes.data() + offset, sizeof value);
        return value;
    }
};

template <typename T> std::vector<std::byte> bytes_of(const T &value) {
    const std::span bytes = std::as_bytes(std::span(&value, 1));
    return {bytes.begin(), bytes.end()};
}
inline std::vector<std::byte> room(std::size_t bytes) {
    return std::vector<std::byte>(bytes, untouched);
}
inline std::vector<std::byte> joined(std::vector<std::byte> first,
                                     const std::vector<std::byte> &second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// A KSPROPERTY, KSMETHOD or KSEVENT.
inline std::vector<std::byte> identifier(const Guid &set, std::uint32_t id, std::uint32_t flags) {
    KSIDENTIFIER request{};
    std::memcpy(&request, &set, sizeof set);
    request.Id = id;
    request.Flags = flags;
    return bytes_of(request);
}
/// A KSP_NODE, KSM_NODE or KSE_NODE.
inline std::vector<std::byte> node_identifier(const Guid &set, std::uint32_t id,
                                              std::uint32_t flags, std::uint32_t node) {
    const std::uint32_t more[2] = {node, 0};
    return joined(identifier(set, id, flags | KSPROPERTY_TYPE_TOPOLOGY), bytes_of(more));
}

inline Answer send(Client &client, Handle object, std::uint32_t code,
                   const std::vector<std::byte> &request, std::vector<std::byte> data) {
    const IoResult result = client.control(object, code, request, data);
    return {std::uint32_t(result.status), result.information, std::move(data)};
}

} // namespace ksbox::testing
