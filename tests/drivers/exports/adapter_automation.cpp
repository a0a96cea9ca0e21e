// Methods and events of miniports, of nodes as of filters.
#include "adapter_audio.h"

namespace {

PCMETHOD_REQUEST Method;
LONG Methods;
NTSTATUS MethodAnswer;
NTSTATUS NTAPI OnMethod(PPCMETHOD_REQUEST Request) {
    Method = *Request;
    ++Methods;
    return MethodAnswer;
}

PCPROPERTY_REQUEST Property;
LONG PropertyCalls;
NTSTATUS NTAPI OnProperty(PPCPROPERTY_REQUEST Request) {
    Property = *Request;
    ++PropertyCalls;
    Request->ValueSize = 0;
    return STATUS_SUCCESS;
}

PCEVENT_REQUEST Event;
LONG Events;
NTSTATUS EventAnswer;
NTSTATUS NTAPI OnEvent(PPCEVENT_REQUEST Request) {
    Event = *Request;
    ++Events;
    return EventAnswer;
}

// Two sets of methods, whose items alternate; an item without a handler.
const PCMETHOD_ITEM MethodItems[] = {
    {&CaseOwnSet, 1, PCMETHOD_ITEM_FLAG_WRITE, OnMethod},
    {&CaseOwnCategory, 2, PCMETHOD_ITEM_FLAG_READ, OnMethod},
    {&CaseOwnSet, 3, PCMETHOD_ITEM_FLAG_WRITE, nullptr},
    {&CaseOwnSet, 4, PCMETHOD_ITEM_FLAG_WRITE, OnMethod},
};
const PCEVENT_ITEM EventItems[] = {
    {&CaseOwnSet, 1, PCEVENT_ITEM_FLAG_ENABLE | PCEVENT_ITEM_FLAG_BASICSUPPORT, OnEvent},
    {&CaseOwnSet, 2, PCEVENT_ITEM_FLAG_ENABLE, nullptr},
    {&CaseOwnCategory, 1, PCEVENT_ITEM_FLAG_ENABLE, OnEvent},
    {&CaseOwnSet, 4, PCEVENT_ITEM_FLAG_ENABLE | PCEVENT_ITEM_FLAG_BASICSUPPORT, nullptr},
};
const PCPROPERTY_ITEM PropertyItems[] = {
    {&CaseOwnSet, 5, PCPROPERTY_ITEM_FLAG_GET, OnProperty},
    {&CaseOwnSet, 6,
     PCPROPERTY_ITEM_FLAG_GET | PCPROPERTY_ITEM_FLAG_SET | PCPROPERTY_ITEM_FLAG_BASICSUPPORT,
     nullptr},
    {&CaseOwnSet, 7, PCPROPERTY_ITEM_FLAG_GET | PCPROPERTY_ITEM_FLAG_BASICSUPPORT, OnProperty},
    {&CaseOwnSet, 8, PCPROPERTY_ITEM_FLAG_GET | PCPROPERTY_ITEM_FLAG_DEFAULTVALUES, OnProperty},
    {&CaseOwnSet, 9, PCPROPERTY_ITEM_FLAG_SET, OnProperty},
};
const PCAUTOMATION_TABLE Automation = {sizeof PropertyItems[0],
                                       SIZEOF_ARRAY(PropertyItems),
                                       PropertyItems,
                                       sizeof MethodItems[0],
                                       SIZEOF_ARRAY(MethodItems),
                                       MethodItems,
                                       sizeof EventItems[0],
                                       SIZEOF_ARRAY(EventItems),
                                       EventItems,
                                       0};

class Topology : public CaseMiniport<IMiniportTopology> {
  public:
    Topology() : CaseMiniport(IID_IMiniportTopology) {
        for (PCNODE_DESCRIPTOR &One : Nodes_)
            One = {0, &Automation, &KSNODETYPE_VOLUME, nullptr};
        Description.Filter.AutomationTable = &Automation;
        Description.Filter.NodeCount = 2;
        Description.Filter.Nodes = Nodes_;
    }
    STDMETHODIMP_(NTSTATUS) Init(PUNKNOWN, PRESOURCELIST, PPORTTOPOLOGY) override {
        return STATUS_SUCCESS;
    }

