// See misuse.h.
extern "C" {
#include <ntddk.h>
}
#include <windef.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <ks.h>
#include <ksmedia.h>

#include "misuse.h"

static const GUID MisuseSetId = {STATIC_KSPROPSETID_Misuse};
static const GUID Category = {STATICGUIDOF(KSCATEGORY_DATATRANSFORM)};

static VOID NTAPI NeverCalled(PVOID Parameter) {
    UNREFERENCED_PARAMETER(Parameter);
}

static VOID OpenAFileOfAnotherKind() {
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Block;
    HANDLE Handle;
    PVOID File;
    RtlInitUnicodeString(&Name, L"\\??\\C:\\misuse.txt");
    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE, NULL, NULL);
    if (!NT_SUCCESS(ZwCreateFile(&Handle, GENERIC_WRITE | SYNCHRONIZE, &Attributes, &Block, NULL,
                                 FILE_ATTRIBUTE_NORMAL, 0, FILE_OVERWRITE_IF,
                                 FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0))) {
        return;
    }
    if (NT_SUCCESS(ObReferenceObjectByHandle(Handle, 0, NULL, KernelMode, &File, NULL))) {
        KsGetObjectFromFileObject(static_cast<PFILE_OBJECT>(File));
    }
}

static VOID Misuse(PKSFILTER Filter, MISUSE What) {
    static ULONGLONG Memory[64];
    static WORK_QUEUE_ITEM Item;
    PKSWORKER Worker;
    PKSDEFAULTCLOCK Clock;
    ExInitializeWorkItem(&Item, NeverCalled, NULL);
    switch (What) {
    case MISUSE_OBJECT:
        KsFilterGetDevice(reinterpret_cast<PKSFILTER>(Memory + 32));
        break;
    case MISUSE_NO_OBJECT:
        KsFilterGetDevice(NULL);
        break;
    case MISUSE_BAG:
        KsAddItemToObjectBag(Memory, Memory, NULL);
        break;
    case MISUSE_NO_BAG:
        KsAddItemToObjectBag(NULL, Memory, NULL);
        break;
    case MISUSE_ACQUIRE:
        KsAcquireControl(KsFilterGetDevice(Filter));
        break;
    case MISUSE_RELEASE:
        KsReleaseControl(KsFilterGetDevice(Filter));
        break;
    case MISUSE_FILE:
        OpenAFileOfAnotherKind();
        break;
    case MISUSE_WORKER:
        KsQueueWorkItem(Memory, &Item);
        break;
    case MISUSE_NO_WORKER:
        KsQueueWorkItem(NULL, &Item);
        break;
    case MISUSE_FREED_WORKER:
        KsRegisterWorker(DelayedWorkQueue, &Worker);
        KsUnregisterWorker(Worker);
        KsQueueWorkItem(Worker, &Item);
        break;
    case MISUSE_CLOCK:
        KsGetDefaultClockTime(Memory);
        break;
    case MISUSE_NO_CLOCK:
        KsGetDefaultClockTime(NULL);
        break;
    case MISUSE_FREED_CLOCK:
        KsAllocateDefaultClock(&Clock);
        KsFreeDefaultClock(Clock);
        KsGetDefaultClockTime(Clock);
        break;
    case MISUSE_POINTER:
        KsStreamPointerUnlock(reinterpret_cast<PKSSTREAM_POINTER>(Memory + 32), FALSE);
        break;
    case MISUSE_NO_POINTER:
        KsStreamPointerUnlock(NULL, FALSE);
        break;
    case MISUSE_OBJECT_HEADER:
        KsFreeObjectHeader(Memory);
        break;
    case MISUSE_NO_OBJECT_HEADER:
        KsFreeObjectHeader(NULL);
        break;
    default:
        KsFreeDeviceHeader(Memory);
        break;
    }
}

static NTSTATUS NTAPI SetMisuse(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    Misuse(KsGetFilterFromIrp(Irp), *static_cast<MISUSE *>(Data));
    return STATUS_SUCCESS;
}

static DEFINE_KSPROPERTY_TABLE(MisuseItems){
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_MISUSE, NULL, sizeof(KSPROPERTY), sizeof(ULONG), SetMisuse,
                           NULL, 0, NULL, NULL, 0)};
static DEFINE_KSPROPERTY_SET_TABLE(MisuseSets){
    DEFINE_KSPROPERTY_SET(&MisuseSetId, SIZEOF_ARRAY(MisuseItems), MisuseItems, 0, NULL)};
static DEFINE_KSAUTOMATION_TABLE(MisuseAutomation){DEFINE_KSAUTOMATION_PROPERTIES(MisuseSets),
                                                   DEFINE_KSAUTOMATION_METHODS_NULL,
                                                   DEFINE_KSAUTOMATION_EVENTS_NULL};

static DEFINE_KSFILTER_DESCRIPTOR(MisuseFilter){NULL,
                                                &MisuseAutomation,
                                                KSFILTER_DESCRIPTOR_VERSION,
                                                0,
                                                &Category,
                                                0,
                                                sizeof(KSPIN_DESCRIPTOR_EX),
                                                NULL, // no pins
                                                DEFINE_KSFILTER_CATEGORY(Category),
                                                DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
                                                DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
                                                NULL};
static const KSFILTER_DESCRIPTOR *const Filters[] = {&MisuseFilter};
static const KSDEVICE_DESCRIPTOR Device = {NULL, SIZEOF_ARRAY(Filters), Filters,
                                           KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;
extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return KsInitializeDriver(DriverObject, RegistryPath, &Device);
}
