// Property and method handlers over tables of a case's own.
#include "ks_fixture.h"

static ULONG Level;
static LONG Calls;

static NTSTATUS NTAPI GetLevel(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    ++Calls;
    *static_cast<ULONG *>(Data) = Level;
    Irp->IoStatus.Information = sizeof Level;
    return STATUS_SUCCESS;
}
static NTSTATUS NTAPI SetLevel(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Request);
    ++Calls;
    Level = *static_cast<ULONG *>(Data);
    return STATUS_SUCCESS;
}
static NTSTATUS NTAPI Double(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    ++Calls;
    *static_cast<ULONG *>(Data) *= 2;
    Irp->IoStatus.Information = sizeof(ULONG);
    return STATUS_SUCCESS;
}
static BOOLEAN NTAPI GetLevelFast(PFILE_OBJECT File, PKSPROPERTY Property, ULONG PropertyLength,
                                  PVOID Data, ULONG DataLength, PIO_STATUS_BLOCK IoStatus) {
    UNREFERENCED_PARAMETER(File);
    UNREFERENCED_PARAMETER(Property);
    UNREFERENCED_PARAMETER(PropertyLength);
    if (DataLength < sizeof Level)
        return FALSE;
    ++Calls;
    *static_cast<ULONG *>(Data) = Level;
    IoStatus->Status = STATUS_SUCCESS;
    IoStatus->Information = sizeof Level;
    return TRUE;
}

static DEFINE_KSPROPERTY_TABLE(Properties){DEFINE_KSPROPERTY_ITEM(1, GetLevel, sizeof(KSPROPERTY),
                                                                  sizeof(ULONG), SetLevel, NULL, 0,
                                                                  NULL, NULL, sizeof(ULONG))};
static const KSFASTPROPERTY_ITEM FastProperties[] = {{1, GetLevelFast, NULL, 0}};
static const KSPROPERTY_SET PropertySets[] = {{&CaseOwnSet, SIZEOF_ARRAY(Properties), Properties,
                                               SIZEOF_ARRAY(FastProperties), FastProperties}};

static const KSMETHOD_ITEM Methods[] = {
    {2, {Double}, sizeof(KSMETHOD), sizeof(ULONG), NULL, KSMETHOD_TYPE_MODIFY}};
static const KSFASTMETHOD_ITEM FastMethods[] = {{2, {GetLevelFast}}};
static const KSMETHOD_SET MethodSets[] = {
    {&CaseOwnSet, SIZEOF_ARRAY(Methods), Methods, SIZEOF_ARRAY(FastMethods), FastMethods}};

static NTSTATUS NTAPI PropertyControl(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    return CaseFinish(Irp, KsPropertyHandler(Irp, SIZEOF_ARRAY(PropertySets), PropertySets));
}

EXPORT_CASE(KsPropertyHandler) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = PropertyControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    ULONG Value = 41, Returned = 0;
    EXPECT_SUCCESS(CaseProperty(File, CaseOwnSet, 1, KSPROPERTY_TYPE_SET, &Value, sizeof Value));
    EXPECT_EQ(Level, 41u);
    Value = 0;
    EXPECT_SUCCESS(
        CaseProperty(File, CaseOwnSet, 1, KSPROPERTY_TYPE_GET, &Value, sizeof Value, &Returned));
    EXPECT_EQ(Value, 41u);
    EXPECT_EQ(Returned, sizeof Value);
    EXPECT_EQ(CaseProperty(File, CaseOwnSet, 9, KSPROPERTY_TYPE_GET, &Value, sizeof Value),
              STATUS_NOT_FOUND);
    EXPECT_EQ(CaseProperty(File, CaseOwnFormat, 1, KSPROPERTY_TYPE_GET, &Value, sizeof Value),
              STATUS_PROPSET_NOT_FOUND);
    EXPECT_EQ(CaseProperty(File, CaseOwnSet, 1, KSPROPERTY_TYPE_GET, &Value, 2),
              STATUS_BUFFER_TOO_SMALL);
    EXPECT_SUCCESS(
        CaseProperty(File, CaseOwnSet, 1, KSPROPERTY_TYPE_BASICSUPPORT, &Value, sizeof Value));
    EXPECT_EQ(Value, (ULONG)(KSPROPERTY_TYPE_GET | KSPROPERTY_TYPE_SET));
}

