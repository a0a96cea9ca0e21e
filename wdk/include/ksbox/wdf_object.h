// KMDF's handles, object attributes and contexts, and drivers and devices in miniport mode.
#ifndef KSBOX_WDK_WDF_OBJECT_H
#define KSBOX_WDK_WDF_OBJECT_H

#ifdef __cplusplus
extern "C" {
#endif

typedef HANDLE WDFOBJECT, *PWDFOBJECT;
typedef PVOID WDFCONTEXT;
#define WDF_KSBOX_HANDLE(Name) typedef struct Name##__ *Name
WDF_KSBOX_HANDLE(WDFDRIVER);
WDF_KSBOX_HANDLE(WDFDEVICE);
WDF_KSBOX_HANDLE(WDFCOLLECTION);
WDF_KSBOX_HANDLE(WDFMEMORY);
WDF_KSBOX_HANDLE(WDFREQUEST);
WDF_KSBOX_HANDLE(WDFIOTARGET);
WDF_KSBOX_HANDLE(WDFWORKITEM);
WDF_KSBOX_HANDLE(WDFTIMER);
WDF_KSBOX_HANDLE(WDFSPINLOCK);
WDF_KSBOX_HANDLE(WDFWAITLOCK);
WDF_KSBOX_HANDLE(WDFQUEUE);
typedef struct WDFDEVICE_INIT *PWDFDEVICE_INIT;

#define WDF_NO_OBJECT_ATTRIBUTES (NULL)
#define WDF_NO_EVENT_CALLBACK (NULL)
#define WDF_NO_HANDLE (NULL)
#define WDF_NO_CONTEXT (NULL)
#define WDF_NO_SEND_OPTIONS (NULL)

typedef enum _WDF_TRI_STATE { WdfFalse = FALSE, WdfTrue = TRUE, WdfUseDefault = 2 } WDF_TRI_STATE;

// @doc NE:wdfobject._WDF_EXECUTION_LEVEL
typedef enum _WDF_EXECUTION_LEVEL {
    WdfExecutionLevelInvalid = 0,
    WdfExecutionLevelInheritFromParent,
    WdfExecutionLevelPassive,
    WdfExecutionLevelDispatch
} WDF_EXECUTION_LEVEL;

// @doc NE:wdfobject._WDF_SYNCHRONIZATION_SCOPE
typedef enum _WDF_SYNCHRONIZATION_SCOPE {
    WdfSynchronizationScopeInvalid = 0,
    WdfSynchronizationScopeInheritFromParent,
    WdfSynchronizationScopeDevice,
    WdfSynchronizationScopeQueue,
    WdfSynchronizationScopeNone
} WDF_SYNCHRONIZATION_SCOPE;

typedef VOID NTAPI EVT_WDF_OBJECT_CONTEXT_CLEANUP(WDFOBJECT Object);
typedef EVT_WDF_OBJECT_CONTEXT_CLEANUP *PFN_WDF_OBJECT_CONTEXT_CLEANUP;
typedef VOID NTAPI EVT_WDF_OBJECT_CONTEXT_DESTROY(WDFOBJECT Object);
typedef EVT_WDF_OBJECT_CONTEXT_DESTROY *PFN_WDF_OBJECT_CONTEXT_DESTROY;

typedef struct _WDF_OBJECT_CONTEXT_TYPE_INFO WDF_OBJECT_CONTEXT_TYPE_INFO;
typedef const WDF_OBJECT_CONTEXT_TYPE_INFO *PCWDF_OBJECT_CONTEXT_TYPE_INFO;
typedef PCWDF_OBJECT_CONTEXT_TYPE_INFO(NTAPI *PFN_GET_UNIQUE_CONTEXT_TYPE)(VOID);
// @doc NS:wdfobject._WDF_OBJECT_CONTEXT_TYPE_INFO
struct _WDF_OBJECT_CONTEXT_TYPE_INFO {
    ULONG Size;
    const char *ContextName;
    size_t ContextSize;
    PCWDF_OBJECT_CONTEXT_TYPE_INFO UniqueType;
    PFN_GET_UNIQUE_CONTEXT_TYPE EvtDriverGetUniqueContextType;
};

// @doc NS:wdfobject._WDF_OBJECT_ATTRIBUTES
typedef struct _WDF_OBJECT_ATTRIBUTES {
    ULONG Size;
    PFN_WDF_OBJECT_CONTEXT_CLEANUP EvtCleanupCallback;
    PFN_WDF_OBJECT_CONTEXT_DESTROY EvtDestroyCallback;
    WDF_EXECUTION_LEVEL ExecutionLevel;
    WDF_SYNCHRONIZATION_SCOPE SynchronizationScope;
    WDFOBJECT ParentObject;
    size_t ContextSizeOverride;
    PCWDF_OBJECT_CONTEXT_TYPE_INFO ContextTypeInfo;
} WDF_OBJECT_ATTRIBUTES, *PWDF_OBJECT_ATTRIBUTES;

// @doc NF:wdfobject.WDF_OBJECT_ATTRIBUTES_INIT
FORCEINLINE VOID WDF_OBJECT_ATTRIBUTES_INIT(PWDF_OBJECT_ATTRIBUTES Attributes) {
    RtlZeroMemory(Attributes, sizeof(*Attributes));
    Attributes->Size = sizeof(*Attributes);
    Attributes->ExecutionLevel = WdfExecutionLevelInheritFromParent;
    Attributes->SynchronizationScope = WdfSynchronizationScopeInheritFromParent;
}

#define WDF_GET_CONTEXT_TYPE_INFO(Type) (&WDF_##Type##_TYPE_INFO)
#define WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE(Attributes, Type)                                   \
    (Attributes)->ContextTypeInfo = WDF_GET_CONTEXT_TYPE_INFO(Type)->UniqueType
#define WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(Attributes, Type)                                  \
    WDF_OBJECT_ATTRIBUTES_INIT(Attributes);                                                        \
    WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE(Attributes, Type)

#define WdfObjectGetTypedContext(Handle, Type)                                                     \
    ((Type *)WdfObjectGetTypedContextWorker((WDFOBJECT)(Handle),                                   \
                                            WDF_GET_CONTEXT_TYPE_INFO(Type)->UniqueType))
// @doc NF:wdfobject.WDF_DECLARE_CONTEXT_TYPE_WITH_NAME
#define WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(Type, Function)                                         \
    extern const __declspec(selectany) WDF_OBJECT_CONTEXT_TYPE_INFO WDF_##Type##_TYPE_INFO = {     \
        sizeof(WDF_OBJECT_CONTEXT_TYPE_INFO), #Type, sizeof(Type), &WDF_##Type##_TYPE_INFO, NULL}; \
    FORCEINLINE Type *Function(WDFOBJECT Handle) {                                                 \
        return WdfObjectGetTypedContext(Handle, Type);                                             \
    }
#define WDF_DECLARE_CONTEXT_TYPE(Type) WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(Type, WdfObjectGet_##Type)

typedef NTSTATUS NTAPI EVT_WDF_DRIVER_DEVICE_ADD(WDFDRIVER Driver, PWDFDEVICE_INIT DeviceInit);
typedef EVT_WDF_DRIVER_DEVICE_ADD *PFN_WDF_DRIVER_DEVICE_ADD;
typedef VOID NTAPI EVT_WDF_DRIVER_UNLOAD(WDFDRIVER Driver);
typedef EVT_WDF_DRIVER_UNLOAD *PFN_WDF_DRIVER_UNLOAD;
typedef enum _WDF_DRIVER_INIT_FLAGS {
    WdfDriverInitNonPnpDriver = 0x00000001,
    WdfDriverInitNoDispatchOverride = 0x00000002,
    WdfVerifyOn = 0x00000004
} WDF_DRIVER_INIT_FLAGS;
// @doc NS:wdfdriver._WDF_DRIVER_CONFIG
typedef struct _WDF_DRIVER_CONFIG {
    ULONG Size;
    PFN_WDF_DRIVER_DEVICE_ADD EvtDriverDeviceAdd;
    PFN_WDF_DRIVER_UNLOAD EvtDriverUnload;
    ULONG DriverInitFlags;
    ULONG DriverPoolTag;
} WDF_DRIVER_CONFIG, *PWDF_DRIVER_CONFIG;
FORCEINLINE VOID WDF_DRIVER_CONFIG_INIT(PWDF_DRIVER_CONFIG Config,
                                        PFN_WDF_DRIVER_DEVICE_ADD EvtDriverDeviceAdd) {
    RtlZeroMemory(Config, sizeof(*Config));
    Config->Size = sizeof(*Config);
    Config->EvtDriverDeviceAdd = EvtDriverDeviceAdd;
}
// @doc NS:wdfdriver._WDF_DRIVER_VERSION_AVAILABLE_PARAMS
typedef struct _WDF_DRIVER_VERSION_AVAILABLE_PARAMS {
    ULONG Size;
    ULONG MajorVersion;
    ULONG MinorVersion;
} WDF_DRIVER_VERSION_AVAILABLE_PARAMS, *PWDF_DRIVER_VERSION_AVAILABLE_PARAMS;
FORCEINLINE VOID WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT(
    PWDF_DRIVER_VERSION_AVAILABLE_PARAMS Params, ULONG MajorVersion, ULONG MinorVersion) {
    RtlZeroMemory(Params, sizeof(*Params));
    Params->Size = sizeof(*Params);
    Params->MajorVersion = MajorVersion;
    Params->MinorVersion = MinorVersion;
}

#ifdef __cplusplus
}
#endif
#endif
