// Requests about pins that a driver without AVStream hands on: every size and every number.
#include "ks_fixture.h"

namespace {
// A request that no I/O manager has looked at.
class Asked : public CaseIrp {
  public:
    Asked(CASE_CONTEXT &Case, ULONG InBytes, ULONG OutBytes)
        : CaseIrp(Case.Device, IRP_MJ_DEVICE_CONTROL) {
        Stack->Parameters.DeviceIoControl.InputBufferLength = InBytes;
        Stack->Parameters.DeviceIoControl.OutputBufferLength = OutBytes;
        Irp->IoStatus.Information = 99;
    }
    ~Asked() { CaseFinish(Irp, STATUS_SUCCESS); }
};
} // namespace

EXPORT_CASE(KsPinPropertyHandler) {
    CASE_FILTER Filter;
    CaseInitializeFilter(Filter);
    KSPIN_DESCRIPTOR Pins[2] = {Filter.Pins[0].PinDescriptor, Filter.Pins[1].PinDescriptor};
    KSDATARANGE Narrow = *Pins[1].DataRanges[0];
    Narrow.SubFormat = CaseOwnSet;
    const PKSDATARANGE NarrowRanges[] = {&Narrow};
    KSP_PIN Request = {};
    struct {
        KSMULTIPLE_ITEM Header;
        KSDATARANGE Range;
    } Data;
    ULONG_PTR Information = 0;
    const auto Ask = [&](ULONG Id, ULONG PinId, ULONG Bytes) {
        Asked Irp(Case, sizeof Request, Bytes);
        Request.Property.Id = Id;
        Request.PinId = PinId;
        RtlFillMemory(&Data, sizeof Data, 0xcd);
        const NTSTATUS Status =
            KsPinPropertyHandler(Irp.Irp, &Request.Property, &Data, SIZEOF_ARRAY(Pins), Pins);
        Information = Irp.Irp->IoStatus.Information;
        return Status;
    };
    EXPECT_EQ(Ask(KSPROPERTY_PIN_CTYPES, 0, sizeof(ULONG) - 1), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(Information, 0u);
    EXPECT_EQ(Data.Header.Size, 0xcdcdcdcd);
    EXPECT_SUCCESS(Ask(KSPROPERTY_PIN_CTYPES, 9, sizeof(ULONG)));
    EXPECT_EQ(Information, sizeof(ULONG));
    EXPECT_EQ(Data.Header.Size, 2u);
    EXPECT_EQ(Ask(KSPROPERTY_PIN_DATAFLOW, 2, sizeof(ULONG)), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Ask(99, 1, sizeof Data), STATUS_NOT_FOUND);
    EXPECT_EQ(Information, 0u);
    // Category and name, where there are none, and a category that is in no registry.
    EXPECT_EQ(Ask(KSPROPERTY_PIN_CATEGORY, 1, sizeof Data), STATUS_NOT_FOUND);
    EXPECT_EQ(Ask(KSPROPERTY_PIN_NAME, 1, sizeof Data), STATUS_NOT_FOUND);
    Pins[1].Category = &CaseOwnCategory;
    EXPECT_SUCCESS(Ask(KSPROPERTY_PIN_CATEGORY, 1, sizeof(GUID)));
    EXPECT_EQ(Information, sizeof(GUID));
    EXPECT_TRUE(CaseSameGuid(*reinterpret_cast<GUID *>(&Data), CaseOwnCategory));
    EXPECT_EQ(Ask(KSPROPERTY_PIN_NAME, 1, sizeof Data), STATUS_NOT_FOUND);
    // Constrained ranges: both a number and a list, or they are the pin's.
    const struct {
        ULONG Count;
        const PKSDATARANGE *List;
        const GUID &Format;
    } Rules[] = {{0, NULL, CaseOwnFormat},
                 {0, NarrowRanges, CaseOwnFormat},
                 {1, NULL, CaseOwnFormat},
                 {1, NarrowRanges, CaseOwnSet}};
    for (const auto &Rule : Rules) {
        Pins[1].ConstrainedDataRangesCount = Rule.Count;
        Pins[1].ConstrainedDataRanges = const_cast<PKSDATARANGE *>(Rule.List);
        EXPECT_SUCCESS(Ask(KSPROPERTY_PIN_CONSTRAINEDDATARANGES, 1, sizeof Data));
        EXPECT_EQ(Data.Header.Count, 1u);
        EXPECT_EQ(Information, sizeof Data);
        EXPECT_TRUE(CaseSameGuid(Data.Range.SubFormat, Rule.Format));
    }
}

static LONG Handled;
static NTSTATUS NTAPI CountIntersections(PIRP Irp, PKSP_PIN Pin, PKSDATARANGE Range, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Pin);
    UNREFERENCED_PARAMETER(Range);
    UNREFERENCED_PARAMETER(Data);
    ++Handled;
    return STATUS_NO_MATCH;
}

