// An AVStream filter with one sink pin factory, open as often as one likes. A frame that comes out
// of order fails with STATUS_DATA_ERROR. See many.h.
extern "C" {
#include <ntddk.h>
}
#include <windef.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <ks.h>
#include <ksmedia.h>

#include "many.h"

// The pin's context: the frames it has taken.
static ULONGLONG *TakenBy(PKSPIN Pin) {
    return static_cast<ULONGLONG *>(Pin->Context);
}

static NTSTATUS NTAPI CreatePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    ULONGLONG *Taken =
        static_cast<ULONGLONG *>(ExAllocatePoolWithTag(NonPagedPool, sizeof(ULONGLONG), 'ynaM'));
    if (Taken == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *Taken = 0;
    Pin->Context = Taken;
    const NTSTATUS Status = KsAddItemToObjectBag(Pin->Bag, Taken, NULL);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Taken, 'ynaM');
    }
    return Status;
}

// Takes all frames that are there.
static NTSTATUS NTAPI ProcessPin(PKSPIN Pin) {
    ULONGLONG *Taken = TakenBy(Pin);
    PKSSTREAM_POINTER Frame = KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
    while (Frame != NULL) {
        const ULONG Bytes = Frame->OffsetIn.Remaining;
        if (Bytes >= sizeof(ULONGLONG) &&
            *reinterpret_cast<const ULONGLONG *>(Frame->OffsetIn.Data) == *Taken) {
            ++*Taken;
        } else {
            KsStreamPointerSetStatusCode(Frame, STATUS_DATA_ERROR);
        }
        KsStreamPointerAdvanceOffsetsAndUnlock(Frame, Bytes, 0, TRUE);
        Frame = KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
    }
    return STATUS_PENDING;
}

static NTSTATUS NTAPI GetTaken(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    *static_cast<ULONGLONG *>(Data) = *TakenBy(KsGetPinFromIrp(Irp));
    Irp->IoStatus.Information = sizeof(ULONGLONG);
    return STATUS_SUCCESS;
}

static const GUID ManySet = {STATICGUIDOF(KSPROPSETID_Many)};

static DEFINE_KSPROPERTY_TABLE(ManyItems){
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_MANY_TAKEN, GetTaken, sizeof(KSPROPERTY), sizeof(ULONGLONG),
                           NULL, NULL, 0, NULL, NULL, 0)};

static DEFINE_KSPROPERTY_SET_TABLE(ManySets){
    DEFINE_KSPROPERTY_SET(&ManySet, SIZEOF_ARRAY(ManyItems), ManyItems, 0, NULL)};

static DEFINE_KSAUTOMATION_TABLE(ManyAutomation){DEFINE_KSAUTOMATION_PROPERTIES(ManySets),
                                                 DEFINE_KSAUTOMATION_METHODS_NULL,
                                                 DEFINE_KSAUTOMATION_EVENTS_NULL};

static const KSDATARANGE_AUDIO ManyRange = {{{sizeof(KSDATARANGE_AUDIO),
                                              0,
                                              0,
                                              0,
                                              {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                              {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                                              {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
                                            2 /* channels */,
                                            16,
                                            16 /* bits */,
                                            48000,
                                            48000 /* frames per second */};

static const PKSDATARANGE ManyRanges[] = {PKSDATARANGE(&ManyRange)};

static const KSPIN_DISPATCH ManyPinDispatch = {CreatePin, NULL, ProcessPin, NULL, NULL,
                                               NULL,      NULL, NULL,       NULL, NULL};

static DECLARE_SIMPLE_FRAMING_EX(ManyFraming, STATICGUIDOF(KSMEMORY_TYPE_KERNEL_NONPAGED),
                                 KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY |
                                     KSALLOCATOR_REQUIREMENTF_PREFERENCES_ONLY,
                                 8, 0, 64, 1920);

static const KSPIN_DESCRIPTOR_EX ManyPins[] = {{&ManyPinDispatch,
                                                &ManyAutomation,
                                                {DEFINE_KSPIN_DEFAULT_INTERFACES,
                                                 DEFINE_KSPIN_DEFAULT_MEDIUMS,
                                                 SIZEOF_ARRAY(ManyRanges),
                                                 ManyRanges,
                                                 KSPIN_DATAFLOW_IN,
                                                 KSPIN_COMMUNICATION_SINK,
                                                 NULL,
                                                 NULL,
                                                 {0}},
                                                KSPIN_FLAG_FIXED_FORMAT,
                                                KSINSTANCE_INDETERMINATE,
                                                0 /* necessary */,
                                                &ManyFraming,
                                                NULL}};

static const GUID ManyCategory = {STATICGUIDOF(KSCATEGORY_RENDER)};

static const KSFILTER_DISPATCH ManyFilterDispatch = {NULL, NULL, NULL, NULL};

static DEFINE_KSFILTER_DESCRIPTOR(ManyFilterDescriptor){&ManyFilterDispatch,
                                                        NULL,
                                                        KSFILTER_DESCRIPTOR_VERSION,
                                                        0,
                                                        &ManyCategory,
                                                        DEFINE_KSFILTER_PIN_DESCRIPTORS(ManyPins),
                                                        DEFINE_KSFILTER_CATEGORY(ManyCategory),
                                                        DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
                                                        DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
                                                        NULL};

static const KSFILTER_DESCRIPTOR *const ManyFilters[] = {&ManyFilterDescriptor};

static const KSDEVICE_DESCRIPTOR ManyDeviceDescriptor = {NULL, SIZEOF_ARRAY(ManyFilters),
                                                         ManyFilters, KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return KsInitializeDriver(DriverObject, RegistryPath, &ManyDeviceDescriptor);
}
