// The WaveCyclic port over a channel of the case's own: what is put into its buffer, and when.
#include "adapter_audio.h"

namespace {

// A DMA channel that is memory and nothing else.
class Channel : public CaseObject<IDmaChannel> {
  public:
    Channel() : CaseObject(IID_IDmaChannel) {}
    ~Channel() { EXPECT_EQ(References, 1); }
    STDMETHODIMP_(NTSTATUS) AllocateBuffer(ULONG, PPHYSICAL_ADDRESS) override {
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(void) FreeBuffer() override {}
    STDMETHODIMP_(ULONG) TransferCount() override { return 0; }
    STDMETHODIMP_(ULONG) MaximumBufferSize() override { return sizeof Memory; }
    STDMETHODIMP_(ULONG) AllocatedBufferSize() override { return Allocated; }
    STDMETHODIMP_(ULONG) BufferSize() override { return Says != 0 ? Says - 1 : Size; }
    STDMETHODIMP_(void) SetBufferSize(ULONG Bytes) override { Size = Bytes; }
    STDMETHODIMP_(PVOID) SystemAddress() override { return HasMemory ? Memory : nullptr; }
    STDMETHODIMP_(PHYSICAL_ADDRESS) PhysicalAddress() override { return {}; }
    STDMETHODIMP_(PADAPTER_OBJECT) GetAdapterObject() override { return nullptr; }
    STDMETHODIMP_(void) CopyTo(PVOID Destination, PVOID Source, ULONG Bytes) override {
        ++Copies;
        RtlCopyMemory(Destination, Source, Bytes);
    }
    STDMETHODIMP_(void) CopyFrom(PVOID Destination, PVOID Source, ULONG Bytes) override {
        ++Copies;
        RtlCopyMemory(Destination, Source, Bytes);
    }
    UCHAR Memory[4096] = {};
    ULONG Allocated = 1000, Size = 0;
    ULONG Says = 0; // of BufferSize, plus one
    LONG Copies = 0;
    bool HasMemory = true;
};

class Stream : public CaseObject<IMiniportWaveCyclicStream> {
  public:
    Stream() : CaseObject(IID_IMiniportWaveCyclicStream) {}
    ~Stream() { EXPECT_EQ(References, 1); }
    STDMETHODIMP_(NTSTATUS) SetFormat(PKSDATAFORMAT) override {
        ++Formats;
        return FormatAnswer;
    }
    STDMETHODIMP_(ULONG) SetNotificationFreq(ULONG Milliseconds, PULONG FrameSize) override {
        EXPECT_EQ(Milliseconds, 10);
        *FrameSize = Interval;
        return Milliseconds;
    }
    STDMETHODIMP_(NTSTATUS) SetState(KSSTATE State) override {
        return State == Refused ? STATUS_DEVICE_BUSY : STATUS_SUCCESS;
    }
    STDMETHODIMP_(NTSTATUS) GetPosition(PULONG Position) override {
        *Position = At;
        return PositionAnswer;
    }
    STDMETHODIMP_(NTSTATUS) NormalizePhysicalPosition(PLONGLONG) override { return STATUS_SUCCESS; }
    STDMETHODIMP_(void) Silence(PVOID Buffer, ULONG Bytes) override {
        RtlFillMemory(Buffer, Bytes, 0xEE);
    }
    LONG Formats = 0;
    ULONG Interval = 40, At = 0;
    LONG Refused = -1; // no state
    NTSTATUS FormatAnswer = STATUS_SUCCESS, PositionAnswer = STATUS_SUCCESS;
};

class Miniport : public CaseMiniport<IMiniportWaveCyclic> {
  public:
    Miniport() : CaseMiniport(IID_IMiniportWaveCyclic) {}
    STDMETHODIMP_(NTSTATUS) Init(PUNKNOWN, PRESOURCELIST, PPORTWAVECYCLIC) override {
        return InitAnswer;
    }
    STDMETHODIMP_(NTSTATUS)
    NewStream(PMINIPORTWAVECYCLICSTREAM *Out, PUNKNOWN, POOL_TYPE, ULONG Pin, BOOLEAN Capture,
              PKSDATAFORMAT, PDMACHANNEL *DmaChannel, PSERVICEGROUP *ServiceGroup) override {
        EXPECT_EQ(Capture, Pin == 1);
        if (GivesStream) {
            Stream.AddRef();
            *Out = &Stream;
        }
        if (GivesChannel) {
            Channel.AddRef();
            *DmaChannel = &Channel;
        }
        *ServiceGroup = Group.Given();
        return StreamAnswer;
    }
    ::Stream Stream;
    ::Channel Channel;
    CaseGroup Group;
    bool GivesStream = true, GivesChannel = true;
};

struct Pinned {
    Pinned(CASE_CONTEXT &Case, ULONG PinId, CASE_STREAM Kind = CaseWave, ULONG Interval = 40)
        : Port(Case, CLSID_PortWaveCyclic) {
        Device.Stream.Interval = Interval;
        EXPECT_SUCCESS(Port.Init(&Device));
        EXPECT_SUCCESS(Port.Open(Filter));
        EXPECT_SUCCESS(CaseConnectStream(Filter, PinId, Kind, Pin));
    }
    void Set(KSSTATE State) { EXPECT_SUCCESS(CaseSetState(Pin, State)); }
    // The device is there, and its interrupt has come.
    void MoveTo(ULONG Byte) {
        Device.Stream.At = Byte;
        Device.Group.RequestService();
    }
    // Bytes of the buffer are those, counted up from the first.
    bool Counts(ULONG At, ULONG Bytes, UCHAR First) {
        for (ULONG Index = 0; Index < Bytes; ++Index)
            if (Device.Channel.Memory[At + Index] != UCHAR(First + Index))
                return false;
        return true;
    }
    bool Silent(ULONG At, ULONG Bytes) {
        for (ULONG Index = 0; Index < Bytes; ++Index)
            if (Device.Channel.Memory[At + Index] != 0xEE)
                return false;
        return true;
    }
    Miniport Device;
    CasePort Port;
    CaseFile Filter, Pin;
};

} // namespace

EXPORT_CASE(PcNewPort, PcNewResourceSublist) {
    Miniport Device;
    CasePort Port(Case, CLSID_PortWaveCyclic);
    PPORTWAVECYCLIC Own = nullptr;
    REQUIRE_SUCCESS(Port.Port->QueryInterface(IID_IPortWaveCyclic, (PVOID *)&Own));
    PRESOURCELIST Resources = CaseResources(), Wide = nullptr;
    REQUIRE_SUCCESS(PcNewResourceSublist(&Wide, nullptr, PagedPool, Resources, 1));
    PDMACHANNELSLAVE Slave = nullptr;
    PDMACHANNEL Master = nullptr;
    const auto NewSlave = [&](PDMACHANNELSLAVE *Out, PRESOURCELIST List, ULONG Index) {
        return Own->NewSlaveDmaChannel(Out, nullptr, List, Index, 0x2000, TRUE, TypeA);
    };
    const auto NewMaster = [&](PDMACHANNEL *Out) {
        return Own->NewMasterDmaChannel(Out, nullptr, nullptr, 0x3000, TRUE, FALSE, Width32Bits,
                                        MaximumDmaSpeed);
    };
    EXPECT_EQ(NewSlave(&Slave, Resources, 0), STATUS_INVALID_PARAMETER); // of no device yet
    EXPECT_EQ(NewMaster(&Master), STATUS_INVALID_PARAMETER);
    Device.InitAnswer = STATUS_NO_SUCH_DEVICE;
    EXPECT_EQ(Port.Init(&Device), STATUS_NO_SUCH_DEVICE);
    Device.InitAnswer = STATUS_SUCCESS;
    REQUIRE_SUCCESS(Port.Init(&Device));
    EXPECT_EQ(NewSlave(nullptr, Resources, 0), STATUS_INVALID_PARAMETER);
    Slave = reinterpret_cast<PDMACHANNELSLAVE>(1);
    EXPECT_EQ(NewSlave(&Slave, nullptr, 0), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Slave, (PDMACHANNELSLAVE) nullptr);
    EXPECT_EQ(NewSlave(&Slave, Resources, 1), STATUS_INVALID_PARAMETER); // there is one
    EXPECT_EQ(NewSlave(&Slave, Wide, 0), STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(NewSlave(&Slave, Resources, 0));
    EXPECT_EQ(Slave->MaximumBufferSize(), 0x2000);
    EXPECT_SUCCESS(Slave->AllocateBuffer(0x1000, nullptr));
    EXPECT_SUCCESS(Slave->Start(0x1000, TRUE));
    EXPECT_EQ(Slave->ReadCounter(), 0x1000);
    EXPECT_SUCCESS(Slave->Stop());
    // Whoever holds the channel keeps it; Start does not wait, nor come back later.
    const PDMA_ADAPTER Adapter = reinterpret_cast<PDMA_ADAPTER>(Slave->GetAdapterObject());
    const auto Lower = [&](VOID (*Call)(PDMA_ADAPTER, PDEVICE_OBJECT), PDEVICE_OBJECT Fdo) {
        KIRQL Before;
        KeRaiseIrql(DISPATCH_LEVEL, &Before);
        Call(Adapter, Fdo);
        KeLowerIrql(Before);
    };
    Lower(
        [](PDMA_ADAPTER Dma, PDEVICE_OBJECT Fdo) {
            EXPECT_SUCCESS(Dma->DmaOperations->AllocateAdapterChannel(
                Dma, Fdo, 1, [](PDEVICE_OBJECT, PIRP, PVOID, PVOID) { return KeepObject; },
                nullptr));
        },
        Case.Device);
    EXPECT_EQ(Slave->Start(0x1000, TRUE), STATUS_UNSUCCESSFUL);
    EXPECT_EQ(Slave->TransferCount(), 0);
    EXPECT_EQ(Slave->ReadCounter(), 0);
    Lower([](PDMA_ADAPTER Dma, PDEVICE_OBJECT) { Dma->DmaOperations->FreeAdapterChannel(Dma); },
          Case.Device);
    EXPECT_SUCCESS(Slave->Start(0x800, FALSE));
    EXPECT_EQ(Slave->TransferCount(), 0x800);
    EXPECT_SUCCESS(Slave->Stop());
    EXPECT_EQ(Slave->Release(), 0); // the caller's is the only reference
    EXPECT_EQ(NewMaster(nullptr), STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(NewMaster(&Master));
    EXPECT_EQ(Master->MaximumBufferSize(), 0x3000);
    PVOID None = nullptr;
    EXPECT_EQ(Master->QueryInterface(IID_IDmaChannelSlave, &None), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Master->Release(), 0);
    EXPECT_EQ(Wide->Release(), 0);
    EXPECT_EQ(Resources->Release(), 0);
    Own->Notify(nullptr);
    Own->Notify(&Device.Group);
    EXPECT_EQ(Device.Group.Requests, 1);
    EXPECT_EQ(Own->Release(), 1);
}

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Miniport Device;
    CasePort Port(Case, CLSID_PortWaveCyclic);
    REQUIRE_SUCCESS(Port.Init(&Device));
    CaseFile Filter, Pin;
    REQUIRE_SUCCESS(Port.Open(Filter));
    const auto Connect = [&](CASE_STREAM Kind = CaseWave) {
        return CaseConnectStream(Filter, 0, Kind, Pin);
    };
    const auto Given = [&] {
        EXPECT_EQ(Device.Stream.References, 1);
        EXPECT_EQ(Device.Channel.References, 1);
        EXPECT_EQ(Device.Group.References, 1);
    };
    Device.GivesStream = false;
    EXPECT_EQ(Connect(), STATUS_UNSUCCESSFUL);
    Given();
    Device.GivesStream = true;
    Device.GivesChannel = false;
    EXPECT_EQ(Connect(), STATUS_UNSUCCESSFUL);
    Given();
    EXPECT_FINDING("IMiniportWaveCyclic::NewStream: success, and no stream or no DMA channel");
    Device.GivesChannel = true;
    Device.Channel.HasMemory = false;
    EXPECT_EQ(Connect(), STATUS_UNSUCCESSFUL);
    Device.Channel.HasMemory = true;
    Device.Channel.Allocated = 0;
    EXPECT_EQ(Connect(), STATUS_UNSUCCESSFUL);
    Device.Channel.Allocated = 1000;
    const ULONG Impossible[] = {0, 1001};
    for (const ULONG Size : Impossible) {
        Device.Channel.Says = Size + 1;
        EXPECT_EQ(Connect(), STATUS_UNSUCCESSFUL);
    }
    Device.Channel.Says = 1000 + 1; // "the size may be less": it is not less
    EXPECT_SUCCESS(Connect());
    Pin.Close();
    Device.Channel.Says = 0;
    Device.Group.Answer = STATUS_TOO_MANY_SESSIONS;
    EXPECT_EQ(Connect(), STATUS_TOO_MANY_SESSIONS);
    Device.Group.Answer = STATUS_SUCCESS;
    Given();

    // Whole intervals, whole samples, as far as there is room.
    const struct {
        ULONG Interval, Allocated, Size, Frame;
    } Rows[] = {{40, 1000, 1000, 40},
                {40, 1030, 1000, 40},
                {0, 1002, 1000, 1000},
                {1000, 1000, 1000, 1000},
                {1004, 1000, 1000, 1004},
                {42, 1000, 964, 42},
                {4, 4, 4, 4},
                {0, 3, 3, 3},
                {0, 4, 4, 4}};
    for (const auto &Row : Rows) {
        Device.Stream.Interval = Row.Interval;
        Device.Channel.Allocated = Row.Allocated;
        EXPECT_SUCCESS(Connect(CaseDirectSound));
        EXPECT_EQ(Device.Channel.Size, Row.Size);
        KSALLOCATOR_FRAMING Framing = {};
        EXPECT_SUCCESS(CaseProperty(Pin, KSPROPSETID_Connection,
                                    KSPROPERTY_CONNECTION_ALLOCATORFRAMING, KSPROPERTY_TYPE_GET,
                                    &Framing, sizeof Framing));
        EXPECT_EQ(Framing.FrameSize, Row.Frame);
        EXPECT_TRUE(Framing.Frames > 1);
        EXPECT_EQ(Framing.PoolType, NonPagedPool);
        EXPECT_EQ(Framing.FileAlignment, FILE_BYTE_ALIGNMENT);
        EXPECT_EQ(Framing.RequirementsFlags, KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY |
                                                 KSALLOCATOR_REQUIREMENTF_PREFERENCES_ONLY);
        Pin.Close();
    }
    Given();
    Device.Stream.Interval = 40;
    Device.Channel.Allocated = 1000;
    EXPECT_SUCCESS(Connect());
    Device.Stream.FormatAnswer = STATUS_DEVICE_BUSY;
    EXPECT_EQ(CaseSetFormat(Pin, CaseDirectSound), STATUS_DEVICE_BUSY);
    Device.Stream.FormatAnswer = STATUS_SUCCESS;
    Device.Channel.Allocated = 500;
    EXPECT_SUCCESS(CaseSetFormat(Pin, CaseDirectSound));
    EXPECT_EQ(Device.Stream.Formats, 2);
    EXPECT_EQ(Device.Channel.Size, 480); // sized anew
}

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case, 0);
    KSAUDIO_POSITION Position;
    RtlFillMemory(Own.Device.Channel.Memory, 1000, 0x77);
    Own.Device.Stream.Refused = KSSTATE_ACQUIRE;
    EXPECT_EQ(CaseSetState(Own.Pin, KSSTATE_RUN), STATUS_DEVICE_BUSY);
    Own.Device.Stream.Refused = -1;
    EXPECT_TRUE(Own.Silent(0, 1000)); // before anything is heard
    Own.Set(KSSTATE_RUN);
    CaseFrame First(Own.Pin, KSSTREAM_WRITE, 100), Second(Own.Pin, KSSTREAM_WRITE, 200);
    EXPECT_TRUE(Own.Counts(0, 100, 0)); // four intervals of 40 bytes are kept ahead
    EXPECT_TRUE(Own.Counts(100, 60, 0));
    EXPECT_TRUE(Own.Silent(160, 840));
    Own.MoveTo(99);
    EXPECT_TRUE(First.Pending());
    EXPECT_TRUE(Own.Counts(100, 160, 0)); // up to 99 + 160, in whole samples: 260
    EXPECT_TRUE(Own.Silent(260, 740));
    Own.MoveTo(100);
    EXPECT_FALSE(First.Pending());
    EXPECT_SUCCESS(First.Wait());
    EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
    EXPECT_EQ(Position.PlayOffset, 100);
    EXPECT_EQ(Position.WriteOffset, 260);
    // A position that is not to be had: as it was.
    Own.Device.Stream.PositionAnswer = STATUS_DEVICE_BUSY;
    Own.MoveTo(290);
    EXPECT_TRUE(Second.Pending());
    EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
    EXPECT_EQ(Position.PlayOffset, 100);
    Own.Device.Stream.PositionAnswer = STATUS_SUCCESS;
    // What follows the data is silence when they run short: with less than three intervals ahead.
    Own.MoveTo(140);
    RtlFillMemory(Own.Device.Channel.Memory + 300, 700, 0x77);
    Own.MoveTo(180);
    EXPECT_EQ(Own.Device.Channel.Memory[300], 0x77);
    EXPECT_TRUE(Own.Counts(260, 40, 160));
    Own.MoveTo(184);
    EXPECT_TRUE(Own.Silent(300, 44));
    EXPECT_EQ(Own.Device.Channel.Memory[344], 0x77);
    Own.MoveTo(1240); // "never exceeds the buffer size": 240
    EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
    EXPECT_EQ(Position.PlayOffset, 240);
    EXPECT_EQ(Position.WriteOffset, 300);
    EXPECT_TRUE(Second.Pending());
    RtlFillMemory(Own.Device.Channel.Memory + 300, 100, 0x77);
    Own.MoveTo(280);
    EXPECT_EQ(Own.Device.Channel.Memory[399], 0x77); // silent already, it was said
    EXPECT_TRUE(Own.Silent(400, 40));
    EXPECT_EQ(Own.Device.Channel.Memory[440], 0x77);
    Own.MoveTo(320);
    EXPECT_SUCCESS(Second.Wait());
    // The device is beyond the data: what comes next is played where it is.
    CaseFrame Third(Own.Pin, KSSTREAM_WRITE, 8);
    EXPECT_TRUE(Own.Counts(320, 8, 0));
    EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
    EXPECT_EQ(Position.PlayOffset, 300); // silence is no part of the stream
    EXPECT_EQ(Position.WriteOffset, 308);
    Own.MoveTo(328);
    EXPECT_SUCCESS(Third.Wait());
    // Over the end of the buffer.
    Own.MoveTo(920);
    CaseFrame Fourth(Own.Pin, KSSTREAM_WRITE, 120);
    EXPECT_TRUE(Own.Counts(920, 80, 0));
    EXPECT_TRUE(Own.Counts(0, 40, 80));
    Own.MoveTo(41);
    EXPECT_SUCCESS(Fourth.Wait());
    const LONG Copies = Own.Device.Channel.Copies;
    CaseFrame Empty(Own.Pin, KSSTREAM_WRITE, 0); // nothing to copy
    EXPECT_EQ(Own.Device.Channel.Copies, Copies);
    Own.MoveTo(48);
    EXPECT_SUCCESS(Empty.Wait());
    Own.Set(KSSTATE_STOP);
    EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
    EXPECT_EQ(Position.PlayOffset, 0);
    EXPECT_EQ(Position.WriteOffset, 0);
}

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case, 1);
    KSAUDIO_POSITION Position;
    for (ULONG Index = 0; Index < 1000; ++Index)
        Own.Device.Channel.Memory[Index] = UCHAR(Index);
    Own.Set(KSSTATE_RUN);
    CaseFrame First(Own.Pin, KSSTREAM_READ, 100);
    Own.MoveTo(3); // not a whole sample
    EXPECT_EQ(Own.Device.Channel.Copies, 0);
    Own.MoveTo(43);
    EXPECT_EQ(Own.Device.Channel.Copies, 1);
    EXPECT_TRUE(First.Pending());
    EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
    EXPECT_EQ(Position.PlayOffset, 43);
    EXPECT_EQ(Position.WriteOffset, 40);
    Own.MoveTo(120);
    EXPECT_SUCCESS(First.Wait());
    EXPECT_EQ(First.Memory->Header.DataUsed, 100);
    EXPECT_EQ(First.Memory->Data[99], 99);
    EXPECT_EQ(First.Memory->Header.OptionsFlags & KSSTREAM_HEADER_OPTIONSF_DATADISCONTINUITY, 0);
    // What waits is recorded over, but for the buffer less one interval.
    Own.MoveTo(700);
    Own.MoveTo(100); // 1100: a whole buffer, and no more
    CaseFrame Second(Own.Pin, KSSTREAM_READ, 8);
    EXPECT_SUCCESS(Second.Wait());
    EXPECT_EQ(Second.Memory->Data[0], 100);
    EXPECT_EQ(Second.Memory->Header.OptionsFlags & KSSTREAM_HEADER_OPTIONSF_DATADISCONTINUITY, 0);
    Own.MoveTo(600);
    Own.MoveTo(160); // 2160: 1052 since
    CaseFrame Third(Own.Pin, KSSTREAM_READ, 8), Fourth(Own.Pin, KSSTREAM_READ, 8);
    EXPECT_SUCCESS(Third.Wait());
    EXPECT_EQ(Third.Memory->Data[0], UCHAR(200)); // 2160 - 960
    EXPECT_NE(Third.Memory->Header.OptionsFlags & KSSTREAM_HEADER_OPTIONSF_DATADISCONTINUITY, 0);
    EXPECT_SUCCESS(Fourth.Wait());
    EXPECT_EQ(Fourth.Memory->Header.OptionsFlags & KSSTREAM_HEADER_OPTIONSF_DATADISCONTINUITY, 0);
    EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
    EXPECT_EQ(Position.PlayOffset, 2160 - 1092); // what was lost is no part of the stream
    EXPECT_EQ(Position.WriteOffset, 1216 - 1092);
    Own.Set(KSSTATE_STOP);
}

