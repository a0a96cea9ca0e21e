// DriverEntry and the filter's descriptor.
#include "parts.h"

static const GUID Category = {STATICGUIDOF(KSCATEGORY_DATATRANSFORM)};

static KSPROPERTY_SET Sets[2] = {JOURNAL_PROPERTY_SET};

static const KSAUTOMATION_TABLE Automation = {DEFINE_KSAUTOMATION_PROPERTIES(Sets),
                                              DEFINE_KSAUTOMATION_METHODS_NULL,
                                              DEFINE_KSAUTOMATION_EVENTS_NULL};

static DEFINE_KSFILTER_DESCRIPTOR(Descriptor){NULL,
                                              &Automation,
                                              KSFILTER_DESCRIPTOR_VERSION,
                                              0,
                                              &Category,
                                              DEFINE_KSFILTER_PIN_DESCRIPTORS(ClocksPins),
                                              DEFINE_KSFILTER_CATEGORY(Category),
                                              DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
                                              DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
                                              NULL};

static const KSFILTER_DESCRIPTOR *const Filters[] = {&Descriptor};
static const KSDEVICE_DESCRIPTOR DeviceDescriptor = {&ClocksDevice, SIZEOF_ARRAY(Filters), Filters,
                                                     KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    Sets[1] = ClocksPropertySet;
    return KsInitializeDriver(DriverObject, RegistryPath, &DeviceDescriptor);
}
