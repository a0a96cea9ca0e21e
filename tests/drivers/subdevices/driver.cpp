// The adapter: its start, its subdevices, and what its test tells it to do with them.
#define PUT_GUIDS_HERE
#include "adapter.h"

static const ULONG PortCount = 4; // Control, A, B, C
static PPORT Ports[PortCount];
static PDEVICE_OBJECT Fdo;
static PDRIVER_OBJECT Driver;
static PDEVICE_OBJECT Pdo;
static PPCPROPERTY_REQUEST Kept;

VOID KeepRequest(PPCPROPERTY_REQUEST Request) {
    Kept = Request;
}

// What PortCls tells of power.
class CPower : public IAdapterPowerManagement, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CPower)
    ~CPower() { Journal("power object gone"); }
    STDMETHODIMP_(void) PowerChangeState(POWER_STATE NewState) {
        Journal("power change", NewState.DeviceState);
    }
    STDMETHODIMP_(NTSTATUS) QueryPowerChangeState(POWER_STATE NewStateQuery) {
        Journal("power query", NewStateQuery.DeviceState);
        return AnswerTo("power query", STATUS_SUCCESS);
    }
    STDMETHODIMP_(NTSTATUS) QueryDeviceCapabilities(PDEVICE_CAPABILITIES Capabilities) {
        Journal("capabilities");
        Capabilities->D3Latency = 1234;
        return STATUS_SUCCESS;
    }
};
STDMETHODIMP_(NTSTATUS) CPower::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown)) {
        *Interface = PVOID(PUNKNOWN(PADAPTERPOWERMANAGEMENT(this)));
    } else if (IsEqualGUIDAligned(InterfaceId, IID_IAdapterPowerManagement)) {
        *Interface = PVOID(PADAPTERPOWERMANAGEMENT(this));
    } else {
        *Interface = NULL;
        return STATUS_INVALID_PARAMETER;
    }
    PUNKNOWN(*Interface)->AddRef();
    return STATUS_SUCCESS;
}

