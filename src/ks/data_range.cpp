// Matching of data formats and data ranges.
#include "ks/data_range.h"

#include <algorithm>
#include <cstring>

#include "abi/guid.h"
#include "abi/guid_names.h"
#include "base/quad.h"

namespace ksbox::ks {
Agreement format_agrees(const KSDATARANGE &range, const KSDATAFORMAT &format) {
    // Three cases only: a wildcard specifier behind an equal subformat is none of them.
    if (is_wildcard(range.MajorFormat))
        return Agreement::matches;
    if (same_guid(range.MajorFormat, format.MajorFormat) && is_wildcard(range.SubFormat))
        return Agreement::matches;
    if (!same_guid(range.MajorFormat, format.MajorFormat))
        return Agreement::major_differs;
    if (!same_guid(range.SubFormat, format.SubFormat))
        return Agreement::sub_differs;
    return same_guid(range.Specifier, format.Specifier) ? Agreement::matches
                                                        : Agreement::specifier_differs;
}

std::vector<PinRange> pin_ranges(std::span<const PKSDATARANGE> entries) {
    std::vector<PinRange> ranges;
    ranges.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        PinRange one{entries[i], nullptr};
        if ((one.range->Flags & KSDATARANGE_ATTRIBUTES) && i + 1 < entries.size())
            one.attributes = reinterpret_cast<const KSATTRIBUTE_LIST *>(entries[++i]);
        ranges.push_back(one);
    }
    return ranges;
}

std::vector<PinRange> pin_ranges(const KSPIN_DESCRIPTOR &descriptor) {
    return pin_ranges(std::span(descriptor.DataRanges, descriptor.DataRangesCount));
}

Result<ClientFormat> read_format(std::span<const std::byte> bytes) {
    if (bytes.size() < sizeof(KSDATAFORMAT))
        return fail(STATUS_INVALID_BUFFER_SIZE);
    const auto *format = reinterpret_cast<const KSDATAFORMAT *>(bytes.data());
    if (format->FormatSize < sizeof(KSDATAFORMAT) || format->FormatSize > bytes.size())
        return fail(STATUS_INVALID_BUFFER_SIZE);
    ClientFormat result{format, nullptr, format->FormatSize};
    if (!(format->Flags & KSDATAFORMAT_ATTRIBUTES))
        return result;
    const std::size_t start = quad_aligned(format->FormatSize);
    if (start > bytes.size() || bytes.size() - start < sizeof(KSMULTIPLE_ITEM))
        return fail(STATUS_INVALID_BUFFER_SIZE);
    const auto *list = reinterpret_cast<const KSMULTIPLE_ITEM *>(bytes.data() + start);
    if (list->Size < sizeof(KSMULTIPLE_ITEM) || list->Size > bytes.size() - start)
        return fail(STATUS_INVALID_BUFFER_SIZE);
    std::size_t at = sizeof(KSMULTIPLE_ITEM);
    for (ULONG i = 0; i < list->Count; ++i) {
        if (at > list->Size || list->Size - at < sizeof(KSATTRIBUTE))
            return fail(STATUS_INVALID_BUFFER_SIZE);
        const auto *attribute = reinterpret_cast<const KSATTRIBUTE *>(bytes.data() + start + at);
        if (attribute->Size < sizeof(KSATTRIBUTE) || attribute->Size > list->Size - at)
            return fail(STATUS_INVALID_BUFFER_SIZE);
        at += quad_aligned(attribute->Size);
    }
    result.attributes = list;
    result.total_bytes = start + list->Size;
    return result;
}

