// Formats as bytes.
#include "sysaudio/formats.h"

#include <cstring>

#include <fmt/format.h>

#include "abi/guid.h"
#include "ks/data_range.h"

namespace ksbox::sysaudio {

Format wave_format(const WAVEFORMATEX &wave) {
    KSDATAFORMAT_WAVEFORMATEX format{};
    format.DataFormat.FormatSize = sizeof format;
    format.DataFormat.SampleSize = wave.nBlockAlign;
    format.DataFormat.MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
    format.DataFormat.SubFormat = wave.wFormatTag == WAVE_FORMAT_IEEE_FLOAT
                                      ? KSDATAFORMAT_SUBTYPE_IEEE_FLOAT
                                      : KSDATAFORMAT_SUBTYPE_PCM;
    format.DataFormat.Specifier = KSDATAFORMAT_SPECIFIER_WAVEFORMATEX;
    format.WaveFormatEx = wave;
    Format bytes(sizeof format);
    std::memcpy(bytes.data(), &format, sizeof format);
    return bytes;
}

std::string describe(const Format &format) {
    KSDATAFORMAT_WAVEFORMATEX wave{};
    std::memcpy(&wave, format.data(), std::min(format.size(), sizeof wave));
    if (format.size() < sizeof wave ||
        wave.DataFormat.Specifier != KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)
        return ks::describe(wave.DataFormat);
    // Values, not references: the structure is packed.
    const unsigned bits = wave.WaveFormatEx.wBitsPerSample, channels = wave.WaveFormatEx.nChannels,
                   rate = wave.WaveFormatEx.nSamplesPerSec;
    return fmt::format("{} {} bit, {} channel{}, {} Hz", ks::describe(wave.DataFormat.SubFormat),
                       bits, channels, channels == 1 ? "" : "s", rate);
}

} // namespace ksbox::sysaudio
