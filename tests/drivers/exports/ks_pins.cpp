// Pins: how they are asked for, connected, and what they know of each other.
#include "ks_fixture.h"

EXPORT_CASE(KsCreatePin) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Pins[1].InstancesPossible = 1;
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile Filter, Pin, Second;
    REQUIRE_SUCCESS(Own.Open(Filter));
    REQUIRE_SUCCESS(CaseConnect(Filter, 1, NULL, Pin));
    EXPECT_EQ(KsGetPinFromFileObject(Pin.Object)->Id, 1u);
    EXPECT_FALSE(NT_SUCCESS(CaseConnect(Filter, 1, NULL, Second))); // the only instance is taken
    EXPECT_EQ(CaseConnect(Filter, 2, NULL, Second), STATUS_INVALID_PARAMETER);
    CASE_CONNECT Request;
    HANDLE Handle = NULL;
    CaseInitializeConnect(Request, 0, NULL);
    Request.Format.SubFormat = CaseOwnSet; // not in the data range
    EXPECT_EQ(KsCreatePin(Filter.Handle, &Request.Connect, GENERIC_READ, &Handle), STATUS_NO_MATCH);
    // A format need not have an even number of bytes.
    struct {
        CASE_CONNECT Request;
        UCHAR More;
    } Odd;
    CaseInitializeConnect(Odd.Request, 0, NULL);
    Odd.Request.Format.FormatSize++;
    Odd.More = 0x5a;
    REQUIRE_SUCCESS(KsCreatePin(Filter.Handle, &Odd.Request.Connect, GENERIC_READ, &Handle));
    REQUIRE_SUCCESS(Second.Adopt(Handle));
    const PKSDATAFORMAT Format = KsGetPinFromFileObject(Second.Object)->ConnectionFormat;
    EXPECT_EQ(Format->FormatSize, sizeof(KSDATAFORMAT) + 1);
    EXPECT_EQ(reinterpret_cast<const UCHAR *>(Format + 1)[0], 0x5a);
}

// The same request as it reaches a driver without AVStream.
static KSPIN_COMMUNICATION ValidatedCommunication = KSPIN_COMMUNICATION_BOTH;
static NTSTATUS NTAPI CreateConnection(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    CASE_FILTER Filter;
    CaseInitializeFilter(Filter);
    KSPIN_DESCRIPTOR Pins[2] = {Filter.Pins[0].PinDescriptor, Filter.Pins[1].PinDescriptor};
    Pins[1].Communication = ValidatedCommunication;
    PKSPIN_CONNECT Connect = NULL;
    // The name of what is to be created, a backslash, and the request as it is.
    EXPECT_EQ(CaseStack(Irp)->FileObject->FileName.Length,
              sizeof KSSTRING_Pin + sizeof(CASE_CONNECT));
    const NTSTATUS Status = KsValidateConnectRequest(Irp, SIZEOF_ARRAY(Pins), Pins, &Connect);
    if (NT_SUCCESS(Status)) {
        EXPECT_EQ(Connect->PinId, 1u);
        EXPECT_TRUE(
            CaseSameGuid(reinterpret_cast<PKSDATAFORMAT>(Connect + 1)->SubFormat, CaseOwnFormat));
    }
    return CaseFinish(Irp, NT_SUCCESS(Status) ? STATUS_DEVICE_BUSY : Status);
}

