// The PCM formats that the system's mixer can deliver, for a sink pin whose driver refuses the one
// that data intersection has found. @doc audio/default-data-intersection-handlers
#pragma once

#include <vector>

#include "abi/windows.h"

namespace ksbox::sysaudio {

/// "The list is ordered with higher quality formats first": by bytes a second, stereo before mono,
/// wide samples before fast ones. Its members are inferred: 8 to 192 kHz, 8 to 32 bits.
std::vector<WAVEFORMATEX> pcm_formats_best_first();

} // namespace ksbox::sysaudio
