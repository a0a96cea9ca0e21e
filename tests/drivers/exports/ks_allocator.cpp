// Allocators and topology nodes: file objects that a parent's create items make.
#include "ks_allocator.h"

static LONG Made, Returned, Initialized, Deleted;
static PVOID NTAPI MakeFrame(PVOID Context) {
    EXPECT_EQ(Context, (PVOID)&Made);
    ++Made;
    return ExAllocatePoolWithTag(NonPagedPool, 64, 'esaC');
}
static VOID NTAPI ReturnFrame(PVOID Context, PVOID Buffer) {
    UNREFERENCED_PARAMETER(Context);
    ++Returned;
    ExFreePool(Buffer);
}
static NTSTATUS NTAPI Initialize(PVOID Context, PKSALLOCATOR_FRAMING Framing, PVOID *Allocator) {
    EXPECT_EQ(Context, (PVOID)&Initialized);
    EXPECT_EQ(Framing->FrameSize, 64u);
    ++Initialized;
    *Allocator = &Made;
    return STATUS_SUCCESS;
}
static VOID NTAPI Delete(PVOID Context) {
    EXPECT_EQ(Context, (PVOID)&Made);
    ++Deleted;
}

static bool External;
static ULONG Lacking; // with this much of an external allocator, but for its DefaultAllocate
static PKSALLOCATOR_FRAMING Validated;
static NTSTATUS NTAPI CreateAllocator(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    Validated = NULL;
    const NTSTATUS Status = KsValidateAllocatorCreateRequest(Irp, &Validated);
    if (!NT_SUCCESS(Status))
        return CaseFinish(Irp, Status);
    KSALLOCATOR_FRAMING Framing; // what follows the name of a create request is not aligned
    RtlCopyMemory(&Framing, Validated, sizeof Framing);
    EXPECT_EQ(Framing.Frames, 2u);
    if (Lacking)
        return CaseFinish(Irp, KsCreateDefaultAllocatorEx(Irp, Lacking == 1 ? &Initialized : NULL,
                                                          NULL, Lacking == 2 ? ReturnFrame : NULL,
                                                          Lacking == 3 ? Initialize : NULL,
                                                          Lacking == 4 ? Delete : NULL));
    return CaseFinish(Irp, External ? KsCreateDefaultAllocatorEx(Irp, &Initialized, MakeFrame,
                                                                 ReturnFrame, Initialize, Delete)
                                    : KsCreateDefaultAllocator(Irp));
}

namespace {
class AllocatorObject : public CaseAllocator {
  public:
    explicit AllocatorObject(CASE_CONTEXT &Case) : CaseAllocator(Case, CreateAllocator) {}
    ULONG Allocated() {
        const KSSTREAMALLOCATOR_STATUS Found = Status();
        EXPECT_EQ(Found.Framing.FrameSize, 64u);
        return Found.AllocatedFrames;
    }
};
} // namespace