Result<std::vector<ClientFormat>> read_range_list(std::span<const std::byte> bytes) {
    if (bytes.size() < sizeof(KSMULTIPLE_ITEM))
        return fail(STATUS_INVALID_BUFFER_SIZE);
    const auto *list = reinterpret_cast<const KSMULTIPLE_ITEM *>(bytes.data());
    if (list->Size < sizeof(KSMULTIPLE_ITEM) || list->Size > bytes.size())
        return fail(STATUS_INVALID_BUFFER_SIZE);
    bytes = bytes.subspan(0, list->Size);
    std::vector<ClientFormat> ranges;
    ranges.reserve(std::min<std::size_t>(list->Count, bytes.size() / sizeof(KSDATAFORMAT)));
    std::size_t at = sizeof(KSMULTIPLE_ITEM);
    for (ULONG i = 0; i < list->Count; ++i) {
        if (at > bytes.size())
            return fail(STATUS_INVALID_BUFFER_SIZE);
        ranges.push_back(KS_TRY(read_format(bytes.subspan(at))));
        at += quad_aligned(ranges.back().total_bytes);
    }
    return ranges;
}

bool attributes_agree(const KSATTRIBUTE_LIST *pin, const KSMULTIPLE_ITEM *client) {
    std::vector<const KSATTRIBUTE *> ours, theirs;
    for (ULONG i = 0; pin && i < pin->Count; ++i)
        ours.push_back(pin->Attributes[i]);
    std::size_t at = sizeof(KSMULTIPLE_ITEM);
    for (ULONG i = 0; client && i < client->Count; ++i) {
        theirs.push_back(reinterpret_cast<const KSATTRIBUTE *>(
            reinterpret_cast<const std::byte *>(client) + at));
        at += quad_aligned(theirs.back()->Size);
    }
    const auto covers = [](const auto &required, const auto &offered) {
        return std::ranges::all_of(required, [&](const KSATTRIBUTE *one) {
            return !(one->Flags & KSATTRIBUTE_REQUIRED) ||
                   std::ranges::any_of(offered, [&](const KSATTRIBUTE *other) {
                       return same_guid(one->Attribute, other->Attribute);
                   });
        });
    };
    return covers(ours, theirs) && covers(theirs, ours);
}

namespace {

std::size_t attributes_bytes(const KSATTRIBUTE_LIST *list) {
    std::size_t bytes = sizeof(KSMULTIPLE_ITEM);
    for (ULONG i = 0; i < list->Count; ++i)
        bytes += quad_aligned(list->Attributes[i]->Size);
    return bytes;
}

} // namespace

std::size_t range_list_bytes(std::span<const PinRange> ranges) {
    std::size_t bytes = sizeof(KSMULTIPLE_ITEM);
    for (const PinRange &one : ranges) {
        bytes += quad_aligned(one.range->FormatSize);
        if (one.attributes)
            bytes += quad_aligned(attributes_bytes(one.attributes));
    }
    return bytes;
}

void write_range_list(std::span<const PinRange> ranges, std::byte *out) {
    const std::size_t total = range_list_bytes(ranges);
    std::memset(out, 0, total);
    const KSMULTIPLE_ITEM header{static_cast<ULONG>(total), static_cast<ULONG>(ranges.size())};
    std::memcpy(out, &header, sizeof header);
    out += sizeof header;
    for (const PinRange &one : ranges) {
        std::memcpy(out, one.range, one.range->FormatSize);
        out += quad_aligned(one.range->FormatSize);
        if (!one.attributes)
            continue;
        std::byte *list = out;
        const std::size_t bytes = attributes_bytes(one.attributes);
        const KSMULTIPLE_ITEM items{static_cast<ULONG>(bytes), one.attributes->Count};
        std::memcpy(list, &items, sizeof items);
        list += sizeof items;
        for (ULONG i = 0; i < one.attributes->Count; ++i) {
            const KSATTRIBUTE &attribute = *one.attributes->Attributes[i];
            std::memcpy(list, &attribute, attribute.Size);
            list += quad_aligned(attribute.Size);
        }
        out += quad_aligned(bytes);
    }
}

std::string describe(const GUID &guid) {
    return is_wildcard(guid) ? "any" : guid_name(to_guid(guid));
}

std::string describe(const KSDATAFORMAT &format) {
    return describe(format.MajorFormat) + ", " + describe(format.SubFormat) + ", " +
           describe(format.Specifier);
}

} // namespace ksbox::ks
