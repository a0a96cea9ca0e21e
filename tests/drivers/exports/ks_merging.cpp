// Automation tables that are merged, and handlers that need no IRP.
#include "ks_fixture.h"

// Items of two sizes: a driver may keep data of its own behind each.
namespace {
struct PROPERTY_AND_MORE {
    KSPROPERTY_ITEM Item;
    ULONGLONG Own;
};
} // namespace
static NTSTATUS NTAPI Nothing(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Request);
    UNREFERENCED_PARAMETER(Data);
    return STATUS_SUCCESS;
}
#define PROPERTY(Id, Bytes)                                                                        \
    {Id, {Nothing}, sizeof(KSPROPERTY), Bytes, {NULL}, NULL, 0, NULL, NULL, 0}
static const PROPERTY_AND_MORE LargeProperties[] = {{PROPERTY(1, 11), 7}, {PROPERTY(2, 12), 8}};
static const KSPROPERTY_ITEM SmallProperties[] = {PROPERTY(2, 22), PROPERTY(3, 23)};
static const KSPROPERTY_SET LargeSets[] = {{&CaseOwnSet, 2, &LargeProperties[0].Item, 0, NULL}};
static const KSPROPERTY_SET SmallSets[] = {{&CaseOwnSet, 2, SmallProperties, 0, NULL},
                                           {&CaseOwnFormat, 1, SmallProperties, 0, NULL}};
static const KSMETHOD_ITEM Methods[] = {{4, {Nothing}, sizeof(KSMETHOD), 0, NULL, 0}};
static const KSMETHOD_SET MethodSets[] = {{&CaseOwnSet, 1, Methods, 0, NULL}};
static const KSEVENT_ITEM FirstEvents[] = {{5, sizeof(KSEVENTDATA), 1, NULL, NULL, NULL}};
static const KSEVENT_ITEM SecondEvents[] = {{5, sizeof(KSEVENTDATA), 2, NULL, NULL, NULL},
                                            {6, sizeof(KSEVENTDATA), 3, NULL, NULL, NULL}};
static const KSEVENT_SET FirstEventSets[] = {{&CaseOwnSet, 1, FirstEvents}};
static const KSEVENT_SET SecondEventSets[] = {{&CaseOwnSet, 2, SecondEvents}};

EXPORT_CASE(KsMergeAutomationTables) {
    KSAUTOMATION_TABLE First = {}, Second = {};
    First.PropertySetsCount = SIZEOF_ARRAY(LargeSets);
    First.PropertyItemSize = sizeof(PROPERTY_AND_MORE);
    First.PropertySets = LargeSets;
    First.MethodSetsCount = SIZEOF_ARRAY(MethodSets);
    First.MethodItemSize = sizeof(KSMETHOD_ITEM);
    First.MethodSets = MethodSets;
    First.EventSetsCount = SIZEOF_ARRAY(FirstEventSets);
    First.EventItemSize = sizeof(KSEVENT_ITEM);
    First.EventSets = FirstEventSets;
    Second.PropertySetsCount = SIZEOF_ARRAY(SmallSets);
    Second.PropertyItemSize = sizeof(KSPROPERTY_ITEM);
    Second.PropertySets = SmallSets;
    Second.EventSetsCount = SIZEOF_ARRAY(SecondEventSets);
    Second.EventItemSize = sizeof(KSEVENT_ITEM);
    Second.EventSets = SecondEventSets;
    KSOBJECT_BAG Bag;
    REQUIRE_SUCCESS(KsAllocateObjectBag(KsGetDevice(Case.Filter), &Bag));
    PKSAUTOMATION_TABLE Merged = NULL;
    REQUIRE_SUCCESS(KsMergeAutomationTables(&Merged, &First, &Second, Bag));
    REQUIRE(Merged != NULL);
    // Of two items for one thing the first table's stays.
    EXPECT_EQ(Merged->PropertySetsCount, 2u);
    EXPECT_EQ(Merged->PropertyItemSize, sizeof(PROPERTY_AND_MORE));
    const KSPROPERTY_SET &Own = Merged->PropertySets[0];
    REQUIRE(Own.PropertiesCount == 3);
    const auto *Items = reinterpret_cast<const PROPERTY_AND_MORE *>(Own.PropertyItem);
    EXPECT_EQ(Items[0].Item.PropertyId, 1u);
    EXPECT_EQ(Items[0].Own, 7u);
    EXPECT_EQ(Items[1].Item.PropertyId, 2u);
    EXPECT_EQ(Items[1].Item.MinData, 12u);
    EXPECT_EQ(Items[1].Own, 8u);
    EXPECT_EQ(Items[2].Item.PropertyId, 3u);
    EXPECT_EQ(Items[2].Item.MinData, 23u);
    EXPECT_EQ(Items[2].Own, 0u);
    EXPECT_EQ(Merged->PropertySets[1].PropertiesCount, 1u);
    EXPECT_TRUE(CaseSameGuid(*Merged->PropertySets[1].Set, CaseOwnFormat));
    EXPECT_EQ(Merged->MethodSetsCount, 1u);
    EXPECT_EQ(Merged->MethodSets[0].MethodsCount, 1u);
    EXPECT_EQ(Merged->MethodSets[0].MethodItem[0].MethodId, 4u);
    EXPECT_EQ(Merged->EventSetsCount, 1u);
    REQUIRE(Merged->EventSets[0].EventsCount == 2);
    EXPECT_EQ(Merged->EventSets[0].EventItem[0].ExtraEntryData, 1u);
    EXPECT_EQ(Merged->EventSets[0].EventItem[1].ExtraEntryData, 3u);
    // A table of the bag that is merged again gives way to what comes of it.
    PKSAUTOMATION_TABLE Again = NULL;
    REQUIRE_SUCCESS(KsMergeAutomationTables(&Again, Merged, NULL, Bag));
    REQUIRE(Again != NULL && Again != Merged);
    EXPECT_EQ(Again->PropertySetsCount, 2u);
    EXPECT_EQ(Again->EventSetsCount, 1u);
    EXPECT_EQ(KsRemoveItemFromObjectBag(Bag, Merged, FALSE), 0u);
    EXPECT_EQ(KsRemoveItemFromObjectBag(Bag, Again, TRUE), 1u);
    // One table alone, in either place, without a bag; none at all.
    PKSAUTOMATION_TABLE Alone = NULL;
    REQUIRE_SUCCESS(KsMergeAutomationTables(&Alone, NULL, &Second, NULL));
    EXPECT_EQ(Alone->PropertySetsCount, 2u);
    EXPECT_EQ(Alone->MethodSetsCount, 0u);
    ExFreePool(Alone);
    PKSAUTOMATION_TABLE None = &First;
    EXPECT_SUCCESS(KsMergeAutomationTables(&None, NULL, NULL, Bag));
    EXPECT_EQ(None, &First);
    KsFreeObjectBag(Bag);
}

