// The driver's frame: one device, one filter factory: sink pin, volume node, mute node, source pin.
#include "gain.h"

static const GUID GainCategories[] = {{STATICGUIDOF(KSCATEGORY_AUDIO)},
                                      {STATICGUIDOF(KSCATEGORY_DATATRANSFORM)}};

// {9F1D2C83-4E7A-4B6F-A1C5-7D3E8B90F246}: the reference string of the filter's device interfaces.
static const GUID GainReference = {
    0x9f1d2c83, 0x4e7a, 0x4b6f, {0xa1, 0xc5, 0x7d, 0x3e, 0x8b, 0x90, 0xf2, 0x46}};

static const KSNODE_DESCRIPTOR GainNodes[] = {
    DEFINE_NODE_DESCRIPTOR(&GainVolumeAutomation, &KSNODETYPE_VOLUME, NULL),
    DEFINE_NODE_DESCRIPTOR(&GainMuteAutomation, &KSNODETYPE_MUTE, NULL)};

// @doc audio/exposing-filter-topology
static const KSTOPOLOGY_CONNECTION GainConnections[] = {
    {KSFILTER_NODE, GAIN_SINK_PIN, GAIN_VOLUME_NODE, KSNODEPIN_STANDARD_IN},
    {GAIN_VOLUME_NODE, KSNODEPIN_STANDARD_OUT, GAIN_MUTE_NODE, KSNODEPIN_STANDARD_IN},
    {GAIN_MUTE_NODE, KSNODEPIN_STANDARD_OUT, KSFILTER_NODE, GAIN_SOURCE_PIN}};

// Each filter instance has its own volume: 0 dB, not muted.
static NTSTATUS NTAPI CreateFilter(PKSFILTER Filter, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    GainFilter *Gain =
        static_cast<GainFilter *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(GainFilter), 'niaG'));
    if (Gain == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (ULONG Channel = 0; Channel < GAIN_CHANNELS; Channel++) {
        Gain->Factor[Channel] = UnityFactor;
    }
    const NTSTATUS Status = KsAddItemToObjectBag(Filter->Bag, Gain, NULL);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Gain, 'niaG');
        return Status;
    }
    Filter->Context = Gain;
    return STATUS_SUCCESS;
}

static const KSFILTER_DISPATCH GainFilterDispatch = {CreateFilter, NULL, ProcessGain, NULL};

static DEFINE_KSFILTER_DESCRIPTOR(GainFilterDescriptor){
    &GainFilterDispatch,
    NULL, // the properties are the nodes'
    KSFILTER_DESCRIPTOR_VERSION,
    // An end of stream may come in a frame without data.
    KSFILTER_FLAG_RECEIVE_ZERO_LENGTH_SAMPLES, &GainReference,
    DEFINE_KSFILTER_PIN_DESCRIPTORS(GainPinDescriptors), DEFINE_KSFILTER_CATEGORIES(GainCategories),
    DEFINE_KSFILTER_NODE_DESCRIPTORS(GainNodes), DEFINE_KSFILTER_CONNECTIONS(GainConnections),
    NULL};

static const KSFILTER_DESCRIPTOR *const GainFilters[] = {&GainFilterDescriptor};

static const KSDEVICE_DESCRIPTOR GainDeviceDescriptor = {NULL, SIZEOF_ARRAY(GainFilters),
                                                         GainFilters, KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return KsInitializeDriver(DriverObject, RegistryPath, &GainDeviceDescriptor);
}
