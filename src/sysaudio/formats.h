// Formats as bytes: a KSDATAFORMAT with what follows it, as KSPIN_CONNECT wants it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "abi/windows.h"

namespace ksbox::sysaudio {

/// As many bytes as FormatSize says, and an attribute list where the flags announce one.
using Format = std::vector<std::byte>;

/// KSDATAFORMAT_WAVEFORMATEX.
Format wave_format(const WAVEFORMATEX &wave);
/// "PCM 16 bit, 2 channels, 48000 Hz".
std::string describe(const Format &format);

} // namespace ksbox::sysaudio
