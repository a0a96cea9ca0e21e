// The adapter driver of wavert.sys (wavert.h).
#include <initguid.h>

#include "parts.h"

const GUID WaveRtSetId = {STATIC_KSPROPSETID_WaveRt};

static NTSTATUS Install(PDEVICE_OBJECT Device, PIRP Irp, PWSTR Name, REFGUID Class,
                        NTSTATUS (*Create)(PUNKNOWN *), PRESOURCELIST Resources, PUNKNOWN *Made) {
    PPORT Port = NULL;
    PUNKNOWN Miniport = NULL;
    NTSTATUS Status = PcNewPort(&Port, Class);
    if (NT_SUCCESS(Status)) {
        Status = Create(&Miniport);
    }
    if (NT_SUCCESS(Status)) {
        Status = Port->Init(Device, Irp, Miniport, NULL, Resources);
    }
    if (NT_SUCCESS(Status)) {
        Status = PcRegisterSubdevice(Device, Name, Port);
    }
    if (Miniport != NULL) {
        Miniport->Release();
    }
    if (!NT_SUCCESS(Status) && Port != NULL) {
        Port->Release();
        Port = NULL;
    }
    *Made = Port;
    return Status;
}

static NTSTATUS NTAPI StartDevice(PDEVICE_OBJECT Device, PIRP Irp, PRESOURCELIST Resources) {
    PUNKNOWN Wave = NULL, Topology = NULL;
    WCHAR WaveName[] = L"Wave", TopologyName[] = L"Topology";
    NTSTATUS Status =
        Install(Device, Irp, WaveName, CLSID_PortWaveRT, CreateWaveMiniport, Resources, &Wave);
    if (NT_SUCCESS(Status)) {
        Status = Install(Device, Irp, TopologyName, CLSID_PortTopology, CreateTopologyMiniport,
                         Resources, &Topology);
    }
    if (NT_SUCCESS(Status)) {
        Status = PcRegisterPhysicalConnection(Device, Wave, WAVERT_BRIDGE_OUT, Topology, 0);
    }
    if (NT_SUCCESS(Status)) {
        Status = PcRegisterPhysicalConnection(Device, Topology, 1, Wave, WAVERT_BRIDGE_IN);
    }
    if (Wave != NULL) {
        Wave->Release();
    }
    if (Topology != NULL) {
        Topology->Release();
    }
    return Status;
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT Driver, PDEVICE_OBJECT Pdo) {
    return PcAddAdapterDevice(Driver, Pdo, StartDevice, 2, 0);
}

static PDRIVER_UNLOAD PortClsUnload;

static VOID NTAPI Unload(PDRIVER_OBJECT Driver) {
    Hardware.Close();
    if (PortClsUnload != NULL) {
        PortClsUnload(Driver);
    }
}

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path) {
    NTSTATUS Status = Hardware.Init();
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = PcInitializeAdapterDriver(Driver, Path, AddDevice);
    if (!NT_SUCCESS(Status)) {
        Hardware.Close();
        return Status;
    }
    PortClsUnload = Driver->DriverUnload;
    Driver->DriverUnload = Unload;
    return Status;
}
