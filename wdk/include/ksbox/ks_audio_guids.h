// Identifiers of the current ksmedia.h for audio devices, for drivers (host code has them from
// src/abi/guid_supplement.inc).
#ifndef KSBOX_WDK_KS_AUDIO_GUIDS_H
#define KSBOX_WDK_KS_AUDIO_GUIDS_H

// The identifier of IKsJackDescription, the interface over it.
#define STATIC_KSPROPSETID_Jack                                                                    \
    0x4509f757, 0x2d46, 0x4637, 0x8e, 0x62, 0xce, 0x7d, 0xb9, 0x44, 0xf5, 0x7b
DEFINE_GUIDSTRUCT("4509F757-2D46-4637-8E62-CE7DB944F57B", KSPROPSETID_Jack);
#define KSPROPSETID_Jack DEFINE_GUIDNAMED(KSPROPSETID_Jack)

// @doc audio/implementing-audio-module-communication
#define STATIC_KSPROPSETID_AudioModule                                                             \
    0xc034fdb0, 0xff75, 0x47c8, 0xaa, 0x3c, 0xee, 0x46, 0x71, 0x6b, 0x50, 0xc6
DEFINE_GUIDSTRUCT("C034FDB0-FF75-47C8-AA3C-EE46716B50C6", KSPROPSETID_AudioModule);
#define KSPROPSETID_AudioModule DEFINE_GUIDNAMED(KSPROPSETID_AudioModule)
#define STATIC_KSNOTIFICATIONID_AudioModule                                                        \
    0x9c2220f0, 0xd9a6, 0x4d5c, 0xa0, 0x36, 0x57, 0x38, 0x57, 0xfd, 0x50, 0xd2
DEFINE_GUIDSTRUCT("9C2220F0-D9A6-4D5C-A036-573857FD50D2", KSNOTIFICATIONID_AudioModule);
#define KSNOTIFICATIONID_AudioModule DEFINE_GUIDNAMED(KSNOTIFICATIONID_AudioModule)

// @doc audio/driver-implementation-details
#define STATIC_KSPROPSETID_AudioEngine                                                             \
    0x3a2f82dc, 0x886f, 0x4baa, 0x9e, 0xb4, 0x08, 0x2b, 0x90, 0x25, 0xc5, 0x36
DEFINE_GUIDSTRUCT("3A2F82DC-886F-4BAA-9EB4-082B9025C536", KSPROPSETID_AudioEngine);
#define KSPROPSETID_AudioEngine DEFINE_GUIDNAMED(KSPROPSETID_AudioEngine)
#define STATIC_KSNODETYPE_AUDIO_ENGINE                                                             \
    0x35caf6e4, 0xf3b3, 0x4168, 0xbb, 0x4b, 0x55, 0xe7, 0x7a, 0x46, 0x1c, 0x7e
DEFINE_GUIDSTRUCT("35CAF6E4-F3B3-4168-BB4B-55E77A461C7E", KSNODETYPE_AUDIO_ENGINE);
#define KSNODETYPE_AUDIO_ENGINE DEFINE_GUIDNAMED(KSNODETYPE_AUDIO_ENGINE)

// @doc audio/kspropsetid-audioeffectsdiscovery
#define STATIC_KSPROPSETID_AudioEffectsDiscovery                                                   \
    0x0b217a72, 0x16b8, 0x4a4d, 0xbd, 0xed, 0xf9, 0xd6, 0xbb, 0xed, 0xcd, 0x8f
DEFINE_GUIDSTRUCT("0B217A72-16B8-4A4D-BDED-F9D6BBEDCD8F", KSPROPSETID_AudioEffectsDiscovery);
#define KSPROPSETID_AudioEffectsDiscovery DEFINE_GUIDNAMED(KSPROPSETID_AudioEffectsDiscovery)

// @doc audio/kseventsetid-pincapschange
#define STATIC_KSEVENTSETID_PinCapsChange                                                          \
    0xdd4f192e, 0x3b78, 0x49ad, 0xa5, 0x34, 0x2c, 0x31, 0x5b, 0x82, 0x20, 0x00
DEFINE_GUIDSTRUCT("DD4F192E-3B78-49AD-A534-2C315B822000", KSEVENTSETID_PinCapsChange);
#define KSEVENTSETID_PinCapsChange DEFINE_GUIDNAMED(KSEVENTSETID_PinCapsChange)

// @doc NE:ks.KSEVENT_PINCAPS_CHANGENOTIFICATIONS
typedef enum {
    KSEVENT_PINCAPS_FORMATCHANGE,
    KSEVENT_PINCAPS_JACKINFOCHANGE
} KSEVENT_PINCAPS_CHANGENOTIFICATIONS;

// AC-3 as an S/PDIF link carries it, under both of its names.
// @doc audio/specifying-ac-3-data-ranges
#define STATIC_KSDATAFORMAT_SUBTYPE_DOLBY_AC3_SPDIF                                                \
    DEFINE_WAVEFORMATEX_GUID(WAVE_FORMAT_DOLBY_AC3_SPDIF)
DEFINE_GUIDSTRUCT("00000092-0000-0010-8000-00AA00389B71", KSDATAFORMAT_SUBTYPE_DOLBY_AC3_SPDIF);
#define KSDATAFORMAT_SUBTYPE_DOLBY_AC3_SPDIF DEFINE_GUIDNAMED(KSDATAFORMAT_SUBTYPE_DOLBY_AC3_SPDIF)
#define STATIC_KSDATAFORMAT_SUBTYPE_IEC61937_DOLBY_DIGITAL                                         \
    STATIC_KSDATAFORMAT_SUBTYPE_DOLBY_AC3_SPDIF
DEFINE_GUIDSTRUCT("00000092-0000-0010-8000-00AA00389B71",
                  KSDATAFORMAT_SUBTYPE_IEC61937_DOLBY_DIGITAL);
#define KSDATAFORMAT_SUBTYPE_IEC61937_DOLBY_DIGITAL                                                \
    DEFINE_GUIDNAMED(KSDATAFORMAT_SUBTYPE_IEC61937_DOLBY_DIGITAL)

#endif