EXPORT_CASE(KsValidateConnectRequest) {
    static WCHAR Name[] = KSSTRING_Pin;
    CasePlainDevice Plain(Case, {});
    CaseFile Filter;
    REQUIRE_SUCCESS(Plain.Open(Filter));
    REQUIRE_SUCCESS(KsAddObjectCreateItemToObjectHeader(CasePlainDevice::Of(Filter.Object)->Header,
                                                        CreateConnection, NULL, Name, NULL));
    CASE_CONNECT Request;
    HANDLE Handle = NULL;
    CaseInitializeConnect(Request, 1, NULL);
    EXPECT_EQ(KsCreatePin(Filter.Handle, &Request.Connect, GENERIC_READ, &Handle),
              STATUS_DEVICE_BUSY);
    Request.Connect.PinId = 2;
    EXPECT_EQ(KsCreatePin(Filter.Handle, &Request.Connect, GENERIC_READ, &Handle),
              STATUS_INVALID_PARAMETER);
    CaseInitializeConnect(Request, 1, NULL);
    Request.Format.MajorFormat = CaseOwnSet;
    EXPECT_EQ(KsCreatePin(Filter.Handle, &Request.Connect, GENERIC_READ, &Handle), STATUS_NO_MATCH);
    CaseInitializeConnect(Request, 1, NULL);
    Request.Connect.Medium.Set = CaseOwnSet;
    EXPECT_EQ(KsCreatePin(Filter.Handle, &Request.Connect, GENERIC_READ, &Handle), STATUS_NO_MATCH);
    // Which communication takes another pin's handle, and which none.
    const struct {
        KSPIN_COMMUNICATION Communication;
        NTSTATUS Without, With;
    } Rules[] = {
        {KSPIN_COMMUNICATION_NONE, STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER},
        {KSPIN_COMMUNICATION_SINK, STATUS_DEVICE_BUSY, STATUS_INVALID_PARAMETER},
        {KSPIN_COMMUNICATION_SOURCE, STATUS_INVALID_PARAMETER, STATUS_DEVICE_BUSY},
        {KSPIN_COMMUNICATION_BOTH, STATUS_DEVICE_BUSY, STATUS_DEVICE_BUSY},
        {KSPIN_COMMUNICATION_BRIDGE, STATUS_DEVICE_BUSY, STATUS_INVALID_PARAMETER},
        {static_cast<KSPIN_COMMUNICATION>(7), STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER},
    };
    for (const auto &Rule : Rules) {
        ValidatedCommunication = Rule.Communication;
        CaseInitializeConnect(Request, 1, NULL);
        EXPECT_EQ(KsCreatePin(Filter.Handle, &Request.Connect, GENERIC_READ, &Handle),
                  Rule.Without);
        CaseInitializeConnect(Request, 1, Filter.Handle);
        EXPECT_EQ(KsCreatePin(Filter.Handle, &Request.Connect, GENERIC_READ, &Handle), Rule.With);
    }
    ValidatedCommunication = KSPIN_COMMUNICATION_BOTH;
}

static ULONG Intersections;
static NTSTATUS NTAPI Intersect(PIRP Irp, PKSP_PIN Pin, PKSDATARANGE Range, PVOID Data) {
    ++Intersections;
    EXPECT_EQ(Pin->PinId, 0u);
    if (!CaseSameGuid(Range->SubFormat, CaseOwnFormat))
        return STATUS_NO_MATCH;
    const ULONG Room = CaseStack(Irp)->Parameters.DeviceIoControl.OutputBufferLength;
    Irp->IoStatus.Information = sizeof(KSDATAFORMAT);
    if (Room == 0)
        return STATUS_BUFFER_OVERFLOW;
    RtlCopyMemory(Data, Range, sizeof(KSDATAFORMAT));
    return STATUS_SUCCESS;
}
static NTSTATUS NTAPI IntersectEx(PVOID Context, PIRP Irp, PKSP_PIN Pin, PKSDATARANGE CallerRange,
                                  PKSDATARANGE DescriptorRange, ULONG DataBufferSize, PVOID Data,
                                  PULONG DataSize) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Pin);
    EXPECT_EQ(Context, (PVOID)&Intersections);
    ++Intersections;
    if (!CaseSameGuid(CallerRange->SubFormat, DescriptorRange->SubFormat))
        return STATUS_NO_MATCH;
    *DataSize = sizeof(KSDATAFORMAT);
    if (DataBufferSize == 0)
        return STATUS_BUFFER_OVERFLOW;
    RtlCopyMemory(Data, DescriptorRange, sizeof(KSDATAFORMAT));
    return STATUS_SUCCESS;
}

