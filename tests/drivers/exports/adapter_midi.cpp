// The MIDI port over an IMiniportMidi: groups, formats, what is written and what is heard.
#include "adapter_music.h"

namespace {

class Stream : public CaseObject<IMiniportMidiStream> {
  public:
    Stream() : CaseObject(IID_IMiniportMidiStream) {}
    ~Stream() { EXPECT_EQ(References, 1); }
    STDMETHODIMP_(NTSTATUS) SetFormat(PKSDATAFORMAT DataFormat) override {
        ++Formats;
        EXPECT_TRUE(CaseSameGuid(DataFormat->MajorFormat, KSDATAFORMAT_TYPE_MUSIC));
        return FormatAnswer;
    }
    STDMETHODIMP_(NTSTATUS) SetState(KSSTATE State) override {
        const NTSTATUS Status = State == Refused ? STATUS_DEVICE_BUSY : STATUS_SUCCESS;
        if (NT_SUCCESS(Status))
            Last = State;
        return Status;
    }
    STDMETHODIMP_(NTSTATUS) Read(PVOID Buffer, ULONG Length, PULONG BytesRead) override {
        *BytesRead = 0;
        ++Reads;
        if (!NT_SUCCESS(ReadAnswer)) {
            *BytesRead = 1; // which is no byte
            return ReadAnswer;
        }
        const ULONG Count = min(Length, HeardCount);
        RtlCopyMemory(Buffer, Heard, Count);
        Heard += Count;
        HeardCount -= Count;
        *BytesRead = Count != 0 ? Count + ReadBoast : 0;
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(NTSTATUS) Write(PVOID Buffer, ULONG Bytes, PULONG Written) override {
        EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
        ++Writes;
        *Written = 0;
        if (!NT_SUCCESS(WriteAnswer))
            return WriteAnswer;
        const ULONG Taken = min(Bytes, Most);
        if (Taken != 0)
            Sent.Add(Buffer, Taken);
        *Written = Taken + Boast;
        return STATUS_SUCCESS;
    }
    LONG Formats = 0, Reads = 0, Writes = 0;
    ULONG Most = ~0u, Boast = 0, ReadBoast = 0;
    NTSTATUS FormatAnswer = STATUS_SUCCESS, ReadAnswer = STATUS_SUCCESS,
             WriteAnswer = STATUS_SUCCESS;
    KSSTATE Last = KSSTATE_STOP;
    LONG Refused = -1; // no state
    CaseBytes Sent = {};
    const UCHAR *Heard = nullptr;
    ULONG HeardCount = 0;
};

class Miniport : public CaseMiniport<IMiniportMidi> {
  public:
    Miniport() : CaseMiniport(IID_IMiniportMidi, true) {}
    STDMETHODIMP_(NTSTATUS)
    Init(PUNKNOWN, PRESOURCELIST, PPORTMIDI NewPort, PSERVICEGROUP *ServiceGroup) override {
        ++Inits;
        Port = NewPort;
        if (Registers)
            EXPECT_SUCCESS(Port->RegisterServiceGroup(Group));
        if (Group != nullptr)
            *ServiceGroup = Group->Given();
        return InitAnswer;
    }
    STDMETHODIMP_(void) Service() override { ++Services; }
    STDMETHODIMP_(NTSTATUS)
    NewStream(PMINIPORTMIDISTREAM *Out, PUNKNOWN, POOL_TYPE Pool, ULONG Pin, BOOLEAN Capture,
              PKSDATAFORMAT, PSERVICEGROUP *ServiceGroup) override {
        EXPECT_EQ(Pool, NonPagedPool);
        EXPECT_EQ(Capture, Pin == 1);
        if (StreamGroup != nullptr)
            *ServiceGroup = StreamGroup->Given();
        if (NT_SUCCESS(StreamAnswer) && Gives) {
            Stream.AddRef();
            *Out = &Stream;
        }
        return StreamAnswer;
    }
    ::Stream Stream;
    CaseGroup *Group = nullptr, *StreamGroup = nullptr;
    PPORTMIDI Port = nullptr;
    LONG Services = 0;
    bool Registers = false, Gives = true;
};

// A pin of a port of its own. What is heard is asked for by Group.
struct Pinned {
    Pinned(CASE_CONTEXT &Case, ULONG PinId, CASE_STREAM Kind = CaseMidi)
        : Port(Case, CLSID_PortMidi) {
        Device.StreamGroup = &Group;
        EXPECT_SUCCESS(Port.Init(&Device));
        EXPECT_SUCCESS(Port.Open(Filter));
        EXPECT_SUCCESS(CaseConnectStream(Filter, PinId, Kind, Pin));
    }
    // Up to the state in which music travels.
    void Set(KSSTATE State) { EXPECT_SUCCESS(CaseSetState(Pin, State)); }
    void Hear(const UCHAR *Bytes, ULONG Count) {
        Device.Stream.Heard = Bytes;
        Device.Stream.HeardCount = Count;
        Group.RequestService();
    }
    CaseGroup Group;
    Miniport Device;
    CasePort Port;
    CaseFile Filter, Pin;
};

NTSTATUS Reset(const CaseFile &Pin, KSRESET What) {
    return CaseControl(Pin, IOCTL_KS_RESET_STATE, &What, sizeof What, nullptr, 0);
}

} // namespace

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    CaseGroup Own, Streams;
    Miniport Device;
    CasePort Port(Case, CLSID_PortMidi);
    Device.Group = &Own;
    // Whatever fails, nobody is left in the group.
    Device.Registers = true;
    Device.InitAnswer = STATUS_DEVICE_CONFIGURATION_ERROR;
    EXPECT_EQ(Port.Init(&Device), STATUS_DEVICE_CONFIGURATION_ERROR);
    EXPECT_EQ(Own.Added, 1);
    EXPECT_EQ(Own.Removed, 1);
    Device.InitAnswer = STATUS_SUCCESS;
    Device.DescribeAnswer = STATUS_DEVICE_BUSY;
    EXPECT_EQ(Port.Init(&Device), STATUS_DEVICE_BUSY);
    EXPECT_EQ(Own.Added, 2);
    EXPECT_EQ(Own.Removed, 2);
    EXPECT_EQ(Own.References, 1);
    Device.DescribeAnswer = STATUS_SUCCESS;
    Device.Registers = false;
    Own.Answer = STATUS_TOO_MANY_SESSIONS; // of AddMember
    EXPECT_EQ(Port.Init(&Device), STATUS_TOO_MANY_SESSIONS);
    EXPECT_EQ(Own.References, 1);
    Own.Answer = STATUS_SUCCESS;
    Device.Registers = true;
    REQUIRE_SUCCESS(Port.Init(&Device));
    EXPECT_EQ(Own.Added, 3); // once, though it is registered and put out
    EXPECT_EQ(Own.References, 2);
    EXPECT_EQ(Device.Port->RegisterServiceGroup(nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Device.Port->RegisterServiceGroup(&Streams), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Streams.Added, 0);
    Device.Port->Notify(&Streams);
    EXPECT_EQ(Streams.Requests, 1);
    EXPECT_EQ(Own.Requests, 0);
    Device.Port->Notify(nullptr);
    EXPECT_EQ(Own.Requests, 1);
    EXPECT_EQ(Device.Services, 1);

    CaseFile Filter, Pin;
    REQUIRE_SUCCESS(Port.Open(Filter));
    const auto Connect = [&] { return CaseConnectStream(Filter, 0, CaseMidi, Pin); };
    EXPECT_SUCCESS(Connect()); // without a group: the port's alone
    EXPECT_EQ(Own.Added, 4);
    Pin.Close();
    EXPECT_EQ(Own.Removed, 3);
    Device.StreamGroup = &Own;
    EXPECT_SUCCESS(Connect()); // the port's: once
    EXPECT_EQ(Own.Added, 5);
    Pin.Close();
    EXPECT_EQ(Own.Removed, 4);
    Device.StreamGroup = &Streams;
    EXPECT_SUCCESS(Connect()); // both
    EXPECT_EQ(Own.Added, 6);
    EXPECT_EQ(Streams.Added, 1);
    const PSERVICESINK Sink = Streams.Member;
    Sink->AddRef();
    PVOID Found = nullptr;
    EXPECT_SUCCESS(Sink->QueryInterface(IID_IServiceSink, &Found));
    EXPECT_EQ(Found, Sink);
    Sink->Release();
    EXPECT_EQ(Sink->QueryInterface(IID_IServiceGroup, &Found), STATUS_INVALID_PARAMETER);
    Pin.Close();
    EXPECT_EQ(Streams.Removed, 1);
    EXPECT_EQ(Streams.References, 1);
    Sink->RequestService(); // too late: a DPC of the group was under way
    EXPECT_EQ(Sink->Release(), 0);

    Streams.Answer = STATUS_TOO_MANY_SESSIONS;
    EXPECT_EQ(Connect(), STATUS_TOO_MANY_SESSIONS);
    EXPECT_EQ(Device.Stream.References, 1);
    Streams.Answer = STATUS_SUCCESS;
    Own.Answer = STATUS_TOO_MANY_SESSIONS;
    EXPECT_EQ(Connect(), STATUS_TOO_MANY_SESSIONS);
    EXPECT_EQ(Streams.Removed, Streams.Added);
    Own.Answer = STATUS_SUCCESS;
    Device.Gives = false;
    EXPECT_EQ(Connect(), STATUS_UNSUCCESSFUL);
    Device.StreamAnswer = STATUS_NO_SUCH_DEVICE;
    EXPECT_EQ(Connect(), STATUS_NO_SUCH_DEVICE);
    EXPECT_EQ(Streams.References, 1);
    EXPECT_EQ(Own.References, 2);
}

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case, 0);
    Stream &Stream = Own.Device.Stream;
    const UCHAR Note[] = {0x90, 60, 100}, Other[] = {0x80, 60, 0};
    Stream.FormatAnswer = STATUS_DEVICE_BUSY;
    EXPECT_EQ(CaseSetFormat(Own.Pin, CaseDirectMusic), STATUS_DEVICE_BUSY);
    EXPECT_EQ(Stream.Formats, 1);
    Stream.Refused = KSSTATE_PAUSE;
    EXPECT_EQ(CaseSetState(Own.Pin, KSSTATE_RUN), STATUS_DEVICE_BUSY);
    Stream.Refused = -1;
    Own.Set(KSSTATE_RUN);
    EXPECT_EQ(Stream.Last, KSSTATE_RUN);
    CaseMusic Music;
    Music.Midi(0, Note, sizeof Note);
    CaseFrame First(Own.Pin, KSSTREAM_WRITE, Music.Count, Music.Bytes);
    EXPECT_SUCCESS(First.Wait()); // as it was
    EXPECT_TRUE(Stream.Sent.Are(Note, sizeof Note));
    Own.Set(KSSTATE_PAUSE);
    Stream.FormatAnswer = STATUS_SUCCESS;
    EXPECT_SUCCESS(CaseSetFormat(Own.Pin, CaseDirectMusic));
    EXPECT_EQ(Stream.Formats, 2);
    Own.Set(KSSTATE_RUN);
    CaseMusic Direct;
    Direct.Direct(0, 1, Other, sizeof Other).Direct(0, 2, Note, sizeof Note);
    Stream.Sent = {};
    CaseFrame Second(Own.Pin, KSSTREAM_WRITE, Direct.Count, Direct.Bytes);
    EXPECT_SUCCESS(Second.Wait());
    EXPECT_EQ(Stream.Sent.Messages, 2);
    EXPECT_EQ(Stream.Sent.Bytes[0], Other[0]);
    EXPECT_EQ(Stream.Sent.Bytes[3], Note[0]);
}