  private:
    PCNODE_DESCRIPTOR Nodes_[2];
};

NTSTATUS Call(const CaseFile &File, const GUID &Set, ULONG Id, ULONG Type, ULONG Node = ~0u) {
    KSM_NODE Request = {};
    Request.Method.Set = Set;
    Request.Method.Id = Id;
    Request.Method.Flags = Type;
    Request.NodeId = Node;
    if (Node != ~0u)
        Request.Method.Flags |= KSMETHOD_TYPE_TOPOLOGY;
    ULONG Data = 0;
    return CaseControl(File, IOCTL_KS_METHOD, &Request,
                       Node != ~0u ? sizeof Request : sizeof Request.Method, &Data, sizeof Data);
}

} // namespace

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Topology Miniport;
    CasePort Own(Case, CLSID_PortTopology);
    REQUIRE_SUCCESS(Own.Init(&Miniport));
    CaseFile Filter;
    REQUIRE_SUCCESS(Own.Open(Filter));
    MethodAnswer = STATUS_SUCCESS;
    Methods = 0;
    EXPECT_SUCCESS(Call(Filter, CaseOwnSet, 4, KSMETHOD_TYPE_WRITE));
    EXPECT_EQ(Methods, 1);
    EXPECT_EQ(Method.MajorTarget, static_cast<PUNKNOWN>(&Miniport));
    EXPECT_EQ(Method.MinorTarget, (PUNKNOWN) nullptr);
    EXPECT_EQ(Method.Node, ~0u);
    EXPECT_EQ(Method.MethodItem, &MethodItems[3]);
    EXPECT_EQ(Method.Verb, KSMETHOD_TYPE_WRITE);
    MethodAnswer = STATUS_DEVICE_BUSY; // what the handler says
    EXPECT_EQ(Call(Filter, CaseOwnCategory, 2, KSMETHOD_TYPE_READ), STATUS_DEVICE_BUSY);
    EXPECT_EQ(Method.MethodItem, &MethodItems[1]);
    EXPECT_EQ(Method.Verb, KSMETHOD_TYPE_READ);
    EXPECT_EQ(Methods, 2);
    EXPECT_FALSE(NT_SUCCESS(Call(Filter, CaseOwnSet, 3, KSMETHOD_TYPE_WRITE)));
    EXPECT_EQ(Call(Filter, CaseOwnSet, 2, KSMETHOD_TYPE_WRITE), STATUS_NOT_FOUND);
    EXPECT_EQ(Call(Filter, CaseOwnFormat, 1, KSMETHOD_TYPE_WRITE), STATUS_PROPSET_NOT_FOUND);
    EXPECT_EQ(Methods, 2);

    MethodAnswer = STATUS_SUCCESS;
    EXPECT_SUCCESS(Call(Filter, CaseOwnSet, 1, KSMETHOD_TYPE_WRITE, 1));
    EXPECT_EQ(Method.MajorTarget, static_cast<PUNKNOWN>(&Miniport));
    EXPECT_EQ(Method.Node, 1);
    EXPECT_EQ(Method.Verb, KSMETHOD_TYPE_WRITE);
    EXPECT_EQ(Methods, 3);
}

// Items without a handler, and verbs that a handler does not claim.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Topology Miniport;
    CasePort Own(Case, CLSID_PortTopology);
    REQUIRE_SUCCESS(Own.Init(&Miniport));
    CaseFile Filter;
    REQUIRE_SUCCESS(Own.Open(Filter));
    ULONG Value = 0;
    const auto Ask = [&](ULONG Id, ULONG Verb) {
        Value = 0;
        PropertyCalls = 0;
        return CaseProperty(Filter, CaseOwnSet, Id, Verb, &Value, sizeof Value);
    };
    EXPECT_EQ(Ask(6, KSPROPERTY_TYPE_GET), STATUS_NOT_FOUND);
    EXPECT_EQ(Ask(6, KSPROPERTY_TYPE_SET), STATUS_NOT_FOUND);
    EXPECT_SUCCESS(Ask(6, KSPROPERTY_TYPE_BASICSUPPORT)); // KS's own answer
    EXPECT_EQ(Value & (KSPROPERTY_TYPE_GET | KSPROPERTY_TYPE_SET), 0);
    EXPECT_SUCCESS(Ask(7, KSPROPERTY_TYPE_BASICSUPPORT));
    EXPECT_EQ(PropertyCalls, 1);
    EXPECT_EQ(Property.Verb, KSPROPERTY_TYPE_BASICSUPPORT);
    EXPECT_EQ(Ask(7, KSPROPERTY_TYPE_SET), STATUS_NOT_FOUND);
    EXPECT_FALSE(NT_SUCCESS(Ask(7, KSPROPERTY_TYPE_DEFAULTVALUES)));
    EXPECT_EQ(PropertyCalls, 0);
    EXPECT_SUCCESS(Ask(8, KSPROPERTY_TYPE_DEFAULTVALUES));
    EXPECT_EQ(PropertyCalls, 1);
    EXPECT_EQ(Property.Verb, KSPROPERTY_TYPE_DEFAULTVALUES);
    EXPECT_SUCCESS(Ask(8, KSPROPERTY_TYPE_BASICSUPPORT));
    EXPECT_EQ(PropertyCalls, 0);
    EXPECT_NE(Value & KSPROPERTY_TYPE_GET, 0);
    EXPECT_EQ(Value & KSPROPERTY_TYPE_SET, 0);
    EXPECT_EQ(Ask(9, KSPROPERTY_TYPE_GET), STATUS_NOT_FOUND);
    EXPECT_SUCCESS(Ask(9, KSPROPERTY_TYPE_SET));
    EXPECT_EQ(PropertyCalls, 1);
}

