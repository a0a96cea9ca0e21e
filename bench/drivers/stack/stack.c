/* A WDM device stack of a chosen height: a function device that completes device controls, and
   above it as many filter devices as Parameters\Hops says, each of which passes the IRP down with a
   completion routine. No buffers, no locks, no remove lock: nothing but the IRP's way. */
#include <ntddk.h>

typedef struct {
    PDEVICE_OBJECT Lower;
    BOOLEAN IsFilter;
    UNICODE_STRING Interface; /* of the function device */
} STACK_EXTENSION, *PSTACK_EXTENSION;

/* KSCATEGORY_DATATRANSFORM: {2EB07EA0-7E70-11D0-A5D6-28DB04C10000} */
static const GUID StackCategory = {
    0x2eb07ea0, 0x7e70, 0x11d0, {0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00}};

static ULONG Hops;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_ADD_DEVICE StackAddDevice;
static DRIVER_UNLOAD StackUnload;
static DRIVER_DISPATCH StackControl, StackOpenClose, StackPnp, StackPass;
static IO_COMPLETION_ROUTINE StackCompleted, StackSignal;

static PSTACK_EXTENSION ExtensionOf(PDEVICE_OBJECT Device) {
    return (PSTACK_EXTENSION)Device->DeviceExtension;
}

static NTSTATUS Finish(PIRP Irp, NTSTATUS Status) {
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS NTAPI StackCompleted(PDEVICE_OBJECT Device, PIRP Irp, PVOID Context) {
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Context);
    if (Irp->PendingReturned) {
        IoMarkIrpPending(Irp);
    }
    return STATUS_CONTINUE_COMPLETION;
}

/* The hop. */
static NTSTATUS NTAPI StackControl(PDEVICE_OBJECT Device, PIRP Irp) {
    PSTACK_EXTENSION Extension = ExtensionOf(Device);
    if (!Extension->IsFilter) {
        return Finish(Irp, STATUS_SUCCESS);
    }
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, StackCompleted, NULL, TRUE, TRUE, TRUE);
    return IoCallDriver(Extension->Lower, Irp);
}

static NTSTATUS NTAPI StackPass(PDEVICE_OBJECT Device, PIRP Irp) {
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(ExtensionOf(Device)->Lower, Irp);
}

static NTSTATUS NTAPI StackOpenClose(PDEVICE_OBJECT Device, PIRP Irp) {
    return ExtensionOf(Device)->IsFilter ? StackPass(Device, Irp) : Finish(Irp, STATUS_SUCCESS);
}

static NTSTATUS NTAPI StackSignal(PDEVICE_OBJECT Device, PIRP Irp, PVOID Event) {
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Irp);
    KeSetEvent((PKEVENT)Event, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS StartFunction(PSTACK_EXTENSION Extension, PIRP Irp) {
    KEVENT Event;
    NTSTATUS Status;
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, StackSignal, &Event, TRUE, TRUE, TRUE);
    Status = IoCallDriver(Extension->Lower, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Irp->IoStatus.Status;
    }
    if (NT_SUCCESS(Status)) {
        Status = IoSetDeviceInterfaceState(&Extension->Interface, TRUE);
    }
    return Finish(Irp, Status);
}

static NTSTATUS RemoveDevice(PDEVICE_OBJECT Device, PIRP Irp) {
    PSTACK_EXTENSION Extension = ExtensionOf(Device);
    NTSTATUS Status;
    if (!Extension->IsFilter) {
        IoSetDeviceInterfaceState(&Extension->Interface, FALSE);
        RtlFreeUnicodeString(&Extension->Interface);
    }
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoSkipCurrentIrpStackLocation(Irp);
    Status = IoCallDriver(Extension->Lower, Irp);
    IoDetachDevice(Extension->Lower);
    IoDeleteDevice(Device);
    return Status;
}

