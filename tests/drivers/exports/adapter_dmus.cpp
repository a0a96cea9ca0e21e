// The DMus port over an IMiniportDMus: its allocator, its clock, events both ways; and the system's
// UART miniports, used as a port uses them.
#include "adapter_music.h"

namespace {

// A miniport's stream; for waves its only interface is IMXF too.
class Stream : public CaseObject<IMXF> {
  public:
    Stream() : CaseObject(IID_IMXF) {}
    ~Stream() { EXPECT_EQ(References, 1); }
    STDMETHODIMP_(NTSTATUS) SetState(KSSTATE State) override {
        Last = State;
        return State == Refused ? STATUS_DEVICE_BUSY : STATUS_SUCCESS;
    }
    STDMETHODIMP_(NTSTATUS) PutMessage(PDMUS_KERNEL_EVENT Event) override {
        EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
        if (Event == nullptr) {
            ++Polls;
            if (ToSend != nullptr)
                EXPECT_SUCCESS(Sink->PutMessage(ToSend));
            ToSend = nullptr;
            return STATUS_SUCCESS;
        }
        EXPECT_EQ(Event->cbStruct, sizeof *Event);
        EXPECT_EQ(Event->pNextEvt, (PDMUS_KERNEL_EVENT) nullptr);
        Sent.Add(Event->cbEvent > sizeof(PBYTE) ? Event->uData.pbData : Event->uData.abData,
                 Event->cbEvent);
        Flags = Event->usFlags;
        Group = Event->usChannelGroup;
        Due = Event->ullPresTime100ns;
        EXPECT_SUCCESS(Allocator->PutMessage(Event));
        return Answer;
    }
    STDMETHODIMP_(NTSTATUS) ConnectOutput(PMXF NewSink) override {
        if (NT_SUCCESS(ConnectAnswer))
            Sink = NewSink;
        return ConnectAnswer;
    }
    STDMETHODIMP_(NTSTATUS) DisconnectOutput(PMXF OldSink) override {
        ++Disconnects;
        if (Sink != nullptr)
            EXPECT_EQ(OldSink, Sink);
        Sink = nullptr;
        return STATUS_SUCCESS;
    }
    PAllocatorMXF Allocator = nullptr;
    PMXF Sink = nullptr;
    PDMUS_KERNEL_EVENT ToSend = nullptr;
    LONG Polls = 0, Disconnects = 0;
    KSSTATE Last = KSSTATE_STOP;
    LONG Refused = -1; // no state
    NTSTATUS Answer = STATUS_SUCCESS, ConnectAnswer = STATUS_SUCCESS;
    CaseBytes Sent = {};
    USHORT Flags = 0, Group = 0;
    ULONGLONG Due = 0;
};

class Miniport : public CaseMiniport<IMiniportDMus> {
  public:
    Miniport() : CaseMiniport(IID_IMiniportDMus, true) {}
    STDMETHODIMP_(NTSTATUS) Init(PUNKNOWN, PRESOURCELIST, PPORTDMUS, PSERVICEGROUP *) override {
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(void) Service() override { ++Services; }
    STDMETHODIMP_(NTSTATUS)
    NewStream(PMXF *Out, PUNKNOWN, POOL_TYPE, ULONG Pin, DMUS_STREAM_TYPE Type, PKSDATAFORMAT,
              PSERVICEGROUP *ServiceGroup, PAllocatorMXF Allocator, PMASTERCLOCK NewClock,
              PULONGLONG SchedulePreFetch) override {
        EXPECT_EQ(Type, Waves      ? DMUS_STREAM_WAVE_SINK
                        : Pin == 0 ? DMUS_STREAM_MIDI_RENDER
                                   : DMUS_STREAM_MIDI_CAPTURE);
        EXPECT_EQ(*SchedulePreFetch, 0);
        *ServiceGroup = Group.Given();
        Stream.Allocator = Allocator;
        Clock = NewClock;
        *SchedulePreFetch = Prefetch;
        if (NT_SUCCESS(StreamAnswer) && Gives) {
            Stream.AddRef();
            *Out = &Stream;
        }
        return StreamAnswer;
    }
    ::Stream Stream;
    CaseGroup Group;
    PMASTERCLOCK Clock = nullptr;
    ULONGLONG Prefetch = 0;
    LONG Services = 0;
    bool Gives = true, Waves = false;
};

struct Pinned {
    Pinned(CASE_CONTEXT &Case, ULONG PinId, CASE_STREAM Kind = CaseMidi, ULONGLONG Prefetch = 0)
        : Port(Case, CLSID_PortDMus) {
        Device.Prefetch = Prefetch;
        EXPECT_SUCCESS(Port.Init(&Device));
        EXPECT_SUCCESS(Port.Open(Filter));
        EXPECT_SUCCESS(CaseConnectStream(Filter, PinId, Kind, Pin));
    }
    void Set(KSSTATE State) { EXPECT_SUCCESS(CaseSetState(Pin, State)); }
    Miniport Device;
    CasePort Port;
    CaseFile Filter, Pin;
};

// One event of up to eight bytes, or with a buffer.
PDMUS_KERNEL_EVENT NewEvent(PAllocatorMXF Allocator, const VOID *Data, USHORT Bytes,
                            ULONGLONG Time = 0, USHORT Flags = DMUS_KEF_EVENT_COMPLETE) {
    PDMUS_KERNEL_EVENT Event = nullptr;
    if (!EXPECT_SUCCESS(Allocator->GetMessage(&Event)))
        return nullptr;
    PVOID Place = Event->uData.abData;
    if (Bytes > sizeof(PBYTE) && EXPECT_SUCCESS(Allocator->GetBuffer(&Event->uData.pbData)))
        Place = Event->uData.pbData;
    RtlCopyMemory(Place, Data, Bytes);
    Event->cbEvent = Bytes;
    Event->usFlags = Flags;
    Event->ullPresTime100ns = Time;
    return Event;
}

const UCHAR Note[] = {0x90, 60, 100}, Off[] = {0x80, 60, 0}, Tune[] = {0xF6};
const UCHAR Eight[] = {0xF0, 1, 2, 3, 4, 5, 6, 0xF7};
const UCHAR Exclusive[] = {0xF0, 1, 2, 3, 4, 5, 6, 7, 0xF7};

} // namespace

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Miniport Device;
    CasePort Port(Case, CLSID_PortDMus);
    REQUIRE_SUCCESS(Port.Init(&Device));
    CaseFile Filter, Pin;
    REQUIRE_SUCCESS(Port.Open(Filter));
    Device.Gives = false;
    EXPECT_EQ(CaseConnectStream(Filter, 0, CaseMidi, Pin), STATUS_UNSUCCESSFUL);
    Device.StreamAnswer = STATUS_NO_SUCH_DEVICE;
    EXPECT_EQ(CaseConnectStream(Filter, 0, CaseMidi, Pin), STATUS_NO_SUCH_DEVICE);
    Device.Gives = true;
    Device.StreamAnswer = STATUS_SUCCESS;
    Device.Stream.ConnectAnswer = STATUS_TOO_MANY_SESSIONS;
    EXPECT_EQ(CaseConnectStream(Filter, 1, CaseMidi, Pin), STATUS_TOO_MANY_SESSIONS);
    EXPECT_EQ(Device.Stream.References, 1);
    EXPECT_EQ(Device.Group.References, 1);
    EXPECT_EQ(Device.Group.Added, 0);
    EXPECT_SUCCESS(CaseConnectStream(Filter, 0, CaseMidi, Pin)); // nothing to connect
    EXPECT_EQ(Device.Group.Added, 1);

