// What a port does for its adapter: initialization, descriptions, device properties, keys.
#include "adapter_audio.h"

namespace {

class Topology : public CaseMiniport<IMiniportTopology> {
  public:
    Topology() : CaseMiniport(IID_IMiniportTopology) {}
    STDMETHODIMP_(NTSTATUS) Init(PUNKNOWN, PRESOURCELIST, PPORTTOPOLOGY) override {
        ++Inits;
        return InitAnswer;
    }
};

ULONG CountOf(const CaseFile &Filter, KSPROPERTY_TOPOLOGY What) {
    struct {
        KSMULTIPLE_ITEM Head;
        UCHAR Items[200];
    } Answer = {};
    EXPECT_SUCCESS(CaseProperty(Filter, KSPROPSETID_Topology, What, KSPROPERTY_TYPE_GET, &Answer,
                                sizeof Answer));
    return Answer.Head.Count;
}

} // namespace

EXPORT_CASE(PcNewPort) {
    Topology Miniport;
    CaseObject<IUnknown> Other(IID_IUnknown);
    CasePort Own(Case, CLSID_PortTopology);
    REQUIRE(Own.Port != nullptr);
    EXPECT_EQ(Own.Init(nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Own.Port->Init(Case.PhysicalDevice, Case.Irp, &Miniport, nullptr, nullptr),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Own.Port->Init(nullptr, Case.Irp, &Miniport, nullptr, nullptr),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Miniport.Inits, 0);
    EXPECT_EQ(Own.Init(&Other), STATUS_INVALID_PARAMETER); // not a Topology miniport
    EXPECT_FINDING("IPort::Init: the miniport has no interface for a Topology port");
    EXPECT_EQ(Other.References, 1);
    Miniport.InitAnswer = STATUS_DEVICE_CONFIGURATION_ERROR;
    EXPECT_EQ(Own.Init(&Miniport), STATUS_DEVICE_CONFIGURATION_ERROR);
    EXPECT_EQ(Miniport.References, 1);
    Miniport.InitAnswer = STATUS_SUCCESS;
    Miniport.DescribeAnswer = STATUS_DEVICE_BUSY;
    EXPECT_EQ(Own.Init(&Miniport), STATUS_DEVICE_BUSY);
    Miniport.DescribeAnswer = STATUS_SUCCESS;
    Miniport.Describes = false;
    EXPECT_EQ(Own.Init(&Miniport), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Miniport.References, 1);
    EXPECT_FINDING("IMiniport::GetDescription: it succeeds without a description");
    EXPECT_EQ(Miniport.Inits, 3);
    Miniport.Describes = true;
    EXPECT_SUCCESS(Own.Init(&Miniport));
    EXPECT_TRUE(Miniport.References > 1);
    EXPECT_EQ(Own.Init(&Miniport), STATUS_INVALID_PARAMETER); // once
    EXPECT_EQ(Miniport.Inits, 4);

    const GUID *const Interfaces[] = {&IID_IUnknown,
                                      &IID_IPort,
                                      &IID_IPortTopology,
                                      &IID_IPortEvents,
                                      &IID_IPortClsVersion,
                                      &IID_IUnregisterSubdevice,
                                      &IID_IUnregisterPhysicalConnection};
    for (const GUID *Id : Interfaces) {
        PUNKNOWN Found = nullptr;
        EXPECT_SUCCESS(Own.Port->QueryInterface(*Id, (PVOID *)&Found));
        if (Found != nullptr)
            EXPECT_EQ(Found->Release(), 1);
    }
    PVOID None = &None;
    EXPECT_EQ(Own.Port->QueryInterface(IID_IPortWaveRT, &None), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(None, nullptr);
    PPORTCLSVERSION Version = nullptr;
    REQUIRE_SUCCESS(Own.Port->QueryInterface(IID_IPortClsVersion, (PVOID *)&Version));
    EXPECT_EQ(Version->GetVersion(), kVersionWinServer2003_UAAQFE);
    EXPECT_EQ(Version->Release(), 1);
}

// Tables of longer structures, as later versions of the system may have them.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    struct {
        PCPIN_DESCRIPTOR Pin;
        ULONGLONG More;
    } Pins[2] = {};
    struct {
        PCNODE_DESCRIPTOR Node;
        ULONGLONG More[2];
    } Nodes[3] = {};
    const PCCONNECTION_DESCRIPTOR Connections[] = {{PCFILTER_NODE, 0, 0, 1}, {0, 0, 1, 1}};
    const GUID Categories[] = {KSCATEGORY_AUDIO, KSCATEGORY_RENDER};
    Topology Miniport;
    CaseDescription &Description = Miniport.Description;
    for (ULONG Index = 0; Index < 2; ++Index) {
        Pins[Index].Pin = Description.Pins[1 - Index];
        Pins[Index].More = ~0ull;
    }
    for (auto &One : Nodes)
        One = {{0, nullptr, &KSNODETYPE_VOLUME, nullptr}, {~0ull, ~0ull}};
    PCFILTER_DESCRIPTOR &Filter = Description.Filter;
    Filter.PinSize = sizeof Pins[0];
    Filter.Pins = &Pins[0].Pin;
    Filter.NodeSize = sizeof Nodes[0];
    Filter.NodeCount = 3;
    Filter.Nodes = &Nodes[0].Node;
    Filter.ConnectionCount = 2;
    Filter.Connections = Connections;
    Filter.CategoryCount = 2;
    Filter.Categories = Categories;
    CasePort Own(Case, CLSID_PortTopology);
    REQUIRE_SUCCESS(Own.Init(&Miniport));
    CaseFile File;
    REQUIRE_SUCCESS(Own.Open(File));
    EXPECT_EQ(CasePinCount(File), 2);
    KSP_PIN Request = {};
    Request.Property.Set = KSPROPSETID_Pin;
    Request.Property.Id = KSPROPERTY_PIN_DATAFLOW;
    Request.Property.Flags = KSPROPERTY_TYPE_GET;
    const KSPIN_DATAFLOW Flows[] = {KSPIN_DATAFLOW_OUT, KSPIN_DATAFLOW_IN};
    for (Request.PinId = 0; Request.PinId < 2; ++Request.PinId) {
        KSPIN_DATAFLOW Flow = KSPIN_DATAFLOW(0);
        EXPECT_SUCCESS(
            CaseControl(File, IOCTL_KS_PROPERTY, &Request, sizeof Request, &Flow, sizeof Flow));
        EXPECT_EQ(Flow, Flows[Request.PinId]);
    }
    EXPECT_EQ(CountOf(File, KSPROPERTY_TOPOLOGY_NODES), 3);
    EXPECT_EQ(CountOf(File, KSPROPERTY_TOPOLOGY_CONNECTIONS), 2);
    EXPECT_EQ(CountOf(File, KSPROPERTY_TOPOLOGY_CATEGORIES), 2);
    // The description's categories, not the port's.
    EXPECT_TRUE(CaseLink(Case, KSCATEGORY_RENDER, L"Audio").Found());
    EXPECT_FALSE(CaseLink(Case, KSCATEGORY_TOPOLOGY, L"Audio").Found());
}

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Topology Miniport;
    CasePort Own(Case, CLSID_PortTopology);
    ULONG Bytes = 0, Expected = 0;
    WCHAR Ours[128] = {}, Theirs[128] = {};
    constexpr auto ObjectName = DevicePropertyPhysicalDeviceObjectName;
    PREGISTRYKEY Key = nullptr;
    // Nobody's yet.
    EXPECT_EQ(Own.Port->GetDeviceProperty(ObjectName, sizeof Ours, Ours, &Bytes),
              STATUS_UNSUCCESSFUL);
    EXPECT_EQ(
        Own.Port->NewRegistryKey(&Key, nullptr, DeviceRegistryKey, KEY_READ, nullptr, 0, nullptr),
        STATUS_UNSUCCESSFUL);
    REQUIRE_SUCCESS(Own.Init(&Miniport));
    EXPECT_SUCCESS(Own.Port->GetDeviceProperty(ObjectName, sizeof Ours, Ours, &Bytes));
    EXPECT_SUCCESS(
        IoGetDeviceProperty(Case.PhysicalDevice, ObjectName, sizeof Theirs, Theirs, &Expected));
    EXPECT_EQ(Bytes, Expected);
    EXPECT_EQ(RtlCompareMemory(Ours, Theirs, sizeof Ours), sizeof Ours);
    EXPECT_EQ(Own.Port->GetDeviceProperty(ObjectName, Bytes - 1, Ours, &Bytes),
              STATUS_BUFFER_TOO_SMALL);

    const auto KeyOf = [&](ULONG Type, ACCESS_MASK Access) {
        return Own.Port->NewRegistryKey(&Key, nullptr, Type, Access, nullptr, 0, nullptr);
    };
    EXPECT_EQ(KeyOf(DeviceInterfaceRegistryKey, KEY_READ), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Own.Port->NewRegistryKey(nullptr, nullptr, DeviceRegistryKey, KEY_READ, nullptr, 0,
                                       nullptr),
              STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(KeyOf(DriverRegistryKey, KEY_READ));
    PVOID Same = nullptr;
    EXPECT_SUCCESS(Key->QueryInterface(IID_IRegistryKey, &Same));
    EXPECT_EQ(Same, Key);
    EXPECT_EQ(Key->QueryInterface(IID_IPort, &Same), STATUS_INVALID_PARAMETER);
    Key->Release();
    EXPECT_EQ(Key->Release(), 0);
    {
        CaseFile Filter;
        REQUIRE_SUCCESS(Own.Open(Filter));
    }
    REQUIRE_SUCCESS(KeyOf(DeviceInterfaceRegistryKey, KEY_ALL_ACCESS));
    ULONG Value = 4711;
    UNICODE_STRING ValueName;
    RtlInitUnicodeString(&ValueName, L"OfTheInterface");
    EXPECT_SUCCESS(Key->SetValueKey(&ValueName, REG_DWORD, &Value, sizeof Value));
    EXPECT_EQ(Key->Release(), 0);
    HANDLE Handle = nullptr;
    CaseLink Link(Case, KSCATEGORY_AUDIO, L"Audio");
    REQUIRE_SUCCESS(IoOpenDeviceInterfaceRegistryKey(&Link.Text, KEY_READ, &Handle));
    alignas(8) UCHAR Buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + 16];
    auto *Read = reinterpret_cast<PKEY_VALUE_PARTIAL_INFORMATION>(Buffer);
    EXPECT_SUCCESS(ZwQueryValueKey(Handle, &ValueName, KeyValuePartialInformation, Read,
                                   sizeof Buffer, &Bytes));
    EXPECT_EQ(*reinterpret_cast<PULONG>(Read->Data), 4711);
    ZwClose(Handle);
    EXPECT_SUCCESS(Own.Unregister());
    EXPECT_EQ(KeyOf(DeviceInterfaceRegistryKey, KEY_READ), STATUS_INVALID_PARAMETER);
}

