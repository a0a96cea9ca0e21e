// The adapter driver: DriverEntry, and the one subdevice of a device.
#include <initguid.h>

#include "card.h"

// @doc NC:portcls.PCPFNSTARTDEVICE
static NTSTATUS NTAPI StartDevice(PDEVICE_OBJECT Device, PIRP Irp, PRESOURCELIST Resources) {
    CMiniport *Miniport = new (NonPagedPoolNx, 'dciP') CMiniport(NULL);
    if (Miniport == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Miniport->AddRef();
    return InstallSubdevice(Device, Irp, Resources, CLSID_PortWavePci, L"Wave", NULL,
                            PMINIPORTWAVEPCI(Miniport), NULL);
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT Driver, PDEVICE_OBJECT PhysicalDevice) {
    return PcAddAdapterDevice(Driver, PhysicalDevice, StartDevice, 1, 0);
}

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath) {
    return PcInitializeAdapterDriver(Driver, RegistryPath, AddDevice);
}
