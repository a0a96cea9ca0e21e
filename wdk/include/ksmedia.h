// Found before mingw-w64's ksmedia.h: the same, with two outdated definitions replaced and the
// newer topics added.
#ifndef KSBOX_WDK_KSMEDIA_H
#define KSBOX_WDK_KSMEDIA_H

#include <ks.h>

// mingw-w64's KS_FRAME_INFO lacks lSurfacePitch, its KSPROPERTY_RTAUDIO ends after one member.
// They are parsed under other names and defined anew below.
#define tagKS_FRAME_INFO tagKS_FRAME_INFO_OLD
#define KS_FRAME_INFO KS_FRAME_INFO_OLD
#define PKS_FRAME_INFO PKS_FRAME_INFO_OLD
#define KSPROPERTY_RTAUDIO KSPROPERTY_RTAUDIO_OLD
#define KSPROPERTY_RTAUDIO_GETPOSITIONFUNCTION KSPROPERTY_RTAUDIO_GETPOSITIONFUNCTION_OLD
#include_next <ksmedia.h>
#undef tagKS_FRAME_INFO
#undef KS_FRAME_INFO
#undef PKS_FRAME_INFO
#undef KSPROPERTY_RTAUDIO
#undef KSPROPERTY_RTAUDIO_GETPOSITIONFUNCTION

// The topics of sound need it; a driver without sound includes it later, or never.
#ifndef _WAVEFORMATEXTENSIBLE_
#ifndef NOBITMAP
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#else
#include <mmreg.h>
#endif
#endif

#include <ksbox/ks_audio.h>
#include <ksbox/ks_audio_changes.h>
#include <ksbox/ks_audio_device.h>
#include <ksbox/ks_audio_engine.h>
#include <ksbox/ks_audio_guids.h>
#include <ksbox/ks_audio_modes.h>
#include <ksbox/ks_audio_packets.h>
#include <ksbox/ks_audio_sensing.h>
#include <ksbox/ks_camera.h>
#include <ksbox/ks_camera_focus.h>
#include <ksbox/ks_camera_frames.h>
#include <ksbox/ks_camera_metadata.h>
#include <ksbox/ks_camera_photo.h>
#include <ksbox/ks_camera_roi.h>
#include <ksbox/ks_camera_sets.h>
#include <ksbox/ks_camera_values.h>
#include <ksbox/ks_camera_video.h>
#include <ksbox/ks_image.h>
#include <ksbox/ks_pin.h>
#include <ksbox/ks_profiles.h>
#include <ksbox/ks_video.h>

// A C++ driver defines an identifier of its own by DEFINE_GUIDSTRUCT from the text alone, under a
// name for which no STATIC_ value need be there: a structure that has it, which __uuidof reads.
// From here on it is that, and the identifier itself beside it.
#ifdef __cplusplus
#undef DEFINE_GUIDSTRUCT
#define DEFINE_GUIDSTRUCT(g, n)                                                                    \
    struct __declspec(uuid(g)) n;                                                                  \
    extern "C" __declspec(selectany) const GUID n = __uuidof(struct n)
#endif

#endif
