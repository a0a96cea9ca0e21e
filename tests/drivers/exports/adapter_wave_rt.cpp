// The WaveRT port: pages for buffers, buffers, registers and events, as a miniport sees them.
#include "adapter_audio.h"

namespace {

class Stream : public CaseObject<IMiniportWaveRTStreamNotification> {
  public:
    Stream() : CaseObject(IID_IMiniportWaveRTStreamNotification) {}
    ~Stream() { EXPECT_EQ(References, 1); }
    STDMETHODIMP_(NTSTATUS) SetFormat(PKSDATAFORMAT) override {
        ++Formats;
        return Answer;
    }
    STDMETHODIMP_(NTSTATUS) SetState(KSSTATE State) override {
        Last = State;
        return Answer;
    }
    STDMETHODIMP_(NTSTATUS) GetPosition(PKSAUDIO_POSITION Position) override {
        *Position = {12, 34};
        return Answer;
    }
    STDMETHODIMP_(NTSTATUS)
    AllocateAudioBuffer(ULONG Requested, PMDL *OutMdl, ULONG *Actual, ULONG *Offset,
                        MEMORY_CACHING_TYPE *Cache) override {
        return Allocate(Requested, OutMdl, Actual, Offset, Cache);
    }
    STDMETHODIMP_(void) FreeAudioBuffer(PMDL Given, ULONG Bytes) override {
        ++Frees;
        Free(Given, Bytes);
    }
    STDMETHODIMP_(void) GetHWLatency(KSRTAUDIO_HWLATENCY *Latency) override {
        *Latency = {1, 2, 3};
    }
    STDMETHODIMP_(NTSTATUS) GetPositionRegister(KSRTAUDIO_HWREGISTER *Register) override {
        *Register = {Nowhere ? nullptr : &Hardware, 32, 5, 6, 7};
        return Answer;
    }
    STDMETHODIMP_(NTSTATUS) GetClockRegister(KSRTAUDIO_HWREGISTER *Register) override {
        *Register = {&Clock, 64, 8, 9, 0};
        return Answer;
    }
    STDMETHODIMP_(NTSTATUS)
    AllocateBufferWithNotification(ULONG Count, ULONG Requested, PMDL *OutMdl, ULONG *Actual,
                                   ULONG *Offset, MEMORY_CACHING_TYPE *Cache) override {
        Notifications = Count;
        return Allocate(Requested, OutMdl, Actual, Offset, Cache);
    }
    STDMETHODIMP_(void) FreeBufferWithNotification(PMDL Given, ULONG Bytes) override {
        ++NotifyingFrees;
        Free(Given, Bytes);
    }
    STDMETHODIMP_(NTSTATUS) RegisterNotificationEvent(PKEVENT Event) override {
        if (NT_SUCCESS(Answer)) {
            ++Registered;
            Newest = Event;
        }
        return Answer;
    }
    STDMETHODIMP_(NTSTATUS) UnregisterNotificationEvent(PKEVENT Event) override {
        EXPECT_EQ(Event, Newest);
        if (NT_SUCCESS(Answer))
            ++Unregistered;
        return Answer;
    }
    PPORTWAVERTSTREAM Port = nullptr;
    PMDL Mdl = nullptr;
    ULONG Size = 0x1000, Offset = 0, Notifications = 0, Hardware = 0;
    ULONGLONG Clock = 0;
    LONG Formats = 0, Frees = 0, NotifyingFrees = 0, Registered = 0, Unregistered = 0;
    PKEVENT Newest = nullptr;
    KSSTATE Last = KSSTATE_STOP;
    NTSTATUS Answer = STATUS_SUCCESS;
    bool HasMdl = true, Nowhere = false;

