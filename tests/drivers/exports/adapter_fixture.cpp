// Topology subdevices for cases; see adapter_fixture.h.
#include "adapter_fixture.h"

static KSDATARANGE BridgeRange = {{sizeof(KSDATARANGE),
                                   0,
                                   0,
                                   0,
                                   {STATIC_KSDATAFORMAT_TYPE_AUDIO},
                                   {STATIC_KSDATAFORMAT_SUBTYPE_ANALOG},
                                   {STATIC_KSDATAFORMAT_SPECIFIER_NONE}}};
static PKSDATARANGE BridgeRanges[] = {&BridgeRange};

CaseTopology::CaseTopology(ULONG PinCount, const PCAUTOMATION_TABLE *Automation)
    : CaseObject(IID_IMiniportTopology) {
    for (ULONG Index = 0; Index < PinCount; ++Index) {
        KSPIN_DESCRIPTOR &Pin = Pins_[Index].KsPinDescriptor;
        Pin.DataRangesCount = SIZEOF_ARRAY(BridgeRanges);
        Pin.DataRanges = BridgeRanges;
        Pin.DataFlow = Index == 0 ? KSPIN_DATAFLOW_IN : KSPIN_DATAFLOW_OUT;
        Pin.Communication = KSPIN_COMMUNICATION_NONE;
        Pin.Category = Index == 0 ? &KSCATEGORY_AUDIO : &KSCATEGORY_CAPTURE;
    }
    Descriptor_.AutomationTable = Automation;
    Descriptor_.PinSize = sizeof(PCPIN_DESCRIPTOR);
    Descriptor_.PinCount = PinCount;
    Descriptor_.Pins = Pins_;
    Descriptor_.NodeSize = sizeof(PCNODE_DESCRIPTOR);
}

CaseSubdevice::CaseSubdevice(CASE_CONTEXT &Case, ULONG PinCount,
                             const PCAUTOMATION_TABLE *Automation)
    : Miniport(PinCount, Automation), Case_(Case) {
    EXPECT_SUCCESS(PcNewPort(&Port, CLSID_PortTopology));
    if (Port == nullptr)
        return;
    EXPECT_SUCCESS(Port->Init(Case.Device, Case.Irp, &Miniport, nullptr, nullptr));
    EXPECT_EQ(Miniport.Inits, 1);
}

CaseSubdevice::~CaseSubdevice() {
    if (Port == nullptr)
        return;
    Unregister();
    EXPECT_EQ(Port->Release(), 0);
    EXPECT_EQ(Miniport.References, 1);
}

NTSTATUS CaseSubdevice::Register(PCWSTR Name) {
    return PcRegisterSubdevice(Case_.Device, const_cast<PWSTR>(Name), Port);
}

NTSTATUS CaseSubdevice::Unregister() {
    IUnregisterSubdevice *Subdevices = nullptr;
    NTSTATUS Status =
        Port->QueryInterface(IID_IUnregisterSubdevice, reinterpret_cast<PVOID *>(&Subdevices));
    if (EXPECT_SUCCESS(Status)) {
        Status = Subdevices->UnregisterSubdevice(Case_.Device, Port);
        Subdevices->Release();
    }
    return Status;
}

CaseLink::CaseLink(CASE_CONTEXT &Case, const GUID &Category, PCWSTR Name) {
    if (!EXPECT_SUCCESS(IoGetDeviceInterfaces(&Category, Case.PhysicalDevice, 0, &List_)))
        return;
    UNICODE_STRING Wanted;
    RtlInitUnicodeString(&Wanted, Name);
    UNICODE_STRING One;
    for (PWSTR Next = List_; *Next != 0; Next += One.Length / sizeof(WCHAR) + 1) {
        RtlInitUnicodeString(&One, Next);
        if (One.Length <= Wanted.Length)
            continue;
        UNICODE_STRING Tail = Wanted;
        Tail.Buffer = One.Buffer + (One.Length - Wanted.Length) / sizeof(WCHAR);
        if (Tail.Buffer[-1] == L'\\' && RtlEqualUnicodeString(&Tail, &Wanted, TRUE))
            Text = One;
    }
}

ULONG CasePinCount(const CaseFile &Filter) {
    ULONG Count = 0;
    const NTSTATUS Status = CaseProperty(Filter, KSPROPSETID_Pin, KSPROPERTY_PIN_CTYPES,
                                         KSPROPERTY_TYPE_GET, &Count, sizeof Count);
    return NT_SUCCESS(Status) ? Count : ~0u;
}