static LONG Allocations;
static NTSTATUS NTAPI AllocateForRequest(PIRP Irp, ULONG Bytes, BOOLEAN InputOperation) {
    UNREFERENCED_PARAMETER(InputOperation);
    ++Allocations;
    Irp->AssociatedIrp.SystemBuffer = ExAllocatePoolWithTag(NonPagedPool, Bytes, 'esaC');
    if (Irp->AssociatedIrp.SystemBuffer == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    Irp->Flags |= IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER | IRP_INPUT_OPERATION;
    return STATUS_SUCCESS;
}
// Items may be larger than KS's: the driver's own data behind each.
namespace {
struct PROPERTY_ITEM_AND_MORE {
    KSPROPERTY_ITEM Item;
    ULONGLONG Own;
};
struct METHOD_ITEM_AND_MORE {
    KSMETHOD_ITEM Item;
    ULONGLONG Own;
};
} // namespace
static ULONGLONG OwnSeen;
static NTSTATUS NTAPI GetOwn(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    OwnSeen =
        reinterpret_cast<const PROPERTY_ITEM_AND_MORE *>(KSPROPERTY_ITEM_IRP_STORAGE(Irp))->Own;
    return GetLevel(Irp, Request, Data);
}
static NTSTATUS NTAPI CallOwn(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    OwnSeen = reinterpret_cast<const METHOD_ITEM_AND_MORE *>(KSMETHOD_ITEM_IRP_STORAGE(Irp))->Own;
    return Double(Irp, Request, Data);
}
static const PROPERTY_ITEM_AND_MORE LargeProperties[] = {
    {DEFINE_KSPROPERTY_ITEM(0, GetLevel, sizeof(KSPROPERTY), sizeof(ULONG), NULL, NULL, 0, NULL,
                            NULL, 0),
     100},
    {DEFINE_KSPROPERTY_ITEM(1, GetOwn, sizeof(KSPROPERTY), sizeof(ULONG), NULL, NULL, 0, NULL, NULL,
                            0),
     200}};
static const KSPROPERTY_SET LargePropertySets[] = {
    {&CaseOwnSet, SIZEOF_ARRAY(LargeProperties), &LargeProperties[0].Item, 0, NULL}};
static const METHOD_ITEM_AND_MORE LargeMethods[] = {
    {{1, {Double}, sizeof(KSMETHOD), sizeof(ULONG), NULL, KSMETHOD_TYPE_MODIFY}, 300},
    {{2, {CallOwn}, sizeof(KSMETHOD), sizeof(ULONG), NULL, KSMETHOD_TYPE_MODIFY}, 400}};
static const KSMETHOD_SET LargeMethodSets[] = {
    {&CaseOwnSet, SIZEOF_ARRAY(LargeMethods), &LargeMethods[0].Item, 0, NULL}};

static NTSTATUS NTAPI AllocatorControl(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    if (CaseStack(Irp)->Parameters.DeviceIoControl.IoControlCode == IOCTL_KS_PROPERTY)
        return CaseFinish(Irp, KsPropertyHandlerWithAllocator(Irp, SIZEOF_ARRAY(LargePropertySets),
                                                              LargePropertySets, AllocateForRequest,
                                                              sizeof(PROPERTY_ITEM_AND_MORE)));
    return CaseFinish(Irp, KsMethodHandlerWithAllocator(Irp, SIZEOF_ARRAY(LargeMethodSets),
                                                        LargeMethodSets, AllocateForRequest,
                                                        sizeof(METHOD_ITEM_AND_MORE)));
}

EXPORT_CASE(KsPropertyHandlerWithAllocator, KsMethodHandlerWithAllocator) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = AllocatorControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    ULONG Value = 0;
    Level = 5;
    Allocations = 0;
    OwnSeen = 0;
    EXPECT_SUCCESS(CaseProperty(File, CaseOwnSet, 1, KSPROPERTY_TYPE_GET, &Value, sizeof Value));
    EXPECT_EQ(Value, 5u);
    EXPECT_EQ(OwnSeen, 200ull);
    EXPECT_EQ(Allocations, 1);
    KSMETHOD Method;
    Method.Set = CaseOwnSet;
    Method.Id = 2;
    Method.Flags = KSMETHOD_TYPE_SEND;
    Value = 21;
    EXPECT_SUCCESS(
        CaseControl(File, IOCTL_KS_METHOD, &Method, sizeof Method, &Value, sizeof Value));
    EXPECT_EQ(OwnSeen, 400ull);
    EXPECT_EQ(Allocations, 2);
}

