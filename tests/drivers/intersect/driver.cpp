// The handlers, the property set and DriverEntry.
#include "parts.h"

// Both numbers behind a head with the wildcards resolved as far as they can be.
static VOID WriteFormat(PVOID Data, const KSDATARANGE *Caller, ULONG PinRange) {
    KSDATAFORMAT *Format = static_cast<KSDATAFORMAT *>(Data);
    *Format = *Caller;
    Format->FormatSize = INTERSECT_FORMAT_BYTES;
    Format->Flags = 0;
    PULONG Numbers = reinterpret_cast<PULONG>(Format + 1);
    Numbers[0] = Caller->SampleSize;
    Numbers[1] = PinRange;
}

// The rule of sizes that NF:portcls.IMiniport.DataRangeIntersection and KStrIntersectHandler give.
static NTSTATUS CheckSize(ULONG Offered) {
    if (Offered == 0) {
        return STATUS_BUFFER_OVERFLOW;
    }
    return Offered < INTERSECT_FORMAT_BYTES ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
}

static int Token;

NTSTATUS NTAPI IntersectEx(PVOID Context, PIRP Irp, PKSP_PIN Pin, PKSDATARANGE DataRange,
                           PKSDATARANGE MatchingDataRange, ULONG DataBufferSize, PVOID Data,
                           PULONG DataSize) {
    UNREFERENCED_PARAMETER(Pin);
    Journal("intersect", DataRange->SampleSize, MatchingDataRange->SampleSize, DataBufferSize);
    if (Context == KsGetFilterFromIrp(Irp) || Context == &Token) {
        Journal("context", Context == &Token ? 2 : 1);
    }
    NTSTATUS Status = AnswerTo("intersect", STATUS_SUCCESS);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    *DataSize = INTERSECT_FORMAT_BYTES;
    Status = CheckSize(DataBufferSize);
    if (Status == STATUS_SUCCESS) {
        WriteFormat(Data, DataRange, MatchingDataRange->SampleSize);
    }
    return Status;
}

static NTSTATUS NTAPI IntersectOld(PIRP Irp, PKSP_PIN Pin, PKSDATARANGE DataRange, PVOID Data) {
    UNREFERENCED_PARAMETER(Pin);
    Journal("intersect old", DataRange->SampleSize);
    NTSTATUS Status = AnswerTo("intersect", STATUS_SUCCESS);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    Irp->IoStatus.Information = INTERSECT_FORMAT_BYTES;
    Status =
        CheckSize(IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.OutputBufferLength);
    if (Status == STATUS_SUCCESS) {
        WriteFormat(Data, DataRange, 0);
    }
    return Status;
}

static NTSTATUS NTAPI GetOld(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    return KsPinDataIntersection(Irp, reinterpret_cast<PKSP_PIN>(Request), Data, INTERSECT_COUNT,
                                 PlainPins, IntersectOld);
}

static NTSTATUS NTAPI GetEx(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    return KsPinDataIntersectionEx(Irp, reinterpret_cast<PKSP_PIN>(Request), Data, INTERSECT_COUNT,
                                   &LongPins[0].Descriptor, sizeof(LongDescriptor), IntersectEx,
                                   &Token);
}

static NTSTATUS NTAPI GetNoHandler(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    return KsPinDataIntersectionEx(Irp, reinterpret_cast<PKSP_PIN>(Request), Data, INTERSECT_COUNT,
                                   &LongPins[0].Descriptor, sizeof(LongDescriptor), NULL, NULL);
}

static const GUID IntersectSetId = {STATIC_KSPROPSETID_Intersect};

#define ITEM(Id, Handler)                                                                          \
    DEFINE_KSPROPERTY_ITEM(Id, Handler, sizeof(KSP_PIN) + sizeof(KSMULTIPLE_ITEM), 0, NULL, NULL,  \
                           0, NULL, NULL, 0)
static DEFINE_KSPROPERTY_TABLE(IntersectItems){ITEM(KSPROPERTY_INTERSECT_OLD, GetOld),
                                               ITEM(KSPROPERTY_INTERSECT_EX, GetEx),
                                               ITEM(KSPROPERTY_INTERSECT_NO_HANDLER, GetNoHandler)};

static DEFINE_KSPROPERTY_SET_TABLE(IntersectSets){
    JOURNAL_PROPERTY_SET,
    DEFINE_KSPROPERTY_SET(&IntersectSetId, SIZEOF_ARRAY(IntersectItems), IntersectItems, 0, NULL)};

static DEFINE_KSAUTOMATION_TABLE(IntersectAutomation){DEFINE_KSAUTOMATION_PROPERTIES(IntersectSets),
                                                      DEFINE_KSAUTOMATION_METHODS_NULL,
                                                      DEFINE_KSAUTOMATION_EVENTS_NULL};

static const GUID Category = {STATICGUIDOF(KSCATEGORY_DATATRANSFORM)};

static DEFINE_KSFILTER_DESCRIPTOR(IntersectFilter){NULL,
                                                   &IntersectAutomation,
                                                   KSFILTER_DESCRIPTOR_VERSION,
                                                   0,
                                                   &Category,
                                                   DEFINE_KSFILTER_PIN_DESCRIPTORS(IntersectPins),
                                                   DEFINE_KSFILTER_CATEGORY(Category),
                                                   DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
                                                   DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
                                                   NULL};

static const KSFILTER_DESCRIPTOR *const Filters[] = {&IntersectFilter};

static const KSDEVICE_DESCRIPTOR DeviceDescriptor = {NULL, SIZEOF_ARRAY(Filters), Filters,
                                                     KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return KsInitializeDriver(DriverObject, RegistryPath, &DeviceDescriptor);
}