static LONG Calls;
static BOOLEAN FastAnswer = TRUE;
static BOOLEAN NTAPI Fast(PFILE_OBJECT File, PKSIDENTIFIER Request, ULONG RequestLength, PVOID Data,
                          ULONG DataLength, PIO_STATUS_BLOCK IoStatus) {
    UNREFERENCED_PARAMETER(File);
    UNREFERENCED_PARAMETER(Request);
    UNREFERENCED_PARAMETER(Data);
    EXPECT_EQ(RequestLength, sizeof(KSIDENTIFIER));
    EXPECT_EQ(DataLength, 4u);
    IoStatus->Status = STATUS_SUCCESS;
    ++Calls;
    return FastAnswer;
}
static const KSFASTPROPERTY_ITEM FastProperties[] = {{1, {Fast}, {NULL}, 0},
                                                     {2, {NULL}, {Fast}, 0}};
static const KSFASTMETHOD_ITEM FastMethods[] = {{3, {NULL}}, {4, {Fast}}};
static const KSPROPERTY_SET FastSets[] = {{&CaseOwnFormat, 0, NULL, 0, NULL},
                                          {&CaseOwnSet, 0, NULL, 2, FastProperties}};
static const KSMETHOD_SET FastMethodSets[] = {{&CaseOwnFormat, 0, NULL, 0, NULL},
                                              {&CaseOwnSet, 0, NULL, 2, FastMethods}};