static NTSTATUS NTAPI MethodControl(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    return CaseFinish(Irp, KsMethodHandler(Irp, SIZEOF_ARRAY(MethodSets), MethodSets));
}

EXPORT_CASE(KsMethodHandler) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = MethodControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    KSMETHOD Method;
    Method.Set = CaseOwnSet;
    Method.Id = 2;
    Method.Flags = KSMETHOD_TYPE_SEND;
    ULONG Value = 21;
    EXPECT_SUCCESS(
        CaseControl(File, IOCTL_KS_METHOD, &Method, sizeof Method, &Value, sizeof Value));
    EXPECT_EQ(Value, 42u);
    Method.Id = 3;
    EXPECT_EQ(CaseControl(File, IOCTL_KS_METHOD, &Method, sizeof Method, &Value, sizeof Value),
              STATUS_NOT_FOUND);
    Method.Set = CaseOwnFormat;
    EXPECT_EQ(CaseControl(File, IOCTL_KS_METHOD, &Method, sizeof Method, &Value, sizeof Value),
              STATUS_PROPSET_NOT_FOUND);
}

EXPORT_CASE(KsFastPropertyHandler, KsFastMethodHandler) {
    const PFILE_OBJECT File = CaseStack(Case.Irp)->FileObject;
    KSPROPERTY Property;
    IO_STATUS_BLOCK IoStatus = {};
    ULONG Value = 0;
    Level = 77;
    Property.Set = CaseOwnSet;
    Property.Id = 1;
    Property.Flags = KSPROPERTY_TYPE_GET;
    CaseThread AsKernel([&] {
        EXPECT_TRUE(KsFastPropertyHandler(File, &Property, sizeof Property, &Value, sizeof Value,
                                          &IoStatus, SIZEOF_ARRAY(PropertySets), PropertySets));
        EXPECT_EQ(Value, 77u);
        EXPECT_EQ(IoStatus.Information, sizeof Value);
        // Without a fast handler an IRP has to be sent.
        Property.Flags = KSPROPERTY_TYPE_SET;
        EXPECT_FALSE(KsFastPropertyHandler(File, &Property, sizeof Property, &Value, sizeof Value,
                                           &IoStatus, SIZEOF_ARRAY(PropertySets), PropertySets));
        KSMETHOD Method = Property;
        Method.Id = 2;
        Method.Flags = KSMETHOD_TYPE_SEND;
        Value = 0;
        EXPECT_TRUE(KsFastMethodHandler(File, &Method, sizeof Method, &Value, sizeof Value,
                                        &IoStatus, SIZEOF_ARRAY(MethodSets), MethodSets));
        EXPECT_EQ(Value, 77u);
        Method.Id = 3;
        EXPECT_FALSE(KsFastMethodHandler(File, &Method, sizeof Method, &Value, sizeof Value,
                                         &IoStatus, SIZEOF_ARRAY(MethodSets), MethodSets));
    });
}