// The one buffer of a looped stream, whose position a client may set.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    KSAUDIO_POSITION Position, To = {10 * 4, 0};
    const auto Put = [&](const CaseFile &Pin) {
        return CaseProperty(Pin, KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION, KSPROPERTY_TYPE_SET,
                            &To, sizeof To);
    };
    {
        Pinned Own(Case, 0, CaseLoopedWave);
        Own.Set(KSSTATE_RUN);
        EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
        EXPECT_EQ(Position.PlayOffset, 0);
        EXPECT_EQ(Position.WriteOffset, 0);
        CaseFrame Loop(Own.Pin, KSSTREAM_WRITE, 100);
        EXPECT_TRUE(Own.Counts(0, 100, 0));
        EXPECT_TRUE(Own.Counts(100, 60, 0));
        Own.MoveTo(120);
        EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
        EXPECT_EQ(Position.PlayOffset, 20);
        EXPECT_EQ(Position.WriteOffset, 80);
        EXPECT_SUCCESS(Put(Own.Pin));
        Own.MoveTo(120);
        EXPECT_TRUE(Own.Counts(120, 60, 40)); // what was ahead is not heard any more
        Own.MoveTo(124);
        EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
        EXPECT_EQ(Position.PlayOffset, 44);
        EXPECT_TRUE(Loop.Pending());
        Own.Set(KSSTATE_STOP);
    }
    {
        Pinned Own(Case, 1, CaseLoopedWave);
        for (ULONG Index = 0; Index < 1000; ++Index)
            Own.Device.Channel.Memory[Index] = UCHAR(Index + 1);
        Own.Set(KSSTATE_RUN);
        CaseFrame Loop(Own.Pin, KSSTREAM_READ, 100);
        EXPECT_SUCCESS(CasePosition(Own.Pin, Position)); // no buffer is known before data are
        EXPECT_EQ(Position.PlayOffset, 0);
        EXPECT_SUCCESS(Put(Own.Pin));
        Own.MoveTo(20);
        EXPECT_EQ(Loop.Memory->Data[40], 1);
        EXPECT_EQ(Loop.Memory->Data[59], 20);
        EXPECT_EQ(Loop.Memory->Data[60], 60);
        EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
        EXPECT_EQ(Position.PlayOffset, 60);
        EXPECT_EQ(Position.WriteOffset, 60);
        Own.MoveTo(70);
        EXPECT_EQ(Loop.Memory->Data[99], 60);
        EXPECT_EQ(Loop.Memory->Data[0], 61);
        EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
        EXPECT_EQ(Position.PlayOffset, 10);
        EXPECT_EQ(Position.WriteOffset, 8); // whole samples
        Own.Set(KSSTATE_STOP);
        EXPECT_FALSE(Loop.Pending());
        EXPECT_EQ(Loop.Memory->Header.DataUsed, 100);
    }
}

