// Bluetooth audio, resource groups and headset terminals: what the
// current ks.h and ksmedia.h know and mingw-w64's do not. Identifiers marked inferred are from
// memory, those with 2D1F3A94 ksbox's own: no page has them.
#ifndef KSBOX_WDK_KS_AUDIO_CHANGES_H
#define KSBOX_WDK_KS_AUDIO_CHANGES_H

// inferred. @doc audio/kspropsetid-btaudio
#define STATIC_KSPROPSETID_BtAudio                                                                 \
    0x7fa06c40, 0xb8f6, 0x4c7e, 0x85, 0x56, 0xe8, 0xc3, 0x3a, 0x12, 0xe5, 0x4d
DEFINE_GUIDSTRUCT("7FA06C40-B8F6-4C7E-8556-E8C33A12E54D", KSPROPSETID_BtAudio);
#define KSPROPSETID_BtAudio DEFINE_GUIDNAMED(KSPROPSETID_BtAudio)
#define STATIC_KSEVENTSETID_SoundDetector                                                          \
    0x2d1f3a94, 0x7b60, 0x4c0e, 0xa3, 0x5d, 0x91, 0x4e, 0x6b, 0x27, 0xc8, 0x20
DEFINE_GUIDSTRUCT("2D1F3A94-7B60-4C0E-A35D-914E6B27C820", KSEVENTSETID_SoundDetector);
#define KSEVENTSETID_SoundDetector DEFINE_GUIDNAMED(KSEVENTSETID_SoundDetector)

#define STATIC_KSPROPSETID_AudioResourceManagement                                                 \
    0x2d1f3a94, 0x7b60, 0x4c0e, 0xa3, 0x5d, 0x91, 0x4e, 0x6b, 0x27, 0xc8, 0x21
DEFINE_GUIDSTRUCT("2D1F3A94-7B60-4C0E-A35D-914E6B27C821", KSPROPSETID_AudioResourceManagement);
#define KSPROPSETID_AudioResourceManagement DEFINE_GUIDNAMED(KSPROPSETID_AudioResourceManagement)
// @doc NE:ksmedia.KSPROPERTY_AUDIORESOURCEMANAGEMENT
typedef enum {
    KSPROPERTY_AUDIORESOURCEMANAGEMENT_RESOURCEGROUP
} KSPROPERTY_AUDIORESOURCEMANAGEMENT;
// inferred: the length of the name. @doc NS:ksmedia.AUDIORESOURCEMANAGEMENT_RESOURCEGROUP
typedef struct {
    BOOL ResourceGroupAcquired;
    WCHAR ResourceGroupName[256];
} AUDIORESOURCEMANAGEMENT_RESOURCEGROUP, *PAUDIORESOURCEMANAGEMENT_RESOURCEGROUP;

#define STATIC_KSNODETYPE_HEADSET_SPEAKERS                                                         \
    0x2d1f3a94, 0x7b60, 0x4c0e, 0xa3, 0x5d, 0x91, 0x4e, 0x6b, 0x27, 0xc8, 0x22
DEFINE_GUIDSTRUCT("2D1F3A94-7B60-4C0E-A35D-914E6B27C822", KSNODETYPE_HEADSET_SPEAKERS);
#define KSNODETYPE_HEADSET_SPEAKERS DEFINE_GUIDNAMED(KSNODETYPE_HEADSET_SPEAKERS)
#define STATIC_KSNODETYPE_HEADSET_MICROPHONE                                                       \
    0x2d1f3a94, 0x7b60, 0x4c0e, 0xa3, 0x5d, 0x91, 0x4e, 0x6b, 0x27, 0xc8, 0x23
DEFINE_GUIDSTRUCT("2D1F3A94-7B60-4C0E-A35D-914E6B27C823", KSNODETYPE_HEADSET_MICROPHONE);
#define KSNODETYPE_HEADSET_MICROPHONE DEFINE_GUIDNAMED(KSNODETYPE_HEADSET_MICROPHONE)

#endif