  private:
    NTSTATUS Allocate(ULONG Requested, PMDL *OutMdl, ULONG *Actual, ULONG *OutOffset,
                      MEMORY_CACHING_TYPE *Cache) {
        if (!NT_SUCCESS(Answer))
            return Answer;
        PHYSICAL_ADDRESS High;
        High.QuadPart = ~0ull >> 1;
        Mdl = Port->AllocatePagesForMdl(High, Requested);
        EXPECT_NE(Mdl, (PMDL) nullptr);
        *OutMdl = HasMdl ? Mdl : nullptr;
        *Actual = Size;
        *OutOffset = Offset;
        *Cache = MmWriteCombined;
        return STATUS_SUCCESS;
    }
    void Free(PMDL Given, ULONG Bytes) {
        EXPECT_EQ(Given, HasMdl ? Mdl : nullptr);
        EXPECT_EQ(Bytes, Size);
        Port->FreePagesFromMdl(Mdl);
        Mdl = nullptr;
    }
};

class Miniport : public CaseMiniport<IMiniportWaveRT> {
  public:
    Miniport() : CaseMiniport(IID_IMiniportWaveRT) {}
    STDMETHODIMP_(NTSTATUS) Init(PUNKNOWN, PRESOURCELIST, PPORTWAVERT) override {
        return InitAnswer;
    }
    STDMETHODIMP_(NTSTATUS)
    NewStream(PMINIPORTWAVERTSTREAM *Out, PPORTWAVERTSTREAM PortStream, ULONG Pin, BOOLEAN Capture,
              PKSDATAFORMAT) override {
        EXPECT_EQ(Capture, Pin == 1);
        Stream.Port = PortStream;
        if (NT_SUCCESS(StreamAnswer) && StreamAnswer != STATUS_PENDING && Gives)
            Stream.AddRef();
        if (Gives)
            *Out = reinterpret_cast<PMINIPORTWAVERTSTREAM>(&Stream);
        return StreamAnswer;
    }
    STDMETHODIMP_(NTSTATUS) GetDeviceDescription(PDEVICE_DESCRIPTION) override {
        return STATUS_SUCCESS;
    }
    ::Stream Stream;
    bool Gives = true;
};

struct Pinned {
    explicit Pinned(CASE_CONTEXT &Case) : Port(Case, CLSID_PortWaveRT) {
        EXPECT_SUCCESS(Port.Init(&Device));
        EXPECT_SUCCESS(Port.Open(Filter));
        EXPECT_SUCCESS(CaseConnectStream(Filter, 0, CaseWave, Pin));
    }
    NTSTATUS Buffer(ULONG Bytes, ULONG Notifications, KSRTAUDIO_BUFFER &Answer) {
        KSRTAUDIO_BUFFER_PROPERTY_WITH_NOTIFICATION Request = {};
        Request.Property.Set = KSPROPSETID_RtAudio;
        Request.Property.Id = Notifications != 0 ? KSPROPERTY_RTAUDIO_BUFFER_WITH_NOTIFICATION
                                                 : KSPROPERTY_RTAUDIO_BUFFER;
        Request.Property.Flags = KSPROPERTY_TYPE_GET;
        Request.RequestedBufferSize = Bytes;
        Request.NotificationCount = Notifications;
        return CaseControl(Pin, IOCTL_KS_PROPERTY, &Request, sizeof Request, &Answer,
                           sizeof Answer);
    }
    NTSTATUS Register(ULONG Id, KSRTAUDIO_HWREGISTER &Answer, PVOID Base = nullptr) {
        KSRTAUDIO_HWREGISTER_PROPERTY Request = {};
        Request.BaseAddress = Base;
        Request.Property.Set = KSPROPSETID_RtAudio;
        Request.Property.Id = Id;
        Request.Property.Flags = KSPROPERTY_TYPE_GET;
        return CaseControl(Pin, IOCTL_KS_PROPERTY, &Request, sizeof Request, &Answer,
                           sizeof Answer);
    }
    NTSTATUS Event(ULONG Id, HANDLE Handle) {
        KSRTAUDIO_NOTIFICATION_EVENT_PROPERTY Request = {};
        Request.Property.Set = KSPROPSETID_RtAudio;
        Request.Property.Id = Id;
        Request.Property.Flags = KSPROPERTY_TYPE_SET;
        Request.NotificationEvent = Handle;
        return CaseControl(Pin, IOCTL_KS_PROPERTY, &Request, sizeof Request, nullptr, 0);
    }
    Miniport Device;
    CasePort Port;
    CaseFile Filter, Pin;
};

} // namespace

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Miniport Device;
    CasePort Port(Case, CLSID_PortWaveRT);
    Device.InitAnswer = STATUS_NO_SUCH_DEVICE;
    EXPECT_EQ(Port.Init(&Device), STATUS_NO_SUCH_DEVICE);
    Device.InitAnswer = STATUS_SUCCESS;
    REQUIRE_SUCCESS(Port.Init(&Device));
    CaseFile Filter, Pin;
    REQUIRE_SUCCESS(Port.Open(Filter));
    const auto Connect = [&] { return CaseConnectStream(Filter, 0, CaseWave, Pin); };
    const struct {
        NTSTATUS Answer;
        bool Gives;
        NTSTATUS Expected;
    } Rows[] = {{STATUS_NO_SUCH_DEVICE, true, STATUS_NO_SUCH_DEVICE},
                {STATUS_NO_SUCH_DEVICE, false, STATUS_NO_SUCH_DEVICE},
                {STATUS_SUCCESS, false, STATUS_UNSUCCESSFUL},
                {STATUS_SUCCESS, true, STATUS_SUCCESS}};
    for (const auto &Row : Rows) {
        Device.StreamAnswer = Row.Answer;
        Device.Gives = Row.Gives;
        EXPECT_EQ(Connect(), Row.Expected);
        Pin.Close();
        EXPECT_EQ(Device.Stream.References, 1);
    }
    EXPECT_FINDING("IMiniportWaveRT::NewStream: succeeded without a stream");
    EXPECT_SUCCESS(CaseConnectStream(Filter, 1, CaseWave, Pin));
    Device.Stream.Answer = STATUS_DEVICE_BUSY;
    EXPECT_EQ(CaseSetFormat(Pin, CaseDirectSound), STATUS_DEVICE_BUSY);
    EXPECT_EQ(Device.Stream.Formats, 1);
    EXPECT_EQ(CaseSetState(Pin, KSSTATE_ACQUIRE), STATUS_DEVICE_BUSY);
    KSAUDIO_POSITION Position = {};
    EXPECT_EQ(CasePosition(Pin, Position), STATUS_DEVICE_BUSY);
    Device.Stream.Answer = STATUS_SUCCESS;
    EXPECT_SUCCESS(CaseSetFormat(Pin, CaseDirectSound));
    EXPECT_SUCCESS(CasePosition(Pin, Position));
    EXPECT_EQ(Position.PlayOffset, 12);
    EXPECT_EQ(Position.WriteOffset, 34);
    KSRTAUDIO_HWLATENCY Latency = {};
    EXPECT_SUCCESS(CaseProperty(Pin, KSPROPSETID_RtAudio, KSPROPERTY_RTAUDIO_HWLATENCY,
                                KSPROPERTY_TYPE_GET, &Latency, sizeof Latency));
    EXPECT_EQ(Latency.ChipsetDelay, 2);
    EXPECT_SUCCESS(CaseSetState(Pin, KSSTATE_RUN));
    EXPECT_EQ(Device.Stream.Last, KSSTATE_RUN);
    // A step that fails on the way down is taken all the same.
    Device.Stream.Answer = STATUS_DEVICE_BUSY;
    EXPECT_SUCCESS(CaseSetState(Pin, KSSTATE_STOP));
    EXPECT_EQ(Device.Stream.Last, KSSTATE_STOP);
    Device.Stream.Answer = STATUS_SUCCESS;
}