static bool Extended;
static NTSTATUS NTAPI PinProperty(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    CASE_FILTER Filter;
    CaseInitializeFilter(Filter);
    const KSPIN_DESCRIPTOR Pins[2] = {Filter.Pins[0].PinDescriptor, Filter.Pins[1].PinDescriptor};
    if (Request->Id != KSPROPERTY_PIN_DATAINTERSECTION)
        return KsPinPropertyHandler(Irp, Request, Data, SIZEOF_ARRAY(Pins), Pins);
    const PKSP_PIN Pin = reinterpret_cast<PKSP_PIN>(Request);
    return Extended ? KsPinDataIntersectionEx(Irp, Pin, Data, SIZEOF_ARRAY(Pins), Pins,
                                              sizeof(KSPIN_DESCRIPTOR), IntersectEx, &Intersections)
                    : KsPinDataIntersection(Irp, Pin, Data, SIZEOF_ARRAY(Pins), Pins, Intersect);
}
static DEFINE_KSPROPERTY_PINSET(PinItems, PinProperty, PinProperty, PinProperty);
static const KSPROPERTY_SET PinSets[] = {
    {&KSPROPSETID_Pin, SIZEOF_ARRAY(PinItems), PinItems, 0, NULL}};
static NTSTATUS NTAPI PinControl(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    return CaseFinish(Irp, KsPropertyHandler(Irp, SIZEOF_ARRAY(PinSets), PinSets));
}
static NTSTATUS AskPin(const CaseFile &File, ULONG Id, ULONG PinId, PVOID Data, ULONG Bytes,
                       PULONG Returned) {
    KSP_PIN Request = {};
    Request.Property.Set = KSPROPSETID_Pin;
    Request.Property.Id = Id;
    Request.Property.Flags = KSPROPERTY_TYPE_GET;
    Request.PinId = PinId;
    return CaseControl(File, IOCTL_KS_PROPERTY, &Request, sizeof Request, Data, Bytes, Returned);
}

EXPORT_CASE(KsPinPropertyHandler) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = PinControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    ULONG Count = 0, Returned = 0;
    EXPECT_SUCCESS(AskPin(File, KSPROPERTY_PIN_CTYPES, 0, &Count, sizeof Count, &Returned));
    EXPECT_EQ(Count, 2u);
    EXPECT_EQ(Returned, sizeof Count);
    EXPECT_EQ(AskPin(File, KSPROPERTY_PIN_CTYPES, 0, &Count, sizeof Count - 1, &Returned),
              STATUS_BUFFER_TOO_SMALL);
    KSPIN_DATAFLOW Flow = KSPIN_DATAFLOW_OUT;
    EXPECT_SUCCESS(AskPin(File, KSPROPERTY_PIN_DATAFLOW, 1, &Flow, sizeof Flow, &Returned));
    EXPECT_EQ(Flow, KSPIN_DATAFLOW_IN);
    EXPECT_EQ(AskPin(File, KSPROPERTY_PIN_DATAFLOW, 2, &Flow, sizeof Flow, &Returned),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(AskPin(File, KSPROPERTY_PIN_DATARANGES, 0, NULL, 0, &Returned),
              STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(Returned, sizeof(KSMULTIPLE_ITEM) + sizeof(KSDATARANGE));
}

EXPORT_CASE(KsPinDataIntersection, KsPinDataIntersectionEx) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = PinControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    struct {
        KSP_PIN Pin;
        KSMULTIPLE_ITEM Header;
        KSDATARANGE Ranges[2];
    } Request = {};
    CASE_CONNECT Known;
    CaseInitializeConnect(Known, 0, NULL);
    Request.Pin.Property.Set = KSPROPSETID_Pin;
    Request.Pin.Property.Id = KSPROPERTY_PIN_DATAINTERSECTION;
    Request.Pin.Property.Flags = KSPROPERTY_TYPE_GET;
    Request.Header.Size = sizeof Request.Header + sizeof Request.Ranges;
    Request.Header.Count = 2;
    Request.Ranges[0] = Request.Ranges[1] = Known.Format;
    Request.Ranges[0].SubFormat = CaseOwnSet; // nobody's
    const bool Ways[] = {false, true};
    for (const bool Way : Ways) {
        Extended = Way;
        Intersections = 0;
        KSDATAFORMAT Format = {};
        ULONG Returned = 0;
        EXPECT_EQ(
            CaseControl(File, IOCTL_KS_PROPERTY, &Request, sizeof Request, NULL, 0, &Returned),
            STATUS_BUFFER_OVERFLOW);
        EXPECT_EQ(Returned, sizeof Format);
        EXPECT_TRUE(Intersections > 0);
        EXPECT_SUCCESS(CaseControl(File, IOCTL_KS_PROPERTY, &Request, sizeof Request, &Format,
                                   sizeof Format, &Returned));
        EXPECT_TRUE(CaseSameGuid(Format.SubFormat, CaseOwnFormat));
        Request.Pin.PinId = 2;
        EXPECT_EQ(CaseControl(File, IOCTL_KS_PROPERTY, &Request, sizeof Request, &Format,
                              sizeof Format, &Returned),
                  STATUS_INVALID_PARAMETER);
        Request.Pin.PinId = 0;
    }
}

