// What a client and a DirectMusic driver tell each other through properties: the capabilities of a
// synthesizer, its parameters, downloads and statistics. mingw-w64 has no such header.
#ifndef KSBOX_WDK_DMUSPROP_H
#define KSBOX_WDK_DMUSPROP_H

#include <ks.h>
#include <ksmedia.h>

#include <dmusbuff.h>

// @doc audio/directmusic-stream-data-format
#define STATIC_KSDATAFORMAT_SUBTYPE_DIRECTMUSIC                                                    \
    0x1a82f8bc, 0x3f8b, 0x11d2, 0xb7, 0x74, 0x00, 0x60, 0x08, 0x33, 0x16, 0xc1
DEFINE_GUIDSTRUCT("1A82F8BC-3F8B-11D2-B774-0060083316C1", KSDATAFORMAT_SUBTYPE_DIRECTMUSIC);
#define KSDATAFORMAT_SUBTYPE_DIRECTMUSIC DEFINE_GUIDNAMED(KSDATAFORMAT_SUBTYPE_DIRECTMUSIC)

#define STATIC_KSNODETYPE_DMSYNTH                                                                  \
    0x94824f88, 0x6183, 0x11d2, 0x8f, 0x7a, 0x00, 0xc0, 0x4f, 0xbf, 0x8f, 0xef
DEFINE_GUIDSTRUCT("94824F88-6183-11D2-8F7A-00C04FBF8FEF", KSNODETYPE_DMSYNTH);
#define KSNODETYPE_DMSYNTH DEFINE_GUIDNAMED(KSNODETYPE_DMSYNTH)
#define STATIC_KSNODETYPE_DMSYNTH_CAPS                                                             \
    0xbca2a2f1, 0x93c6, 0x11d2, 0xba, 0x1d, 0x00, 0x00, 0xf8, 0x75, 0xac, 0x12
DEFINE_GUIDSTRUCT("BCA2A2F1-93C6-11D2-BA1D-0000F875AC12", KSNODETYPE_DMSYNTH_CAPS);
#define KSNODETYPE_DMSYNTH_CAPS DEFINE_GUIDNAMED(KSNODETYPE_DMSYNTH_CAPS)

// @doc audio/kspropsetid-synth
#define STATIC_KSPROPSETID_Synth                                                                   \
    0xfedfae25, 0xe46e, 0x11d1, 0xaa, 0xce, 0x00, 0x00, 0xf8, 0x75, 0xac, 0x12
DEFINE_GUIDSTRUCT("FEDFAE25-E46E-11D1-AACE-0000F875AC12", KSPROPSETID_Synth);
#define KSPROPSETID_Synth DEFINE_GUIDNAMED(KSPROPSETID_Synth)
typedef enum {
    KSPROPERTY_SYNTH_VOLUME,
    KSPROPERTY_SYNTH_VOLUMEBOOST,
    KSPROPERTY_SYNTH_CAPS,
    KSPROPERTY_SYNTH_PORTPARAMETERS,
    KSPROPERTY_SYNTH_CHANNELGROUPS,
    KSPROPERTY_SYNTH_VOICEPRIORITY,
    KSPROPERTY_SYNTH_LATENCYCLOCK,
    KSPROPERTY_SYNTH_RUNNINGSTATS
} KSPROPERTY_SYNTH;

// @doc NS:dmusprop._SYNTHCAPS
typedef struct _SYNTHCAPS {
    GUID Guid;
    DWORD Flags;
    DWORD MemorySize;
    DWORD MaxChannelGroups;
    DWORD MaxVoices;
    DWORD MaxAudioChannels;
    DWORD EffectFlags;
    WCHAR Description[128];
} SYNTHCAPS, *PSYNTHCAPS;

#define SYNTH_PC_DLS 0x00000001
#define SYNTH_PC_EXTERNAL 0x00000002
#define SYNTH_PC_SOFTWARESYNTH 0x00000004
#define SYNTH_PC_MEMORYSIZEFIXED 0x00000008
#define SYNTH_PC_GMINHARDWARE 0x00000010
#define SYNTH_PC_GSINHARDWARE 0x00000020
#define SYNTH_PC_XGINHARDWARE 0x00000040
#define SYNTH_PC_DLS2 0x00000200
#define SYNTH_PC_REVERB 0x40000000
// A memory size, no flag.
#define SYNTH_PC_SYSTEMMEMORY 0x7fffffff

#define SYNTH_EFFECT_NONE 0x00000000
#define SYNTH_EFFECT_REVERB 0x00000001
#define SYNTH_EFFECT_CHORUS 0x00000002
#define SYNTH_EFFECT_DELAY 0x00000004

