// The samples. No mathematics library: a polynomial does for a quarter of a turn.
#include "tone.h"

// sin(x) for 0 <= x <= pi/2, by its series; the error is below 1e-9.
static double SineOfQuarter(double X) {
    const double Square = X * X;
    double Sum = 1.0;
    for (int N = 15; N >= 3; N -= 2) {
        Sum = 1.0 - Square / double(N * (N - 1)) * Sum;
    }
    return X * Sum;
}

LONG SineOf(ULONG Phase) {
    const double HalfPi = 1.5707963267948966;
    const ULONG Quarter = 1UL << 30;
    // The second half of a turn is the first one upside down, its second quarter the first one
    // backwards.
    const ULONG Half = Phase & (2 * Quarter - 1);
    const ULONG Folded = Half > Quarter ? 2 * Quarter - Half : Half;
    const double Value = SineOfQuarter(double(Folded) * (HalfPi / double(Quarter)));
    const LONG Amplitude = LONG(Value * double(Quarter) + 0.5);
    return Phase < 2 * Quarter ? Amplitude : -Amplitude;
}

static VOID WriteSample(const WaveFormat &Format, LONG Sample, PUCHAR To) {
    if (Format.Float) {
        *reinterpret_cast<float *>(To) = float(Sample) / 2147483648.0f;
        return;
    }
    // The most significant bytes, lowest first.
    const ULONG Bytes = Format.ContainerBits / 8u;
    for (ULONG Byte = 0; Byte < Bytes; Byte++) {
        To[Byte] = UCHAR(ULONG(Sample) >> (32 - 8 * (Bytes - Byte)));
    }
}

VOID WriteTone(const WaveFormat &Format, ULONGLONG Step, ULONGLONG Position, PUCHAR To,
               ULONG Frames) {
    const ULONG Bytes = Format.ContainerBits / 8u;
    for (ULONG Frame = 0; Frame < Frames; Frame++) {
        const LONG Sample = SineOf(ULONG((Position + Frame) * Step >> 14));
        for (ULONG Channel = 0; Channel < Format.Channels; Channel++) {
            WriteSample(Format, Sample, To);
            To += Bytes;
        }
    }
}
