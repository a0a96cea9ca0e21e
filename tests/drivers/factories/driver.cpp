// DriverEntry, the device and the filters that it makes at start.
#include "parts.h"

const GUID FactoriesCategory = {STATICGUIDOF(KSCATEGORY_DATATRANSFORM)};
// {1F7D3A60-8C25-4B7E-A4D9-6E02B95C3F18}
static const GUID ListsReference = {
    0x1f7d3a60, 0x8c25, 0x4b7e, {0xa4, 0xd9, 0x6e, 0x02, 0xb9, 0x5c, 0x3f, 0x18}};

static DEFINE_KSPROPERTY_SET_TABLE(FactoriesSets){JOURNAL_PROPERTY_SET, FACTORIES_PROPERTY_SET};
DEFINE_KSAUTOMATION_TABLE(FactoriesAutomation){DEFINE_KSAUTOMATION_PROPERTIES(FactoriesSets),
                                               DEFINE_KSAUTOMATION_METHODS_NULL,
                                               DEFINE_KSAUTOMATION_EVENTS_NULL};

// The pins' frames are the filter's to process; there are none.
static NTSTATUS NTAPI Process(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index) {
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

const KSFILTER_DISPATCH FactoriesDispatch = {NULL, CloseFilter, Process, NULL};

#define FILTER(Dispatch, Automation, Flags, Reference, Pins)                                       \
    {Dispatch,                                                                                     \
     Automation,                                                                                   \
     KSFILTER_DESCRIPTOR_VERSION,                                                                  \
     Flags,                                                                                        \
     Reference,                                                                                    \
     DEFINE_KSFILTER_PIN_DESCRIPTORS(Pins),                                                        \
     DEFINE_KSFILTER_CATEGORY(FactoriesCategory),                                                  \
     DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,                                                        \
     DEFINE_KSFILTER_DEFAULT_CONNECTIONS,                                                          \
     NULL}

const KSFILTER_DESCRIPTOR ListsFilter =
    FILTER(&FactoriesDispatch, &FactoriesAutomation, 0, &ListsReference, ListsPins);
const KSFILTER_DESCRIPTOR CreationFilter =
    FILTER(&FactoriesDispatch, &FactoriesAutomation, 0, NULL, CreationPins);
static const KSFILTER_DESCRIPTOR OverridesFilter =
    FILTER(&FactoriesDispatch, &OverridesAutomation, 0, NULL, OverridesPins);
static const KSFILTER_DESCRIPTOR MistakesFilter =
    FILTER(&FactoriesDispatch, &FactoriesAutomation, 0, NULL, MistakesPins);
static const KSFILTER_DESCRIPTOR NecessaryFilter =
    FILTER(&NecessaryDispatch, &FactoriesAutomation, 0, NULL, NecessaryPins);
static const KSFILTER_DESCRIPTOR DeniedFilter =
    FILTER(&FactoriesDispatch, &FactoriesAutomation, KSFILTER_FLAG_DENY_USERMODE_ACCESS, NULL,
           CreationPins);

const KSFILTER_DESCRIPTOR *const StartFilters[FACTORIES_DYNAMIC] = {
    &ListsFilter,    &CreationFilter,  &OverridesFilter,
    &MistakesFilter, &NecessaryFilter, &DeniedFilter};
static PWSTR const StartNames[FACTORIES_DYNAMIC] = {
    NULL, // the device descriptor's: its ReferenceGuid
    PWSTR(L"creation"),
    PWSTR(L"overrides"),
    PWSTR(L"mistakes"),
    PWSTR(L"necessary"),
    PWSTR(L"denied")};

static NTSTATUS NTAPI Start(PKSDEVICE Device, PIRP Irp, PCM_RESOURCE_LIST Translated,
                            PCM_RESOURCE_LIST Untranslated) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Translated);
    UNREFERENCED_PARAMETER(Untranslated);
    NTSTATUS Status = STATUS_SUCCESS;
    KsAcquireDevice(Device);
    for (ULONG Number = FACTORIES_CREATION; Number < FACTORIES_DYNAMIC && NT_SUCCESS(Status);
         Number++) {
        Status = KsCreateFilterFactory(Device->FunctionalDeviceObject, StartFilters[Number],
                                       StartNames[Number], NULL, 0, NULL, NULL, NULL);
    }
    KsReleaseDevice(Device);
    return Status;
}

static const KSDEVICE_DISPATCH DeviceDispatch = {NULL, Start, NULL, NULL, NULL, NULL, NULL,
                                                 NULL, NULL,  NULL, NULL, NULL, NULL, NULL};
static const KSFILTER_DESCRIPTOR *const Filters[] = {&ListsFilter};
static const KSDEVICE_DESCRIPTOR DeviceDescriptor = {&DeviceDispatch, SIZEOF_ARRAY(Filters),
                                                     Filters, KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    InitializeProbes();
    return KsInitializeDriver(DriverObject, RegistryPath, &DeviceDescriptor);
}
