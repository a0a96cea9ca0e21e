// The WavePci port: its streams' mappings, channels and positions, as a miniport sees them.
#include "adapter_audio.h"

namespace {

// The port's other interface on its stream; published nowhere but in Microsoft's header.
constexpr GUID PrefetchOffset = {
    0x7000f480, 0xed44, 0x4e8b, {0xb3, 0x8a, 0x41, 0x2f, 0x8d, 0x7a, 0x50, 0x4d}};

class Stream : public CaseObject<IMiniportWavePciStream> {
  public:
    Stream() : CaseObject(IID_IMiniportWavePciStream) {}
    ~Stream() { EXPECT_EQ(References, 1); }
    STDMETHODIMP_(NTSTATUS) SetFormat(PKSDATAFORMAT) override {
        ++Formats;
        return Answer;
    }
    STDMETHODIMP_(NTSTATUS) SetState(KSSTATE State) override {
        if (Meanwhile != nullptr)
            Meanwhile->RequestService(); // the hardware's first interrupt, say
        if (State == Refused)
            return STATUS_DEVICE_BUSY;
        Last = State;
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(NTSTATUS) GetPosition(PULONGLONG Position) override {
        *Position = At;
        return Answer;
    }
    STDMETHODIMP_(NTSTATUS) NormalizePhysicalPosition(PLONGLONG) override { return STATUS_SUCCESS; }
    STDMETHODIMP_(NTSTATUS) GetAllocatorFraming(PKSALLOCATOR_FRAMING Framing) override {
        Framing->Frames = 7;
        return Answer;
    }
    STDMETHODIMP_(NTSTATUS)
    RevokeMappings(PVOID FirstTag, PVOID LastTag, PULONG MappingsRevoked) override {
        ++Revokes;
        First = ULONG_PTR(FirstTag);
        Newest = ULONG_PTR(LastTag);
        *MappingsRevoked = ULONG(Newest - First + 1);
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(void) MappingAvailable() override { ++Available; }
    STDMETHODIMP_(void) Service() override { ++Services; }
    LONG Formats = 0, Revokes = 0, Available = 0, Services = 0;
    ULONG_PTR First = 0, Newest = 0;
    ULONGLONG At = 0;
    KSSTATE Last = KSSTATE_STOP;
    LONG Refused = -1; // no state
    PSERVICEGROUP Meanwhile = nullptr;
    NTSTATUS Answer = STATUS_SUCCESS;
};

class Miniport : public CaseMiniport<IMiniportWavePci> {
  public:
    Miniport() : CaseMiniport(IID_IMiniportWavePci) {}
    STDMETHODIMP_(NTSTATUS)
    Init(PUNKNOWN, PRESOURCELIST, PPORTWAVEPCI, PSERVICEGROUP *ServiceGroup) override {
        *ServiceGroup = Group.Given();
        return InitAnswer;
    }
    STDMETHODIMP_(void) Service() override { ++Services; }
    STDMETHODIMP_(NTSTATUS)
    NewStream(PMINIPORTWAVEPCISTREAM *Out, PUNKNOWN, POOL_TYPE, PPORTWAVEPCISTREAM NewPortStream,
              ULONG Pin, BOOLEAN Capture, PKSDATAFORMAT, PDMACHANNEL *Channel,
              PSERVICEGROUP *ServiceGroup) override {
        EXPECT_EQ(Capture, Pin == 1);
        PortStream = NewPortStream;
        *Channel = &NotLookedAt;
        *ServiceGroup = StreamGroup.Given();
        if (NT_SUCCESS(StreamAnswer) && Gives) {
            Stream.AddRef();
            *Out = &Stream;
        }
        return StreamAnswer;
    }
    ::Stream Stream;
    CaseGroup Group, StreamGroup;
    PPORTWAVEPCISTREAM PortStream = nullptr;
    LONG Services = 0;
    bool Gives = true;

  private:
    // "The port driver never uses the DmaChannel pointer, and it never calls Release on it."
    IDmaChannel &NotLookedAt = *reinterpret_cast<IDmaChannel *>(this);
};

struct MAPPING {
    PHYSICAL_ADDRESS Physical;
    PVOID Address;
    ULONG Bytes;
    ULONG Flags;
};

struct Pinned {
    Pinned(CASE_CONTEXT &Case, ULONG PinId, CASE_STREAM Kind = CaseWave)
        : Port(Case, CLSID_PortWavePci) {
        EXPECT_SUCCESS(Port.Init(&Device));
        EXPECT_SUCCESS(Port.Open(Filter));
        EXPECT_SUCCESS(CaseConnectStream(Filter, PinId, Kind, Pin));
    }
    void Set(KSSTATE State) { EXPECT_SUCCESS(CaseSetState(Pin, State)); }
    NTSTATUS Map(ULONG_PTR Tag, MAPPING &Mapping) {
        Mapping = {};
        return Device.PortStream->GetMapping(PVOID(Tag), &Mapping.Physical, &Mapping.Address,
                                             &Mapping.Bytes, &Mapping.Flags);
    }
    NTSTATUS Release(ULONG_PTR Tag) { return Device.PortStream->ReleaseMapping(PVOID(Tag)); }
    Miniport Device;
    CasePort Port;
    CaseFile Filter, Pin;
};

} // namespace

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Miniport Device;
    CasePort Port(Case, CLSID_PortWavePci);
    PPORTWAVEPCI Own = nullptr;
    REQUIRE_SUCCESS(Port.Port->QueryInterface(IID_IPortWavePci, (PVOID *)&Own));
    PDMACHANNEL Channel = nullptr;
    const auto NewChannel = [&](PDMACHANNEL *Out) {
        return Own->NewMasterDmaChannel(Out, nullptr, NonPagedPool, nullptr, TRUE, TRUE, FALSE,
                                        FALSE, Width32Bits, MaximumDmaSpeed, 0x4000, 0);
    };
    EXPECT_EQ(NewChannel(&Channel), STATUS_INVALID_PARAMETER); // of no device yet
    EXPECT_EQ(Channel, (PDMACHANNEL) nullptr);
    // A port whose Init fails is in no group.
    Device.DescribeAnswer = STATUS_DEVICE_BUSY;
    EXPECT_EQ(Port.Init(&Device), STATUS_DEVICE_BUSY);
    EXPECT_EQ(Device.Group.Removed, 1);
    Device.DescribeAnswer = STATUS_SUCCESS;
    Device.InitAnswer = STATUS_NO_SUCH_DEVICE;
    EXPECT_EQ(Port.Init(&Device), STATUS_NO_SUCH_DEVICE);
    EXPECT_EQ(Device.Group.Added, 1);
    EXPECT_EQ(Device.Group.References, 1);
    Device.InitAnswer = STATUS_SUCCESS;
    Device.Group.Answer = STATUS_TOO_MANY_SESSIONS;
    EXPECT_EQ(Port.Init(&Device), STATUS_TOO_MANY_SESSIONS);
    Device.Group.Answer = STATUS_SUCCESS;
    REQUIRE_SUCCESS(Port.Init(&Device));
    EXPECT_EQ(Device.Group.References, 2);
    EXPECT_EQ(NewChannel(nullptr), STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(NewChannel(&Channel));
    EXPECT_EQ(Channel->MaximumBufferSize(), 0x4000);
    PVOID Slave = nullptr;
    EXPECT_EQ(Channel->QueryInterface(IID_IDmaChannelSlave, &Slave), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Channel->Release(), 0);
    Own->Notify(nullptr); // nobody
    EXPECT_EQ(Device.Services, 0);
    Own->Notify(&Device.Group);
    EXPECT_EQ(Device.Services, 1);

    CaseFile Filter, Pin;
    REQUIRE_SUCCESS(Port.Open(Filter));
    const auto Connect = [&] { return CaseConnectStream(Filter, 0, CaseWave, Pin); };
    Device.Gives = false;
    EXPECT_EQ(Connect(), STATUS_UNSUCCESSFUL);
    Device.StreamAnswer = STATUS_NO_SUCH_DEVICE;
    EXPECT_EQ(Connect(), STATUS_NO_SUCH_DEVICE);
    EXPECT_EQ(Device.StreamGroup.References, 1);
    Device.StreamAnswer = STATUS_SUCCESS;
    Device.Gives = true;
    Device.StreamGroup.Answer = STATUS_TOO_MANY_SESSIONS;
    EXPECT_EQ(Connect(), STATUS_TOO_MANY_SESSIONS);
    EXPECT_EQ(Device.Stream.References, 1);
    Device.StreamGroup.Answer = STATUS_SUCCESS;
    EXPECT_SUCCESS(Connect());
    EXPECT_EQ(Device.StreamGroup.Added, 1);
    Own->Notify(&Device.StreamGroup); // "only on streams that are running"
    EXPECT_EQ(Device.Stream.Services, 0);
    EXPECT_SUCCESS(CaseSetState(Pin, KSSTATE_PAUSE));
    Own->Notify(&Device.StreamGroup);
    EXPECT_EQ(Device.Stream.Services, 0);
    EXPECT_SUCCESS(CaseSetState(Pin, KSSTATE_RUN));
    Own->Notify(&Device.StreamGroup);
    EXPECT_EQ(Device.Stream.Services, 1);
    EXPECT_SUCCESS(CaseSetState(Pin, KSSTATE_PAUSE));
    Device.Stream.Refused = KSSTATE_RUN;
    EXPECT_EQ(CaseSetState(Pin, KSSTATE_RUN), STATUS_DEVICE_BUSY);
    Own->Notify(&Device.StreamGroup);
    EXPECT_EQ(Device.Stream.Services, 1);
    Device.Stream.Refused = -1;
    Device.Stream.Meanwhile = &Device.StreamGroup;
    EXPECT_SUCCESS(CaseSetState(Pin, KSSTATE_RUN));
    EXPECT_EQ(Device.Stream.Services, 2); // as it begins to run
    EXPECT_SUCCESS(CaseSetState(Pin, KSSTATE_PAUSE));
    EXPECT_EQ(Device.Stream.Services, 3); // and as it stops
    Device.Stream.Meanwhile = nullptr;
    Device.Stream.Refused = KSSTATE_PAUSE; // which on the way down it cannot
    EXPECT_SUCCESS(CaseSetState(Pin, KSSTATE_RUN));
    EXPECT_SUCCESS(CaseSetState(Pin, KSSTATE_PAUSE));
    Own->Notify(&Device.StreamGroup);
    EXPECT_EQ(Device.Stream.Services, 3);
    EXPECT_EQ(Own->Release(), 2); // the factory's and the case's
}

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case, 0);
    Stream &Stream = Own.Device.Stream;
    Stream.Answer = STATUS_DEVICE_BUSY;
    KSAUDIO_POSITION Position = {};
    KSALLOCATOR_FRAMING Framing = {};
    const auto Frame = [&] {
        return CaseProperty(Own.Pin, KSPROPSETID_Connection, KSPROPERTY_CONNECTION_ALLOCATORFRAMING,
                            KSPROPERTY_TYPE_GET, &Framing, sizeof Framing);
    };
    EXPECT_EQ(CaseSetFormat(Own.Pin, CaseDirectSound), STATUS_DEVICE_BUSY);
    EXPECT_EQ(CasePosition(Own.Pin, Position), STATUS_DEVICE_BUSY);
    EXPECT_EQ(Frame(), STATUS_DEVICE_BUSY);
    Stream.Answer = STATUS_SUCCESS;
    EXPECT_SUCCESS(CaseSetFormat(Own.Pin, CaseDirectSound));
    EXPECT_EQ(Stream.Formats, 2);
    EXPECT_SUCCESS(Frame());
    EXPECT_EQ(Framing.Frames, 7);
    EXPECT_EQ(CaseProperty(Own.Pin, KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION,
                           KSPROPERTY_TYPE_SET, &Position, sizeof Position),
              STATUS_INVALID_DEVICE_REQUEST);

