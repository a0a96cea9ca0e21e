// What the files of wavert.sys share.
#pragma once

#include "../support/port_class.h"
#include "../support/port_journal.h"

#include "wavert.h"

static const ULONG Tag = 'trvW';
static const ULONG MaximumStreams = 16;
static const ULONG MaximumEvents = 8;

extern const GUID WaveRtSetId;

class CStream;

ULONGLONG InterruptTime(); // in 100 ns

// The loop and the clock of the card.
class CHardware {
  public:
    NTSTATUS Init();
    void Close();
    // Position, clock: the page that clients map.
    PUCHAR Registers() { return m_Registers; }
    void Add(CStream *Stream);
    void Remove(CStream *Stream); // it moves no more when this returns
    void Loop(const UCHAR *Bytes, ULONG Count);
    void LoopBack(UCHAR *Bytes, ULONG Count);

  private:
    static VOID NTAPI Tick(PEX_TIMER Timer, PVOID Context);
    void Move();

    PEX_TIMER m_Timer;
    PUCHAR m_Registers;
    KSPIN_LOCK m_Lock; // guards what follows
    CStream *m_Streams[MaximumStreams];
    UCHAR m_Loop[65536];
    ULONGLONG m_Written, m_Read;
    bool m_Flowing;
};
extern CHardware Hardware;

class CMiniport : public IMiniportWaveRT, public IPinCount, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CMiniport);
    IMP_IMiniportWaveRT;
    IMP_IPinCount;
};

class CStream : public IMiniportWaveRTStreamNotification,
                public IMiniportWaveRTInputStream,
                public IMiniportWaveRTOutputStream,
                public IPowerNotify,
                public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CStream);
    ~CStream();
    void Init(PPORTWAVERTSTREAM PortStream, ULONG Pin, BOOLEAN Capture, PWAVEFORMATEX Format);

    IMP_IMiniportWaveRTStream;
    IMP_IMiniportWaveRTStreamNotification;
    IMP_IMiniportWaveRTInputStream;
    IMP_IMiniportWaveRTOutputStream;
    STDMETHODIMP_(void) PowerChangeNotify(POWER_STATE PowerState);

    // Moves what is due at that interrupt time. DISPATCH_LEVEL, the hardware's lock held.
    void Move(ULONGLONG Now);
    void Pages(WAVERT_PAGES_SEEN *Seen);
    ULONG Pin() const { return m_Pin; }
    bool IsCapture() const { return m_Capture != FALSE; }

  private:
    NTSTATUS Allocate(ULONG Notifications, ULONG Requested, PMDL *Mdl, ULONG *Actual, ULONG *Offset,
                      MEMORY_CACHING_TYPE *Cache);
    void Free(PMDL Mdl);
    void Transfer(ULONG Count);
    void Notify();
    ULONG PacketBytes() const { return m_Bytes / m_Notifications; }

    PPORTWAVERTSTREAM m_PortStream;
    ULONG m_Pin;
    BOOLEAN m_Capture;
    ULONG m_Rate, m_Block; // bytes per second and per frame
    KSSTATE m_State;
    PMDL m_Mdl;
    PUCHAR m_View, m_Buffer;
    ULONG m_Bytes, m_Notifications;
    KSPIN_LOCK m_Lock; // guards what follows
    PKEVENT m_Events[MaximumEvents];
    ULONGLONG m_Position; // bytes since STOP
    ULONGLONG m_Started, m_AtStart;
    ULONGLONG m_LastRead; // packets that GetReadPacket has told of
    bool m_EndOfStream;
};

NTSTATUS CreateWaveMiniport(PUNKNOWN *Miniport);
NTSTATUS CreateTopologyMiniport(PUNKNOWN *Miniport);
extern PCFILTER_DESCRIPTOR WaveDescriptor;
NTSTATUS NTAPI GetOwnProperty(PPCPROPERTY_REQUEST Request);
NTSTATUS NTAPI GetPages(PPCPROPERTY_REQUEST Request);
NTSTATUS NTAPI GetConstrained(PPCPROPERTY_REQUEST Request);