// Pages: counted, mapped, unmapped and freed; what is wrong changes nothing.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case);
    const PPORTWAVERTSTREAM Port = Own.Device.Stream.Port;
    PVOID Same = nullptr;
    EXPECT_SUCCESS(Port->QueryInterface(IID_IPortWaveRTStream, &Same));
    EXPECT_EQ(Same, Port);
    Port->Release();
    EXPECT_EQ(Port->QueryInterface(IID_IPortWaveRT, &Same), STATUS_INVALID_PARAMETER);
    PHYSICAL_ADDRESS Low, High;
    Low.QuadPart = 0x100000;
    High.QuadPart = 0xffffffff;
    PHYSICAL_ADDRESS None;
    None.QuadPart = 0;
    EXPECT_EQ(Port->AllocateContiguousPagesForMdl(Low, None, 0x1000), (PMDL) nullptr);
    const PMDL Contiguous = Port->AllocateContiguousPagesForMdl(Low, High, 0x2801);
    REQUIRE(Contiguous != nullptr);
    EXPECT_EQ(Port->GetPhysicalPagesCount(Contiguous), 3);
    EXPECT_EQ(Port->GetPhysicalPagesCount(nullptr), 0);
    const LONGLONG First = Port->GetPhysicalPageAddress(Contiguous, 0).QuadPart;
    EXPECT_TRUE(First >= Low.QuadPart && First + 0x2fff <= High.QuadPart);
    EXPECT_EQ(First % 0x1000, 0);
    EXPECT_EQ(Port->GetPhysicalPageAddress(Contiguous, 2).QuadPart, First + 0x2000);
    EXPECT_EQ(Port->GetPhysicalPageAddress(Contiguous, 3).QuadPart, 0);
    EXPECT_EQ(Port->GetPhysicalPageAddress(nullptr, 0).QuadPart, 0);

    EXPECT_EQ(Port->MapAllocatedPages(nullptr, MmCached), nullptr);
    EXPECT_EQ(Port->MapAllocatedPages(Contiguous, MEMORY_CACHING_TYPE(5)), nullptr);
    EXPECT_FINDING("IPortWaveRTStream::MapAllocatedPages: the MDL has no pages, or the cache type "
                   "is not MmNonCached, MmCached or MmWriteCombined (PcAllocateAndMapPages)");
    const MEMORY_CACHING_TYPE Types[] = {MmNonCached, MmCached, MmWriteCombined};
    for (const MEMORY_CACHING_TYPE Type : Types) {
        auto *const View = static_cast<PUCHAR>(Port->MapAllocatedPages(Contiguous, Type));
        REQUIRE(View != nullptr);
        EXPECT_EQ(MmGetPhysicalAddress(View).QuadPart, First);
        EXPECT_EQ(MmGetPhysicalAddress(View + 0x2000).QuadPart, First + 0x2000);
        View[0x27ff] = 0x5a;
        Port->UnmapAllocatedPages(View + 0x1000, Contiguous); // it is not there
        EXPECT_EQ(View[0x27ff], 0x5a);
        EXPECT_EQ(MmGetPhysicalAddress(View).QuadPart, First);
        auto *const Other = static_cast<PUCHAR>(Port->MapAllocatedPages(Contiguous, Type));
        REQUIRE(Other != nullptr); // it may, though the driver is told of it
        EXPECT_NE(Other, View);
        EXPECT_EQ(Other[0x27ff], 0x5a);
        Port->UnmapAllocatedPages(View, Contiguous);
        EXPECT_FALSE(MmIsAddressValid(View));
        EXPECT_TRUE(MmIsAddressValid(Other));
        Port->UnmapAllocatedPages(Other, Contiguous);
    }
    EXPECT_FINDING("IPortWaveRTStream::UnmapAllocatedPages: the MDL is not mapped there "
                   "(PcUnmapAllocatedPages)");
    EXPECT_FINDING("IPortWaveRTStream::MapAllocatedPages: the MDL is mapped already "
                   "(PcUnmapAllocatedPages)");
    PUCHAR Memory = static_cast<PUCHAR>(ExAllocatePoolWithTag(NonPagedPool, 64, 'esaC'));
    REQUIRE(Memory != nullptr);
    const PMDL Foreign = IoAllocateMdl(Memory, 64, FALSE, FALSE, nullptr);
    REQUIRE(Foreign != nullptr);
    EXPECT_EQ(Port->MapAllocatedPages(Foreign, MmCached), nullptr); // no pages are locked
    Port->FreePagesFromMdl(Foreign);                                // not the stream's
    IoFreeMdl(Foreign);
    ExFreePool(Memory);
    // Freed while it is mapped: the view goes, too.
    auto *const View = static_cast<PUCHAR>(Port->MapAllocatedPages(Contiguous, MmCached));
    REQUIRE(View != nullptr);
    Port->FreePagesFromMdl(Contiguous);
    EXPECT_FALSE(MmIsAddressValid(View));
    EXPECT_FINDING("IPortWaveRTStream::FreePagesFromMdl: the MDL is not one that this stream has");
    EXPECT_FINDING("IPortWaveRTStream::FreePagesFromMdl: the MDL is still mapped "
                   "(PcUnmapAllocatedPages)");
    // One that is left, mapped.
    REQUIRE(Port->AllocateContiguousPagesForMdl(Low, High, 0x3000) != nullptr);
    Own.Pin.Close();
    EXPECT_FINDING("IPortWaveRTStream: the stream ends without having freed 3 pages (Driver "
                   "Verifier's rule PcAllocatedPages)");
}

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case);
    Stream &Stream = Own.Device.Stream;
    KSRTAUDIO_BUFFER Buffer = {};
    Stream.Answer = STATUS_INSUFFICIENT_RESOURCES;
    EXPECT_EQ(Own.Buffer(0x1800, 0, Buffer), STATUS_INSUFFICIENT_RESOURCES);
    EXPECT_EQ(Own.Buffer(0x1800, 2, Buffer), STATUS_INSUFFICIENT_RESOURCES);
    Stream.Answer = STATUS_SUCCESS;
    EXPECT_EQ(Own.Buffer(0x1800, 3, Buffer), STATUS_INVALID_PARAMETER);
    // One that does not lie in its pages goes back at once, the way that it came.
    Stream.Size = 0;
    EXPECT_EQ(Own.Buffer(0x1800, 0, Buffer), STATUS_UNSUCCESSFUL);
    Stream.Size = 0x1000;
    Stream.HasMdl = false;
    EXPECT_EQ(Own.Buffer(0x1800, 0, Buffer), STATUS_UNSUCCESSFUL);
    EXPECT_EQ(Stream.Frees, 2);
    Stream.HasMdl = true;
    Stream.Offset = 0x1001; // there are two pages
    EXPECT_EQ(Own.Buffer(0x1800, 1, Buffer), STATUS_UNSUCCESSFUL);
    EXPECT_EQ(Stream.NotifyingFrees, 1);
    EXPECT_EQ(Stream.Notifications, 1);
    EXPECT_FINDING("AllocateAudioBuffer: a buffer of 0 bytes from byte 0 on does not lie in an MDL "
                   "of 8192 bytes");
    EXPECT_FINDING("AllocateAudioBuffer: a buffer of 4096 bytes from byte 0 on does not lie in an "
                   "MDL of 0 bytes");
    EXPECT_FINDING("AllocateAudioBuffer: a buffer of 4096 bytes from byte 4097 on does not lie in "
                   "an MDL of 8192 bytes");
    HANDLE Event = nullptr;
    REQUIRE_SUCCESS(ZwCreateEvent(&Event, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE));
    constexpr ULONG Enter = KSPROPERTY_RTAUDIO_REGISTER_NOTIFICATION_EVENT;
    constexpr ULONG Leave = KSPROPERTY_RTAUDIO_UNREGISTER_NOTIFICATION_EVENT;
    EXPECT_EQ(Own.Event(Enter, Event), STATUS_DEVICE_NOT_READY);
    Stream.Offset = 0x1000; // just within
    EXPECT_SUCCESS(Own.Buffer(0x1800, 2, Buffer));
    EXPECT_EQ(Stream.Notifications, 2);
    EXPECT_EQ(Buffer.ActualBufferSize, 0x1000);
    EXPECT_TRUE(Buffer.CallMemoryBarrier);
    EXPECT_EQ(ULONG_PTR(Buffer.BufferAddress) % 0x1000, 0);
    EXPECT_EQ(MmGetPhysicalAddress(Buffer.BufferAddress).QuadPart,
              Stream.Port->GetPhysicalPageAddress(Stream.Mdl, 1).QuadPart);
    KSRTAUDIO_BUFFER Another = {};
    EXPECT_EQ(Own.Buffer(0x1800, 2, Another), STATUS_UNSUCCESSFUL); // it has one

    EXPECT_EQ(Own.Event(Enter, nullptr), STATUS_INVALID_HANDLE);
    EXPECT_EQ(Own.Event(Leave, nullptr), STATUS_INVALID_HANDLE);
    Stream.Answer = STATUS_TOO_MANY_SESSIONS;
    EXPECT_EQ(Own.Event(Enter, Event), STATUS_TOO_MANY_SESSIONS);
    Stream.Answer = STATUS_SUCCESS;
    EXPECT_EQ(Own.Event(Leave, Event), STATUS_NOT_FOUND); // it was not taken
    EXPECT_SUCCESS(Own.Event(Enter, Event));
    EXPECT_EQ(Stream.Registered, 1);
    Stream.Answer = STATUS_TOO_MANY_SESSIONS;
    EXPECT_EQ(Own.Event(Leave, Event), STATUS_TOO_MANY_SESSIONS);
    Stream.Answer = STATUS_SUCCESS;
    EXPECT_SUCCESS(Own.Event(Leave, Event)); // as before
    EXPECT_EQ(Stream.Unregistered, 1);
    EXPECT_EQ(Own.Event(Leave, Event), STATUS_NOT_FOUND);
    EXPECT_SUCCESS(Own.Event(Enter, Event));
    Own.Pin.Close(); // which takes back what the client forgot
    EXPECT_EQ(Stream.Unregistered, 2);
    EXPECT_EQ(Stream.NotifyingFrees, 2);
    EXPECT_EQ(Stream.Frees, 2);
    EXPECT_FALSE(MmIsAddressValid(Buffer.BufferAddress));
    ZwClose(Event);
}