static NTSTATUS RegisterPower(bool Register) {
    if (!Register) {
        return PcUnregisterAdapterPowerManagement(Fdo);
    }
    CPower *Power = new (NonPagedPool, 'bduS') CPower(NULL);
    if (Power == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    PUNKNOWN Unknown = PUNKNOWN(PADAPTERPOWERMANAGEMENT(Power));
    Unknown->AddRef();
    const NTSTATUS Status = PcRegisterAdapterPowerManagement(Unknown, Fdo);
    Unknown->Release();
    return Status;
}

static NTSTATUS StartDevice(PDEVICE_OBJECT DeviceObject, PIRP Irp, PRESOURCELIST ResourceList);

static NTSTATUS Disconnect(SUBDEVICES_ITEM Item, const SUBDEVICES_COMMAND *Command) {
    IUnregisterPhysicalConnection *Unregister = NULL;
    NTSTATUS Status =
        Ports[0]->QueryInterface(IID_IUnregisterPhysicalConnection, (PVOID *)&Unregister);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    UNICODE_STRING Text;
    RtlInitUnicodeString(&Text, (PCWSTR)Command->Text);
    const ULONG *V = Command->Values;
    if (Item == SUBDEVICES_DISCONNECT_TO) {
        Status =
            Unregister->UnregisterPhysicalConnectionToExternal(Fdo, Ports[V[0]], V[1], &Text, V[3]);
    } else if (Item == SUBDEVICES_DISCONNECT_FROM) {
        Status = Unregister->UnregisterPhysicalConnectionFromExternal(Fdo, &Text, V[1], Ports[V[2]],
                                                                      V[3]);
    } else {
        Status =
            Unregister->UnregisterPhysicalConnection(Fdo, Ports[V[0]], V[1], Ports[V[2]], V[3]);
    }
    Unregister->Release();
    return Status;
}

static NTSTATUS Unregister(ULONG Index) {
    IUnregisterSubdevice *Interface = NULL;
    NTSTATUS Status = Ports[0]->QueryInterface(IID_IUnregisterSubdevice, (PVOID *)&Interface);
    if (NT_SUCCESS(Status)) {
        Status = Interface->UnregisterSubdevice(Fdo, Ports[Index]);
        Interface->Release();
    }
    return Status;
}

static NTSTATUS Generate(const SUBDEVICES_COMMAND *Command) {
    const ULONG *V = Command->Values;
    IPortEvents *Events = NULL;
    NTSTATUS Status = Ports[V[0]]->QueryInterface(IID_IPortEvents, (PVOID *)&Events);
    if (NT_SUCCESS(Status)) {
        GUID Set = ProbeSetId;
        Events->GenerateEventList(Command->Text[0] ? NULL : &Set, V[1], V[2], V[3], V[4], V[5]);
        Events->Release();
    }
    return Status;
}

static NTSTATUS NewPort(ULONG Class) {
    static const GUID *const Classes[] = {
        &CLSID_PortTopology, &CLSID_PortWaveCyclic, &CLSID_PortWavePci, &CLSID_PortWaveRT,
        &CLSID_PortDMus,     &CLSID_PortMidi,       &IID_IUnknown,
    };
    PPORT Port = NULL;
    const NTSTATUS Status = PcNewPort(&Port, *Classes[Class]);
    if (NT_SUCCESS(Status)) {
        PUNKNOWN Same = NULL;
        Port->QueryInterface(IID_IPort, (PVOID *)&Same);
        Journal("port", Same != NULL, Same ? Same->Release() : 0);
        PPORTCLSETWHELPER Etw = NULL; // a WaveRT port's
        if (NT_SUCCESS(Port->QueryInterface(IID_IPortClsEtwHelper, (PVOID *)&Etw))) {
            Journal("etw", Etw->MiniportWriteEtwEvent(eMINIPORT_IHV_DEFINED, 11, 22, 33, 44));
            Etw->Release();
        }
        Journal("port gone", Port->Release());
    }
    return Status;
}

static NTSTATUS AddAdapter(ULONG Extension) {
    const NTSTATUS Status = PcAddAdapterDevice(Driver, Pdo, StartDevice, 4, Extension);
    return Status;
}

static NTSTATUS CompleteKept(NTSTATUS Status) {
    if (Kept == NULL) {
        return STATUS_NOT_FOUND;
    }
    if (NT_SUCCESS(Status)) {
        *(PULONG)Kept->Value = 77;
        Kept->ValueSize = sizeof(ULONG);
    }
    const NTSTATUS Result = PcCompletePendingPropertyRequest(Kept, Status);
    if (NT_SUCCESS(Result)) {
        Kept = NULL;
    }
    return Result;
}

static NTSTATUS SetIdle(BOOLEAN Enabled) {
    PPORTCLSPOWER Power = NULL;
    NTSTATUS Status = Ports[0]->QueryInterface(IID_IPortClsPower, (PVOID *)&Power);
    if (NT_SUCCESS(Status)) {
        Status = Power->SetIdlePowerManagement(Fdo, Enabled);
        Power->Release();
    }
    return Status;
}

NTSTATUS NTAPI ControlHandler(PPCPROPERTY_REQUEST Request) {
    if (Request->ValueSize < sizeof(SUBDEVICES_COMMAND)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    const SUBDEVICES_COMMAND *Command = (const SUBDEVICES_COMMAND *)Request->Value;
    const ULONG *V = Command->Values;
    UNICODE_STRING Text;
    RtlInitUnicodeString(&Text, (PCWSTR)Command->Text);
    switch ((SUBDEVICES_ITEM)Request->PropertyItem->Id) {
    case SUBDEVICES_REGISTER:
        return PcRegisterSubdevice(Fdo, (PWCHAR)Command->Text, Ports[V[0]]);
    case SUBDEVICES_UNREGISTER:
        return Unregister(V[0]);
    case SUBDEVICES_CONNECT:
        return PcRegisterPhysicalConnection(Fdo, Ports[V[0]], V[1], Ports[V[2]], V[3]);
    case SUBDEVICES_CONNECT_TO:
        return PcRegisterPhysicalConnectionToExternal(Fdo, Ports[V[0]], V[1], &Text, V[3]);
    case SUBDEVICES_CONNECT_FROM:
        return PcRegisterPhysicalConnectionFromExternal(Fdo, &Text, V[1], Ports[V[2]], V[3]);
    case SUBDEVICES_DISCONNECT:
    case SUBDEVICES_DISCONNECT_TO:
    case SUBDEVICES_DISCONNECT_FROM:
        return Disconnect((SUBDEVICES_ITEM)Request->PropertyItem->Id, Command);
    case SUBDEVICES_GENERATE:
        return Generate(Command);
    case SUBDEVICES_NEW_PORT:
        return NewPort(V[0]);
    case SUBDEVICES_ADD_ADAPTER:
        return AddAdapter(V[0]);
    case SUBDEVICES_POWER:
        return RegisterPower(V[0] == 0);
    case SUBDEVICES_COMPLETE:
        return CompleteKept((NTSTATUS)V[0]);
    case SUBDEVICES_NEW_STATE:
        return PcRequestNewPowerState(Fdo, (DEVICE_POWER_STATE)V[0]);
    case SUBDEVICES_REINIT:
        return Ports[V[0]]->Init(Fdo, NULL, PUNKNOWN(Ports[0]), NULL, NULL);
    case SUBDEVICES_IDLE:
        return SetIdle(V[0] != 0);
    default:
        return STATUS_NOT_SUPPORTED;
    }
}

static NTSTATUS StartDevice(PDEVICE_OBJECT DeviceObject, PIRP Irp, PRESOURCELIST ResourceList) {
    Journal("start", KeGetCurrentIrql(), ResourceList->NumberOfEntries());
    Fdo = DeviceObject;
    PDEVICE_OBJECT Known = NULL;
    NTSTATUS Status = PcGetPhysicalDeviceObject(DeviceObject, &Known);
    Journal("pdo", NT_SUCCESS(Status) && Known == Pdo);
    // Elements 4 to 7 of the extension are the driver's.
    ULONG_PTR *Extension = (ULONG_PTR *)DeviceObject->DeviceExtension;
    Extension[4] = Extension[7] = 0x5555;
    Status = AnswerTo("start", STATUS_SUCCESS);
    for (ULONG Index = 0; Index < PortCount && NT_SUCCESS(Status); Index++) {
        Status = NewSubdevice(DeviceObject, Irp, ResourceList, Index, &Ports[Index]);
    }
    if (NT_SUCCESS(Status)) {
        static WCHAR Name[] = L"Control";
        Status = PcRegisterSubdevice(DeviceObject, Name, Ports[0]);
    }
    return Status;
}

static VOID ReleasePorts() {
    for (ULONG Index = 0; Index < PortCount; Index++) {
        if (Ports[Index] != NULL) {
            Ports[Index]->Release();
            Ports[Index] = NULL;
        }
    }
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject) {
    Pdo = PhysicalDeviceObject;
    return PcAddAdapterDevice(DriverObject, PhysicalDeviceObject, StartDevice, SUBDEVICES_MAXIMUM,
                              0);
}

// The adapter driver's own handler: it lets go of its ports before PortCls's takes the device
// apart.
static NTSTATUS NTAPI DispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    const UCHAR Minor = IoGetCurrentIrpStackLocation(Irp)->MinorFunction;
    if (Minor == IRP_MN_REMOVE_DEVICE || Minor == IRP_MN_STOP_DEVICE) {
        ReleasePorts();
    }
    return PcDispatchIrp(DeviceObject, Irp);
}

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    Driver = DriverObject;
    PDRIVER_DISPATCH Before[IRP_MJ_MAXIMUM_FUNCTION + 1];
    RtlCopyMemory(Before, DriverObject->MajorFunction, sizeof(Before));
    const NTSTATUS Status = PcInitializeAdapterDriver(DriverObject, RegistryPath, AddDevice);
    for (ULONG Major = 0; Major <= IRP_MJ_MAXIMUM_FUNCTION; Major++) {
        if (DriverObject->MajorFunction[Major] != Before[Major]) {
            Journal("major", Major);
        }
    }
    Journal("add device", DriverObject->DriverExtension->AddDevice == AddDevice);
    DriverObject->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
    return Status;
}
