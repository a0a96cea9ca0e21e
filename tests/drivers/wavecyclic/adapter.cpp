// The adapter driver: one WaveCyclic subdevice.
#include "miniport.h"

static NTSTATUS NTAPI StartDevice(PDEVICE_OBJECT DeviceObject, PIRP Irp, PRESOURCELIST Resources) {
    PPORT Port = NULL;
    NTSTATUS Status = PcNewPort(&Port, CLSID_PortWaveCyclic);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    PUNKNOWN Miniport = NULL;
    CMiniport *Object = new (NonPagedPool, 'pmSC') CMiniport(NULL);
    if (Object == NULL) {
        Status = STATUS_INSUFFICIENT_RESOURCES;
    } else {
        Miniport = PUNKNOWN(PMINIPORTWAVECYCLIC(Object));
        Miniport->AddRef();
        Status = Port->Init(DeviceObject, Irp, Miniport, NULL, Resources);
    }
    if (NT_SUCCESS(Status)) {
        Status = PcRegisterSubdevice(DeviceObject, const_cast<PWCHAR>(L"Wave"), Port);
    }
    if (Miniport != NULL) {
        Miniport->Release();
    }
    Port->Release();
    return Status;
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject) {
    return PcAddAdapterDevice(DriverObject, PhysicalDeviceObject, StartDevice, 1, 0);
}

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return PcInitializeAdapterDriver(DriverObject, RegistryPath, AddDevice);
}
