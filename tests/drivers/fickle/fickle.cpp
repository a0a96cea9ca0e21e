// A device whose capture pins do not keep on: pin 0 gives sound, pin 2 pictures, a frame for each
// letter of Parameters\Frames, and then does what Parameters\Then says
//   stall   keeps its frames and gives no more
//   end     says that the stream ends
//   fail    fails a frame
// Pin 1 plays whatever it is given, at once. With Parameters\Buffer the pins for sound say that
// they have a cyclic buffer, and give it
//   null    at address 0
//   system  in the driver's own memory
//   empty   with no bytes
//   short   in an answer that ends before the size
// With Parameters\Only the pins for sound take formats in that form alone: plain or extensible.
#include "../../../drivers/camera/video_format.h"
#include "../../../drivers/shared/wave_format.h"
#include "../shared/parameters.h"

static ULONG FramesToGive;
static WCHAR Then[8];
static WCHAR Only[16];
static ULONG Given[3]; // by each pin since it was created

static const KSDATARANGE_AUDIO Pcm = {{{sizeof(KSDATARANGE_AUDIO),
                                        0,
                                        0,
                                        0,
                                        {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                        {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                                        {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
                                      2 /* channels */,
                                      16,
                                      16 /* bits */,
                                      8000,
                                      48000 /* frames per second */};
// What no device has.
static const KSDATARANGE_AUDIO WidePcm = {{{sizeof(KSDATARANGE_AUDIO),
                                            0,
                                            0,
                                            0,
                                            {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                            {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                                            {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
                                          64,
                                          32,
                                          32,
                                          768000,
                                          768000};
static const PKSDATARANGE SoundRanges[] = {PKSDATARANGE(&Pcm), PKSDATARANGE(&WidePcm)};

static WCHAR Buffer[8];

static NTSTATUS NTAPI GetSupport(PIRP Irp, PKSIDENTIFIER, PVOID Data) {
    if (Buffer[0] == 0) {
        return STATUS_NOT_FOUND;
    }
    *static_cast<PBOOL>(Data) = FALSE;
    Irp->IoStatus.Information = sizeof(BOOL);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetBuffer(PIRP Irp, PKSIDENTIFIER, PVOID Data) {
    static UCHAR Own[64];
    const PVOID Client =
        IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.Type3InputBuffer;
    KSRTAUDIO_BUFFER *Answer = static_cast<KSRTAUDIO_BUFFER *>(Data);
    Answer->BufferAddress = wcscmp(Buffer, L"null") == 0     ? NULL
                            : wcscmp(Buffer, L"system") == 0 ? Own
                                                             : Client;
    Answer->ActualBufferSize = wcscmp(Buffer, L"empty") == 0 ? 0 : sizeof(Own);
    Answer->CallMemoryBarrier = FALSE;
    Irp->IoStatus.Information =
        wcscmp(Buffer, L"short") == 0 ? sizeof(Answer->BufferAddress) : sizeof(*Answer);
    return STATUS_SUCCESS;
}

static DEFINE_KSPROPERTY_TABLE(BufferItems){
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_RTAUDIO_QUERY_NOTIFICATION_SUPPORT, GetSupport,
                           sizeof(KSPROPERTY), sizeof(BOOL), NULL, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_RTAUDIO_BUFFER, GetBuffer, sizeof(KSRTAUDIO_BUFFER_PROPERTY),
                           sizeof(KSRTAUDIO_BUFFER), NULL, NULL, 0, NULL, NULL, 0)};

static DEFINE_KSPROPERTY_SET_TABLE(SoundSets){
    DEFINE_KSPROPERTY_SET(&KSPROPSETID_RtAudio, SIZEOF_ARRAY(BufferItems), BufferItems, 0, NULL)};

static DEFINE_KSAUTOMATION_TABLE(SoundAutomation){DEFINE_KSAUTOMATION_PROPERTIES(SoundSets),
                                                  DEFINE_KSAUTOMATION_METHODS_NULL,
                                                  DEFINE_KSAUTOMATION_EVENTS_NULL};

static NTSTATUS NTAPI IntersectSound(PVOID, PIRP, PKSP_PIN, PKSDATARANGE DataRange,
                                     PKSDATARANGE MatchingDataRange, ULONG DataBufferSize,
                                     PVOID Data, PULONG DataSize) {
    return IntersectWaveRanges(DataRange,
                               reinterpret_cast<const KSDATARANGE_AUDIO *>(MatchingDataRange),
                               DataBufferSize, Data, DataSize);
}

static NTSTATUS NTAPI CreatePin(PKSPIN Pin, PIRP) {
    Given[Pin->Id] = 0;
    if (Only[0] != 0 && Pin->Id != 2) {
        const auto *Wave = reinterpret_cast<const WAVEFORMATEX *>(Pin->ConnectionFormat + 1);
        const BOOLEAN Extensible = Wave->wFormatTag == WAVE_FORMAT_EXTENSIBLE;
        return Extensible == (wcscmp(Only, L"extensible") == 0) ? STATUS_SUCCESS : STATUS_NO_MATCH;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI Play(PKSPIN Pin) {
    while (PKSSTREAM_POINTER Frame =
               KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED)) {
        KsStreamPointerAdvanceOffsetsAndUnlock(Frame, Frame->OffsetIn.Remaining, 0, TRUE);
    }
    return STATUS_PENDING;
}

// What comes behind the last frame that it gives.
static VOID EndWith(PKSSTREAM_POINTER Frame) {
    if (wcscmp(Then, L"end") == 0) {
        Frame->StreamHeader->OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM;
        KsStreamPointerAdvanceOffsetsAndUnlock(Frame, 0, 0, TRUE);
    } else if (wcscmp(Then, L"fail") == 0) {
        KsStreamPointerSetStatusCode(Frame, STATUS_DEVICE_DATA_ERROR);
        KsStreamPointerUnlock(Frame, TRUE);
    } else {
        KsStreamPointerUnlock(Frame, FALSE);
    }
}

static NTSTATUS NTAPI Record(PKSPIN Pin) {
    while (PKSSTREAM_POINTER Frame =
               KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED)) {
        if (Given[Pin->Id] == FramesToGive) {
            EndWith(Frame);
            break;
        }
        const ULONG Bytes = Frame->OffsetOut.Remaining;
        RtlFillMemory(Frame->OffsetOut.Data, Bytes, UCHAR(++Given[Pin->Id]));
        KsStreamPointerAdvanceOffsetsAndUnlock(Frame, 0, Bytes, TRUE);
    }
    return STATUS_PENDING;
}

static const KSPIN_DISPATCH PlayDispatch = {CreatePin, NULL, Play, NULL, NULL,
                                            NULL,      NULL, NULL, NULL, NULL};
static const KSPIN_DISPATCH RecordDispatch = {CreatePin, NULL, Record, NULL, NULL,
                                              NULL,      NULL, NULL,   NULL, NULL};

#define FICKLE_PIN(Dispatch, Automation, Ranges, Flow, Category, Intersect)                        \
    {&(Dispatch),                                                                                  \
     Automation,                                                                                   \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                \
      SIZEOF_ARRAY(Ranges),                                                                        \
      Ranges,                                                                                      \
      Flow,                                                                                        \
      KSPIN_COMMUNICATION_SINK,                                                                    \
      &(Category),                                                                                 \
      NULL,                                                                                        \
      {0}},                                                                                        \
     0,                                                                                            \
     1,                                                                                            \
     0,                                                                                            \
     NULL,                                                                                         \
     Intersect}

static const KSPIN_DESCRIPTOR_EX Pins[] = {
    FICKLE_PIN(RecordDispatch, &SoundAutomation, SoundRanges, KSPIN_DATAFLOW_OUT,
               KSNODETYPE_MICROPHONE, IntersectSound),
    FICKLE_PIN(PlayDispatch, &SoundAutomation, SoundRanges, KSPIN_DATAFLOW_IN, KSNODETYPE_SPEAKER,
               IntersectSound),
    FICKLE_PIN(RecordDispatch, NULL, CameraRanges, KSPIN_DATAFLOW_OUT, PINNAME_VIDEO_CAPTURE,
               IntersectCamera)};

static const GUID Categories[] = {{STATICGUIDOF(KSCATEGORY_AUDIO)},
                                  {STATICGUIDOF(KSCATEGORY_CAPTURE)}};

static DEFINE_KSFILTER_DESCRIPTOR(Filter){NULL,
                                          NULL,
                                          KSFILTER_DESCRIPTOR_VERSION,
                                          0,
                                          NULL,
                                          DEFINE_KSFILTER_PIN_DESCRIPTORS(Pins),
                                          DEFINE_KSFILTER_CATEGORIES(Categories),
                                          DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
                                          DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
                                          NULL};

static const KSFILTER_DESCRIPTOR *const Filters[] = {&Filter};

static const KSDEVICE_DESCRIPTOR Device = {NULL, SIZEOF_ARRAY(Filters), Filters,
                                           KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    WCHAR Frames[16];
    ReadTextParameter(RegistryPath, L"Frames", Frames, RTL_NUMBER_OF(Frames));
    ReadTextParameter(RegistryPath, L"Buffer", Buffer, RTL_NUMBER_OF(Buffer));
    ReadTextParameter(RegistryPath, L"Then", Then, RTL_NUMBER_OF(Then));
    ReadTextParameter(RegistryPath, L"Only", Only, RTL_NUMBER_OF(Only));
    FramesToGive = ULONG(wcslen(Frames));
    return KsInitializeDriver(DriverObject, RegistryPath, &Device);
}
