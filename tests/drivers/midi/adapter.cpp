// The adapter driver: its two subdevices, and two of the system's own miniports.
#include "device.h"

static NTSTATUS Install(PDEVICE_OBJECT DeviceObject, PIRP Irp, PRESOURCELIST Resources,
                        REFCLSID PortClass, PUNKNOWN Miniport, const WCHAR *Name) {
    if (Miniport == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    PPORT Port = NULL;
    NTSTATUS Status = PcNewPort(&Port, PortClass);
    if (NT_SUCCESS(Status)) {
        Status = Port->Init(DeviceObject, Irp, Miniport, NULL, Resources);
        if (NT_SUCCESS(Status)) {
            Status = PcRegisterSubdevice(DeviceObject, const_cast<PWCHAR>(Name), Port);
        }
        Port->Release();
    }
    Miniport->Release();
    return Status;
}

// The system's miniports want an I/O port.
static NTSTATUS InstallUart(PDEVICE_OBJECT DeviceObject, PIRP Irp, PRESOURCELIST Parent,
                            REFCLSID MiniportClass, const WCHAR *Name, BOOLEAN WithPort) {
    PRESOURCELIST Resources = NULL;
    NTSTATUS Status = PcNewResourceSublist(&Resources, NULL, PagedPool, Parent, 1);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    CM_PARTIAL_RESOURCE_DESCRIPTOR IoPort = {};
    IoPort.Type = CmResourceTypePort;
    IoPort.Flags = CM_RESOURCE_PORT_IO;
    IoPort.u.Port.Start.QuadPart = 0x330;
    IoPort.u.Port.Length = 2;
    if (WithPort) {
        Status = Resources->AddEntry(&IoPort, &IoPort);
    }
    PMINIPORT Miniport = NULL;
    if (NT_SUCCESS(Status)) {
        Status = PcNewMiniport(&Miniport, MiniportClass);
    }
    if (NT_SUCCESS(Status)) {
        Status = Install(DeviceObject, Irp, Resources, CLSID_PortDMus, Miniport, Name);
    }
    Resources->Release();
    return Status;
}

static NTSTATUS NTAPI StartDevice(PDEVICE_OBJECT DeviceObject, PIRP Irp, PRESOURCELIST Resources) {
    NTSTATUS Status =
        Install(DeviceObject, Irp, Resources, CLSID_PortMidi, NewMidiMiniport(), L"Midi");
    if (NT_SUCCESS(Status)) {
        Status = Install(DeviceObject, Irp, Resources, CLSID_PortDMus, NewDMusMiniport(), L"DMus");
    }
    if (NT_SUCCESS(Status)) {
        Status =
            InstallUart(DeviceObject, Irp, Resources, CLSID_MiniportDriverDMusUART, L"Uart", TRUE);
    }
    if (NT_SUCCESS(Status)) {
        Status = InstallUart(DeviceObject, Irp, Resources, CLSID_MiniportDriverDMusUARTCapture,
                             L"UartIn", TRUE);
    }
    Journal("without a port", ULONG(InstallUart(DeviceObject, Irp, Resources,
                                                CLSID_MiniportDriverDMusUART, L"None", FALSE)));
    PMINIPORT None = NULL;
    Journal("fm synth", ULONG(PcNewMiniport(&None, CLSID_MiniportDriverFmSynth)), None != NULL);
    return Status;
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject) {
    return PcAddAdapterDevice(DriverObject, PhysicalDeviceObject, StartDevice, 4, 0);
}

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return PcInitializeAdapterDriver(DriverObject, RegistryPath, AddDevice);
}
