// Where channels are that no mask places.
#pragma once

#include "abi/windows.h"

namespace ksbox {

/// The speakers that a plain number of channels stands for (ksmedia.h, KSAUDIO_SPEAKER_*).
constexpr ULONG usual_speakers(unsigned channels) {
    switch (channels) {
    case 1:
        return KSAUDIO_SPEAKER_MONO;
    case 2:
        return KSAUDIO_SPEAKER_STEREO;
    case 4:
        return KSAUDIO_SPEAKER_QUAD;
    case 6:
        return KSAUDIO_SPEAKER_5POINT1;
    case 8:
        return KSAUDIO_SPEAKER_7POINT1;
    default: // others have no places
        return channels < 32 ? (1U << channels) - 1 : KSAUDIO_SPEAKER_DIRECTOUT;
    }
}

} // namespace ksbox