// A group that is registered before there is a miniport.
EXPORT_CASE(PcNewPort) {
    CaseGroup Group, Another;
    Miniport Device;
    CasePort Port(Case, CLSID_PortMidi);
    PPORTMIDI Own = nullptr;
    REQUIRE_SUCCESS(Port.Port->QueryInterface(IID_IPortMidi, (PVOID *)&Own));
    EXPECT_SUCCESS(Own->RegisterServiceGroup(&Group));
    EXPECT_EQ(Group.Added, 1);
    Group.RequestService(); // nobody to serve
    Own->Notify(nullptr);
    EXPECT_EQ(Group.Requests, 2);
    Device.Group = &Another; // the port has its group
    EXPECT_SUCCESS(Port.Init(&Device));
    EXPECT_EQ(Another.Added, 0);
    EXPECT_EQ(Another.References, 1);
    Group.RequestService();
    EXPECT_EQ(Device.Services, 1);
    EXPECT_EQ(Own->Release(), 1);
}

// What a device does with what it is sent.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case, 0);
    Stream &Stream = Own.Device.Stream;
    Own.Set(KSSTATE_RUN);
    const UCHAR Note[] = {0x90, 60, 100}, Other[] = {0x80, 60, 0},
                Both[] = {0x90, 60, 100, 0x80, 60, 0};
    CaseMusic Music;
    Music.Midi(0, Note, sizeof Note).Midi(0, Other, sizeof Other);
    // An error: the event is lost, not those behind it.
    Stream.WriteAnswer = STATUS_DEVICE_BUSY;
    CaseFrame Lost(Own.Pin, KSSTREAM_WRITE, Music.Count, Music.Bytes);
    EXPECT_SUCCESS(Lost.Wait());
    EXPECT_EQ(Stream.Writes, 2);
    Stream.WriteAnswer = STATUS_SUCCESS;
    // More than it was given is all of it.
    Stream.Boast = 5;
    CaseFrame Boasted(Own.Pin, KSSTREAM_WRITE, Music.Count, Music.Bytes);
    EXPECT_SUCCESS(Boasted.Wait());
    EXPECT_TRUE(Stream.Sent.Are(Both, sizeof Both));
    EXPECT_EQ(Stream.Sent.Messages, 2);
    Stream.Boast = 0;
    // Byte by byte.
    Stream.Sent = {};
    Stream.Most = 1;
    CaseFrame Slow(Own.Pin, KSSTREAM_WRITE, Music.Count, Music.Bytes);
    EXPECT_SUCCESS(Slow.Wait());
    EXPECT_TRUE(Stream.Sent.Are(Both, sizeof Both));
    EXPECT_EQ(Stream.Sent.Messages, 6);
    // Nothing now: it is asked again, by a timer.
    Stream.Sent = {};
    Stream.Most = 0;
    Stream.Writes = 0;
    {
        CaseFrame Waits(Own.Pin, KSSTREAM_WRITE, Music.Count, Music.Bytes);
        EXPECT_TRUE(Waits.Pending());
        CaseSleep(40);
        EXPECT_TRUE(Stream.Writes > 2);
        EXPECT_TRUE(Waits.Pending());
        Stream.Most = ~0u;
        EXPECT_SUCCESS(Waits.Wait());
        EXPECT_TRUE(Stream.Sent.Are(Both, sizeof Both));
    }
    // A reset drops what it has not taken.
    Stream.Sent = {};
    Stream.Most = 0;
    {
        CaseFrame Dropped(Own.Pin, KSSTREAM_WRITE, Music.Count, Music.Bytes);
        EXPECT_SUCCESS(Reset(Own.Pin, KSRESET_BEGIN));
        EXPECT_FALSE(Dropped.Pending());
        Stream.Most = ~0u;
        EXPECT_SUCCESS(Reset(Own.Pin, KSRESET_END));
        CaseSleep(40);
        EXPECT_EQ(Stream.Sent.Count, 0);
    }
    CaseFrame Next(Own.Pin, KSSTREAM_WRITE, Music.Count, Music.Bytes);
    EXPECT_SUCCESS(Next.Wait());
    EXPECT_TRUE(Stream.Sent.Are(Both, sizeof Both));
}