namespace {
// An output connected to an input of another filter.
class Connection {
  public:
    Connection(CASE_CONTEXT &Case) : Own_(Case, Descriptor().Descriptor) {
        EXPECT_SUCCESS(Own_.Open(SourceFilter));
        EXPECT_SUCCESS(Own_.Open(SinkFilter));
        if (EXPECT_SUCCESS(CaseConnect(SinkFilter, 1, NULL, SinkFile)))
            Sink = KsGetPinFromFileObject(SinkFile.Object);
        if (EXPECT_SUCCESS(CaseConnect(SourceFilter, 0, SinkFile.Handle, SourceFile)))
            Source = KsGetPinFromFileObject(SourceFile.Object);
    }

  private:
    static CASE_FILTER &Descriptor() {
        static CASE_FILTER Filter;
        CaseInitializeFilter(Filter);
        return Filter;
    }
    CaseFactory Own_;

  public:
    CaseFile SourceFilter, SinkFilter, SinkFile, SourceFile;
    PKSPIN Sink = NULL, Source = NULL;
};
} // namespace

EXPORT_CASE(KsPinGetConnectedPinFileObject, KsPinGetConnectedPinDeviceObject) {
    Connection Own(Case);
    REQUIRE(Own.Source != NULL);
    EXPECT_EQ(KsPinGetConnectedPinFileObject(Own.Source), Own.SinkFile.Object);
    EXPECT_EQ(KsPinGetConnectedPinFileObject(Own.Sink), (PFILE_OBJECT)NULL);
    EXPECT_EQ(KsPinGetConnectedPinDeviceObject(Own.Source),
              IoGetRelatedDeviceObject(Own.SinkFile.Object));
    EXPECT_EQ(KsPinGetConnectedPinDeviceObject(Own.Sink), (PDEVICE_OBJECT)NULL);
    EXPECT_EQ(Own.Source->Communication, KSPIN_COMMUNICATION_SOURCE);
    EXPECT_EQ(Own.Sink->Communication, KSPIN_COMMUNICATION_SINK);
}

EXPORT_CASE(KsPinGetConnectedPinInterface, KsPinGetConnectedFilterInterface) {
    Connection Own(Case);
    REQUIRE(Own.Source != NULL);
    IKsControl *Control = NULL;
    KSPROPERTY Property;
    ULONG Value = 0, Returned = 0;
    REQUIRE_SUCCESS(KsPinGetConnectedPinInterface(Own.Source, &IID_IKsControl, (PVOID *)&Control));
    Property.Set = KSPROPSETID_Connection;
    Property.Id = KSPROPERTY_CONNECTION_STATE;
    Property.Flags = KSPROPERTY_TYPE_GET;
    Value = 99;
    EXPECT_SUCCESS(
        Control->KsProperty(&Property, sizeof Property, &Value, sizeof Value, &Returned));
    EXPECT_EQ(Value, (ULONG)KSSTATE_STOP);
    Control->Release();
    REQUIRE_SUCCESS(
        KsPinGetConnectedFilterInterface(Own.Source, &IID_IKsControl, (PVOID *)&Control));
    Property.Set = KSPROPSETID_Pin;
    Property.Id = KSPROPERTY_PIN_CTYPES;
    EXPECT_SUCCESS(
        Control->KsProperty(&Property, sizeof Property, &Value, sizeof Value, &Returned));
    EXPECT_EQ(Value, 2u);
    Control->Release();
    PVOID None = &Own;
    EXPECT_FALSE(NT_SUCCESS(KsPinGetConnectedPinInterface(Own.Source, &CaseOwnSet, &None)));
    EXPECT_EQ(None, (PVOID)NULL);
}

static NTSTATUS NTAPI Answer(PKSPIN Pin, PKSHANDSHAKE In, PKSHANDSHAKE Out) {
    UNREFERENCED_PARAMETER(Pin);
    if (!CaseSameGuid(In->ProtocolId, CaseOwnSet))
        return STATUS_UNSUCCESSFUL;
    *Out = *In;
    Out->Argument1 = In;
    return STATUS_SUCCESS;
}

