// The pin factories.
#include "parts.h"

static const KSDATARANGE_AUDIO Pcm = {{{sizeof(KSDATARANGE_AUDIO),
                                        0,
                                        0,
                                        0,
                                        {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                        {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                                        {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
                                      2,
                                      16,
                                      16,
                                      8000,
                                      48000};
static const PKSDATARANGE Ranges[] = {PKSDATARANGE(&Pcm)};

// Takes frames as they come; journals their bytes and first number.
static NTSTATUS NTAPI Take(PKSPIN Pin) {
    PKSSTREAM_POINTER Edge = KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
    while (Edge != NULL) {
        ULONG Number = 0;
        if (Edge->OffsetIn.Remaining >= sizeof Number)
            RtlCopyMemory(&Number, Edge->OffsetIn.Data, sizeof Number);
        Journal("frame", Pin->Id, Edge->OffsetIn.Remaining, Number);
        KsStreamPointerAdvanceOffsetsAndUnlock(Edge, Edge->OffsetIn.Remaining, 0, TRUE);
        Edge = KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
    }
    return STATUS_PENDING;
}

#define FRAMES_MADE 8

// Fills frames with their number, eight in all.
static NTSTATUS NTAPI Make(PKSPIN Pin) {
    PULONG Made = static_cast<PULONG>(Pin->Context);
    while (*Made < FRAMES_MADE) {
        PKSSTREAM_POINTER Edge =
            KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
        if (Edge == NULL) {
            break;
        }
        ++*Made;
        RtlCopyMemory(Edge->OffsetOut.Data, Made, min(sizeof *Made, Edge->OffsetOut.Remaining));
        Edge->StreamHeader->DataUsed = Edge->OffsetOut.Remaining;
        KsStreamPointerAdvanceOffsetsAndUnlock(Edge, 0, Edge->OffsetOut.Remaining, TRUE);
    }
    return STATUS_PENDING;
}

static NTSTATUS NTAPI CreateSource(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    Pin->Context = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(ULONG), 'kolC');
    return Pin->Context != NULL ? KsAddItemToObjectBag(Pin->Bag, Pin->Context, NULL)
                                : STATUS_INSUFFICIENT_RESOURCES;
}

static const KSPIN_DISPATCH Plain = {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
static const KSPIN_DISPATCH WithClock = {NULL, NULL, NULL, NULL,      NULL,
                                         NULL, NULL, NULL, &OwnClock, NULL};
static const KSPIN_DISPATCH Sink = {NULL, NULL, Take, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
static const KSPIN_DISPATCH Source = {CreateSource, NULL, Make, NULL, NULL,
                                      NULL,         NULL, NULL, NULL, NULL};
static const KSPIN_DISPATCH WithAllocator = {NULL, NULL, Take, NULL, NULL,
                                             NULL, NULL, NULL, NULL, &OwnAllocator};

static DECLARE_SIMPLE_FRAMING_EX(Framing, STATICGUIDOF(KSMEMORY_TYPE_KERNEL_PAGED),
                                 KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY |
                                     KSALLOCATOR_REQUIREMENTF_PREFERENCES_ONLY,
                                 CLOCKS_FRAMES, 31, 256, CLOCKS_FRAME_BYTES);
static DECLARE_SIMPLE_FRAMING_EX(MustAllocate, STATICGUIDOF(KSMEMORY_TYPE_KERNEL_NONPAGED),
                                 KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY |
                                     KSALLOCATOR_REQUIREMENTF_MUST_ALLOCATE,
                                 CLOCKS_FRAMES, 0, CLOCKS_FRAME_BYTES, CLOCKS_FRAME_BYTES);

#define PIN(Dispatch, Flow, Communication, Flags, Frame)                                           \
    {Dispatch,                                                                                     \
     NULL,                                                                                         \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                \
      SIZEOF_ARRAY(Ranges),                                                                        \
      Ranges,                                                                                      \
      KSPIN_DATAFLOW_##Flow,                                                                       \
      KSPIN_COMMUNICATION_##Communication,                                                         \
      NULL,                                                                                        \
      NULL,                                                                                        \
      {0}},                                                                                        \
     Flags,                                                                                        \
     KSINSTANCE_INDETERMINATE,                                                                     \
     0,                                                                                            \
     Frame,                                                                                        \
     NULL}

const KSPIN_DESCRIPTOR_EX ClocksPins[CLOCKS_COUNT] = {
    PIN(&WithClock, IN, SINK, KSPIN_FLAG_IMPLEMENT_CLOCK, NULL),
    PIN(&Plain, IN, SINK, KSPIN_FLAG_IMPLEMENT_CLOCK, NULL),
    PIN(&Plain, IN, SINK, 0, NULL),
    PIN(&Plain, IN, SINK, KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT, NULL),
    PIN(&Sink, IN, SINK, 0, &Framing),
    PIN(&Source, OUT, SOURCE, 0, &Framing),
    PIN(&WithAllocator, IN, SINK, 0, &MustAllocate),
    PIN(&WithAllocator, IN, SINK, 0, &Framing)};
