// KS declarations that mingw-w64 lacks or has in an old shape. Included by windows.h between
// ksmedia.h and portcls.h, which needs some of them.
#pragma once

// cmake/WindowsHeaders.cmake renames the outdated definitions out of the way.

#include "wdk/include/ksbox/ks_audio.h"
#include "wdk/include/ksbox/ks_audio_device.h"
#include "wdk/include/ksbox/ks_audio_engine.h"
#include "wdk/include/ksbox/ks_video.h"
#define KSBOX_KS_CREATE2
#include "wdk/include/ksbox/ks_create.h"

#define KSDEVICE_DESCRIPTOR_VERSION_2 0x110
#define KSDEVICE_FLAG_ENABLE_REMOTE_WAKEUP 0x00000001

/// Flags counts only from KSDEVICE_DESCRIPTOR_VERSION_2 on; before, it was padding.
/// @doc NS:ks._KSDEVICE_DESCRIPTOR
struct _KSDEVICE_DESCRIPTOR {
    const KSDEVICE_DISPATCH *Dispatch;
    ULONG FilterDescriptorsCount;
    const KSFILTER_DESCRIPTOR *const *FilterDescriptors;
    ULONG Version;
    ULONG Flags;
};

#define KSFILTER_FLAG_PRIORITIZE_REFERENCEGUID 0x00000010

// @doc NS:ks.KSSTREAM_HEADER, stream/standardized-extended-controls
#define KSSTREAM_HEADER_OPTIONSF_METADATA 0x00001000
#define KSSTREAM_HEADER_OPTIONSF_ENDOFPHOTOSEQUENCE 0x00002000
#define KSSTREAM_HEADER_OPTIONSF_FRAMEINFO 0x00004000

// Further members of KSPROPERTY_PIN. @doc stream/ksproperty-pin-proposedataformat2
#define KSPROPERTY_PIN_PROPOSEDATAFORMAT2 (KSPROPERTY_PIN_PROPOSEDATAFORMAT + 1)
#define KSPROPERTY_PIN_MODEDATAFORMATS (KSPROPERTY_PIN_PROPOSEDATAFORMAT + 2)

/// @doc NE:ks.KSEVENT_DEVICE
typedef enum {
    KSEVENT_DEVICE_LOST,
    KSEVENT_DEVICE_PREEMPTED,
    KSEVENT_DEVICE_THERMAL_HIGH,
    KSEVENT_DEVICE_THERMAL_LOW
} KSEVENT_DEVICE;

/// @doc NE:ks.KSEVENT_PINCAPS_CHANGENOTIFICATIONS
typedef enum {
    KSEVENT_PINCAPS_FORMATCHANGE,
    KSEVENT_PINCAPS_JACKINFOCHANGE
} KSEVENT_PINCAPS_CHANGENOTIFICATIONS;

/// @doc NE:ks.KSEVENT_VOLUMELIMIT
typedef enum { KSEVENT_VOLUMELIMIT_CHANGED } KSEVENT_VOLUMELIMIT;

/// @doc NE:ks.KSDEVICE_THERMAL_STATE
typedef enum { KSDEVICE_THERMAL_STATE_LOW = 0, KSDEVICE_THERMAL_STATE_HIGH } KSDEVICE_THERMAL_STATE;

typedef void(NTAPI *PFNKSDEVICETHERMALACTIVECOOLING)(PKSDEVICE KsDevice, BOOLEAN Engaged,
                                                     KSDEVICE_THERMAL_STATE *DeviceThermalState);
typedef void(NTAPI *PFNKSDEVICETHERMALPASSIVECOOLING)(PKSDEVICE KsDevice, ULONG Percentage,
                                                      KSDEVICE_THERMAL_STATE *DeviceThermalState);
/// @doc NS:ks._KSDEVICE_THERMAL_DISPATCH
typedef struct _KSDEVICE_THERMAL_DISPATCH {
    PFNKSDEVICETHERMALACTIVECOOLING ActiveCooling;
    PFNKSDEVICETHERMALPASSIVECOOLING PassiveCooling;
} KSDEVICE_THERMAL_DISPATCH, *PKSDEVICE_THERMAL_DISPATCH;

extern "C" {

/// @doc NF:ks.KsDeviceRegisterThermalDispatch
NTSTATUS NTAPI KsDeviceRegisterThermalDispatch(PKSDEVICE KsDevice,
                                               PKSDEVICE_THERMAL_DISPATCH KsDeviceThermalDispatch);
#define KSBOX_EXTRA_GUID(name, text) extern const GUID name;
#include "abi/guid_supplement.inc"
#undef KSBOX_EXTRA_GUID
}
