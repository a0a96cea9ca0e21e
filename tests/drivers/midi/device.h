// What both miniports have in common.
#pragma once

#include "../support/port_class.h"

#include "../support/port_journal.h"
#include "midi.h"

#define HEARD_BYTES 4096

// What the device has heard and no stream has taken.
typedef struct {
    KSPIN_LOCK Lock;
    ULONG Count;
    BOOLEAN Whole;
    UCHAR Bytes[HEARD_BYTES];
} HEARD;

VOID Hear(HEARD *Heard, const VOID *Bytes, ULONG Count, BOOLEAN Whole);
// Up to Most bytes; the result is how many.
ULONG TakeHeard(HEARD *Heard, PVOID Bytes, ULONG Most, PBOOLEAN Whole);
VOID JournalBytes(const char *What, const VOID *Bytes, ULONG Count);

extern const GUID MidiDeviceSetId;
extern const PCFILTER_DESCRIPTOR MidiFilterDescriptor; // with Handler for KSPROPSETID_MidiDevice
// What a miniport does for the filter's properties.
class MidiTarget {
  public:
    virtual VOID Inject(const VOID *Bytes, ULONG Count, BOOLEAN Whole) = 0;
    virtual VOID SetPreFetch(ULONG Time) = 0;
};
// The target of a filter's requests, by the IUnknown that IPort::Init was given.
MidiTarget *TargetOf(PUNKNOWN Miniport);

PUNKNOWN NewMidiMiniport(); // with one reference; NULL without memory
PUNKNOWN NewDMusMiniport();
extern PUNKNOWN MidiMiniportUnknown, DMusMiniportUnknown; // for TargetOf
extern MidiTarget *MidiMiniportTarget, *DMusMiniportTarget;
