// What the WaveRT port answers on a node of KSNODETYPE_AUDIO_ENGINE: KSPROPSETID_AudioEngine and
// the node's part of KSPROPSETID_Audio, by the miniport's IMiniportAudioEngineNode (filter handles)
// and its stream's IMiniportStreamAudioEngineNode (pin handles).
// @doc audio/helper-interfaces-for-offloaded-audio-processing, audio/driver-implementation-details
#pragma once

#include <span>

#include "abi/windows.h"

namespace ksbox::portcls {

/// STATUS_INVALID_DEVICE_REQUEST on a filter handle for what needs a stream; STATUS_NOT_SUPPORTED
/// for a stream without the interface [both inferred]; the miniport's status.
std::span<const KSPROPERTY_SET> engine_node_sets();

} // namespace ksbox::portcls
