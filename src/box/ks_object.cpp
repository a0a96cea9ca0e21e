// Properties of filters, pins and nodes, over IOCTL_KS_PROPERTY.
#include <cstring>

#include <fmt/format.h>

#include "base/status_names.h"
#include "box/state.h"
#include "ksbox/filter.h"
#include "ksbox/property_names.h"

namespace ksbox {

namespace {

std::vector<std::byte> property_request(const Guid &set, std::uint32_t id, std::uint32_t flags,
                                        std::optional<std::uint32_t> node,
                                        std::span<const std::byte> more) {
    KSP_NODE request{};
    std::memcpy(&request.Property.Set, &set, sizeof set);
    request.Property.Id = id;
    request.Property.Flags = flags | (node ? KSPROPERTY_TYPE_TOPOLOGY : 0);
    request.NodeId = node.value_or(0);
    std::size_t bytes = node ? sizeof request : sizeof request.Property;
    std::vector<std::byte> result(bytes + more.size());
    std::memcpy(result.data(), &request, bytes);
    if (!more.empty())
        std::memcpy(result.data() + bytes, more.data(), more.size());
    return result;
}

[[noreturn]] void throw_property(Client &client, const IoResult &result, const char *verb,
                                 const Guid &set, std::uint32_t id) {
    throw Error(
        static_cast<std::uint32_t>(result.status),
        fmt::format("{} {}: {}", verb, property_name(set, id), describe_status(result.status)),
        client.last_refusal());
}

} // namespace

KsObject::KsObject(KsObject &&other) noexcept
    : client_(other.client_), handle_(std::exchange(other.handle_, 0)) {}

KsObject &KsObject::operator=(KsObject &&other) noexcept {
    std::swap(client_, other.client_);
    std::swap(handle_, other.handle_);
    return *this;
}

KsObject::~KsObject() {
    if (client_->state().box.kernel->bug_check().stopped())
        return;
    try {
        close();
    } catch (const Error &) {
        // Closing twice, or a box that stops meanwhile: nothing is left to close.
    }
}

void KsObject::close() {
    if (handle_ != 0)
        client_->close(std::exchange(handle_, 0));
}

IoResult KsObject::property(std::span<const std::byte> request, std::span<std::byte> value) {
    return client_->control(handle_, IOCTL_KS_PROPERTY, request, value);
}

// Asks for the size first, as KS's sized lists want it; fixed-size properties answer their size
// with STATUS_BUFFER_OVERFLOW or STATUS_BUFFER_TOO_SMALL, or only fit a buffer of some size. A list
// may grow between the two calls: then again.
std::vector<std::byte> KsObject::get(const Guid &set, std::uint32_t id,
                                     std::optional<std::uint32_t> node,
                                     std::span<const std::byte> more) {
    const auto too_small = [](const IoResult &result) {
        return result.status == std::int32_t(STATUS_BUFFER_OVERFLOW) ||
               result.status == std::int32_t(STATUS_BUFFER_TOO_SMALL);
    };
    const std::vector<std::byte> request =
        property_request(set, id, KSPROPERTY_TYPE_GET, node, more);
    for (std::size_t offered = 0;;) {
        IoResult result = property(request, {});
        if (!result.success() && !too_small(result))
            throw_property(*client_, result, "get", set, id);
        const std::size_t bytes = result.information == 0 ? 256 : result.information;
        std::vector<std::byte> value(bytes);
        result = property(request, value);
        if (too_small(result) && bytes > offered) {
            offered = bytes;
            continue;
        }
        if (!result.success())
            throw_property(*client_, result, "get", set, id);
        value.resize(std::min<std::size_t>(result.information, value.size()));
        return value;
    }
}

void KsObject::set(const Guid &set, std::uint32_t id, std::span<const std::byte> value,
                   std::optional<std::uint32_t> node, std::span<const std::byte> more) {
    std::vector<std::byte> request = property_request(set, id, KSPROPERTY_TYPE_SET, node, more);
    std::vector<std::byte> copy(value.begin(), value.end());
    IoResult result = property(request, copy);
    if (!result.success())
        throw_property(*client_, result, "set", set, id);
}

} // namespace ksbox
