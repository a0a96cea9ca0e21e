// I/O manager functions newer than mingw-w64's wdm.h.
#ifndef KSBOX_WDK_IO_H
#define KSBOX_WDK_IO_H

#ifdef __cplusplus
extern "C" {
#endif

// @doc NE:wdm._DRIVER_REGKEY_TYPE
typedef enum _DRIVER_REGKEY_TYPE {
    DriverRegKeyParameters,
    DriverRegKeyPersistentState,
    DriverRegKeySharedPersistentState
} DRIVER_REGKEY_TYPE,
    *PDRIVER_REGKEY_TYPE;

// @doc NF:wdm.IoOpenDriverRegistryKey
NTKERNELAPI NTSTATUS NTAPI IoOpenDriverRegistryKey(PDRIVER_OBJECT DriverObject,
                                                   DRIVER_REGKEY_TYPE RegKeyType,
                                                   ACCESS_MASK DesiredAccess, ULONG Flags,
                                                   PHANDLE DriverRegKey);

// @doc NF:wdm.IoSetDeviceInterfacePropertyData
NTKERNELAPI NTSTATUS NTAPI IoSetDeviceInterfacePropertyData(PUNICODE_STRING SymbolicLinkName,
                                                            const DEVPROPKEY *PropertyKey,
                                                            LCID Lcid, ULONG Flags,
                                                            DEVPROPTYPE Type, ULONG Size,
                                                            PVOID Data);

// @doc NF:wdm.IoGetDeviceInterfacePropertyData
NTKERNELAPI NTSTATUS NTAPI IoGetDeviceInterfacePropertyData(PUNICODE_STRING SymbolicLinkName,
                                                            const DEVPROPKEY *PropertyKey,
                                                            LCID Lcid, ULONG Flags, ULONG Size,
                                                            PVOID Data, PULONG RequiredSize,
                                                            DEVPROPTYPE *Type);

// @doc NS:wdm._IO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS
typedef struct _IO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS {
    ULONG Version;
    union {
        PVOID Generic;
        PKINTERRUPT InterruptObject;
        PIO_INTERRUPT_MESSAGE_INFO InterruptMessageTable;
    } ConnectionContext;
} IO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS, *PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS;

// @doc NF:wdm.IoReportInterruptActive
NTKERNELAPI VOID NTAPI
IoReportInterruptActive(PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Parameters);
// @doc NF:wdm.IoReportInterruptInactive
NTKERNELAPI VOID NTAPI
IoReportInterruptInactive(PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Parameters);

// @doc NE:wdm._DRIVER_DIRECTORY_TYPE
typedef enum _DRIVER_DIRECTORY_TYPE {
    DriverDirectoryImage,
    DriverDirectoryData,
    DriverDirectorySharedData
} DRIVER_DIRECTORY_TYPE,
    *PDRIVER_DIRECTORY_TYPE;

// @doc NE:wdm._DEVICE_DIRECTORY_TYPE
typedef enum _DEVICE_DIRECTORY_TYPE {
    DeviceDirectoryData
} DEVICE_DIRECTORY_TYPE,
    *PDEVICE_DIRECTORY_TYPE;

// @doc NF:wdm.IoGetDriverDirectory
NTKERNELAPI NTSTATUS NTAPI IoGetDriverDirectory(PDRIVER_OBJECT DriverObject,
                                                DRIVER_DIRECTORY_TYPE DirectoryType, ULONG Flags,
                                                PHANDLE DriverDirectoryHandle);
// @doc NF:wdm.IoGetDeviceDirectory
NTKERNELAPI NTSTATUS NTAPI IoGetDeviceDirectory(PDEVICE_OBJECT PhysicalDeviceObject,
                                                DEVICE_DIRECTORY_TYPE DirectoryType, ULONG Flags,
                                                PVOID Reserved, PHANDLE DeviceDirectoryHandle);
// @doc NF:ntddk.IoQueryFullDriverPath
NTKERNELAPI NTSTATUS NTAPI IoQueryFullDriverPath(PDRIVER_OBJECT DriverObject,
                                                 PUNICODE_STRING FullPath);
// @doc NF:wdm.IoCreateSystemThread
NTKERNELAPI NTSTATUS NTAPI IoCreateSystemThread(PVOID IoObject, PHANDLE ThreadHandle,
                                                ULONG DesiredAccess,
                                                POBJECT_ATTRIBUTES ObjectAttributes,
                                                HANDLE ProcessHandle, PCLIENT_ID ClientId,
                                                PKSTART_ROUTINE StartRoutine, PVOID StartContext);
// @doc NF:wdm.IoAllocateIrpEx
NTKERNELAPI PIRP NTAPI IoAllocateIrpEx(PDEVICE_OBJECT DeviceObject, CCHAR StackSize,
                                       BOOLEAN ChargeQuota);
// @doc NF:wdm.IoGetActivityIdIrp
NTKERNELAPI NTSTATUS NTAPI IoGetActivityIdIrp(PIRP Irp, LPGUID Guid);
// @doc NF:ntddk.IoSetActivityIdIrp
NTKERNELAPI NTSTATUS NTAPI IoSetActivityIdIrp(PIRP Irp, LPCGUID Guid);

#ifdef __cplusplus
}
#endif

#endif