    Own.Set(KSSTATE_PAUSE);
    const PPORTWAVEPCISTREAM PortStream = Own.Device.PortStream;
    MAPPING Mapping = {};
    EXPECT_EQ(
        PortStream->GetMapping(PVOID(1), nullptr, &Mapping.Address, &Mapping.Bytes, &Mapping.Flags),
        STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PortStream->GetMapping(PVOID(1), &Mapping.Physical, nullptr, &Mapping.Bytes,
                                     &Mapping.Flags),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PortStream->GetMapping(PVOID(1), &Mapping.Physical, &Mapping.Address, nullptr,
                                     &Mapping.Flags),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PortStream->GetMapping(PVOID(1), &Mapping.Physical, &Mapping.Address, &Mapping.Bytes,
                                     nullptr),
              STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(PortStream->TerminatePacket()); // no packet is being mapped
    EXPECT_EQ(Own.Map(1, Mapping), STATUS_NOT_FOUND);
    EXPECT_EQ(Stream.Available, 0);
    {
        // A frame without data ends as it is passed over.
        CaseFrame Empty(Own.Pin, KSSTREAM_WRITE, 0), Data(Own.Pin, KSSTREAM_WRITE, 0x3456);
        EXPECT_EQ(Stream.Available, 1);
        EXPECT_TRUE(Empty.Pending());
        ULONG Mapped = 0;
        ULONG_PTR Tag = 0;
        while (Mapped < 0x3456 && NT_SUCCESS(Own.Map(++Tag, Mapping))) {
            EXPECT_EQ(Mapping.Address, Data.Memory->Data + Mapped);
            EXPECT_EQ(Mapping.Physical.QuadPart, MmGetPhysicalAddress(Mapping.Address).QuadPart);
            const ULONG Last = Mapping.Bytes - 1;
            EXPECT_EQ(MmGetPhysicalAddress(static_cast<PUCHAR>(Mapping.Address) + Last).QuadPart,
                      Mapping.Physical.QuadPart + Last);
            Mapped += Mapping.Bytes;
            EXPECT_EQ(Mapping.Flags, Mapped == 0x3456);
        }
        EXPECT_EQ(Mapped, 0x3456);
        EXPECT_SUCCESS(Empty.Wait());
        EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
        EXPECT_EQ(Position.WriteOffset, 0x3456);
        EXPECT_EQ(Own.Map(99, Mapping), STATUS_NOT_FOUND);
        for (ULONG_PTR One = Tag; One > 1; --One) // in any order
            EXPECT_SUCCESS(Own.Release(One));
        EXPECT_EQ(Own.Release(99), STATUS_NOT_FOUND);
        EXPECT_EQ(Own.Release(Tag), Tag > 1 ? STATUS_NOT_FOUND : STATUS_SUCCESS);
        EXPECT_TRUE(Data.Pending() || Tag == 1);
        EXPECT_EQ(Own.Release(1), Tag > 1 ? STATUS_SUCCESS : STATUS_NOT_FOUND);
        EXPECT_SUCCESS(Data.Wait());
    }
    CaseFrame Next(Own.Pin, KSSTREAM_WRITE, 16);
    EXPECT_EQ(Stream.Available, 2);
    EXPECT_SUCCESS(Own.Map(5, Mapping));
    CaseFrame Another(Own.Pin, KSSTREAM_WRITE, 16);
    EXPECT_EQ(Stream.Available, 2); // nothing was refused since
    EXPECT_SUCCESS(Own.Map(6, Mapping));
    Own.Set(KSSTATE_STOP);
    EXPECT_EQ(Stream.Revokes, 2); // of either IRP
    EXPECT_EQ(Stream.First, 6);
    EXPECT_EQ(Stream.Newest, 6);
    EXPECT_EQ(Own.Release(5), STATUS_NOT_FOUND);
    EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
    EXPECT_EQ(Position.WriteOffset, 0);
}

// Positions: what the miniport plays and what it has got, or how far ahead it says it reads.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    KSAUDIO_POSITION Position;
    MAPPING Mapping;
    {
        Pinned Own(Case, 0);
        Own.Set(KSSTATE_PAUSE);
        CaseFrame Frame(Own.Pin, KSSTREAM_WRITE, 64);
        EXPECT_SUCCESS(Own.Map(1, Mapping));
        Own.Device.Stream.At = 40;
        EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
        EXPECT_EQ(Position.PlayOffset, 40);
        EXPECT_EQ(Position.WriteOffset, 64);
        PPREFETCHOFFSET Prefetch = nullptr;
        REQUIRE_SUCCESS(Own.Device.PortStream->QueryInterface(PrefetchOffset, (PVOID *)&Prefetch));
        PVOID Same = nullptr;
        EXPECT_SUCCESS(Prefetch->QueryInterface(IID_IPortWavePciStream, &Same));
        EXPECT_EQ(Same, Own.Device.PortStream);
        Prefetch->Release();
        EXPECT_EQ(Prefetch->QueryInterface(IID_IPortWavePci, &Same), STATUS_INVALID_PARAMETER);
        Prefetch->SetPreFetchOffset(10);
        EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
        EXPECT_EQ(Position.WriteOffset, 50);
        EXPECT_SUCCESS(Own.Release(1));
        // A pin that has gone.
        const PPORTWAVEPCISTREAM PortStream = Own.Device.PortStream;
        Own.Set(KSSTATE_STOP);
        Own.Pin.Close();
        EXPECT_EQ(Own.Device.Stream.References, 1);
        EXPECT_EQ(Own.Map(1, Mapping), STATUS_INVALID_DEVICE_STATE);
        EXPECT_EQ(PortStream->ReleaseMapping(PVOID(1)), STATUS_INVALID_DEVICE_STATE);
        EXPECT_EQ(PortStream->TerminatePacket(), STATUS_INVALID_DEVICE_STATE);
        Prefetch->SetPreFetchOffset(20);
        EXPECT_EQ(Prefetch->Release(), 0);
    }
    {
        Pinned Own(Case, 1); // recording: what has been given back
        Own.Set(KSSTATE_PAUSE);
        CaseFrame Frame(Own.Pin, KSSTREAM_READ, 64);
        EXPECT_SUCCESS(Own.Map(1, Mapping));
        EXPECT_EQ(Mapping.Bytes, 64);
        Own.Device.Stream.At = 40;
        EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
        EXPECT_EQ(Position.PlayOffset, 40);
        EXPECT_EQ(Position.WriteOffset, 0);
        PPREFETCHOFFSET Prefetch = nullptr; // of playing alone
        REQUIRE_SUCCESS(Own.Device.PortStream->QueryInterface(PrefetchOffset, (PVOID *)&Prefetch));
        Prefetch->SetPreFetchOffset(10);
        Prefetch->Release();
        EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
        EXPECT_EQ(Position.WriteOffset, 0);
        EXPECT_SUCCESS(Own.Release(1));
        EXPECT_SUCCESS(Frame.Wait());
        EXPECT_EQ(Frame.Memory->Header.DataUsed, 64);
        EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
        EXPECT_EQ(Position.WriteOffset, 64);
    }
    const CASE_STREAM Looped = CaseLoopedWave;
    for (ULONG PinId = 0; PinId < 2; ++PinId) {
        Pinned Own(Case, PinId, Looped);
        Own.Set(KSSTATE_PAUSE);
        Own.Device.Stream.At = 150;
        EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
        EXPECT_EQ(Position.PlayOffset, 150); // no buffer is known
        CaseFrame Frame(Own.Pin, PinId == 0 ? KSSTREAM_WRITE : KSSTREAM_READ, 64);
        ULONG Mapped = 0;
        for (ULONG_PTR Tag = 1; Mapped < 160; ++Tag) { // round and round
            if (!EXPECT_SUCCESS(Own.Map(Tag, Mapping)))
                break;
            EXPECT_EQ(Mapping.Address, Frame.Memory->Data + Mapped % 64);
            Mapped += Mapping.Bytes;
            EXPECT_EQ(Mapping.Flags, Mapped % 64 == 0);
        }
        EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
        EXPECT_EQ(Position.PlayOffset, 150 % 64);
        EXPECT_EQ(Position.WriteOffset, PinId == 0 ? Mapped % 64 : 0);
        Own.Set(KSSTATE_STOP);
        EXPECT_EQ(Own.Device.Stream.Revokes, 1);
        EXPECT_EQ(Own.Device.Stream.First, 1);
    }
}

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case, 0);
    Own.Set(KSSTATE_PAUSE);
    MAPPING Mapping;
    CaseFrame First(Own.Pin, KSSTREAM_WRITE, 0x3000), Second(Own.Pin, KSSTREAM_WRITE, 64);
    EXPECT_SUCCESS(Own.Device.PortStream->TerminatePacket()); // which is not begun
    EXPECT_SUCCESS(Own.Map(1, Mapping));
    EXPECT_EQ(Mapping.Address, First.Memory->Data);
    const bool Whole = Mapping.Bytes == 0x3000; // the pool's pages happen to be one run
    EXPECT_SUCCESS(Own.Device.PortStream->TerminatePacket());
    if (!Whole) {
        EXPECT_SUCCESS(Own.Map(2, Mapping));
        EXPECT_EQ(Mapping.Address, Second.Memory->Data);
        EXPECT_EQ(Mapping.Flags, 1);
        EXPECT_SUCCESS(Own.Release(2));
    }
    EXPECT_TRUE(First.Pending()); // the miniport still has a part of it
    EXPECT_SUCCESS(Own.Release(1));
    EXPECT_SUCCESS(First.Wait());
    Own.Set(KSSTATE_STOP);
}

