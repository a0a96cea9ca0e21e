// The filters' description and properties.
#include "device.h"

const GUID MidiDeviceSetId = {STATIC_KSPROPSETID_MidiDevice};
PUNKNOWN MidiMiniportUnknown, DMusMiniportUnknown;
MidiTarget *MidiMiniportTarget, *DMusMiniportTarget;

VOID Hear(HEARD *Heard, const VOID *Bytes, ULONG Count, BOOLEAN Whole) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Heard->Lock, &OldIrql);
    Count = min(Count, HEARD_BYTES - Heard->Count);
    RtlCopyMemory(Heard->Bytes + Heard->Count, Bytes, Count);
    Heard->Count += Count;
    Heard->Whole = Whole;
    KeReleaseSpinLock(&Heard->Lock, OldIrql);
}

ULONG TakeHeard(HEARD *Heard, PVOID Bytes, ULONG Most, PBOOLEAN Whole) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Heard->Lock, &OldIrql);
    const ULONG Count = min(Most, Heard->Count);
    RtlCopyMemory(Bytes, Heard->Bytes, Count);
    Heard->Count -= Count;
    RtlMoveMemory(Heard->Bytes, Heard->Bytes + Count, Heard->Count);
    *Whole = Heard->Whole;
    KeReleaseSpinLock(&Heard->Lock, OldIrql);
    return Count;
}

VOID JournalBytes(const char *What, const VOID *Bytes, ULONG Count) {
    ULONGLONG First = 0, Counter;
    RtlCopyMemory(&First, Bytes, min(Count, sizeof(First)));
    Journal(What, First, Count, KeQueryInterruptTimePrecise(&Counter));
}

MidiTarget *TargetOf(PUNKNOWN Miniport) {
    return Miniport == MidiMiniportUnknown ? MidiMiniportTarget : DMusMiniportTarget;
}

static NTSTATUS NTAPI HandleDevice(PPCPROPERTY_REQUEST Request) {
    MidiTarget *Target = TargetOf(Request->MajorTarget);
    if (Request->PropertyItem->Id == KSPROPERTY_MIDI_PREFETCH) {
        Target->SetPreFetch(*static_cast<const ULONG *>(Request->Value));
    } else {
        Target->Inject(Request->Value, Request->ValueSize,
                       Request->PropertyItem->Id == KSPROPERTY_MIDI_INJECT_WHOLE);
        KeFlushQueuedDpcs(); // until the port has had its service
    }
    return STATUS_SUCCESS;
}

static const PCPROPERTY_ITEM Properties[] = {
    PORT_JOURNAL_PROPERTIES,
    {&MidiDeviceSetId, KSPROPERTY_MIDI_INJECT, PCPROPERTY_ITEM_FLAG_SET, HandleDevice},
    {&MidiDeviceSetId, KSPROPERTY_MIDI_INJECT_WHOLE, PCPROPERTY_ITEM_FLAG_SET, HandleDevice},
    {&MidiDeviceSetId, KSPROPERTY_MIDI_PREFETCH, PCPROPERTY_ITEM_FLAG_SET, HandleDevice}};
static DEFINE_PCAUTOMATION_TABLE_PROP(Automation, Properties);

static const KSDATARANGE_MUSIC Music = {{{sizeof(KSDATARANGE_MUSIC),
                                          0,
                                          0,
                                          0,
                                          {STATICGUIDOF(KSDATAFORMAT_TYPE_MUSIC)},
                                          {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_MIDI)},
                                          {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_NONE)}}},
                                        {STATICGUIDOF(KSMUSIC_TECHNOLOGY_PORT)},
                                        0,
                                        0,
                                        0xffff};
static const PKSDATARANGE Ranges[] = {PKSDATARANGE(&Music)};

#define PIN(Flow, Category)                                                                        \
    {                                                                                              \
        1, 1, 0, NULL, {                                                                           \
            0, NULL, 0, NULL, SIZEOF_ARRAY(Ranges), Ranges, KSPIN_DATAFLOW_##Flow,                 \
                KSPIN_COMMUNICATION_SINK, &Category, NULL, {0}                                     \
        }                                                                                          \
    }
static const PCPIN_DESCRIPTOR Pins[MIDI_PIN_COUNT] = {PIN(IN, KSCATEGORY_RENDER),
                                                      PIN(OUT, KSCATEGORY_CAPTURE)};

const PCFILTER_DESCRIPTOR MidiFilterDescriptor = {0,
                                                  &Automation,
                                                  sizeof(PCPIN_DESCRIPTOR),
                                                  SIZEOF_ARRAY(Pins),
                                                  Pins,
                                                  sizeof(PCNODE_DESCRIPTOR),
                                                  0,
                                                  NULL,
                                                  0,
                                                  NULL,
                                                  0,
                                                  NULL};
