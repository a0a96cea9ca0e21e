// Connection requests: capture and the checks that need no pin.
#include "ks/connect_request.h"

#include <cstring>
#include <string>

#include "base/quad.h"
#include "ks/create_items.h"
#include "ks/explain.h"
#include "ks/refusal.h"

namespace ksbox::ks {
namespace {

constexpr KSIDENTIFIER identifier(GUID set, ULONG id) {
    KSIDENTIFIER result{};
    result.Set = set;
    result.Id = id;
    return result;
}

constexpr std::uint8_t tail[8] = {0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00};
constexpr GUID standard(std::uint32_t first) {
    return {first,
            0x62CE,
            0x11CF,
            {tail[0], tail[1], tail[2], tail[3], tail[4], tail[5], tail[6], tail[7]}};
}
/// KSINTERFACESETID_Standard and KSMEDIUMSETID_Standard, known before any initialization.
constexpr KSPIN_INTERFACE default_interface =
    identifier(standard(0x1A8766A0), KSINTERFACE_STANDARD_STREAMING);
constexpr KSPIN_MEDIUM default_medium = identifier(standard(0x4747B320), KSMEDIUM_STANDARD_DEVIO);

std::string describe(const KSIDENTIFIER &identifier) {
    return ks::describe(identifier.Set) + "/" + std::to_string(identifier.Id);
}

} // namespace

std::span<const KSPIN_INTERFACE> interfaces_of(const KSPIN_DESCRIPTOR &descriptor) {
    if (descriptor.InterfacesCount)
        return {descriptor.Interfaces, descriptor.InterfacesCount};
    return {&default_interface, 1};
}

std::span<const KSPIN_MEDIUM> mediums_of(const KSPIN_DESCRIPTOR &descriptor) {
    if (descriptor.MediumsCount)
        return {descriptor.Mediums, descriptor.MediumsCount};
    return {&default_medium, 1};
}

Result<ConnectRequest> ConnectRequest::capture(PIRP irp) {
    const UNICODE_STRING &name = IoGetCurrentIrpStackLocation(irp)->FileObject->FileName;
    const auto parts = CreateName::parse({name.Buffer, name.Length / sizeof(WCHAR)});
    // The name's length counts bytes and may be odd; the parameters run to its end.
    const std::size_t offset = parts.has_parameters
                                   ? (parts.parameters.data() - name.Buffer) * sizeof(WCHAR)
                                   : name.Length;
    const std::size_t bytes = name.Length - offset;
    if (bytes < sizeof(KSPIN_CONNECT) + sizeof(KSDATAFORMAT)) {
        return refuse(STATUS_INVALID_BUFFER_SIZE,
                      "the connection request has " + std::to_string(bytes) +
                          " bytes; KSPIN_CONNECT and KSDATAFORMAT have " +
                          std::to_string(sizeof(KSPIN_CONNECT) + sizeof(KSDATAFORMAT)));
    }
    ConnectRequest request;
    request.bytes_.resize(quads(bytes));
    std::memcpy(request.bytes_.data(), reinterpret_cast<const char *>(name.Buffer) + offset, bytes);
    const auto format = read_format(
        std::as_bytes(std::span(request.bytes_)).subspan(0, bytes).subspan(sizeof(KSPIN_CONNECT)));
    if (!format) {
        const auto carried = std::as_bytes(std::span(request.bytes_));
        return refuse(format.error().value(),
                      explain_bad_format(carried.subspan(0, bytes).subspan(sizeof(KSPIN_CONNECT))));
    }
    request.format_ = *format;
    return request;
}

std::string not_listed(std::span<const KSIDENTIFIER> list, const KSIDENTIFIER &wanted,
                       const std::string &what, ULONG pin_id) {
    for (const KSIDENTIFIER &one : list)
        if (same_identifier(one, wanted))
            return {};
    std::string known;
    for (const KSIDENTIFIER &one : list)
        known += (known.empty() ? "" : ", ") + describe(one);
    return "the " + what + " " + describe(wanted) + " is not among the " + what +
           "s of pin factory " + std::to_string(pin_id) + ": " + known;
}

std::vector<PinRange> matching_ranges(std::span<const PinRange> ranges,
                                      const ClientFormat &format) {
    std::vector<PinRange> matching;
    for (const PinRange &one : ranges)
        if (format_agrees(*one.range, *format.format) == Agreement::matches &&
            attributes_agree(one.attributes, format.attributes))
            matching.push_back(one);
    return matching;
}

Result<std::vector<PinRange>> match_connection(const KSPIN_DESCRIPTOR &descriptor,
                                               const KSPIN_CONNECT &connect,
                                               const ClientFormat &format) {
    if (std::string why =
            not_listed(interfaces_of(descriptor), connect.Interface, "interface", connect.PinId);
        !why.empty())
        return refuse(STATUS_NO_MATCH, std::move(why));
    if (std::string why =
            not_listed(mediums_of(descriptor), connect.Medium, "medium", connect.PinId);
        !why.empty())
        return refuse(STATUS_NO_MATCH, std::move(why));
    const auto ranges = pin_ranges(descriptor);
    std::vector<PinRange> matching = matching_ranges(ranges, format);
    if (!matching.empty())
        return matching;
    Reason why = explain_no_match(connect.PinId, ranges, format);
    return refuse(STATUS_NO_MATCH, std::move(why.sentence), std::move(why.details));
}

} // namespace ksbox::ks
