// Functions of the current portcls.h that mingw-w64 lacks.
#ifndef KSBOX_WDK_PORTCLS_FUNCTIONS_H
#define KSBOX_WDK_PORTCLS_FUNCTIONS_H

#include "portcls_helpers.h"

// A driver's settings for the power framework. Members are those that Microsoft's sample sets, in
// the order of WDF_POWER_FRAMEWORK_SETTINGS: inferred.
typedef NTSTATUS(NTAPI EVT_PC_POST_PO_FX_REGISTER_DEVICE)(PVOID PoFxDeviceContext,
                                                          POHANDLE PoHandle);
typedef VOID(NTAPI EVT_PC_PRE_PO_FX_UNREGISTER_DEVICE)(PVOID PoFxDeviceContext, POHANDLE PoHandle);
typedef struct _PC_POWER_FRAMEWORK_SETTINGS {
    ULONG Size;
    EVT_PC_POST_PO_FX_REGISTER_DEVICE *EvtPcPostPoFxRegisterDevice;
    EVT_PC_PRE_PO_FX_UNREGISTER_DEVICE *EvtPcPrePoFxUnregisterDevice;
    struct _PO_FX_COMPONENT_V1 *Component;
    PPO_FX_COMPONENT_ACTIVE_CONDITION_CALLBACK ComponentActiveConditionCallback;
    PPO_FX_COMPONENT_IDLE_CONDITION_CALLBACK ComponentIdleConditionCallback;
    PPO_FX_COMPONENT_IDLE_STATE_CALLBACK ComponentIdleStateCallback;
    PPO_FX_POWER_CONTROL_CALLBACK PowerControlCallback;
    PVOID PoFxDeviceContext;
} PC_POWER_FRAMEWORK_SETTINGS, *PPC_POWER_FRAMEWORK_SETTINGS;

FORCEINLINE VOID PC_POWER_FRAMEWORK_SETTINGS_INIT(PPC_POWER_FRAMEWORK_SETTINGS Settings) {
    RtlZeroMemory(Settings, sizeof(*Settings));
    Settings->Size = sizeof(*Settings);
}

#ifdef __cplusplus
extern "C" {
#endif

// @doc NF:portcls.PcGetPhysicalDeviceObject
PORTCLASSAPI NTSTATUS NTAPI PcGetPhysicalDeviceObject(PDEVICE_OBJECT pDeviceObject,
                                                      PDEVICE_OBJECT *ppPhysicalObject);
// @doc NF:portcls.PcUnregisterAdapterPowerManagement
PORTCLASSAPI NTSTATUS NTAPI PcUnregisterAdapterPowerManagement(PDEVICE_OBJECT pDeviceObject);
// @doc NF:portcls.PcRegisterAdapterPnpManagement
PORTCLASSAPI NTSTATUS NTAPI PcRegisterAdapterPnpManagement(PUNKNOWN Unknown,
                                                           PDEVICE_OBJECT DeviceObject);
// @doc NF:portcls.PcUnregisterAdapterPnpManagement
PORTCLASSAPI NTSTATUS NTAPI PcUnregisterAdapterPnpManagement(PDEVICE_OBJECT DeviceObject);
// @doc NF:portcls.PcAddStreamResource
PORTCLASSAPI NTSTATUS NTAPI PcAddStreamResource(PDEVICE_OBJECT PhysicalDeviceObject,
                                                PVOID ResourceSet,
                                                PPCSTREAMRESOURCE_DESCRIPTOR ResourceDescriptor,
                                                PCSTREAMRESOURCE *ResourceHandle);
// @doc NF:portcls.PcRemoveStreamResource
PORTCLASSAPI NTSTATUS NTAPI PcRemoveStreamResource(PCSTREAMRESOURCE ResourceHandle);
// No page; Microsoft's sample calls it.
PORTCLASSAPI NTSTATUS NTAPI PcAssignPowerFrameworkSettings(PDEVICE_OBJECT DeviceObject,
                                                           PPC_POWER_FRAMEWORK_SETTINGS Settings);

#ifdef __cplusplus
}
#endif

#endif
