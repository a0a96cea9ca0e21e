// A MIDI card: the system's own miniports for an MPU-401 in UART mode, one for the way out and one
// for the way in, over one I/O port.
#include <initguid.h>

#include "../shared/port_class.h"

// What the hardware answers at. A device that the root enumerator made gets no resources from the
// bus, so that the driver puts the port on the list itself; a card of a real bus takes it over with
// AddPortFromParent().
static NTSTATUS AddIoPort(PRESOURCELIST Resources) {
    CM_PARTIAL_RESOURCE_DESCRIPTOR Mpu401 = {};
    Mpu401.Type = CmResourceTypePort;
    Mpu401.Flags = CM_RESOURCE_PORT_IO;
    Mpu401.u.Port.Start.QuadPart = 0x330;
    Mpu401.u.Port.Length = 2;
    return Resources->AddEntry(&Mpu401, &Mpu401);
}

// @doc NF:portcls.PcNewMiniport
static NTSTATUS InstallUart(PDEVICE_OBJECT Device, PIRP Irp, PRESOURCELIST Resources,
                            REFCLSID Class, const WCHAR *Name) {
    PMINIPORT Miniport = NULL;
    const NTSTATUS Status = PcNewMiniport(&Miniport, Class);
    return NT_SUCCESS(Status) ? InstallSubdevice(Device, Irp, Resources, CLSID_PortDMus, Name, NULL,
                                                 Miniport, NULL)
                              : Status;
}

// @doc NC:portcls.PCPFNSTARTDEVICE
static NTSTATUS NTAPI StartDevice(PDEVICE_OBJECT Device, PIRP Irp, PRESOURCELIST Parent) {
    PRESOURCELIST Resources = NULL;
    NTSTATUS Status = PcNewResourceSublist(&Resources, NULL, PagedPool, Parent, 1);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = AddIoPort(Resources);
    if (NT_SUCCESS(Status)) {
        Status = InstallUart(Device, Irp, Resources, CLSID_MiniportDriverDMusUART, L"Uart");
    }
    if (NT_SUCCESS(Status)) {
        Status =
            InstallUart(Device, Irp, Resources, CLSID_MiniportDriverDMusUARTCapture, L"UartIn");
    }
    Resources->Release();
    return Status;
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT Driver, PDEVICE_OBJECT PhysicalDevice) {
    return PcAddAdapterDevice(Driver, PhysicalDevice, StartDevice, 2, 0);
}

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath) {
    return PcInitializeAdapterDriver(Driver, RegistryPath, AddDevice);
}
