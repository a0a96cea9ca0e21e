// Filters, pins and plain objects for the AVStream cases; see ks_fixture.h.
#include "ks_fixture.h"

const GUID CaseOwnSet = {
    0x5d2f0c11, 0x3c58, 0x4e0b, {0x8c, 0x5e, 0x0b, 0x6f, 0x0a, 0x7d, 0x3e, 0x21}};
const GUID CaseOwnCategory = {
    0x5d2f0c12, 0x3c58, 0x4e0b, {0x8c, 0x5e, 0x0b, 0x6f, 0x0a, 0x7d, 0x3e, 0x21}};
const GUID CaseOwnFormat = {
    0x5d2f0c13, 0x3c58, 0x4e0b, {0x8c, 0x5e, 0x0b, 0x6f, 0x0a, 0x7d, 0x3e, 0x21}};

NTSTATUS CaseFile::Open(PUNICODE_STRING Name) {
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK IoStatus;
    HANDLE Opened;
    InitializeObjectAttributes(&Attributes, Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    const NTSTATUS Status = ZwCreateFile(&Opened, GENERIC_READ | GENERIC_WRITE, &Attributes,
                                         &IoStatus, NULL, 0, 0, FILE_OPEN, 0, NULL, 0);
    return NT_SUCCESS(Status) ? Adopt(Opened) : Status;
}

NTSTATUS CaseFile::Open(PCWSTR Name) {
    UNICODE_STRING Text;
    RtlInitUnicodeString(&Text, Name);
    return Open(&Text);
}

NTSTATUS CaseFile::Adopt(HANDLE Opened) {
    Close();
    Handle = Opened;
    return ObReferenceObjectByHandle(Handle, 0, NULL, KernelMode,
                                     reinterpret_cast<PVOID *>(&Object), NULL);
}

void CaseFile::Close() {
    if (Object != NULL)
        ObDereferenceObject(Object);
    if (Handle != NULL)
        ZwClose(Handle);
    Object = NULL;
    Handle = NULL;
}

NTSTATUS CaseOpenBelow(const CaseFile &Parent, PVOID Name, USHORT Bytes) {
    UNICODE_STRING Text = {Bytes, Bytes, static_cast<PWCH>(Name)};
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK IoStatus;
    HANDLE Opened = NULL;
    InitializeObjectAttributes(&Attributes, &Text, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               Parent.Handle, NULL);
    const NTSTATUS Status = ZwCreateFile(&Opened, GENERIC_READ, &Attributes, &IoStatus, NULL, 0, 0,
                                         FILE_OPEN, 0, NULL, 0);
    if (NT_SUCCESS(Status))
        ZwClose(Opened);
    return Status;
}

static const KSDATARANGE OwnRange = {{sizeof(KSDATARANGE),
                                      0,
                                      0,
                                      0,
                                      {STATICGUIDOF(KSDATAFORMAT_TYPE_STREAM)},
                                      CaseOwnFormat,
                                      {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_NONE)}}};
static const PKSDATARANGE OwnRanges[] = {PKSDATARANGE(&OwnRange)};

void CaseInitializeFilter(CASE_FILTER &Filter) {
    RtlZeroMemory(&Filter, sizeof Filter);
    Filter.Descriptor.Dispatch = &Filter.Dispatch;
    Filter.Descriptor.Version = KSFILTER_DESCRIPTOR_VERSION;
    Filter.Descriptor.PinDescriptorsCount = 2;
    Filter.Descriptor.PinDescriptorSize = sizeof Filter.Pins[0];
    Filter.Descriptor.PinDescriptors = Filter.Pins;
    Filter.Descriptor.CategoriesCount = 1;
    Filter.Descriptor.Categories = &CaseOwnCategory;
    Filter.Descriptor.NodeDescriptorSize = sizeof(KSNODE_DESCRIPTOR);
    for (ULONG Index = 0; Index < 2; ++Index) {
        KSPIN_DESCRIPTOR_EX &Pin = Filter.Pins[Index];
        Pin.Dispatch = &Filter.PinDispatch[Index];
        Pin.PinDescriptor.DataRangesCount = SIZEOF_ARRAY(OwnRanges);
        Pin.PinDescriptor.DataRanges = OwnRanges;
        Pin.PinDescriptor.DataFlow = Index == 0 ? KSPIN_DATAFLOW_OUT : KSPIN_DATAFLOW_IN;
        Pin.PinDescriptor.Communication = KSPIN_COMMUNICATION_BOTH;
        Pin.InstancesPossible = KSINSTANCE_INDETERMINATE;
        // Frames stay queued for the cases to look at.
        Filter.PinDispatch[Index].Process = [](PKSPIN) -> NTSTATUS { return STATUS_PENDING; };
    }
}

