// Data ranges and data formats: which range takes which format, which ranges have something in
// common, and how lists of both lie in memory (stream/ks-data-formats-and-data-ranges).
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

/// A GUID as two numbers: all that matching does is compare them, for every pair of ranges.
struct GuidWords {
    explicit GuidWords(const GUID &guid) { std::memcpy(this, &guid, sizeof *this); }
    bool operator==(const GuidWords &) const = default;
    std::uint64_t low, high;
};
static_assert(sizeof(GuidWords) == sizeof(GUID));

/// The null GUID stands for any (KSDATAFORMAT_TYPE_WILDCARD and its sisters).
inline bool is_wildcard(const GUID &guid) {
    const GuidWords words(guid);
    return (words.low | words.high) == 0;
}
inline bool same_guid(const GUID &a, const GUID &b) {
    return GuidWords(a) == GuidWords(b);
}
inline bool same_identifier(const KSIDENTIFIER &a, const KSIDENTIFIER &b) {
    return same_guid(a.Set, b.Set) && a.Id == b.Id;
}

/// How far a format (or a caller's range) agrees with a range, field by field, in the order in
/// which it is compared.
enum class Agreement : std::uint8_t { major_differs, sub_differs, specifier_differs, matches };

/// A connection's format against a pin factory's range: the three cases of
/// NF:ks.KsValidateConnectRequest.
Agreement format_agrees(const KSDATARANGE &range, const KSDATAFORMAT &format);
/// A caller's range, held against many of a pin factory's: a wildcard on either side counts as
/// equal. The page speaks of the caller's wildcards only; a pin's range may hold them too ("some
/// may be wildcards", NS:ks._KSPIN_DESCRIPTOR_EX). @doc NF:ks.KsPinDataIntersection
class CallerRange {
  public:
    explicit CallerRange(const KSDATARANGE &range)
        : major_(range.MajorFormat), sub_(range.SubFormat), specifier_(range.Specifier) {}
    bool agrees(const KSDATARANGE &pin_range) const {
        return major_.agrees(pin_range.MajorFormat) && sub_.agrees(pin_range.SubFormat) &&
               specifier_.agrees(pin_range.Specifier);
    }

  private:
    struct Field {
        explicit Field(const GUID &guid) : words(guid), any(is_wildcard(guid)) {}
        bool agrees(const GUID &other) const {
            const GuidWords theirs(other);
            return words == theirs || any || (theirs.low | theirs.high) == 0;
        }
        GuidWords words;
        bool any;
    };
    Field major_, sub_, specifier_;
};
inline bool ranges_agree(const KSDATARANGE &pin_range, const KSDATARANGE &caller_range) {
    return CallerRange(caller_range).agrees(pin_range);
}

/// One range of a pin factory with the attribute list behind it, if its flags announce one.
struct PinRange {
    const KSDATARANGE *range;
    const KSATTRIBUTE_LIST *attributes;
};
/// The entries of KSPIN_DESCRIPTOR::DataRanges; attribute lists take an entry of the array.
std::vector<PinRange> pin_ranges(std::span<const PKSDATARANGE> entries);
std::vector<PinRange> pin_ranges(const KSPIN_DESCRIPTOR &descriptor);

/// A format or range of a client's, in memory of ours: `format` holds format.FormatSize bytes.
struct ClientFormat {
    const KSDATAFORMAT *format;
    const KSMULTIPLE_ITEM *attributes; ///< null without KSDATAFORMAT_ATTRIBUTES
    std::size_t total_bytes;           ///< with the attributes, up to the next 8-byte boundary
};
/// Reads one from the start of `bytes` (8-byte aligned). STATUS_INVALID_BUFFER_SIZE when it or its
/// attributes are longer than that, or FormatSize is below sizeof(KSDATAFORMAT).
Result<ClientFormat> read_format(std::span<const std::byte> bytes);
/// KSMULTIPLE_ITEM and its ranges, each 8-byte aligned. STATUS_INVALID_BUFFER_SIZE.
Result<std::vector<ClientFormat>> read_range_list(std::span<const std::byte> bytes);

/// Every attribute required on one side exists on the other. @doc NS:ks.KSATTRIBUTE
bool attributes_agree(const KSATTRIBUTE_LIST *pin, const KSMULTIPLE_ITEM *client);

/// Bytes that the ranges take as KSMULTIPLE_ITEM plus 8-byte aligned ranges and attribute lists.
std::size_t range_list_bytes(std::span<const PinRange> ranges);
/// Writes them; `out` has range_list_bytes() bytes. @doc stream/ksproperty-pin-dataranges
void write_range_list(std::span<const PinRange> ranges, std::byte *out);

std::string describe(const GUID &guid);
/// "AUDIO, PCM, WAVEFORMATEX" for reports.
std::string describe(const KSDATAFORMAT &format);

} // namespace ksbox::ks
