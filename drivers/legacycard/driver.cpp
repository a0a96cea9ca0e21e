// The adapter driver: DriverEntry, and the two subdevices of a device.
#include <initguid.h>

#include "card.h"

STDMETHODIMP_(NTSTATUS) CCard::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    return AnswerInterface(static_cast<IUnknown *>(this), InterfaceId, IID_IUnknown, IID_IUnknown,
                           Interface);
}

static NTSTATUS ConnectFilters(PDEVICE_OBJECT Device, PUNKNOWN Wave, PUNKNOWN Topology) {
    const NTSTATUS Status =
        PcRegisterPhysicalConnection(Device, Wave, WAVE_TO_SPEAKER, Topology, TOPOLOGY_FROM_RENDER);
    return NT_SUCCESS(Status) ? PcRegisterPhysicalConnection(Device, Topology, TOPOLOGY_TO_CAPTURE,
                                                             Wave, WAVE_FROM_MIXER)
                              : Status;
}

// @doc NC:portcls.PCPFNSTARTDEVICE
static NTSTATUS NTAPI StartDevice(PDEVICE_OBJECT Device, PIRP Irp, PRESOURCELIST Resources) {
    CCard *Card = new (NonPagedPoolNx, 'dgeL') CCard(NULL);
    if (Card == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Card->AddRef();
    PUNKNOWN Wave = NULL, Topology = NULL;
    NTSTATUS Status = Card->Init();
    if (NT_SUCCESS(Status)) {
        Status = InstallSubdevice(Device, Irp, Resources, CLSID_PortTopology, L"Topology", NULL,
                                  NewTopologyMiniport(Card), &Topology);
    }
    if (NT_SUCCESS(Status)) {
        Status = InstallSubdevice(Device, Irp, Resources, CLSID_PortWaveCyclic, L"Wave", NULL,
                                  NewWaveMiniport(Card), &Wave);
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
    Card->Release(); // whoever needs it has a reference
    return Status;
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT Driver, PDEVICE_OBJECT PhysicalDevice) {
    return PcAddAdapterDevice(Driver, PhysicalDevice, StartDevice, 2, 0);
}

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath) {
    return PcInitializeAdapterDriver(Driver, RegistryPath, AddDevice);
}