CaseFactory::CaseFactory(CASE_CONTEXT &Case, const KSFILTER_DESCRIPTOR &Descriptor)
    : Device(KsGetDeviceForDeviceObject(Case.Device)) {
    static WCHAR Reference[] = L"case";
    KsAcquireDevice(Device);
    EXPECT_SUCCESS(
        KsCreateFilterFactory(Case.Device, &Descriptor, Reference, NULL, 0, NULL, NULL, &Factory));
    if (Factory != NULL)
        EXPECT_SUCCESS(KsFilterFactorySetDeviceClassesState(Factory, TRUE));
    KsReleaseDevice(Device);
}

CaseFactory::~CaseFactory() {
    if (Factory == NULL)
        return;
    KsAcquireDevice(Device);
    EXPECT_SUCCESS(KsDeleteFilterFactory(Factory));
    KsReleaseDevice(Device);
}

NTSTATUS CaseFactory::Open(CaseFile &Filter) {
    if (Factory == NULL)
        return STATUS_INVALID_DEVICE_STATE;
    const PUNICODE_STRING Link = KsFilterFactoryGetSymbolicLink(Factory);
    return EXPECT_TRUE(Link != NULL) ? Filter.Open(Link) : STATUS_OBJECT_NAME_NOT_FOUND;
}

void CaseInitializeConnect(CASE_CONNECT &Request, ULONG PinId, HANDLE PinTo) {
    RtlZeroMemory(&Request, sizeof Request);
    Request.Connect.Interface.Set = KSINTERFACESETID_Standard;
    Request.Connect.Interface.Id = KSINTERFACE_STANDARD_STREAMING;
    Request.Connect.Medium.Set = KSMEDIUMSETID_Standard;
    Request.Connect.PinId = PinId;
    Request.Connect.PinToHandle = PinTo;
    Request.Connect.Priority.PriorityClass = KSPRIORITY_NORMAL;
    Request.Connect.Priority.PrioritySubClass = 1;
    Request.Format = OwnRange;
}

NTSTATUS CaseConnect(const CaseFile &Filter, ULONG PinId, HANDLE PinTo, CaseFile &Pin) {
    CASE_CONNECT Request;
    HANDLE Created;
    CaseInitializeConnect(Request, PinId, PinTo);
    const NTSTATUS Status =
        KsCreatePin(Filter.Handle, &Request.Connect, GENERIC_READ | GENERIC_WRITE, &Created);
    return NT_SUCCESS(Status) ? Pin.Adopt(Created) : Status;
}

NTSTATUS CaseControl(const CaseFile &File, ULONG Code, PVOID In, ULONG InBytes, PVOID Out,
                     ULONG OutBytes, PULONG Returned) {
    ULONG Bytes = 0;
    const NTSTATUS Status = KsSynchronousIoControlDevice(File.Object, KernelMode, Code, In, InBytes,
                                                         Out, OutBytes, &Bytes);
    if (Returned != NULL)
        *Returned = Bytes;
    return Status;
}

NTSTATUS CaseProperty(const CaseFile &File, const GUID &Set, ULONG Id, ULONG Flags, PVOID Data,
                      ULONG Bytes, PULONG Returned) {
    KSPROPERTY Property;
    Property.Set = Set;
    Property.Id = Id;
    Property.Flags = Flags;
    return CaseControl(File, IOCTL_KS_PROPERTY, &Property, sizeof Property, Data, Bytes, Returned);
}

NTSTATUS CaseSetState(const CaseFile &Pin, KSSTATE State) {
    return CaseProperty(Pin, KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE,
                        KSPROPERTY_TYPE_SET, &State, sizeof State);
}

CaseStream::CaseStream(CASE_CONTEXT &Case, const CASE_FILTER &Descriptor)
    : Factory(Case, Descriptor.Descriptor) {
    if (!EXPECT_SUCCESS(Factory.Open(Filter)))
        return;
    for (ULONG Index = 0; Index < 2; ++Index) {
        if (Descriptor.Pins[Index].PinDescriptor.Communication == KSPIN_COMMUNICATION_NONE)
            continue;
        if (EXPECT_SUCCESS(CaseConnect(Filter, Index, NULL, File[Index])))
            Pin[Index] = KsGetPinFromFileObject(File[Index].Object);
    }
}

CaseStream::~CaseStream() {
    EXPECT_SUCCESS(Set(KSSTATE_STOP));
}

NTSTATUS CaseStream::Set(KSSTATE State) {
    for (CaseFile &One : File)
        if (One.Object != NULL)
            if (const NTSTATUS Status = CaseSetState(One, State); !NT_SUCCESS(Status))
                return Status;
    return STATUS_SUCCESS;
}

