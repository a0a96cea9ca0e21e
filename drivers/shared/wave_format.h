// Audio formats as the sample drivers use them: WAVEFORMATEX and WAVEFORMATEXTENSIBLE read into
// one small structure, checked against a data range, and chosen by data intersection.
#pragma once

extern "C" {
#include <ntddk.h>
}
#include <windef.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <ks.h>
#include <ksmedia.h>

struct WaveFormat {
    ULONG SampleRate; // frames per second
    USHORT Channels;
    USHORT ContainerBits; // bits a sample occupies in memory, a multiple of eight
    USHORT ValidBits;     // bits of it that mean something, the most significant ones
    BOOLEAN Float;        // IEEE float samples, else signed integers

    ULONG BlockAlign() const { return Channels * (ContainerBits / 8u); }
    ULONG BytesPerSecond() const { return SampleRate * BlockAlign(); }
};

// Reads a connection format. STATUS_NO_MATCH if it is no wave format, or contradicts itself.
// Any IRQL, as long as DataFormat is resident.
NTSTATUS ReadWaveFormat(const KSDATAFORMAT *DataFormat, WaveFormat *Format);

// Whether a data range offers a format.
BOOLEAN WaveFormatInRange(const WaveFormat &Format, const KSDATARANGE_AUDIO *Range);

// Both: PortCls has compared the GUIDs of format and range, the numbers are the miniport's to
// check.
NTSTATUS ReadWaveFormatInRange(const KSDATAFORMAT *DataFormat, const KSDATARANGE_AUDIO *Range,
                               WaveFormat *Format);

BOOLEAN SameWaveFormat(const WaveFormat &A, const WaveFormat &B);

// The data intersection of a client's range and one of ours: the best format in both, written to
// Data. STATUS_NO_MATCH if there is none; STATUS_BUFFER_OVERFLOW with *DataSize when DataBufferSize
// is zero; STATUS_BUFFER_TOO_SMALL when it is short. PASSIVE_LEVEL.
// @doc NC:ks.PFNKSINTERSECTHANDLEREX
NTSTATUS IntersectWaveRanges(const KSDATARANGE *ClientRange, const KSDATARANGE_AUDIO *OurRange,
                             ULONG DataBufferSize, PVOID Data, PULONG DataSize);
