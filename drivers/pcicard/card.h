// What the files of pcicard.sys share.
#pragma once

#include "../shared/line.h"
#include "pcicard.h"

// The miniport is the card.
class CMiniport : public IMiniportWavePci, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CMiniport);
    ~CMiniport();
    IMP_IMiniportWavePci;

    Line m_Line;
    PPORTWAVEPCI m_Port = NULL;
};

// Some of a client's buffer, contiguous in physical memory.
struct Mapping {
    ULONG_PTR Tag;
    PUCHAR Address;
    ULONG Bytes;
    ULONG Done;
};

class CStream : public IMiniportWavePciStream, public LineEnd, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    CStream(PUNKNOWN Outer, CMiniport *Miniport, PPORTWAVEPCISTREAM PortStream, BOOLEAN Capture);
    ~CStream();
    NTSTATUS Init(const WaveFormat &Format);
    PSERVICEGROUP Group(); // referenced, for the port
    IMP_IMiniportWavePciStream;
    VOID Move(PUCHAR Data, ULONG Bytes) override;

  private:
    static const ULONG MaximumMappings = 16; // a real card's descriptor list is as short

    VOID ExchangeMappings();
    VOID ReleaseFinished();
    VOID GetMore();

    CMiniport *const m_Miniport;
    const PPORTWAVEPCISTREAM m_PortStream;
    const BOOLEAN m_Capture;
    WaveFormat m_Format = {};
    PSERVICEGROUP m_Group = NULL;
    volatile LONG m_Asked = 0; // for an exchange of mappings, and not yet answered
    KSPIN_LOCK m_Lock = 0;     // guards what follows
    Mapping m_Mappings[MaximumMappings] = {};
    ULONG m_Count = 0;      // of mappings that the stream has
    ULONG m_Finished = 0;   // of them, from the first, done with
    ULONG_PTR m_Coming = 0; // the tag of a mapping that the port is asked for
    ULONG_PTR m_NextTag = 1;
    ULONGLONG m_Position = 0;
};
