// An AVStream device with one capture pin that never delivers anything: the places where crash.h's
// faults are committed.
#include "faults.h"

#include "../../../drivers/shared/wave_format.h"
#include "../shared/parameters.h"

static CRASH_FAULT ChosenFault;
static WCHAR ChosenPlace[16];

static NTSTATUS CommitAt(PCWSTR Place) {
    return wcscmp(ChosenPlace, Place) == 0 ? CommitFault(ChosenFault) : STATUS_SUCCESS;
}

static KTIMER Timer;
static KDPC Dpc;
static KDEFERRED_ROUTINE CommitInDpc;

static VOID NTAPI CommitInDpc(PKDPC, PVOID, PVOID, PVOID) {
    CommitAt(L"dpc");
}

static NTSTATUS NTAPI SetFault(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Request);
    return CommitFault(CRASH_FAULT(*static_cast<PULONG>(Data)));
}

static const GUID CrashSetId = {STATIC_KSPROPSETID_Crash};

static DEFINE_KSPROPERTY_TABLE(CrashItems){
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_CRASH_FAULT, NULL, sizeof(KSPROPERTY), sizeof(ULONG),
                           SetFault, NULL, 0, NULL, NULL, 0)};

static DEFINE_KSPROPERTY_SET_TABLE(CrashSets){
    DEFINE_KSPROPERTY_SET(&CrashSetId, SIZEOF_ARRAY(CrashItems), CrashItems, 0, NULL)};

static DEFINE_KSAUTOMATION_TABLE(CrashAutomation){DEFINE_KSAUTOMATION_PROPERTIES(CrashSets),
                                                  DEFINE_KSAUTOMATION_METHODS_NULL,
                                                  DEFINE_KSAUTOMATION_EVENTS_NULL};

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

static NTSTATUS NTAPI ProcessPin(PKSPIN Pin) {
    UNREFERENCED_PARAMETER(Pin);
    CommitAt(L"process");
    return STATUS_PENDING;
}

static NTSTATUS NTAPI SetState(PKSPIN Pin, KSSTATE ToState, KSSTATE FromState) {
    UNREFERENCED_PARAMETER(Pin);
    if (ToState == KSSTATE_RUN) {
        LARGE_INTEGER DueTime;
        DueTime.QuadPart = -10 * 10000LL;
        KeSetTimer(&Timer, DueTime, &Dpc);
        return CommitAt(L"run");
    }
    if (FromState == KSSTATE_RUN) {
        KeCancelTimer(&Timer);
        KeFlushQueuedDpcs();
    }
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI IntersectPin(PVOID, PIRP, PKSP_PIN, PKSDATARANGE DataRange,
                                   PKSDATARANGE MatchingDataRange, ULONG DataBufferSize, PVOID Data,
                                   PULONG DataSize) {
    return IntersectWaveRanges(DataRange,
                               reinterpret_cast<const KSDATARANGE_AUDIO *>(MatchingDataRange),
                               DataBufferSize, Data, DataSize);
}

static const KSPIN_DISPATCH PinDispatch = {NULL,     NULL, ProcessPin, NULL, NULL,
                                           SetState, NULL, NULL,       NULL, NULL};

static const KSPIN_DESCRIPTOR_EX Pins[] = {{&PinDispatch,
                                            NULL,
                                            {DEFINE_KSPIN_DEFAULT_INTERFACES,
                                             DEFINE_KSPIN_DEFAULT_MEDIUMS,
                                             SIZEOF_ARRAY(Ranges),
                                             Ranges,
                                             KSPIN_DATAFLOW_OUT,
                                             KSPIN_COMMUNICATION_SINK,
                                             &KSNODETYPE_MICROPHONE,
                                             NULL,
                                             {0}},
                                            0,
                                            1,
                                            0,
                                            NULL,
                                            IntersectPin}};

static const GUID Categories[] = {{STATICGUIDOF(KSCATEGORY_AUDIO)},
                                  {STATICGUIDOF(KSCATEGORY_CAPTURE)}};

static DEFINE_KSFILTER_DESCRIPTOR(CrashFilter){NULL,
                                               &CrashAutomation,
                                               KSFILTER_DESCRIPTOR_VERSION,
                                               0,
                                               &CrashSetId,
                                               DEFINE_KSFILTER_PIN_DESCRIPTORS(Pins),
                                               DEFINE_KSFILTER_CATEGORIES(Categories),
                                               DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
                                               DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
                                               NULL};

static const KSFILTER_DESCRIPTOR *const Filters[] = {&CrashFilter};

static NTSTATUS NTAPI StartDevice(PKSDEVICE Device, PIRP Irp, PCM_RESOURCE_LIST Translated,
                                  PCM_RESOURCE_LIST Untranslated) {
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Translated);
    UNREFERENCED_PARAMETER(Untranslated);
    return CommitAt(L"start");
}

static const KSDEVICE_DISPATCH DeviceDispatch = {NULL, StartDevice};

static const KSDEVICE_DESCRIPTOR DeviceDescriptor = {&DeviceDispatch, SIZEOF_ARRAY(Filters),
                                                     Filters, KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    WCHAR Name[32];
    ReadTextParameter(RegistryPath, L"Fault", Name, RTL_NUMBER_OF(Name));
    ReadTextParameter(RegistryPath, L"Where", ChosenPlace, RTL_NUMBER_OF(ChosenPlace));
    ChosenFault = FaultByName(Name);
    ReadTextParameter(RegistryPath, L"Mistake", Name, RTL_NUMBER_OF(Name));
    SetMistaken(wcscmp(Name, L"none") != 0);
    SetDriver(DriverObject);
    KeInitializeTimer(&Timer);
    KeInitializeDpc(&Dpc, CommitInDpc, NULL);
    const NTSTATUS Status = CommitAt(L"entry");
    return NT_SUCCESS(Status) ? KsInitializeDriver(DriverObject, RegistryPath, &DeviceDescriptor)
                              : Status;
}
