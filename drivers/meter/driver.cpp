// The driver's frame: one device, one filter factory with one pin, and the filter's property.
#include "measure.h"

static const GUID MeterCategories[] = {{STATICGUIDOF(KSCATEGORY_AUDIO)},
                                       {STATICGUIDOF(KSCATEGORY_RENDER)}};

// {84E1B5D7-2F36-4C9A-B07D-5A6C38F9E012}: the reference string of the filter's device interfaces.
static const GUID MeterReference = {
    0x84e1b5d7, 0x2f36, 0x4c9a, {0xb0, 0x7d, 0x5a, 0x6c, 0x38, 0xf9, 0xe0, 0x12}};

static const GUID MeterPropertySetId = {STATIC_KSPROPSETID_Meter};

// The list's length is the number of channels: KsHandleSizedListQuery answers short buffers as the
// rules want it. @doc NF:ks.KsHandleSizedListQuery
static NTSTATUS NTAPI GetLevels(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    UNREFERENCED_PARAMETER(Data);
    METER_LEVEL Levels[METER_CHANNELS];
    const ULONG Channels =
        CopyLevels(static_cast<MeterFilter *>(KsGetFilterFromIrp(Irp)->Context), Levels);
    if (Channels == 0) {
        return STATUS_DEVICE_NOT_READY;
    }
    return KsHandleSizedListQuery(Irp, Channels, sizeof(METER_LEVEL), Levels);
}

static DEFINE_KSPROPERTY_TABLE(MeterProperties){
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_METER_LEVELS, GetLevels, sizeof(KSPROPERTY), 0, NULL, NULL, 0,
                           NULL, NULL, 0)};

static DEFINE_KSPROPERTY_SET_TABLE(MeterPropertySets){
    DEFINE_KSPROPERTY_SET(&MeterPropertySetId, SIZEOF_ARRAY(MeterProperties), MeterProperties, 0,
                          NULL)};

DEFINE_KSAUTOMATION_TABLE(MeterAutomation){DEFINE_KSAUTOMATION_PROPERTIES(MeterPropertySets),
                                           DEFINE_KSAUTOMATION_METHODS_NULL,
                                           DEFINE_KSAUTOMATION_EVENTS_NULL};

static NTSTATUS NTAPI CreateFilter(PKSFILTER Filter, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    MeterFilter *Meter = static_cast<MeterFilter *>(
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(MeterFilter), 'teeM'));
    if (Meter == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KeInitializeSpinLock(&Meter->Lock);
    const NTSTATUS Status = KsAddItemToObjectBag(Filter->Bag, Meter, NULL);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Meter, 'teeM');
        return Status;
    }
    Filter->Context = Meter;
    return STATUS_SUCCESS;
}

// No process routine: the pin processes.
static const KSFILTER_DISPATCH MeterFilterDispatch = {CreateFilter, NULL, NULL, NULL};

static DEFINE_KSFILTER_DESCRIPTOR(MeterFilterDescriptor){
    &MeterFilterDispatch,
    &MeterAutomation,
    KSFILTER_DESCRIPTOR_VERSION,
    0, // flags
    &MeterReference,
    DEFINE_KSFILTER_PIN_DESCRIPTORS(MeterPinDescriptors),
    DEFINE_KSFILTER_CATEGORIES(MeterCategories),
    DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
    DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
    NULL};

static const KSFILTER_DESCRIPTOR *const MeterFilters[] = {&MeterFilterDescriptor};

static const KSDEVICE_DESCRIPTOR MeterDeviceDescriptor = {
    NULL, SIZEOF_ARRAY(MeterFilters), MeterFilters, KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return KsInitializeDriver(DriverObject, RegistryPath, &MeterDeviceDescriptor);
}
