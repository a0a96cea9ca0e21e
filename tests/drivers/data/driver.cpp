// DriverEntry, the device with its DMA adapter, the filter factory.
#include "pins.h"
#include "probe.h"

static NTSTATUS NTAPI StartDevice(PKSDEVICE Device, PIRP Irp, PCM_RESOURCE_LIST Translated,
                                  PCM_RESOURCE_LIST Untranslated) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Translated);
    UNREFERENCED_PARAMETER(Untranslated);
    DEVICE_DESCRIPTION Description = {};
    Description.Version = DEVICE_DESCRIPTION_VERSION;
    Description.Master = TRUE;
    Description.ScatterGather = TRUE;
    Description.Dma32BitAddresses = TRUE;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = 0x10000;
    ULONG Registers = 0;
    const PDMA_ADAPTER Adapter =
        IoGetDmaAdapter(Device->PhysicalDeviceObject, &Description, &Registers);
    if (Adapter == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Device->Context = Adapter;
    KsDeviceRegisterAdapterObject(Device, reinterpret_cast<PADAPTER_OBJECT>(Adapter),
                                  DATA_LARGEST_MAPPING, sizeof(KSMAPPING));
    return STATUS_SUCCESS;
}

static VOID NTAPI StopDevice(PKSDEVICE Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    const PDMA_ADAPTER Adapter = static_cast<PDMA_ADAPTER>(Device->Context);
    Device->Context = NULL;
    if (Adapter != NULL) {
        Adapter->DmaOperations->PutDmaAdapter(Adapter);
    }
}

static const KSDEVICE_DISPATCH DeviceDispatch = {NULL,       StartDevice, NULL, NULL,      NULL,
                                                 StopDevice, NULL,        NULL, StopDevice};

static const GUID Category = {STATICGUIDOF(KSCATEGORY_DATATRANSFORM)};

static DEFINE_KSPROPERTY_SET_TABLE(FilterSets){JOURNAL_PROPERTY_SET};
static DEFINE_KSAUTOMATION_TABLE(FilterAutomation){DEFINE_KSAUTOMATION_PROPERTIES(FilterSets),
                                                   DEFINE_KSAUTOMATION_METHODS_NULL,
                                                   DEFINE_KSAUTOMATION_EVENTS_NULL};

static DEFINE_KSFILTER_DESCRIPTOR(Filter){NULL,
                                          &FilterAutomation,
                                          KSFILTER_DESCRIPTOR_VERSION,
                                          0,
                                          &Category,
                                          DEFINE_KSFILTER_PIN_DESCRIPTORS(DataPins),
                                          DEFINE_KSFILTER_CATEGORY(Category),
                                          DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
                                          DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
                                          NULL};

static const KSFILTER_DESCRIPTOR *const Filters[] = {&Filter};

static const KSDEVICE_DESCRIPTOR DeviceDescriptor = {&DeviceDispatch, SIZEOF_ARRAY(Filters),
                                                     Filters, KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    const NTSTATUS Status = KsInitializeDriver(DriverObject, RegistryPath, &DeviceDescriptor);
    if (NT_SUCCESS(Status)) {
        InstallProbe(DriverObject);
    }
    return Status;
}
