// What the cases of the MIDI and the DMus port share: music in clients' buffers.
#pragma once

#include "adapter_audio.h"

// Events of a client's frame, one after the other.
class CaseMusic {
  public:
    // KSMUSICFORMAT: so long after the event before.
    CaseMusic &Midi(ULONG DeltaMs, const VOID *Data, ULONG Bytes);
    // DirectMusic's header: so long after the frame's time.
    CaseMusic &Direct(LONGLONG Delta100ns, ULONG Group, const VOID *Data, ULONG Bytes);
    UCHAR Bytes[CaseFrame::Capacity] = {};
    ULONG Count = 0;

  private:
    void Add(const VOID *Head, ULONG HeadBytes, const VOID *Data, ULONG DataBytes, ULONG Unit);
};

// DMUS_EVENTHEADER.
#pragma pack(push, 4)
struct CASE_DIRECT_HEAD {
    ULONG Bytes;
    ULONG Group;
    LONGLONG Delta100ns;
    ULONG Flags;
};
#pragma pack(pop)

// The bytes that a device was sent or gives, in messages as they came.
struct CaseBytes {
    UCHAR Bytes[4096];
    ULONG Count;
    ULONG Sizes[16]; // of the first messages
    ULONG Messages;
    void Add(const VOID *Data, ULONG Bytes);
    bool Are(const VOID *Data, ULONG Bytes) const;
};