static NTSTATUS NTAPI SpecificControl(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    if (CaseStack(Irp)->Parameters.DeviceIoControl.IoControlCode == IOCTL_KS_PROPERTY) {
        // As a handler that filters what the tables would have done.
        const NTSTATUS Status = KsPropertyHandler(Irp, SIZEOF_ARRAY(PropertySets), PropertySets);
        return CaseFinish(Irp,
                          NT_SUCCESS(Status) ? KsDispatchSpecificProperty(Irp, GetLevel) : Status);
    }
    const NTSTATUS Status = KsMethodHandler(Irp, SIZEOF_ARRAY(MethodSets), MethodSets);
    return CaseFinish(Irp, NT_SUCCESS(Status) ? KsDispatchSpecificMethod(Irp, Double) : Status);
}

EXPORT_CASE(KsDispatchSpecificProperty, KsDispatchSpecificMethod) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = SpecificControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    ULONG Value = 0;
    Level = 9;
    Calls = 0;
    EXPECT_SUCCESS(CaseProperty(File, CaseOwnSet, 1, KSPROPERTY_TYPE_GET, &Value, sizeof Value));
    EXPECT_EQ(Value, 9u);
    EXPECT_EQ(Calls, 2);
    KSMETHOD Method;
    Method.Set = CaseOwnSet;
    Method.Id = 2;
    Method.Flags = KSMETHOD_TYPE_SEND;
    Value = 3;
    EXPECT_SUCCESS(
        CaseControl(File, IOCTL_KS_METHOD, &Method, sizeof Method, &Value, sizeof Value));
    EXPECT_EQ(Value, 12u); // twice
}

// Sized lists: the header alone, or all of it.
static NTSTATUS NTAPI GetList(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    UNREFERENCED_PARAMETER(Data);
    const GUID Listed[2] = {CaseOwnSet, CaseOwnFormat};
    return KsHandleSizedListQuery(Irp, SIZEOF_ARRAY(Listed), sizeof Listed[0], Listed);
}
static const KSTOPOLOGY_CONNECTION Connections[] = {{KSFILTER_NODE, 1, 0, 1},
                                                    {0, 0, KSFILTER_NODE, 0}};
static const GUID NodeTypes[] = {{STATICGUIDOF(KSNODETYPE_VOLUME)}};
static const KSTOPOLOGY Topology = {1, &CaseOwnCategory, 1, NodeTypes, 2, Connections, NULL, 0};
static NTSTATUS NTAPI GetTopology(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    return KsTopologyPropertyHandler(Irp, Request, Data, &Topology);
}
static DEFINE_KSPROPERTY_TABLE(ListItems){
    DEFINE_KSPROPERTY_ITEM(0, GetList, sizeof(KSPROPERTY), 0, NULL, NULL, 0, NULL, NULL, 0)};
static DEFINE_KSPROPERTY_TOPOLOGYSET(TopologyItems, GetTopology);
static const KSPROPERTY_SET ListSets[] = {
    {&CaseOwnSet, SIZEOF_ARRAY(ListItems), ListItems, 0, NULL},
    {&KSPROPSETID_Topology, SIZEOF_ARRAY(TopologyItems), TopologyItems, 0, NULL}};
static NTSTATUS NTAPI ListControl(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    return CaseFinish(Irp, KsPropertyHandler(Irp, SIZEOF_ARRAY(ListSets), ListSets));
}

