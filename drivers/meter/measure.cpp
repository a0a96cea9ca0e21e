// Peaks and squares of samples in any of the formats, each scaled to full scale 1.
#include "measure.h"

#include <emmintrin.h>

static double SampleAt(const WaveFormat &Format, const UCHAR *From) {
    if (Format.Float) {
        return double(*reinterpret_cast<const float *>(From));
    }
    const ULONG Bytes = Format.ContainerBits / 8u;
    ULONG Value = 0;
    for (ULONG Byte = 0; Byte < Bytes; Byte++) {
        Value |= ULONG(From[Byte]) << (32 - 8 * (Bytes - Byte));
    }
    return double(LONG(Value)) / 2147483648.0;
}

static double SquareRoot(double Value) {
    const __m128d Packed = _mm_set_sd(Value);
    return _mm_cvtsd_f64(_mm_sqrt_sd(Packed, Packed));
}

VOID ForgetLevels(MeterFilter *Meter) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Meter->Lock, &OldIrql);
    Meter->Samples = 0;
    RtlZeroMemory(Meter->Peak, sizeof(Meter->Peak));
    RtlZeroMemory(Meter->Squares, sizeof(Meter->Squares));
    KeReleaseSpinLock(&Meter->Lock, OldIrql);
}

VOID Measure(MeterFilter *Meter, const UCHAR *From, ULONG Frames) {
    const ULONG Bytes = Meter->Format.ContainerBits / 8u;
    KIRQL OldIrql;
    KeAcquireSpinLock(&Meter->Lock, &OldIrql);
    for (ULONG Frame = 0; Frame < Frames; Frame++) {
        for (ULONG Channel = 0; Channel < Meter->Format.Channels; Channel++) {
            const double Sample = SampleAt(Meter->Format, From);
            const double Absolute = Sample < 0 ? -Sample : Sample;
            Meter->Peak[Channel] = max(Meter->Peak[Channel], Absolute);
            Meter->Squares[Channel] += Sample * Sample;
            From += Bytes;
        }
    }
    Meter->Samples += Frames;
    KeReleaseSpinLock(&Meter->Lock, OldIrql);
}

// Float samples may go beyond full scale: what does not fit is the largest there is.
static ULONG Scaled(double Value) {
    return Value < 2.0 ? ULONG(Value * 2147483648.0 + 0.5) : MAXULONG;
}

ULONG CopyLevels(MeterFilter *Meter, METER_LEVEL *Levels) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Meter->Lock, &OldIrql);
    const ULONG Channels = Meter->Open ? Meter->Format.Channels : 0;
    for (ULONG Channel = 0; Channel < Channels; Channel++) {
        const double Samples = Meter->Samples != 0 ? double(Meter->Samples) : 1.0;
        Levels[Channel].Peak = Scaled(Meter->Peak[Channel]);
        Levels[Channel].Rms = Scaled(SquareRoot(Meter->Squares[Channel] / Samples));
        Levels[Channel].Samples = Meter->Samples;
    }
    KeReleaseSpinLock(&Meter->Lock, OldIrql);
    return Channels;
}
