// The miniport and its streams.
#pragma once

#include "../support/port_class.h"

#include "../support/port_journal.h"
#include "wavepci.h"

typedef struct {
    ULONG_PTR Tag;
    PUCHAR Address;
    ULONG Bytes;
    ULONG Done;
} MAPPING;

class CStream;

class CMiniport : public IMiniportWavePci, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CMiniport);
    ~CMiniport();
    IMP_IMiniportWavePci;

    NTSTATUS HandleProperty(PPCPROPERTY_REQUEST Request);
    VOID Remove(CStream *Stream);
    VOID Play(UCHAR Byte);
    ULONG MostMappings() const { return m_MostMappings; }

  private:
    NTSTATUS SetProperty(ULONG Id, ULONG Value);

    PPORTWAVEPCI m_Port = NULL;
    PSERVICEGROUP m_Group = NULL;
    CStream *m_Streams[MASTER_PIN_COUNT] = {};
    PUCHAR m_Played = NULL;
    ULONG m_PlayedBytes = 0;
    ULONG m_MostMappings = 4;
};

class CStream : public IMiniportWavePciStream, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CStream);
    ~CStream();
    IMP_IMiniportWavePciStream;

    NTSTATUS Init(CMiniport *Miniport, PPORTWAVEPCISTREAM PortStream, ULONG Pin, BOOLEAN Capture);
    VOID Advance(ULONG Bytes);
    PSERVICEGROUP Group() { return m_Group; }
    PPORTWAVEPCISTREAM PortStream() { return m_PortStream; }

  private:
    VOID GetMore();

    CMiniport *m_Miniport = NULL;
    PPORTWAVEPCISTREAM m_PortStream = NULL;
    PSERVICEGROUP m_Group = NULL;
    ULONG m_Pin = 0;
    BOOLEAN m_Capture = FALSE;
    KSSTATE m_State = KSSTATE_STOP;
    KSPIN_LOCK m_Lock = 0; // guards the rest
    MAPPING m_Mappings[MASTER_MAPPINGS];
    ULONG m_Count = 0;
    ULONG_PTR m_NextTag = 1;
    ULONGLONG m_Position = 0;
};
