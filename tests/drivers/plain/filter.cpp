// The filter: its pin factories and its properties.
#include "parts.h"

static const KSDATARANGE_AUDIO Pcm = {{{sizeof(KSDATARANGE_AUDIO),
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
                                      48000 /* frames per second */};
static const PKSDATARANGE Ranges[] = {PKSDATARANGE(&Pcm)};

#define PIN(Flow, Communication)                                                                   \
    {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                              \
     DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                 \
     SIZEOF_ARRAY(Ranges),                                                                         \
     Ranges,                                                                                       \
     KSPIN_DATAFLOW_##Flow,                                                                        \
     KSPIN_COMMUNICATION_##Communication,                                                          \
     NULL,                                                                                         \
     NULL,                                                                                         \
     {0}}

const KSPIN_DESCRIPTOR PlainPins[PLAIN_COUNT] = {PIN(IN, SINK), PIN(OUT, SINK), PIN(IN, SINK),
                                                 PIN(OUT, SOURCE)};

struct PlainFilter {
    KSOBJECT_HEADER Header; // first
    PlainDevice *Device;
};

static NTSTATUS NTAPI GetPins(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    return KsPinPropertyHandler(Irp, PKSPROPERTY(Request), Data, PLAIN_COUNT, PlainPins);
}

static NTSTATUS NTAPI GetStack(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    PlainFilter *Filter =
        static_cast<PlainFilter *>(IoGetCurrentIrpStackLocation(Irp)->FileObject->FsContext);
    *static_cast<PULONG>(Data) = ULONG(Filter->Device->Self->StackSize);
    Irp->IoStatus.Information = sizeof(ULONG);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI SetRelease(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Request);
    ReleaseHeld(*static_cast<PULONG>(Data));
    return STATUS_SUCCESS;
}

static const GUID PlainSetId = {STATIC_KSPROPSETID_Plain};

static DEFINE_KSPROPERTY_TABLE(PlainItems){
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_PLAIN_STACK, GetStack, sizeof(KSPROPERTY), sizeof(ULONG),
                           NULL, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_PLAIN_RELEASE, NULL, sizeof(KSPROPERTY), sizeof(ULONG),
                           SetRelease, NULL, 0, NULL, NULL, 0)};

static DEFINE_KSPROPERTY_TABLE(PinItems){DEFINE_KSPROPERTY_ITEM_PIN_CTYPES(GetPins),
                                         DEFINE_KSPROPERTY_ITEM_PIN_DATAFLOW(GetPins),
                                         DEFINE_KSPROPERTY_ITEM_PIN_COMMUNICATION(GetPins)};

static DEFINE_KSPROPERTY_SET_TABLE(FilterSets){
    JOURNAL_PROPERTY_SET,
    DEFINE_KSPROPERTY_SET(&PlainSetId, SIZEOF_ARRAY(PlainItems), PlainItems, 0, NULL),
    DEFINE_KSPROPERTY_SET(&KSPROPSETID_Pin, SIZEOF_ARRAY(PinItems), PinItems, 0, NULL)};

static NTSTATUS NTAPI ControlFilter(PDEVICE_OBJECT Device, PIRP Irp) {
    if (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode !=
        IOCTL_KS_PROPERTY) {
        return KsDefaultDeviceIoCompletion(Device, Irp);
    }
    return Complete(Irp, KsPropertyHandler(Irp, SIZEOF_ARRAY(FilterSets), FilterSets));
}

static NTSTATUS NTAPI CloseFilter(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    PlainFilter *Filter = static_cast<PlainFilter *>(File->FsContext);
    File->FsContext = NULL;
    KsFreeObjectHeader(Filter->Header);
    ExFreePoolWithTag(Filter, 'nalP');
    return Complete(Irp, STATUS_SUCCESS);
}

static KSDISPATCH_TABLE FilterTable;

// At run time: the addresses of imports are no constants.
VOID InitializeFilters() {
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
}

static KSOBJECT_CREATE_ITEM PinItem;

NTSTATUS NTAPI CreateFilter(PDEVICE_OBJECT Device, PIRP Irp) {
    PlainFilter *Filter = static_cast<PlainFilter *>(
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(PlainFilter), 'nalP'));
    if (Filter == NULL) {
        return Complete(Irp, STATUS_INSUFFICIENT_RESOURCES);
    }
    Filter->Device = static_cast<PlainDevice *>(Device->DeviceExtension);
    PinItem.Create = CreatePin;
    RtlInitUnicodeString(&PinItem.ObjectClass, KSSTRING_Pin);
    const NTSTATUS Status = KsAllocateObjectHeader(&Filter->Header, 1, &PinItem, Irp, &FilterTable);
    if (NT_SUCCESS(Status)) {
        IoGetCurrentIrpStackLocation(Irp)->FileObject->FsContext = Filter;
    } else {
        ExFreePoolWithTag(Filter, 'nalP');
    }
    return Complete(Irp, Status);
}
