// What a WaveRT pin answers: KSPROPSETID_RtAudio and its part of KSPROPSETID_Audio.
// @doc audio/kspropsetid-rtaudio
#pragma once

#include <span>

#include "abi/windows.h"

namespace ksbox::portcls {

std::span<const KSPROPERTY_SET> wave_rt_property_sets();

} // namespace ksbox::portcls
