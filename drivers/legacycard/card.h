// What the files of legacycard.sys share.
#pragma once

#include "../shared/line.h"
#include "legacycard.h"

// The card itself: its converter and its volume. Both filters and every stream hold it.
class CCard : public IUnknown, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CCard);
    ~CCard() { m_Line.Close(); }
    NTSTATUS Init() { return m_Line.Init(&m_Volume); }

    Volume m_Volume;
    Line m_Line;
};

// A DMA channel without DMA: the buffer is ordinary memory, which the line reads and writes. The
// port copies into it and out of it as it would with a real one.
class CDmaChannel : public IDmaChannel, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CDmaChannel);
    ~CDmaChannel() { FreeBuffer(); }
    IMP_IDmaChannel;

  private:
    PUCHAR m_Buffer = NULL;
    ULONG m_AllocatedBytes = 0;
    ULONG m_Bytes = 0; // of it, in use
};

PUNKNOWN NewWaveMiniport(CCard *Card);
PUNKNOWN NewTopologyMiniport(CCard *Card);

class CStream : public IMiniportWaveCyclicStream, public LineEnd, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    CStream(PUNKNOWN Outer, CCard *Card, PPORTWAVECYCLIC Port, BOOLEAN Capture);
    ~CStream();
    NTSTATUS Init(const WaveFormat &Format);
    // Referenced, for the port.
    PDMACHANNEL Channel();
    PSERVICEGROUP Group();
    IMP_IMiniportWaveCyclicStream;
    VOID Move(PUCHAR Data, ULONG Bytes) override;

  private:
    CCard *const m_Card;
    const PPORTWAVECYCLIC m_Port;
    const BOOLEAN m_Capture;
    WaveFormat m_Format = {};
    CDmaChannel *m_Channel = NULL;
    PSERVICEGROUP m_Group = NULL;
    KSPIN_LOCK m_Lock = 0;     // guards what follows
    ULONG m_Offset = 0;        // in the buffer
    ULONG m_IntervalBytes = 0; // between notifications
    ULONG m_SinceInterval = 0; // bytes since the last one
};
