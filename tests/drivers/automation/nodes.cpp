// The nodes and their tables.
#include "parts.h"

static ULONG NodeValue = 17;

static NTSTATUS NTAPI GetValue(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    Journal("node get", Request->Id, PlaceOf(Irp, Request),
            KsGetFilterFromIrp(Irp) != NULL ? KsGetNodeIdFromIrp(Irp) : 0);
    *static_cast<PULONG>(Data) = NodeValue;
    Irp->IoStatus.Information = sizeof(ULONG);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI SetValue(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    Journal("node set", Request->Id, PlaceOf(Irp, Request), KsGetNodeIdFromIrp(Irp));
    NodeValue = *static_cast<PULONG>(Data);
    return STATUS_SUCCESS;
}

#define NODE_VALUE                                                                                 \
    DEFINE_KSPROPERTY_ITEM(AUTOMATION_VALUE, GetValue, sizeof(KSPROPERTY), sizeof(ULONG),          \
                           SetValue, NULL, 0, NULL, NULL, sizeof(ULONG))

static DEFINE_KSPROPERTY_TABLE(NodeItems){NODE_VALUE};
static DEFINE_KSPROPERTY_SET_TABLE(NodeSets){
    DEFINE_KSPROPERTY_SET(&AutomationSetId, SIZEOF_ARRAY(NodeItems), NodeItems, 0, NULL)};

static DEFINE_KSAUTOMATION_TABLE(Automated){DEFINE_KSAUTOMATION_PROPERTIES(NodeSets),
                                            DEFINE_KSAUTOMATION_METHODS(AutomationMethodSets),
                                            DEFINE_KSAUTOMATION_EVENTS(AutomationEventSets)};

static NTSTATUS NTAPI GetPrivate(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    const KSPROPERTY_ITEM *Item = KSPROPERTY_ITEM_IRP_STORAGE(Irp);
    *static_cast<PULONG>(Data) = *reinterpret_cast<const ULONG *>(Item + 1);
    Irp->IoStatus.Information = sizeof(ULONG);
    return STATUS_SUCCESS;
}

// "The property item may be extended in order to store private information."
struct ExtendedItem {
    KSPROPERTY_ITEM Item;
    ULONG Private;
    ULONG Reserved;
};

#define EXTENDED(Id, Value)                                                                        \
    {DEFINE_KSPROPERTY_ITEM(Id, GetPrivate, sizeof(KSPROPERTY), sizeof(ULONG), NULL, NULL, 0,      \
                            NULL, NULL, 0),                                                        \
     Value, 0}

static const ExtendedItem ExtendedItems[] = {EXTENDED(0, 100), EXTENDED(1, 101), EXTENDED(2, 102)};
static const KSPROPERTY_SET ExtendedSets[] = {
    {&AutomationSetId, SIZEOF_ARRAY(ExtendedItems), &ExtendedItems[0].Item, 0, NULL}};

#define ONLY_PROPERTIES(ItemBytes)                                                                 \
    {SIZEOF_ARRAY(ExtendedSets), ItemBytes, ExtendedSets, 0, sizeof(KSMETHOD_ITEM), NULL, 0,       \
     sizeof(KSEVENT_ITEM),       NULL}

static const KSAUTOMATION_TABLE Extended = ONLY_PROPERTIES(sizeof(ExtendedItem));
static const KSAUTOMATION_TABLE Unaligned = ONLY_PROPERTIES(sizeof(KSPROPERTY_ITEM) + 4);
static const KSAUTOMATION_TABLE Short = ONLY_PROPERTIES(sizeof(KSPROPERTY_ITEM) - 8);

const KSNODE_DESCRIPTOR AutomationNodes[NODE_COUNT] = {
    DEFINE_NODE_DESCRIPTOR(&Automated, &KSNODETYPE_VOLUME, NULL),
    DEFINE_NODE_DESCRIPTOR(NULL, &KSNODETYPE_MUTE, &KSNODETYPE_LOUDNESS),
    DEFINE_NODE_DESCRIPTOR(&Extended, &KSNODETYPE_TONE, NULL),
    DEFINE_NODE_DESCRIPTOR(&Unaligned, &KSNODETYPE_DEMUX, NULL),
    DEFINE_NODE_DESCRIPTOR(&Short, &AutomationSetId, NULL)}; // a type that nobody has named