// Frames without events, many events, and times of other units.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case, 0);
    Stream &Stream = Own.Device.Stream;
    Own.Set(KSSTATE_PAUSE);
    const UCHAR Clock[] = {0xf8};
    CaseMusic Empty, Many;
    constexpr ULONG Events = 1300;
    for (ULONG Index = 0; Index < Events; ++Index)
        Many.Midi(0, Clock, sizeof Clock);
    CaseFrame Nothing(Own.Pin, KSSTREAM_WRITE, 0);
    CaseFrame Silent(Own.Pin, KSSTREAM_WRITE, Empty.Midi(0, Clock, 0).Count, Empty.Bytes);
    CaseFrame All(Own.Pin, KSSTREAM_WRITE, Many.Count, Many.Bytes);
    EXPECT_TRUE(All.Pending());
    Own.Set(KSSTATE_RUN);
    EXPECT_SUCCESS(Nothing.Wait());
    EXPECT_SUCCESS(Silent.Wait());
    // Whoever's thread that was has been let go of before all was sent; a timer goes on.
    EXPECT_TRUE(Stream.Sent.Count > 500 && Stream.Sent.Count < Events);
    EXPECT_SUCCESS(All.Wait());
    EXPECT_EQ(Stream.Sent.Count, Events);
    EXPECT_EQ(Stream.Writes, LONG(Events)); // an event without bytes is not sent

    Own.Set(KSSTATE_STOP);
    Own.Set(KSSTATE_RUN); // time begins anew
    LARGE_INTEGER Begin, End;
    ULONG64 Counter;
    Begin.QuadPart = LONGLONG(KeQueryInterruptTimePrecise(&Counter));
    CaseMusic One;
    One.Midi(20, Clock, sizeof Clock);
    CaseFrame Later(Own.Pin, KSSTREAM_WRITE, One.Count, One.Bytes, {30, 100000, 10}); // 30 ms
    EXPECT_SUCCESS(Later.Wait());
    End.QuadPart = LONGLONG(KeQueryInterruptTimePrecise(&Counter));
    const LONGLONG Passed = (End.QuadPart - Begin.QuadPart) / 10000;
    EXPECT_TRUE(Passed >= 49 && Passed < 70);
    EXPECT_EQ(Stream.Sent.Count, Events + 1);
}