EXPORT_CASE(KsPinHandshake, KsPinRegisterHandshakeCallback) {
    Connection Own(Case);
    REQUIRE(Own.Source != NULL);
    KSHANDSHAKE In = {}, Out = {};
    In.ProtocolId = CaseOwnSet;
    EXPECT_FALSE(NT_SUCCESS(KsPinHandshake(Own.Source, &In, &Out)));
    KsPinRegisterHandshakeCallback(Own.Sink, Answer);
    EXPECT_SUCCESS(KsPinHandshake(Own.Source, &In, &Out));
    EXPECT_TRUE(CaseSameGuid(Out.ProtocolId, CaseOwnSet));
    EXPECT_EQ(Out.Argument1, (PVOID)&In);
    In.ProtocolId = CaseOwnFormat;
    EXPECT_FALSE(NT_SUCCESS(KsPinHandshake(Own.Source, &In, &Out)));
}

static LONG PinSleeps, PinWakes, FilterSleeps, FilterWakes;
static void NTAPI PinSleep(PKSPIN Pin, DEVICE_POWER_STATE State) {
    UNREFERENCED_PARAMETER(Pin);
    EXPECT_EQ(State, PowerDeviceD3);
    ++PinSleeps;
}
static void NTAPI PinWake(PKSPIN Pin, DEVICE_POWER_STATE State) {
    UNREFERENCED_PARAMETER(Pin);
    EXPECT_EQ(State, PowerDeviceD0);
    ++PinWakes;
}
static void NTAPI FilterSleep(PKSFILTER Filter, DEVICE_POWER_STATE State) {
    UNREFERENCED_PARAMETER(Filter);
    EXPECT_EQ(State, PowerDeviceD3);
    ++FilterSleeps;
}
static void NTAPI FilterWake(PKSFILTER Filter, DEVICE_POWER_STATE State) {
    UNREFERENCED_PARAMETER(Filter);
    EXPECT_EQ(State, PowerDeviceD0);
    ++FilterWakes;
}

static NTSTATUS NTAPI ProcessNothing(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index) {
    UNREFERENCED_PARAMETER(Filter);
    UNREFERENCED_PARAMETER(Index);
    return STATUS_PENDING;
}

// Whoever processes is told: the pins, or the filter for all of them.
EXPORT_CASE(KsPinRegisterPowerCallbacks, KsFilterRegisterPowerCallbacks) {
    const bool Kinds[] = {false, true};
    for (const bool FilterCentric : Kinds) {
        CASE_FILTER Descriptor;
        CaseInitializeFilter(Descriptor);
        if (FilterCentric) {
            Descriptor.Dispatch.Process = ProcessNothing;
            Descriptor.PinDispatch[0].Process = NULL;
            Descriptor.PinDispatch[1].Process = NULL;
        }
        CaseStream Stream(Case, Descriptor);
        REQUIRE(Stream.Pin[0] != NULL);
        PinSleeps = PinWakes = FilterSleeps = FilterWakes = 0;
        KsPinRegisterPowerCallbacks(Stream.Pin[0], PinSleep, PinWake);
        KsFilterRegisterPowerCallbacks(KsGetFilterFromFileObject(Stream.Filter.Object), FilterSleep,
                                       FilterWake);
        const DEVICE_POWER_STATE States[] = {PowerDeviceD3, PowerDeviceD0};
        for (const DEVICE_POWER_STATE State : States) {
            CaseIrp Request(Case.Device, IRP_MJ_POWER, IRP_MN_SET_POWER);
            Request.Stack->Parameters.Power.Type = DevicePowerState;
            Request.Stack->Parameters.Power.State.DeviceState = State;
            EXPECT_SUCCESS(Request.Send());
            const LONG Woken = State == PowerDeviceD0 ? 1 : 0;
            EXPECT_EQ(PinSleeps, FilterCentric ? 0 : 1);
            EXPECT_EQ(PinWakes, FilterCentric ? 0 : Woken);
            EXPECT_EQ(FilterSleeps, FilterCentric ? 1 : 0);
            EXPECT_EQ(FilterWakes, FilterCentric ? Woken : 0);
        }
    }
}
