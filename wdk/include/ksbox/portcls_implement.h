// IMP_ macros that mingw-w64's portcls.h lacks: what a class that implements the interface
// declares.
#ifndef KSBOX_WDK_PORTCLS_IMPLEMENT_H
#define KSBOX_WDK_PORTCLS_IMPLEMENT_H

#include "portcls_methods.h"

// @doc NN:portcls.IMiniportTopology
#define IMP_IMiniportTopology                                                                      \
    IMP_IMiniport;                                                                                 \
    STDMETHODIMP_(NTSTATUS)                                                                        \
    Init(PUNKNOWN UnknownAdapter, PRESOURCELIST ResourceList, PPORTTOPOLOGY Port)

// @doc NN:portcls.IMiniportWavePci
#define IMP_IMiniportWavePci                                                                       \
    IMP_IMiniport;                                                                                 \
    STDMETHODIMP_(NTSTATUS)                                                                        \
    Init(PUNKNOWN UnknownAdapter, PRESOURCELIST ResourceList, PPORTWAVEPCI Port,                   \
         PSERVICEGROUP *ServiceGroup);                                                             \
    STDMETHODIMP_(NTSTATUS)                                                                        \
    NewStream(PMINIPORTWAVEPCISTREAM *Stream, PUNKNOWN OuterUnknown, POOL_TYPE PoolType,           \
              PPORTWAVEPCISTREAM PortStream, ULONG Pin, BOOLEAN Capture, PKSDATAFORMAT DataFormat, \
              PDMACHANNEL *DmaChannel, PSERVICEGROUP *ServiceGroup);                               \
    STDMETHODIMP_(void) Service()

// @doc NN:portcls.IMiniportWavePciStream
#define IMP_IMiniportWavePciStream                                                                 \
    STDMETHODIMP_(NTSTATUS) SetFormat(PKSDATAFORMAT DataFormat);                                   \
    STDMETHODIMP_(NTSTATUS) SetState(KSSTATE State);                                               \
    STDMETHODIMP_(NTSTATUS) GetPosition(PULONGLONG Position);                                      \
    STDMETHODIMP_(NTSTATUS) NormalizePhysicalPosition(PLONGLONG PhysicalPosition);                 \
    STDMETHODIMP_(NTSTATUS) GetAllocatorFraming(PKSALLOCATOR_FRAMING AllocatorFraming);            \
    STDMETHODIMP_(NTSTATUS)                                                                        \
    RevokeMappings(PVOID FirstTag, PVOID LastTag, PULONG MappingsRevoked);                         \
    STDMETHODIMP_(void) MappingAvailable();                                                        \
    STDMETHODIMP_(void) Service()

// @doc NN:portcls.IMiniportMidi
#define IMP_IMiniportMidi                                                                          \
    IMP_IMiniport;                                                                                 \
    STDMETHODIMP_(NTSTATUS)                                                                        \
    Init(PUNKNOWN UnknownAdapter, PRESOURCELIST ResourceList, PPORTMIDI Port,                      \
         PSERVICEGROUP *ServiceGroup);                                                             \
    STDMETHODIMP_(void) Service();                                                                 \
    STDMETHODIMP_(NTSTATUS)                                                                        \
    NewStream(PMINIPORTMIDISTREAM *Stream, PUNKNOWN OuterUnknown, POOL_TYPE PoolType, ULONG Pin,   \
              BOOLEAN Capture, PKSDATAFORMAT DataFormat, PSERVICEGROUP *ServiceGroup)

// @doc NN:portcls.IMiniportMidiStream
#define IMP_IMiniportMidiStream                                                                    \
    STDMETHODIMP_(NTSTATUS) SetFormat(PKSDATAFORMAT DataFormat);                                   \
    STDMETHODIMP_(NTSTATUS) SetState(KSSTATE State);                                               \
    STDMETHODIMP_(NTSTATUS) Read(PVOID BufferAddress, ULONG BufferLength, PULONG BytesRead);       \
    STDMETHODIMP_(NTSTATUS) Write(PVOID BufferAddress, ULONG BytesToWrite, PULONG BytesWritten)

// @doc NN:portcls.IMiniportWaveRTStreamNotification
#define IMP_IMiniportWaveRTStreamNotification                                                      \
    STDMETHODIMP_(NTSTATUS)                                                                        \
    AllocateBufferWithNotification(ULONG NotificationCount, ULONG RequestedSize,                   \
                                   PMDL *AudioBufferMdl, ULONG *ActualSize,                        \
                                   ULONG *OffsetFromFirstPage, MEMORY_CACHING_TYPE *CacheType);    \
    STDMETHODIMP_(VOID) FreeBufferWithNotification(PMDL AudioBufferMdl, ULONG BufferSize);         \
    STDMETHODIMP_(NTSTATUS) RegisterNotificationEvent(PKEVENT NotificationEvent);                  \
    STDMETHODIMP_(NTSTATUS) UnregisterNotificationEvent(PKEVENT NotificationEvent)
typedef IMiniportWaveRTStreamNotification *PMINIPORTWAVERTSTREAMNOTIFICATION;

// @doc NN:portcls.IPortWaveRTStream
#define IMP_IPortWaveRTStream                                                                      \
    STDMETHODIMP_(PMDL) AllocatePagesForMdl(PHYSICAL_ADDRESS HighAddress, SIZE_T TotalBytes);      \
    STDMETHODIMP_(PMDL)                                                                            \
    AllocateContiguousPagesForMdl(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress,       \
                                  SIZE_T TotalBytes);                                              \
    STDMETHODIMP_(PVOID)                                                                           \
    MapAllocatedPages(PMDL MemoryDescriptorList, MEMORY_CACHING_TYPE CacheType);                   \
    STDMETHODIMP_(VOID) UnmapAllocatedPages(PVOID BaseAddress, PMDL MemoryDescriptorList);         \
    STDMETHODIMP_(VOID) FreePagesFromMdl(PMDL MemoryDescriptorList);                               \
    STDMETHODIMP_(ULONG) GetPhysicalPagesCount(PMDL MemoryDescriptorList);                         \
    STDMETHODIMP_(PHYSICAL_ADDRESS) GetPhysicalPageAddress(PMDL MemoryDescriptorList, ULONG Index)

// @doc NN:portcls.IPowerNotify
#define IMP_IPowerNotify STDMETHODIMP_(void) PowerChangeNotify(POWER_STATE PowerState)

// @doc NN:portcls.IPinCount
#define IMP_IPinCount                                                                              \
    STDMETHODIMP_(void)                                                                            \
    PinCount(ULONG PinId, PULONG FilterNecessary, PULONG FilterCurrent, PULONG FilterPossible,     \
             PULONG GlobalCurrent, PULONG GlobalPossible)

#endif
