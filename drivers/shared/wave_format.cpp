// Reading, checking and intersecting audio formats. See wave_format.h.
#include "wave_format.h"

static BOOLEAN SameGuid(const GUID &A, const GUID &B) {
    return IsEqualGUIDAligned(A, B);
}

// What the sub-format says, or the format tag when there is no extension.
static NTSTATUS ReadSampleType(const KSDATAFORMAT *DataFormat, const WAVEFORMATEX *Wave,
                               ULONG WaveSize, WaveFormat *Format) {
    GUID SubFormat = DataFormat->SubFormat;
    Format->ValidBits = Wave->wBitsPerSample;
    if (Wave->wFormatTag == WAVE_FORMAT_EXTENSIBLE) {
        const WAVEFORMATEXTENSIBLE *Extended = reinterpret_cast<const WAVEFORMATEXTENSIBLE *>(Wave);
        if (WaveSize < sizeof(WAVEFORMATEXTENSIBLE) ||
            Wave->cbSize < sizeof(WAVEFORMATEXTENSIBLE) - sizeof(WAVEFORMATEX)) {
            return STATUS_NO_MATCH;
        }
        SubFormat = Extended->SubFormat;
        Format->ValidBits = Extended->Samples.wValidBitsPerSample;
    } else if (Wave->wFormatTag == WAVE_FORMAT_PCM) {
        SubFormat = KSDATAFORMAT_SUBTYPE_PCM;
    } else if (Wave->wFormatTag == WAVE_FORMAT_IEEE_FLOAT) {
        SubFormat = KSDATAFORMAT_SUBTYPE_IEEE_FLOAT;
    }
    if (!SameGuid(SubFormat, DataFormat->SubFormat)) {
        return STATUS_NO_MATCH;
    }
    Format->Float = SameGuid(SubFormat, KSDATAFORMAT_SUBTYPE_IEEE_FLOAT);
    return Format->Float || SameGuid(SubFormat, KSDATAFORMAT_SUBTYPE_PCM) ? STATUS_SUCCESS
                                                                          : STATUS_NO_MATCH;
}

NTSTATUS ReadWaveFormat(const KSDATAFORMAT *DataFormat, WaveFormat *Format) {
    if (!SameGuid(DataFormat->MajorFormat, KSDATAFORMAT_TYPE_AUDIO) ||
        !SameGuid(DataFormat->Specifier, KSDATAFORMAT_SPECIFIER_WAVEFORMATEX) ||
        DataFormat->FormatSize < sizeof(KSDATAFORMAT) + sizeof(WAVEFORMATEX)) {
        return STATUS_NO_MATCH;
    }
    const WAVEFORMATEX *Wave = reinterpret_cast<const WAVEFORMATEX *>(DataFormat + 1);
    const ULONG WaveSize = DataFormat->FormatSize - sizeof(KSDATAFORMAT);
    RtlZeroMemory(Format, sizeof(*Format));
    Format->SampleRate = Wave->nSamplesPerSec;
    Format->Channels = Wave->nChannels;
    Format->ContainerBits = Wave->wBitsPerSample;
    NTSTATUS Status = ReadSampleType(DataFormat, Wave, WaveSize, Format);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    const ULONG BlockAlign = ULONG(Wave->nChannels) * Wave->wBitsPerSample / 8;
    const BOOLEAN Consistent =
        Wave->nChannels != 0 && Wave->nSamplesPerSec != 0 && Wave->wBitsPerSample != 0 &&
        Wave->wBitsPerSample % 8 == 0 && Wave->nBlockAlign == BlockAlign &&
        ULONGLONG(Wave->nAvgBytesPerSec) == ULONGLONG(Wave->nSamplesPerSec) * BlockAlign &&
        Format->ValidBits != 0 && Format->ValidBits <= Format->ContainerBits;
    return Consistent ? STATUS_SUCCESS : STATUS_NO_MATCH;
}

BOOLEAN WaveFormatInRange(const WaveFormat &Format, const KSDATARANGE_AUDIO *Range) {
    const BOOLEAN RangeIsFloat =
        SameGuid(Range->DataRange.SubFormat, KSDATAFORMAT_SUBTYPE_IEEE_FLOAT);
    return Format.Float == RangeIsFloat && Format.Channels <= Range->MaximumChannels &&
           Format.ContainerBits >= Range->MinimumBitsPerSample &&
           Format.ContainerBits <= Range->MaximumBitsPerSample &&
           Format.SampleRate >= Range->MinimumSampleFrequency &&
           Format.SampleRate <= Range->MaximumSampleFrequency;
}

NTSTATUS ReadWaveFormatInRange(const KSDATAFORMAT *DataFormat, const KSDATARANGE_AUDIO *Range,
                               WaveFormat *Format) {
    const NTSTATUS Status = ReadWaveFormat(DataFormat, Format);
    return NT_SUCCESS(Status) && !WaveFormatInRange(*Format, Range) ? STATUS_NO_MATCH : Status;
}

BOOLEAN SameWaveFormat(const WaveFormat &A, const WaveFormat &B) {
    return A.SampleRate == B.SampleRate && A.Channels == B.Channels &&
           A.ContainerBits == B.ContainerBits && A.ValidBits == B.ValidBits && A.Float == B.Float;
}