// A port that goes takes its connections along, and only those.
EXPORT_CASE(PcRegisterPhysicalConnection, PcRegisterPhysicalConnectionToExternal) {
    Topology First, Second;
    static WCHAR Text[] = L"\\??\\somewhere#else";
    UNICODE_STRING Elsewhere;
    RtlInitUnicodeString(&Elsewhere, Text);
    CasePort Stays(Case, CLSID_PortTopology);
    REQUIRE_SUCCESS(Stays.Init(&First));
    PUNREGISTERPHYSICALCONNECTION Connections = nullptr;
    REQUIRE_SUCCESS(
        Stays.Port->QueryInterface(IID_IUnregisterPhysicalConnection, (PVOID *)&Connections));
    {
        CasePort Goes(Case, CLSID_PortTopology);
        // "A port driver that has been initialized."
        EXPECT_EQ(PcRegisterPhysicalConnection(Case.Device, Goes.Port, 0, Stays.Port, 1),
                  STATUS_INVALID_PARAMETER);
        EXPECT_FINDING("PcRegisterPhysicalConnection: no port that has been initialized, or a pin "
                       "ID beyond its pins");
        REQUIRE_SUCCESS(Goes.Init(&Second));
        EXPECT_SUCCESS(PcRegisterPhysicalConnection(Case.Device, Goes.Port, 0, Stays.Port, 1));
        EXPECT_SUCCESS(
            PcRegisterPhysicalConnectionToExternal(Case.Device, Stays.Port, 0, &Elsewhere, 3));
        EXPECT_EQ(Connections->UnregisterPhysicalConnection(Case.PhysicalDevice, Goes.Port, 0,
                                                            Stays.Port, 1),
                  STATUS_INVALID_PARAMETER);
        EXPECT_EQ(Connections->UnregisterPhysicalConnection(Case.Device, nullptr, 0, Stays.Port, 1),
                  STATUS_INVALID_PARAMETER);
        EXPECT_EQ(Connections->UnregisterPhysicalConnection(Case.Device, Goes.Port, 0, &First, 1),
                  STATUS_INVALID_PARAMETER);
    }
    CaseFile Filter;
    REQUIRE_SUCCESS(Stays.Open(Filter));
    KSP_PIN Request = {};
    Request.Property.Set = KSPROPSETID_Pin;
    Request.Property.Id = KSPROPERTY_PIN_PHYSICALCONNECTION;
    Request.Property.Flags = KSPROPERTY_TYPE_GET;
    alignas(8) UCHAR Answer[256];
    Request.PinId = 1;
    EXPECT_EQ(
        CaseControl(Filter, IOCTL_KS_PROPERTY, &Request, sizeof Request, Answer, sizeof Answer),
        STATUS_NOT_FOUND);
    Request.PinId = 0;
    EXPECT_SUCCESS(
        CaseControl(Filter, IOCTL_KS_PROPERTY, &Request, sizeof Request, Answer, sizeof Answer));
    EXPECT_EQ(reinterpret_cast<KSPIN_PHYSICALCONNECTION *>(Answer)->Pin, 3);
    Request.PinId = 2;
    EXPECT_EQ(
        CaseControl(Filter, IOCTL_KS_PROPERTY, &Request, sizeof Request, Answer, sizeof Answer),
        STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Connections->Release(), 2); // the filter's factory has one, and the case
}
