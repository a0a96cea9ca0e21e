// KMDF's functions for objects, drivers and devices, through its table.
#ifndef KSBOX_WDK_WDF_OBJECT_CALLS_H
#define KSBOX_WDK_WDF_OBJECT_CALLS_H

#ifdef __cplusplus
extern "C" {
#endif

FORCEINLINE WDFDEVICE WdfWdmDeviceGetWdfDeviceHandle(PDEVICE_OBJECT DeviceObject) {
    typedef WDFDEVICE(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, PDEVICE_OBJECT);
    return ((FUNCTION)WdfFunctions[WdfWdmDeviceGetWdfDeviceHandleTableIndex])(WdfDriverGlobals,
                                                                              DeviceObject);
}
FORCEINLINE PDEVICE_OBJECT WdfDeviceWdmGetDeviceObject(WDFDEVICE Device) {
    typedef PDEVICE_OBJECT(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFDEVICE);
    return ((FUNCTION)WdfFunctions[WdfDeviceWdmGetDeviceObjectTableIndex])(WdfDriverGlobals,
                                                                           Device);
}
FORCEINLINE PDEVICE_OBJECT WdfDeviceWdmGetAttachedDevice(WDFDEVICE Device) {
    typedef PDEVICE_OBJECT(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFDEVICE);
    return ((FUNCTION)WdfFunctions[WdfDeviceWdmGetAttachedDeviceTableIndex])(WdfDriverGlobals,
                                                                             Device);
}
FORCEINLINE PDEVICE_OBJECT WdfDeviceWdmGetPhysicalDevice(WDFDEVICE Device) {
    typedef PDEVICE_OBJECT(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFDEVICE);
    return ((FUNCTION)WdfFunctions[WdfDeviceWdmGetPhysicalDeviceTableIndex])(WdfDriverGlobals,
                                                                             Device);
}
FORCEINLINE WDFDRIVER WdfDeviceGetDriver(WDFDEVICE Device) {
    typedef WDFDRIVER(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFDEVICE);
    return ((FUNCTION)WdfFunctions[WdfDeviceGetDriverTableIndex])(WdfDriverGlobals, Device);
}
FORCEINLINE WDFIOTARGET WdfDeviceGetIoTarget(WDFDEVICE Device) {
    typedef WDFIOTARGET(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFDEVICE);
    return ((FUNCTION)WdfFunctions[WdfDeviceGetIoTargetTableIndex])(WdfDriverGlobals, Device);
}
FORCEINLINE NTSTATUS WdfDriverCreate(PDRIVER_OBJECT DriverObject, PCUNICODE_STRING RegistryPath,
                                     PWDF_OBJECT_ATTRIBUTES DriverAttributes,
                                     PWDF_DRIVER_CONFIG DriverConfig, WDFDRIVER *Driver) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, PDRIVER_OBJECT, PCUNICODE_STRING,
                                       PWDF_OBJECT_ATTRIBUTES, PWDF_DRIVER_CONFIG, WDFDRIVER *);
    return ((FUNCTION)WdfFunctions[WdfDriverCreateTableIndex])(
        WdfDriverGlobals, DriverObject, RegistryPath, DriverAttributes, DriverConfig, Driver);
}
FORCEINLINE PWSTR WdfDriverGetRegistryPath(WDFDRIVER Driver) {
    typedef PWSTR(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFDRIVER);
    return ((FUNCTION)WdfFunctions[WdfDriverGetRegistryPathTableIndex])(WdfDriverGlobals, Driver);
}
FORCEINLINE PDRIVER_OBJECT WdfDriverWdmGetDriverObject(WDFDRIVER Driver) {
    typedef PDRIVER_OBJECT(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFDRIVER);
    return ((FUNCTION)WdfFunctions[WdfDriverWdmGetDriverObjectTableIndex])(WdfDriverGlobals,
                                                                           Driver);
}
FORCEINLINE WDFDRIVER WdfWdmDriverGetWdfDriverHandle(PDRIVER_OBJECT DriverObject) {
    typedef WDFDRIVER(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, PDRIVER_OBJECT);
    return ((FUNCTION)WdfFunctions[WdfWdmDriverGetWdfDriverHandleTableIndex])(WdfDriverGlobals,
                                                                              DriverObject);
}
FORCEINLINE BOOLEAN WdfDriverIsVersionAvailable(
    WDFDRIVER Driver, PWDF_DRIVER_VERSION_AVAILABLE_PARAMS VersionAvailableParams) {
    typedef BOOLEAN(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFDRIVER,
                                      PWDF_DRIVER_VERSION_AVAILABLE_PARAMS);
    return ((FUNCTION)WdfFunctions[WdfDriverIsVersionAvailableTableIndex])(WdfDriverGlobals, Driver,
                                                                           VersionAvailableParams);
}
FORCEINLINE NTSTATUS WdfDeviceMiniportCreate(WDFDRIVER Driver, PWDF_OBJECT_ATTRIBUTES Attributes,
                                             PDEVICE_OBJECT DeviceObject,
                                             PDEVICE_OBJECT AttachedDeviceObject,
                                             PDEVICE_OBJECT Pdo, WDFDEVICE *Device) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFDRIVER, PWDF_OBJECT_ATTRIBUTES,
                                       PDEVICE_OBJECT, PDEVICE_OBJECT, PDEVICE_OBJECT, WDFDEVICE *);
    return ((FUNCTION)WdfFunctions[WdfDeviceMiniportCreateTableIndex])(
        WdfDriverGlobals, Driver, Attributes, DeviceObject, AttachedDeviceObject, Pdo, Device);
}
FORCEINLINE VOID WdfDriverMiniportUnload(WDFDRIVER Driver) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFDRIVER);
    ((FUNCTION)WdfDriverMiniportUnloadOverride)(WdfDriverGlobals, Driver);
}
FORCEINLINE PVOID WdfObjectGetTypedContextWorker(WDFOBJECT Handle,
                                                 PCWDF_OBJECT_CONTEXT_TYPE_INFO TypeInfo) {
    typedef PVOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFOBJECT, PCWDF_OBJECT_CONTEXT_TYPE_INFO);
    return ((FUNCTION)WdfFunctions[WdfObjectGetTypedContextWorkerTableIndex])(WdfDriverGlobals,
                                                                              Handle, TypeInfo);
}
FORCEINLINE NTSTATUS WdfObjectAllocateContext(WDFOBJECT Handle,
                                              PWDF_OBJECT_ATTRIBUTES ContextAttributes,
                                              PVOID *Context) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFOBJECT, PWDF_OBJECT_ATTRIBUTES,
                                       PVOID *);
    return ((FUNCTION)WdfFunctions[WdfObjectAllocateContextTableIndex])(WdfDriverGlobals, Handle,
                                                                        ContextAttributes, Context);
}
FORCEINLINE WDFOBJECT WdfObjectContextGetObject(PVOID ContextPointer) {
    typedef WDFOBJECT(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, PVOID);
    return ((FUNCTION)WdfFunctions[WdfObjectContextGetObjectTableIndex])(WdfDriverGlobals,
                                                                         ContextPointer);
}
FORCEINLINE VOID WdfObjectReferenceActual(WDFOBJECT Handle, PVOID Tag, LONG Line, PCCH File) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFOBJECT, PVOID, LONG, PCCH);
    ((FUNCTION)WdfFunctions[WdfObjectReferenceActualTableIndex])(WdfDriverGlobals, Handle, Tag,
                                                                 Line, File);
}
FORCEINLINE VOID WdfObjectDereferenceActual(WDFOBJECT Handle, PVOID Tag, LONG Line, PCCH File) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFOBJECT, PVOID, LONG, PCCH);
    ((FUNCTION)WdfFunctions[WdfObjectDereferenceActualTableIndex])(WdfDriverGlobals, Handle, Tag,
                                                                   Line, File);
}
FORCEINLINE NTSTATUS WdfObjectCreate(PWDF_OBJECT_ATTRIBUTES Attributes, WDFOBJECT *Object) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, PWDF_OBJECT_ATTRIBUTES, WDFOBJECT *);
    return ((FUNCTION)WdfFunctions[WdfObjectCreateTableIndex])(WdfDriverGlobals, Attributes,
                                                               Object);
}
FORCEINLINE VOID WdfObjectDelete(WDFOBJECT Object) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFOBJECT);
    ((FUNCTION)WdfFunctions[WdfObjectDeleteTableIndex])(WdfDriverGlobals, Object);
}
FORCEINLINE NTSTATUS WdfObjectQuery(WDFOBJECT Object, const GUID *Guid, ULONG QueryBufferLength,
                                    PVOID QueryBuffer) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFOBJECT, const GUID *, ULONG, PVOID);
    return ((FUNCTION)WdfFunctions[WdfObjectQueryTableIndex])(WdfDriverGlobals, Object, Guid,
                                                              QueryBufferLength, QueryBuffer);
}
FORCEINLINE VOID WdfObjectAcquireLock(WDFOBJECT Object) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFOBJECT);
    ((FUNCTION)WdfFunctions[WdfObjectAcquireLockTableIndex])(WdfDriverGlobals, Object);
}
FORCEINLINE VOID WdfObjectReleaseLock(WDFOBJECT Object) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFOBJECT);
    ((FUNCTION)WdfFunctions[WdfObjectReleaseLockTableIndex])(WdfDriverGlobals, Object);
}
// @doc NF:wdfdriver.WdfGetDriver
FORCEINLINE WDFDRIVER WdfGetDriver(VOID) {
    return WdfDriverGlobals->Driver;
}

#define WdfObjectReference(Handle) WdfObjectReferenceActual(Handle, NULL, __LINE__, __FILE__)
#define WdfObjectReferenceWithTag(Handle, Tag)                                                     \
    WdfObjectReferenceActual(Handle, Tag, __LINE__, __FILE__)
#define WdfObjectDereference(Handle) WdfObjectDereferenceActual(Handle, NULL, __LINE__, __FILE__)
#define WdfObjectDereferenceWithTag(Handle, Tag)                                                   \
    WdfObjectDereferenceActual(Handle, Tag, __LINE__, __FILE__)

#ifdef __cplusplus
}
#endif
#endif
