// What a port of the current portcls.h offers beside its own interface: stream resources,
// notifications to audio module clients, event tracing. The IIDs are published nowhere but in
// Microsoft's header.
#ifndef KSBOX_WDK_PORTCLS_HELPERS_H
#define KSBOX_WDK_PORTCLS_HELPERS_H

#include "portcls_methods.h"

// @doc NE:portcls._PcStreamResourceType
typedef enum _PcStreamResourceType {
    ePcStreamResourceInterrupt = 0,
    ePcStreamResourceThread,
    ePcStreamResourceSet
} PcStreamResourceType,
    *PPcStreamResourceType;

// A registered resource.
typedef struct PCSTREAMRESOURCE__ *PCSTREAMRESOURCE;

// The page names the members; that Interrupt.Version is an IoConnectInterruptEx version and comes
// first is inferred.
// @doc NS:portcls._PCSTREAMRESOURCE_DESCRIPTOR
typedef struct _PCSTREAMRESOURCE_DESCRIPTOR {
    ULONG Size;
    ULONG Flags;
    PDEVICE_OBJECT Pdo;
    PcStreamResourceType Type;
    union {
        struct {
            ULONG Version;
            PVOID Generic;
        } Interrupt;
        PETHREAD Thread;
        PVOID ResourceSet;
    } Resource;
} PCSTREAMRESOURCE_DESCRIPTOR, *PPCSTREAMRESOURCE_DESCRIPTOR;

FORCEINLINE VOID PCSTREAMRESOURCE_DESCRIPTOR_INIT(PPCSTREAMRESOURCE_DESCRIPTOR Descriptor) {
    RtlZeroMemory(Descriptor, sizeof(*Descriptor));
    Descriptor->Size = sizeof(*Descriptor);
}

// @doc NN:portcls.IPortClsStreamResourceManager
#define KSBOX_IPortClsStreamResourceManager(METHOD)                                                \
    METHOD(NTSTATUS, AddStreamResource,                                                            \
           (PVOID ResourceSet, PPCSTREAMRESOURCE_DESCRIPTOR ResourceDescriptor,                    \
            PCSTREAMRESOURCE * ResourceHandle))                                                    \
    METHOD(NTSTATUS, RemoveStreamResource, (PCSTREAMRESOURCE ResourceHandle))
KSBOX_INTERFACE(IPortClsStreamResourceManager, IUnknown);
#define IMP_IPortClsStreamResourceManager KSBOX_IPortClsStreamResourceManager(KSBOX_OWN_METHOD)
typedef IPortClsStreamResourceManager *PPORTCLSStreamResourceManager;

// @doc NN:portcls.IPortClsStreamResourceManager2
#define KSBOX_IPortClsStreamResourceManager2(METHOD)                                               \
    METHOD(NTSTATUS, AddStreamResource2,                                                           \
           (PDEVICE_OBJECT PhysicalDeviceObject, PVOID ResourceSet,                                \
            PPCSTREAMRESOURCE_DESCRIPTOR ResourceDescriptor, PCSTREAMRESOURCE * ResourceHandle))
KSBOX_INTERFACE(IPortClsStreamResourceManager2, IPortClsStreamResourceManager);
#define IMP_IPortClsStreamResourceManager2                                                         \
    IMP_IPortClsStreamResourceManager KSBOX_IPortClsStreamResourceManager2(KSBOX_OWN_METHOD)
typedef IPortClsStreamResourceManager2 *PPORTCLSStreamResourceManager2;

// @doc NS:portcls._PCNOTIFICATION_BUFFER
typedef struct _PCNOTIFICATION_BUFFER {
    UCHAR NotificationBuffer[1];
} PCNOTIFICATION_BUFFER, *PPCNOTIFICATION_BUFFER;

// @doc NN:portcls.IPortClsNotifications, audio/implementing-audio-module-communication
#define KSBOX_IPortClsNotifications(METHOD)                                                        \
    METHOD(                                                                                        \
        NTSTATUS, AllocNotificationBuffer,                                                         \
        (POOL_TYPE PoolType, USHORT NumberOfBytes, PPCNOTIFICATION_BUFFER * NotificationBuffer))   \
    METHOD(void, FreeNotificationBuffer, (PPCNOTIFICATION_BUFFER NotificationBuffer))              \
    METHOD(void, SendNotification,                                                                 \
           (const GUID *NotificationId, PPCNOTIFICATION_BUFFER NotificationBuffer))
KSBOX_INTERFACE(IPortClsNotifications, IUnknown);
#define IMP_IPortClsNotifications KSBOX_IPortClsNotifications(KSBOX_OWN_METHOD)
typedef IPortClsNotifications *PPORTCLSNOTIFICATIONS;

// @doc NE:portcls.EPcMiniportEngineEvent
typedef enum {
    eMINIPORT_IHV_DEFINED = 0,
    eMINIPORT_BUFFER_COMPLETE,
    eMINIPORT_PIN_STATE,
    eMINIPORT_GET_STREAM_POSITION,
    eMINIPORT_SET_WAVERT_BUFFER_WRITE_POSITION,
    eMINIPORT_GET_PRESENTATION_POSITION,
    eMINIPORT_PROGRAM_DMA,
    eMINIPORT_GLITCH_REPORT,
    eMINIPORT_LAST_BUFFER_RENDERED,
    eMINIPORT_PROCESSING_MODE,
    eMINIPORT_FX_CLSID,
    eMINIPORT_MaxValue
} EPcMiniportEngineEvent;

// @doc NN:portcls.IPortClsEtwHelper
#define KSBOX_IPortClsEtwHelper(METHOD)                                                            \
    METHOD(NTSTATUS, MiniportWriteEtwEvent,                                                        \
           (EPcMiniportEngineEvent miniportEventType, ULONGLONG ullData1, ULONGLONG ullData2,      \
            ULONGLONG ullData3, ULONGLONG ullData4))
KSBOX_INTERFACE(IPortClsEtwHelper, IUnknown);
#define IMP_IPortClsEtwHelper KSBOX_IPortClsEtwHelper(KSBOX_OWN_METHOD)
typedef IPortClsEtwHelper *PPORTCLSETWHELPER;

// The types are the header's order; the pages name the WMILIB_CONTEXT first.
// @doc NN:portcls.IPortWMIRegistration
#define KSBOX_IPortWMIRegistration(METHOD)                                                         \
    METHOD(NTSTATUS, RegisterWMIProvider,                                                          \
           (PDEVICE_OBJECT pDeviceObject, PVOID MiniportWmiContext))                               \
    METHOD(NTSTATUS, UnregisterWMIProvider, (PDEVICE_OBJECT pDeviceObject))
KSBOX_INTERFACE(IPortWMIRegistration, IUnknown);
#define IMP_IPortWMIRegistration KSBOX_IPortWMIRegistration(KSBOX_OWN_METHOD)
typedef IPortWMIRegistration *PPORTWMIREGISTRATION;

// @doc NN:portcls.IPreFetchOffset
#define KSBOX_IPreFetchOffset(METHOD) METHOD(void, SetPreFetchOffset, (ULONG PreFetchOffset))
KSBOX_INTERFACE(IPreFetchOffset, IUnknown);
#define IMP_IPreFetchOffset KSBOX_IPreFetchOffset(KSBOX_OWN_METHOD)
typedef IPreFetchOffset *PPREFETCHOFFSET;

#endif
