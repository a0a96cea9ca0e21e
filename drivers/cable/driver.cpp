// The driver's frame: one device with one filter factory, described by tables. AVStream does the
// rest of DriverEntry, AddDevice and Plug and Play.
#include "pins.h"
#include "properties.h"

static const GUID CableCategories[] = {{STATICGUIDOF(KSCATEGORY_AUDIO)},
                                       {STATICGUIDOF(KSCATEGORY_RENDER)},
                                       {STATICGUIDOF(KSCATEGORY_CAPTURE)}};

// {2B0E8D57-70B1-4C0B-8D6B-51C5C1F0A6E3}: the reference string of the filter's device interfaces.
static const GUID CableReference = {
    0x2b0e8d57, 0x70b1, 0x4c0b, {0x8d, 0x6b, 0x51, 0xc5, 0xc1, 0xf0, 0xa6, 0xe3}};

static DEFINE_KSFILTER_DESCRIPTOR(CableFilterDescriptor){
    NULL, // no filter dispatch: the pins are the objects here
    &CableFilterAutomation, KSFILTER_DESCRIPTOR_VERSION,
    // An end of stream may come in a frame without data.
    KSFILTER_FLAG_RECEIVE_ZERO_LENGTH_SAMPLES, &CableReference,
    DEFINE_KSFILTER_PIN_DESCRIPTORS(CablePinDescriptors),
    DEFINE_KSFILTER_CATEGORIES(CableCategories), DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
    DEFINE_KSFILTER_DEFAULT_CONNECTIONS, NULL};

static const KSFILTER_DESCRIPTOR *const CableFilters[] = {&CableFilterDescriptor};

// The engine lives as long as the device: its memory goes with the object bag.
static NTSTATUS NTAPI AddDevice(PKSDEVICE Device) {
    CableEngine *Engine = static_cast<CableEngine *>(
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(CableEngine), 'lbaC'));
    if (Engine == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    InitializeEngine(Engine);
    const NTSTATUS Status = KsAddItemToObjectBag(Device->Bag, Engine, NULL);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Engine, 'lbaC');
        return Status;
    }
    Device->Context = Engine;
    return STATUS_SUCCESS;
}

static const KSDEVICE_DISPATCH CableDeviceDispatch = {AddDevice};

static const KSDEVICE_DESCRIPTOR CableDeviceDescriptor = {
    &CableDeviceDispatch, SIZEOF_ARRAY(CableFilters), CableFilters, KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return KsInitializeDriver(DriverObject, RegistryPath, &CableDeviceDescriptor);
}
