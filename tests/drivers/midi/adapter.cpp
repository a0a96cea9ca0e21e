// The adapter driver: two subdevices.
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

static NTSTATUS NTAPI StartDevice(PDEVICE_OBJECT DeviceObject, PIRP Irp, PRESOURCELIST Resources) {
    const NTSTATUS Status =
        Install(DeviceObject, Irp, Resources, CLSID_PortMidi, NewMidiMiniport(), L"Midi");
    return NT_SUCCESS(Status)
               ? Install(DeviceObject, Irp, Resources, CLSID_PortDMus, NewDMusMiniport(), L"DMus")
               : Status;
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject) {
    return PcAddAdapterDevice(DriverObject, PhysicalDeviceObject, StartDevice, 2, 0);
}

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return PcInitializeAdapterDriver(DriverObject, RegistryPath, AddDevice);
}
