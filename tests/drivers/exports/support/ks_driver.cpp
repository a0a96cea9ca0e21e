// ks_exports.sys: an AVStream device whose filter and pins run cases by a property. See
// ../README.md.
#include "ks_case.h"
#include "runner.h"

static NTSTATUS RunAndReport(CASE_CONTEXT &Case, PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const PKSDEVICE Device = KsGetDevice(Case.Pin != NULL ? static_cast<PVOID>(Case.Pin)
                                                          : static_cast<PVOID>(Case.Filter));
    Case.Driver = Device->FunctionalDeviceObject->DriverObject;
    Case.RegistryPath = &KeptRegistryPath;
    Case.Device = Device->FunctionalDeviceObject;
    Case.LowerDevice = Device->NextDeviceObject;
    Case.PhysicalDevice = Device->PhysicalDeviceObject;
    Case.Irp = Irp;
    const EXPORT_CASE_REPORT *Report =
        RunExportCase(*reinterpret_cast<const ULONG *>(reinterpret_cast<const UCHAR *>(Request) +
                                                       sizeof(KSPROPERTY)),
                      Case);
    if (Report == NULL)
        return STATUS_NOT_FOUND;
    RtlCopyMemory(Data, Report, sizeof *Report);
    Irp->IoStatus.Information = sizeof *Report;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI RunOnFilter(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    CASE_CONTEXT Case = {};
    Case.Filter = KsGetFilterFromIrp(Irp);
    return RunAndReport(Case, Irp, Request, Data);
}

static NTSTATUS NTAPI RunOnPin(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    CASE_CONTEXT Case = {};
    Case.Pin = KsGetPinFromIrp(Irp);
    if (Case.Pin->DeviceState != KSSTATE_RUN)
        return STATUS_INVALID_DEVICE_STATE;
    Case.Filter = KsPinGetParentFilter(Case.Pin);
    return RunAndReport(Case, Irp, Request, Data);
}

static const GUID CaseSet = {STATIC_KSPROPSETID_ExportCases};

#define CASE_AUTOMATION(Name, Handler)                                                             \
    static DEFINE_KSPROPERTY_TABLE(Name##Items){DEFINE_KSPROPERTY_ITEM(                            \
        KSPROPERTY_EXPORT_CASES_RUN, Handler, sizeof(KSPROPERTY) + sizeof(ULONG),                  \
        sizeof(EXPORT_CASE_REPORT), NULL, NULL, 0, NULL, NULL, 0)};                                \
    static DEFINE_KSPROPERTY_SET_TABLE(Name##Sets){                                                \
        DEFINE_KSPROPERTY_SET(&CaseSet, SIZEOF_ARRAY(Name##Items), Name##Items, 0, NULL)};         \
    static DEFINE_KSAUTOMATION_TABLE(Name) {                                                       \
        DEFINE_KSAUTOMATION_PROPERTIES(Name##Sets), DEFINE_KSAUTOMATION_METHODS_NULL,              \
            DEFINE_KSAUTOMATION_EVENTS_NULL                                                        \
    }

CASE_AUTOMATION(FilterAutomation, RunOnFilter);
CASE_AUTOMATION(PinAutomation, RunOnPin);

static const KSDATARANGE_AUDIO Range = {{{sizeof(KSDATARANGE_AUDIO),
                                          0,
                                          0,
                                          0,
                                          {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                          {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                                          {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
                                        2,
                                        16,
                                        16,
                                        8000,
                                        48000};
static const PKSDATARANGE Ranges[] = {PKSDATARANGE(&Range)};

// Frames stay queued for the cases to look at.
static NTSTATUS NTAPI ProcessPin(PKSPIN Pin) {
    UNREFERENCED_PARAMETER(Pin);
    return STATUS_PENDING;
}
static const KSPIN_DISPATCH PinDispatch = {NULL, NULL, ProcessPin, NULL, NULL,
                                           NULL, NULL, NULL,       NULL, NULL};

#define CASE_PIN(Flow)                                                                             \
    {&PinDispatch,                                                                                 \
     &PinAutomation,                                                                               \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                \
      SIZEOF_ARRAY(Ranges),                                                                        \
      Ranges,                                                                                      \
      KSPIN_DATAFLOW_##Flow,                                                                       \
      KSPIN_COMMUNICATION_BOTH,                                                                    \
      NULL,                                                                                        \
      NULL,                                                                                        \
      {0}},                                                                                        \
     0,                                                                                            \
     KSINSTANCE_INDETERMINATE,                                                                     \
     0,                                                                                            \
     NULL,                                                                                         \
     NULL}
static const KSPIN_DESCRIPTOR_EX Pins[] = {CASE_PIN(OUT), CASE_PIN(IN)};

static const GUID Category = {STATICGUIDOF(KSCATEGORY_DATATRANSFORM)};
static DEFINE_KSFILTER_DESCRIPTOR(CaseFilter){NULL,
                                              &FilterAutomation,
                                              KSFILTER_DESCRIPTOR_VERSION,
                                              0,
                                              &CaseSet,
                                              DEFINE_KSFILTER_PIN_DESCRIPTORS(Pins),
                                              DEFINE_KSFILTER_CATEGORY(Category),
                                              DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
                                              DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
                                              NULL};
static const KSFILTER_DESCRIPTOR *const Filters[] = {&CaseFilter};
static const KSDEVICE_DESCRIPTOR DeviceDescriptor = {NULL, SIZEOF_ARRAY(Filters), Filters,
                                                     KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath) {
    const NTSTATUS Status = KeepRegistryPath(RegistryPath);
    if (!NT_SUCCESS(Status))
        return Status;
    return KsInitializeDriver(Driver, RegistryPath, &DeviceDescriptor);
}