// A client in the kernel has the registers where they are.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Pinned Own(Case);
    Stream &Stream = Own.Device.Stream;
    KSRTAUDIO_HWREGISTER Register = {};
    Stream.Answer = STATUS_NOT_IMPLEMENTED;
    EXPECT_EQ(Own.Register(KSPROPERTY_RTAUDIO_POSITIONREGISTER, Register), STATUS_NOT_IMPLEMENTED);
    Stream.Answer = STATUS_SUCCESS;
    // Elsewhere there is no room for it: where the register itself is, there is memory.
    EXPECT_EQ(Own.Register(KSPROPERTY_RTAUDIO_POSITIONREGISTER, Register, &Stream.Hardware),
              STATUS_UNSUCCESSFUL);
    Stream.Nowhere = true;
    EXPECT_EQ(Own.Register(KSPROPERTY_RTAUDIO_POSITIONREGISTER, Register, &Stream.Hardware),
              STATUS_UNSUCCESSFUL);
    EXPECT_FINDING("a position or clock register that the driver names lies in no memory");
    Stream.Nowhere = false;
    EXPECT_SUCCESS(Own.Register(KSPROPERTY_RTAUDIO_POSITIONREGISTER, Register));
    EXPECT_EQ(Register.Register, &Stream.Hardware);
    EXPECT_EQ(Register.Width, 32);
    EXPECT_EQ(Register.Accuracy, 7);
    EXPECT_EQ(Own.Register(KSPROPERTY_RTAUDIO_POSITIONREGISTER, Register), STATUS_UNSUCCESSFUL);
    EXPECT_SUCCESS(Own.Register(KSPROPERTY_RTAUDIO_CLOCKREGISTER, Register));
    EXPECT_EQ(Register.Register, &Stream.Clock);
    EXPECT_EQ(Own.Register(KSPROPERTY_RTAUDIO_CLOCKREGISTER, Register), STATUS_UNSUCCESSFUL);
}

