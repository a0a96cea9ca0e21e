// ControlSet: the test has the driver generate events and grow its topology.
#include "parts.h"

const GUID ControlSetId = {STATIC_ControlSet};

struct Choice {
    const CONTROL_FIRING *Firing;
    ULONG Seen;
};
static ULONG EntriesSeen;

// At DISPATCH_LEVEL. @doc NF:ks.KsGenerateEvents
static BOOLEAN NTAPI Choose(PVOID Context, PKSEVENT_ENTRY Entry) {
    Choice *Made = static_cast<Choice *>(Context);
    const CONTROL_FIRING *Firing = Made->Firing;
    Made->Seen++;
    Journal("choose", Entry->EventItem->EventId);
    if (Firing->Flags & FIRE_NOBODY) {
        return FALSE;
    }
    return !(Firing->Flags & FIRE_ONLY_NUMBER) ||
           *reinterpret_cast<const ULONG *>(Entry + 1) == Firing->Number;
}

static VOID Fire(PKSFILTER Filter, const CONTROL_FIRING *Firing) {
    const GUID *Set = Firing->Flags & FIRE_ANY_SET     ? NULL
                      : Firing->Flags & FIRE_OTHER_SET ? &ControlSetId
                                                       : &AutomationSetId;
    ULONG Number = Firing->Number;
    const ULONG Bytes = Firing->Flags & FIRE_WITH_DATA ? sizeof(Number) : 0;
    const PVOID Data = Bytes != 0 ? &Number : NULL;
    Choice Made = {Firing, 0};
    const BOOLEAN Choosing = (Firing->Flags & (FIRE_ONLY_NUMBER | FIRE_NOBODY)) != 0;
    PFNKSGENERATEEVENTCALLBACK const Callback = Choosing ? Choose : NULL;
    if (Firing->Flags & FIRE_OWN_LIST) {
        GenerateOwnEvents();
    } else if (Firing->Flags & FIRE_PINS) {
        for (PKSPIN Pin = KsFilterGetFirstChildPin(Filter, PIN_AUTOMATED); Pin != NULL;
             Pin = KsPinGetNextSiblingPin(Pin)) {
            KsPinGenerateEvents(Pin, Set, Firing->EventId, Bytes, Data, Callback, &Made);
        }
    } else {
        KsFilterGenerateEvents(Filter, Set, Firing->EventId, Bytes, Data, Callback, &Made);
    }
    EntriesSeen = Made.Seen;
}

static NTSTATUS NTAPI SetFire(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    const CONTROL_FIRING Firing = *static_cast<const CONTROL_FIRING *>(Data);
    PKSFILTER Filter = KsGetFilterFromIrp(Irp);
    if (Firing.Flags & FIRE_PINS) {
        KsFilterAcquireControl(Filter);
    }
    KIRQL OldIrql = KeGetCurrentIrql();
    if (Firing.Flags & FIRE_AT_DISPATCH) {
        KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    }
    Fire(Filter, &Firing);
    if (Firing.Flags & FIRE_AT_DISPATCH) {
        KeLowerIrql(OldIrql);
    }
    if (Firing.Flags & FIRE_PINS) {
        KsFilterReleaseControl(Filter);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetKernel(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const ULONG Way = reinterpret_cast<const KSP_NODE *>(Request)->NodeId;
    const PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    *static_cast<PULONG>(Data) = TellKernelClient(KsGetFilterFromIrp(Irp), File, Way);
    Irp->IoStatus.Information = sizeof(ULONG);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI SetAddNode(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    static GUID Type;
    Type = *static_cast<const GUID *>(Data);
    const KSNODE_DESCRIPTOR Node = DEFINE_NODE_DESCRIPTOR(NULL, &Type, NULL);
    PKSFILTER Filter = KsGetFilterFromIrp(Irp);
    ULONG NodeId = MAXULONG;
    KsFilterAcquireControl(Filter);
    const NTSTATUS Status = KsFilterCreateNode(Filter, &Node, &NodeId);
    KsFilterReleaseControl(Filter);
    Journal("node", NodeId, ULONG(Status));
    return Status;
}

static NTSTATUS NTAPI SetConnect(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    PKSFILTER Filter = KsGetFilterFromIrp(Irp);
    KsFilterAcquireControl(Filter);
    const NTSTATUS Status =
        KsFilterAddTopologyConnections(Filter, DataBytes(Irp) / sizeof(KSTOPOLOGY_CONNECTION),
                                       static_cast<const KSTOPOLOGY_CONNECTION *>(Data));
    KsFilterReleaseControl(Filter);
    return Status;
}

static NTSTATUS NTAPI GetEntries(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    *static_cast<PULONG>(Data) = EntriesSeen;
    Irp->IoStatus.Information = sizeof(ULONG);
    return STATUS_SUCCESS;
}

const KSPROPERTY_ITEM ControlItems[5] = {
    DEFINE_KSPROPERTY_ITEM(CONTROL_FIRE, NULL, sizeof(KSPROPERTY), sizeof(CONTROL_FIRING), SetFire,
                           NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(CONTROL_KERNEL, GetKernel, sizeof(KSP_NODE), sizeof(ULONG), NULL, NULL,
                           0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(CONTROL_ADD_NODE, NULL, sizeof(KSPROPERTY), sizeof(GUID), SetAddNode,
                           NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(CONTROL_CONNECT, NULL, sizeof(KSPROPERTY), sizeof(KSTOPOLOGY_CONNECTION),
                           SetConnect, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(CONTROL_ENTRIES, GetEntries, sizeof(KSPROPERTY), sizeof(ULONG), NULL,
                           NULL, 0, NULL, NULL, 0)};
