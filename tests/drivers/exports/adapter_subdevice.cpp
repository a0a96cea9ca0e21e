// Subdevices that come and go while the adapter runs, and the system's own miniports.
#include "adapter_fixture.h"

static void CheckArguments(CASE_CONTEXT &Case, CaseSubdevice &One) {
    WCHAR Name[] = L"Second";
    EXPECT_EQ(PcRegisterSubdevice(nullptr, Name, One.Port), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterSubdevice(Case.PhysicalDevice, Name, One.Port), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterSubdevice(Case.Device, nullptr, One.Port), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterSubdevice(Case.Device, Name, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterSubdevice(Case.Device, Name, &One.Miniport), STATUS_INVALID_PARAMETER);
    PPORT Raw = nullptr; // not initialized
    REQUIRE_SUCCESS(PcNewPort(&Raw, CLSID_PortTopology));
    EXPECT_EQ(PcRegisterSubdevice(Case.Device, Name, Raw), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Raw->Release(), 0);
    EXPECT_FINDING("PcRegisterSubdevice: what it is given is no port that IPort::Init has "
                   "initialized for this adapter");
    EXPECT_FALSE(CaseLink(Case, KSCATEGORY_TOPOLOGY, L"Second").Found());
    IUnregisterSubdevice *Subdevices = nullptr;
    REQUIRE_SUCCESS(One.Port->QueryInterface(IID_IUnregisterSubdevice, (PVOID *)&Subdevices));
    EXPECT_EQ(Subdevices->UnregisterSubdevice(nullptr, One.Port), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Subdevices->UnregisterSubdevice(Case.PhysicalDevice, One.Port),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Subdevices->UnregisterSubdevice(Case.Device, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Subdevices->UnregisterSubdevice(Case.Device, &One.Miniport),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Subdevices->UnregisterSubdevice(Case.Device, One.Port), STATUS_NOT_FOUND);
    Subdevices->Release();
}

EXPORT_CASE(PcRegisterSubdevice) {
    CaseSubdevice One(Case, 1), Two(Case), Three(Case);
    CheckArguments(Case, One);
    REQUIRE_SUCCESS(One.Register(L"Second"));
    EXPECT_EQ(One.Register(L"Third"), STATUS_INVALID_PARAMETER);      // registered already
    EXPECT_EQ(Two.Register(L"Second"), STATUS_OBJECT_NAME_COLLISION); // not unique
    EXPECT_EQ(Two.Register(L"Main"), STATUS_OBJECT_NAME_COLLISION);
    EXPECT_SUCCESS(Two.Register(L"Third"));
    EXPECT_EQ(Three.Register(L"Fourth"), STATUS_ALLOTTED_SPACE_EXCEEDED); // MaxObjects
    EXPECT_FINDING(
        "PcRegisterSubdevice: the port of \"Third\" is registered already, as \"Second\"");
    EXPECT_FINDING("PcRegisterSubdevice: there is a subdevice \"Second\" already");
    EXPECT_FINDING("PcRegisterSubdevice: there is a subdevice \"Main\" already");
    EXPECT_FINDING("PcRegisterSubdevice: \"Fourth\" is one more than the 3 objects that "
                   "PcAddAdapterDevice was told of");

    CaseFile Filter, Another;
    {
        CaseLink Link(Case, KSCATEGORY_TOPOLOGY, L"Second");
        REQUIRE(Link.Found());
        EXPECT_TRUE(CaseLink(Case, KSCATEGORY_AUDIO, L"Second").Found());
        EXPECT_FALSE(CaseLink(Case, KSCATEGORY_RENDER, L"Second").Found());
        REQUIRE_SUCCESS(Filter.Open(&Link.Text));
        EXPECT_EQ(CasePinCount(Filter), 1); // this miniport's
        EXPECT_SUCCESS(One.Unregister());
        EXPECT_FALSE(NT_SUCCESS(Another.Open(&Link.Text)));
    }
    EXPECT_FALSE(CaseLink(Case, KSCATEGORY_TOPOLOGY, L"Second").Found());
    EXPECT_TRUE(CaseLink(Case, KSCATEGORY_TOPOLOGY, L"Third").Found());
    EXPECT_EQ(One.Unregister(), STATUS_NOT_FOUND);
    EXPECT_EQ(CasePinCount(Filter), 1); // open: until it is closed
    Filter.Close();

    EXPECT_SUCCESS(Three.Register(L"Second")); // there is room again, and the name is free
    CaseLink Link(Case, KSCATEGORY_TOPOLOGY, L"Second");
    REQUIRE(Link.Found());
    EXPECT_SUCCESS(Filter.Open(&Link.Text));
    EXPECT_EQ(CasePinCount(Filter), 2);
    Filter.Close();
    EXPECT_SUCCESS(Two.Unregister());
    EXPECT_SUCCESS(One.Register(L"Fourth"));
}

static void CheckUart(const GUID &Class, ULONG StreamFlow) {
    PMINIPORT Miniport = nullptr;
    REQUIRE_SUCCESS(PcNewMiniport(&Miniport, Class));
    REQUIRE(Miniport != nullptr);
    const GUID *const Interfaces[] = {&IID_IUnknown, &IID_IMiniport, &IID_IMiniportDMus};
    for (const GUID *Id : Interfaces) {
        PUNKNOWN Object = nullptr;
        EXPECT_SUCCESS(Miniport->QueryInterface(*Id, reinterpret_cast<PVOID *>(&Object)));
        if (Object != nullptr)
            EXPECT_EQ(Object->Release(), 1);
    }
    PPCFILTER_DESCRIPTOR Description = nullptr;
    REQUIRE_SUCCESS(Miniport->GetDescription(&Description));
    REQUIRE(Description->PinCount >= 1);
    const KSPIN_DESCRIPTOR &Pin = Description->Pins[0].KsPinDescriptor;
    EXPECT_EQ(Pin.DataFlow, StreamFlow);
    EXPECT_EQ(Pin.Communication, KSPIN_COMMUNICATION_SINK);
    EXPECT_TRUE(CaseSameGuid(Pin.DataRanges[0]->MajorFormat, KSDATAFORMAT_TYPE_MUSIC));
    // The pin of streams, and the bridge to the cable.
    REQUIRE(Description->PinCount == 2 && Description->ConnectionCount == 1);
    const PCPIN_DESCRIPTOR &Bridge = Description->Pins[1];
    EXPECT_EQ(Description->Pins[0].MaxFilterInstanceCount, 1);
    EXPECT_EQ(Description->Pins[0].MaxGlobalInstanceCount, 1);
    EXPECT_EQ(Bridge.MaxFilterInstanceCount, 0);
    EXPECT_EQ(Bridge.MaxGlobalInstanceCount, 0);
    EXPECT_EQ(Bridge.KsPinDescriptor.DataFlow,
              StreamFlow == KSPIN_DATAFLOW_IN ? KSPIN_DATAFLOW_OUT : KSPIN_DATAFLOW_IN);
    EXPECT_EQ(Bridge.KsPinDescriptor.Communication, KSPIN_COMMUNICATION_NONE);
    EXPECT_EQ(Bridge.KsPinDescriptor.DataRangesCount, 1);
    EXPECT_EQ(Bridge.KsPinDescriptor.DataRanges[0]->FormatSize, sizeof(KSDATARANGE));
    EXPECT_TRUE(CaseSameGuid(*Bridge.KsPinDescriptor.Category,
                             StreamFlow == KSPIN_DATAFLOW_IN ? KSNODETYPE_SYNTHESIZER
                                                             : KSNODETYPE_LEGACY_AUDIO_CONNECTOR));
    const auto &Music = *reinterpret_cast<const KSDATARANGE_MUSIC *>(Pin.DataRanges[0]);
    EXPECT_EQ(Music.DataRange.FormatSize, sizeof Music);
    EXPECT_EQ(Music.ChannelMask, 0xffff);
    const PCCONNECTION_DESCRIPTOR &Connection = Description->Connections[0];
    EXPECT_EQ(Connection.FromNode, PCFILTER_NODE);
    EXPECT_EQ(Connection.ToNode, PCFILTER_NODE);
    EXPECT_EQ(Connection.FromNodePin, StreamFlow == KSPIN_DATAFLOW_IN ? 0 : 1);
    EXPECT_EQ(Connection.ToNodePin, StreamFlow == KSPIN_DATAFLOW_IN ? 1 : 0);
    EXPECT_EQ(Miniport->Release(), 0);
}

EXPORT_CASE(PcNewMiniport) {
    CheckUart(CLSID_MiniportDriverDMusUART, KSPIN_DATAFLOW_IN);
    CheckUart(CLSID_MiniportDriverDMusUARTCapture, KSPIN_DATAFLOW_OUT);
    CheckUart(CLSID_MiniportDriverUart, KSPIN_DATAFLOW_IN);

    PMINIPORT Miniport = nullptr;
    EXPECT_EQ(PcNewMiniport(nullptr, CLSID_MiniportDriverDMusUART), STATUS_INVALID_PARAMETER);
    const GUID *const Unknown[] = {&CLSID_MiniportDriverFmSynth, // "only in 32-bit versions"
                                   &CLSID_MiniportDriverFmSynthWithVol, &CLSID_PortTopology};
    for (const GUID *Class : Unknown) {
        Miniport = reinterpret_cast<PMINIPORT>(1);
        EXPECT_EQ(PcNewMiniport(&Miniport, *Class), STATUS_INVALID_PARAMETER);
        EXPECT_EQ(Miniport, (PMINIPORT) nullptr);
    }

    // A subdevice of it: the miniport needs the UART's ports.
    PPORT Port = nullptr;
    REQUIRE_SUCCESS(PcNewMiniport(&Miniport, CLSID_MiniportDriverDMusUART));
    REQUIRE_SUCCESS(PcNewPort(&Port, CLSID_PortDMus));
    EXPECT_EQ(Port->Init(Case.Device, Case.Irp, Miniport, nullptr, nullptr),
              STATUS_DEVICE_CONFIGURATION_ERROR);
    EXPECT_EQ(Miniport->AddRef(), 2); // the port has let go of it
    EXPECT_EQ(Miniport->Release(), 1);
    PRESOURCELIST Resources = CaseResources();
    REQUIRE(Resources != nullptr);
    EXPECT_SUCCESS(Port->Init(Case.Device, Case.Irp, Miniport, nullptr, Resources));
    EXPECT_EQ(Resources->Release(), 0);
    EXPECT_EQ(Port->Release(), 0);
    EXPECT_EQ(Miniport->Release(), 0);
}
