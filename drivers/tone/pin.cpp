// The pin's life: create, states, and the process routine that fills frames.
#include "tone.h"

#define TONE_RANGE(SubFormat, Bits)                                                                \
    {                                                                                              \
        {{sizeof(KSDATARANGE_AUDIO),                                                               \
          0,                                                                                       \
          0,                                                                                       \
          0,                                                                                       \
          {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},                                                 \
          {STATICGUIDOF(SubFormat)},                                                               \
          {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},                                   \
        TONE_CHANNELS,                                                                             \
        Bits,                                                                                      \
        Bits,                                                                                      \
        8000,                                                                                      \
        192000 /* audio frames per second */                                                       \
    }

static const KSDATARANGE_AUDIO Pcm16 = TONE_RANGE(KSDATAFORMAT_SUBTYPE_PCM, 16);
static const KSDATARANGE_AUDIO Pcm24 = TONE_RANGE(KSDATAFORMAT_SUBTYPE_PCM, 24);
static const KSDATARANGE_AUDIO Pcm32 = TONE_RANGE(KSDATAFORMAT_SUBTYPE_PCM, 32);
static const KSDATARANGE_AUDIO Float32 = TONE_RANGE(KSDATAFORMAT_SUBTYPE_IEEE_FLOAT, 32);

static const PKSDATARANGE ToneRanges[] = {PKSDATARANGE(&Pcm16), PKSDATARANGE(&Pcm24),
                                          PKSDATARANGE(&Pcm32), PKSDATARANGE(&Float32)};

static TonePin *ToneOf(PKSPIN Pin) {
    return static_cast<TonePin *>(Pin->Context);
}

// @doc NC:ks.PFNKSINTERSECTHANDLEREX
static NTSTATUS NTAPI IntersectTone(PVOID Context, PIRP Irp, PKSP_PIN Pin, PKSDATARANGE DataRange,
                                    PKSDATARANGE MatchingDataRange, ULONG DataBufferSize,
                                    PVOID Data, PULONG DataSize) {
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Pin);
    return IntersectWaveRanges(DataRange,
                               reinterpret_cast<const KSDATARANGE_AUDIO *>(MatchingDataRange),
                               DataBufferSize, Data, DataSize);
}

// Called once per range until one takes the format, before the pin is created.
static NTSTATUS NTAPI SetFormat(PKSPIN Pin, PKSDATAFORMAT OldFormat,
                                PKSMULTIPLE_ITEM OldAttributeList, const KSDATARANGE *DataRange,
                                const KSATTRIBUTE_LIST *AttributeRange) {
    UNREFERENCED_PARAMETER(OldFormat);
    UNREFERENCED_PARAMETER(OldAttributeList);
    UNREFERENCED_PARAMETER(AttributeRange);
    WaveFormat Format;
    const NTSTATUS Status = ReadWaveFormat(Pin->ConnectionFormat, &Format);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    return WaveFormatInRange(Format, reinterpret_cast<const KSDATARANGE_AUDIO *>(DataRange))
               ? STATUS_SUCCESS
               : STATUS_NO_MATCH;
}

static NTSTATUS NTAPI CreatePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    TonePin *Tone =
        static_cast<TonePin *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(TonePin), 'enoT'));
    if (Tone == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Tone->Pin = Pin;
    KeInitializeSpinLock(&Tone->Lock);
    KeInitializeTimer(&Tone->Timer);
    KeInitializeDpc(&Tone->Dpc, ToneDpc, Tone);
    NTSTATUS Status = ReadWaveFormat(Pin->ConnectionFormat, &Tone->Format);
    if (NT_SUCCESS(Status)) {
        Tone->Step = (ULONGLONG(ToneFrequency) << 46) / Tone->Format.SampleRate;
        // From here on the pin's object bag owns it.
        Status = KsAddItemToObjectBag(Pin->Bag, Tone, NULL);
    }
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Tone, 'enoT');
        return Status;
    }
    Pin->Context = Tone;
    return STATUS_SUCCESS;
}