static NTSTATUS NTAPI StackPnp(PDEVICE_OBJECT Device, PIRP Irp) {
    PSTACK_EXTENSION Extension = ExtensionOf(Device);
    const UCHAR Minor = IoGetCurrentIrpStackLocation(Irp)->MinorFunction;
    if (Minor == IRP_MN_START_DEVICE && !Extension->IsFilter) {
        return StartFunction(Extension, Irp);
    }
    if (Minor == IRP_MN_REMOVE_DEVICE) {
        return RemoveDevice(Device, Irp);
    }
    if (Minor == IRP_MN_QUERY_REMOVE_DEVICE || Minor == IRP_MN_QUERY_STOP_DEVICE ||
        Minor == IRP_MN_STOP_DEVICE || Minor == IRP_MN_SURPRISE_REMOVAL) {
        Irp->IoStatus.Status = STATUS_SUCCESS;
    }
    return StackPass(Device, Irp);
}

static NTSTATUS Attach(PDRIVER_OBJECT Driver, PDEVICE_OBJECT Physical, BOOLEAN IsFilter) {
    PDEVICE_OBJECT Device;
    PSTACK_EXTENSION Extension;
    NTSTATUS Status = IoCreateDevice(Driver, sizeof(STACK_EXTENSION), NULL, FILE_DEVICE_UNKNOWN, 0,
                                     FALSE, &Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Extension = ExtensionOf(Device);
    Extension->IsFilter = IsFilter;
    if (!IsFilter) {
        Status = IoRegisterDeviceInterface(Physical, &StackCategory, NULL, &Extension->Interface);
        if (!NT_SUCCESS(Status)) {
            IoDeleteDevice(Device);
            return Status;
        }
    }
    Extension->Lower = IoAttachDeviceToDeviceStack(Device, Physical);
    if (Extension->Lower == NULL) {
        if (!IsFilter) {
            RtlFreeUnicodeString(&Extension->Interface);
        }
        IoDeleteDevice(Device);
        return STATUS_NO_SUCH_DEVICE;
    }
    Device->Flags |= Extension->Lower->Flags & (DO_BUFFERED_IO | DO_POWER_PAGABLE);
    Device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

/* A filter that cannot be attached leaves a lower stack: whoever measures asks for its height. */
static NTSTATUS NTAPI StackAddDevice(PDRIVER_OBJECT Driver, PDEVICE_OBJECT Physical) {
    ULONG Index;
    const NTSTATUS Status = Attach(Driver, Physical, FALSE);
    for (Index = 0; NT_SUCCESS(Status) && Index < Hops; Index++) {
        if (!NT_SUCCESS(Attach(Driver, Physical, TRUE))) {
            break;
        }
    }
    return Status;
}

static VOID NTAPI StackUnload(PDRIVER_OBJECT Driver) {
    UNREFERENCED_PARAMETER(Driver);
}

static NTSTATUS ReadHops(PUNICODE_STRING ServiceKey) {
    RTL_QUERY_REGISTRY_TABLE Table[3];
    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_SUBKEY;
    Table[0].Name = L"Parameters";
    Table[1].Flags = RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_REQUIRED;
    Table[1].Name = L"Hops";
    Table[1].EntryContext = &Hops;
    Table[1].DefaultType = REG_NONE;
    return RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, ServiceKey->Buffer, Table, NULL, NULL);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    ULONG Major;
    for (Major = 0; Major <= IRP_MJ_MAXIMUM_FUNCTION; Major++) {
        DriverObject->MajorFunction[Major] = StackPass;
    }
    DriverObject->MajorFunction[IRP_MJ_CREATE] = StackOpenClose;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = StackOpenClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = StackOpenClose;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = StackControl;
    DriverObject->MajorFunction[IRP_MJ_PNP] = StackPnp;
    DriverObject->DriverExtension->AddDevice = StackAddDevice;
    DriverObject->DriverUnload = StackUnload;
    return ReadHops(RegistryPath);
}
