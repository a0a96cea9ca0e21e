// Filters, pins, nodes, clocks and allocators: each a file object with an object header.
#include "parts.h"

static DRIVER_DISPATCH CreatePin, CreateNode, CreateClock, CreateAllocator;

static NTSTATUS Complete(PIRP Irp, NTSTATUS Status) {
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static BareObject *ObjectOf(PIRP Irp) {
    return static_cast<BareObject *>(IoGetCurrentIrpStackLocation(Irp)->FileObject->FsContext);
}

static NTSTATUS NTAPI Control(PDEVICE_OBJECT Device, PIRP Irp) {
    const auto &Request = IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl;
    const BareObject *Object = ObjectOf(Irp);
    if (Object->Kind == BARE_FILTER && Request.IoControlCode == IOCTL_KS_PROPERTY) {
        return Complete(Irp, KsPropertyHandler(Irp, SIZEOF_ARRAY(BareSets), BareSets));
    }
    if (Object->Kind == BARE_PIN && Object->PinId == BARE_BRIDGE &&
        Request.IoControlCode == IOCTL_BARE) {
        Journal(BARE_CONTROL, Object->Kind, Request.IoControlCode);
        if (Request.OutputBufferLength < sizeof(ULONG)) {
            return Complete(Irp, STATUS_BUFFER_TOO_SMALL);
        }
        *static_cast<PULONG>(Irp->AssociatedIrp.SystemBuffer) = 0x42;
        Irp->IoStatus.Information = sizeof(ULONG);
        return Complete(Irp, STATUS_SUCCESS);
    }
    return KsDefaultDeviceIoCompletion(Device, Irp);
}

static NTSTATUS NTAPI Close(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    BareObject *Object = ObjectOf(Irp);
    Journal(BARE_CLOSE, Object->Kind);
    KsFreeObjectHeader(Object->Header);
    ExFreePoolWithTag(Object, BARE_TAG);
    return Complete(Irp, STATUS_SUCCESS);
}

static KSDISPATCH_TABLE Table; // for all objects, and for as long as the driver is loaded

VOID InitializeObjects() {
    Table = {Control,
             KsDispatchInvalidDeviceRequest,
             KsDispatchInvalidDeviceRequest,
             KsDispatchInvalidDeviceRequest,
             Close,
             KsDispatchQuerySecurity,
             KsDispatchSetSecurity,
             KsDispatchFastIoDeviceControlFailure,
             KsDispatchFastReadFailure,
             KsDispatchFastReadFailure};
}

static KSOBJECT_CREATE_ITEM Item(PDRIVER_DISPATCH Create, PVOID Context, PCWSTR Class) {
    KSOBJECT_CREATE_ITEM Item = {Create, Context, {0, 0, NULL}, NULL, 0};
    RtlInitUnicodeString(&Item.ObjectClass, Class);
    return Item;
}

static ULONG SetItems(BareObject *Object) {
    switch (Object->Kind) {
    case BARE_FILTER:
        Object->Items[0] = Item(CreatePin, Object, KSSTRING_Pin);
        Object->Items[1] = Item(CreateNode, Object, KSSTRING_TopologyNode);
        return 2;
    case BARE_PIN:
        Object->Items[0] = Item(CreateClock, Object, KSSTRING_Clock);
        Object->Items[1] = Item(CreateAllocator, Object, KSSTRING_Allocator);
        return 2;
    default:
        return 0;
    }
}

// The object of an IRP_MJ_CREATE that has been found valid.
static NTSTATUS Make(PIRP Irp, BARE_OBJECT Kind, ULONG PinId) {
    const PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    BareObject *Object = static_cast<BareObject *>(
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(BareObject), BARE_TAG));
    if (Object == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Object->Kind = Kind;
    Object->PinId = PinId;
    const ULONG Items = SetItems(Object);
    NTSTATUS Status = KsAllocateObjectHeader(&Object->Header, Items,
                                             Items == 0 ? NULL : Object->Items, Irp, &Table);
    Journal(BARE_HEADER, Kind, ULONG(Status));
    if (NT_SUCCESS(Status) && TakeFailure()) {
        KsFreeObjectHeader(Object->Header);
        Status = STATUS_DEVICE_BUSY;
    }
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Object, BARE_TAG);
        return Status;
    }
    File->FsContext = Object;
    return STATUS_SUCCESS;
}

static NTSTATUS Create(PIRP Irp, BARE_OBJECT Kind, NTSTATUS Valid, ULONG PinId, ULONG MoreFlags) {
    const PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    const PKSOBJECT_CREATE_ITEM Item = KSCREATE_ITEM_IRP_STORAGE(Irp);
    const BareObject *Parent =
        File->RelatedFileObject == NULL
            ? NULL
            : static_cast<const BareObject *>(File->RelatedFileObject->FsContext);
    ULONG Flags = MoreFlags;
    if (Parent != NULL && Item->Context == Parent) {
        Flags |= BARE_RELATED;
    }
    if (Kind != BARE_FILTER) {
        KeepBareString(File);
    }
    const NTSTATUS Status = NT_SUCCESS(Valid) ? Make(Irp, Kind, PinId) : Valid;
    if (NT_SUCCESS(Status) &&
        KsQueryObjectCreateItem(static_cast<BareObject *>(File->FsContext)->Header) == Item) {
        Flags |= BARE_ITEM;
    }
    Journal(BARE_CREATE, Kind, ULONG(Valid), Flags);
    return Complete(Irp, Status);
}

NTSTATUS NTAPI CreateFilter(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    return Create(Irp, BARE_FILTER, STATUS_SUCCESS, 0, 0);
}

static NTSTATUS NTAPI CreatePin(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    const UNICODE_STRING &Name = IoGetCurrentIrpStackLocation(Irp)->FileObject->FileName;
    PKSPIN_CONNECT Connect = NULL;
    const NTSTATUS Valid = KsValidateConnectRequest(Irp, BARE_COUNT, BarePins, &Connect);
    ULONG Flags = 0;
    if (NT_SUCCESS(Valid)) {
        const ULONG_PTR At = ULONG_PTR(Connect), Start = ULONG_PTR(Name.Buffer);
        if (PVOID(Connect) > MmHighestUserAddress && (At < Start || At >= Start + Name.Length)) {
            Flags |= BARE_COPY;
        }
        Journal(BARE_CONNECT, Connect->PinId, PKSDATAFORMAT(Connect + 1)->FormatSize,
                Connect->Priority.PriorityClass);
    }
    return Create(Irp, BARE_PIN, Valid, Connect == NULL ? 0 : Connect->PinId, Flags);
}

static NTSTATUS NTAPI CreateNode(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    static const GUID NodeType = {STATICGUIDOF(KSNODETYPE_VOLUME)};
    KSTOPOLOGY Topology = {0, NULL, 1, &NodeType, 0, NULL, NULL, 0};
    PKSNODE_CREATE Parameters;
    return Create(Irp, BARE_NODE, KsValidateTopologyNodeCreateRequest(Irp, &Topology, &Parameters),
                  0, 0);
}

static NTSTATUS NTAPI CreateClock(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    PKSCLOCK_CREATE Parameters;
    return Create(Irp, BARE_CLOCK, KsValidateClockCreateRequest(Irp, &Parameters), 0, 0);
}

static NTSTATUS NTAPI CreateAllocator(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    PKSALLOCATOR_FRAMING Parameters;
    return Create(Irp, BARE_ALLOCATOR, KsValidateAllocatorCreateRequest(Irp, &Parameters), 0, 0);
}
