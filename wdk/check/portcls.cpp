// Classes that implement every PortCls interface by its IMP_ macro, as miniports do: that they can
// be instantiated means that the macros declare exactly the interfaces' methods.
extern "C" {
#include <wdm.h>
}
#include <windef.h>
#define PC_IMPLEMENTATION
#include <dmusicks.h>
#include <portcls.h>
#include <stdunk.h>

namespace {

// IUnknown for a class of one interface.
#define UNKNOWN_METHODS                                                                            \
    STDMETHODIMP_(NTSTATUS) QueryInterface(REFIID, PVOID *);                                       \
    STDMETHODIMP_(ULONG) AddRef();                                                                 \
    STDMETHODIMP_(ULONG) Release();

#define IMPLEMENTS(Interface)                                                                      \
    class C##Interface final : public Interface {                                                  \
      public:                                                                                      \
        UNKNOWN_METHODS                                                                            \
        IMP_##Interface;                                                                           \
    };                                                                                             \
    STATIC_ASSERT(!__is_abstract(C##Interface));

IMPLEMENTS(IAdapterPnpManagement)
IMPLEMENTS(IAdapterPowerManagement)
IMPLEMENTS(IAdapterPowerManagement2)
IMPLEMENTS(IAdapterPowerManagement3)
IMPLEMENTS(IAllocatorMXF)
IMPLEMENTS(IDmaChannel)
IMPLEMENTS(IDmaChannelSlave)
IMPLEMENTS(IDrmAudioStream)
IMPLEMENTS(IDrmPort)
IMPLEMENTS(IDrmPort2)
IMPLEMENTS(IInterruptSync)
IMPLEMENTS(IMXF)
IMPLEMENTS(IMasterClock)
IMPLEMENTS(IMiniport)
IMPLEMENTS(IMiniportAudioEngineNode)
IMPLEMENTS(IMiniportAudioSignalProcessing)
IMPLEMENTS(IMiniportDMus)
IMPLEMENTS(IMiniportMidi)
IMPLEMENTS(IMiniportMidiStream)
IMPLEMENTS(IMiniportPnpNotify)
IMPLEMENTS(IMiniportStreamAudioEngineNode)
IMPLEMENTS(IMiniportStreamAudioEngineNode2)
IMPLEMENTS(IMiniportTopology)
IMPLEMENTS(IMiniportWaveCyclic)
IMPLEMENTS(IMiniportWaveCyclicStream)
IMPLEMENTS(IMiniportWavePci)
IMPLEMENTS(IMiniportWavePciStream)
IMPLEMENTS(IMiniportWaveRT)
IMPLEMENTS(IMiniportWaveRTInputStream)
IMPLEMENTS(IMiniportWaveRTOutputStream)
IMPLEMENTS(IMiniportWaveRTStream)
IMPLEMENTS(IMusicTechnology)
IMPLEMENTS(IPinCount)
IMPLEMENTS(IPinName)
IMPLEMENTS(IPort)
IMPLEMENTS(IPortClsEtwHelper)
IMPLEMENTS(IPortClsNotifications)
IMPLEMENTS(IPortClsPnp)
IMPLEMENTS(IPortClsPower)
IMPLEMENTS(IPortClsRuntimePower)
IMPLEMENTS(IPortClsStreamResourceManager)
IMPLEMENTS(IPortClsStreamResourceManager2)
IMPLEMENTS(IPortClsVersion)
IMPLEMENTS(IPortDMus)
IMPLEMENTS(IPortEvents)
IMPLEMENTS(IPortTopology)
IMPLEMENTS(IPortWMIRegistration)
IMPLEMENTS(IPortWaveCyclic)
IMPLEMENTS(IPortWavePci)
IMPLEMENTS(IPortWavePciStream)
IMPLEMENTS(IPortWaveRT)
IMPLEMENTS(IPortWaveRTStream)
IMPLEMENTS(IPositionNotify)
IMPLEMENTS(IPowerNotify)
IMPLEMENTS(IPreFetchOffset)
IMPLEMENTS(IRegistryKey)
IMPLEMENTS(IResourceList)
IMPLEMENTS(IServiceGroup)
IMPLEMENTS(IServiceSink)
IMPLEMENTS(ISynthSinkDMus)
IMPLEMENTS(IUnregisterPhysicalConnection)
IMPLEMENTS(IUnregisterSubdevice)

// Beside the stream's own methods.
#define IMP_Notification                                                                           \
    IMP_IMiniportWaveRTStream;                                                                     \
    IMP_IMiniportWaveRTStreamNotification
class CNotification final : public IMiniportWaveRTStreamNotification {
  public:
    UNKNOWN_METHODS
    IMP_Notification;
};
STATIC_ASSERT(!__is_abstract(CNotification));

// A stream with everything that WaveRT knows, as Microsoft's samples have it.
class CStream : public IMiniportWaveRTStreamNotification,
                public IMiniportWaveRTInputStream,
                public IMiniportWaveRTOutputStream,
                public IMiniportStreamAudioEngineNode2,
                public IDrmAudioStream,
                public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    IMP_Notification;
    IMP_IMiniportWaveRTInputStream;
    IMP_IMiniportWaveRTOutputStream;
    IMP_IMiniportStreamAudioEngineNode2;
    IMP_IDrmAudioStream;
};
STATIC_ASSERT(!__is_abstract(CStream));

NTSTATUS Property(PPCPROPERTY_REQUEST);
NTSTATUS Event(PPCEVENT_REQUEST);
PCPROPERTY_ITEM Properties[] = {{&KSPROPSETID_Audio, 1,
                                 PCPROPERTY_ITEM_FLAG_GET | PCPROPERTY_ITEM_FLAG_BASICSUPPORT,
                                 Property}};
PCEVENT_ITEM Events[] = {{&KSEVENTSETID_AudioControlChange, 0, PCEVENT_ITEM_FLAG_ENABLE, Event}};
DEFINE_PCAUTOMATION_TABLE_PROP(PropertyTable, Properties);
DEFINE_PCAUTOMATION_TABLE_PROP_EVENT(BothTable, Properties, Events);
DEFINE_PCAUTOMATION_TABLE_EVENT(EventTable, Events);

NTSTATUS Property(PPCPROPERTY_REQUEST) {
    return PropertyTable.PropertyCount + BothTable.EventCount == 2 ? STATUS_SUCCESS
                                                                   : STATUS_UNSUCCESSFUL;
}
NTSTATUS Event(PPCEVENT_REQUEST) {
    return EventTable.EventCount == 1 ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

} // namespace

// An identifier that a driver asks ports for.
extern const GUID *const KnownInterfaces[];
const GUID *const KnownInterfaces[] = {&IID_IPortClsRuntimePower, &IID_IDmaChannelSlave,
                                       &IID_IDrmAudioStream, &IID_IPortDMus};

NTSTATUS AddResource(PDEVICE_OBJECT Pdo, PCSTREAMRESOURCE *Handle) {
    PCSTREAMRESOURCE_DESCRIPTOR Descriptor;
    PCSTREAMRESOURCE_DESCRIPTOR_INIT(&Descriptor);
    Descriptor.Type = ePcStreamResourceThread;
    Descriptor.Pdo = Pdo;
    return PcAddStreamResource(Pdo, nullptr, &Descriptor, Handle);
}
