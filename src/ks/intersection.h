// Data intersection: the first of a caller's ranges that has a format in common with a pin
// factory's (@doc NF:ks.KsPinDataIntersectionEx, stream/data-range-intersections-in-avstream).
#pragma once

#include <functional>
#include <span>

#include "abi/windows.h"
#include "ks/data_range.h"

namespace ksbox::ks {

/// Asked with a caller's range and a pin's range whose GUIDs agree: a status, STATUS_NO_MATCH to go
/// on.
using IntersectOne = std::function<NTSTATUS(const ClientFormat &caller, const PinRange &pin)>;

/// The caller's ranges in order, for each the pin's in order (E1, E3).
NTSTATUS intersect(std::span<const ClientFormat> caller_ranges,
                   std::span<const PinRange> pin_ranges, const IntersectOne &one);

/// KSPROPERTY_PIN_DATAINTERSECTION as captured: KSP_PIN, KSMULTIPLE_ITEM, ranges.
/// STATUS_INVALID_BUFFER_SIZE.
Result<std::vector<ClientFormat>> caller_ranges(PIRP irp, const KSP_PIN *pin);

/// The whole property with a handler; null: ranges without a specifier are served by their own
/// head (NS:ks._KSPIN_DESCRIPTOR_EX). Sets IoStatus.Information.
NTSTATUS pin_data_intersection(PIRP irp, KSP_PIN *pin, void *data,
                               const KSPIN_DESCRIPTOR &descriptor, PFNKSINTERSECTHANDLEREX handler,
                               void *context);

} // namespace ksbox::ks