namespace {

LONG AskedMiniport;
NTSTATUS NTAPI AnswerForPort(PPCPROPERTY_REQUEST Request) {
    ++AskedMiniport;
    Request->ValueSize = 0;
    return STATUS_DEVICE_BUSY;
}
constexpr ULONG AllOfIt =
    PCPROPERTY_ITEM_FLAG_GET | PCPROPERTY_ITEM_FLAG_SET | PCPROPERTY_ITEM_FLAG_BASICSUPPORT;
const PCPROPERTY_ITEM PortsOfFilters[] = {
    {&KSPROPSETID_Pin, KSPROPERTY_PIN_CINSTANCES, AllOfIt, AnswerForPort},
    {&KSPROPSETID_Pin, KSPROPERTY_PIN_NECESSARYINSTANCES, AllOfIt, AnswerForPort},
    {&KSPROPSETID_Pin, KSPROPERTY_PIN_CTYPES, AllOfIt, AnswerForPort},
    {&KSPROPSETID_Pin, KSPROPERTY_PIN_DATAFLOW, AllOfIt, AnswerForPort},
    {&KSPROPSETID_Pin, KSPROPERTY_PIN_CATEGORY, AllOfIt, AnswerForPort},
    {&KSPROPSETID_Topology, KSPROPERTY_TOPOLOGY_NODES, AllOfIt, AnswerForPort},
    {&KSPROPSETID_Pin, KSPROPERTY_PIN_PROPOSEDATAFORMAT, AllOfIt, AnswerForPort},
    {&KSPROPSETID_Pin, KSPROPERTY_PIN_CONSTRAINEDDATARANGES, AllOfIt, AnswerForPort},
    {&KSPROPSETID_General, KSPROPERTY_GENERAL_COMPONENTID, AllOfIt, AnswerForPort},
};
const PCPROPERTY_ITEM PortsOfPins[] = {
    {&KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION, AllOfIt, AnswerForPort},
    {&KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE, AllOfIt, AnswerForPort},
    {&KSPROPSETID_Connection, KSPROPERTY_CONNECTION_ALLOCATORFRAMING, AllOfIt, AnswerForPort},
    {&KSPROPSETID_Audio, KSPROPERTY_AUDIO_VOLUMELEVEL, AllOfIt, AnswerForPort},
};
DEFINE_PCAUTOMATION_TABLE_PROP(FilterTable, PortsOfFilters);
DEFINE_PCAUTOMATION_TABLE_PROP(PinTable, PortsOfPins);

NTSTATUS AskOfPin(const CaseFile &Filter, ULONG Id, ULONG &Bytes) {
    KSP_PIN Request = {};
    Request.Property.Set = KSPROPSETID_Pin;
    Request.Property.Id = Id;
    Request.Property.Flags = KSPROPERTY_TYPE_GET;
    alignas(8) UCHAR Answer[400];
    return CaseControl(Filter, IOCTL_KS_PROPERTY, &Request, sizeof Request, Answer, sizeof Answer,
                       &Bytes);
}

} // namespace

