#include "mixer/wave_format.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "abi/guid.h"
#include "abi/speakers.h"
#include "abi/static_guid.h"
#include "ks/data_range.h"
#include "ks/refusal.h"
#include "ks/sized_answer.h"

namespace ksbox::mixer {
namespace {

std::optional<Encoding> encoding_of(bool is_float, unsigned bits) {
    switch (bits) {
    case 8:
        return is_float ? std::nullopt : std::optional(Encoding::u8);
    case 16:
        return is_float ? std::nullopt : std::optional(Encoding::s16);
    case 24:
        return is_float ? std::nullopt : std::optional(Encoding::s24);
    case 32:
        return is_float ? Encoding::f32 : Encoding::s32;
    case 64:
        return is_float ? std::optional(Encoding::f64) : std::nullopt;
    default:
        return std::nullopt;
    }
}

std::unexpected<Status> no_match(std::string sentence) {
    return ks::refuse(STATUS_NO_MATCH, std::move(sentence));
}

/// A wave format wherever it begins: the structures are packed, and clients' bytes unaligned.
WAVEFORMATEXTENSIBLE copy_wave(const KSDATAFORMAT &format) {
    WAVEFORMATEXTENSIBLE wave{};
    const std::size_t given = format.FormatSize - sizeof(KSDATAFORMAT);
    std::memcpy(&wave, &format + 1, std::min(given, sizeof wave));
    return wave;
}

// As constants, for tables that are made at compile time.
constexpr GUID type_audio = static_guid(STATIC_KSDATAFORMAT_TYPE_AUDIO),
               specifier_wave = static_guid(STATIC_KSDATAFORMAT_SPECIFIER_WAVEFORMATEX),
               subtype_pcm = static_guid(STATIC_KSDATAFORMAT_SUBTYPE_PCM),
               subtype_float = static_guid(STATIC_KSDATAFORMAT_SUBTYPE_IEEE_FLOAT);

constexpr KSDATARANGE_AUDIO range(const GUID &subformat, ULONG least_bits, ULONG most_bits) {
    KSDATARANGE_AUDIO made{};
    made.DataRange.FormatSize = sizeof made;
    made.DataRange.MajorFormat = type_audio;
    made.DataRange.SubFormat = subformat;
    made.DataRange.Specifier = specifier_wave;
    made.MaximumChannels = most_channels;
    made.MinimumBitsPerSample = least_bits;
    made.MaximumBitsPerSample = most_bits;
    made.MinimumSampleFrequency = lowest_rate_hz;
    made.MaximumSampleFrequency = highest_rate_hz;
    return made;
}

constexpr KSDATARANGE_AUDIO pcm_range = range(subtype_pcm, 8, 32),
                            float_range = range(subtype_float, 32, 64);

struct Agreed {
    KSDATAFORMAT head;
    WAVEFORMATEXTENSIBLE wave;
    ULONG bytes() const { return head.FormatSize; }
};

std::optional<Agreed> agree(const KSDATARANGE_AUDIO &caller, const KSDATARANGE_AUDIO &own) {
    const auto bits = std::min(caller.MaximumBitsPerSample, own.MaximumBitsPerSample);
    const auto rate = std::min(caller.MaximumSampleFrequency, own.MaximumSampleFrequency);
    const auto channels = std::min(caller.MaximumChannels, own.MaximumChannels);
    const bool is_float = own.DataRange.SubFormat == KSDATAFORMAT_SUBTYPE_IEEE_FLOAT;
    const ULONG container = is_float && bits < 64 ? 32 : (bits + 7) / 8 * 8;
    if (bits < std::max(caller.MinimumBitsPerSample, own.MinimumBitsPerSample) ||
        rate < std::max(caller.MinimumSampleFrequency, own.MinimumSampleFrequency) ||
        channels == 0 || (is_float && bits != container))
        return std::nullopt;
    Agreed made{};
    WAVEFORMATEX &wave = made.wave.Format;
    const bool extensible = channels > 2 || (!is_float && container > 16) || bits != container;
    wave.wFormatTag = static_cast<WORD>(extensible ? WAVE_FORMAT_EXTENSIBLE
                                        : is_float ? WAVE_FORMAT_IEEE_FLOAT
                                                   : WAVE_FORMAT_PCM);
    wave.nChannels = static_cast<WORD>(channels);
    wave.nSamplesPerSec = rate;
    wave.wBitsPerSample = static_cast<WORD>(container);
    wave.nBlockAlign = static_cast<WORD>(channels * (container / 8));
    wave.nAvgBytesPerSec = rate * wave.nBlockAlign;
    made.wave.Samples.wValidBitsPerSample = static_cast<WORD>(bits);
    made.wave.dwChannelMask = usual_speakers(channels);
    made.wave.SubFormat = own.DataRange.SubFormat;
    if (extensible)
        wave.cbSize = sizeof(WAVEFORMATEXTENSIBLE) - sizeof(WAVEFORMATEX);
    made.head.FormatSize =
        sizeof made.head + (extensible ? sizeof(WAVEFORMATEXTENSIBLE) : sizeof(WAVEFORMATEX));
    made.head.SampleSize = wave.nBlockAlign;
    made.head.MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
    made.head.SubFormat = own.DataRange.SubFormat;
    made.head.Specifier = KSDATAFORMAT_SPECIFIER_WAVEFORMATEX;
    return made;
}

} // namespace

Result<SampleFormat> read_format(const KSDATAFORMAT &format) {
    if (format.FormatSize < sizeof(KSDATAFORMAT) + sizeof(WAVEFORMATEX))
        return no_match(fmt::format("a format of {} bytes holds no WAVEFORMATEX, which needs {}",
                                    ULONG(format.FormatSize),
                                    sizeof(KSDATAFORMAT) + sizeof(WAVEFORMATEX)));
    const WAVEFORMATEXTENSIBLE wave = copy_wave(format);
    const WAVEFORMATEX &plain = wave.Format;
    const bool extensible = plain.wFormatTag == WAVE_FORMAT_EXTENSIBLE;
    if (extensible && (format.FormatSize < sizeof(KSDATAFORMAT) + sizeof wave ||
                       plain.cbSize < sizeof(WAVEFORMATEXTENSIBLE) - sizeof(WAVEFORMATEX)))
        return no_match(fmt::format("WAVE_FORMAT_EXTENSIBLE with cbSize {} in a format of {} bytes",
                                    WORD(plain.cbSize), ULONG(format.FormatSize)));
    const GUID &subformat = extensible ? wave.SubFormat : format.SubFormat;
    const bool is_float = subformat == KSDATAFORMAT_SUBTYPE_IEEE_FLOAT;
    const WORD tag = is_float ? WAVE_FORMAT_IEEE_FLOAT : WAVE_FORMAT_PCM;
    if (subformat != format.SubFormat || (!is_float && subformat != KSDATAFORMAT_SUBTYPE_PCM) ||
        (!extensible && plain.wFormatTag != tag))
        return no_match(fmt::format("the wave format's tag {:#x} and the format's subtype are not "
                                    "both PCM, or both IEEE float",
                                    WORD(plain.wFormatTag)));
    const auto encoding = encoding_of(is_float, plain.wBitsPerSample);
    if (!encoding)
        return no_match(fmt::format("{} of {} bits: the mixer takes PCM of 8, 16, 24 or 32 and "
                                    "float of 32 or 64",
                                    is_float ? "float" : "PCM", WORD(plain.wBitsPerSample)));
    SampleFormat read{.encoding = *encoding,
                      .valid_bits = plain.wBitsPerSample,
                      .channels = plain.nChannels,
                      .channel_mask = usual_speakers(plain.nChannels),
                      .rate_hz = plain.nSamplesPerSec};
    if (extensible) {
        // 0 valid bits: the writer means all of them, as some do.
        if (wave.Samples.wValidBitsPerSample)
            read.valid_bits = wave.Samples.wValidBitsPerSample;
        read.channel_mask = wave.dwChannelMask;
    }
    if (std::string problem = objection(read); !problem.empty())
        return no_match(std::move(problem));
    if (plain.nBlockAlign != read.frame_bytes())
        return no_match(fmt::format("nBlockAlign {}: {} channels of {} bits take {} bytes",
                                    WORD(plain.nBlockAlign), read.channels,
                                    WORD(plain.wBitsPerSample), read.frame_bytes()));
    return read;
}

// KS reads what the pointers lead to.
const PKSDATARANGE data_ranges[data_range_count] = {
    const_cast<PKSDATARANGE>(&pcm_range.DataRange),
    const_cast<PKSDATARANGE>(&float_range.DataRange)};

NTSTATUS NTAPI intersect(PVOID, PIRP, PKSP_PIN, PKSDATARANGE caller_range, PKSDATARANGE own_range,
                         ULONG bytes, PVOID data, PULONG answered) {
    // AVStream has compared the GUIDs; a range without the audio part (a wildcard) asks for all.
    const auto &own = *reinterpret_cast<const KSDATARANGE_AUDIO *>(own_range);
    const auto &caller = caller_range->FormatSize >= sizeof(KSDATARANGE_AUDIO)
                             ? *reinterpret_cast<const KSDATARANGE_AUDIO *>(caller_range)
                             : own;
    const auto agreed = agree(caller, own);
    if (!agreed)
        return STATUS_NO_MATCH;
    const auto answer = ks::sized_value_answer(agreed->bytes(), bytes);
    *answered = agreed->bytes();
    if (answer.all) {
        std::memcpy(data, &agreed->head, sizeof agreed->head);
        std::memcpy(static_cast<std::byte *>(data) + sizeof agreed->head, &agreed->wave,
                    agreed->bytes() - sizeof agreed->head);
    }
    return answer.status;
}

} // namespace ksbox::mixer
