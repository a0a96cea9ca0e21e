// KMDF's functions for requests, through its table.
#ifndef KSBOX_WDK_WDF_REQUEST_CALLS_H
#define KSBOX_WDK_WDF_REQUEST_CALLS_H

#ifdef __cplusplus
extern "C" {
#endif

FORCEINLINE NTSTATUS WdfRequestCreate(PWDF_OBJECT_ATTRIBUTES RequestAttributes,
                                      WDFIOTARGET IoTarget, WDFREQUEST *Request) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, PWDF_OBJECT_ATTRIBUTES, WDFIOTARGET,
                                       WDFREQUEST *);
    return ((FUNCTION)WdfFunctions[WdfRequestCreateTableIndex])(WdfDriverGlobals, RequestAttributes,
                                                                IoTarget, Request);
}
FORCEINLINE NTSTATUS WdfRequestCreateFromIrp(PWDF_OBJECT_ATTRIBUTES RequestAttributes, PIRP Irp,
                                             BOOLEAN RequestFreesIrp, WDFREQUEST *Request) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, PWDF_OBJECT_ATTRIBUTES, PIRP, BOOLEAN,
                                       WDFREQUEST *);
    return ((FUNCTION)WdfFunctions[WdfRequestCreateFromIrpTableIndex])(
        WdfDriverGlobals, RequestAttributes, Irp, RequestFreesIrp, Request);
}
FORCEINLINE NTSTATUS WdfRequestReuse(WDFREQUEST Request, PWDF_REQUEST_REUSE_PARAMS ReuseParams) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFREQUEST, PWDF_REQUEST_REUSE_PARAMS);
    return ((FUNCTION)WdfFunctions[WdfRequestReuseTableIndex])(WdfDriverGlobals, Request,
                                                               ReuseParams);
}
FORCEINLINE NTSTATUS WdfRequestChangeTarget(WDFREQUEST Request, WDFIOTARGET IoTarget) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFREQUEST, WDFIOTARGET);
    return ((FUNCTION)WdfFunctions[WdfRequestChangeTargetTableIndex])(WdfDriverGlobals, Request,
                                                                      IoTarget);
}
FORCEINLINE VOID WdfRequestFormatRequestUsingCurrentType(WDFREQUEST Request) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFREQUEST);
    ((FUNCTION)WdfFunctions[WdfRequestFormatRequestUsingCurrentTypeTableIndex])(WdfDriverGlobals,
                                                                                Request);
}
FORCEINLINE VOID WdfRequestWdmFormatUsingStackLocation(WDFREQUEST Request,
                                                       PIO_STACK_LOCATION Stack) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFREQUEST, PIO_STACK_LOCATION);
    ((FUNCTION)WdfFunctions[WdfRequestWdmFormatUsingStackLocationTableIndex])(WdfDriverGlobals,
                                                                              Request, Stack);
}
FORCEINLINE BOOLEAN WdfRequestSend(WDFREQUEST Request, WDFIOTARGET Target,
                                   PWDF_REQUEST_SEND_OPTIONS Options) {
    typedef BOOLEAN(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFREQUEST, WDFIOTARGET,
                                      PWDF_REQUEST_SEND_OPTIONS);
    return ((FUNCTION)WdfFunctions[WdfRequestSendTableIndex])(WdfDriverGlobals, Request, Target,
                                                              Options);
}
FORCEINLINE NTSTATUS WdfRequestGetStatus(WDFREQUEST Request) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFREQUEST);
    return ((FUNCTION)WdfFunctions[WdfRequestGetStatusTableIndex])(WdfDriverGlobals, Request);
}
FORCEINLINE BOOLEAN WdfRequestCancelSentRequest(WDFREQUEST Request) {
    typedef BOOLEAN(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFREQUEST);
    return ((FUNCTION)WdfFunctions[WdfRequestCancelSentRequestTableIndex])(WdfDriverGlobals,
                                                                           Request);
}
FORCEINLINE VOID WdfRequestSetCompletionRoutine(
    WDFREQUEST Request, PFN_WDF_REQUEST_COMPLETION_ROUTINE CompletionRoutine,
    WDFCONTEXT CompletionContext) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFREQUEST,
                                   PFN_WDF_REQUEST_COMPLETION_ROUTINE, WDFCONTEXT);
    ((FUNCTION)WdfFunctions[WdfRequestSetCompletionRoutineTableIndex])(
        WdfDriverGlobals, Request, CompletionRoutine, CompletionContext);
}
FORCEINLINE VOID WdfRequestGetCompletionParams(WDFREQUEST Request,
                                               PWDF_REQUEST_COMPLETION_PARAMS Params) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFREQUEST, PWDF_REQUEST_COMPLETION_PARAMS);
    ((FUNCTION)WdfFunctions[WdfRequestGetCompletionParamsTableIndex])(WdfDriverGlobals, Request,
                                                                      Params);
}
FORCEINLINE NTSTATUS WdfRequestAllocateTimer(WDFREQUEST Request) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFREQUEST);
    return ((FUNCTION)WdfFunctions[WdfRequestAllocateTimerTableIndex])(WdfDriverGlobals, Request);
}
FORCEINLINE VOID WdfRequestSetInformation(WDFREQUEST Request, ULONG_PTR Information) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFREQUEST, ULONG_PTR);
    ((FUNCTION)WdfFunctions[WdfRequestSetInformationTableIndex])(WdfDriverGlobals, Request,
                                                                 Information);
}
FORCEINLINE ULONG_PTR WdfRequestGetInformation(WDFREQUEST Request) {
    typedef ULONG_PTR(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFREQUEST);
    return ((FUNCTION)WdfFunctions[WdfRequestGetInformationTableIndex])(WdfDriverGlobals, Request);
}
FORCEINLINE PIRP WdfRequestWdmGetIrp(WDFREQUEST Request) {
    typedef PIRP(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFREQUEST);
    return ((FUNCTION)WdfFunctions[WdfRequestWdmGetIrpTableIndex])(WdfDriverGlobals, Request);
}

#ifdef __cplusplus
}
#endif
#endif
