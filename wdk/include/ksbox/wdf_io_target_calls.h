// KMDF's functions for I/O targets, through its table.
#ifndef KSBOX_WDK_WDF_IO_TARGET_CALLS_H
#define KSBOX_WDK_WDF_IO_TARGET_CALLS_H

#ifdef __cplusplus
extern "C" {
#endif

FORCEINLINE NTSTATUS WdfIoTargetCreate(WDFDEVICE Device, PWDF_OBJECT_ATTRIBUTES IoTargetAttributes,
                                       WDFIOTARGET *IoTarget) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFDEVICE, PWDF_OBJECT_ATTRIBUTES,
                                       WDFIOTARGET *);
    return ((FUNCTION)WdfFunctions[WdfIoTargetCreateTableIndex])(WdfDriverGlobals, Device,
                                                                 IoTargetAttributes, IoTarget);
}
FORCEINLINE NTSTATUS WdfIoTargetOpen(WDFIOTARGET IoTarget, PWDF_IO_TARGET_OPEN_PARAMS OpenParams) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET,
                                       PWDF_IO_TARGET_OPEN_PARAMS);
    return ((FUNCTION)WdfFunctions[WdfIoTargetOpenTableIndex])(WdfDriverGlobals, IoTarget,
                                                               OpenParams);
}
FORCEINLINE VOID WdfIoTargetCloseForQueryRemove(WDFIOTARGET IoTarget) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET);
    ((FUNCTION)WdfFunctions[WdfIoTargetCloseForQueryRemoveTableIndex])(WdfDriverGlobals, IoTarget);
}
FORCEINLINE VOID WdfIoTargetClose(WDFIOTARGET IoTarget) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET);
    ((FUNCTION)WdfFunctions[WdfIoTargetCloseTableIndex])(WdfDriverGlobals, IoTarget);
}
FORCEINLINE NTSTATUS WdfIoTargetStart(WDFIOTARGET IoTarget) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET);
    return ((FUNCTION)WdfFunctions[WdfIoTargetStartTableIndex])(WdfDriverGlobals, IoTarget);
}
FORCEINLINE VOID WdfIoTargetStop(WDFIOTARGET IoTarget, WDF_IO_TARGET_SENT_IO_ACTION Action) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET, WDF_IO_TARGET_SENT_IO_ACTION);
    ((FUNCTION)WdfFunctions[WdfIoTargetStopTableIndex])(WdfDriverGlobals, IoTarget, Action);
}
FORCEINLINE WDF_IO_TARGET_STATE WdfIoTargetGetState(WDFIOTARGET IoTarget) {
    typedef WDF_IO_TARGET_STATE(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET);
    return ((FUNCTION)WdfFunctions[WdfIoTargetGetStateTableIndex])(WdfDriverGlobals, IoTarget);
}
FORCEINLINE WDFDEVICE WdfIoTargetGetDevice(WDFIOTARGET IoTarget) {
    typedef WDFDEVICE(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET);
    return ((FUNCTION)WdfFunctions[WdfIoTargetGetDeviceTableIndex])(WdfDriverGlobals, IoTarget);
}
FORCEINLINE PDEVICE_OBJECT WdfIoTargetWdmGetTargetDeviceObject(WDFIOTARGET IoTarget) {
    typedef PDEVICE_OBJECT(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET);
    return ((FUNCTION)WdfFunctions[WdfIoTargetWdmGetTargetDeviceObjectTableIndex])(WdfDriverGlobals,
                                                                                   IoTarget);
}
FORCEINLINE PDEVICE_OBJECT WdfIoTargetWdmGetTargetPhysicalDevice(WDFIOTARGET IoTarget) {
    typedef PDEVICE_OBJECT(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET);
    return ((FUNCTION)WdfFunctions[WdfIoTargetWdmGetTargetPhysicalDeviceTableIndex])(
        WdfDriverGlobals, IoTarget);
}
FORCEINLINE PFILE_OBJECT WdfIoTargetWdmGetTargetFileObject(WDFIOTARGET IoTarget) {
    typedef PFILE_OBJECT(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET);
    return ((FUNCTION)WdfFunctions[WdfIoTargetWdmGetTargetFileObjectTableIndex])(WdfDriverGlobals,
                                                                                 IoTarget);
}
FORCEINLINE HANDLE WdfIoTargetWdmGetTargetFileHandle(WDFIOTARGET IoTarget) {
    typedef HANDLE(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET);
    return ((FUNCTION)WdfFunctions[WdfIoTargetWdmGetTargetFileHandleTableIndex])(WdfDriverGlobals,
                                                                                 IoTarget);
}
FORCEINLINE NTSTATUS WdfIoTargetSendReadSynchronously(WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                      PWDF_MEMORY_DESCRIPTOR OutputBuffer,
                                                      PLONGLONG DeviceOffset,
                                                      PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                      PULONG_PTR BytesRead) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET, WDFREQUEST,
                                       PWDF_MEMORY_DESCRIPTOR, PLONGLONG, PWDF_REQUEST_SEND_OPTIONS,
                                       PULONG_PTR);
    return ((FUNCTION)WdfFunctions[WdfIoTargetSendReadSynchronouslyTableIndex])(
        WdfDriverGlobals, IoTarget, Request, OutputBuffer, DeviceOffset, RequestOptions, BytesRead);
}
FORCEINLINE NTSTATUS WdfIoTargetFormatRequestForRead(WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                     WDFMEMORY OutputBuffer,
                                                     PWDFMEMORY_OFFSET OutputBufferOffset,
                                                     PLONGLONG DeviceOffset) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET, WDFREQUEST, WDFMEMORY,
                                       PWDFMEMORY_OFFSET, PLONGLONG);
    return ((FUNCTION)WdfFunctions[WdfIoTargetFormatRequestForReadTableIndex])(
        WdfDriverGlobals, IoTarget, Request, OutputBuffer, OutputBufferOffset, DeviceOffset);
}
FORCEINLINE NTSTATUS WdfIoTargetSendWriteSynchronously(WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                       PWDF_MEMORY_DESCRIPTOR InputBuffer,
                                                       PLONGLONG DeviceOffset,
                                                       PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                       PULONG_PTR BytesWritten) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET, WDFREQUEST,
                                       PWDF_MEMORY_DESCRIPTOR, PLONGLONG, PWDF_REQUEST_SEND_OPTIONS,
                                       PULONG_PTR);
    return ((FUNCTION)WdfFunctions[WdfIoTargetSendWriteSynchronouslyTableIndex])(
        WdfDriverGlobals, IoTarget, Request, InputBuffer, DeviceOffset, RequestOptions,
        BytesWritten);
}
FORCEINLINE NTSTATUS WdfIoTargetFormatRequestForWrite(WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                      WDFMEMORY InputBuffer,
                                                      PWDFMEMORY_OFFSET InputBufferOffset,
                                                      PLONGLONG DeviceOffset) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET, WDFREQUEST, WDFMEMORY,
                                       PWDFMEMORY_OFFSET, PLONGLONG);
    return ((FUNCTION)WdfFunctions[WdfIoTargetFormatRequestForWriteTableIndex])(
        WdfDriverGlobals, IoTarget, Request, InputBuffer, InputBufferOffset, DeviceOffset);
}
FORCEINLINE NTSTATUS WdfIoTargetSendIoctlSynchronously(WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                       ULONG IoctlCode,
                                                       PWDF_MEMORY_DESCRIPTOR InputBuffer,
                                                       PWDF_MEMORY_DESCRIPTOR OutputBuffer,
                                                       PWDF_REQUEST_SEND_OPTIONS RequestOptions,
                                                       PULONG_PTR BytesReturned) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET, WDFREQUEST, ULONG,
                                       PWDF_MEMORY_DESCRIPTOR, PWDF_MEMORY_DESCRIPTOR,
                                       PWDF_REQUEST_SEND_OPTIONS, PULONG_PTR);
    return ((FUNCTION)WdfFunctions[WdfIoTargetSendIoctlSynchronouslyTableIndex])(
        WdfDriverGlobals, IoTarget, Request, IoctlCode, InputBuffer, OutputBuffer, RequestOptions,
        BytesReturned);
}
FORCEINLINE NTSTATUS WdfIoTargetFormatRequestForIoctl(WDFIOTARGET IoTarget, WDFREQUEST Request,
                                                      ULONG IoctlCode, WDFMEMORY InputBuffer,
                                                      PWDFMEMORY_OFFSET InputBufferOffset,
                                                      WDFMEMORY OutputBuffer,
                                                      PWDFMEMORY_OFFSET OutputBufferOffset) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET, WDFREQUEST, ULONG,
                                       WDFMEMORY, PWDFMEMORY_OFFSET, WDFMEMORY, PWDFMEMORY_OFFSET);
    return ((FUNCTION)WdfFunctions[WdfIoTargetFormatRequestForIoctlTableIndex])(
        WdfDriverGlobals, IoTarget, Request, IoctlCode, InputBuffer, InputBufferOffset,
        OutputBuffer, OutputBufferOffset);
}
FORCEINLINE NTSTATUS WdfIoTargetSendInternalIoctlSynchronously(
    WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode, PWDF_MEMORY_DESCRIPTOR InputBuffer,
    PWDF_MEMORY_DESCRIPTOR OutputBuffer, PWDF_REQUEST_SEND_OPTIONS RequestOptions,
    PULONG_PTR BytesReturned) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET, WDFREQUEST, ULONG,
                                       PWDF_MEMORY_DESCRIPTOR, PWDF_MEMORY_DESCRIPTOR,
                                       PWDF_REQUEST_SEND_OPTIONS, PULONG_PTR);
    return ((FUNCTION)WdfFunctions[WdfIoTargetSendInternalIoctlSynchronouslyTableIndex])(
        WdfDriverGlobals, IoTarget, Request, IoctlCode, InputBuffer, OutputBuffer, RequestOptions,
        BytesReturned);
}
FORCEINLINE NTSTATUS WdfIoTargetFormatRequestForInternalIoctl(
    WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode, WDFMEMORY InputBuffer,
    PWDFMEMORY_OFFSET InputBufferOffset, WDFMEMORY OutputBuffer,
    PWDFMEMORY_OFFSET OutputBufferOffset) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET, WDFREQUEST, ULONG,
                                       WDFMEMORY, PWDFMEMORY_OFFSET, WDFMEMORY, PWDFMEMORY_OFFSET);
    return ((FUNCTION)WdfFunctions[WdfIoTargetFormatRequestForInternalIoctlTableIndex])(
        WdfDriverGlobals, IoTarget, Request, IoctlCode, InputBuffer, InputBufferOffset,
        OutputBuffer, OutputBufferOffset);
}
FORCEINLINE NTSTATUS WdfIoTargetSendInternalIoctlOthersSynchronously(
    WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode, PWDF_MEMORY_DESCRIPTOR OtherArg1,
    PWDF_MEMORY_DESCRIPTOR OtherArg2, PWDF_MEMORY_DESCRIPTOR OtherArg4,
    PWDF_REQUEST_SEND_OPTIONS RequestOptions, PULONG_PTR BytesReturned) {
    typedef NTSTATUS(NTAPI * FUNCTION)(
        PWDF_DRIVER_GLOBALS, WDFIOTARGET, WDFREQUEST, ULONG, PWDF_MEMORY_DESCRIPTOR,
        PWDF_MEMORY_DESCRIPTOR, PWDF_MEMORY_DESCRIPTOR, PWDF_REQUEST_SEND_OPTIONS, PULONG_PTR);
    return ((FUNCTION)WdfFunctions[WdfIoTargetSendInternalIoctlOthersSynchronouslyTableIndex])(
        WdfDriverGlobals, IoTarget, Request, IoctlCode, OtherArg1, OtherArg2, OtherArg4,
        RequestOptions, BytesReturned);
}
FORCEINLINE NTSTATUS WdfIoTargetFormatRequestForInternalIoctlOthers(
    WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode, WDFMEMORY OtherArg1,
    PWDFMEMORY_OFFSET OtherArg1Offset, WDFMEMORY OtherArg2, PWDFMEMORY_OFFSET OtherArg2Offset,
    WDFMEMORY OtherArg4, PWDFMEMORY_OFFSET OtherArg4Offset) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET, WDFREQUEST, ULONG,
                                       WDFMEMORY, PWDFMEMORY_OFFSET, WDFMEMORY, PWDFMEMORY_OFFSET,
                                       WDFMEMORY, PWDFMEMORY_OFFSET);
    return ((FUNCTION)WdfFunctions[WdfIoTargetFormatRequestForInternalIoctlOthersTableIndex])(
        WdfDriverGlobals, IoTarget, Request, IoctlCode, OtherArg1, OtherArg1Offset, OtherArg2,
        OtherArg2Offset, OtherArg4, OtherArg4Offset);
}
FORCEINLINE VOID WdfIoTargetPurge(WDFIOTARGET IoTarget, WDF_IO_TARGET_PURGE_IO_ACTION Action) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFIOTARGET, WDF_IO_TARGET_PURGE_IO_ACTION);
    ((FUNCTION)WdfFunctions[WdfIoTargetPurgeTableIndex])(WdfDriverGlobals, IoTarget, Action);
}

#ifdef __cplusplus
}
#endif
#endif