EXPORT_CASE(KsFastPropertyHandler, KsFastMethodHandler) {
    const PFILE_OBJECT File = CaseStack(Case.Irp)->FileObject;
    CaseThread AsKernel([&] {
        IO_STATUS_BLOCK IoStatus = {};
        ULONG Value = 0;
        const auto Property = [&](const GUID &Set, ULONG Id, ULONG Flags, ULONG Bytes) {
            KSPROPERTY Request = {};
            Request.Set = Set;
            Request.Id = Id;
            Request.Flags = Flags;
            Calls = 0;
            return KsFastPropertyHandler(File, &Request, Bytes, &Value, sizeof Value, &IoStatus, 2,
                                         FastSets) != 0;
        };
        const auto Method = [&](const GUID &Set, ULONG Id, ULONG Bytes) {
            KSMETHOD Request = {};
            Request.Set = Set;
            Request.Id = Id;
            Request.Flags = KSMETHOD_TYPE_SEND;
            Calls = 0;
            return KsFastMethodHandler(File, &Request, Bytes, &Value, sizeof Value, &IoStatus, 2,
                                       FastMethodSets) != 0;
        };
        const ULONG Whole = sizeof(KSPROPERTY);
        FastAnswer = TRUE;
        EXPECT_TRUE(Property(CaseOwnSet, 1, KSPROPERTY_TYPE_GET, Whole));
        EXPECT_EQ(Calls, 1);
        EXPECT_TRUE(Property(CaseOwnSet, 2, KSPROPERTY_TYPE_SET, Whole));
        EXPECT_EQ(Calls, 1);
        EXPECT_TRUE(Method(CaseOwnSet, 4, Whole));
        EXPECT_EQ(Calls, 1);
        // Everything else takes an IRP, and calls nobody.
        EXPECT_FALSE(Property(CaseOwnSet, 1, KSPROPERTY_TYPE_SET, Whole));
        EXPECT_FALSE(Property(CaseOwnSet, 2, KSPROPERTY_TYPE_GET, Whole));
        EXPECT_FALSE(Property(CaseOwnSet, 1, KSPROPERTY_TYPE_BASICSUPPORT, Whole));
        EXPECT_FALSE(Property(CaseOwnSet, 3, KSPROPERTY_TYPE_GET, Whole));
        EXPECT_FALSE(Property(CaseOwnFormat, 1, KSPROPERTY_TYPE_GET, Whole));
        EXPECT_FALSE(Property(CaseOwnCategory, 1, KSPROPERTY_TYPE_GET, Whole));
        EXPECT_FALSE(Property(CaseOwnSet, 1, KSPROPERTY_TYPE_GET, Whole - 1));
        EXPECT_FALSE(Method(CaseOwnSet, 3, Whole));
        EXPECT_FALSE(Method(CaseOwnSet, 5, Whole));
        EXPECT_FALSE(Method(CaseOwnFormat, 4, Whole));
        EXPECT_FALSE(Method(CaseOwnCategory, 4, Whole));
        EXPECT_FALSE(Method(CaseOwnSet, 4, Whole - 1));
        EXPECT_EQ(Calls, 0);
        FastAnswer = FALSE;
        EXPECT_FALSE(Property(CaseOwnSet, 1, KSPROPERTY_TYPE_GET, Whole));
        EXPECT_EQ(Calls, 1);
        EXPECT_FALSE(Method(CaseOwnSet, 4, Whole));
        EXPECT_EQ(Calls, 1);
    });
}

// A topology that a driver keeps itself.
static const GUID Nodes[2] = {{1, 0, 0, {0}}, {2, 0, 0, {0}}};
static const KSTOPOLOGY Topology = {1, &CaseOwnCategory, 2, Nodes, 0, NULL, NULL, 0};
static NTSTATUS NTAPI AskTopology(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    return KsTopologyPropertyHandler(Irp, Request, Data, &Topology);
}
static const KSPROPERTY_ITEM TopologyItems[] = {
    {KSPROPERTY_TOPOLOGY_CATEGORIES,
     {AskTopology},
     sizeof(KSPROPERTY),
     0,
     {NULL},
     NULL,
     0,
     NULL,
     NULL,
     0},
    {KSPROPERTY_TOPOLOGY_NAME, {AskTopology}, sizeof(KSP_NODE), 0, {NULL}, NULL, 0, NULL, NULL, 0},
    {77, {AskTopology}, sizeof(KSPROPERTY), 0, {NULL}, NULL, 0, NULL, NULL, 0}};
static const KSPROPERTY_SET TopologySets[] = {
    {&KSPROPSETID_Topology, SIZEOF_ARRAY(TopologyItems), TopologyItems, 0, NULL}};
static NTSTATUS NTAPI TopologyControl(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    return CaseFinish(Irp, KsPropertyHandler(Irp, SIZEOF_ARRAY(TopologySets), TopologySets));
}
EXPORT_CASE(KsTopologyPropertyHandler) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = TopologyControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    KSP_NODE Request = {};
    Request.Property.Set = KSPROPSETID_Topology;
    Request.Property.Flags = KSPROPERTY_TYPE_GET;
    const auto Ask = [&](ULONG Id, ULONG Node) {
        Request.Property.Id = Id;
        Request.NodeId = Node;
        return CaseControl(File, IOCTL_KS_PROPERTY, &Request, sizeof Request, NULL, 0);
    };
    EXPECT_EQ(Ask(77, 0), STATUS_NOT_FOUND);
    EXPECT_EQ(Ask(KSPROPERTY_TOPOLOGY_NAME, 2), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Ask(KSPROPERTY_TOPOLOGY_CATEGORIES, 0), STATUS_BUFFER_OVERFLOW);
}

// A list as long as a ULONG can say, and one longer.
EXPORT_CASE(KsHandleSizedListQuery) {
    CaseIrp Request(Case.Device, IRP_MJ_DEVICE_CONTROL);
    Request.Stack->Parameters.DeviceIoControl.OutputBufferLength = 0;
    EXPECT_EQ(KsHandleSizedListQuery(Request.Irp, 0x10000, 0x10000, NULL),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(KsHandleSizedListQuery(Request.Irp, 0xfffffff8, 1, NULL), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(KsHandleSizedListQuery(Request.Irp, 0xfffffff7, 1, NULL), STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(Request.Irp->IoStatus.Information, 0xffffffffu);
    CaseFinish(Request.Irp, STATUS_SUCCESS);
}
