// What the current ks.h knows of devices and mingw-w64's does not: thermal management, device
// events, and the MDLs that KS keeps of a pipeline's samples.
#ifndef KSBOX_WDK_KS_DEVICE_CALLS_H
#define KSBOX_WDK_KS_DEVICE_CALLS_H

// @doc stream/kseventsetid-device
#define STATIC_KSEVENTSETID_Device                                                                 \
    0x288296ECL, 0x9F94, 0x41b4, 0xA1, 0x53, 0xAA, 0x31, 0xAE, 0xEC, 0xB3, 0x3F
DEFINE_GUIDSTRUCT("288296EC-9F94-41b4-A153-AA31AEECB33F", KSEVENTSETID_Device);
#define KSEVENTSETID_Device DEFINE_GUIDNAMED(KSEVENTSETID_Device)

// @doc NE:ks.KSEVENT_DEVICE
typedef enum {
    KSEVENT_DEVICE_LOST,
    KSEVENT_DEVICE_PREEMPTED,
    KSEVENT_DEVICE_THERMAL_HIGH,
    KSEVENT_DEVICE_THERMAL_LOW
} KSEVENT_DEVICE;

// @doc NE:ks.KSDEVICE_THERMAL_STATE
typedef enum { KSDEVICE_THERMAL_STATE_LOW = 0, KSDEVICE_THERMAL_STATE_HIGH } KSDEVICE_THERMAL_STATE;

#if defined(_NTDDK_)

#ifdef __cplusplus
extern "C" {
#endif

typedef void(NTAPI *PFNKSDEVICETHERMALACTIVECOOLING)(PKSDEVICE KsDevice, BOOLEAN Engaged,
                                                     KSDEVICE_THERMAL_STATE *DeviceThermalState);
typedef void(NTAPI *PFNKSDEVICETHERMALPASSIVECOOLING)(PKSDEVICE KsDevice, ULONG Percentage,
                                                      KSDEVICE_THERMAL_STATE *DeviceThermalState);
// @doc NS:ks._KSDEVICE_THERMAL_DISPATCH
typedef struct _KSDEVICE_THERMAL_DISPATCH {
    PFNKSDEVICETHERMALACTIVECOOLING ActiveCooling;
    PFNKSDEVICETHERMALPASSIVECOOLING PassiveCooling;
} KSDEVICE_THERMAL_DISPATCH, *PKSDEVICE_THERMAL_DISPATCH;

// @doc NF:ks.KsDeviceRegisterThermalDispatch
KSDDKAPI NTSTATUS NTAPI KsDeviceRegisterThermalDispatch(
    PKSDEVICE KsDevice, PKSDEVICE_THERMAL_DISPATCH KsDeviceThermalDispatch);
// @doc NF:ks.KsGenerateThermalEvent
KSDDKAPI NTSTATUS NTAPI KsGenerateThermalEvent(PVOID Object, KSDEVICE_THERMAL_STATE Value);

// @doc NF:ks.KsAcquireCachedMdl
typedef VOID(NTAPI *PFNKSCANCELPINNEDMDL)(GUID Guid, PVOID CancelContext, PVOID ReleaseContext);
KSDDKAPI NTSTATUS NTAPI KsAcquireCachedMdl(PIRP Irp, REFGUID Guid,
                                           PFNKSCANCELPINNEDMDL CancelRoutine, PVOID CancelContext,
                                           PMDL *MdlAddr, PVOID *ReleaseContext);
// @doc NF:ks.KsReleaseCachedMdl
KSDDKAPI NTSTATUS NTAPI KsReleaseCachedMdl(REFGUID Guid, PMDL MdlAddr, PVOID ReleaseContext);

#ifdef __cplusplus
}
#endif

#endif

#endif