// One step at a time, as the pipe makes them. @doc NC:ks.PFNKSPINSETDEVICESTATE
static NTSTATUS NTAPI SetState(PKSPIN Pin, KSSTATE ToState, KSSTATE FromState) {
    TonePin *Tone = ToneOf(Pin);
    if (FromState == KSSTATE_RUN) {
        StopTone(Tone);
    } else if (ToState == KSSTATE_RUN) {
        StartTone(Tone);
    } else if (FromState == KSSTATE_STOP) {
        Tone->Position = 0;
    }
    return STATUS_SUCCESS;
}

// The first sample of a frame says when it is.
static VOID DescribeFrame(TonePin *Tone, PKSSTREAM_HEADER Header) {
    Header->PresentationTime.Time =
        LONGLONG(Tone->Position / Tone->Format.SampleRate * 10000000 +
                 Tone->Position % Tone->Format.SampleRate * 10000000 / Tone->Format.SampleRate);
    Header->PresentationTime.Numerator = 1;
    Header->PresentationTime.Denominator = 1;
    Header->OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_TIMEVALID;
}

// Called at PASSIVE_LEVEL when the DPC asks for it and when a frame arrives in an empty queue.
static NTSTATUS NTAPI ProcessPin(PKSPIN Pin) {
    TonePin *Tone = ToneOf(Pin);
    const ULONG BlockAlign = Tone->Format.BlockAlign();
    ULONG Due = DueFrames(Tone);
    while (Due != 0) {
        PKSSTREAM_POINTER Frame =
            KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
        if (Frame == NULL) {
            return STATUS_PENDING; // the next frames get it
        }
        const KSSTREAM_POINTER_OFFSET &Room = Frame->OffsetOut;
        if (Room.Remaining == Room.Count) {
            DescribeFrame(Tone, Frame->StreamHeader);
        }
        const ULONG Frames = min(Due, Room.Remaining / BlockAlign);
        WriteTone(Tone->Format, Tone->Step, Tone->Position, Room.Data, Frames);
        const BOOLEAN Full = Room.Remaining - Frames * BlockAlign < BlockAlign;
        KsStreamPointerAdvanceOffsetsAndUnlock(Frame, 0, Frames * BlockAlign, Full);
        CountFrames(Tone, Frames);
        Due -= Frames;
    }
    return STATUS_PENDING;
}

static const KSPIN_DISPATCH TonePinDispatch = {CreatePin, NULL, ProcessPin, NULL, SetFormat,
                                               SetState,  NULL, NULL,       NULL, NULL};

// Short frames: what connects to the tone gets it soon.
static DECLARE_SIMPLE_FRAMING_EX(ToneFraming, STATICGUIDOF(KSMEMORY_TYPE_KERNEL_NONPAGED),
                                 KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY |
                                     KSALLOCATOR_REQUIREMENTF_PREFERENCES_ONLY,
                                 8, 0, 8 * 1024, 8 * 1024);

// A client reads from it, or it connects to another filter's pin and feeds that one. It has frames
// to fill even before there is audio, so only the timer asks for processing.
const KSPIN_DESCRIPTOR_EX TonePinDescriptors[1] = {{&TonePinDispatch,
                                                    NULL,
                                                    {DEFINE_KSPIN_DEFAULT_INTERFACES,
                                                     DEFINE_KSPIN_DEFAULT_MEDIUMS,
                                                     SIZEOF_ARRAY(ToneRanges),
                                                     ToneRanges,
                                                     KSPIN_DATAFLOW_OUT,
                                                     KSPIN_COMMUNICATION_BOTH,
                                                     &KSNODETYPE_MICROPHONE,
                                                     NULL,
                                                     {0}},
                                                    KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING |
                                                        KSPIN_FLAG_FIXED_FORMAT |
                                                        KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY,
                                                    KSINSTANCE_INDETERMINATE,
                                                    0 /* necessary */,
                                                    &ToneFraming,
                                                    IntersectTone}};