namespace {

class Pnp : public CaseObject<IAdapterPnpManagement> {
  public:
    explicit Pnp(Stream &Playing) : CaseObject(IID_IAdapterPnpManagement), Playing_(Playing) {}
    STDMETHODIMP_(PC_REBALANCE_TYPE) GetSupportedRebalanceType() override {
        return PcRebalanceRemoveSubdevices;
    }
    STDMETHODIMP_(void) PnpQueryStop() override { ++QueryStops; }
    STDMETHODIMP_(void) PnpCancelStop() override {}
    STDMETHODIMP_(void) PnpStop() override { AtStop = Playing_.Last; }
    LONG QueryStops = 0;
    KSSTATE AtStop = KSSTATE_RUN;

  private:
    Stream &Playing_;
};

} // namespace

// A stream that runs is stopped with its device and stays so; with a register of the hardware in
// its client's hands the device cannot stop.
EXPORT_CASE(PcRegisterAdapterPnpManagement, PcUnregisterAdapterPnpManagement) {
    Pinned Own(Case);
    Pnp Pnp(Own.Device.Stream);
    REQUIRE_SUCCESS(PcRegisterAdapterPnpManagement(&Pnp, Case.Device));
    const auto Send = [&](UCHAR Minor) {
        CaseIrp Request(Case.Device, IRP_MJ_PNP, Minor);
        return Request.Send();
    };
    KSRTAUDIO_HWREGISTER Register = {};
    {
        EXPECT_SUCCESS(CaseSetState(Own.Pin, KSSTATE_RUN));
        EXPECT_SUCCESS(Send(IRP_MN_QUERY_STOP_DEVICE));
        EXPECT_EQ(Pnp.QueryStops, 1);
        EXPECT_SUCCESS(Send(IRP_MN_CANCEL_STOP_DEVICE));
        EXPECT_EQ(Own.Device.Stream.Last, KSSTATE_RUN);
        EXPECT_SUCCESS(Own.Register(KSPROPERTY_RTAUDIO_CLOCKREGISTER, Register));
        EXPECT_EQ(Send(IRP_MN_QUERY_STOP_DEVICE), STATUS_UNSUCCESSFUL);
        EXPECT_EQ(Pnp.QueryStops, 1);
        EXPECT_SUCCESS(Send(IRP_MN_CANCEL_STOP_DEVICE));
        EXPECT_SUCCESS(CaseSetState(Own.Pin, KSSTATE_STOP)); // it is no active stream any more
        EXPECT_SUCCESS(Send(IRP_MN_QUERY_STOP_DEVICE));
        EXPECT_SUCCESS(Send(IRP_MN_CANCEL_STOP_DEVICE));
    }
    EXPECT_SUCCESS(CaseSetState(Own.Pin, KSSTATE_RUN));
    EXPECT_SUCCESS(Send(IRP_MN_STOP_DEVICE));
    Own.Port.Gone();
    EXPECT_EQ(Pnp.AtStop, KSSTATE_STOP);
    EXPECT_SUCCESS(Send(IRP_MN_START_DEVICE));
    EXPECT_EQ(Own.Device.Stream.Last, KSSTATE_STOP);
    KSSTATE State = KSSTATE_RUN;
    EXPECT_SUCCESS(CaseProperty(Own.Pin, KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE,
                                KSPROPERTY_TYPE_GET, &State, sizeof State));
    EXPECT_EQ(State, KSSTATE_STOP);
    EXPECT_SUCCESS(PcUnregisterAdapterPnpManagement(Case.Device));
    EXPECT_EQ(Pnp.References, 1);
    Own.Pin.Close();
    Own.Filter.Close();
    EXPECT_SUCCESS(Own.Port.Open(Own.Filter)); // the stop took its subdevice off
}

