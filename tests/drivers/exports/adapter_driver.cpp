// adapter_exports.sys: an audio adapter of PortCls whose Topology filter runs cases by a property.
// See README.md.
#include "adapter_fixture.h"
#include "support/runner.h"

extern "C" DRIVER_INITIALIZE DriverEntry;

PDRIVER_DISPATCH CaseHook[IRP_MJ_MAXIMUM_FUNCTION + 1];

NTSTATUS CasePassDown(PDEVICE_OBJECT Device, PIRP Irp) {
    return PcDispatchIrp(Device, Irp);
}

// In front of PortCls's handlers. What PortCls makes is FILE_DEVICE_KS.
static NTSTATUS NTAPI Dispatch(PDEVICE_OBJECT Device, PIRP Irp) {
    if (Device->DeviceType == FILE_DEVICE_UNKNOWN)
        return static_cast<CASE_DEVICE *>(Device->DeviceExtension)->Dispatch(Device, Irp);
    const UCHAR Major = IoGetCurrentIrpStackLocation(Irp)->MajorFunction;
    if (CaseHook[Major] != nullptr)
        return CaseHook[Major](Device, Irp);
    return PcDispatchIrp(Device, Irp);
}

static NTSTATUS NTAPI RunCase(PPCPROPERTY_REQUEST Request) {
    if (Request->InstanceSize < sizeof(ULONG) || Request->ValueSize < sizeof(EXPORT_CASE_REPORT))
        return STATUS_BUFFER_TOO_SMALL;
    CASE_CONTEXT Case = {};
    Case.Device = IoGetCurrentIrpStackLocation(Request->Irp)->DeviceObject;
    Case.Driver = Case.Device->DriverObject;
    Case.RegistryPath = &KeptRegistryPath;
    Case.Irp = Request->Irp;
    const NTSTATUS Status = PcGetPhysicalDeviceObject(Case.Device, &Case.PhysicalDevice);
    if (!NT_SUCCESS(Status))
        return Status;
    Case.LowerDevice = Case.PhysicalDevice;
    while (Case.LowerDevice->AttachedDevice != Case.Device)
        Case.LowerDevice = Case.LowerDevice->AttachedDevice;
    const EXPORT_CASE_REPORT *Report =
        RunExportCase(*static_cast<const ULONG *>(Request->Instance), Case);
    if (Report == nullptr)
        return STATUS_NOT_FOUND;
    RtlCopyMemory(Request->Value, Report, sizeof *Report);
    Request->ValueSize = sizeof *Report;
    return STATUS_SUCCESS;
}

static const GUID CaseSet = {STATIC_KSPROPSETID_ExportCases};
static PCPROPERTY_ITEM Properties[] = {
    {&CaseSet, KSPROPERTY_EXPORT_CASES_RUN, PCPROPERTY_ITEM_FLAG_GET, RunCase}};
DEFINE_PCAUTOMATION_TABLE_PROP(Automation, Properties);

// Nobody runs constructors of a driver's own.
alignas(CaseTopology) static UCHAR MainTopologyMemory[sizeof(CaseTopology)];
inline void *operator new(size_t, void *Place) noexcept {
    return Place;
}
static CaseTopology *MainTopology;

static NTSTATUS StartDevice(PDEVICE_OBJECT Device, PIRP Irp, PRESOURCELIST Resources) {
    static WCHAR Name[] = L"Main";
    PPORT Port = nullptr;
    NTSTATUS Status = PcNewPort(&Port, CLSID_PortTopology);
    if (!NT_SUCCESS(Status))
        return Status;
    Status = Port->Init(Device, Irp, MainTopology, nullptr, Resources);
    if (NT_SUCCESS(Status))
        Status = PcRegisterSubdevice(Device, Name, Port);
    Port->Release();
    return Status;
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT Driver, PDEVICE_OBJECT Physical) {
    return PcAddAdapterDevice(Driver, Physical, StartDevice, CaseMaximumSubdevices, 0);
}

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath) {
    NTSTATUS Status = KeepRegistryPath(RegistryPath);
    if (!NT_SUCCESS(Status))
        return Status;
    MainTopology = new (MainTopologyMemory) CaseTopology(2, &Automation);
    Status = PcInitializeAdapterDriver(Driver, RegistryPath, AddDevice);
    for (ULONG Major = 0; Major <= IRP_MJ_MAXIMUM_FUNCTION; ++Major)
        Driver->MajorFunction[Major] = Dispatch;
    return Status;
}