// One plain device at a time: what its objects do.
static CASE_PLAIN Plain;

static NTSTATUS NTAPI PlainControl(PDEVICE_OBJECT Device, PIRP Irp) {
    return Plain.Control != NULL ? Plain.Control(Device, Irp)
                                 : KsDispatchInvalidDeviceRequest(Device, Irp);
}
static NTSTATUS NTAPI PlainRead(PDEVICE_OBJECT Device, PIRP Irp) {
    return Plain.Read != NULL ? Plain.Read(Device, Irp)
                              : KsDispatchInvalidDeviceRequest(Device, Irp);
}
static NTSTATUS NTAPI PlainWrite(PDEVICE_OBJECT Device, PIRP Irp) {
    return Plain.Write != NULL ? Plain.Write(Device, Irp)
                               : KsDispatchInvalidDeviceRequest(Device, Irp);
}
static NTSTATUS NTAPI PlainSecurity(PDEVICE_OBJECT Device, PIRP Irp) {
    return Plain.Security != NULL ? Plain.Security(Device, Irp)
                                  : KsDispatchInvalidDeviceRequest(Device, Irp);
}
static NTSTATUS NTAPI PlainClose(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    CASE_PLAIN_OBJECT *Object = CasePlainDevice::Of(CaseStack(Irp)->FileObject);
    KsFreeObjectHeader(Object->Header);
    ExFreePool(Object);
    return CaseFinish(Irp, STATUS_SUCCESS);
}

// Addresses of imports are no constants in C++; filled by the device's constructor.
static KSDISPATCH_TABLE PlainTable;

static NTSTATUS NTAPI PlainCreate(PDEVICE_OBJECT Device, PIRP Irp) {
    if (Plain.Create != NULL)
        return Plain.Create(Device, Irp);
    CASE_PLAIN_OBJECT *Object = static_cast<CASE_PLAIN_OBJECT *>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof *Object, 'esaC'));
    if (Object == NULL)
        return CaseFinish(Irp, STATUS_INSUFFICIENT_RESOURCES);
    RtlZeroMemory(Object, sizeof *Object);
    InitializeListHead(&Object->Events);
    const NTSTATUS Status =
        KsAllocateObjectHeader(&Object->Header, 1, Object->Slot, Irp, &PlainTable);
    if (NT_SUCCESS(Status))
        CaseStack(Irp)->FileObject->FsContext = Object;
    else
        ExFreePool(Object);
    return CaseFinish(Irp, Status);
}

CasePlainDevice::CasePlainDevice(CASE_CONTEXT &Case, const CASE_PLAIN &Handlers) {
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, L"\\Device\\KsCase");
    Plain = Handlers;
    PlainTable = {PlainControl,
                  PlainRead,
                  PlainWrite,
                  KsDispatchInvalidDeviceRequest,
                  PlainClose,
                  PlainSecurity,
                  PlainSecurity,
                  KsDispatchFastIoDeviceControlFailure,
                  KsDispatchFastReadFailure,
                  KsDispatchFastWriteFailure};
    if (!EXPECT_SUCCESS(IoCreateDevice(Case.Driver, sizeof(KSDEVICE_HEADER), &Name, FILE_DEVICE_KS,
                                       0, FALSE, &Device)))
        return;
    Item.Create = PlainCreate;
    Item.Context = this;
    RtlInitUnicodeString(&Item.ObjectClass, L"object");
    EXPECT_SUCCESS(KsAllocateDeviceHeader(&Header, 1, &Item));
    *static_cast<KSDEVICE_HEADER *>(Device->DeviceExtension) = Header;
    KsSetDevicePnpAndBaseObject(Header, Case.LowerDevice, Device);
    Device->StackSize = Case.LowerDevice->StackSize + 1;
    Device->Flags &= ~DO_DEVICE_INITIALIZING;
}

CasePlainDevice::~CasePlainDevice() {
    if (Header != NULL)
        KsFreeDeviceHeader(Header);
    if (Device != NULL)
        IoDeleteDevice(Device);
}

NTSTATUS CasePlainDevice::Open(CaseFile &File) {
    return File.Open(L"\\Device\\KsCase\\object");
}

NTSTATUS CaseFinish(PIRP Irp, NTSTATUS Status) {
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

PIO_STACK_LOCATION CaseStack(PIRP Irp) {
    return IoGetCurrentIrpStackLocation(Irp);
}

bool CaseSameGuid(const GUID &A, const GUID &B) {
    return RtlCompareMemory(&A, &B, sizeof A) == sizeof A;
}