EXPORT_CASE(KsPinDataIntersection, KsPinDataIntersectionEx) {
    CASE_FILTER Filter;
    CaseInitializeFilter(Filter);
    // Two ranges of the pin's that match whatever matches one.
    const PKSDATARANGE Twice[] = {Filter.Pins[0].PinDescriptor.DataRanges[0],
                                  Filter.Pins[0].PinDescriptor.DataRanges[0]};
    KSPIN_DESCRIPTOR Pins[2] = {Filter.Pins[0].PinDescriptor, Filter.Pins[1].PinDescriptor};
    Pins[1].DataRanges = Twice;
    Pins[1].DataRangesCount = 2;
    struct {
        KSP_PIN Pin;
        KSMULTIPLE_ITEM Header;
        KSDATARANGE Ranges[2];
    } Request = {};
    Request.Header.Size = sizeof Request.Header + sizeof Request.Ranges;
    Request.Header.Count = 2;
    Request.Ranges[0] = Request.Ranges[1] = *Twice[0];
    KSDATAFORMAT Format;
    const auto Ask = [&](bool Extended, ULONG PinId, ULONG Bytes) {
        Asked Irp(Case, Bytes, sizeof Format);
        Request.Pin.PinId = PinId;
        Handled = 0;
        return Extended ? KsPinDataIntersectionEx(Irp.Irp, &Request.Pin, &Format, 2, Pins,
                                                  sizeof Pins[0], NULL, NULL)
                        : KsPinDataIntersection(Irp.Irp, &Request.Pin, &Format, 2, Pins,
                                                CountIntersections);
    };
    const bool Ways[] = {false, true};
    for (const bool Extended : Ways) {
        EXPECT_EQ(Ask(Extended, 2, sizeof Request), STATUS_INVALID_PARAMETER);
        EXPECT_EQ(Ask(Extended, 1, sizeof(KSP_PIN) - 1), STATUS_INVALID_BUFFER_SIZE);
        EXPECT_EQ(Ask(Extended, 1, sizeof(KSP_PIN)), STATUS_INVALID_BUFFER_SIZE);
        EXPECT_EQ(Ask(Extended, 1, sizeof Request - 1), STATUS_INVALID_BUFFER_SIZE);
        EXPECT_EQ(Handled, 0);
    }
    // The handler sees the caller's range only: once is enough.
    EXPECT_EQ(Ask(false, 1, sizeof Request), STATUS_NO_MATCH);
    EXPECT_EQ(Handled, 2);
    // Without a handler ranges that carry nothing behind their head are the answer.
    EXPECT_SUCCESS(Ask(true, 1, sizeof Request));
    EXPECT_TRUE(CaseSameGuid(Format.SubFormat, CaseOwnFormat));
}

