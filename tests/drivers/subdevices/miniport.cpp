// The Topology miniport: two bridge pins, one node, properties and an event that tell of
// themselves.
#include "adapter.h"

const GUID ProbeSetId = {STATIC_KSPROPSETID_SubdeviceProbe};
static const GUID ControlSetId = {STATIC_KSPROPSETID_Subdevices};

static NTSTATUS NTAPI ProbeHandler(PPCPROPERTY_REQUEST Request) {
    Journal("property", Request->Verb, Request->Node,
            Request->InstanceSize | (ULONGLONG)Request->ValueSize << 32);
    Journal("targets", Request->MajorTarget != NULL, Request->MinorTarget != NULL,
            (Request->Instance != NULL) | (ULONGLONG)(Request->Value != NULL) << 1);
    const NTSTATUS Status = AnswerTo("property", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Request->PropertyItem->Id == SUBDEVICE_PROBE_PENDING) {
        KeepRequest(Request);
        return STATUS_PENDING;
    }
    if (Request->Verb & KSPROPERTY_TYPE_BASICSUPPORT) {
        if (Request->ValueSize < sizeof(ULONG)) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        *(PULONG)Request->Value = KSPROPERTY_TYPE_GET | KSPROPERTY_TYPE_SET | 0x200;
        Request->ValueSize = sizeof(ULONG);
        return STATUS_SUCCESS;
    }
    if (!(Request->Verb & KSPROPERTY_TYPE_GET)) {
        return STATUS_SUCCESS;
    }
    if (Request->ValueSize == 0) {
        Request->ValueSize = 12;
        return STATUS_BUFFER_OVERFLOW;
    }
    if (Request->ValueSize < 12) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    ULONG *Value = (ULONG *)Request->Value;
    Value[0] = Request->InstanceSize >= sizeof(ULONG) ? *(PULONG)Request->Instance + 1 : 0;
    Value[1] = Request->Node;
    Value[2] = Request->PropertyItem->Id;
    Request->ValueSize = 12;
    return STATUS_SUCCESS;
}

static PPORTEVENTS EventsOf(PUNKNOWN MajorTarget);

static NTSTATUS NTAPI EventHandler(PPCEVENT_REQUEST Request) {
    Journal("event", Request->Verb, Request->Node, Request->EventEntry != NULL);
    const NTSTATUS Status = AnswerTo("event", STATUS_SUCCESS);
    if (NT_SUCCESS(Status) && Request->Verb == PCEVENT_VERB_ADD) {
        EventsOf(Request->MajorTarget)->AddEventToEventList(Request->EventEntry);
    }
    return Status;
}

#define PROBE_FLAGS                                                                                \
    (PCPROPERTY_ITEM_FLAG_GET | PCPROPERTY_ITEM_FLAG_SET | PCPROPERTY_ITEM_FLAG_BASICSUPPORT)
#define CONTROL(Item) {&ControlSetId, Item, PCPROPERTY_ITEM_FLAG_SET, ControlHandler}

static PCPROPERTY_ITEM FilterProperties[] = {
    PORT_JOURNAL_PROPERTIES,
    {&ProbeSetId, SUBDEVICE_PROBE_VALUE, PROBE_FLAGS, ProbeHandler},
    {&ProbeSetId, SUBDEVICE_PROBE_PENDING, PCPROPERTY_ITEM_FLAG_GET, ProbeHandler},
    {&ProbeSetId, SUBDEVICE_PROBE_READONLY, PCPROPERTY_ITEM_FLAG_GET, ProbeHandler},
    CONTROL(SUBDEVICES_REGISTER),
    CONTROL(SUBDEVICES_UNREGISTER),
    CONTROL(SUBDEVICES_CONNECT),
    CONTROL(SUBDEVICES_DISCONNECT),
    CONTROL(SUBDEVICES_CONNECT_TO),
    CONTROL(SUBDEVICES_CONNECT_FROM),
    CONTROL(SUBDEVICES_DISCONNECT_TO),
    CONTROL(SUBDEVICES_DISCONNECT_FROM),
    CONTROL(SUBDEVICES_GENERATE),
    CONTROL(SUBDEVICES_NEW_PORT),
    CONTROL(SUBDEVICES_ADD_ADAPTER),
    CONTROL(SUBDEVICES_POWER),
    CONTROL(SUBDEVICES_COMPLETE),
    CONTROL(SUBDEVICES_NEW_STATE),
    CONTROL(SUBDEVICES_REINIT),
    CONTROL(SUBDEVICES_IDLE),
};
static PCPROPERTY_ITEM NodeProperties[] = {
    {&ProbeSetId, SUBDEVICE_PROBE_VALUE, PROBE_FLAGS, ProbeHandler},
};
static PCEVENT_ITEM Events[] = {
    {&ProbeSetId, SUBDEVICE_EVENT,
     PCEVENT_ITEM_FLAG_ENABLE | PCEVENT_ITEM_FLAG_ONESHOT | PCEVENT_ITEM_FLAG_BASICSUPPORT,
     EventHandler},
};