EXPORT_CASE(KsCreateDefaultAllocator, KsCreateAllocator, KsValidateAllocatorCreateRequest) {
    External = false;
    AllocatorObject Own(Case);
    EXPECT_EQ(Own.Create(0x80000000), STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(Own.Create(KSALLOCATOR_OPTIONF_SYSTEM_MEMORY));
    PVOID First = NULL, Second = NULL, Third = NULL;
    EXPECT_SUCCESS(Own.Table.AllocateFrame(Own.File.Object, &First));
    EXPECT_SUCCESS(Own.Table.AllocateFrame(Own.File.Object, &Second));
    EXPECT_TRUE(First != NULL && Second != NULL && First != Second);
    EXPECT_EQ(Own.Allocated(), 2u);
    EXPECT_FALSE(NT_SUCCESS(Own.Table.AllocateFrame(Own.File.Object, &Third)));
    Own.Table.FreeFrame(Own.File.Object, First);
    EXPECT_EQ(Own.Allocated(), 1u);
    EXPECT_SUCCESS(Own.Table.AllocateFrame(Own.File.Object, &Third));
    Own.Table.FreeFrame(Own.File.Object, Third);
    Own.Table.FreeFrame(Own.File.Object, Second);
    EXPECT_EQ(Own.Allocated(), 0u);
}

EXPORT_CASE(KsCreateDefaultAllocatorEx) {
    External = true;
    Made = Returned = Initialized = Deleted = 0;
    {
        AllocatorObject Own(Case);
        REQUIRE_SUCCESS(Own.Create(0));
        EXPECT_EQ(Initialized, 1);
        PVOID Frame = NULL;
        EXPECT_SUCCESS(Own.Table.AllocateFrame(Own.File.Object, &Frame));
        EXPECT_EQ(Made, 1);
        Own.Table.FreeFrame(Own.File.Object, Frame);
        EXPECT_EQ(Deleted, 0);
    }
    EXPECT_EQ(Returned, Made);
    EXPECT_EQ(Deleted, 1);
}

static PKSNODE_CREATE NodeSeen;
static NTSTATUS NTAPI CreateNode(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    static const GUID Types[] = {{STATICGUIDOF(KSNODETYPE_VOLUME)},
                                 {STATICGUIDOF(KSNODETYPE_MUTE)}};
    static const KSTOPOLOGY Topology = {0, NULL, SIZEOF_ARRAY(Types), Types, 0, NULL, NULL, 0};
    NodeSeen = NULL;
    const NTSTATUS Status =
        KsValidateTopologyNodeCreateRequest(Irp, const_cast<PKSTOPOLOGY>(&Topology), &NodeSeen);
    if (NT_SUCCESS(Status)) {
        KSNODE_CREATE Seen; // unaligned, too
        RtlCopyMemory(&Seen, NodeSeen, sizeof Seen);
        EXPECT_EQ(Seen.Node, 1u);
    }
    // Only the request is looked at.
    return CaseFinish(Irp, NT_SUCCESS(Status) ? STATUS_DEVICE_BUSY : Status);
}

EXPORT_CASE(KsCreateTopologyNode, KsValidateTopologyNodeCreateRequest) {
    static WCHAR Name[] = KSSTRING_TopologyNode;
    CasePlainDevice Plain(Case, {});
    CaseFile Parent;
    REQUIRE_SUCCESS(Plain.Open(Parent));
    REQUIRE_SUCCESS(KsAddObjectCreateItemToObjectHeader(CasePlainDevice::Of(Parent.Object)->Header,
                                                        CreateNode, NULL, Name, NULL));
    KSNODE_CREATE Request = {0, 1};
    HANDLE Handle = NULL;
    EXPECT_EQ(KsCreateTopologyNode(Parent.Handle, &Request, GENERIC_READ, &Handle),
              STATUS_DEVICE_BUSY);
    EXPECT_TRUE(NodeSeen != NULL);
    Request.Node = 2;
    EXPECT_EQ(KsCreateTopologyNode(Parent.Handle, &Request, GENERIC_READ, &Handle),
              STATUS_INVALID_PARAMETER);
    Request.Node = 1;
    Request.CreateFlags = 1;
    EXPECT_EQ(KsCreateTopologyNode(Parent.Handle, &Request, GENERIC_READ, &Handle),
              STATUS_INVALID_PARAMETER);
}

// What belongs to an external allocator is of no use without its function.
EXPORT_CASE(KsCreateDefaultAllocatorEx) {
    AllocatorObject Own(Case);
    for (Lacking = 1; Lacking <= 4; ++Lacking)
        EXPECT_EQ(Own.Create(KSALLOCATOR_OPTIONF_SYSTEM_MEMORY), STATUS_INVALID_PARAMETER);
    Lacking = 0;
    External = false;
    EXPECT_SUCCESS(Own.Create(KSALLOCATOR_OPTIONF_SYSTEM_MEMORY));
}
