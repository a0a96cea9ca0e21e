// AVStream's own property and event sets, merged under the minidriver's (H6).
#pragma once

#include <span>

#include "abi/windows.h"

namespace ksbox::ks {

class Pin;

/// KSPROPSETID_Pin, KSPROPSETID_Topology, KSPROPSETID_General.
std::span<const KSPROPERTY_SET> filter_property_sets();
/// KSPROPSETID_Connection. The allocator-framing items answer STATUS_NOT_FOUND without framing.
std::span<const KSPROPERTY_SET> pin_property_sets();
/// KSEVENTSETID_Connection of pins with KSPIN_FLAG_GENERATE_EOS_EVENTS; else empty.
std::span<const KSEVENT_SET> pin_event_sets(const Pin &pin);

/// The items of KSPROPSETID_Pin.
inline constexpr ULONG pin_factory_item_count = 14;
extern const KSPROPERTY_ITEM pin_factory_items[pin_factory_item_count];

} // namespace ksbox::ks
