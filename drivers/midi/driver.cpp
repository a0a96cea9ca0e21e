// The driver's frame: one device, one filter factory, two pin factories.
#include "midi.h"

static const GUID MidiCategories[] = {{STATICGUIDOF(KSCATEGORY_AUDIO)},
                                      {STATICGUIDOF(KSCATEGORY_RENDER)},
                                      {STATICGUIDOF(KSCATEGORY_CAPTURE)}};

// {5C0D1B42-8A3F-4F0E-9B7C-2E61D9A4730B}: the reference string of the filter's device interfaces.
static const GUID MidiReference = {
    0x5c0d1b42, 0x8a3f, 0x4f0e, {0x9b, 0x7c, 0x2e, 0x61, 0xd9, 0xa4, 0x73, 0x0b}};

static NTSTATUS NTAPI CreateFilter(PKSFILTER Filter, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    MidiFilter *Midi =
        static_cast<MidiFilter *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(MidiFilter), 'idiM'));
    if (Midi == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    const NTSTATUS Status = KsAddItemToObjectBag(Filter->Bag, Midi, NULL);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Midi, 'idiM');
        return Status;
    }
    Filter->Context = Midi;
    return STATUS_SUCCESS;
}

static const KSFILTER_DISPATCH MidiFilterDispatch = {CreateFilter, NULL, ProcessMidi, NULL};

static DEFINE_KSFILTER_DESCRIPTOR(MidiFilterDescriptor){
    &MidiFilterDispatch, NULL, KSFILTER_DESCRIPTOR_VERSION,
    // An end of stream may come in a frame without data.
    KSFILTER_FLAG_RECEIVE_ZERO_LENGTH_SAMPLES, &MidiReference,
    DEFINE_KSFILTER_PIN_DESCRIPTORS(MidiPinDescriptors), DEFINE_KSFILTER_CATEGORIES(MidiCategories),
    DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL, DEFINE_KSFILTER_DEFAULT_CONNECTIONS, NULL};

static const KSFILTER_DESCRIPTOR *const MidiFilters[] = {&MidiFilterDescriptor};

static const KSDEVICE_DESCRIPTOR MidiDeviceDescriptor = {NULL, SIZEOF_ARRAY(MidiFilters),
                                                         MidiFilters, KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return KsInitializeDriver(DriverObject, RegistryPath, &MidiDeviceDescriptor);
}
