// The filter: its one pin factory, the properties that describe it, and the meter's reading.
#include "parts.h"

static const KSDATARANGE_AUDIO PcmRange = {{{sizeof(KSDATARANGE_AUDIO),
                                             0,
                                             0,
                                             0,
                                             {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                             {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                                             {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
                                           2 /* channels */,
                                           16,
                                           16 /* bits */,
                                           8000,
                                           192000 /* frames per second */};
static const PKSDATARANGE PlainRanges[] = {PKSDATARANGE(&PcmRange)};

const KSPIN_DESCRIPTOR PlainPins[1] = {{DEFINE_KSPIN_DEFAULT_INTERFACES,
                                        DEFINE_KSPIN_DEFAULT_MEDIUMS,
                                        SIZEOF_ARRAY(PlainRanges),
                                        PlainRanges,
                                        KSPIN_DATAFLOW_IN,
                                        KSPIN_COMMUNICATION_SINK,
                                        &KSNODETYPE_SPEAKER,
                                        NULL,
                                        {0}}};

static PlainFilter *FilterOf(PIRP Irp) {
    return static_cast<PlainFilter *>(IoGetCurrentIrpStackLocation(Irp)->FileObject->FsContext);
}

static NTSTATUS NTAPI GetPins(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    return KsPinPropertyHandler(Irp, PKSPROPERTY(Request), Data, SIZEOF_ARRAY(PlainPins),
                                PlainPins);
}

static NTSTATUS NTAPI GetInstances(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    if (reinterpret_cast<const KSP_PIN *>(Request)->PinId >= SIZEOF_ARRAY(PlainPins)) {
        return STATUS_INVALID_PARAMETER;
    }
    PKSPIN_CINSTANCES Instances = static_cast<PKSPIN_CINSTANCES>(Data);
    Instances->PossibleCount = 1;
    Instances->CurrentCount = ULONG(FilterOf(Irp)->PinCount);
    Irp->IoStatus.Information = sizeof(*Instances);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetReading(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    PlainFilter *Filter = FilterOf(Irp);
    ExAcquireFastMutex(&Filter->Mutex);
    *static_cast<PLAINMETER_READING *>(Data) = Filter->Reading;
    ExReleaseFastMutex(&Filter->Mutex);
    Irp->IoStatus.Information = sizeof(PLAINMETER_READING);
    return STATUS_SUCCESS;
}

#define PIN_ITEM(Id, Handler, Request, Bytes)                                                      \
    DEFINE_KSPROPERTY_ITEM(Id, Handler, sizeof(Request), Bytes, NULL, NULL, 0, NULL, NULL, 0)

static DEFINE_KSPROPERTY_TABLE(PinItems){
    PIN_ITEM(KSPROPERTY_PIN_CINSTANCES, GetInstances, KSP_PIN, sizeof(KSPIN_CINSTANCES)),
    PIN_ITEM(KSPROPERTY_PIN_CTYPES, GetPins, KSPROPERTY, sizeof(ULONG)),
    PIN_ITEM(KSPROPERTY_PIN_DATAFLOW, GetPins, KSP_PIN, sizeof(KSPIN_DATAFLOW)),
    PIN_ITEM(KSPROPERTY_PIN_DATARANGES, GetPins, KSP_PIN, 0),
    PIN_ITEM(KSPROPERTY_PIN_INTERFACES, GetPins, KSP_PIN, 0),
    PIN_ITEM(KSPROPERTY_PIN_MEDIUMS, GetPins, KSP_PIN, 0),
    PIN_ITEM(KSPROPERTY_PIN_COMMUNICATION, GetPins, KSP_PIN, sizeof(KSPIN_COMMUNICATION)),
    PIN_ITEM(KSPROPERTY_PIN_CATEGORY, GetPins, KSP_PIN, sizeof(GUID))};

static const GUID PlainMeterSetId = {STATIC_KSPROPSETID_PlainMeter};

static DEFINE_KSPROPERTY_TABLE(MeterItems){
    PIN_ITEM(KSPROPERTY_PLAINMETER_READING, GetReading, KSPROPERTY, sizeof(PLAINMETER_READING))};

static DEFINE_KSPROPERTY_SET_TABLE(FilterSets){
    DEFINE_KSPROPERTY_SET(&KSPROPSETID_Pin, SIZEOF_ARRAY(PinItems), PinItems, 0, NULL),
    DEFINE_KSPROPERTY_SET(&PlainMeterSetId, SIZEOF_ARRAY(MeterItems), MeterItems, 0, NULL)};

static NTSTATUS NTAPI ControlFilter(PDEVICE_OBJECT Device, PIRP Irp) {
    if (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode !=
        IOCTL_KS_PROPERTY) {
        return KsDefaultDeviceIoCompletion(Device, Irp);
    }
    return Complete(Irp, KsPropertyHandler(Irp, SIZEOF_ARRAY(FilterSets), FilterSets));
}

static NTSTATUS NTAPI CloseFilter(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    PlainFilter *Filter = FilterOf(Irp);
    IoGetCurrentIrpStackLocation(Irp)->FileObject->FsContext = NULL;
    KsFreeObjectHeader(Filter->Header);
    ExFreePoolWithTag(Filter, PLAIN_TAG);
    return Complete(Irp, STATUS_SUCCESS);
}

// Filled at run time: the addresses of imports are no constants.
static KSDISPATCH_TABLE FilterTable;
static KSOBJECT_CREATE_ITEM FilterItems[1];

static VOID PrepareTables() {
    FilterTable = {ControlFilter,
                   KsDispatchInvalidDeviceRequest,
                   KsDispatchInvalidDeviceRequest,
                   KsDispatchInvalidDeviceRequest,
                   CloseFilter,
                   KsDispatchQuerySecurity,
                   KsDispatchSetSecurity,
                   KsDispatchFastIoDeviceControlFailure,
                   KsDispatchFastReadFailure,
                   KsDispatchFastWriteFailure};
    FilterItems[0].Create = CreatePin;
    RtlInitUnicodeString(&FilterItems[0].ObjectClass, KSSTRING_Pin);
}

NTSTATUS NTAPI CreateFilter(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    PrepareTables();
    PlainFilter *Filter = static_cast<PlainFilter *>(
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(PlainFilter), PLAIN_TAG));
    if (Filter == NULL) {
        return Complete(Irp, STATUS_INSUFFICIENT_RESOURCES);
    }
    ExInitializeFastMutex(&Filter->Mutex);
    const NTSTATUS Status = KsAllocateObjectHeader(&Filter->Header, SIZEOF_ARRAY(FilterItems),
                                                   FilterItems, Irp, &FilterTable);
    if (NT_SUCCESS(Status)) {
        IoGetCurrentIrpStackLocation(Irp)->FileObject->FsContext = Filter;
    } else {
        ExFreePoolWithTag(Filter, PLAIN_TAG);
    }
    return Complete(Irp, Status);
}