// The speaker positions meant by a bare number of channels; 0: none in particular.
static ULONG DefaultChannelMask(ULONG Channels) {
    switch (Channels) {
    case 1:
        return KSAUDIO_SPEAKER_MONO;
    case 2:
        return KSAUDIO_SPEAKER_STEREO;
    case 4:
        return KSAUDIO_SPEAKER_QUAD;
    case 6:
        return KSAUDIO_SPEAKER_5POINT1;
    case 8:
        return KSAUDIO_SPEAKER_7POINT1_SURROUND;
    default:
        return KSAUDIO_SPEAKER_DIRECTOUT;
    }
}

static VOID WriteWaveFormat(const WaveFormat &Format, const GUID &SubFormat, BOOLEAN Extensible,
                            KSDATAFORMAT *DataFormat, ULONG FormatSize) {
    RtlZeroMemory(DataFormat, FormatSize);
    DataFormat->FormatSize = FormatSize;
    DataFormat->SampleSize = Format.BlockAlign();
    DataFormat->MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
    DataFormat->SubFormat = SubFormat;
    DataFormat->Specifier = KSDATAFORMAT_SPECIFIER_WAVEFORMATEX;

    WAVEFORMATEX *Wave = reinterpret_cast<WAVEFORMATEX *>(DataFormat + 1);
    Wave->wFormatTag = Format.Float ? WAVE_FORMAT_IEEE_FLOAT : WAVE_FORMAT_PCM;
    Wave->nChannels = Format.Channels;
    Wave->nSamplesPerSec = Format.SampleRate;
    Wave->nAvgBytesPerSec = Format.BytesPerSecond();
    Wave->nBlockAlign = USHORT(Format.BlockAlign());
    Wave->wBitsPerSample = Format.ContainerBits;
    if (Extensible) {
        WAVEFORMATEXTENSIBLE *Extended = reinterpret_cast<WAVEFORMATEXTENSIBLE *>(Wave);
        Wave->wFormatTag = WAVE_FORMAT_EXTENSIBLE;
        Wave->cbSize = sizeof(WAVEFORMATEXTENSIBLE) - sizeof(WAVEFORMATEX);
        Extended->Samples.wValidBitsPerSample = Format.ValidBits;
        Extended->dwChannelMask = DefaultChannelMask(Format.Channels);
        Extended->SubFormat = SubFormat;
    }
}

NTSTATUS IntersectWaveRanges(const KSDATARANGE *ClientRange, const KSDATARANGE_AUDIO *OurRange,
                             ULONG DataBufferSize, PVOID Data, PULONG DataSize) {
    // A wildcard range, or one that says no more than its GUIDs, takes all that we offer.
    KSDATARANGE_AUDIO Both = *OurRange;
    if (SameGuid(ClientRange->Specifier, KSDATAFORMAT_SPECIFIER_WAVEFORMATEX) &&
        ClientRange->FormatSize >= sizeof(KSDATARANGE_AUDIO)) {
        const KSDATARANGE_AUDIO *Theirs = reinterpret_cast<const KSDATARANGE_AUDIO *>(ClientRange);
        Both.MaximumChannels = min(Both.MaximumChannels, Theirs->MaximumChannels);
        Both.MinimumBitsPerSample = max(Both.MinimumBitsPerSample, Theirs->MinimumBitsPerSample);
        Both.MaximumBitsPerSample = min(Both.MaximumBitsPerSample, Theirs->MaximumBitsPerSample);
        Both.MinimumSampleFrequency =
            max(Both.MinimumSampleFrequency, Theirs->MinimumSampleFrequency);
        Both.MaximumSampleFrequency =
            min(Both.MaximumSampleFrequency, Theirs->MaximumSampleFrequency);
    }

    WaveFormat Best = {};
    Best.Float = SameGuid(OurRange->DataRange.SubFormat, KSDATAFORMAT_SUBTYPE_IEEE_FLOAT);
    Best.Channels = USHORT(Both.MaximumChannels);
    Best.SampleRate = Both.MaximumSampleFrequency;
    Best.ContainerBits = USHORT(Both.MaximumBitsPerSample & ~7u);
    Best.ValidBits = Best.ContainerBits;
    if (Best.Channels == 0 || Best.ContainerBits == 0 ||
        Best.ContainerBits < Both.MinimumBitsPerSample ||
        Best.SampleRate < Both.MinimumSampleFrequency) {
        return STATUS_NO_MATCH;
    }

    const BOOLEAN Extensible = Best.Channels > 2 || Best.ContainerBits > 16;
    const ULONG FormatSize =
        sizeof(KSDATAFORMAT) + (Extensible ? sizeof(WAVEFORMATEXTENSIBLE) : sizeof(WAVEFORMATEX));
    *DataSize = FormatSize;
    if (DataBufferSize == 0) {
        return STATUS_BUFFER_OVERFLOW;
    }
    if (DataBufferSize < FormatSize) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    WriteWaveFormat(Best, OurRange->DataRange.SubFormat, Extensible,
                    static_cast<KSDATAFORMAT *>(Data), FormatSize);
    return STATUS_SUCCESS;
}
