// Power management of the current portcls.h: newer adapter interfaces, and what a port offers.
#ifndef KSBOX_WDK_PORTCLS_POWER_H
#define KSBOX_WDK_PORTCLS_POWER_H

#include "portcls_methods.h"

// @doc NE:portcls._PC_EXIT_LATENCY
typedef enum _PC_EXIT_LATENCY {
    PcExitLatencyInstant = 0,
    PcExitLatencyFast,
    PcExitLatencyResponsive
} PC_EXIT_LATENCY,
    *PPC_EXIT_LATENCY;

// Its first three methods are IAdapterPowerManagement's.
// @doc NN:portcls.IAdapterPowerManagement2
#define KSBOX_IAdapterPowerManagement2(METHOD)                                                     \
    METHOD(void, PowerChangeState2,                                                                \
           (DEVICE_POWER_STATE NewDeviceState, SYSTEM_POWER_STATE NewSystemState))
KSBOX_INTERFACE(IAdapterPowerManagement2, IAdapterPowerManagement);
#define IMP_IAdapterPowerManagement2                                                               \
    IMP_IAdapterPowerManagement;                                                                   \
    KSBOX_IAdapterPowerManagement2(KSBOX_OWN_METHOD)
typedef IAdapterPowerManagement2 *PADAPTERPOWERMANAGEMENT2;

// @doc NN:portcls.IAdapterPowerManagement3
#define KSBOX_IAdapterPowerManagement3(METHOD)                                                     \
    METHOD(void, PowerChangeState3,                                                                \
           (DEVICE_POWER_STATE NewDeviceState, SYSTEM_POWER_STATE NewSystemState,                  \
            PC_EXIT_LATENCY D3ExitLatency))                                                        \
    METHOD(NTSTATUS, D3ExitLatencyChanged, (PC_EXIT_LATENCY NewD3ExitLatency))
KSBOX_INTERFACE(IAdapterPowerManagement3, IAdapterPowerManagement2);
#define IMP_IAdapterPowerManagement3                                                               \
    IMP_IAdapterPowerManagement2 KSBOX_IAdapterPowerManagement3(KSBOX_OWN_METHOD)
typedef IAdapterPowerManagement3 *PADAPTERPOWERMANAGEMENT3;

// @doc NN:portcls.IPortClsPower
#define KSBOX_IPortClsPower(METHOD)                                                                \
    METHOD(NTSTATUS, RegisterAdapterPowerManagement,                                               \
           (PUNKNOWN _pUnknown, PDEVICE_OBJECT _DeviceObject))                                     \
    METHOD(NTSTATUS, UnregisterAdapterPowerManagement, (PDEVICE_OBJECT _DeviceObject))             \
    METHOD(NTSTATUS, SetIdlePowerManagement, (PDEVICE_OBJECT _DeviceObject, BOOLEAN _bEnabled))
KSBOX_INTERFACE(IPortClsPower, IUnknown);
#define IMP_IPortClsPower KSBOX_IPortClsPower(KSBOX_OWN_METHOD)
typedef IPortClsPower *PPORTCLSPOWER;

// @doc audio/portcls-private-pep-context-sharing
DEFINE_GUID(IID_IPortClsRuntimePower, 0xe057c351, 0x430, 0x4dbc, 0xb1, 0x72, 0xc7, 0x11, 0xd4, 0xa,
            0x23, 0x73);
typedef NTSTATUS(NTAPI *PCPFNRUNTIME_POWER_CONTROL_CALLBACK)(LPCGUID PowerControlCode,
                                                             PVOID InBuffer, SIZE_T InBufferSize,
                                                             PVOID OutBuffer, SIZE_T OutBufferSize,
                                                             PSIZE_T BytesReturned, PVOID Context);
// @doc NN:portcls.IPortClsRuntimePower
#define KSBOX_IPortClsRuntimePower(METHOD)                                                         \
    METHOD(NTSTATUS, SendPowerControl,                                                             \
           (PDEVICE_OBJECT _DeviceObject, LPCGUID _PowerControlCode, PVOID _InBuffer,              \
            SIZE_T _InBufferSize, PVOID _OutBuffer, SIZE_T _OutBufferSize,                         \
            PSIZE_T _BytesReturned))                                                               \
    METHOD(NTSTATUS, RegisterPowerControlCallback,                                                 \
           (PDEVICE_OBJECT _DeviceObject, PCPFNRUNTIME_POWER_CONTROL_CALLBACK _Callback,           \
            PVOID _Context))                                                                       \
    METHOD(NTSTATUS, UnregisterPowerControlCallback, (PDEVICE_OBJECT _DeviceObject))
KSBOX_INTERFACE(IPortClsRuntimePower, IUnknown);
#define IMP_IPortClsRuntimePower KSBOX_IPortClsRuntimePower(KSBOX_OWN_METHOD)
typedef IPortClsRuntimePower *PPORTCLSRUNTIMEPOWER;

#endif
