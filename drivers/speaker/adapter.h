// The card itself: what its filters and streams share, and its power.
#pragma once

#include "../shared/line.h"
#include "speaker.h"

class CAdapter : public IAdapterPowerManagement, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CAdapter);
    ~CAdapter();
    NTSTATUS Init();
    IMP_IAdapterPowerManagement;

    Volume m_Volume;
    Line m_Speaker; // through the volume, and back to the capture pin
    Line m_Digital; // AC-3, which nobody may change
    // A page of registers that clients map: a position for each pin, and the clock.
    volatile ULONGLONG *m_Registers = NULL;
};

// The registers, each of 64 bits: that of a stream's pin ID is its byte offset in its buffer.
const ULONG ClockRegister = WAVE_PINS;
const ULONG ClockHz = 1000;

PUNKNOWN NewWaveMiniport(CAdapter *Adapter);
PUNKNOWN NewTopologyMiniport(CAdapter *Adapter);
NTSTATUS NewStream(CAdapter *Adapter, PPORTWAVERTSTREAM PortStream, ULONG Pin, BOOLEAN Capture,
                   PKSDATAFORMAT DataFormat, const KSDATARANGE_AUDIO *Pcm,
                   PMINIPORTWAVERTSTREAM *Stream);
