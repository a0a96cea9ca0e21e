// Sizes of packets, interleaved audio and keyword detectors: what the current ksmedia.h knows and
// mingw-w64's does not. Identifiers marked inferred are from memory.
#ifndef KSBOX_WDK_KS_AUDIO_PACKETS_H
#define KSBOX_WDK_KS_AUDIO_PACKETS_H

// @doc audio/low-latency-audio, NS:ksmedia._KSAUDIO_PACKETSIZE_SIGNALPROCESSINGMODE_CONSTRAINT
typedef struct _KSAUDIO_PACKETSIZE_PROCESSINGMODE_CONSTRAINT {
    GUID ProcessingMode;
    UINT32 SamplesPerProcessingPacket;
    UINT32 ProcessingPacketDurationInHns;
} KSAUDIO_PACKETSIZE_PROCESSINGMODE_CONSTRAINT, *PKSAUDIO_PACKETSIZE_PROCESSINGMODE_CONSTRAINT;
// @doc NS:ksmedia._KSAUDIO_PACKETSIZE_CONSTRAINTS2
typedef struct _KSAUDIO_PACKETSIZE_CONSTRAINTS2 {
    UINT32 MinPacketPeriodInHns;
    UINT32 PacketSizeFileAlignment;
    UINT32 MaxPacketSizeInBytes;
    UINT32 NumProcessingModeConstraints;
    KSAUDIO_PACKETSIZE_PROCESSINGMODE_CONSTRAINT ProcessingModeConstraints[1];
} KSAUDIO_PACKETSIZE_CONSTRAINTS2, *PKSAUDIO_PACKETSIZE_CONSTRAINTS2;
// inferred.
#ifdef DEFINE_DEVPROPKEY
DEFINE_DEVPROPKEY(DEVPKEY_KsAudio_PacketSize_Constraints2, 0x9404f781, 0x7191, 0x409b, 0x8b, 0x0b,
                  0x80, 0xbf, 0x6e, 0xc2, 0x29, 0xae, 2);
#endif

// inferred. @doc audio/ksnodetype-audio-keyworddetector
#define STATIC_KSNODETYPE_AUDIO_KEYWORDDETECTOR                                                    \
    0x3817e0b8, 0xdf58, 0x4375, 0xb6, 0x69, 0xc4, 0x96, 0x34, 0x33, 0x1f, 0x9d
DEFINE_GUIDSTRUCT("3817E0B8-DF58-4375-B669-C49634331F9D", KSNODETYPE_AUDIO_KEYWORDDETECTOR);
#define KSNODETYPE_AUDIO_KEYWORDDETECTOR DEFINE_GUIDNAMED(KSNODETYPE_AUDIO_KEYWORDDETECTOR)

#define STATIC_AUDIO_SIGNALPROCESSINGMODE_FAR_FIELD_SPEECH                                         \
    0x28941cba, 0x3be6, 0x4a78, 0x9a, 0x76, 0x30, 0xfd, 0x91, 0x55, 0x9b, 0x64
DEFINE_GUIDSTRUCT("28941CBA-3BE6-4A78-9A76-30FD91559B64",
                  AUDIO_SIGNALPROCESSINGMODE_FAR_FIELD_SPEECH);
#define AUDIO_SIGNALPROCESSINGMODE_FAR_FIELD_SPEECH                                                \
    DEFINE_GUIDNAMED(AUDIO_SIGNALPROCESSINGMODE_FAR_FIELD_SPEECH)

// The value that host code has in src/abi/guid_supplement.inc.
#define STATIC_KSPROPSETID_InterleavedAudio                                                        \
    0xe9ebe550, 0xd619, 0x4c0a, 0x97, 0x6b, 0x70, 0x62, 0x32, 0x2b, 0x30, 0x06
DEFINE_GUIDSTRUCT("E9EBE550-D619-4C0A-976B-7062322B3006", KSPROPSETID_InterleavedAudio);
#define KSPROPSETID_InterleavedAudio DEFINE_GUIDNAMED(KSPROPSETID_InterleavedAudio)
// @doc NE:ksmedia.KSPROPERTY_INTERLEAVEDAUDIO
typedef enum { KSPROPERTY_INTERLEAVEDAUDIO_FORMATINFORMATION = 1 } KSPROPERTY_INTERLEAVEDAUDIO;
// @doc NS:ksmedia._INTERLEAVED_AUDIO_FORMAT_INFORMATION
typedef struct _INTERLEAVED_AUDIO_FORMAT_INFORMATION {
    UINT32 Size;
    UINT32 PrimaryChannelCount;
    UINT32 PrimaryChannelStartPosition;
    UINT32 PrimaryChannelMask;
    UINT32 InterleavedChannelCount;
    UINT32 InterleavedChannelStartPosition;
    UINT32 InterleavedChannelMask;
} INTERLEAVED_AUDIO_FORMAT_INFORMATION, *PINTERLEAVED_AUDIO_FORMAT_INFORMATION;

#endif