// A buffer of one notification interval: half of it is kept ahead, and half of what is lost.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    KSAUDIO_POSITION Position, To = {};
    {
        Pinned Own(Case, 0, CaseWave, 1000);
        Own.Set(KSSTATE_RUN);
        CaseFrame Frame(Own.Pin, KSSTREAM_WRITE, 800);
        EXPECT_TRUE(Own.Counts(0, 500, 0));
        EXPECT_TRUE(Own.Silent(500, 500));
        EXPECT_EQ(CaseProperty(Own.Pin, KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION,
                               KSPROPERTY_TYPE_SET, &To, sizeof To),
                  STATUS_INVALID_DEVICE_REQUEST); // it is not looped
        Own.MoveTo(20);
        EXPECT_TRUE(Own.Counts(500, 20, UCHAR(500)));
        EXPECT_TRUE(Own.Silent(520, 480));
        EXPECT_TRUE(Frame.Pending());
        Own.Set(KSSTATE_STOP);
        EXPECT_FALSE(Frame.Pending());
    }
    {
        Pinned Own(Case, 0, CaseWave, 300); // four of them are more than the buffer has
        Own.Set(KSSTATE_RUN);
        CaseFrame Frame(Own.Pin, KSSTREAM_WRITE, 800);
        EXPECT_EQ(Own.Device.Channel.Size, 900);
        EXPECT_TRUE(Own.Counts(0, 600, 0)); // all but the one that is being played
        EXPECT_TRUE(Own.Silent(600, 300));
        Own.Set(KSSTATE_STOP);
    }
    Pinned Own(Case, 1, CaseWave, 1000);
    for (ULONG Index = 0; Index < 1000; ++Index)
        Own.Device.Channel.Memory[Index] = UCHAR(Index);
    Own.Set(KSSTATE_RUN);
    Own.MoveTo(600);
    Own.MoveTo(200); // 1200
    {
        CaseFrame Frame(Own.Pin, KSSTREAM_READ, 8);
        EXPECT_SUCCESS(Frame.Wait());
        EXPECT_EQ(Frame.Memory->Data[0], UCHAR(700));
        EXPECT_NE(Frame.Memory->Header.OptionsFlags & KSSTREAM_HEADER_OPTIONSF_DATADISCONTINUITY,
                  0);
    }
    Own.MoveTo(0); // 2000: lost, and nobody has been told
    Own.Set(KSSTATE_STOP);
    Own.Device.Stream.At = 0;
    Own.Set(KSSTATE_RUN);
    Own.MoveTo(8);
    CaseFrame Frame(Own.Pin, KSSTREAM_READ, 8);
    EXPECT_SUCCESS(Frame.Wait());
    EXPECT_EQ(Frame.Memory->Data[0], 0);
    EXPECT_EQ(Frame.Memory->Header.OptionsFlags & KSSTREAM_HEADER_OPTIONSF_DATADISCONTINUITY, 0);
    EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
    EXPECT_EQ(Position.PlayOffset, 8);
    EXPECT_EQ(Position.WriteOffset, 8);
}

// A loop without a byte is no loop.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    for (ULONG PinId = 0; PinId < 2; ++PinId) {
        Pinned Own(Case, PinId, CaseLoopedWave);
        Own.Set(KSSTATE_RUN);
        CaseFrame Loop(Own.Pin, PinId == 0 ? KSSTREAM_WRITE : KSSTREAM_READ, 0);
        Own.MoveTo(80);
        EXPECT_EQ(Own.Device.Channel.Copies, 0);
        KSAUDIO_POSITION Position = {1, 1};
        EXPECT_SUCCESS(CasePosition(Own.Pin, Position));
        EXPECT_EQ(Position.PlayOffset, 0);
        EXPECT_EQ(Position.WriteOffset, 0);
        Own.Set(KSSTATE_STOP);
        EXPECT_FALSE(Loop.Pending());
    }
}