    // Its allocator is the end of every chain.
    const PAllocatorMXF Allocator = Device.Stream.Allocator;
    PVOID Found = nullptr;
    EXPECT_SUCCESS(Allocator->QueryInterface(IID_IAllocatorMXF, &Found));
    EXPECT_EQ(Found, Allocator);
    Allocator->Release();
    EXPECT_SUCCESS(Allocator->QueryInterface(IID_IMXF, &Found));
    EXPECT_EQ(Found, Allocator);
    Allocator->Release();
    EXPECT_EQ(Allocator->QueryInterface(IID_IPort, &Found), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Allocator->SetState(KSSTATE_RUN));
    EXPECT_EQ(Allocator->ConnectOutput(&Device.Stream), STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_EQ(Allocator->DisconnectOutput(&Device.Stream), STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_TRUE(Allocator->GetBufferSize() >= 256);
    EXPECT_SUCCESS(Allocator->PutMessage(nullptr));
    EXPECT_SUCCESS(Allocator->PutBuffer(nullptr));
    PBYTE Buffer = nullptr;
    EXPECT_SUCCESS(Allocator->GetBuffer(&Buffer));
    RtlFillMemory(Buffer, Allocator->GetBufferSize(), 1);
    EXPECT_SUCCESS(Allocator->PutBuffer(Buffer));
    // A chain of events, one with a buffer, one a package of such.
    PDMUS_KERNEL_EVENT Package = nullptr;
    REQUIRE_SUCCESS(Allocator->GetMessage(&Package));
    EXPECT_EQ(Package->cbStruct, sizeof *Package);
    EXPECT_EQ(Package->cbEvent, 0);
    Package->usFlags = DMUS_KEF_PACKAGE_EVENT;
    Package->uData.pPackageEvt = NewEvent(Allocator, Exclusive, sizeof Exclusive);
    Package->uData.pPackageEvt->pNextEvt = NewEvent(Allocator, Note, sizeof Note);
    Package->pNextEvt = NewEvent(Allocator, Exclusive, sizeof Exclusive);
    EXPECT_SUCCESS(Allocator->PutMessage(Package)); // or pool would be left behind

    REFERENCE_TIME Time = 0;
    ULONG64 Counter;
    const LONGLONG Before = LONGLONG(KeQueryInterruptTimePrecise(&Counter));
    EXPECT_SUCCESS(Device.Clock->GetTime(&Time)); // "the system real-time clock"
    EXPECT_TRUE(Time >= Before);
    EXPECT_TRUE(Time <= LONGLONG(KeQueryInterruptTimePrecise(&Counter)));
    EXPECT_EQ(Device.Clock->QueryInterface(IID_IPort, &Found), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(CaseSetFormat(Pin, CaseDirectMusic)); // no method of IMXF is for it
    Device.Stream.Refused = KSSTATE_ACQUIRE;
    EXPECT_EQ(CaseSetState(Pin, KSSTATE_ACQUIRE), STATUS_DEVICE_BUSY);
}

// Pins for waves: only those of a software synthesizer, which put out.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    CaseDescription Waves(false);
    Miniport Device;
    Device.Waves = true;
    for (ULONG Pin = 0; Pin < 2; ++Pin) {
        KSPIN_DESCRIPTOR &Own = Device.Description.Pins[Pin].KsPinDescriptor;
        Own.DataRanges = Waves.Pins[Pin].KsPinDescriptor.DataRanges;
        Own.DataRangesCount = Waves.Pins[Pin].KsPinDescriptor.DataRangesCount;
    }
    CasePort Port(Case, CLSID_PortDMus);
    REQUIRE_SUCCESS(Port.Init(&Device));
    CaseFile Filter, Pin;
    REQUIRE_SUCCESS(Port.Open(Filter));
    EXPECT_EQ(CaseConnectStream(Filter, 0, CaseWave, Pin), STATUS_NOT_SUPPORTED);
    EXPECT_FINDING("the DMus port: a stream with a wave format is for data flow out, on a miniport "
                   "with IMiniportDMus");
    EXPECT_EQ(Device.Group.Added, 0);
    EXPECT_EQ(CaseConnectStream(Filter, 1, CaseWave, Pin), STATUS_NOT_SUPPORTED);
    EXPECT_FINDING("IMiniportDMus::NewStream: the stream for DMUS_STREAM_WAVE_SINK has no "
                   "ISynthSinkDMus");
    Device.Gives = false;
    EXPECT_EQ(CaseConnectStream(Filter, 1, CaseDirectSound, Pin), STATUS_UNSUCCESSFUL);
    EXPECT_EQ(Device.Stream.References, 1);
    EXPECT_EQ(Device.Group.References, 1);
}

// Far ahead of its time, if the miniport wants to have it so.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case, 0, CaseMidi, ~0ull);
    Own.Set(KSSTATE_RUN);
    CaseMusic Later;
    Later.Midi(3600 * 1000, Note, sizeof Note);
    CaseFrame Frame(Own.Pin, KSSTREAM_WRITE, Later.Count, Later.Bytes);
    EXPECT_FALSE(Frame.Pending());
    EXPECT_SUCCESS(Frame.Wait());
    EXPECT_EQ(Own.Device.Stream.Sent.Messages, 1);
}

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case, 0, CaseMidi, 50 * 10000);
    Stream &Stream = Own.Device.Stream;
    Own.Set(KSSTATE_RUN);
    static UCHAR Long[2500];
    RtlFillMemory(Long, sizeof Long, 0x11);
    Long[0] = 0xF0;
    Long[sizeof Long - 1] = 0xF7;
    CaseMusic Music;
    Music.Midi(0, Exclusive, 8).Midi(0, Exclusive, 9).Midi(0, Long, sizeof Long);
    CaseFrame Frame(Own.Pin, KSSTREAM_WRITE, Music.Count, Music.Bytes);
    EXPECT_SUCCESS(Frame.Wait());
    const ULONG Buffer = Stream.Allocator->GetBufferSize();
    const ULONG Sizes[] = {8, 9, Buffer, Buffer, ULONG(sizeof Long) - 2 * Buffer};
    EXPECT_EQ(Stream.Sent.Messages, 5);
    for (ULONG Index = 0; Index < 5; ++Index)
        EXPECT_EQ(Stream.Sent.Sizes[Index], Sizes[Index]);
    EXPECT_EQ(RtlCompareMemory(Stream.Sent.Bytes + 17, Long, sizeof Long), sizeof Long);
    EXPECT_EQ(Stream.Flags, DMUS_KEF_EVENT_COMPLETE); // the last piece
    EXPECT_EQ(Stream.Group, 1);
    // A failure: the event is the miniport's all the same, the rest of a long one is lost.
    Stream.Sent = {};
    Stream.Answer = STATUS_DEVICE_BUSY;
    CaseFrame Failed(Own.Pin, KSSTREAM_WRITE, Music.Count, Music.Bytes);
    EXPECT_SUCCESS(Failed.Wait());
    EXPECT_EQ(Stream.Sent.Messages, 3);
    EXPECT_EQ(Stream.Flags, DMUS_KEF_EVENT_INCOMPLETE);
    Stream.Answer = STATUS_SUCCESS;

    // So long before its time an event is sent, and it says when it is due.
    REFERENCE_TIME Start = 0, Sent = 0;
    Own.Set(KSSTATE_STOP);
    Own.Device.Clock->GetTime(&Start);
    Own.Set(KSSTATE_RUN);
    CaseMusic Later;
    Later.Midi(80, Note, sizeof Note);
    Stream.Sent = {};
    CaseFrame Waits(Own.Pin, KSSTREAM_WRITE, Later.Count, Later.Bytes);
    EXPECT_SUCCESS(Waits.Wait());
    Own.Device.Clock->GetTime(&Sent);
    EXPECT_TRUE(Stream.Due >= ULONGLONG(Start) + 80 * 10000 &&
                Stream.Due < ULONGLONG(Start) + 85 * 10000);
    EXPECT_TRUE(Sent >= Start + 29 * 10000 && Sent < Start + 60 * 10000);
}

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case, 0, CaseDirectMusic);
    Stream &Stream = Own.Device.Stream;
    REFERENCE_TIME Start = 0;
    Own.Device.Clock->GetTime(&Start);
    Own.Set(KSSTATE_RUN);
    CaseMusic Music;
    // Deltas are from the frame's time.
    Music.Direct(10 * 10000, 3, Note, sizeof Note).Direct(200 * 10000, 5, Off, sizeof Off);
    {
        CaseFrame Frame(Own.Pin, KSSTREAM_WRITE, Music.Count, Music.Bytes, {100000, 1, 1});
        CaseSleep(60);
        EXPECT_EQ(Stream.Sent.Messages, 1);
        EXPECT_EQ(Stream.Group, 3);
        EXPECT_TRUE(Stream.Sent.Are(Note, sizeof Note));
        EXPECT_TRUE(Frame.Pending());
        EXPECT_SUCCESS(Frame.Wait());
    }
    EXPECT_EQ(Stream.Sent.Messages, 2);
    EXPECT_EQ(Stream.Group, 5);
    EXPECT_TRUE(Stream.Due >= ULONGLONG(Start) + 210 * 10000 &&
                Stream.Due < ULONGLONG(Start) + 215 * 10000);
    // Cut off, in the head and behind it.
    const ULONG Sizes[] = {19, 22};
    for (const ULONG Size : Sizes) {
        CaseFrame Short(Own.Pin, KSSTREAM_WRITE, Size, Music.Bytes);
        EXPECT_EQ(Short.Wait(), STATUS_INVALID_PARAMETER);
    }
    CaseFrame Bare(Own.Pin, KSSTREAM_WRITE, 23, Music.Bytes); // without what fills it up
    EXPECT_SUCCESS(Bare.Wait());
    EXPECT_EQ(Stream.Sent.Messages, 3);
}

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case, 1, CaseDirectMusic);
    Stream &Stream = Own.Device.Stream;
    REQUIRE(Stream.Sink != nullptr);
    PVOID Found = nullptr;
    EXPECT_EQ(Stream.Sink->QueryInterface(IID_IAllocatorMXF, &Found), STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(Stream.Sink->QueryInterface(IID_IMXF, &Found));
    EXPECT_EQ(Found, Stream.Sink);
    Stream.Sink->Release();
    EXPECT_SUCCESS(Stream.Sink->SetState(KSSTATE_RUN));
    EXPECT_EQ(Stream.Sink->ConnectOutput(&Stream), STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_EQ(Stream.Sink->DisconnectOutput(&Stream), STATUS_INVALID_DEVICE_REQUEST);
    Own.Set(KSSTATE_RUN);
    REFERENCE_TIME Start = 0;
    Own.Device.Clock->GetTime(&Start);
    CaseSleep(100);
    // A chain: a message, a package of a raw piece and its end, one that came before RUN.
    PDMUS_KERNEL_EVENT Package = nullptr;
    REQUIRE_SUCCESS(Stream.Allocator->GetMessage(&Package));
    Package->usFlags = DMUS_KEF_PACKAGE_EVENT;
    Package->uData.pPackageEvt =
        NewEvent(Stream.Allocator, Off, 2, Start + 50 * 10000, DMUS_KEF_EVENT_INCOMPLETE);
    Package->uData.pPackageEvt->pNextEvt =
        NewEvent(Stream.Allocator, Off + 2, 1, Start + 60 * 10000, DMUS_KEF_EVENT_INCOMPLETE);
    Package->pNextEvt = NewEvent(Stream.Allocator, Exclusive, sizeof Exclusive, 1);
    Stream.ToSend = NewEvent(Stream.Allocator, Note, sizeof Note, Start + 40 * 10000);
    Stream.ToSend->pNextEvt = NewEvent(Stream.Allocator, Note, 0, Start); // no byte: no message
    Stream.ToSend->pNextEvt->pNextEvt = Package;
    Own.Device.Group.RequestService();
    EXPECT_EQ(Stream.ToSend, (PDMUS_KERNEL_EVENT) nullptr);
    CaseFrame Frame(Own.Pin, KSSTREAM_READ, 256);
    EXPECT_SUCCESS(Frame.Wait());
    EXPECT_EQ(Frame.Memory->Header.DataUsed, 24 + 24 + 32);
    const LONGLONG Time = Frame.Memory->Header.PresentationTime.Time;
    EXPECT_TRUE(Time >= 40 * 10000 && Time < 45 * 10000);
    const struct {
        ULONG At;
        ULONG Bytes;
        const UCHAR *Data;
        LONGLONG Delta;
    } Rows[] = {{0, 3, Note, 0}, {24, 3, Off, 20 * 10000}, {48, 9, Exclusive, 0}};
    for (const auto &Row : Rows) {
        CASE_DIRECT_HEAD Head;
        RtlCopyMemory(&Head, Frame.Memory->Data + Row.At, sizeof Head);
        EXPECT_EQ(Head.Bytes, Row.Bytes);
        EXPECT_EQ(Head.Group, 1);
        EXPECT_EQ(Head.Flags, 1);              // DMUS_EVENT_STRUCTURED
        EXPECT_EQ(Head.Delta100ns, Row.Delta); // never negative
        EXPECT_EQ(RtlCompareMemory(Frame.Memory->Data + Row.At + sizeof Head, Row.Data, Row.Bytes),
                  Row.Bytes);
    }
    EXPECT_EQ(Own.Device.Services, 0); // "currently unused"

    // What comes when the pin has gone is only freed.
    const PMXF Sink = Stream.Sink;
    const PAllocatorMXF Allocator = Stream.Allocator;
    Sink->AddRef();
    Allocator->AddRef();
    Own.Pin.Close();
    EXPECT_EQ(Stream.Disconnects, 1);
    EXPECT_EQ(Stream.References, 1);
    EXPECT_SUCCESS(Sink->PutMessage(NewEvent(Allocator, Exclusive, sizeof Exclusive)));
    EXPECT_EQ(Sink->Release(), 0);
    EXPECT_EQ(Allocator->Release(), 0);
}

// The system's miniports, which a driver may use as a port does: two of them at one I/O port are
// joined by a cable.
EXPORT_CASE(PcNewMiniport) {
    Pinned Own(Case, 1); // has an allocator, a clock and a sink
    const PAllocatorMXF Allocator = Own.Device.Stream.Allocator;
    const PMXF Sink = Own.Device.Stream.Sink;
    Own.Set(KSSTATE_RUN);
    PRESOURCELIST Resources = CaseResources();
    PPORT Ports[2] = {};
    PMINIPORTDMUS Uarts[2] = {};
    PSERVICEGROUP Groups[2] = {}, StreamGroups[2] = {};
    PMXF Streams[2] = {};
    const GUID *const Classes[] = {&CLSID_MiniportDriverDMusUART,
                                   &CLSID_MiniportDriverDMusUARTCapture};
    for (ULONG Index = 0; Index < 2; ++Index) {
        PMINIPORT Made = nullptr;
        REQUIRE_SUCCESS(PcNewMiniport(&Made, *Classes[Index]));
        REQUIRE_SUCCESS(Made->QueryInterface(IID_IMiniportDMus, (PVOID *)&Uarts[Index]));
        Made->Release();
        REQUIRE_SUCCESS(PcNewPort(&Ports[Index], CLSID_PortDMus));
        PPORTDMUS Port = nullptr;
        REQUIRE_SUCCESS(Ports[Index]->QueryInterface(IID_IPortDMus, (PVOID *)&Port));
        EXPECT_EQ(Uarts[Index]->Init(nullptr, nullptr, Port, &Groups[Index]),
                  STATUS_DEVICE_CONFIGURATION_ERROR);
        REQUIRE_SUCCESS(Uarts[Index]->Init(nullptr, Resources, Port, &Groups[Index]));
        Port->Release();
        ULONGLONG Prefetch = 1;
        REQUIRE_SUCCESS(Uarts[Index]->NewStream(
            &Streams[Index], nullptr, NonPagedPool, 0,
            Index == 0 ? DMUS_STREAM_MIDI_RENDER : DMUS_STREAM_MIDI_CAPTURE, nullptr,
            &StreamGroups[Index], Allocator, Own.Device.Clock, &Prefetch));
        EXPECT_EQ(Prefetch, 0);
        EXPECT_EQ(StreamGroups[Index], Groups[Index]);
        Uarts[Index]->Service();
        PVOID Found = nullptr;
        EXPECT_EQ(Streams[Index]->QueryInterface(IID_IAllocatorMXF, &Found),
                  STATUS_INVALID_PARAMETER);
    }
    EXPECT_EQ(Resources->Release(), 0);
    EXPECT_SUCCESS(Streams[1]->ConnectOutput(Sink));
    // Before RUN nothing is played.
    EXPECT_SUCCESS(Streams[0]->SetState(KSSTATE_PAUSE));
    EXPECT_SUCCESS(Streams[0]->PutMessage(NewEvent(Allocator, Tune, sizeof Tune)));
    EXPECT_SUCCESS(Streams[0]->SetState(KSSTATE_RUN));
    PDMUS_KERNEL_EVENT Package = nullptr;
    REQUIRE_SUCCESS(Allocator->GetMessage(&Package));
    Package->usFlags = DMUS_KEF_PACKAGE_EVENT;
    Package->uData.pPackageEvt = NewEvent(Allocator, Exclusive, sizeof Exclusive);
    Package->uData.pPackageEvt->pNextEvt = NewEvent(Allocator, Off, sizeof Off);
    Package->pNextEvt = NewEvent(Allocator, Note, sizeof Note);
    Package->pNextEvt->pNextEvt = NewEvent(Allocator, Eight, sizeof Eight);
    REFERENCE_TIME Start = 0;
    Own.Device.Clock->GetTime(&Start);
    EXPECT_SUCCESS(Streams[0]->PutMessage(Package));
    EXPECT_SUCCESS(Streams[0]->PutMessage(NewEvent(Allocator, Tune, sizeof Tune)));
    EXPECT_SUCCESS(Streams[1]->PutMessage(nullptr)); // nothing has come through yet
    CaseFrame Early(Own.Pin, KSSTREAM_READ, 256);
    EXPECT_TRUE(Early.Pending());
    CaseSleep(20); // 24 bytes of 320 us each
    EXPECT_SUCCESS(Streams[1]->PutMessage(nullptr));
    Own.Device.Group.RequestService();
    EXPECT_SUCCESS(Early.Wait());
    ULONG At = 0;
    const struct {
        const UCHAR *Data;
        ULONG Bytes;
    } Rows[] = {{Exclusive, 9}, {Off, 3}, {Note, 3}, {Eight, 8}, {Tune, 1}};
    for (const auto &Row : Rows) {
        KSMUSICFORMAT Head;
        RtlCopyMemory(&Head, Early.Memory->Data + At, sizeof Head);
        EXPECT_EQ(Head.ByteCount, Row.Bytes);
        At += sizeof Head;
        EXPECT_EQ(RtlCompareMemory(Early.Memory->Data + At, Row.Data, Row.Bytes), Row.Bytes);
        At += (Row.Bytes + 3) / 4 * 4;
    }
    EXPECT_EQ(At, Early.Memory->Header.DataUsed);
    // Without a sink what was heard goes to the allocator.
    EXPECT_SUCCESS(Streams[1]->DisconnectOutput(Sink));
    EXPECT_SUCCESS(Streams[0]->PutMessage(NewEvent(Allocator, Note, sizeof Note)));
    CaseSleep(20);
    EXPECT_SUCCESS(Streams[1]->PutMessage(nullptr));
    EXPECT_SUCCESS(Streams[0]->SetState(KSSTATE_STOP));
    EXPECT_SUCCESS(Streams[0]->PutMessage(NewEvent(Allocator, Note, sizeof Note)));
    for (ULONG Index = 0; Index < 2; ++Index) {
        EXPECT_EQ(Streams[Index]->Release(), 0);
        EXPECT_EQ(Ports[Index]->Release(), 0); // which leaves the group
        StreamGroups[Index]->Release();
        EXPECT_EQ(Uarts[Index]->Release(), 0);
        EXPECT_EQ(Groups[Index]->Release(), 0);
    }
}

namespace {

class Listener : public CaseObject<IServiceSink> {
  public:
    Listener() : CaseObject(IID_IServiceSink) {}
    STDMETHODIMP_(void) RequestService() override { ++Calls; }
    LONG Calls = 0;
};

// One of the system's miniports at the port of CaseResources(), with a stream.
struct Uart {
    Uart(const GUID &Class, PAllocatorMXF Allocator, PMASTERCLOCK Clock) {
        PMINIPORT Made = nullptr;
        EXPECT_SUCCESS(PcNewMiniport(&Made, Class));
        EXPECT_SUCCESS(Made->QueryInterface(IID_IMiniportDMus, (PVOID *)&Miniport));
        Made->Release();
        EXPECT_SUCCESS(PcNewPort(&Port, CLSID_PortDMus));
        PPORTDMUS Own = nullptr;
        EXPECT_SUCCESS(Port->QueryInterface(IID_IPortDMus, (PVOID *)&Own));
        const PRESOURCELIST Resources = CaseResources();
        PSERVICEGROUP StreamGroup = nullptr;
        ULONGLONG Prefetch = 0;
        EXPECT_SUCCESS(Miniport->Init(nullptr, Resources, Own, &Group));
        EXPECT_SUCCESS(Miniport->NewStream(&Stream, nullptr, NonPagedPool, 0,
                                           DMUS_STREAM_MIDI_RENDER, nullptr, &StreamGroup,
                                           Allocator, Clock, &Prefetch));
        EXPECT_SUCCESS(Stream->SetState(KSSTATE_RUN));
        StreamGroup->Release();
        Resources->Release();
        Own->Release();
    }
    ~Uart() { Release(); }
    void Release() {
        if (Port == nullptr)
            return;
        Stream->Release();
        Port->Release();
        Miniport->Release();
        Group->Release();
        Port = nullptr;
    }
    PPORT Port = nullptr;
    PMINIPORTDMUS Miniport = nullptr;
    PSERVICEGROUP Group = nullptr;
    PMXF Stream = nullptr;
};

} // namespace

// Who listens at a cable is told of what arrives, for as long as it is there.
EXPORT_CASE(PcNewMiniport) {
    Pinned Own(Case, 0); // has an allocator and a clock
    const PAllocatorMXF Allocator = Own.Device.Stream.Allocator;
    const PMASTERCLOCK Clock = Own.Device.Clock;
    static UCHAR Long[200]; // 64 ms
    RtlFillMemory(Long, sizeof Long, 0xF8);
    Listener Sink;
    Uart Plays(CLSID_MiniportDriverDMusUART, Allocator, Clock);
    Uart Records(CLSID_MiniportDriverDMusUARTCapture, Allocator, Clock);
    const auto Play = [&] {
        Sink.Calls = 0;
        EXPECT_SUCCESS(Plays.Stream->PutMessage(NewEvent(Allocator, Long, sizeof Long)));
        CaseSleep(150);
    };
    EXPECT_SUCCESS(Records.Group->AddMember(&Sink));
    {
        Uart Another(CLSID_MiniportDriverDMusUART, Allocator, Clock);
        Play();
        EXPECT_TRUE(Sink.Calls > 1); // with the first byte, and with the last
    }
    Play();
    EXPECT_TRUE(Sink.Calls > 1);
    Records.Group->RemoveMember(&Sink);
    Records.Release();
    Play();
    EXPECT_EQ(Sink.Calls, 0);
    EXPECT_EQ(Sink.References, 1);
}

// An adapter has a UART that is part of a synthesizer say so, before it is initialized: the data
// ranges of its pins tell it then.
EXPORT_CASE(PcNewMiniport) {
    UNREFERENCED_PARAMETER(Case);
    const GUID *const Classes[] = {&CLSID_MiniportDriverDMusUART,
                                   &CLSID_MiniportDriverDMusUARTCapture, &CLSID_MiniportDriverUart};
    for (const GUID *Class : Classes) {
        PMINIPORT Made = nullptr;
        REQUIRE_SUCCESS(PcNewMiniport(&Made, *Class));
        PPCFILTER_DESCRIPTOR Description = nullptr;
        REQUIRE_SUCCESS(Made->GetDescription(&Description));
        const auto *Range =
            (const KSDATARANGE_MUSIC *)Description->Pins[0].KsPinDescriptor.DataRanges[0];
        EXPECT_TRUE(IsEqualGUIDAligned(Range->Technology, KSMUSIC_TECHNOLOGY_PORT));
        PMUSICTECHNOLOGY Technology = nullptr;
        REQUIRE_SUCCESS(Made->QueryInterface(IID_IMusicTechnology, (PVOID *)&Technology));
        EXPECT_EQ(Technology->SetTechnology(nullptr), STATUS_INVALID_PARAMETER);
        EXPECT_SUCCESS(Technology->SetTechnology(&KSMUSIC_TECHNOLOGY_WAVETABLE));
        EXPECT_TRUE(IsEqualGUIDAligned(Range->Technology, KSMUSIC_TECHNOLOGY_WAVETABLE));
        EXPECT_EQ(Technology->Release(), 1);
        EXPECT_EQ(Made->Release(), 0);
    }
}
