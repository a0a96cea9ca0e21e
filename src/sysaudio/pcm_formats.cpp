#include "sysaudio/pcm_formats.h"

#include <algorithm>
#include <functional>
#include <tuple>

namespace ksbox::sysaudio {

std::vector<WAVEFORMATEX> pcm_formats_best_first() {
    std::vector<WAVEFORMATEX> formats;
    for (const WORD channels : {2, 1})
        for (const WORD bits : {32, 24, 16, 8})
            for (const DWORD rate : {192000, 176400, 96000, 88200, 48000, 44100, 32000, 24000,
                                     22050, 16000, 11025, 8000}) {
                WAVEFORMATEX format{};
                format.wFormatTag = WAVE_FORMAT_PCM;
                format.nChannels = channels;
                format.wBitsPerSample = bits;
                format.nSamplesPerSec = rate;
                format.nBlockAlign = static_cast<WORD>(channels * bits / 8);
                format.nAvgBytesPerSec = rate * format.nBlockAlign;
                formats.push_back(format);
            }
    const auto quality = [](const WAVEFORMATEX &one) {
        // Values, not references: the structure is packed.
        return std::tuple(DWORD(one.nAvgBytesPerSec), WORD(one.nChannels),
                          WORD(one.wBitsPerSample));
    };
    std::ranges::sort(formats, std::ranges::greater(), quality);
    return formats;
}

} // namespace ksbox::sysaudio