// What port and miniport both have a handler for is the port's.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Miniport Device;
    Device.Description.Filter.AutomationTable = &FilterTable;
    Device.Description.Pins[0].AutomationTable = &PinTable;
    CasePort Port(Case, CLSID_PortWavePci);
    CaseFile Filter, Pin;
    REQUIRE_SUCCESS(Port.Init(&Device));
    REQUIRE_SUCCESS(Port.Open(Filter));
    REQUIRE_SUCCESS(CaseConnectStream(Filter, 0, CaseWave, Pin));
    AskedMiniport = 0;
    ULONG Bytes = 0;
    const ULONG OfPins[] = {KSPROPERTY_PIN_CINSTANCES, KSPROPERTY_PIN_NECESSARYINSTANCES,
                            KSPROPERTY_PIN_CTYPES, KSPROPERTY_PIN_DATAFLOW,
                            KSPROPERTY_PIN_CATEGORY};
    for (const ULONG Id : OfPins) {
        EXPECT_SUCCESS(AskOfPin(Filter, Id, Bytes));
        EXPECT_TRUE(Bytes != 0);
    }
    UCHAR Answer[100];
    EXPECT_SUCCESS(CaseProperty(Filter, KSPROPSETID_Topology, KSPROPERTY_TOPOLOGY_NODES,
                                KSPROPERTY_TYPE_GET, Answer, sizeof Answer));
    KSAUDIO_POSITION Position = {};
    EXPECT_SUCCESS(CasePosition(Pin, Position));
    EXPECT_SUCCESS(CaseSetState(Pin, KSSTATE_ACQUIRE));
    EXPECT_EQ(Device.Stream.Last, KSSTATE_ACQUIRE);
    KSALLOCATOR_FRAMING Framing = {};
    EXPECT_SUCCESS(CaseProperty(Pin, KSPROPSETID_Connection, KSPROPERTY_CONNECTION_ALLOCATORFRAMING,
                                KSPROPERTY_TYPE_GET, &Framing, sizeof Framing));
    EXPECT_EQ(Framing.Frames, 7);
    EXPECT_EQ(AskedMiniport, 0);
    // And what the port leaves to it.
    EXPECT_EQ(AskOfPin(Filter, KSPROPERTY_PIN_PROPOSEDATAFORMAT, Bytes), STATUS_DEVICE_BUSY);
    EXPECT_EQ(AskOfPin(Filter, KSPROPERTY_PIN_CONSTRAINEDDATARANGES, Bytes), STATUS_DEVICE_BUSY);
    EXPECT_EQ(CaseProperty(Filter, KSPROPSETID_General, KSPROPERTY_GENERAL_COMPONENTID,
                           KSPROPERTY_TYPE_GET, Answer, sizeof Answer),
              STATUS_DEVICE_BUSY);
    EXPECT_EQ(CaseProperty(Pin, KSPROPSETID_Audio, KSPROPERTY_AUDIO_VOLUMELEVEL,
                           KSPROPERTY_TYPE_GET, Answer, sizeof Answer),
              STATUS_DEVICE_BUSY);
    EXPECT_EQ(AskedMiniport, 4);
}
