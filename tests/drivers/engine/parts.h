// What the files of engine.sys share.
#pragma once

#include "../support/port_class.h"
#include "../support/port_journal.h"

#include "engine.h"

static const ULONG Tag = 'ngnE';

extern const GUID EngineSetId;
extern PCFILTER_DESCRIPTOR EngineDescriptor;

KSDATAFORMAT_WAVEFORMATEX EngineFormat(ULONG Rate);
NTSTATUS Steppings(PKSPROPERTY_STEPPING_LONG Steps, UINT32 Bytes, eChannelTargetType Target);
NTSTATUS NTAPI Forward(PPCPROPERTY_REQUEST Request);

class CMiniport : public IMiniportWaveRT,
                  public IMiniportAudioEngineNode,
                  public IMiniportAudioSignalProcessing,
                  public IPinName,
                  public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    CMiniport(PUNKNOWN Outer, bool Plain) : CUnknown(Outer), m_Plain(Plain) {}
    IMP_IMiniportWaveRT;
    IMP_IMiniportAudioEngineNode;
    IMP_IMiniportAudioSignalProcessing;
    IMP_IPinName;

  private:
    const bool m_Plain;
    BOOL m_Effects = TRUE, m_Mute[ENGINE_CHANNELS] = {FALSE, FALSE};
    LONG m_Volume[ENGINE_CHANNELS] = {0, 0};
    ULONG m_Rate = 48000;
};

class CStream : public IMiniportWaveRTStream,
                public IMiniportStreamAudioEngineNode,
                public IMiniportStreamAudioEngineNode2,
                public IDrmAudioStream,
                public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    CStream(ULONG Pin) : CUnknown(NULL), m_Pin(Pin) {}
    IMP_IMiniportWaveRTStream;
    IMP_IMiniportStreamAudioEngineNode;
    IMP_IMiniportStreamAudioEngineNode2;
    IMP_IDrmAudioStream;

  private:
    const ULONG m_Pin;
    BOOL m_Effects = TRUE, m_Mute[ENGINE_CHANNELS] = {FALSE, FALSE};
    LONG m_Volume[ENGINE_CHANNELS] = {0, 0};
};
