// The volume and the mute of a card: the properties of its volume node and its mute node, and what
// they do to samples.
#pragma once

#include "port_class.h"

#include "level.h"
#include "wave_format.h"

class Volume {
  public:
    // Integers of 16, 24 or 32 bits; at 0 dB they stay as they are. Any IRQL.
    VOID Apply(PUCHAR Data, ULONG Bytes, const WaveFormat &Format) const;

    // KSPROPERTY_AUDIO_VOLUMELEVEL and KSPROPERTY_AUDIO_MUTE: get, set and basic support.
    // PASSIVE_LEVEL. @doc audio/ksproperty-audio-volumelevel audio/ksproperty-audio-mute
    NTSTATUS HandleLevel(PPCPROPERTY_REQUEST Request);
    NTSTATUS HandleMute(PPCPROPERTY_REQUEST Request);

  private:
    static const ULONG Channels = 2;

    // Written at PASSIVE_LEVEL while Apply() reads: one aligned LONG each.
    volatile LONG m_Level[Channels] = {}; // 1/65536 dB
    volatile LONG m_Factor[Channels] = {UnityFactor, UnityFactor};
    volatile LONG m_Muted = FALSE; // all channels
};

// The verbs of both properties, for tables.
#define VOLUME_VERBS                                                                               \
    (PCPROPERTY_ITEM_FLAG_GET | PCPROPERTY_ITEM_FLAG_SET | PCPROPERTY_ITEM_FLAG_BASICSUPPORT)
