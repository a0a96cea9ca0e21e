// The adapter driver: DriverEntry, and the subdevices that a device begins with.
#include <initguid.h>

#include "adapter.h"

static NTSTATUS ConnectFilters(PDEVICE_OBJECT Device, PUNKNOWN Wave, PUNKNOWN Topology) {
    NTSTATUS Status = PcRegisterPhysicalConnection(Device, Wave, WAVE_SPEAKER, Topology,
                                                   TOPOLOGY_FROM_SPEAKER_STREAM);
    if (NT_SUCCESS(Status)) {
        Status = PcRegisterPhysicalConnection(Device, Wave, WAVE_DIGITAL_OUT, Topology,
                                              TOPOLOGY_FROM_DIGITAL_STREAM);
    }
    if (NT_SUCCESS(Status)) {
        Status = PcRegisterPhysicalConnection(Device, Topology, TOPOLOGY_TO_CAPTURE_STREAM, Wave,
                                              WAVE_LOOP);
    }
    return Status;
}

static NTSTATUS InstallFilters(PDEVICE_OBJECT Device, PIRP Irp, PRESOURCELIST Resources,
                               CAdapter *Adapter) {
    const PUNKNOWN Unknown = PADAPTERPOWERMANAGEMENT(Adapter);
    PUNKNOWN Topology = NULL, Wave = NULL;
    NTSTATUS Status = PcRegisterAdapterPowerManagement(Unknown, Device);
    if (NT_SUCCESS(Status)) {
        Status = InstallSubdevice(Device, Irp, Resources, CLSID_PortTopology, L"Topology", Unknown,
                                  NewTopologyMiniport(Adapter), &Topology);
    }
    if (NT_SUCCESS(Status)) {
        Status = InstallSubdevice(Device, Irp, Resources, CLSID_PortWaveRT, L"Wave", Unknown,
                                  NewWaveMiniport(Adapter), &Wave);
    }
    if (NT_SUCCESS(Status)) {
        Status = ConnectFilters(Device, Wave, Topology);
    }
    if (Wave != NULL) {
        Wave->Release();
    }
    if (Topology != NULL) {
        Topology->Release();
    }
    return Status;
}

// @doc NC:portcls.PCPFNSTARTDEVICE
static NTSTATUS NTAPI StartDevice(PDEVICE_OBJECT Device, PIRP Irp, PRESOURCELIST Resources) {
    CAdapter *Adapter = new (NonPagedPoolNx, 'rkpS') CAdapter(NULL);
    if (Adapter == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Adapter->AddRef();
    NTSTATUS Status = Adapter->Init();
    if (NT_SUCCESS(Status)) {
        Status = InstallFilters(Device, Irp, Resources, Adapter);
    }
    Adapter->Release(); // whoever needs it has a reference
    return Status;
}

// Two subdevices, and a device extension that is PortCls's own.
static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT Driver, PDEVICE_OBJECT PhysicalDevice) {
    return PcAddAdapterDevice(Driver, PhysicalDevice, StartDevice, 2,
                              PORT_CLASS_DEVICE_EXTENSION_SIZE);
}

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath) {
    return PcInitializeAdapterDriver(Driver, RegistryPath, AddDevice);
}