DEFINE_PCAUTOMATION_TABLE_PROP_EVENT(FilterAutomation, FilterProperties, Events);
DEFINE_PCAUTOMATION_TABLE_PROP_EVENT(NodeAutomation, NodeProperties, Events);

static KSDATARANGE BridgeRange = {{sizeof(KSDATARANGE),
                                   0,
                                   0,
                                   0,
                                   {STATIC_KSDATAFORMAT_TYPE_AUDIO},
                                   {STATIC_KSDATAFORMAT_SUBTYPE_ANALOG},
                                   {STATIC_KSDATAFORMAT_SPECIFIER_NONE}}};
static PKSDATARANGE BridgeRanges[] = {&BridgeRange};

#define BRIDGE_PIN(Flow, Category)                                                                 \
    {                                                                                              \
        0, 0, 0, NULL, {                                                                           \
            0, NULL, 0, NULL, SIZEOF_ARRAY(BridgeRanges), BridgeRanges, Flow,                      \
                KSPIN_COMMUNICATION_NONE, Category, NULL, {0}                                      \
        }                                                                                          \
    }
static PCPIN_DESCRIPTOR Pins[] = {BRIDGE_PIN(KSPIN_DATAFLOW_IN, &KSCATEGORY_AUDIO),
                                  BRIDGE_PIN(KSPIN_DATAFLOW_OUT, &KSNODETYPE_SPEAKER)};
static PCNODE_DESCRIPTOR Nodes[] = {{0, &NodeAutomation, &KSNODETYPE_VOLUME, NULL}};
static PCCONNECTION_DESCRIPTOR Connections[] = {{PCFILTER_NODE, 0, 0, 1}, {0, 0, PCFILTER_NODE, 1}};

static PCFILTER_DESCRIPTOR Description = {0,
                                          &FilterAutomation,
                                          sizeof(PCPIN_DESCRIPTOR),
                                          SIZEOF_ARRAY(Pins),
                                          Pins,
                                          sizeof(PCNODE_DESCRIPTOR),
                                          SIZEOF_ARRAY(Nodes),
                                          Nodes,
                                          SIZEOF_ARRAY(Connections),
                                          Connections,
                                          0,
                                          NULL};

class CMiniport : public IMiniportTopology, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CMiniport)
    ~CMiniport() {
        Journal("miniport gone");
        if (Events) {
            Events->Release();
        }
    }
    IMP_IMiniportTopology;

    PPORTEVENTS Events;
};

STDMETHODIMP_(NTSTATUS)
CMiniport::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown)) {
        *Interface = PVOID(PUNKNOWN(PMINIPORTTOPOLOGY(this)));
    } else if (IsEqualGUIDAligned(InterfaceId, IID_IMiniport)) {
        *Interface = PVOID(PMINIPORT(this));
    } else if (IsEqualGUIDAligned(InterfaceId, IID_IMiniportTopology)) {
        *Interface = PVOID(PMINIPORTTOPOLOGY(this));
    } else {
        *Interface = NULL;
        return STATUS_INVALID_PARAMETER;
    }
    PUNKNOWN(*Interface)->AddRef();
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::Init(PUNKNOWN UnknownAdapter, PRESOURCELIST ResourceList, PPORTTOPOLOGY Port) {
    Journal("init", UnknownAdapter != NULL, ResourceList != NULL);
    const NTSTATUS Status = AnswerTo("init", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    return Port->QueryInterface(IID_IPortEvents, (PVOID *)&Events);
}

STDMETHODIMP_(NTSTATUS) CMiniport::GetDescription(PPCFILTER_DESCRIPTOR *OutDescription) {
    *OutDescription = &Description;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::DataRangeIntersection(ULONG, PKSDATARANGE, PKSDATARANGE, ULONG, PVOID, PULONG) {
    return STATUS_NOT_IMPLEMENTED;
}

static PPORTEVENTS EventsOf(PUNKNOWN MajorTarget) {
    return static_cast<CMiniport *>(PMINIPORTTOPOLOGY(MajorTarget))->Events;
}

NTSTATUS NewSubdevice(PDEVICE_OBJECT DeviceObject, PIRP Irp, PRESOURCELIST ResourceList,
                      ULONG Index, PPORT *Port) {
    UNREFERENCED_PARAMETER(Index);
    NTSTATUS Status = PcNewPort(Port, CLSID_PortTopology);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    CMiniport *Miniport = new (NonPagedPool, 'bduS') CMiniport(NULL);
    Status = STATUS_INSUFFICIENT_RESOURCES;
    if (Miniport != NULL) {
        Miniport->Events = NULL;
        PUNKNOWN Unknown = PUNKNOWN(PMINIPORTTOPOLOGY(Miniport));
        Unknown->AddRef();
        Status = (*Port)->Init(DeviceObject, Irp, Unknown, NULL, ResourceList);
        Unknown->Release();
    }
    if (!NT_SUCCESS(Status)) {
        (*Port)->Release();
        *Port = NULL;
    }
    return Status;
}
