// The properties of the mixer's nodes.
#pragma once

#include "abi/windows.h"

namespace ksbox::mixer {

/// KSPROPERTY_AUDIO_VOLUMELEVEL and KSPROPERTY_AUDIO_MUTE of a sink pin, for each channel of the
/// mix, -1 for all. STATUS_INVALID_DEVICE_REQUEST on the filter's handle [inferred].
extern const KSAUTOMATION_TABLE volume_automation, mute_automation;
/// KSPROPERTY_TOPOLOGYNODE_ENABLE of the mix.
extern const KSAUTOMATION_TABLE limiter_automation;
/// KSPROPERTY_AUDIO_PEAKMETER of the mix, 0 to 0x7fff; asking resets it.
extern const KSAUTOMATION_TABLE meter_automation;

} // namespace ksbox::mixer
