// A default clock of the driver's own, opened through a create item of the device.
#include "parts.h"

static PKSDEFAULTCLOCK Clock;

static NTSTATUS NTAPI CreateClock(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    UNREFERENCED_PARAMETER(DeviceObject);
    const NTSTATUS Status =
        Clock != NULL ? KsCreateDefaultClock(Irp, Clock) : STATUS_DEVICE_NOT_READY;
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS NTAPI AddDevice(PKSDEVICE Device) {
    static const WCHAR Name[] = L"OwnClock";
    KSOBJECT_CREATE_ITEM Item = {CreateClock, NULL, {0, 0, NULL}, NULL, 0};
    RtlInitUnicodeString(&Item.ObjectClass, Name);
    const KSDEVICE_HEADER Header =
        *static_cast<KSDEVICE_HEADER *>(Device->FunctionalDeviceObject->DeviceExtension);
    return KsAllocateObjectCreateItem(Header, &Item, TRUE, NULL);
}

NTSTATUS NTAPI SetOwner(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Request);
    switch (*static_cast<PULONG>(Data)) {
    case CLOCKS_ALLOCATE:
        return KsAllocateDefaultClock(&Clock);
    case CLOCKS_RUN:
        KsSetDefaultClockState(Clock, KSSTATE_RUN);
        return STATUS_SUCCESS;
    case CLOCKS_FREE:
        KsFreeDefaultClock(Clock);
        Clock = NULL;
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

const KSDEVICE_DISPATCH ClocksDevice = {AddDevice};
