// KSPROPSETID_Pin where PortCls knows more than AVStream: counts with the miniport's IPinCount,
// names by its IPinName, physical connections.
#pragma once

#include <span>

#include "abi/windows.h"

namespace ksbox::portcls {

std::span<const KSPROPERTY_SET> filter_property_sets();

} // namespace ksbox::portcls