// A node that is opened by itself.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Topology Miniport;
    CasePort Own(Case, CLSID_PortTopology);
    REQUIRE_SUCCESS(Own.Init(&Miniport));
    CaseFile Filter, Node;
    REQUIRE_SUCCESS(Own.Open(Filter));
    KSNODE_CREATE Request = {0, 1};
    HANDLE Handle = nullptr;
    REQUIRE_SUCCESS(KsCreateTopologyNode(Filter.Handle, &Request, GENERIC_READ, &Handle));
    REQUIRE_SUCCESS(Node.Adopt(Handle));
    ULONG Value = 0;
    EXPECT_SUCCESS(CaseProperty(Node, CaseOwnSet, 5, KSPROPERTY_TYPE_GET, &Value, sizeof Value));
    EXPECT_EQ(Property.MajorTarget, static_cast<PUNKNOWN>(&Miniport));
    EXPECT_EQ(Property.MinorTarget, (PUNKNOWN) nullptr);
    EXPECT_EQ(Property.Node, 1);
    EXPECT_EQ(Property.PropertyItem, &PropertyItems[0]);
    EXPECT_EQ(Property.InstanceSize, 0);
    EXPECT_EQ(Property.Instance, nullptr);
    CaseWatch Watch;
    EventAnswer = STATUS_SUCCESS;
    Events = 0;
    EXPECT_SUCCESS(Watch.Enable(Node, CaseOwnSet, 1));
    EXPECT_EQ(Event.Node, 1);
    EXPECT_EQ(Event.Verb, PCEVENT_VERB_ADD);
    EXPECT_EQ(Event.EventItem, &EventItems[0]);
    EXPECT_NE(Event.EventEntry, (PKSEVENT_ENTRY) nullptr);
    PPORTEVENTS Port = nullptr;
    REQUIRE_SUCCESS(Own.Port->QueryInterface(IID_IPortEvents, (PVOID *)&Port));
    Port->GenerateEventList(nullptr, 1, FALSE, 0, TRUE, 0);
    EXPECT_FALSE(Watch.Signalled());
    Port->GenerateEventList(nullptr, 1, FALSE, 0, TRUE, 1);
    EXPECT_TRUE(Watch.Signalled());
    Port->AddEventToEventList(Event.EventEntry); // it is there already
    Port->GenerateEventList(nullptr, 1, FALSE, 0, FALSE, 7);
    EXPECT_TRUE(Watch.Signalled());
    Port->Release();
    Node.Close(); // which disables it
    EXPECT_EQ(Events, 2);
    EXPECT_EQ(Event.Verb, PCEVENT_VERB_REMOVE);
    EXPECT_EQ(Event.Irp, (PIRP) nullptr);
    EXPECT_EQ(Event.MajorTarget, static_cast<PUNKNOWN>(&Miniport));
}

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Topology Miniport;
    CasePort Own(Case, CLSID_PortTopology);
    REQUIRE_SUCCESS(Own.Init(&Miniport));
    CaseFile Filter;
    REQUIRE_SUCCESS(Own.Open(Filter));
    CaseWatch First, Handlerless, OtherSet, Refused;
    EventAnswer = STATUS_DEVICE_BUSY;
    Events = 0;
    EXPECT_EQ(Refused.Enable(Filter, CaseOwnSet, 1), STATUS_DEVICE_BUSY);
    EXPECT_EQ(Events, 1);
    // The miniport says itself whether it supports what it claims to.
    EXPECT_EQ(Refused.Enable(Filter, CaseOwnSet, 1, KSEVENT_TYPE_BASICSUPPORT), STATUS_DEVICE_BUSY);
    EXPECT_EQ(Event.Verb, PCEVENT_VERB_SUPPORT);
    EXPECT_EQ(Event.Node, ~0u);
    EventAnswer = STATUS_SUCCESS;
    EXPECT_SUCCESS(Handlerless.Enable(Filter, CaseOwnSet, 2, KSEVENT_TYPE_BASICSUPPORT));
    EXPECT_EQ(Events, 2);
    EXPECT_SUCCESS(Handlerless.Enable(Filter, CaseOwnSet, 4, KSEVENT_TYPE_BASICSUPPORT));
    EventAnswer = STATUS_DEVICE_BUSY; // which is not asked for what it does not claim
    EXPECT_SUCCESS(OtherSet.Enable(Filter, CaseOwnCategory, 1, KSEVENT_TYPE_BASICSUPPORT));
    EventAnswer = STATUS_SUCCESS;
    EXPECT_EQ(Events, 2);
    EXPECT_SUCCESS(First.Enable(Filter, CaseOwnSet, 1));
    EXPECT_SUCCESS(Handlerless.Enable(Filter, CaseOwnSet, 2));
    EXPECT_SUCCESS(OtherSet.Enable(Filter, CaseOwnCategory, 1));
    EXPECT_EQ(Events, 4);
    PPORTEVENTS Port = nullptr;
    REQUIRE_SUCCESS(Own.Port->QueryInterface(IID_IPortEvents, (PVOID *)&Port));

    // "Can be called at any IRQL": above DISPATCH_LEVEL a DPC does it, with what was said then.
    GUID Set = CaseOwnSet;
    KIRQL Before;
    KeRaiseIrql(CaseInterruptIrql, &Before);
    Port->GenerateEventList(&Set, 1, FALSE, 0, FALSE, 0);
    RtlZeroMemory(&Set, sizeof Set);
    EXPECT_EQ(KeReadStateEvent(&First.Event), 0);
    KeLowerIrql(Before);
    KeFlushQueuedDpcs();
    EXPECT_TRUE(First.Signalled());
    EXPECT_FALSE(Handlerless.Signalled());
    EXPECT_FALSE(OtherSet.Signalled());
    KeRaiseIrql(CaseInterruptIrql, &Before);
    Port->GenerateEventList(nullptr, 1, FALSE, 0, FALSE, 0); // of any set
    KeLowerIrql(Before);
    KeFlushQueuedDpcs();
    EXPECT_TRUE(First.Signalled());
    EXPECT_TRUE(OtherSet.Signalled());
    EXPECT_FALSE(Handlerless.Signalled());
    KeRaiseIrql(DISPATCH_LEVEL, &Before);
    Port->GenerateEventList(nullptr, 2, FALSE, 0, FALSE, 0);
    EXPECT_NE(KeReadStateEvent(&Handlerless.Event), 0); // at once
    KeLowerIrql(Before);
    EXPECT_TRUE(Handlerless.Signalled());
    EXPECT_SUCCESS(Handlerless.Disable(Filter));
    EXPECT_EQ(Events, 4);
    EXPECT_SUCCESS(First.Disable(Filter));
    EXPECT_EQ(Events, 5);
    EXPECT_EQ(Event.Verb, PCEVENT_VERB_REMOVE);
    Port->GenerateEventList(nullptr, 1, FALSE, 0, FALSE, 0);
    EXPECT_FALSE(First.Signalled());
    EXPECT_TRUE(OtherSet.Signalled());
    EXPECT_SUCCESS(OtherSet.Disable(Filter));
    // One that was asked for and never came goes with the port.
    KeRaiseIrql(CaseInterruptIrql, &Before);
    Port->GenerateEventList(nullptr, 1, FALSE, 0, FALSE, 0);
    KeLowerIrql(Before);
    Port->Release();
}