EXPORT_CASE(KsHandleSizedListQuery, KsTopologyPropertyHandler) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = ListControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    struct {
        KSMULTIPLE_ITEM Header;
        GUID Items[2];
    } List = {};
    ULONG Returned = 0;
    EXPECT_EQ(CaseProperty(File, CaseOwnSet, 0, KSPROPERTY_TYPE_GET, NULL, 0, &Returned),
              STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(Returned, sizeof List);
    EXPECT_SUCCESS(
        CaseProperty(File, CaseOwnSet, 0, KSPROPERTY_TYPE_GET, &List, sizeof List.Header));
    EXPECT_EQ(List.Header.Count, 2u);
    EXPECT_EQ(CaseProperty(File, CaseOwnSet, 0, KSPROPERTY_TYPE_GET, &List, sizeof List - 1),
              STATUS_BUFFER_TOO_SMALL);
    EXPECT_SUCCESS(CaseProperty(File, CaseOwnSet, 0, KSPROPERTY_TYPE_GET, &List, sizeof List));
    EXPECT_TRUE(CaseSameGuid(List.Items[1], CaseOwnFormat));
    struct {
        KSMULTIPLE_ITEM Header;
        KSTOPOLOGY_CONNECTION Items[2];
    } Found = {};
    EXPECT_SUCCESS(CaseProperty(File, KSPROPSETID_Topology, KSPROPERTY_TOPOLOGY_CONNECTIONS,
                                KSPROPERTY_TYPE_GET, &Found, sizeof Found));
    EXPECT_EQ(Found.Header.Count, 2u);
    EXPECT_EQ(Found.Items[1].FromNode, 0u);
    EXPECT_EQ(Found.Items[1].ToNode, (ULONG)KSFILTER_NODE);
    EXPECT_SUCCESS(CaseProperty(File, KSPROPSETID_Topology, KSPROPERTY_TOPOLOGY_NODES,
                                KSPROPERTY_TYPE_GET, &List, sizeof List, &Returned));
    EXPECT_EQ(Returned, sizeof List.Header + sizeof(GUID));
    EXPECT_EQ(List.Header.Count, 1u);
    EXPECT_TRUE(CaseSameGuid(List.Items[0], NodeTypes[0]));
    EXPECT_SUCCESS(CaseProperty(File, KSPROPSETID_Topology, KSPROPERTY_TOPOLOGY_CATEGORIES,
                                KSPROPERTY_TYPE_GET, &List, sizeof List, &Returned));
    EXPECT_EQ(Returned, sizeof List.Header + sizeof(GUID));
    EXPECT_TRUE(CaseSameGuid(List.Items[0], CaseOwnCategory));
}

static KSRESET ResetSeen;
static NTSTATUS NTAPI ResetControl(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    return CaseFinish(Irp, KsAcquireResetValue(Irp, &ResetSeen));
}

EXPORT_CASE(KsAcquireResetValue) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = ResetControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    KSRESET Value = KSRESET_END;
    ResetSeen = KSRESET_BEGIN;
    EXPECT_SUCCESS(CaseControl(File, IOCTL_KS_RESET_STATE, &Value, sizeof Value, NULL, 0));
    EXPECT_EQ(ResetSeen, KSRESET_END);
    Value = static_cast<KSRESET>(7);
    EXPECT_EQ(CaseControl(File, IOCTL_KS_RESET_STATE, &Value, sizeof Value, NULL, 0),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(CaseControl(File, IOCTL_KS_RESET_STATE, &Value, 1, NULL, 0),
              STATUS_INVALID_BUFFER_SIZE);
}

// Two tables in one: the second's sets behind the first's, an item of both from the first.
EXPORT_CASE(KsMergeAutomationTables) {
    static const KSPROPERTY_SET Other[] = {
        {&CaseOwnFormat, SIZEOF_ARRAY(Properties), Properties, 0, NULL}};
    KSAUTOMATION_TABLE First = {}, Second = {};
    First.PropertySetsCount = SIZEOF_ARRAY(PropertySets);
    First.PropertyItemSize = sizeof(KSPROPERTY_ITEM);
    First.PropertySets = PropertySets;
    Second.PropertySetsCount = SIZEOF_ARRAY(Other);
    Second.PropertyItemSize = sizeof(KSPROPERTY_ITEM);
    Second.PropertySets = Other;
    Second.MethodSetsCount = SIZEOF_ARRAY(MethodSets);
    Second.MethodItemSize = sizeof(KSMETHOD_ITEM);
    Second.MethodSets = MethodSets;
    KSOBJECT_BAG Bag;
    PKSAUTOMATION_TABLE Merged = NULL;
    REQUIRE_SUCCESS(KsAllocateObjectBag(KsGetDevice(Case.Filter), &Bag));
    EXPECT_SUCCESS(KsMergeAutomationTables(&Merged, &First, &Second, Bag));
    REQUIRE(Merged != NULL);
    EXPECT_EQ(Merged->PropertySetsCount, 2u);
    EXPECT_TRUE(CaseSameGuid(*Merged->PropertySets[0].Set, CaseOwnSet));
    EXPECT_TRUE(CaseSameGuid(*Merged->PropertySets[1].Set, CaseOwnFormat));
    EXPECT_EQ(Merged->MethodSetsCount, 1u);
    EXPECT_EQ(Merged->EventSetsCount, 0u);
    KsFreeObjectBag(Bag);
}