// What a cable carries, and the messages that a client gets of it.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    const struct {
        ULONG Heard;
        UCHAR Bytes[12];
        ULONG Lengths[6]; // of the messages
        UCHAR Messages[12];
    } Rows[] = {
        {3, {1, 2, 3}, {}, {}},                                          // no status
        {4, {0x90, 1, 2, 3}, {3}, {0x90, 1, 2}},                         // half a note
        {5, {0xA0, 1, 2, 3, 4}, {3, 3}, {0xA0, 1, 2, 0xA0, 3, 4}},       // running status
        {3, {0xC3, 1, 2}, {2, 2}, {0xC3, 1, 0xC3, 2}},                   //
        {2, {0xD3, 1}, {2}, {0xD3, 1}},                                  //
        {3, {0xE0, 1, 2}, {3}, {0xE0, 1, 2}},                            //
        {2, {0xF1, 7}, {2}, {0xF1, 7}},                                  // quarter frame
        {3, {0xF2, 7, 8}, {3}, {0xF2, 7, 8}},                            // song position
        {2, {0xF3, 7}, {2}, {0xF3, 7}},                                  // song select
        {1, {0xF6}, {1}, {0xF6}},                                        // tune request
        {5, {0xF4, 1, 0xF5, 2, 0xF7}, {}, {}},                           // undefined, and no end
        {6, {0x90, 1, 2, 0xF6, 3, 4}, {3, 1}, {0x90, 1, 2, 0xF6}},       // which ends running
        {5, {0xF1, 7, 8, 0xF8, 9}, {2, 1}, {0xF1, 7, 0xF8}},             //
        {4, {0x90, 1, 0xFE, 2}, {1, 3}, {0xFE, 0x90, 1, 2}},             // real time within
        {5, {0xF0, 1, 0xFA, 2, 0xF7}, {1, 4}, {0xFA, 0xF0, 1, 2, 0xF7}}, //
        {5, {0xF0, 1, 0x90, 2, 3}, {2, 3}, {0xF0, 1, 0x90, 2, 3}},       // ended by a status
        {6, {0xF0, 1, 0xF0, 2, 0xF7, 3}, {2, 3}, {0xF0, 1, 0xF0, 2, 0xF7}},
        {5, {0x90, 1, 0xC1, 2, 3}, {2, 2}, {0xC1, 2, 0xC1, 3}}, // one that is not ended
        {2, {0xFF, 0xF9}, {1, 1}, {0xFF, 0xF9}},
    };
    Pinned Own(Case, 1);
    for (const auto &Row : Rows) {
        Own.Set(KSSTATE_RUN);
        Own.Hear(Row.Bytes, Row.Heard);
        CaseFrame Frame(Own.Pin, KSSTREAM_READ, 256);
        ULONG At = 0, Message = 0, Byte = 0;
        if (Row.Lengths[0] == 0) {
            EXPECT_TRUE(Frame.Pending());
        } else {
            EXPECT_SUCCESS(Frame.Wait());
            EXPECT_NE(Frame.Memory->Header.OptionsFlags & KSSTREAM_HEADER_OPTIONSF_TIMEVALID, 0);
        }
        while (At < Frame.Memory->Header.DataUsed) {
            KSMUSICFORMAT Head;
            RtlCopyMemory(&Head, Frame.Memory->Data + At, sizeof Head);
            EXPECT_EQ(Head.TimeDeltaMs, 0);
            EXPECT_EQ(Head.ByteCount, Message < 6 ? Row.Lengths[Message] : 0);
            for (ULONG Index = 0; Index < (Head.ByteCount + 3) / 4 * 4; ++Index)
                EXPECT_EQ(Frame.Memory->Data[At + sizeof Head + Index],
                          Index < Head.ByteCount ? Row.Messages[Byte++] : 0);
            At += sizeof Head + (Head.ByteCount + 3) / 4 * 4;
            ++Message;
        }
        EXPECT_EQ(At, Frame.Memory->Header.DataUsed);
        EXPECT_EQ(Row.Lengths[Message], 0);
        Own.Set(KSSTATE_STOP); // forgets what was begun
    }
}