// Methods that want the client's own pages.
static PVOID DataSeen;
static LONG MethodCalls;
static NTSTATUS NTAPI SeeData(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    ++MethodCalls;
    DataSeen = Data;
    EXPECT_EQ(Irp->MdlAddress != NULL, Data != NULL);
    return STATUS_SUCCESS;
}
static const KSMETHOD_ITEM SourceItems[] = {
    {1, {SeeData}, sizeof(KSMETHOD), 0, NULL, KSMETHOD_TYPE_SOURCE | KSMETHOD_TYPE_READ},
    {2, {SeeData}, sizeof(KSMETHOD), 0, NULL, KSMETHOD_TYPE_SOURCE | KSMETHOD_TYPE_WRITE},
    {3, {SeeData}, sizeof(KSMETHOD), 0, NULL, KSMETHOD_TYPE_SOURCE},
};
static const KSMETHOD_SET SourceSets[] = {
    {&CaseOwnSet, SIZEOF_ARRAY(SourceItems), SourceItems, 0, NULL}};
static ULONG ItemSize;
static NTSTATUS NTAPI SourceControl(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    return CaseFinish(Irp, KsMethodHandlerWithAllocator(Irp, SIZEOF_ARRAY(SourceSets), SourceSets,
                                                        NULL, ItemSize));
}

EXPORT_CASE(KsMethodHandlerWithAllocator) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = SourceControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    KSMETHOD Method = {};
    Method.Set = CaseOwnSet;
    Method.Flags = KSMETHOD_TYPE_SEND;
    ULONG Value = 1;
    const auto Call = [&](ULONG Id, PVOID Data, ULONG Bytes) {
        Method.Id = Id;
        MethodCalls = 0;
        DataSeen = &Value;
        return CaseControl(File, IOCTL_KS_METHOD, &Method, sizeof Method, Data, Bytes);
    };
    ItemSize = sizeof(KSMETHOD_ITEM);
    for (ULONG Id = 1; Id <= 3; ++Id) {
        EXPECT_SUCCESS(Call(Id, NULL, 0));
        EXPECT_EQ(MethodCalls, 1);
        EXPECT_EQ(DataSeen, (PVOID)NULL);
        EXPECT_SUCCESS(Call(Id, &Value, sizeof Value));
        EXPECT_EQ(MethodCalls, 1);
        EXPECT_EQ(DataSeen != NULL, Id != 3); // 3 takes none
    }
    // Where there is no memory.
    for (ULONG Id = 1; Id <= 2; ++Id) {
        EXPECT_EQ(Call(Id, reinterpret_cast<PVOID>(0x1000), 8), STATUS_ACCESS_VIOLATION);
        EXPECT_EQ(MethodCalls, 0);
    }
    // Items of a size that cannot be.
    ItemSize = sizeof(KSMETHOD_ITEM) - 8;
    EXPECT_EQ(Call(1, NULL, 0), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(MethodCalls, 0);
}

// An allocator of the driver's own may fail.
static NTSTATUS NTAPI AllocateNothing(PIRP Irp, ULONG Bytes, BOOLEAN InputOperation) {
    UNREFERENCED_PARAMETER(Irp);
    EXPECT_EQ(Bytes, sizeof(KSMETHOD) + 8);
    EXPECT_FALSE(InputOperation);
    return STATUS_DEVICE_NOT_READY;
}
static NTSTATUS NTAPI StarvedControl(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    return CaseFinish(Irp, KsMethodHandlerWithAllocator(Irp, SIZEOF_ARRAY(SourceSets), SourceSets,
                                                        AllocateNothing, sizeof(KSMETHOD_ITEM)));
}
EXPORT_CASE(KsMethodHandlerWithAllocator) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = StarvedControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    KSMETHOD Method = {};
    Method.Set = CaseOwnSet;
    Method.Id = 1;
    Method.Flags = KSMETHOD_TYPE_SEND;
    ULONG Value = 1;
    EXPECT_EQ(CaseControl(File, IOCTL_KS_METHOD, &Method, sizeof Method, &Value, sizeof Value),
              STATUS_DEVICE_NOT_READY);
}
