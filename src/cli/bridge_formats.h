// What a driver's pins take, in PipeWire's words, and back.
#pragma once

#include <vector>

#include "cli/pins.h"
#include "pipewire/audio_format.h"

namespace ksbox::cli {

/// What the command line has narrowed the formats down to; 0 and empty: nothing.
struct WantedFormat {
    std::uint32_t rate_hz = 0;
    std::uint32_t channels = 0;
    std::string samples;
};

/// The PCM and float formats of a pin as a node offers them, and with how many channels: those of
/// the format by data intersection first.
struct OfferedFormats {
    std::vector<pipewire::AudioRange> ranges; ///< empty: none
    std::uint32_t channels = 0;
};
/// Throws BadInput when the pin has none of what is wanted, though it has PCM or float.
OfferedFormats offered_formats(const FoundPin &pin, const WantedFormat &wanted);

DataFormat data_format(const pipewire::AudioFormat &format);

} // namespace ksbox::cli