// A frame's time and those of its messages; frames that are too small.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case, 1);
    Own.Set(KSSTATE_RUN);
    const UCHAR Note[] = {0x90, 60, 100}, More[] = {0x80, 60, 0, 0xF0, 1, 2, 3, 4, 5, 0xF7};
    CaseSleep(20);
    Own.Hear(Note, sizeof Note);
    CaseSleep(30);
    Own.Hear(More, sizeof More);
    {
        CaseFrame Small(Own.Pin, KSSTREAM_READ, 8); // a head, and no byte behind it
        EXPECT_EQ(Small.Wait(), STATUS_BUFFER_TOO_SMALL);
        EXPECT_EQ(Small.Memory->Header.DataUsed, 0);
    }
    CaseFrame First(Own.Pin, KSSTREAM_READ, 35); // the third message has no room
    EXPECT_SUCCESS(First.Wait());
    EXPECT_EQ(First.Memory->Header.DataUsed, 24);
    const KSTIME &Time = First.Memory->Header.PresentationTime;
    EXPECT_TRUE(Time.Time >= 200000 && Time.Time < 400000);
    EXPECT_EQ(Time.Numerator, 1);
    EXPECT_EQ(Time.Denominator, 1);
    KSMUSICFORMAT Heads[2];
    RtlCopyMemory(&Heads[0], First.Memory->Data, sizeof Heads[0]);
    RtlCopyMemory(&Heads[1], First.Memory->Data + 12, sizeof Heads[1]);
    EXPECT_EQ(Heads[0].TimeDeltaMs, 0);
    EXPECT_TRUE(Heads[1].TimeDeltaMs >= 29 && Heads[1].TimeDeltaMs < 50);
    EXPECT_EQ(Heads[1].ByteCount, 3);
    // A message that is longer than a frame goes on in the next.
    CaseFrame Begin(Own.Pin, KSSTREAM_READ, 12), End(Own.Pin, KSSTREAM_READ, 64);
    EXPECT_SUCCESS(Begin.Wait());
    EXPECT_EQ(Begin.Memory->Header.DataUsed, 12);
    EXPECT_EQ(RtlCompareMemory(Begin.Memory->Data + 8, More + 3, 4), 4);
    EXPECT_SUCCESS(End.Wait());
    EXPECT_EQ(End.Memory->Header.DataUsed, 12);
    EXPECT_EQ(RtlCompareMemory(End.Memory->Data + 8, More + 7, 3), 3);
    EXPECT_EQ(End.Memory->Data[11], 0);
    // A Read that fails has heard nothing.
    Own.Device.Stream.ReadAnswer = STATUS_DEVICE_BUSY;
    const LONG Reads = Own.Device.Stream.Reads;
    Own.Hear(Note, sizeof Note);
    EXPECT_EQ(Own.Device.Stream.Reads, Reads + 1);
    Own.Device.Stream.ReadAnswer = STATUS_SUCCESS;
    CaseFrame Next(Own.Pin, KSSTREAM_READ, 64);
    EXPECT_SUCCESS(Next.Wait());
    EXPECT_EQ(Next.Memory->Header.DataUsed, 12);
}

