// KSPROPSETID_Pin where PortCls knows more than AVStream: counts with the miniport's IPinCount,
// names by its IPinName, physical connections. KSPROPSETID_AudioSignalProcessing.
#pragma once

#include <span>

#include "abi/windows.h"

namespace ksbox::portcls {

std::span<const KSPROPERTY_SET> filter_property_sets();
/// For miniports with IMiniportAudioSignalProcessing.
/// @doc audio/ksproperty-audiosignalprocessing-modes
std::span<const KSPROPERTY_SET> signal_processing_sets();

} // namespace ksbox::portcls
