// The transform: AVStream calls it when both pins have a frame, moves the stream pointers and
// completes the frames by what it finds in the process pins afterwards.
#include "gain.h"

// output = (input * factor + 1/2) rounded down, in 1/65536; what does not fit is clipped.
static VOID Scale16(const SHORT *From, PSHORT To, ULONG Samples, ULONG Channels,
                    const LONG *Factor) {
    for (ULONG Index = 0; Index < Samples; Index++) {
        const LONG64 Product = LONG64(From[Index]) * Factor[Index % Channels];
        const LONG64 Rounded = (Product + UnityFactor / 2) >> 16;
        To[Index] = SHORT(min(max(Rounded, LONG64(SHORT(MINSHORT))), LONG64(MAXSHORT)));
    }
}

// output = input * factor, as IEEE single precision rounds it. No clipping.
static VOID ScaleFloat(const float *From, float *To, ULONG Samples, ULONG Channels,
                       const LONG *Factor) {
    for (ULONG Index = 0; Index < Samples; Index++) {
        To[Index] = From[Index] * (float(Factor[Index % Channels]) / UnityFactor);
    }
}

static VOID Scale(GainFilter *Gain, PVOID From, PVOID To, ULONG Bytes) {
    LONG Factor[GAIN_CHANNELS];
    for (ULONG Channel = 0; Channel < GAIN_CHANNELS; Channel++) {
        Factor[Channel] = Gain->Muted[Channel] ? 0 : Gain->Factor[Channel];
    }
    const ULONG Samples = Bytes / (Gain->Format.ContainerBits / 8u);
    if (Gain->Format.Float) {
        ScaleFloat(static_cast<const float *>(From), static_cast<float *>(To), Samples,
                   Gain->Format.Channels, Factor);
    } else {
        Scale16(static_cast<const SHORT *>(From), static_cast<PSHORT>(To), Samples,
                Gain->Format.Channels, Factor);
    }
}

// The first bytes of an input frame give the output frame its time stamp.
static VOID CopyTime(PKSPROCESSPIN In, PKSPROCESSPIN Out) {
    const KSSTREAM_HEADER *From = In->StreamPointer->StreamHeader;
    PKSSTREAM_HEADER To = Out->StreamPointer->StreamHeader;
    const ULONG Stamps =
        KSSTREAM_HEADER_OPTIONSF_TIMEVALID | KSSTREAM_HEADER_OPTIONSF_DURATIONVALID |
        KSSTREAM_HEADER_OPTIONSF_DATADISCONTINUITY | KSSTREAM_HEADER_OPTIONSF_TIMEDISCONTINUITY;
    To->PresentationTime = From->PresentationTime;
    To->Duration = From->Duration;
    To->OptionsFlags = (To->OptionsFlags & ~Stamps) | (From->OptionsFlags & Stamps);
}

NTSTATUS NTAPI ProcessGain(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index) {
    GainFilter *Gain = static_cast<GainFilter *>(Filter->Context);
    // One instance of each is necessary (InstancesNecessary), so both exist.
    PKSPROCESSPIN In = Index[GAIN_SINK_PIN].Pins[0];
    PKSPROCESSPIN Out = Index[GAIN_SOURCE_PIN].Pins[0];
    if (In->StreamPointer == NULL || Out->StreamPointer == NULL) {
        return STATUS_PENDING; // the client cancelled a frame in this very moment
    }
    const ULONG BlockAlign = Gain->Format.BlockAlign();

    ULONG Bytes = min(In->BytesAvailable, Out->BytesAvailable);
    Bytes -= Bytes % BlockAlign;
    const KSSTREAM_POINTER_OFFSET &InOffset = In->StreamPointer->OffsetIn;
    if (InOffset.Remaining == InOffset.Count) {
        CopyTime(In, Out);
    }
    Scale(Gain, In->Data, Out->Data, Bytes);
    In->BytesUsed = Bytes;
    Out->BytesUsed = Bytes;

    // One frame out for each frame in, unless frames out are shorter. A last part of less than an
    // audio frame goes with the input frame.
    const BOOLEAN InputDone = In->BytesAvailable - Bytes < BlockAlign;
    In->Terminate = InputDone;
    Out->Terminate = InputDone || Out->BytesAvailable - Bytes < BlockAlign;
    if (InputDone && (In->Flags & KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM) != 0) {
        Out->StreamPointer->StreamHeader->OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM;
    }
    return STATUS_SUCCESS;
}