namespace {

NTSTATUS NTAPI AnswerClock(PPCPROPERTY_REQUEST Request) {
    Request->ValueSize = 0;
    return STATUS_DEVICE_BUSY;
}
const PCPROPERTY_ITEM ClockOfPins[] = {
    {&KSPROPSETID_Stream, KSPROPERTY_STREAM_MASTERCLOCK, PCPROPERTY_ITEM_FLAG_GET, AnswerClock},
    {&KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE, PCPROPERTY_ITEM_FLAG_GET, AnswerClock},
};
DEFINE_PCAUTOMATION_TABLE_PROP(ClockTable, ClockOfPins);

} // namespace

// No frames travel, so the port has no clock for them: a miniport's handler is not left out.
EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Miniport Device;
    Device.Description.Pins[0].AutomationTable = &ClockTable;
    CasePort Port(Case, CLSID_PortWaveRT);
    CaseFile Filter, Pin;
    REQUIRE_SUCCESS(Port.Init(&Device));
    REQUIRE_SUCCESS(Port.Open(Filter));
    REQUIRE_SUCCESS(CaseConnectStream(Filter, 0, CaseWave, Pin));
    UCHAR Answer[sizeof(HANDLE)];
    EXPECT_EQ(CaseProperty(Pin, KSPROPSETID_Stream, KSPROPERTY_STREAM_MASTERCLOCK,
                           KSPROPERTY_TYPE_GET, Answer, sizeof Answer),
              STATUS_DEVICE_BUSY);
    KSSTATE State = KSSTATE_RUN;
    EXPECT_SUCCESS(CaseProperty(Pin, KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE,
                                KSPROPERTY_TYPE_GET, &State, sizeof State)); // the port's
    EXPECT_EQ(State, KSSTATE_STOP);
}
