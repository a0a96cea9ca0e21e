// The miniport and its streams.
#pragma once

#include "card.h"

class CMiniport : public IMiniportWaveCyclic, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CMiniport);
    ~CMiniport();
    IMP_IMiniportWaveCyclic;

  private:
    PPORTWAVECYCLIC m_Port = NULL;
};

class CStream : public IMiniportWaveCyclicStream, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CStream);
    ~CStream();
    IMP_IMiniportWaveCyclicStream;

    NTSTATUS Init(PPORTWAVECYCLIC Port, ULONG Pin, BOOLEAN Capture, PKSDATAFORMAT Format);
    // For NewStream's caller, referenced; NULL if the test says so.
    PDMACHANNEL ChannelToGive();
    PSERVICEGROUP GroupToGive();

  private:
    NTSTATUS TakeFormat(PKSDATAFORMAT Format);

    ULONG m_Pin = 0;
    KSSTATE m_State = KSSTATE_STOP;
    WAVEFORMATEX m_Format = {};
    PDMACHANNEL m_Channel = NULL;
    CARD_STREAM m_Card = {};
    BOOLEAN m_Added = FALSE;
};
