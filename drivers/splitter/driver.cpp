// The driver's frame: one device, one filter factory.
#include "splitter.h"

static const GUID SplitterCategories[] = {{STATICGUIDOF(KSCATEGORY_AUDIO)},
                                          {STATICGUIDOF(KSCATEGORY_SPLITTER)}};

// {4B7E0D52-8A1F-4C39-9E64-2F5D10C7A8B3}: the reference string of the filter's device interfaces.
static const GUID SplitterReference = {
    0x4b7e0d52, 0x8a1f, 0x4c39, {0x9e, 0x64, 0x2f, 0x5d, 0x10, 0xc7, 0xa8, 0xb3}};

static NTSTATUS NTAPI CreateFilter(PKSFILTER Filter, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    SplitterFilter *Splitter = static_cast<SplitterFilter *>(
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(SplitterFilter), 'tlpS'));
    if (Splitter == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    const NTSTATUS Status = KsAddItemToObjectBag(Filter->Bag, Splitter, NULL);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Splitter, 'tlpS');
        return Status;
    }
    Filter->Context = Splitter;
    return STATUS_SUCCESS;
}

static const KSFILTER_DISPATCH SplitterFilterDispatch = {CreateFilter, NULL, ProcessSplitter, NULL};

static DEFINE_KSFILTER_DESCRIPTOR(SplitterFilterDescriptor){
    &SplitterFilterDispatch,
    NULL,
    KSFILTER_DESCRIPTOR_VERSION,
    0,
    &SplitterReference,
    DEFINE_KSFILTER_PIN_DESCRIPTORS(SplitterPinDescriptors),
    DEFINE_KSFILTER_CATEGORIES(SplitterCategories),
    DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
    DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
    NULL};

static const KSFILTER_DESCRIPTOR *const SplitterFilters[] = {&SplitterFilterDescriptor};

static const KSDEVICE_DESCRIPTOR SplitterDeviceDescriptor = {
    NULL, SIZEOF_ARRAY(SplitterFilters), SplitterFilters, KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return KsInitializeDriver(DriverObject, RegistryPath, &SplitterDeviceDescriptor);
}
