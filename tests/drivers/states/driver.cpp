// DriverEntry, the device and its filter factory.
#include "parts.h"

static NTSTATUS NTAPI CloseFilter(PKSFILTER Filter, PIRP Irp) {
    UNREFERENCED_PARAMETER(Filter);
    UNREFERENCED_PARAMETER(Irp);
    FinishProbes();
    return STATUS_SUCCESS;
}

static VOID NTAPI SleepFilter(PKSFILTER Filter, DEVICE_POWER_STATE State) {
    UNREFERENCED_PARAMETER(Filter);
    Journal("filter sleep", ULONG(State));
}

static VOID NTAPI WakeFilter(PKSFILTER Filter, DEVICE_POWER_STATE State) {
    UNREFERENCED_PARAMETER(Filter);
    Journal("filter wake", ULONG(State));
}

static NTSTATUS NTAPI CreateFilter(PKSFILTER Filter, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    KsFilterRegisterPowerCallbacks(Filter, SleepFilter, WakeFilter);
    return STATUS_SUCCESS;
}

static const KSFILTER_DISPATCH FilterDispatch = {CreateFilter, CloseFilter, NULL, NULL};

static const GUID Category = {STATICGUIDOF(KSCATEGORY_DATATRANSFORM)};

static DEFINE_KSFILTER_DESCRIPTOR(StatesFilter){&FilterDispatch,
                                                &StatesAutomation,
                                                KSFILTER_DESCRIPTOR_VERSION,
                                                0,
                                                &Category,
                                                DEFINE_KSFILTER_PIN_DESCRIPTORS(StatesDescriptors),
                                                DEFINE_KSFILTER_CATEGORY(Category),
                                                DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
                                                DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
                                                NULL};

static const KSFILTER_DESCRIPTOR *const Filters[] = {&StatesFilter};

static NTSTATUS NTAPI QueryPower(PKSDEVICE Device, PIRP Irp, DEVICE_POWER_STATE DeviceTo,
                                 DEVICE_POWER_STATE DeviceFrom, SYSTEM_POWER_STATE SystemTo,
                                 SYSTEM_POWER_STATE SystemFrom, POWER_ACTION Action) {
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(DeviceTo);
    UNREFERENCED_PARAMETER(DeviceFrom);
    UNREFERENCED_PARAMETER(Action);
    Journal("query power", ULONG(SystemTo), ULONG(SystemFrom));
    return AnswerTo("query power", STATUS_SUCCESS);
}

static VOID NTAPI SetPower(PKSDEVICE Device, PIRP Irp, DEVICE_POWER_STATE To,
                           DEVICE_POWER_STATE From) {
    UNREFERENCED_PARAMETER(Device);
    Journal("set power", ULONG(To), ULONG(From), NT_SUCCESS(Irp->IoStatus.Status));
}

static const KSDEVICE_DISPATCH DeviceDispatch = {
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, QueryPower, SetPower, NULL};

static const KSDEVICE_DESCRIPTOR DeviceDescriptor = {&DeviceDispatch, SIZEOF_ARRAY(Filters),
                                                     Filters, KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    InitializeProbes();
    return KsInitializeDriver(DriverObject, RegistryPath, &DeviceDescriptor);
}