// @doc NS:dmusprop._SYNTH_PORTPARAMS
typedef struct _SYNTH_PORTPARAMS {
    DWORD ValidParams;
    DWORD Voices;
    DWORD ChannelGroups;
    DWORD AudioChannels;
    DWORD SampleRate;
    DWORD EffectsFlags;
    DWORD Share;
} SYNTH_PORTPARAMS, *PSYNTH_PORTPARAMS;

#define SYNTH_PORTPARAMS_VOICES 0x00000001
#define SYNTH_PORTPARAMS_CHANNELGROUPS 0x00000002
#define SYNTH_PORTPARAMS_AUDIOCHANNELS 0x00000004
#define SYNTH_PORTPARAMS_SAMPLERATE 0x00000008
#define SYNTH_PORTPARAMS_EFFECTS 0x00000020
#define SYNTH_PORTPARAMS_SHARE 0x00000040

// @doc NS:dmusprop._SYNTHVOICEPRIORITY_INSTANCE
typedef struct _SYNTHVOICEPRIORITY_INSTANCE {
    DWORD ChannelGroup;
    DWORD Channel;
} SYNTHVOICEPRIORITY_INSTANCE, *PSYNTHVOICEPRIORITY_INSTANCE;

// @doc NS:dmusprop._SYNTH_STATS
typedef struct _SYNTH_STATS {
    DWORD ValidStats;
    DWORD Voices;
    DWORD TotalCPU;
    DWORD CPUPerVoice;
    DWORD LostNotes;
    DWORD FreeMemory;
    LONG PeakVolume;
} SYNTH_STATS, *PSYNTH_STATS;

#define SYNTH_STATS_VOICES 0x00000001
#define SYNTH_STATS_TOTAL_CPU 0x00000002
#define SYNTH_STATS_CPU_PER_VOICE 0x00000004
#define SYNTH_STATS_LOST_NOTES 0x00000008
#define SYNTH_STATS_PEAK_VOLUME 0x00000010
#define SYNTH_STATS_FREE_MEMORY 0x00000020

// @doc NS:dmusprop._SYNTH_REVERB_PARAMS
typedef struct _SYNTH_REVERB_PARAMS {
    float fInGain;
    float fReverbMix;
    float fReverbTime;
    float fHighFreqRTRatio;
} SYNTH_REVERB_PARAMS, *PSYNTH_REVERB_PARAMS;

// @doc audio/kspropsetid-synth-dls
#define STATIC_KSPROPSETID_Synth_Dls                                                               \
    0xd523fa2c, 0xdee3, 0x11d1, 0xa7, 0x89, 0x00, 0x00, 0xf8, 0x75, 0xac, 0x12
DEFINE_GUIDSTRUCT("D523FA2C-DEE3-11D1-A789-0000F875AC12", KSPROPSETID_Synth_Dls);
#define KSPROPSETID_Synth_Dls DEFINE_GUIDNAMED(KSPROPSETID_Synth_Dls)
typedef enum {
    KSPROPERTY_SYNTH_DLS_DOWNLOAD,
    KSPROPERTY_SYNTH_DLS_UNLOAD,
    KSPROPERTY_SYNTH_DLS_COMPACT,
    KSPROPERTY_SYNTH_DLS_APPEND,
    KSPROPERTY_SYNTH_DLS_WAVEFORMAT
} KSPROPERTY_SYNTH_DLS;

// @doc NS:dmusprop._SYNTH_BUFFER
typedef struct _SYNTH_BUFFER {
    ULONG BufferSize;
    PVOID BufferAddress;
} SYNTH_BUFFER, *PSYNTH_BUFFER;

// @doc NS:dmusprop._SYNTHDOWNLOAD
typedef struct _SYNTHDOWNLOAD {
    HANDLE DownloadHandle;
    BOOL Free;
} SYNTHDOWNLOAD, *PSYNTHDOWNLOAD;

// @doc audio/kspropsetid-synthclock
#define STATIC_KSPROPSETID_SynthClock                                                              \
    0xfedfae26, 0xe46e, 0x11d1, 0xaa, 0xce, 0x00, 0x00, 0xf8, 0x75, 0xac, 0x12
DEFINE_GUIDSTRUCT("FEDFAE26-E46E-11D1-AACE-0000F875AC12", KSPROPSETID_SynthClock);
#define KSPROPSETID_SynthClock DEFINE_GUIDNAMED(KSPROPSETID_SynthClock)
typedef enum { KSPROPERTY_SYNTH_MASTERCLOCK } KSPROPERTY_SYNTHCLOCK;

#include <ksbox/dmusic_priorities.h>

#endif
