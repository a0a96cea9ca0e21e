// DriverEntry, the device and its filter factory.
#include "parts.h"

const GUID PinsCategory = {STATICGUIDOF(KSCATEGORY_DATATRANSFORM)};

// The pins' frames are the filter's to process; there are none.
static NTSTATUS NTAPI ProcessFilter(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index) {
    UNREFERENCED_PARAMETER(Filter);
    UNREFERENCED_PARAMETER(Index);
    return STATUS_PENDING;
}

static NTSTATUS NTAPI CloseFilter(PKSFILTER Filter, PIRP Irp) {
    UNREFERENCED_PARAMETER(Filter);
    UNREFERENCED_PARAMETER(Irp);
    FinishProbes();
    return STATUS_SUCCESS;
}

static const KSFILTER_DISPATCH FilterDispatch = {NULL, CloseFilter, ProcessFilter, NULL};

static DEFINE_KSFILTER_DESCRIPTOR(PinsFilter){&FilterDispatch,
                                              &PinsAutomation,
                                              KSFILTER_DESCRIPTOR_VERSION,
                                              0,
                                              &PinsCategory,
                                              DEFINE_KSFILTER_PIN_DESCRIPTORS(PinsDescriptors),
                                              DEFINE_KSFILTER_CATEGORY(PinsCategory),
                                              DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
                                              DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
                                              NULL};

static const KSFILTER_DESCRIPTOR *const Filters[] = {&PinsFilter};

static const KSDEVICE_DESCRIPTOR DeviceDescriptor = {NULL, SIZEOF_ARRAY(Filters), Filters,
                                                     KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    InitializeProbes();
    return KsInitializeDriver(DriverObject, RegistryPath, &DeviceDescriptor);
}
