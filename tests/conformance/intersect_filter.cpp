#include "conformance/intersect_filter.h"

namespace ksbox::testing {

Guid IntersectFilter::guid(std::uint32_t number) {
    if (number == any)
        return {};
    if (number == none) // KSDATAFORMAT_SPECIFIER_NONE
        return {0x0F6417D6, 0xC318, 0x11D0, {0xA4, 0x3F, 0, 0xA0, 0xC9, 0x22, 0x31, 0x96}};
    return {number, 0x5a5a, 0x4b4b, {1, 2, 3, 4, 5, 6, 7, 8}};
}

IntersectFilter::Request::Request(std::uint32_t pin_id, const std::vector<Range> &ranges) {
    append_value(KSPROPERTY{{}, 0, KSPROPERTY_TYPE_GET});
    append_value(pin_id);
    append_value(std::uint32_t(0));
    append_value(KSMULTIPLE_ITEM{});
    for (const Range &range : ranges) {
        bytes_.resize((bytes_.size() + 7) & ~std::size_t(7));
        append(range);
    }
    list() = {ULONG(bytes_.size() - 32), ULONG(ranges.size())};
}

void IntersectFilter::Request::append(const Range &range) {
    offsets_.push_back(bytes_.size());
    KSDATAFORMAT head{};
    head.FormatSize = range.bytes;
    head.Flags = range.attributes ? 2 : 0; // KSDATARANGE_ATTRIBUTES
    head.SampleSize = range.number;
    const Guid guids[] = {guid(range.major), guid(range.sub), guid(range.specifier)};
    std::memcpy(&head.MajorFormat, &guids[0], sizeof(GUID));
    std::memcpy(&head.SubFormat, &guids[1], sizeof(GUID));
    std::memcpy(&head.Specifier, &guids[2], sizeof(GUID));
    append_value(head);
    bytes_.resize(offsets_.back() + range.bytes);
    if (!range.attributes)
        return;
    bytes_.resize((bytes_.size() + 7) & ~std::size_t(7));
    constexpr ULONG attribute_bytes = 24; // sizeof(KSATTRIBUTE)
    const auto count = ULONG(range.attributes->size());
    append_value(KSMULTIPLE_ITEM{ULONG(sizeof(KSMULTIPLE_ITEM)) + count * attribute_bytes, count});
    for (const auto &[attribute, flags] : *range.attributes) {
        append_value(attribute_bytes);
        append_value(flags);
        append_value(guid(attribute));
    }
}

IntersectFilter::Answer IntersectFilter::ask(Way way, Request &request, std::size_t bytes) {
    KSPROPERTY &property = request.property();
    if (way == Way::avstream) {
        property.Set = KSPROPSETID_Pin;
        property.Id = KSPROPERTY_PIN_DATAINTERSECTION;
    } else {
        property.Set = {
            0xb4d4a1e3, 0x0f5d, 0x4e0c, {0xa5, 0xa6, 0x6e, 0x9b, 0x5b, 0x6b, 0x2c, 0x11}};
        property.Id = way == Way::old  ? KSPROPERTY_INTERSECT_OLD
                      : way == Way::ex ? KSPROPERTY_INTERSECT_EX
                                       : KSPROPERTY_INTERSECT_NO_HANDLER;
    }
    Answer answer{0, 0, std::vector<std::byte>(bytes)};
    const IoResult result = filter.property(request.bytes(), answer.bytes);
    answer.status = std::uint32_t(result.status);
    answer.information = result.information;
    answer.bytes.resize(std::max<std::size_t>(bytes, INTERSECT_FORMAT_BYTES));
    return answer;
}

IntersectFilter::Pairs IntersectFilter::asked() {
    Pairs pairs;
    for (const JournalEntry &entry : only(journal(filter), "intersect"))
        pairs.emplace_back(entry.values[0], entry.values[1]);
    return pairs;
}

std::vector<std::uint64_t> IntersectFilter::asked_old() {
    std::vector<std::uint64_t> numbers;
    for (const JournalEntry &entry : only(journal(filter), "intersect old"))
        numbers.push_back(entry.values[0]);
    return numbers;
}

} // namespace ksbox::testing
