// A connection request: KSPIN_CONNECT and its KSDATAFORMAT out of the create IRP's name, captured
// and checked against pin factories (@doc NF:ks.KsValidateConnectRequest).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "abi/windows.h"
#include "base/result.h"
#include "ks/data_range.h"

namespace ksbox::ks {

/// A captured copy: aligned, and out of the client's reach.
class ConnectRequest {
  public:
    /// From the name of the create IRP's file object: "{…}\" and the bytes of KSPIN_CONNECT,
    /// KSDATAFORMAT and attributes. STATUS_INVALID_BUFFER_SIZE when truncated (A8),
    /// STATUS_INSUFFICIENT_RESOURCES. Records a refusal.
    static Result<ConnectRequest> capture(PIRP irp);

    const KSPIN_CONNECT &connect() const {
        return *reinterpret_cast<const KSPIN_CONNECT *>(bytes_.data());
    }
    const ClientFormat &format() const { return format_; }
    std::span<const std::uint64_t> storage() const { return bytes_; }

  private:
    std::vector<std::uint64_t> bytes_;
    ClientFormat format_{};
};

/// Interface, medium and format against one pin factory. STATUS_NO_MATCH, with a refusal recorded.
/// The ranges that match, in the factory's order; never empty.
Result<std::vector<PinRange>> match_connection(const KSPIN_DESCRIPTOR &descriptor,
                                               const KSPIN_CONNECT &connect,
                                               const ClientFormat &format);

/// The interfaces and mediums of a factory, or the defaults where it lists none.
std::span<const KSPIN_INTERFACE> interfaces_of(const KSPIN_DESCRIPTOR &descriptor);
std::span<const KSPIN_MEDIUM> mediums_of(const KSPIN_DESCRIPTOR &descriptor);

/// Why the identifier is none of the list's; empty: it is one. `what`: "interface".
std::string not_listed(std::span<const KSIDENTIFIER> list, const KSIDENTIFIER &wanted,
                       const std::string &what, ULONG pin_id);
/// The ranges that take the format, by their GUIDs and attributes.
std::vector<PinRange> matching_ranges(std::span<const PinRange> ranges, const ClientFormat &format);

} // namespace ksbox::ks
