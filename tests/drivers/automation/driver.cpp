// DriverEntry and the filter's descriptor.
#include "parts.h"

static const GUID Categories[] = {{STATICGUIDOF(KSCATEGORY_DATATRANSFORM)},
                                  {STATICGUIDOF(KSCATEGORY_AUDIO)}};

// In AVStream's place; the rest of KSPROPSETID_Pin stays AVStream's.
static NTSTATUS NTAPI GetPinName(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Data);
    Journal("pin name", reinterpret_cast<const KSP_PIN *>(Request)->PinId);
    return AnswerTo("pin name", STATUS_DEVICE_BUSY);
}

static DEFINE_KSPROPERTY_TABLE(PinItems){DEFINE_KSPROPERTY_ITEM(KSPROPERTY_PIN_NAME, GetPinName,
                                                                sizeof(KSP_PIN), 0, NULL, NULL, 0,
                                                                NULL, NULL, 0)};

static DEFINE_KSPROPERTY_SET_TABLE(Sets){
    JOURNAL_PROPERTY_SET,
    DEFINE_KSPROPERTY_SET(&AutomationSetId, SIZEOF_ARRAY(AutomationItems), AutomationItems, 0,
                          NULL),
    DEFINE_KSPROPERTY_SET(&SerialSetId, SIZEOF_ARRAY(SerialItems), SerialItems, 0, NULL),
    DEFINE_KSPROPERTY_SET(&ControlSetId, SIZEOF_ARRAY(ControlItems), ControlItems, 0, NULL),
    DEFINE_KSPROPERTY_SET(&KSPROPSETID_Pin, SIZEOF_ARRAY(PinItems), PinItems, 0, NULL)};

static DEFINE_KSAUTOMATION_TABLE(Automation){DEFINE_KSAUTOMATION_PROPERTIES(Sets),
                                             DEFINE_KSAUTOMATION_METHODS(AutomationMethodSets),
                                             DEFINE_KSAUTOMATION_EVENTS(AutomationEventSets)};

// Pin 0 through the volume and mute nodes to nowhere, pin 1 straight to pin 0.
static const KSTOPOLOGY_CONNECTION Connections[] = {
    {KSFILTER_NODE, PIN_AUTOMATED, NODE_AUTOMATED, KSNODEPIN_STANDARD_IN},
    {NODE_AUTOMATED, KSNODEPIN_STANDARD_OUT, NODE_BARE, KSNODEPIN_STANDARD_IN},
    {KSFILTER_NODE, PIN_SUPERSEDING, KSFILTER_NODE, PIN_AUTOMATED}};

static NTSTATUS NTAPI CloseFilter(PKSFILTER Filter, PIRP Irp) {
    UNREFERENCED_PARAMETER(Filter);
    FreeOwnEvents(IoGetCurrentIrpStackLocation(Irp)->FileObject);
    return STATUS_SUCCESS;
}

static const KSFILTER_DISPATCH Dispatch = {NULL, CloseFilter, NULL, NULL};

static DEFINE_KSFILTER_DESCRIPTOR(Descriptor){&Dispatch,
                                              &Automation,
                                              KSFILTER_DESCRIPTOR_VERSION,
                                              0,
                                              &Categories[0],
                                              DEFINE_KSFILTER_PIN_DESCRIPTORS(AutomationPins),
                                              DEFINE_KSFILTER_CATEGORIES(Categories),
                                              DEFINE_KSFILTER_NODE_DESCRIPTORS(AutomationNodes),
                                              DEFINE_KSFILTER_CONNECTIONS(Connections),
                                              NULL};

static const KSFILTER_DESCRIPTOR *const Filters[] = {&Descriptor};
static const KSDEVICE_DESCRIPTOR DeviceDescriptor = {NULL, SIZEOF_ARRAY(Filters), Filters,
                                                     KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    InitializeEvents();
    return KsInitializeDriver(DriverObject, RegistryPath, &DeviceDescriptor);
}
