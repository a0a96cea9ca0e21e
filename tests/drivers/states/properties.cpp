// The property and event sets of states.h.
#include "parts.h"

static const GUID StatesSetId = {STATIC_KSPROPSETID_States};

static VOID NTAPI PowerThere(PDEVICE_OBJECT Device, UCHAR Minor, POWER_STATE State, PVOID Context,
                             PIO_STATUS_BLOCK IoStatus) {
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Minor);
    UNREFERENCED_PARAMETER(State);
    UNREFERENCED_PARAMETER(IoStatus);
    KeSetEvent(static_cast<PKEVENT>(Context), IO_NO_INCREMENT, FALSE);
}

static NTSTATUS NTAPI SetPowerState(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    POWER_STATE State;
    State.DeviceState = DEVICE_POWER_STATE(*static_cast<PULONG>(Data));
    KEVENT There;
    KeInitializeEvent(&There, NotificationEvent, FALSE);
    const NTSTATUS Status =
        PoRequestPowerIrp(KsGetDevice(KsGetFilterFromIrp(Irp))->PhysicalDeviceObject,
                          IRP_MN_SET_POWER, State, PowerThere, &There, NULL);
    if (Status != STATUS_PENDING) {
        return Status;
    }
    KeWaitForSingleObject(&There, Executive, KernelMode, FALSE, NULL);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI SetSignal(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    KsFilterGenerateEvents(KsGetFilterFromIrp(Irp), &StatesSetId, *static_cast<PULONG>(Data), 0,
                           NULL, NULL, NULL);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetFormat(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    PKSFILTER Filter = KsGetFilterFromIrp(Irp);
    NTSTATUS Status = STATUS_NOT_FOUND;
    KsFilterAcquireControl(Filter);
    PKSPIN Pin = KsFilterGetFirstChildPin(Filter, reinterpret_cast<PKSP_PIN>(Request)->PinId);
    if (Pin != NULL) {
        *static_cast<PULONG>(Data) = Pin->ConnectionFormat->FormatSize;
        Irp->IoStatus.Information = sizeof(ULONG);
        Status = STATUS_SUCCESS;
    }
    KsFilterReleaseControl(Filter);
    return Status;
}

static DEFINE_KSPROPERTY_TABLE(StatesItems){
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_STATES_HANDSHAKE, GetHandshake, sizeof(KSP_PIN),
                           sizeof(STATES_ANSWER), NULL, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_STATES_HANDSHAKE_IOCTL, GetHandshakeIoctl,
                           sizeof(KSPROPERTY) + sizeof(STATES_IOCTL), sizeof(STATES_ANSWER), NULL,
                           NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_STATES_POWER, NULL, sizeof(KSPROPERTY), sizeof(ULONG),
                           SetPowerState, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_STATES_SIGNAL, NULL, sizeof(KSPROPERTY), sizeof(ULONG),
                           SetSignal, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_STATES_FORMAT, GetFormat, sizeof(KSP_PIN), sizeof(ULONG),
                           NULL, NULL, 0, NULL, NULL, 0)};

static DEFINE_KSPROPERTY_SET_TABLE(StatesSets){
    JOURNAL_PROPERTY_SET,
    DEFINE_KSPROPERTY_SET(&StatesSetId, SIZEOF_ARRAY(StatesItems), StatesItems, 0, NULL)};

static NTSTATUS NTAPI AddEventWithData(PIRP Irp, PKSEVENTDATA EventData, PKSEVENT_ENTRY Entry) {
    Journal("event", *reinterpret_cast<PULONGLONG>(EventData + 1));
    const NTSTATUS Status = AnswerTo("event", STATUS_SUCCESS);
    return NT_SUCCESS(Status) ? KsDefaultAddEventHandler(Irp, EventData, Entry) : Status;
}

static DEFINE_KSEVENT_TABLE(StatesEvents){
    DEFINE_KSEVENT_ITEM(STATES_PLAIN_EVENT, sizeof(KSEVENTDATA), 0, NULL, NULL, NULL),
    DEFINE_KSEVENT_ITEM(STATES_EVENT_WITH_DATA, sizeof(KSEVENTDATA) + sizeof(ULONGLONG), 0,
                        AddEventWithData, NULL, NULL)};

static DEFINE_KSEVENT_SET_TABLE(StatesEventSets){
    DEFINE_KSEVENT_SET(&StatesSetId, SIZEOF_ARRAY(StatesEvents), StatesEvents)};

DEFINE_KSAUTOMATION_TABLE(StatesAutomation){DEFINE_KSAUTOMATION_PROPERTIES(StatesSets),
                                            DEFINE_KSAUTOMATION_METHODS_NULL,
                                            DEFINE_KSAUTOMATION_EVENTS(StatesEventSets)};
