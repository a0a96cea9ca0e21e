// Data intersection: the first of a caller's ranges that has a format in common with a pin
// factory's (@doc NF:ks.KsPinDataIntersectionEx, stream/data-range-intersections-in-avstream).
#pragma once

#include <span>

#include "abi/windows.h"
#include "ks/data_range.h"

namespace ksbox::ks {

/// The caller's ranges in order, for each the pin's in order (E1, E3). `one(const ClientFormat
/// &caller, const PinRange &pin)` is asked with two whose GUIDs and attributes agree: a status,
/// STATUS_NO_MATCH to go on.
template <typename IntersectOne>
NTSTATUS intersect(std::span<const ClientFormat> callers, std::span<const PinRange> pins,
                   const IntersectOne &one) {
    for (const ClientFormat &caller : callers) {
        const CallerRange range(*caller.format);
        for (const PinRange &pin : pins) {
            if (!range.agrees(*pin.range))
                continue;
            if ((pin.attributes || caller.attributes) &&
                !attributes_agree(pin.attributes, caller.attributes))
                continue;
            if (const NTSTATUS status = one(caller, pin); status != STATUS_NO_MATCH)
                return status;
        }
    }
    return STATUS_NO_MATCH;
}

/// KSPROPERTY_PIN_DATAINTERSECTION as captured: KSP_PIN, KSMULTIPLE_ITEM, ranges.
/// STATUS_INVALID_BUFFER_SIZE.
Result<std::vector<ClientFormat>> caller_ranges(PIRP irp, const KSP_PIN *pin);

/// The whole property with a handler; null: ranges without a specifier are served by their own
/// head (NS:ks._KSPIN_DESCRIPTOR_EX). Sets IoStatus.Information.
NTSTATUS pin_data_intersection(PIRP irp, KSP_PIN *pin, void *data,
                               const KSPIN_DESCRIPTOR &descriptor, PFNKSINTERSECTHANDLEREX handler,
                               void *context);

} // namespace ksbox::ks