// A node's properties by the file of its filter, or of a pin.
static const KSAUTOMATION_TABLE NodeAutomation = {SIZEOF_ARRAY(PropertySets),
                                                  sizeof(KSPROPERTY_ITEM),
                                                  PropertySets,
                                                  SIZEOF_ARRAY(MethodSets),
                                                  sizeof(KSMETHOD_ITEM),
                                                  MethodSets,
                                                  0,
                                                  sizeof(KSEVENT_ITEM),
                                                  NULL};
static const KSNODE_DESCRIPTOR AutomatedNode = {&NodeAutomation, &CaseOwnSet, NULL};
EXPORT_CASE(KsSynchronousIoControlDevice) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Descriptor.NodeDescriptorsCount = 1;
    Descriptor.Descriptor.NodeDescriptors = &AutomatedNode;
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[0] != NULL);
    const CaseFile *const Files[] = {&Stream.Filter, &Stream.File[0]};
    Level = 0;
    for (const CaseFile *File : Files) {
        KSP_NODE Request = {};
        Request.Property.Set = CaseOwnSet;
        Request.Property.Id = 1;
        Request.Property.Flags = KSPROPERTY_TYPE_GET | KSPROPERTY_TYPE_TOPOLOGY;
        ULONG Value = 0, Returned = 0;
        const auto Ask = [&](ULONG Bytes) {
            return CaseControl(*File, IOCTL_KS_PROPERTY, &Request, Bytes, &Value, sizeof Value,
                               &Returned);
        };
        ++Level;
        EXPECT_SUCCESS(Ask(sizeof Request));
        EXPECT_EQ(Value, Level);
        EXPECT_EQ(Returned, sizeof Value);
        // Its own property sets are no node's.
        EXPECT_EQ(Ask(sizeof Request.Property), STATUS_INVALID_BUFFER_SIZE);
        EXPECT_EQ(Ask(sizeof Request - 1), STATUS_INVALID_BUFFER_SIZE);
        Request.NodeId = 1;
        EXPECT_EQ(Ask(sizeof Request), STATUS_INVALID_PARAMETER);
        Request.NodeId = (ULONG)KSFILTER_NODE; // the filter or pin itself
        EXPECT_EQ(Ask(sizeof Request), STATUS_PROPSET_NOT_FOUND);
        KSM_NODE Method = {};
        Method.Method.Set = CaseOwnSet;
        Method.Method.Id = 2;
        Method.Method.Flags = KSMETHOD_TYPE_SEND | KSPROPERTY_TYPE_TOPOLOGY;
        Value = 4;
        EXPECT_SUCCESS(CaseControl(*File, IOCTL_KS_METHOD, &Method, sizeof Method, &Value,
                                   sizeof Value, &Returned));
        EXPECT_EQ(Value, 8u);
        // What is no request of a set.
        EXPECT_EQ(CaseControl(*File, 0x2f0fff, NULL, 0, NULL, 0, &Returned),
                  STATUS_INVALID_DEVICE_REQUEST);
        EXPECT_EQ(Returned, 0u);
    }
}