// What exactly fits a frame; what a device says that it has read; a long message.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case, 1);
    Stream &Stream = Own.Device.Stream;
    Own.Set(KSSTATE_PAUSE); // as good as RUN
    const UCHAR Note[] = {0x90, 60, 100}, Off[] = {0x80, 60, 0}, Both[] = {0x90, 1, 2, 0x80, 3, 4};
    Own.Hear(Both, sizeof Both);
    CaseFrame Two(Own.Pin, KSSTREAM_READ, 23); // without what fills the second one up
    EXPECT_FALSE(Two.Pending());
    EXPECT_SUCCESS(Two.Wait());
    EXPECT_EQ(Two.Memory->Header.DataUsed, 23);
    Own.Hear(Note, sizeof Note);
    CaseFrame One(Own.Pin, KSSTREAM_READ, 11);
    EXPECT_SUCCESS(One.Wait());
    EXPECT_EQ(One.Memory->Header.DataUsed, 11);
    CaseFrame Next(Own.Pin, KSSTREAM_READ, 64);
    EXPECT_TRUE(Next.Pending()); // nothing is left over
    Own.Hear(Off, sizeof Off);
    EXPECT_SUCCESS(Next.Wait());
    EXPECT_EQ(Next.Memory->Header.DataUsed, 12);
    EXPECT_EQ(RtlCompareMemory(Next.Memory->Data + 8, Off, sizeof Off), sizeof Off);

    // No more than there was room for.
    static UCHAR Clocks[130];
    RtlFillMemory(Clocks, sizeof Clocks, 0xf8);
    Stream.ReadBoast = 1;
    Own.Hear(Clocks, 64);
    Stream.ReadBoast = 0;
    CaseFrame Boasted(Own.Pin, KSSTREAM_READ, 4096);
    EXPECT_SUCCESS(Boasted.Wait());
    EXPECT_EQ(Boasted.Memory->Header.DataUsed, 64 * 12);
    // As long as there are more.
    Stream.Reads = 0;
    Own.Hear(Clocks, sizeof Clocks);
    EXPECT_EQ(Stream.Reads, 4);
    CaseFrame All(Own.Pin, KSSTREAM_READ, 4096);
    EXPECT_SUCCESS(All.Wait());
    EXPECT_EQ(All.Memory->Header.DataUsed, sizeof Clocks * 12);
    // What nobody has read goes with STOP.
    Own.Hear(Note, sizeof Note);
    Own.Set(KSSTATE_STOP);
    Own.Set(KSSTATE_RUN);
    CaseFrame Anew(Own.Pin, KSSTREAM_READ, 64);
    EXPECT_TRUE(Anew.Pending());
    Own.Hear(Off, sizeof Off);
    EXPECT_SUCCESS(Anew.Wait());
    EXPECT_EQ(RtlCompareMemory(Anew.Memory->Data + 8, Off, sizeof Off), sizeof Off);
}

// A step that fails on the way down is taken all the same.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case, 0);
    Own.Set(KSSTATE_RUN);
    Own.Device.Stream.Refused = KSSTATE_PAUSE;
    Own.Set(KSSTATE_PAUSE);
    const UCHAR Note[] = {0x90, 60, 100};
    CaseMusic Music;
    Music.Midi(0, Note, sizeof Note);
    CaseFrame Frame(Own.Pin, KSSTREAM_WRITE, Music.Count, Music.Bytes);
    EXPECT_TRUE(Frame.Pending());
    EXPECT_EQ(Own.Device.Stream.Writes, 0);
    Own.Device.Stream.Refused = -1;
    Own.Set(KSSTATE_RUN);
    EXPECT_SUCCESS(Frame.Wait());
    EXPECT_EQ(Own.Device.Stream.Writes, 1);
}
